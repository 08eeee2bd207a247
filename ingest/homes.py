"""Projects for things that a source knows without one, from what is known here already.

Somebody who lists the inside of a project's folder names every OUS and no project; an
archive reply has named the project of one of them long before.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from ingest.records import ProjectBundle, ProjectRecord
from projects.identity import Uid
from projects.models import Alias, ExecBlock, GroupOUS, MemberOUS, SchedBlock, ScienceGoal

_KINDS: tuple[tuple[str, type[ScienceGoal | GroupOUS | MemberOUS | ExecBlock]], ...] = (
    ("science_goals", ScienceGoal),
    ("group_ous", GroupOUS),
    ("member_ous", MemberOUS),
    ("exec_blocks", ExecBlock),
)


def with_projects(bundle: ProjectBundle) -> list[ProjectBundle]:
    """Split a bundle without project by the projects that its things are known under.

    What nobody knows a project for stays together in a bundle without one.
    """
    if bundle.project is not None:
        return [bundle]
    codes = _spread(bundle, _known_codes(bundle))
    if not codes:
        return [bundle]
    return [_part(bundle, code, codes) for code in (*dict.fromkeys(codes.values()), "")]


def _known_codes(bundle: ProjectBundle) -> dict[tuple[str, str], str]:
    """Codes by kind and record key."""
    codes = {}
    for kind, model in _KINDS:
        keys = {record.uid: record.key for record in getattr(bundle, kind) if record.uid}
        rows = model._default_manager.filter(uid__in=keys, project__code__isnull=False)
        for uid, code in rows.order_by().values_list("uid", "project__code"):
            codes[kind, keys[str(uid)]] = str(code)
    return codes


def any_known(bundle: ProjectBundle) -> bool:
    """Whether anything that a bundle names by UID below the project is here, in one query."""
    parts: list[QuerySet[Any, Any]] = []
    names: set[str] = set()
    for kind, model in (*_KINDS, ("sched_blocks", SchedBlock)):
        refs = {
            Uid(uid).ref
            for row in getattr(bundle, kind)
            for uid in (row.uid, *row.other_uids)
            if uid
        }
        names |= refs
        if refs:
            parts.append(model._default_manager.filter(ref__in=refs).order_by().values_list("pk"))
    if not parts:
        return False
    formerly = Alias.objects.filter(ref__in=names).order_by().values_list("pk")
    return bool(list(formerly.union(*parts, all=True)))


def _spread(bundle: ProjectBundle, codes: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Give every thing the code of what it hangs on, or of what hangs on it."""
    links = [*_links(bundle)]
    for pairs in (links, links[::-1]):
        for one, other in pairs:
            code = codes.get(one) or codes.get(other)
            if code:
                codes.setdefault(one, code)
                codes.setdefault(other, code)
    return codes


def _links(bundle: ProjectBundle) -> Iterable[tuple[tuple[str, str], tuple[str, str]]]:
    """Child and parent, from the lowest level up."""
    for run in bundle.exec_blocks:
        yield from _link(("exec_blocks", run.key), ("member_ous", run.member))
    for member in bundle.member_ous:
        yield from _link(("member_ous", member.key), ("group_ous", member.group))
        yield from _link(("member_ous", member.key), ("science_goals", member.science_goal))
    for group in bundle.group_ous:
        yield from _link(("group_ous", group.key), ("science_goals", group.parent))


def _link(
    child: tuple[str, str], parent: tuple[str, str]
) -> Iterable[tuple[tuple[str, str], tuple[str, str]]]:
    if parent[1]:
        yield child, parent


def _part(bundle: ProjectBundle, code: str, codes: dict[tuple[str, str], str]) -> ProjectBundle:
    kept: dict[str, Any] = defaultdict(tuple)
    for kind, _ in _KINDS:
        records = getattr(bundle, kind)
        kept[kind] = tuple(row for row in records if codes.get((kind, row.key), "") == code)
    kept["files"] = [
        file
        for file in bundle.files
        if (codes.get(("member_ous", file.member)) or codes.get(("exec_blocks", file.exec_block)))
        == (code or None)
    ]
    kept["pipeline_runs"] = tuple(
        run for run in bundle.pipeline_runs if codes.get(("member_ous", run.member), "") == code
    )
    if code:
        kept["sched_blocks"] = ()
    return replace(bundle, project=ProjectRecord(code=code) if code else None, **kept)
