"""The format ``aot``: a plan from the Observing Tool, with its status documents.

A ``.aot`` archive, an unpacked folder or a tar of one; documents are told by their root
elements.
"""

from collections.abc import Iterator

from ingest.readers.apdm import Documents, of_project, read_documents
from ingest.readers.heads import Head, Reader
from ingest.readers.plan_folder import PLAN, Parted, parted
from ingest.readers.planned_project import PlanReading
from ingest.readers.sources import Source
from ingest.records import Reading, Rejected

_DOUBLE = "Another document here says something else of the same thing; that one was read."
_BESIDE = "It lies beside a plan and is no document of it."


def _matches(head: Head) -> bool:
    return PLAN in head.roots


def read(source: Source) -> Reading:
    """Read all plans of a folder or archive. Raises UnreadableSource.

    What lies beside a plan is another source; here it is only named.
    """
    parts = parted(source) if source.is_folder else Parted((source,), ())
    documents = read_documents(parts.documents)
    own = [(project, of_project(documents, project)) for project in documents.all(PLAN).values()]
    plans = [PlanReading(project, mine) for project, mine in own]
    bundles = tuple(plan.bundle() for plan in plans)
    rejected = [problem for plan in plans for problem in plan.rejected]
    rejected += [Rejected(other.name, _BESIDE) for other in parts.others]
    rejected += [Rejected(name, _DOUBLE) for name in documents.doubles]
    rejected += _unclaimed(documents, [mine for _, mine in own])
    return Reading("aot", "ot", bundles, tuple(rejected))


def _unclaimed(documents: Documents, claimed: list[Documents]) -> Iterator[Rejected]:
    """The documents that belong to none of several plans."""
    for kind, found in documents.by_kind.items():
        for key in found if kind != PLAN else ():
            if not any(key in mine.all(kind) for mine in claimed):
                yield Rejected(f"{kind} {key}", "It belongs to none of the plans beside it.")


READER = Reader(
    name="aot",
    accepts="Observing Tool archives (.aot) and APDM folders with an ObsProject document",
    matches=_matches,
    read=read,
)
