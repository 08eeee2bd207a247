"""Data sets of demo executions: folders of tables, and tars as the archive names them."""

import io
import tarfile
from pathlib import Path

from projects.identity import Uid
from qa.observed import Execution
from snoopi.demo.asdm_tables import tables_of
from snoopi.demo.asdm_xml import container_document, table_document


def documents_of(execution: Execution) -> dict[str, bytes]:
    """Answer the files of a data set by name."""
    tables = [(table, f"{execution.uid}{n:x}") for n, table in enumerate(tables_of(execution), 1)]
    created = execution.start.strftime("%Y-%m-%dT%H:%M:%S.%f")
    files = {"ASDM.xml": container_document(execution.uid, created, tables)}
    documents = ((table.name, table_document(table, uid, execution.uid)) for table, uid in tables)
    return files | {f"{name}.xml": data for name, data in documents}


def asdm_tar(execution: Execution) -> bytes:
    """Answer a data set as the archive packs it."""
    folder = Uid(execution.uid).ref
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in documents_of(execution).items():
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def write_asdm(folder: Path, execution: Execution) -> Path:
    """Write a data set as a tar into ``folder`` and answer its path."""
    path = folder / f"{Uid(execution.uid).ref}.asdm.sdm.tar"
    path.write_bytes(asdm_tar(execution))
    return path
