"""The format ``asdm``: what its data sets tell of their execution blocks."""

from pathlib import PurePosixPath

from ingest.readers.asdm.execution import executions
from ingest.readers.asdm.tables import Tables
from ingest.readers.heads import Head, Reader
from ingest.readers.sources import Source
from ingest.records import ExecBlockRecord, ProjectBundle, Reading, merged
from projects.identity import Uid
from qa.figures import source_times
from qa.intents import TARGET
from qa.observed import Execution

_ROOTS = frozenset({"ASDM", "ExecBlockTable"})


def _matches(head: Head) -> bool:
    return head.is_folder and bool(head.roots & _ROOTS)


def read(source: Source) -> Reading:
    """Read the executions of a data set's folder. Raises UnreadableSource."""
    tables = Tables(source)
    found = executions(tables)
    blocks = tuple(_record(source, execution) for execution in found)
    bundle = ProjectBundle(project=None, exec_blocks=blocks)
    return Reading("asdm", "asdm", (bundle,), tuple(tables.rejected))


def _record(source: Source, execution: Execution) -> ExecBlockRecord:
    uid = execution.uid or _uid_in_name(source.name)
    targets = merged(time.source for time in source_times(execution.scans) if time.intent == TARGET)
    place = execution.positions.get(targets[0]) if targets else None
    return ExecBlockRecord(
        key=uid or source.name,
        uid=uid,
        sched_block_uid=execution.sched_block_uid,
        start=execution.start,
        end=execution.end,
        bands=execution.bands,
        target_names=targets,
        ra_deg=place.ra_deg if place else None,
        dec_deg=place.dec_deg if place else None,
        rep_freq_ghz=execution.rep_freq_ghz,
        antenna_names=merged(antenna.name for antenna in execution.antennas),
        execution=execution,
    )


def _uid_in_name(name: str) -> str:
    """The UID in a data set's file name: some old ones carry it nowhere else."""
    uid = Uid.parse_or_none(PurePosixPath(name).name)
    return uid.text if uid else ""


READER = Reader(
    name="asdm",
    accepts="ASDM data sets, as folders or tars (.asdm.sdm.tar)",
    matches=_matches,
    read=read,
)
