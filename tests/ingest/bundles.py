"""Records made by hand: one small project, whose parts a test changes at will."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model

from deliveries.models import ProductFile
from ingest.loader import load
from ingest.records import (
    ExecBlockRecord,
    MemberRecord,
    OUSRecord,
    ProjectBundle,
    ProjectRecord,
    Reading,
    SchedBlockRecord,
)
from ingest.report import Report
from projects.models import (
    Alias,
    Event,
    ExecBlock,
    GroupOUS,
    MemberOUS,
    Membership,
    Project,
    SchedBlock,
    ScienceGoal,
)
from qa.models import PipelineRun

CODE = "2013.1.90001.S"
GOAL, GROUP, MEMBER, BLOCK = (f"uid://A001/X1/X{number}" for number in range(1, 5))
EXECUTION = "uid://A002/X9/Xa"
NIGHT = datetime(2014, 7, 1, 7, 2, 6, tzinfo=UTC)
TABLES: tuple[type[Model], ...] = (
    Project,
    ScienceGoal,
    GroupOUS,
    MemberOUS,
    SchedBlock,
    ExecBlock,
    Alias,
    Membership,
    ProductFile,
    PipelineRun,
    Event,
)
ALL_ONE = {
    "project": 1,
    "science_goal": 1,
    "group_ous": 1,
    "member_ous": 1,
    "sched_block": 1,
    "exec_block": 1,
}


def a_project(**facts: Any) -> ProjectRecord:
    """The project itself."""
    return ProjectRecord(**{"code": CODE, "title": "Cold dust", "pi_name": "A. PI", **facts})


def a_member(**facts: Any) -> MemberRecord:
    """Its member OUS."""
    usual = {"key": MEMBER, "uid": MEMBER, "name": "Disk", "group": GROUP, "bands": (6,)}
    return MemberRecord(**{**usual, **facts})


def a_block(**facts: Any) -> SchedBlockRecord:
    """Its SB."""
    usual = {"key": BLOCK, "uid": BLOCK, "name": "Disk_a_06_TM1", "member": MEMBER}
    return SchedBlockRecord(**{**usual, "executions_expected": Decimal(2), **facts})


def an_execution(**facts: Any) -> ExecBlockRecord:
    """Its EB."""
    usual = {"key": EXECUTION, "uid": EXECUTION, "sched_block": BLOCK, "qa0": "Pass"}
    return ExecBlockRecord(**{**usual, "start": NIGHT, "end": NIGHT.replace(hour=8), **facts})


def a_bundle(**parts: Any) -> ProjectBundle:
    """The whole project; a part that is given takes the place of the usual one."""
    usual: dict[str, Any] = {
        "project": a_project(),
        "science_goals": (OUSRecord(key=GOAL, uid=GOAL, name="Goal"),),
        "group_ous": (OUSRecord(key=GROUP, uid=GROUP, parent=GOAL),),
        "member_ous": (a_member(),),
        "sched_blocks": (a_block(),),
        "exec_blocks": (an_execution(),),
    }
    return ProjectBundle(**{**usual, **parts})


def bare(**parts: Any) -> ProjectBundle:
    """Nothing but what is given."""
    nothing = dict.fromkeys(
        ("science_goals", "group_ous", "member_ous", "sched_blocks", "exec_blocks"), ()
    )
    return a_bundle(**{**nothing, **parts})


def take(*bundles: ProjectBundle, origin: str = "archive", **options: Any) -> Report:
    """Load bundles as one reading of one origin."""
    return load(Reading("json", origin, bundles), **options)


def take_member(*, origin: str = "archive", project: Any = None, **facts: Any) -> Report:
    """Load what an origin says of the member OUS alone."""
    member = a_member(**{"group": "", **facts})
    return take(
        bare(project=project or ProjectRecord(code=CODE), member_ous=(member,)), origin=origin
    )


def everything() -> dict[str, list[Any]]:
    """All rows there are, as a test compares them."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values()) for model in TABLES
    }


def said_again(bundle: ProjectBundle, **facts: Any) -> ProjectBundle:
    """The bundle with other facts of the project."""
    assert bundle.project is not None
    return replace(bundle, project=replace(bundle.project, **facts))
