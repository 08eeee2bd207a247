"""Writes of delivered files."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Q

from deliveries.models import ProductFile
from projects.models import ExecBlock, MemberOUS, Project

BATCH = 1000
_COLUMNS = ("exec_block", "file_class", "kind", "size_bytes", "sha256", "source", "modified_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSaid:
    """What a source says of one file; None and "" are "it does not say"."""

    path: str
    name: str
    file_class: str = ""
    kind: str = ""
    size_bytes: int | None = None
    sha256: str = ""
    member_ous: MemberOUS | None = None
    exec_block: ExecBlock | None = None


def record_files(
    *, project: Project, files: Iterable[FileSaid], source: str, now: datetime
) -> Mapping[str, Counter[str]]:
    """Bring a project's files up to date with what a source says of them, in bulk.

    A source that knows no generations means the newest one that has the file. What another
    source said of a size or checksum stays; nothing is deleted. Answers how many were
    ``created``, ``updated`` and left ``unchanged``.
    """
    counts: Mapping[str, Counter[str]] = defaultdict(Counter)
    for batch in _batches(files):
        _record_batch(project, batch, source, now, counts)
    return counts


def _batches(files: Iterable[FileSaid]) -> Iterator[list[FileSaid]]:
    waiting = iter(files)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _record_batch(
    project: Project,
    batch: list[FileSaid],
    source: str,
    now: datetime,
    counts: Mapping[str, Counter[str]],
) -> None:
    known = _known(project, batch)
    new, changed = [], []
    for said in batch:
        row = known.get(_key(said))
        if row is None:
            row = known[_key(said)] = _made(project, said, source, now)
            new.append(row)
        elif _apply(row, said, source):
            row.modified_at = now
            changed.append(row)
    ProductFile.objects.bulk_create(new)
    ProductFile.objects.bulk_update(changed, _COLUMNS)
    tally = {"created": len(new), "updated": len(changed)}
    for word, number in {**tally, "unchanged": len(batch) - sum(tally.values())}.items():
        counts[word]["product_file"] += number


def _key(said: FileSaid) -> tuple[int | None, str]:
    return said.member_ous.pk if said.member_ous else None, said.path


def _known(project: Project, batch: list[FileSaid]) -> dict[tuple[int | None, str], ProductFile]:
    """The rows that a batch may mean, the newest generation of each."""
    members = {said.member_ous.pk for said in batch if said.member_ous}
    whose = Q(member_ous_id__in=members) | Q(member_ous=None, project=project)
    paths = [said.path for said in batch]
    rows = ProductFile.objects.filter(whose, path__in=paths)
    ordered = sorted(rows, key=lambda row: (row.generation or 0, row.pk))
    return {(row.member_ous_id, row.path): row for row in ordered}


def _made(project: Project, said: FileSaid, source: str, now: datetime) -> ProductFile:
    return ProductFile(
        project=project,
        member_ous=said.member_ous,
        exec_block=said.exec_block,
        path=said.path,
        name=said.name,
        file_class=said.file_class,
        kind=said.kind,
        size_bytes=said.size_bytes,
        sha256=said.sha256,
        source=source,
        created_at=now,
        modified_at=now,
    )


def _apply(row: ProductFile, said: FileSaid, source: str) -> bool:
    """Put what is new into ``row``; a source corrects only what it said itself."""
    told = {
        "size_bytes": said.size_bytes,
        "sha256": said.sha256,
        "file_class": said.file_class,
        "kind": said.kind,
        "exec_block": said.exec_block,
    }
    fresh = {
        name: value
        for name, value in told.items()
        if value not in (None, "")
        and getattr(row, name) != value
        and (row.source == source or getattr(row, name) in (None, ""))
    }
    for name, value in fresh.items():
        setattr(row, name, value)
    return bool(fresh)
