"""The six levels of a project, who is tied to it, and what happened to it."""

from projects.models.event import Alias, Event, EventKind
from projects.models.membership import DelegationKind, DelegationMiss, Membership, Role
from projects.models.ous import GroupOUS, MemberOUS, ObsUnitSet, ScienceGoal
from projects.models.project import Project
from projects.models.project_token import ProjectToken
from projects.models.schedblock import ExecBlock, SchedBlock
from projects.models.season import SeasonAct, SeasonStep
from projects.models.stage_age import StageAge
from projects.models.tracked import LivingThing, Tracked
from projects.models.work import Assignment, Blockage, JournalEntry, Ticket

__all__ = [
    "Alias",
    "Assignment",
    "Blockage",
    "DelegationKind",
    "DelegationMiss",
    "Event",
    "EventKind",
    "ExecBlock",
    "GroupOUS",
    "JournalEntry",
    "LivingThing",
    "MemberOUS",
    "Membership",
    "ObsUnitSet",
    "Project",
    "ProjectToken",
    "Role",
    "SchedBlock",
    "ScienceGoal",
    "SeasonAct",
    "SeasonStep",
    "StageAge",
    "Ticket",
    "Tracked",
]
