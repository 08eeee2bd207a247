"""What data sets add to execution blocks: their scheduling blocks and their reports."""

from collections.abc import Mapping

from ingest.records import ExecBlockRecord, ProjectBundle
from ingest.upserts import Context, Rows
from projects.lookup import find
from projects.models import ExecBlock, SchedBlock
from projects.services.bulk import next_version
from qa.services.reports import record_report, reports_awaiting


def named_sched_blocks(bundle: ProjectBundle, context: Context) -> Mapping[str, SchedBlock]:
    """Answer, by UID, the SBs here that data sets name as theirs."""
    found: dict[str, SchedBlock] = {}
    for record in bundle.exec_blocks:
        block = _named(record)
        if block is None:
            continue
        if _is_anothers(record, block):
            reason = "Its data set names a scheduling block of another project; it stays apart."
            context.report.reject(f"exec_block {record.uid}, field sched_block", reason)
        else:
            found[record.sched_block_uid] = block
    return found


def _named(record: ExecBlockRecord) -> SchedBlock | None:
    if not record.sched_block_uid:
        return None
    blocks = SchedBlock.objects.select_related("project", "member_ous")
    return find(blocks, record.sched_block_uid)


def _is_anothers(record: ExecBlockRecord, block: SchedBlock) -> bool:
    known = ExecBlock.objects.exclude(project=None).filter(uid=record.uid)
    return known.exclude(project=block.project).exists()


def adopt_executions(blocks: Rows[SchedBlock]) -> list[ExecBlock]:
    """Give SBs the executions that were here before them; answer what was adopted.

    Their data sets came first and named an SB that nobody knew yet.
    """
    by_uid = {row.uid: row for row in (*blocks.new, *blocks.changed) if row.uid}
    adopted: list[ExecBlock] = []
    for report in reports_awaiting(by_uid) if by_uid else ():
        block, exec_block = by_uid[report.sched_block_uid], report.exec_block
        exec_block.sched_block, exec_block.member_ous = block, block.member_ous
        exec_block.project = block.project
        exec_block.save(update_fields=["sched_block", "member_ous", "project"])
        adopted.append(exec_block)
    return adopted


def keep_reports(
    bundle: ProjectBundle, exec_blocks: Rows[ExecBlock], context: Context
) -> list[ExecBlock]:
    """Write the reports of a bundle's executions; answer the rows that only so changed."""
    moved: list[ExecBlock] = []
    for record in bundle.exec_blocks:
        row = exec_blocks.get(record.key)
        if row is None or record.execution is None:
            continue
        is_new = record_report(exec_block=row, execution=record.execution, now=context.now)
        if is_new and row not in (*exec_blocks.new, *exec_blocks.changed):
            moved.append(row)
    _count_as_updated(moved, context)
    return moved


def _count_as_updated(rows: list[ExecBlock], context: Context) -> None:
    context.report.unchanged[ExecBlock.LEVEL] -= len(rows)
    context.report.updated[ExecBlock.LEVEL] += len(rows)
    changed = ExecBlock.objects.filter(pk__in=[row.pk for row in rows])
    changed.update(**next_version(context.now, shown=True))
