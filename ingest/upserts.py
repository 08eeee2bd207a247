"""Upserts of one kind of thing: find by identity, compare with the facts, write in bulk."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Q

from accounts.models import User
from ingest.facts import NOT_KNOWN_YET, news, remember
from ingest.fitness import misfit_times, misfits
from ingest.records import StateChange
from ingest.report import Report
from projects.identity import Uid
from projects.models import (
    Alias,
    ExecBlock,
    LivingThing,
    MemberOUS,
    ObsUnitSet,
    Project,
    SchedBlock,
    Tracked,
)
from projects.services.bulk import next_version
from projects.services.entering import subject_of

Thing = TypeVar("Thing", bound=Tracked)
BATCH = 500


@dataclass(frozen=True, slots=True)
class StateSaid:
    """A state as a source words it, with its flag and, where known, its date."""

    word: str
    flag: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a record says of one thing: who it is, and its values by model field.

    ``local_ref`` addresses it while it has no UID; ``same`` are values by which a row
    that another source brought is recognized as the same thing; ``parents`` and ``people``
    are foreign keys by field, whose facts are refs and user names; ``told`` are facts
    without a column, for the loader to act on.
    """

    key: str
    local_ref: str
    uid: str = ""
    other_uids: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    parents: Mapping[str, Tracked | None] = field(default_factory=dict)
    people: Mapping[str, User | None] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)
    same: Mapping[str, Any] = field(default_factory=dict)
    state: StateSaid | None = None
    history: tuple[StateChange, ...] = ()

    @property
    def name(self) -> str:
        """What people call the record."""
        return self.uid or str(self.values.get("name") or self.key)


@dataclass(frozen=True, slots=True)
class Context:
    """What all upserts of one bundle share.

    ``reviewed`` are the member OUSs whose QA2 verdicts are decided here, by row id.
    ``is_first``: nothing that the records name is here yet, so nothing has to be looked for.
    """

    origin: str
    now: datetime
    report: Report
    project: Project | None = None
    reviewed: frozenset[int] = frozenset()
    is_first: bool = False


@dataclass(slots=True)
class Rows(Generic[Thing]):
    """The rows behind one kind's records, by record key, and what became of them.

    ``fields`` are the columns that changed on any row; ``shown`` the rows, new and changed,
    of which people outside see a change; ``former`` gives, by record key, what the origin
    had said before of the facts it now words anew.
    """

    by_key: dict[str, Thing] = field(default_factory=dict)
    said: list[tuple[Thing, Said]] = field(default_factory=list)
    new: list[Thing] = field(default_factory=list)
    changed: list[Thing] = field(default_factory=list)
    shown: list[Thing] = field(default_factory=list)
    states: list[tuple[Thing, Said]] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)
    former: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def get(self, key: str) -> Thing | None:
        """The row of the record with this key."""
        return self.by_key.get(key)

    def rows(self) -> list[Thing]:
        """Every row once; two records may be about one."""
        return list({id(row): row for row in self.by_key.values()}.values())


class Finder(Generic[Thing]):
    """Finds the row that a record is about among the few that could be it.

    ``nearby`` selects the rows that a record without known UID could mean.
    """

    def __init__(self, model: type[Thing], records: Sequence[Said]) -> None:
        self.model = model
        self.aliased: dict[str, int | None] = {}
        self.by_ref: dict[str, Thing] = {}
        self.by_uid: dict[str, Thing] = {}
        self.by_pk: dict[int | None, Thing] = {}
        self.by_same: dict[tuple[Any, ...], list[Thing]] = defaultdict(list)
        self.same_fields = tuple(records[0].same)

    def look(self, records: Sequence[Said], nearby: Q | None) -> None:
        """Read the rows that ``records`` could be about."""
        uids = {uid for said in records for uid in (said.uid, *said.other_uids) if uid}
        refs = {Uid(uid).ref for uid in uids} | {said.local_ref for said in records}
        level = self.model.LEVEL
        aliases = Alias.objects.filter(level=level, ref__in=refs)
        self.aliased = dict(aliases.values_list("ref", f"{level}_id"))
        condition = Q(uid__in=uids) | Q(ref__in=refs) | Q(pk__in=list(self.aliased.values()))
        if nearby is not None:
            condition |= nearby
        for row in self.model._default_manager.filter(condition).order_by("pk"):
            self.add(row)

    def add(self, row: Thing) -> None:
        """Let later records find ``row``."""
        self.by_ref[row.ref] = row
        if row.pk is not None:
            self.by_pk[row.pk] = row
        if row.uid:
            self.by_uid[row.uid] = row
        self.by_same[tuple(getattr(row, name) for name in self.same_fields)].append(row)

    def find(self, said: Said) -> Thing | None:
        """Answer the row that a record is about, None where it is new."""
        for uid in filter(None, (said.uid, *said.other_uids)):
            row = self.by_uid.get(uid) or self.by_pk.get(self.aliased.get(Uid(uid).ref))
            if row:
                return row
        named = self.by_ref.get(said.local_ref) or self.by_pk.get(self.aliased.get(said.local_ref))
        return named or self._same(said)

    def without_taken(self, row: Thing, said: Said, context: Context) -> Said:
        """Answer the record without a part id that already is another row's.

        Two sources may each have brought a row before a third says that they are one.
        """
        part_id = said.values.get("part_id")
        others = [other for other in self.by_same[part_id,] if other is not row] if part_id else []
        if not others:
            return said
        reason = f"Its part id is {others[0]}'s here: two rows turned out to be one thing."
        context.report.reject(f"{self.model.LEVEL} {said.name}, field part_id", reason)
        return replace(said, values={**said.values, "part_id": ""})

    def _same(self, said: Said) -> Thing | None:
        if not said.same or not all(said.same.values()):
            return None
        alike = self.by_same[tuple(said.same.values())]
        # Two UIDs are two things, however alike they look.
        return next((row for row in alike if not (said.uid and row.uid)), None)


def take_over(
    model: type[Thing], records: Sequence[Said], context: Context, nearby: Q | None = None
) -> Rows[Thing]:
    """Bring ``records`` into rows, in memory; ``write`` saves them.

    A record that does not fit (another project's UID, a value too long for its column) is
    rejected by name and the rest goes on.
    """
    rows: Rows[Thing] = Rows()
    if not records:
        return rows
    finder = Finder(model, records)
    if not context.is_first:
        finder.look(records, nearby)
    for said in records:
        row = finder.find(said)
        reason = _unfit(row, model, said) or _foreign(row, context)
        if reason:
            context.report.reject(f"{model.LEVEL} {said.name}", reason)
            continue
        if row is None:
            row = _made(model, said, context)
            rows.new.append(row)
        _merge(row, finder.without_taken(row, said, context), rows, context)
        finder.add(row)
    return rows


def _made(model: type[Thing], said: Said, context: Context) -> Thing:
    row = model(uid=said.uid or None)
    row.created_at = row.modified_at = row.public_modified_at = context.now
    row.ref = _address(row, said)
    context.report.created[model.LEVEL] += 1
    return row


def _address(row: Tracked, said: Said) -> str:
    """A project goes by its code, whatever UIDs it has; all else by its UID."""
    if isinstance(row, Project):
        return row.ref or said.local_ref
    return Uid(said.uid).ref if said.uid else said.local_ref


def _merge(row: Thing, said: Said, rows: Rows[Thing], context: Context) -> None:
    former, changed = _apply(row, said, context)
    rows.former[said.key] = former
    rows.fields |= changed
    if said.state and (former.keys() & {"state", "state_flag"} or said.history):
        rows.states.append((row, said))
    first = id(row) not in rows.seen
    rows.seen.add(id(row))
    rows.by_key[said.key] = row
    rows.said.append((row, said))
    if row.pk is None or changed - INSIDE:
        rows.shown.append(row)
    if row.pk is None or not first:
        return
    news_of_row = bool(former or changed)
    table = context.report.updated if news_of_row else context.report.unchanged
    table[type(row).LEVEL] += 1
    if news_of_row:
        rows.changed.append(row)


def _unfit(row: Tracked | None, model: type[Tracked], said: Said) -> str:
    texts = {"uid": max((said.uid, *said.other_uids), key=len), "ref": said.local_ref}
    if said.state and issubclass(model, LivingThing):
        texts["state_flag"] = said.state.flag
    reason = misfits(model, texts, said.values)
    if reason or not issubclass(model, ExecBlock):
        return reason
    times = (said.values.get(name) or getattr(row, name, None) for name in ("start", "end"))
    return misfit_times(*times)


def _foreign(row: Tracked | None, context: Context) -> str:
    theirs = getattr(row, "project_id", None)
    if context.project is None or theirs in (None, context.project.pk):
        return ""
    return "It is known as part of another project; one of the sources is wrong."


def _apply(row: Tracked, said: Said, context: Context) -> tuple[dict[str, Any], set[str]]:
    """Put into ``row`` what the origin newly says.

    Answers the former words for what is new, and the columns that changed. A state is only
    noted: ``ingest.lifecycle`` enters it once all rows are there. What a person here has
    judged stays; the facts keep the difference for staff to see.
    """
    fresh = news(row.facts, context.origin, _spoken(said))
    known = row.facts.get(context.origin, {})
    former = {name: known[name][0] if name in known else None for name in fresh}
    columns = {**said.values, **said.parents, **said.people}
    changed = fresh.keys() & columns.keys() - _decided_here(row, context)
    for name in changed:
        setattr(row, name, _column_value(columns[name]))
    if fresh:
        row.facts = remember(row.facts, context.origin, fresh, context.now)
    if _adopt(row, context.project or _project_of(said.parents)):
        changed.add("project")
    if said.uid and row.uid is None:
        row.uid, row.ref = said.uid, _address(row, said)
        changed.add("uid")
    return former, changed


def _decided_here(row: Tracked, context: Context) -> frozenset[str]:
    if isinstance(row, ExecBlock) and row.qa0_decided_at is not None:
        return JUDGED
    if not isinstance(row, MemberOUS):
        return frozenset()
    delivered = {"delivered_at"} if row.delivery_generation is not None else set()
    released = {"release_date"} if row.clock_kept_at is not None else set()
    verdict = {"qa2"} if row.pk in context.reviewed else set()
    assigned = {"reducer"} if row.reducer_decided_at is not None else set()
    return frozenset(delivered | released | verdict | assigned)


def _spoken(said: Said) -> dict[str, Any]:
    """All facts of a record, as they are remembered."""
    spoken = {**said.values, **said.told}
    spoken |= {name: parent.ref for name, parent in said.parents.items() if parent}
    spoken |= {name: user.username for name, user in said.people.items() if user}
    if said.state:
        spoken |= {"state": said.state.word, "state_flag": said.state.flag}
    return spoken


def _column_value(value: Any) -> Any:
    if value is NOT_KNOWN_YET:
        return None
    return list(value) if isinstance(value, tuple) else value


def _project_of(parents: Mapping[str, Tracked | None]) -> Project | None:
    """The project of a thing whose source knows its parent, but not the project."""
    projects = (getattr(parent, "project", None) for parent in parents.values())
    return next((project for project in projects if project), None)


def _adopt(row: Tracked, project: Project | None) -> bool:
    if project is None or not isinstance(row, ObsUnitSet | SchedBlock | ExecBlock):
        return False
    if row.project_id is not None:
        return False
    row.project = project
    return row.pk is not None


# Columns that a QA0 decision has written: no source dates its word on them.
JUDGED = frozenset({"qa0", "qa0_comment", "execution_fraction"})
# Columns that no people outside are told of.
INSIDE = frozenset({"part_id", "qa0_comment", "reducer"})


def write(model: type[Thing], rows: Rows[Thing], context: Context) -> None:
    """Save what ``take_over`` changed, new rows first, and the other names of all.

    Only the columns that changed are written: a state that somebody sets meanwhile on a
    thing whose project is not locked stays.
    """
    former = _former_refs(model, rows.changed)
    manager = model._default_manager
    manager.bulk_create(rows.new, batch_size=BATCH)
    if rows.changed:
        # An upsert of rows that are there: bulk_update spells out a CASE for each cell.
        manager.bulk_create(
            rows.changed,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=sorted({"facts", "ref"} | rows.fields),
        )
    shown = {row.pk for row in rows.shown}
    for is_shown in (True, False):
        ids = [row.pk for row in rows.changed if (row.pk in shown) is is_shown]
        if ids:
            versions = next_version(context.now, shown=is_shown)
            manager.filter(pk__in=ids).order_by().update(**versions)
    _write_aliases(rows, former)


def _former_refs(model: type[Thing], changed: Iterable[Thing]) -> dict[int, str]:
    ids = [row.pk for row in changed]
    if not ids:
        return {}
    return dict(model._default_manager.filter(pk__in=ids).values_list("pk", "ref"))


def _write_aliases(rows: Rows[Thing], former: Mapping[int, str]) -> None:
    wanted: dict[str, Thing] = {}
    for row, said in rows.said:
        names = [Uid(uid).ref for uid in (said.uid, *said.other_uids) if uid]
        names.append(former.get(row.pk, row.ref))
        wanted |= {name: row for name in names if name != row.ref}
    if not wanted:
        return
    aliases = [Alias(ref=name, **subject_of(row)) for name, row in wanted.items()]
    Alias.objects.bulk_create(aliases, ignore_conflicts=True, batch_size=BATCH)
