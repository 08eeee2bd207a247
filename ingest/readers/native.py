"""The format ``json``: this project's own, described in docs/json-format.md."""

import re
from typing import Any

from ingest.readers import json_text
from ingest.readers.heads import Head, Reader
from ingest.readers.native_calibrations import calibrations
from ingest.readers.native_fields import BadValue, text
from ingest.readers.native_projects import Above, ProjectReading
from ingest.readers.native_records import listed
from ingest.readers.sources import Source
from ingest.records import ProjectBundle, Reading, Rejected, UnreadableSource

VERSION = 1
_LOOSE_LEVELS = ("member_ous", "sched_blocks", "exec_blocks")
_KEYS = {"snoopi", "origin", "projects", "calibrations", *_LOOSE_LEVELS}
_MARK = re.compile(r'(?<!\\)"(?:snoopi|projects)"\s*:')


def _matches(head: Head) -> bool:
    return head.text.lstrip().startswith("{") and bool(_MARK.search(head.text))


def read(source: Source) -> Reading:
    """Read a document of this project's own format. Raises UnreadableSource."""
    document = json_text.load(source)
    origin = _origin(source, document)
    rejected: list[Rejected] = []
    seen: dict[tuple[str, str], str] = {}
    bundles: list[ProjectBundle] = []
    for path, project in listed(document.get("projects"), "$.projects", rejected):
        bundle = ProjectReading(rejected, seen).project(project, path)
        if bundle is not None:
            bundles.append(bundle)
    loose = ProjectReading(rejected, seen)
    loose.children(document, "$", Above(), _LOOSE_LEVELS)
    if any(loose.found.values()):
        bundles.append(loose.bundle(None))
    found = calibrations(document.get("calibrations"), "$.calibrations", rejected)
    return Reading("json", origin, tuple(bundles), tuple(rejected), found)


def _origin(source: Source, document: Any) -> str:
    """Check the outermost object and answer who speaks. Raises UnreadableSource."""
    if (
        not isinstance(document, dict)
        or document.get("snoopi") is True
        or document.get("snoopi") != VERSION
    ):
        reason = f'It must be an object that says “"snoopi": {VERSION}”.'
        raise UnreadableSource(source.name, reason)
    if unknown := sorted(set(document) - _KEYS):
        reason = f"Its key “{unknown[0][:80]}” is not known: {', '.join(sorted(_KEYS))} are."
        raise UnreadableSource(source.name, reason)
    try:
        origin = text(document.get("origin", "json"))
    except BadValue as problem:
        raise UnreadableSource(source.name, f"Its origin {problem}.") from None
    if not origin:
        raise UnreadableSource(source.name, "Its origin is empty.")
    return origin


READER = Reader(
    name="json",
    accepts="this project's own JSON (docs/json-format.md)",
    matches=_matches,
    read=read,
)
