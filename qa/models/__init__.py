"""What the observatory's quality assurance keeps of executions."""

from qa.models.judgement import LateVerdict, QA0Decision, QA0Reason
from qa.models.report import ExecReport

__all__ = ["ExecReport", "LateVerdict", "QA0Decision", "QA0Reason"]
