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
# A list of paths and the unpacked package, by the names of their formats.
_LESS_THAN = ("listing", "package")
_COLUMNS = (
    *("exec_block", "file_class", "kind", "size_bytes", "sha256", "generation", "source"),
    "modified_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSaid:
    """What a source says of one file; None and "" are "it does not say"."""

    path: str
    name: str
    file_class: str = ""
    kind: str = ""
    size_bytes: int | None = None
    sha256: str = ""
    generation: int | None = None
    member_ous: MemberOUS | None = None
    exec_block: ExecBlock | None = None


def record_files(
    *, project: Project, files: Iterable[FileSaid], source: str, now: datetime
) -> Mapping[str, Counter[str]]:
    """Bring a project's files up to date with what a source says of them, in bulk.

    A source that knows no generations means the newest one that has the file; what is of no
    known generation becomes part of the first one that has such a file. What another source
    said of a size or checksum stays; nothing is deleted. Answers how many were
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
    new: dict[int, ProductFile] = {}
    changed: dict[int, ProductFile] = {}
    for said in batch:
        row = _meant(known[_key(said)], said)
        if row is None:
            row = _made(project, said, source, now)
            known[_key(said)].append(row)
            new[id(row)] = row
        elif _apply(row, said, source) and id(row) not in new:
            row.modified_at = now
            changed[id(row)] = row
    ProductFile.objects.bulk_create(new.values())
    ProductFile.objects.bulk_update(changed.values(), _COLUMNS)
    tally = {"created": len(new), "updated": len(changed)}
    for word, number in {**tally, "unchanged": len(batch) - sum(tally.values())}.items():
        counts[word]["product_file"] += number


def _key(said: FileSaid) -> tuple[int | None, str]:
    return said.member_ous.pk if said.member_ous else None, said.path


def _known(
    project: Project, batch: list[FileSaid]
) -> dict[tuple[int | None, str], list[ProductFile]]:
    """The rows that a batch may mean, by their place, the newest generation last."""
    members = {said.member_ous.pk for said in batch if said.member_ous}
    whose = Q(member_ous_id__in=members) | Q(member_ous=None, project=project)
    paths = [said.path for said in batch]
    rows = ProductFile.objects.filter(whose, path__in=paths)
    found: dict[tuple[int | None, str], list[ProductFile]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.generation or 0, row.pk)):
        found[row.member_ous_id, row.path].append(row)
    return found


def _meant(rows: list[ProductFile], said: FileSaid) -> ProductFile | None:
    """The row of the generation that a source speaks of, the newest where it names none."""
    if said.generation is None:
        return rows[-1] if rows else None
    fitting = [row for row in rows if row.generation in (None, said.generation)]
    return fitting[-1] if fitting else None


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
        generation=said.generation,
        source=source,
        created_at=now,
        modified_at=now,
    )


def _apply(row: ProductFile, said: FileSaid, source: str) -> bool:
    """Put what is new into ``row``; a source corrects only what it said itself.

    The files themselves are better witnesses than a list of them.
    """
    overrules = (row.source, source) == _LESS_THAN
    told = {
        "size_bytes": said.size_bytes,
        "sha256": said.sha256,
        "file_class": said.file_class,
        "kind": said.kind,
        "exec_block": said.exec_block,
        "generation": said.generation,
    }
    fresh = {
        name: value
        for name, value in told.items()
        if value not in (None, "")
        and getattr(row, name) != value
        and (overrules or row.source == source or getattr(row, name) in (None, ""))
    }
    if overrules:
        fresh["source"] = source
    for name, value in fresh.items():
        setattr(row, name, value)
    return bool(fresh)
