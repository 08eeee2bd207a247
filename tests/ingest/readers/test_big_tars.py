"""Tars as the archive delivers data sets: large, and read where they lie."""

import io
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from ingest.readers.containers import entries, folder_of
from ingest.readers.sources import Source
from ingest.records import UnreadableSource

VISIBILITIES_BYTES = 64 << 20


@pytest.fixture
def big_tar(tmp_path: Path) -> Path:
    """A data set with far more visibilities than tables."""
    path = tmp_path / "night.asdm.sdm.tar"
    with tarfile.open(path, "w") as archive:
        for name, data in (
            ("uid___A002_X1_X2/ASDM.xml", b"<ASDM/>"),
            ("uid___A002_X1_X2/ASDMBinary/uid___A002_X1_X3", b"\0" * VISIBILITIES_BYTES),
            ("uid___A002_X1_X2/Scan.xml", b"<ScanTable/>"),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def test_tar_costs_the_memory_of_what_is_read(big_tar: Path) -> None:
    tracemalloc.start()
    folder = folder_of(Source.from_path(big_tar)).children()[0]
    read = {file.name.rpartition("/")[2]: file.read() for file in folder.children()[:2]}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert read == {"ASDM.xml": b"<ASDM/>", "Scan.xml": b"<ScanTable/>"}
    assert peak < VISIBILITIES_BYTES / 10


def test_member_in_place_reads_like_a_file(big_tar: Path) -> None:
    first = entries(Source.from_path(big_tar))[0]

    with first.open() as stream:
        assert (stream.read(3), stream.seek(-2, io.SEEK_END), stream.read()) == (b"<AS", 5, b"/>")
        assert (stream.seek(1), stream.read(100), stream.read()) == (1, b"ASDM/>", b"")


def test_compressed_tar_leaves_the_visibilities_packed(big_tar: Path, tmp_path: Path) -> None:
    packed = tmp_path / "night.tar.gz"
    with tarfile.open(packed, "w:gz") as archive, tarfile.open(big_tar) as whole:
        for info in whole:
            archive.addfile(info, whole.extractfile(info))

    names = [entry.name for entry in entries(Source.from_path(packed))]

    assert names == ["uid___A002_X1_X2/ASDM.xml", "uid___A002_X1_X2/Scan.xml"]


def test_tar_cut_within_a_member_is_refused(big_tar: Path) -> None:
    cut = big_tar.read_bytes()[: VISIBILITIES_BYTES // 2]
    big_tar.write_bytes(cut)

    with pytest.raises(UnreadableSource, match="damaged tar archive"):
        entries(Source.from_path(big_tar))
