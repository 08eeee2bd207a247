"""What the observatory's quality assurance keeps of executions and member OUSs."""

from qa.models.calibration import Calibration
from qa.models.judgement import LateVerdict, QA0Decision, QA0Reason
from qa.models.pipeline import PipelineRun
from qa.models.problem import Investigation, ProblemReason, ProblemReport, ProblemStep
from qa.models.report import ExecReport
from qa.models.review import QA2Decision, QA2Reason, QA2Round

__all__ = [
    "Calibration",
    "ExecReport",
    "Investigation",
    "LateVerdict",
    "PipelineRun",
    "ProblemReason",
    "ProblemReport",
    "ProblemStep",
    "QA0Decision",
    "QA0Reason",
    "QA2Decision",
    "QA2Reason",
    "QA2Round",
]
