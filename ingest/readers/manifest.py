"""``pipeline_manifest.xml``: which data a pipeline run took, and with which software.

It has neither sizes nor checksums, so the files of a package are not known from it. The
member OUS is the outer element's name: inner ``ous`` attributes hold names of files.
"""

from dataclasses import dataclass
from typing import Any

from ingest.readers.aquareport_parts import attributes, told
from ingest.readers.sources import Source
from ingest.readers.xml_events import events, local
from projects.identity import parse_identity
from qa.pipeline import PipelineFacts

ROOT = "piperesults"
_FACTS = {
    "casaversion": "casa_version",
    "pipeline_version": "pipeline_version",
    "procedure_name": "recipe",
}
_MAX_EXECUTIONS = 5000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says; ``member_uid`` is "" where it names none."""

    facts: PipelineFacts
    member_uid: str


def read_manifest(source: Source) -> Manifest:
    """Read a manifest to its end. Raises UnreadableSource where its XML is broken."""
    texts: dict[str, str] = {}
    executions: dict[str, None] = {}
    depth = 0
    with source.open() as stream:
        for event, element in events(source.name, stream):
            depth += 1 if event == "start" else -1
            if event == "start":
                _take(depth, local(element), attributes(element), texts, executions)
            else:
                element.clear()
    member = parse_identity(texts.pop("ous", ""))
    return Manifest(PipelineFacts(**_known(texts), executions=tuple(executions)), member)


def _take(
    depth: int, name: str, given: Any, texts: dict[str, str], executions: dict[str, None]
) -> None:
    words = told(given.get("name"))
    if name == "ous" and depth == 2:
        texts.setdefault("ous", words)
    elif name in _FACTS:
        texts.setdefault(_FACTS[name], words)
    elif name == "asdm" and len(executions) < _MAX_EXECUTIONS:
        uid = parse_identity(words)
        if uid:
            executions.setdefault(uid)


def _known(texts: dict[str, str]) -> dict[str, Any]:
    return {name: text for name, text in texts.items() if text}
