"""What the end of a season means for each scheduling block and member OUS, and its beginning. Pure.

An act ends a season, of a whole cycle or of some configurations, or puts back into the new
one what was carried over. Here is who is concerned and what becomes of each; the service
``projects.services.season_acts`` takes the steps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from projects.progress import LEFT_OUT, OBSERVABLE
from projects.season import Calendar, configuration_name
from projects.states import OUSState, ProjectState, SchedBlockState

_O, _P, _S = OUSState, ProjectState, SchedBlockState

# Where a block is carried over to while no next cycle is on file.
NEXT_CYCLE = "next"


class SeasonKind(StrEnum):
    """What an act does as a whole."""

    END = "end"
    PUT_BACK = "put_back"


class Fate(StrEnum):
    """What an act does with one thing."""

    TIMED_OUT = "timed_out"
    CARRIED_OVER = "carried_over"
    TO_PROCESSING = "to_processing"
    PUT_BACK = "put_back"
    FOLLOWED = "followed"


class Spared(StrEnum):
    """Why an act leaves a block alone that it might have concerned."""

    RUNNING = "running"
    UNJUDGED = "unjudged"
    OPPORTUNITY_LEFT = "opportunity_left"
    ANY_TIME = "any_time"
    CONFIGURATIONS_UNKNOWN = "configurations_unknown"
    NO_RULE = "no_rule"
    WAITING = "waiting"
    IN_WORK = "in_work"
    MOVED = "moved"


SPARED_WORDS: MappingProxyType[Spared, str] = MappingProxyType(
    {
        Spared.RUNNING: "is being observed now",
        Spared.UNJUDGED: "has an execution that waits for QA0",
        Spared.OPPORTUNITY_LEFT: "may still be observed in another configuration",
        Spared.ANY_TIME: "is of an array that observes all through the cycle",
        Spared.CONFIGURATIONS_UNKNOWN: "has no known configurations",
        Spared.NO_RULE: "is of a grade without a carry-over rule on file",
        Spared.WAITING: "is carried over, and waits for the PI or a trigger",
        Spared.IN_WORK: "timed out, and its data are being worked on",
        Spared.MOVED: "has moved since the decision",
    }
)

# The steps an act may take; MOVES names each of them under ``Way.SEASON``.
_PARKED_FROM = frozenset({_S.READY})
_MAY_GO_BACK = frozenset({None, _O.OBSERVING_TIMED_OUT, _O.READY, _O.PARTIALLY_OBSERVED})
_OVER = frozenset({_S.OBSERVING_TIMED_OUT, _S.NOT_OBSERVED})
_GONE_ON = frozenset({_S.FULLY_OBSERVED, *_OVER})
_RUNNING_PROJECTS = frozenset({_P.READY, _P.PARTIALLY_OBSERVED, _P.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Terms:
    """An act as it reaches one project.

    ``configurations`` are those that are over (or, to put back, those that begin), as the
    schedule names them; none: all. ``is_own`` is whether the project is of the act's cycle;
    ``carries`` what the rule on its grade says (None: no rule on file), ``carry_to`` the
    cycle that what is carried over goes on in.
    """

    kind: SeasonKind
    cycle: str
    configurations: frozenset[str]
    is_own: bool
    carries: bool | None
    carry_to: str
    spares_unruled: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A scheduling block as far as an act asks; ``is_moved``: since the decision."""

    pk: int
    member_pk: int | None
    state: str | None
    configurations: frozenset[str] = frozenset()
    stays: bool = False
    carried_to: str = ""
    is_unjudged: bool = False
    is_moved: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A member OUS as far as an act asks."""

    pk: int
    state: str | None
    passed: Decimal = Decimal(0)
    configurations: frozenset[str] = frozenset()
    stays: bool = False
    is_unjudged: bool = False
    is_moved: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What is done with one thing: ``to`` may be where it stands, when it is only marked."""

    pk: int
    fate: Fate
    to: str


@dataclass(slots=True)
class Plan:
    """All that an act does to one project, in order, and the blocks that it leaves alone."""

    blocks: list[Step] = field(default_factory=list)
    members: list[Step] = field(default_factory=list)
    project: Step | None = None
    spared: list[tuple[int, Spared]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.blocks or self.members or self.project)


def names_over(
    calendar: Calendar, cycle: str, picked: Iterable[str], today: date
) -> frozenset[str]:
    """The configurations that are over with those picked: the cycle's that went before as well.

    None picked: none, which stands for the whole cycle.
    """
    named = frozenset(map(configuration_name, picked))
    if not named:
        return named
    rows = [row for row in calendar.windows if row.cycle == cycle]
    scheduled = {name for row in rows for name in row.configurations}
    to_come = {name for row in rows if row.last_day >= today for name in row.configurations}
    return named | (scheduled - to_come)


def plan_of(
    terms: Terms, *, pk: int, state: str | None, blocks: Sequence[Block], members: Sequence[Member]
) -> Plan:
    """Answer what an act does to a project (``pk``, ``state``) with these parts."""
    plan = Plan()
    states = {member.pk: member.state for member in members}
    for block in blocks:
        found = _of_block(terms, block, states.get(block.member_pk or 0))
        if isinstance(found, Spared):
            plan.spared.append((block.pk, found))
        elif found is not None:
            plan.blocks.append(found)
    after = {step.pk: step.to for step in plan.blocks}
    changed = {step.pk for step in plan.blocks}
    for member in members:
        own = [block for block in blocks if block.member_pk == member.pk]
        left = [(block, after.get(block.pk, block.state)) for block in own]
        is_changed = any(block.pk in changed for block in own)
        plan.members += _of_member(terms, member, left, is_changed=is_changed)
    plan.project = _of_project(terms, pk, state, members, plan.members)
    return plan


def _of_block(terms: Terms, block: Block, member: str | None) -> Step | Spared | None:
    if terms.kind == SeasonKind.END:
        return _ended(terms, block)
    return _put_back(terms, block, member)


def _ended(terms: Terms, block: Block) -> Step | Spared | None:
    """A carried-over block belongs to the season that it goes on in, not to its project's."""
    in_season = block.carried_to == terms.cycle or (terms.is_own and not block.carried_to)
    if not in_season or block.state not in OBSERVABLE:
        return None
    if (kept := _out_of_reach(terms, block)) is not None:
        return kept
    if terms.configurations and not block.configurations <= terms.configurations:
        return Spared.OPPORTUNITY_LEFT
    if (kept := _busy(block)) is not None:
        return kept
    if terms.carries is None and terms.spares_unruled:
        return Spared.NO_RULE
    if terms.carries and not block.carried_to:
        to = _S.SUSPENDED if block.state in _PARKED_FROM else SchedBlockState(block.state)
        return Step(block.pk, Fate.CARRIED_OVER, to)
    return Step(block.pk, Fate.TIMED_OUT, _S.OBSERVING_TIMED_OUT)


def _put_back(terms: Terms, block: Block, member: str | None) -> Step | Spared | None:
    if not _is_carried(terms, block):
        return None
    if (kept := _out_of_reach(terms, block)) is not None:
        return kept
    if terms.configurations and not block.configurations & terms.configurations:
        return Spared.OPPORTUNITY_LEFT
    if block.state == _S.WAITING:
        return Spared.WAITING
    if member not in _MAY_GO_BACK:
        return Spared.IN_WORK
    return _busy(block) or Step(block.pk, Fate.PUT_BACK, _S.READY)


def _is_carried(terms: Terms, block: Block) -> bool:
    """Whether a block waits for the new season: marked so, or timed out and of a carried grade."""
    if block.carried_to:
        reached = terms.is_own or terms.cycle == block.carried_to
        return reached and block.state in (_S.SUSPENDED, _S.WAITING)
    return terms.carries is True and block.state == _S.OBSERVING_TIMED_OUT


def _out_of_reach(terms: Terms, part: Block | Member) -> Spared | None:
    """Why an act on some configurations does not reach what observes otherwise."""
    if not terms.configurations:
        return None
    if part.stays:
        return Spared.ANY_TIME
    return None if part.configurations else Spared.CONFIGURATIONS_UNKNOWN


def _busy(block: Block) -> Spared | None:
    if block.is_moved:
        return Spared.MOVED
    if block.state == _S.RUNNING:
        return Spared.RUNNING
    return Spared.UNJUDGED if block.is_unjudged else None


def _of_member(
    terms: Terms, member: Member, blocks: list[tuple[Block, str | None]], *, is_changed: bool
) -> list[Step]:
    if member.is_moved:
        return []
    if terms.kind == SeasonKind.PUT_BACK:
        return _member_back(member) if is_changed else []
    counted = [(block, state) for block, state in blocks if state not in LEFT_OUT]
    is_over = _is_over(terms, member, counted) and (is_changed or terms.is_own)
    if not is_over or (member.is_unjudged and not is_changed):
        return []
    steps = []
    if member.state in (_O.READY, _O.PARTIALLY_OBSERVED):
        steps.append(Step(member.pk, Fate.TIMED_OUT, _O.OBSERVING_TIMED_OUT))
    if (steps or member.state == _O.OBSERVING_TIMED_OUT) and member.passed > 0:
        steps.append(Step(member.pk, Fate.TO_PROCESSING, _O.READY_FOR_PROCESSING))
    return steps


def _is_over(terms: Terms, member: Member, blocks: list[tuple[Block, str | None]]) -> bool:
    """Whether nothing of a member OUS can be observed any more, and something of it was not."""
    if blocks:
        words = [state for _, state in blocks]
        return all(word in _GONE_ON for word in words) and any(word in _OVER for word in words)
    if _out_of_reach(terms, member) or not member.configurations <= (
        terms.configurations or member.configurations
    ):
        return False
    return not terms.carries and not (terms.carries is None and terms.spares_unruled)


def _member_back(member: Member) -> list[Step]:
    if member.state != _O.OBSERVING_TIMED_OUT:
        return []
    steps = [Step(member.pk, Fate.PUT_BACK, _O.READY)]
    if member.passed > 0:
        steps.append(Step(member.pk, Fate.PUT_BACK, _O.PARTIALLY_OBSERVED))
    return steps


def _of_project(
    terms: Terms, pk: int, state: str | None, members: Sequence[Member], steps: Sequence[Step]
) -> Step | None:
    """A project times out with the last of its member OUSs, and goes on with the first."""
    if not steps:
        return None
    after = {member.pk: member.state for member in members}
    after |= {step.pk: step.to for step in steps}
    if terms.kind == SeasonKind.PUT_BACK:
        if state != _P.OBSERVING_TIMED_OUT:
            return None
        has_data = any(member.passed > 0 for member in members)
        return Step(pk, Fate.PUT_BACK, _P.IN_PROGRESS if has_data else _P.READY)
    counted = {word for word in after.values() if word not in LEFT_OUT}
    if state in _RUNNING_PROJECTS and counted == {_O.OBSERVING_TIMED_OUT}:
        return Step(pk, Fate.TIMED_OUT, _P.OBSERVING_TIMED_OUT)
    return None
