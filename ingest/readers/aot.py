"""The format ``aot``: a plan from the Observing Tool, with its status documents.

A ``.aot`` archive, an unpacked folder or a tar of one; documents are told by their root
elements.
"""

from ingest.readers.apdm import of_project, read_documents
from ingest.readers.heads import Head, Reader
from ingest.readers.planned_project import PlanReading
from ingest.readers.sources import Source
from ingest.records import Reading


def _matches(head: Head) -> bool:
    return "ObsProject" in head.roots


def read(source: Source) -> Reading:
    """Read all plans of a folder or archive. Raises UnreadableSource."""
    documents = read_documents(source)
    plans = [
        PlanReading(project, of_project(documents, project))
        for project in documents.all("ObsProject").values()
    ]
    bundles = tuple(plan.bundle() for plan in plans)
    rejected = tuple(problem for plan in plans for problem in plan.rejected)
    return Reading("aot", "ot", bundles, rejected)


READER = Reader(
    name="aot",
    accepts="Observing Tool archives (.aot) and APDM folders with an ObsProject document",
    matches=_matches,
    read=read,
)
