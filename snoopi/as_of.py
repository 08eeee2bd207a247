"""A project as it stood at a moment, replayed from the event log.

What was learnt later counts from when it happened. Rights are those of today: who may track
the project may look back at all of it. Names and parents are today's; states, verdicts and
executions are those of the moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from projects.models import Event, ExecBlock, LivingThing, MemberOUS, Project
from projects.presentation import Standing
from projects.public import meaning_of, public_label, public_state, staff_label
from projects.querysets.below import NOT_COUNTED
from projects.querysets.lines import MODELS, lines
from projects.querysets.project import Viewer, is_staff_viewer
from projects.rollup import is_held, rolled_up
from projects.services.entering import MENDED
from projects.states import OUS_LEVELS, Level, QA0Status, QA2Outcome, StateFlag
from qa.models import Investigation, QA0Decision, QA2Decision
from qa.problems import Outcome
from qa.services.weighing import LEFT_OUT

Key = tuple[str, int]
_DELETED = "Deleted"
# What the log's public word tells of the flag that a state had.
_FLAGS = {
    ("Waiting", "WaitingForPI"): StateFlag.FOR_P2G,
    ("Waiting", "WaitingForTrigger"): StateFlag.TRIGGER,
    ("Verified", "BeingProcessed"): StateFlag.IN_HOLD,
}
SETS = {Level.GROUP_OUS: "group_ous_id", Level.SCIENCE_GOAL: "science_goal_id"}


@dataclass(frozen=True, slots=True)
class Word:
    """What the log said of a state last: ALMA's word and the public one, each since when."""

    state: str | None = None
    public: str | None = None
    qa2: str = ""
    since: datetime | None = None
    public_since: datetime | None = None

    @property
    def flag(self) -> str:
        """The flag that goes with the two words, "" for none."""
        return _FLAGS.get((self.state or "", self.public or ""), "")

    def after(self, to: str, public: str, qa2: str, at: datetime) -> "Word":
        """The word after a step."""
        return Word(
            to or None,
            public or None,
            qa2,
            self.since if to == self.state else at,
            self.public_since if public == self.public else at,
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """The executions of one thing: those that passed as a sum of fractions, and their number.

    ``first`` is when the first of those that passed was there.
    """

    passed: Decimal = Decimal(0)
    count: int = 0
    first: datetime | None = None


def tree_then(project: Project, viewer: Viewer, moment: datetime) -> list[Any]:
    """Answer the project and all below it as they stood, top down; ``tree_of`` at a moment.

    What was not there yet is left out, and for people outside what was withdrawn then. Each
    thing's ``then`` has its standing in the viewer's words. Ten queries at most.
    """
    things = _everything(project)
    words, ever = _words(project, moment)
    runs = _Runs(project, moment)
    made = _made(project)
    there = [thing for thing in things if _was_there(thing, words, ever, made, moment)]
    for thing in there:
        thing.state = words.get((thing.LEVEL, thing.pk), Word()).state
    _set_counts(there, runs, _extras(there, project, moment))
    for thing in there:
        word = words.get((thing.LEVEL, thing.pk), Word())
        _stand(thing, _with_passes(thing, word, runs), viewer)
    _set_above(there, words, viewer)
    kept = _with_parts(there, made, moment)
    if not is_staff_viewer(viewer):
        kept = [thing for thing in kept if thing.state != _DELETED]
    return kept if kept and kept[0].LEVEL == Level.PROJECT else []


def _everything(project: Project) -> list[Any]:
    """All there is of a project today, withdrawn things too; one query."""
    parts: list[Any] = [_rows_of(project, model) for model in MODELS.values()]
    # What an OUS counts is asked for as a status has it.
    told = [part.as_status() if part.model.LEVEL in OUS_LEVELS else part for part in parts]
    found = lines(told)
    order = list(MODELS)
    return sorted(found, key=lambda thing: (order.index(thing.LEVEL), thing.pk))


def _words(project: Project, moment: datetime) -> tuple[dict[Key, Word], set[Key]]:
    """What was said last of each state by then, and of what anything was ever said."""
    steps = Event.objects.filter(project=project, kind="state").order_by("at", "pk")
    ids = Coalesce(
        "sched_block_id", "member_ous_id", "group_ous_id", "science_goal_id", "project_id"
    )
    words: dict[Key, Word] = {}
    before: dict[int, Word] = {}
    ever: set[Key] = set()
    for level, pk, number, undoes, to, public, qa2, at in steps.values_list(
        "level", ids, "pk", "undoes_id", "to", "public_to", "qa2", "at"
    ):
        ever.add((level, pk))
        if at > moment:
            continue
        before[number] = words.get((level, pk), Word())
        words[level, pk] = before.get(undoes) or before[number].after(to, public, qa2, at)
    return words, ever


def _made(project: Project) -> dict[Key, datetime]:
    """When each thing came to be known; one query."""
    parts = [
        _rows_of(project, model).order_by().values_list(Value(level), "pk", "created_at")
        for level, model in MODELS.items()
    ]
    return {(level, pk): at for level, pk, at in parts[0].union(*parts[1:], all=True)}


def _rows_of(project: Project, model: Any) -> QuerySet[Any]:
    ids = {"pk": project.pk} if model is Project else {"project_id": project.pk}
    rows: QuerySet[Any] = model._default_manager.filter(**ids)
    return rows


def _was_there(
    thing: Any,
    words: dict[Key, Word],
    ever: set[Key],
    made: dict[Key, datetime],
    moment: datetime,
) -> bool:
    """Whether a thing was there: said to be in a state by then, or known without any.

    Groups and goals have been there as long as something below them.
    """
    key = (thing.LEVEL, thing.pk)
    if thing.LEVEL in SETS:
        return True
    if key in words:
        return True
    return made[key] <= moment and (key not in ever or thing.LEVEL == Level.PROJECT)


class _Runs:
    """The executions of a project by then, by member OUS and by SB; three queries."""

    def __init__(self, project: Project, moment: datetime) -> None:
        self.of_member: dict[int, Counted] = defaultdict(Counted)
        self.of_block: dict[int, Counted] = defaultdict(Counted)
        verdicts, ever = self._verdicts(project, moment)
        fractions, decided = self._fractions(project, moment)
        rows = ExecBlock.objects.filter(project=project).order_by()
        facts = ("member_ous_id", "sched_block_id", "qa0", "execution_fraction", "created_at")
        for pk, member, block, qa0, known, made in rows.values_list("pk", *facts):
            if pk not in verdicts and (pk in ever or made > moment):
                continue
            verdict, at = verdicts.get(pk, (qa0, None))
            part = fractions.get(pk) if pk in decided else known
            fraction = Decimal(1) if part is None else part
            passed = fraction if verdict == QA0Status.PASS else Decimal(0)
            self._add(self.of_member, member, passed, at)
            self._add(self.of_block, block, passed, at)

    @staticmethod
    def _verdicts(project: Project, moment: datetime) -> tuple[dict[int, Any], set[int]]:
        events = Event.objects.filter(project=project, kind__in=("execution", "qa0"))
        told = events.order_by("at", "pk").values_list("exec_block_id", "to", "at")
        found = list(told)
        return {pk: (to, at) for pk, to, at in found if at <= moment}, {pk for pk, _, _ in found}

    @staticmethod
    def _fractions(project: Project, moment: datetime) -> tuple[dict[int, Any], set[int]]:
        rows = QA0Decision.objects.filter(exec_block__project=project).order_by("at", "pk")
        found = list(rows.values_list("exec_block_id", "execution_fraction", "at"))
        return {pk: part for pk, part, at in found if at <= moment}, {pk for pk, _, _ in found}

    @staticmethod
    def _add(
        counts: dict[int, Counted], pk: int | None, passed: Decimal, at: datetime | None
    ) -> None:
        if pk is None:
            return
        before = counts[pk]
        moments = [one for one in (before.first, at if passed else None) if one]
        counts[pk] = Counted(before.passed + passed, before.count + 1, min(moments, default=None))


def _extras(things: Iterable[Any], project: Project, moment: datetime) -> dict[int, Decimal]:
    """How many executions more were asked of an SB after then; three queries.

    It is the one that went back to be observed in the same moment, else the first of its
    member OUS.
    """
    reviews = QA2Decision.objects.filter(
        round__member_ous__project=project,
        extra_executions__isnull=False,
        outcome=QA2Outcome.FAIL,
        undone_at=None,
        at__gt=moment,
    )
    asked: list[tuple[int, datetime | None, Decimal | None]] = [
        *reviews.values_list("round__member_ous_id", "at", "extra_executions")
    ]
    failed = Investigation.objects.filter(
        member_ous__project=project, outcome=Outcome.FAIL, decided_at__gt=moment
    )
    asked += failed.values_list("member_ous_id", "decided_at", "extra_executions")
    if not asked:
        return {}
    steps = Event.objects.filter(project=project, kind="state", level=Level.SCHED_BLOCK)
    taken = list(steps.order_by("at", "pk").values_list("sched_block_id", "at", "to"))
    stepped = {(pk, at) for pk, at, _ in taken}
    extras: dict[int, Decimal] = defaultdict(Decimal)
    for member, at, extra in asked:
        stood = {pk: to for pk, when, to in taken if at is None or when < at}
        blocks = [
            one.pk
            for one in things
            if one.LEVEL == Level.SCHED_BLOCK
            and one.member_ous_id == member
            and stood.get(one.pk) not in LEFT_OUT
        ]
        chosen = next((pk for pk in blocks if (pk, at) in stepped), next(iter(blocks), None))
        if chosen is not None:
            extras[chosen] += extra or Decimal(0)
    return extras


def _set_counts(things: Sequence[Any], runs: _Runs, extras: dict[int, Decimal]) -> None:
    """Let SBs and member OUSs count what they had; a member OUS expects what its SBs did."""
    expected: dict[int | None, list[Decimal | None]] = defaultdict(list)
    for block in things:
        if block.LEVEL != Level.SCHED_BLOCK:
            continue
        _count(block, runs.of_block)
        if block.executions_expected is not None:
            block.executions_expected -= extras.get(block.pk, 0)
        if block.state != _DELETED:
            expected[block.member_ous_id].append(block.executions_expected)
    for member in things:
        if member.LEVEL == Level.MEMBER_OUS:
            _count(member, runs.of_member)
            member.executions_expected = _sum(expected[member.pk])


def _count(thing: Any, counts: dict[int, Counted]) -> None:
    thing.executions_passed, thing.executions_count = (
        counts[thing.pk].passed,
        counts[thing.pk].count,
    )


def _sum(expected: Sequence[Decimal | None]) -> Decimal | None:
    """A sum that is unknown where a part of it is, or where there is none."""
    known = [one for one in expected if one is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(expected) else None


def _with_passes(thing: Any, word: Word, runs: _Runs) -> Word:
    """The word with the public one as the executions of then make it: some data, or none."""
    counts = {Level.MEMBER_OUS: runs.of_member, Level.SCHED_BLOCK: runs.of_block}.get(thing.LEVEL)
    if counts is None or word.state is None or word.state in MENDED:
        return word
    found = counts[thing.pk]
    public = public_state(thing.LEVEL, word.state, flag=word.flag, passed=found.passed)
    if public is None or public == word.public:
        return word
    since = max((at for at in (word.since, found.first) if at), default=None)
    return replace(word, public=public, public_since=since)


def _stand(thing: LivingThing, word: Word, viewer: Viewer) -> None:
    """Let a thing stand where it stood."""
    thing.state, thing.state_flag = word.state, word.flag
    if isinstance(thing, MemberOUS):
        thing.qa2 = word.qa2 or None
    thing.then = _standing(thing.LEVEL, word, viewer)


def _standing(level: Level, word: Word, viewer: Viewer) -> Standing:
    meaning, qa2 = meaning_of(word.public), word.qa2 or None
    if is_staff_viewer(viewer):
        label = staff_label(word.state, flag=word.flag, qa2=qa2)
        return Standing(word.state, label, word.public, word.since, meaning)
    label = public_label(level, word.public, qa2=qa2)
    return Standing(word.public, label, word.public, word.public_since, meaning)


def _set_above(things: Sequence[Any], words: dict[Key, Word], viewer: Viewer) -> None:
    """Let groups and goals stand and count as their member OUSs make them."""
    for level, field in (
        (Level.GROUP_OUS, "group_ous_id"),
        (Level.SCIENCE_GOAL, "science_goal_id"),
    ):
        members: dict[int | None, list[Any]] = defaultdict(list)
        for thing in things:
            if thing.LEVEL == Level.MEMBER_OUS:
                members[getattr(thing, field)].append(thing)
        for thing in things:
            if level == thing.LEVEL:
                _sum_up(thing, members[thing.pk], words, viewer)


def _sum_up(thing: Any, members: list[Any], words: dict[Key, Word], viewer: Viewer) -> None:
    target = rolled_up(member.state for member in members)
    held = is_held(target, [(member.state, member.state_flag) for member in members])
    public = public_state(thing.LEVEL, target, flag=StateFlag.IN_HOLD if held else "")
    since = max((m.then.since for m in members if m.then.since), default=None)
    told = words.get((thing.LEVEL, thing.pk), Word())
    same, same_outside = told.state == target, told.public == public
    word = Word(
        target,
        public,
        "",
        told.since if same else since,
        told.public_since if same_outside else since,
    )
    # What people outside read of what is being mended, only the log knows.
    word = told if same and target in MENDED else word
    _stand(thing, word if target else Word(), viewer)
    counted = [member for member in members if member.state not in NOT_COUNTED]
    thing.executions_passed = sum((m.executions_passed for m in counted), Decimal(0))
    thing.executions_count = sum(m.executions_count for m in counted)
    thing.executions_expected = _sum([m.executions_expected for m in counted])


def _with_parts(things: list[Any], made: dict[Key, datetime], moment: datetime) -> list[Any]:
    """Leave out groups and goals that were not known and have nothing below them yet."""
    above: set[Key] = set()
    for thing in things:
        if thing.LEVEL == Level.MEMBER_OUS:
            above |= {
                (Level.GROUP_OUS, thing.group_ous_id),
                (Level.SCIENCE_GOAL, thing.science_goal_id),
            }
    return [
        thing
        for thing in things
        if thing.LEVEL not in SETS
        or (thing.LEVEL, thing.pk) in above
        or made[thing.LEVEL, thing.pk] <= moment
    ]
