"""The files of a bundle to rows: whose they are, and which are left out."""

from collections import Counter
from collections.abc import Collection, Iterator

from deliveries.models import ProductFile
from deliveries.services.files import FileSaid, record_files
from ingest.fitness import misfits
from ingest.records import FileRecord
from ingest.upserts import Context, Rows
from projects.models import ExecBlock, MemberOUS

# What the column that keeps the source takes.
LONGEST_SOURCE = 40
_LARGEST = 2**63 - 1


def take_files(
    files: Collection[FileRecord],
    members: Rows[MemberOUS],
    exec_blocks: Rows[ExecBlock],
    context: Context,
) -> None:
    """Bring the files of a bundle into rows, once what they belong to is there."""
    if not files:
        return
    homeless = Counter[str]()
    said = _said(files, members, exec_blocks, context, homeless)
    if context.project is None:
        homeless.update(record.member or record.exec_block or record.path for record in files)
    else:
        source = context.origin[:LONGEST_SOURCE]
        counts = record_files(project=context.project, files=said, source=source, now=context.now)
        for word, counter in counts.items():
            getattr(context.report, word).update(+counter)
    for name, number in homeless.items():
        context.report.reject(f"{number} files of {name}", "Their project is not known here.")


def _said(
    files: Collection[FileRecord],
    members: Rows[MemberOUS],
    exec_blocks: Rows[ExecBlock],
    context: Context,
    homeless: Counter[str],
) -> Iterator[FileSaid]:
    for record in files:
        member, run = members.get(record.member), exec_blocks.get(record.exec_block)
        reason = _unfit(record)
        if reason:
            context.report.reject(f"file {record.path[:200]}", reason)
        elif record.member and member is None:
            homeless[record.member] += 1
        else:
            yield _one_said(record, member or (run.member_ous if run else None), run)


def _unfit(record: FileRecord) -> str:
    texts = {"path": record.path, "name": record.name}
    if (record.size_bytes or 0) > _LARGEST:
        return "Its size is beyond measure."
    return misfits(ProductFile, texts, {})


def _one_said(record: FileRecord, member: MemberOUS | None, run: ExecBlock | None) -> FileSaid:
    return FileSaid(
        path=record.path,
        name=record.name,
        file_class=record.file_class,
        kind=record.kind,
        size_bytes=record.size_bytes,
        sha256=record.sha256,
        generation=record.generation,
        member_ous=member,
        exec_block=run,
    )
