"""The tree of one project in the ``json`` format to a bundle of flat records."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ingest.readers import native_packages as packages
from ingest.readers import native_tables as tables
from ingest.readers.native_fields import Field
from ingest.readers.native_records import (
    BadRecord,
    added_value,
    asked,
    fields_of,
    history,
    listed,
    memberships,
)
from ingest.records import (
    ExecBlockRecord,
    FileRecord,
    MemberRecord,
    OUSRecord,
    PipelineRunRecord,
    ProjectBundle,
    ProjectRecord,
    Rejected,
    SchedBlockRecord,
)

LEVELS = ("science_goals", "group_ous", "member_ous", "sched_blocks", "exec_blocks")
_PROJECT_PARTS = frozenset({*LEVELS, "history", "memberships"})


@dataclass(frozen=True, slots=True)
class Above:
    """The keys of what a record is nested in, "" where a level is not given."""

    science_goals: str = ""
    group_ous: str = ""
    member_ous: str = ""
    sched_blocks: str = ""

    def with_level(self, level: str, key: str) -> "Above":
        levels = {name: getattr(self, name) for name in self.__slots__}
        return Above(**{**levels, level: key}) if level in levels else self


@dataclass(slots=True)
class ProjectReading:
    """Collects the records of one project; ``seen`` spans the whole document."""

    rejected: list[Rejected]
    seen: dict[tuple[str, str], str]
    found: dict[str, list[Any]] = field(default_factory=lambda: {level: [] for level in LEVELS})
    files: list[FileRecord] = field(default_factory=list)
    runs: list[PipelineRunRecord] = field(default_factory=list)

    def project(self, value: Any, path: str) -> ProjectBundle | None:
        """Answer a project with all below it, None where the project is refused."""
        try:
            given = self._project_fields(value, path)
        except BadRecord as problem:
            self._reject(path, problem, value)
            return None
        project = ProjectRecord(
            **given,
            history=history(value.get("history"), f"{path}.history", self.rejected),
            memberships=memberships(value.get("memberships"), f"{path}.memberships", self.rejected),
        )
        self.children(value, path, Above(), LEVELS)
        return self.bundle(project)

    def _project_fields(self, value: Any, path: str) -> dict[str, Any]:
        given = fields_of(value, tables.PROJECT, path, _PROJECT_PARTS)
        if not (given.get("code") or given.get("uid") or given.get("draft_key")):
            raise BadRecord("A project needs “code”, “uid” or “draft_key”.")
        for name in ("code", "uid"):
            self._claim("project", given.get(name, ""), path)
        return given

    def children(self, value: Any, path: str, above: Above, levels: tuple[str, ...]) -> None:
        """Read the lists of records that an object holds, each with what is in it."""
        for level in levels:
            for child_path, child in listed(value.get(level), f"{path}.{level}", self.rejected):
                try:
                    key = self._record(level, child, child_path, above)
                except BadRecord as problem:
                    self._reject(child_path, problem, child)
                    continue
                below = LEVELS[LEVELS.index(level) + 1 :]
                self.children(child, child_path, above.with_level(level, key), below)

    def bundle(self, project: ProjectRecord | None) -> ProjectBundle:
        """Freeze what has been read."""
        levels: dict[str, Any] = {level: tuple(found) for level, found in self.found.items()}
        return ProjectBundle(
            project=project, files=tuple(self.files), pipeline_runs=tuple(self.runs), **levels
        )

    def _record(self, level: str, value: Any, path: str, above: Above) -> str:
        fields, parts, build = _KINDS[level]
        below = LEVELS[LEVELS.index(level) + 1 :]
        given = fields_of(value, fields, path, frozenset({*parts, *below}))
        _check(level, given, above)
        if "asked" in parts:
            given["asked"] = asked(value.get("asked"), f"{path}.asked")
        if "added_value" in parts:
            links, links_path = value.get("added_value"), f"{path}.added_value"
            given["added_value"] = added_value(links, links_path, self.rejected)
        if given.get("uid"):
            self._claim(level, given["uid"], path)
        if "history" in parts:
            given["history"] = history(value.get("history"), f"{path}.history", self.rejected)
        self.found[level].append(build(path, above, given))
        if parts >= packages.PARTS:
            self._package(value, path)
        return path

    def _package(self, value: dict[str, Any], path: str) -> None:
        files, runs = value.get("product_files"), value.get("pipeline_runs")
        self.files += packages.product_files(files, f"{path}.product_files", path, self.rejected)
        self.runs += packages.pipeline_runs(runs, f"{path}.pipeline_runs", path, self.rejected)

    def _claim(self, kind: str, uid: str, path: str) -> None:
        first = self.seen.setdefault((kind, uid), path) if uid else path
        if first != path:
            raise BadRecord(f"{uid} is given already at {first}.")

    def _reject(self, path: str, problem: BadRecord, value: Any) -> None:
        nested = _count_nested(value)
        rest = f" The {nested} records in it are left out with it." if nested else ""
        self.rejected.append(Rejected(path, f"{problem}{rest}"))


def _check(level: str, given: dict[str, Any], above: Above) -> None:
    names = ("uid",) if level == "exec_blocks" else ("uid", "part_id", "name")
    if not any(given.get(name) for name in names):
        raise BadRecord(f"It needs {' or '.join(f'“{name}”' for name in names)}.")
    if level == "sched_blocks" and not given.get("uid") and not above.member_ous:
        raise BadRecord("Without a “uid” it must stand in its member OUS.")
    start, end = given.get("start"), given.get("end")
    if start and end and end < start:
        raise BadRecord("It ends before it starts.")
    if given.get("release_date_unknown") and given.get("release_date"):
        raise BadRecord("Its release date is given and said to be unknown.")


def _count_nested(value: Any) -> int:
    if not isinstance(value, dict):
        return 0
    lists = [value[level] for level in LEVELS if isinstance(value.get(level), list)]
    return sum(1 + _count_nested(item) for items in lists for item in items)


def _goal(key: str, _above: Above, given: dict[str, Any]) -> OUSRecord:
    return OUSRecord(key=key, **given)


def _group(key: str, above: Above, given: dict[str, Any]) -> OUSRecord:
    return OUSRecord(key=key, parent=above.science_goals, **given)


def _member(key: str, above: Above, given: dict[str, Any]) -> MemberRecord:
    return MemberRecord(key=key, group=above.group_ous, science_goal=above.science_goals, **given)


def _sched_block(key: str, above: Above, given: dict[str, Any]) -> SchedBlockRecord:
    return SchedBlockRecord(key=key, member=above.member_ous, **given)


def _exec_block(key: str, above: Above, given: dict[str, Any]) -> ExecBlockRecord:
    return ExecBlockRecord(
        key=key, member=above.member_ous, sched_block=above.sched_blocks, **given
    )


_Build = Callable[[str, Above, dict[str, Any]], Any]
_KINDS: dict[str, tuple[dict[str, Field], frozenset[str], _Build]] = {
    "science_goals": (tables.OUS, frozenset({"asked"}), _goal),
    "group_ous": (tables.OUS, frozenset({"asked"}), _group),
    "member_ous": (
        tables.MEMBER_OUS,
        frozenset({"asked", "history", "added_value"}) | packages.PARTS,
        _member,
    ),
    "sched_blocks": (tables.SCHED_BLOCK, frozenset({"asked", "history"}), _sched_block),
    "exec_blocks": (tables.EXEC_BLOCK, frozenset(), _exec_block),
}
