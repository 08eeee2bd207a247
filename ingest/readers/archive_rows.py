"""Rows of an archive table to distinct projects, OUS, SBs and EBs.

A row stands for one source in one spectral window or pointing: many rows tell of one
thing. What a row says badly in a field that identifies something refuses the row; any
other bad field is left out while the row is kept, and both are reported, the second as
"row 17, field RA".
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ingest.readers import cells
from ingest.readers.archive_things import Facts, ProjectDraft, facts_of
from ingest.readers.columns import columns_of
from ingest.records import ProjectBundle, Rejected
from projects.identity import CODE_IN_TEXT, Uid, parse_project_code

T = TypeVar("T")


class ArchiveBook:
    """Takes the rows of a table one by one; ``bundles()`` answers what they told."""

    def __init__(self) -> None:
        self.rejected: list[Rejected] = []
        self._projects: dict[str, ProjectDraft] = {}
        # A UID belongs to one parent: (kind, uid) → the parent that named it first.
        self._owners: dict[tuple[str, str], str] = {}

    def add(self, number: int, header: tuple[str, ...], texts: Sequence[str]) -> None:
        """Take one row; ``number`` counts from 1."""
        row = Row(number, header, texts, self.rejected)
        try:
            self._take(row)
        except cells.BadCell as problem:
            self.rejected.append(Rejected(row.name, str(problem)))

    def bundles(self) -> tuple[ProjectBundle, ...]:
        """Answer one bundle a project, in the order of their first rows."""
        return tuple(project.bundle() for project in self._projects.values())

    def _take(self, row: "Row") -> None:
        row.check_width()
        code = _project_code(row)
        member = _member_uid(row)
        group = row.uid("group_ous")
        exec_blocks = cells.uids(row.text("exec_block"))
        self._own("member OUS", member, code)
        self._own("group OUS", group, code)
        for uid in exec_blocks:
            self._own("execution block", uid, f"{code} {member}")
        project = self._projects.get(code) or self._projects.setdefault(code, ProjectDraft(code))
        project.take(row)
        facts = facts_of(row)
        if member:
            draft = project.member(member, group)
            draft.take(facts)
            draft.take_release(row.field("release_date", cells.time), row.field("qa2", cells.qa2))
        sched_block = self._sched_block(row, project, member, facts)
        start = row.field("start", cells.time) if exec_blocks else None
        for uid in exec_blocks:
            exec_block = project.exec_block(uid, member, sched_block)
            exec_block.take(facts)
            exec_block.take_start(start)

    def _sched_block(self, row: "Row", project: ProjectDraft, member: str, facts: Facts) -> str:
        name, uid = row.text("sched_block_name"), row.uid("sched_block_uid")
        # Without its member OUS a name alone identifies nothing.
        if not uid and not (name and member):
            return ""
        draft = project.sched_block(uid, name, member)
        draft.take(facts)
        return draft.key

    def _own(self, kind: str, uid: str, owner: str) -> None:
        first = self._owners.setdefault((kind, uid), owner)
        if uid and first != owner:
            raise cells.BadCell(f"The {kind} {uid} belongs to {first} in an earlier row.")


class Row:
    """One row's cells under their canonical names."""

    def __init__(
        self,
        number: int,
        header: tuple[str, ...],
        texts: Sequence[str],
        rejected: list[Rejected],
    ) -> None:
        self.name = f"row {number}"
        self._header, self._texts, self._rejected = header, texts, rejected
        self._columns = columns_of(header)

    def check_width(self) -> None:
        """Raise BadCell where the row has more or fewer columns than the header."""
        if len(self._texts) != len(self._header):
            counts = f"{len(self._texts)} columns where the header names {len(self._header)}"
            raise cells.BadCell(f"It has {counts}.")

    def has(self, column: str) -> bool:
        """Whether the table has the column at all."""
        return column in self._columns

    def text(self, column: str) -> str:
        """Answer a cell's cleaned text, "" where it is empty or not there."""
        for position in self._columns.get(column, ()):
            if text := cells.clean(self._texts[position]):
                return text
        return ""

    def uid(self, column: str) -> str:
        """Answer a cell's UID, "" where it is empty. Raises BadCell."""
        text = self.text(column)
        return cells.uid(text) if text else ""

    def field(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Parse a cell; a bad one is reported and counts as empty."""
        text = self.text(column)
        if not text:
            return None
        try:
            return parse(text)
        except cells.BadCell as problem:
            name = self._header[self._columns[column][0]]
            self._rejected.append(Rejected(f"{self.name}, field {name}", str(problem)))
            return None

    def is_science(self) -> bool:
        """Whether the row is about a science target, as far as it says."""
        intent, science = self.text("scan_intent"), self.text("science_observation")
        return (not intent or "TARGET" in intent.upper()) and science.upper() not in ("F", "FALSE")


def _project_code(row: Row) -> str:
    """Answer the code; "" only where the table has no such column. Raises BadCell."""
    text = row.text("project_code") or row.text("publisher_did")
    code = parse_project_code(text)
    if not code and (found := CODE_IN_TEXT.search(row.text("publisher_did"))):
        code = parse_project_code(found[0])
    if not code and (row.has("project_code") or row.has("publisher_did")):
        said = f"“{text[:80]}” is not" if text else "It has not"
        raise cells.BadCell(f"{said} a project code such as 2013.1.00308.S.")
    return code


def _member_uid(row: Row) -> str:
    text = row.text("member_ous")
    if text:
        return cells.uid(text)
    # ObsCore's obs_id is the member OUS, with source and window behind it.
    uid = Uid.parse_or_none(row.text("obs_id").partition(".source.")[0])
    return uid.text if uid else ""
