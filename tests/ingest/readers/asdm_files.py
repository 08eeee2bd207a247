"""Small executions for tests, as their data sets would say them, and data sets of them."""

from dataclasses import replace
from typing import Any

from ingest.readers.asdm.execution import executions
from ingest.readers.asdm.tables import Tables
from ingest.readers.sources import Source
from qa.observed import Execution
from snoopi.demo.asdm import documents_of
from snoopi.demo.compose import Composer
from snoopi.demo.data_sets import executions_of
from snoopi.demo.sgrb2 import sgrb2

XEFE = "uid://A002/X85dcf7/Xefe"


def execution(**changed: Any) -> Execution:
    """The seed's execution block uid://A002/X85dcf7/Xefe, with changes."""
    runs = {run.uid: run for run in executions_of([sgrb2(Composer(269))])}
    return replace(runs[XEFE], **changed)


def folder_of(documents: dict[str, bytes], name: str = "night") -> Source:
    """A data set's folder in memory."""
    files = (Source.from_bytes(f"{name}/{file}", data) for file, data in documents.items())
    return Source(name, members=tuple(files))


def read_back(said: Execution, **documents: bytes | None) -> tuple[Execution, Tables]:
    """Write a data set, exchange some of its tables (None: leave it out), and read it."""
    files = documents_of(said)
    for table, data in documents.items():
        files.pop(f"{table}.xml", None)
        if data is not None:
            files[f"{table}.xml"] = data
    tables = Tables(folder_of(files))
    return executions(tables)[0], tables
