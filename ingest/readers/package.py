"""The format ``package``: an unpacked package, or a pipeline's report or manifest alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.readers import aquareport, manifest
from ingest.readers.aquareport import Report, read_report
from ingest.readers.heads import Head, Reader, folders_in, root_of
from ingest.readers.listing_book import ListingBook
from ingest.readers.listing_lines import Entry
from ingest.readers.listing_words import whose
from ingest.readers.manifest import Manifest, read_manifest
from ingest.readers.package_tree import Found, Home, files_in, home_of, measured, member_named
from ingest.readers.sources import Source
from ingest.records import (
    PipelineRunRecord,
    ProjectBundle,
    Reading,
    Rejected,
    UnreadableSource,
)
from qa.pipeline import PipelineFacts, merged

NAME = "package"
_DOCUMENTS = frozenset({aquareport.ROOT, manifest.ROOT})
_LINE = re.compile(r"line \d+: ")
# A weblog that was unpacked keeps its report some folders down.
_WEBLOG_DEPTH = 3


@dataclass(slots=True)
class Documents:
    """What the pipeline's own documents in a package say."""

    reports: list[Report] = field(default_factory=list)
    manifests: list[Manifest] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def take(self, found: Found) -> None:
        """Read a file, or a weblog's folder, where it is such a document."""
        for source in _xml_in(found.source, _WEBLOG_DEPTH):
            try:
                self.read(source)
            except UnreadableSource as problem:
                name = "/".join(found.below)
                self.rejected.append(Rejected(f"file {name}", problem.reason))

    def read(self, source: Source) -> None:
        """Read one document. Raises UnreadableSource where its XML is broken."""
        root = root_of(source)
        if root == aquareport.ROOT:
            report = read_report(source)
            self.rejected += report.rejected
            self.reports.append(report)
        elif root == manifest.ROOT:
            self.manifests.append(read_manifest(source))

    def runs(self, member: str, generation: int | None) -> Iterator[PipelineRunRecord]:
        """Answer the runs that the documents tell, each once; a manifest completes a report."""
        left = list(self.manifests)
        told: list[PipelineFacts] = []
        for report in self.reports:
            mine = next((one for one in left if _is_of(one, report)), None)
            facts = report.facts
            if mine is not None:
                left.remove(mine)
                facts = merged([report.facts, mine.facts])
            if facts not in told:
                told.append(facts)
                uids = _uids(report, mine)
                yield _run(facts, member, uids, generation)
        for one in left:
            if not self.reports and one.facts not in told:
                told.append(one.facts)
                yield _run(one.facts, member, (one.member_uid, ""), generation)


def _run(
    facts: PipelineFacts, member: str, uids: tuple[str, str], generation: int | None
) -> PipelineRunRecord:
    return PipelineRunRecord(
        facts=facts,
        member=member,
        member_uid=uids[0],
        domain_uid=uids[1],
        generation=generation,
    )


def _is_of(one: Manifest, report: Report) -> bool:
    words = (one.facts.recipe, report.facts.recipe)
    return "" in words or words[0] == words[1]


def _uids(report: Report, one: Manifest | None) -> tuple[str, str]:
    """The member OUS's UID and its domain UID, as the documents name them."""
    if report.status_uid or report.entity_uid or one is None:
        return report.status_uid, report.entity_uid
    return one.member_uid, ""


def _xml_in(source: Source, depth: int) -> Iterator[Source]:
    if not source.is_folder:
        if source.name.lower().endswith(".xml"):
            yield source
    elif depth:
        for child in source.children():
            yield from _xml_in(child, depth - 1)


def _matches(head: Head) -> bool:
    if head.is_folder:
        return home_of(head.place, head.folders) is not None
    return bool(head.roots & _DOCUMENTS)


def read(source: Source) -> Reading:
    """Read a package, or one document of the pipeline. Raises UnreadableSource."""
    if source.is_folder:
        home = home_of(source.place, folders_in(source)) or Home(())
        return _read_tree(source, home)
    documents = Documents()
    documents.read(source)
    runs = tuple(
        run if run.member_uid or run.domain_uid else replace(run, member_uid=_member_in(source))
        for run in documents.runs("", None)
    )
    # A manifest alone must not correct what a package says of the same run.
    origin = NAME if documents.reports else "manifest"
    bundle = ProjectBundle(project=None, pipeline_runs=runs)
    return Reading(NAME, origin, (bundle,), tuple(documents.rejected))


def _member_in(source: Source) -> str:
    """The member OUS in a document's name, or in the nearest folder that names one."""
    *folders, name = source.place
    named = (member_named(folder) for folder in reversed(folders))
    return whose(name).member or next((uid for uid in named if uid), "")


def _read_tree(folder: Source, home: Home) -> Reading:
    book, documents = ListingBook(), Documents()
    for number, found in enumerate(files_in(folder, documents.rejected), 1):
        try:
            book.add(_entry(number, home, found))
        except UnreadableSource as problem:
            name = "/".join(found.below)
            documents.rejected.append(Rejected(f"file {name}", problem.reason))
            continue
        documents.take(found)
    bundles = [_of_generation(bundle, home.generation) for bundle in book.bundles()]
    refused = [replace(row, record=_LINE.sub("file ", row.record)) for row in book.rejections()]
    whole = _with_runs(bundles, home, documents)
    return Reading(NAME, NAME, tuple(whole), (*refused, *documents.rejected))


def _entry(number: int, home: Home, found: Found) -> Entry:
    path = "/".join((*home.chain, *found.below))
    if found.source.is_folder:
        return Entry(number, path, is_folder=False)
    size, digest = measured(found.source)
    return Entry(number, path, is_folder=False, size_bytes=size, sha256=digest)


def _of_generation(bundle: ProjectBundle, generation: int | None) -> ProjectBundle:
    files = tuple(replace(file, generation=generation) for file in bundle.files)
    return replace(bundle, files=files)


def _with_runs(
    bundles: Sequence[ProjectBundle], home: Home, documents: Documents
) -> list[ProjectBundle]:
    """Put the runs to the member OUS that the package is of."""
    keys = {row.key: number for number, bundle in enumerate(bundles) for row in bundle.member_ous}
    only = next(iter(keys)) if len(keys) == 1 else ""
    member = home.member or only
    runs = tuple(documents.runs(member, home.generation))
    if not runs:
        return [*bundles]
    if not bundles:
        return [ProjectBundle(project=None, pipeline_runs=runs)]
    found = list(bundles)
    number = keys.get(member, 0)
    found[number] = replace(found[number], pipeline_runs=runs)
    return found


READER = Reader(
    name=NAME,
    accepts="unpacked packages, and the pipeline's reports and manifests",
    matches=_matches,
    read=read,
)
