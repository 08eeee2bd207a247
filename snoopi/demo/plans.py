"""What the demo observatory is made of, before any file is written. Pure data.

``more`` are fields of the ``json`` format that a part says beside, or instead of, those
that it has here; None takes one away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

ORIGIN = "the observatory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A dated step of a life cycle."""

    at: datetime
    to: str
    note: str = ""


def last_state(history: tuple[Step, ...]) -> str:
    """The state that a history ends in, "" where there is none."""
    return history[-1].to if history else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One run of an SB; ``antennas`` are (pad, antenna name)."""

    uid: str
    start: datetime
    end: datetime
    qa0: str = "Pass"
    comment: str = ""
    fraction: Decimal | None = None
    pwv_mm: float | None = None
    antennas: tuple[tuple[str, str], ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Where an SB points, with what."""

    target: str
    ra_deg: float
    dec_deg: float
    band: int
    rep_freq_ghz: float
    array: str = "12m"
    configurations: tuple[str, ...] = ()
    resolution_arcsec: float | None = None
    largest_scale_arcsec: float | None = None

    @property
    def resolution_range_arcsec(self) -> tuple[float, float]:
        """The finest and the coarsest resolution that will do."""
        nominal = self.resolution_arcsec or 0.0
        return round(nominal * 0.8, 3), round(nominal * 1.2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A scheduling block with its executions; ``minutes`` is one execution's estimate."""

    uid: str
    status_uid: str
    name: str
    setup: Setup
    history: tuple[Step, ...]
    flag: str = ""
    expected: Decimal | None = None
    minutes: float = 60.0
    executions: tuple[Execution, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> str:
        return last_state(self.history)

    @property
    def passed(self) -> Decimal:
        """The sum of the fractions of executions that passed QA0."""
        passes = [e.fraction for e in self.executions if e.qa0 == "Pass"]
        return sum((Decimal(1) if part is None else part for part in passes), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member OUS with its SBs; ``uid`` is its status UID."""

    uid: str
    part_id: str
    name: str
    history: tuple[Step, ...]
    blocks: tuple[Block, ...]
    qa2: str = ""
    delivered_at: datetime | None = None
    release_date: datetime | None = None
    reducer: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> str:
        return last_state(self.history)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group OUS."""

    uid: str
    part_id: str
    members: tuple[Member, ...]
    name: str = "Group OUS"
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A science goal: ``name`` labels its OUS, ``title`` is what the PI called it."""

    uid: str
    part_id: str
    name: str
    title: str
    groups: tuple[Group, ...]
    sensitivity_mjy: float = 1.0
    bandwidth_mhz: float = 1.0
    window: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A person's role on a project."""

    username: str
    role: str
    kind: str = ""
    ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPlan:
    """A project with all below it; ``root_uid`` is the status UID of the plan's outermost set."""

    code: str
    uid: str
    status_uid: str
    proposal_uid: str
    root_uid: str
    title: str
    history: tuple[Step, ...]
    abstract: str = ""
    pi_name: str = ""
    authors: tuple[str, ...] = ()
    executive: str = "OTHER"
    arc: str = ""
    grade: str = ""
    category: str = ""
    contact_scientist: str = ""
    ties: tuple[Tie, ...] = ()
    goals: tuple[Goal, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> str:
        return last_state(self.history)

    @property
    def members(self) -> list[Member]:
        """All member OUSs, in the plan's order."""
        return [m for goal in self.goals for group in goal.groups for m in group.members]

    @property
    def blocks(self) -> list[Block]:
        """All SBs, in the plan's order."""
        return [block for _, block in self.blocks_by_goal]

    @property
    def blocks_by_goal(self) -> list[tuple[Goal, Block]]:
        """All SBs with the goals they are for."""
        groups = [(goal, group) for goal in self.goals for group in goal.groups]
        return [(goal, b) for goal, group in groups for m in group.members for b in m.blocks]
