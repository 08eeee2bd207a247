"""Projects, member OUS, SBs and EBs while the rows of an archive table come in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from ingest.readers import cells
from ingest.records import (
    ExecBlockRecord,
    MemberRecord,
    OUSRecord,
    ProjectBundle,
    ProjectRecord,
    SchedBlockRecord,
)
from projects.identity import array_of, array_of_antennas

T = TypeVar("T")
_ARRAY_ORDER = ("12m", "7m", "TP")
_PROJECT_TEXTS = (
    "title",
    "abstract",
    "pi_name",
    "authors",
    "science_category",
    "science_keywords",
)


class RowLike(Protocol):
    """What a draft asks of a row."""

    def text(self, column: str) -> str: ...

    def field(self, column: str, parse: Callable[[str], T]) -> T | None: ...

    def is_science(self) -> bool: ...


_NUMBERS: dict[str, Callable[[str], float | None]] = {
    "rep_freq_ghz": cells.positive,
    "pwv_mm": cells.positive,
    "resolution_arcsec": cells.positive,
    "largest_scale_arcsec": cells.positive,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What one row says of its member OUS, SB and EB alike."""

    bands: tuple[int, ...]
    arrays: frozenset[str]
    antennas: tuple[str, ...]
    target: str
    position: tuple[float, float] | None
    numbers: tuple[tuple[str, float], ...]


def facts_of(row: RowLike) -> Facts:
    """Parse a row once; its bad fields are reported once."""
    antennas = cells.antenna_names(row.text("antennas"))
    is_science = row.is_science()
    return Facts(
        bands=row.field("bands", cells.bands) or (),
        arrays=_arrays(row, antennas),
        antennas=antennas,
        target=row.text("target_name") if is_science else "",
        position=_position(row) if is_science else None,
        numbers=tuple(
            (column, value)
            for column, parse in _NUMBERS.items()
            if (value := row.field(column, parse)) is not None
        ),
    )


def _arrays(row: RowLike, antennas: tuple[str, ...]) -> frozenset[str]:
    if said := cells.arrays(row.text("array")):
        return said
    guess = array_of_antennas(antennas) or array_of(row.text("sched_block_name"))
    return frozenset({guess} - {""})


def _position(row: RowLike) -> tuple[float, float] | None:
    ra, dec = row.field("ra_deg", cells.ra_deg), row.field("dec_deg", cells.dec_deg)
    return None if ra is None or dec is None else (ra, dec)


class Thing:
    """What several rows say of one member OUS, SB or EB."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.bands: set[int] = set()
        self.arrays: set[str] = set()
        self.antennas: dict[str, None] = {}
        self.targets: dict[str, None] = {}
        self.position: tuple[float, float] | None = None
        self.numbers: dict[str, set[float]] = {}

    def take(self, facts: Facts) -> None:
        """Add what one more row says."""
        self.bands.update(facts.bands)
        self.arrays |= facts.arrays
        self.antennas.update(dict.fromkeys(facts.antennas))
        if facts.target:
            self.targets[facts.target] = None
        self.position = self.position or facts.position
        for column, value in facts.numbers:
            self.numbers.setdefault(column, set()).add(value)

    def number(self, column: str) -> float | None:
        """Answer a number that all rows agree on; of several values none is the thing's."""
        values = self.numbers.get(column, set())
        return next(iter(values)) if len(values) == 1 else None

    def common(self) -> dict[str, Any]:
        """Answer the record fields that member OUS, SBs and EBs share."""
        ra_deg, dec_deg = self.position or (None, None)
        return {
            "key": self.key,
            "bands": tuple(sorted(self.bands)),
            "array": "+".join(array for array in _ARRAY_ORDER if array in self.arrays),
            "target_names": tuple(self.targets),
            "ra_deg": ra_deg,
            "dec_deg": dec_deg,
            "rep_freq_ghz": self.number("rep_freq_ghz"),
        }


class MemberDraft(Thing):
    """A member OUS; the latest of its release dates counts."""

    def __init__(self, uid: str) -> None:
        super().__init__(uid)
        self.group = ""
        self.released: datetime | None = None
        self.qa2 = ""
        self.qa2_passed: bool | None = None

    def take_release(self, at: datetime | None, qa2: tuple[str, bool | None] | None) -> None:
        """Add a row's release date and QA2 status."""
        if at is not None and (self.released is None or at > self.released):
            self.released = at
        verdict, passed = qa2 or ("", None)
        self.qa2 = verdict or self.qa2
        self.qa2_passed = passed or self.qa2_passed

    def record(self) -> MemberRecord:
        unknown = self.released is not None and cells.is_unknown_date(self.released)
        return MemberRecord(
            **self.common(),
            uid=self.key,
            group=self.group,
            qa2=self.qa2,
            qa2_passed=self.qa2_passed,
            delivered=self.released is not None and not unknown,
            release_date=None if unknown else self.released,
            release_date_unknown=unknown,
            pwv_mm=self.number("pwv_mm"),
            resolution_arcsec=self.number("resolution_arcsec"),
            largest_scale_arcsec=self.number("largest_scale_arcsec"),
        )


class SchedBlockDraft(Thing):
    """An SB: a UID where the table has one, else its member OUS and name."""

    def __init__(self, key: str, uid: str, name: str, member: str) -> None:
        super().__init__(key)
        self.uid, self.name, self.member = uid, name, member

    def record(self) -> SchedBlockRecord:
        return SchedBlockRecord(**self.common(), uid=self.uid, name=self.name, member=self.member)


class ExecBlockDraft(Thing):
    """An EB; only tables with a row per EB tell when it began."""

    def __init__(self, uid: str, member: str) -> None:
        super().__init__(uid)
        self.member = member
        self.sched_block = ""
        self.start: datetime | None = None

    def take_start(self, at: datetime | None) -> None:
        if at is not None and (self.start is None or at < self.start):
            self.start = at

    def record(self) -> ExecBlockRecord:
        return ExecBlockRecord(
            **self.common(),
            uid=self.key,
            member=self.member,
            sched_block=self.sched_block,
            start=self.start,
            pwv_mm=self.number("pwv_mm"),
            antenna_names=tuple(self.antennas),
        )


class ProjectDraft:
    """All that the rows of one project say; code "" is "project unknown"."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.texts: dict[str, str] = {}
        self.groups: dict[str, None] = {}
        self.members: dict[str, MemberDraft] = {}
        self.sched_blocks: dict[str, SchedBlockDraft] = {}
        self.exec_blocks: dict[str, ExecBlockDraft] = {}

    def take(self, row: RowLike) -> None:
        """Keep the first text that any row has for each of the project's fields."""
        for column in _PROJECT_TEXTS:
            if column not in self.texts and (text := row.text(column)):
                self.texts[column] = text

    def member(self, uid: str, group: str) -> MemberDraft:
        if group:
            self.groups[group] = None
        draft = self.members.get(uid)
        if draft is None:
            draft = self.members[uid] = MemberDraft(uid)
        draft.group = draft.group or group
        return draft

    def sched_block(self, uid: str, name: str, member: str) -> SchedBlockDraft:
        key = uid or f"{member} {name}"
        draft = self.sched_blocks.get(key)
        if draft is None:
            draft = self.sched_blocks[key] = SchedBlockDraft(key, uid, name, member)
        return draft

    def exec_block(self, uid: str, member: str, sched_block: str) -> ExecBlockDraft:
        draft = self.exec_blocks.get(uid)
        if draft is None:
            draft = self.exec_blocks[uid] = ExecBlockDraft(uid, member)
        draft.sched_block = draft.sched_block or sched_block
        return draft

    def _record(self) -> ProjectRecord:
        texts: dict[str, Any] = dict(self.texts)
        return ProjectRecord(code=self.code, **texts)

    def bundle(self) -> ProjectBundle:
        """Freeze what has come in."""
        return ProjectBundle(
            project=self._record() if self.code else None,
            group_ous=tuple(OUSRecord(key=uid, uid=uid) for uid in self.groups),
            member_ous=_records(self.members.values()),
            sched_blocks=_records(self.sched_blocks.values()),
            exec_blocks=_records(self.exec_blocks.values()),
        )


def _records(drafts: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(draft.record() for draft in drafts)
