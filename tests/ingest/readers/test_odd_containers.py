"""Containers that other programs write in their own way."""

import io
import tarfile

import pytest

from ingest.readers import Source, UnreadableSource, expand, read_source

HEADER = "proposal_id\tmember_ous_uid\tproposal_abstract\n"
VOTABLE = (
    '<?xml version="1.0"?><!DOCTYPE VOTABLE SYSTEM "VOTable.dtd"><VOTABLE><RESOURCE><TABLE>'
    '<FIELD name="Project code"/><DATA><TABLEDATA><TR><TD>2016.1.00001.S</TD></TR></TABLEDATA>'
    "</DATA></TABLE></RESOURCE></VOTABLE>"
)


def _row(number: int, text: str) -> str:
    return f"2016.1.0000{number}.S\tuid://A001/X1/X{number}\t{text}\n"


def _codes(text: str) -> list[str]:
    reading = read_source(Source.from_bytes("x", text.encode()))
    assert reading.rejected == ()
    return [bundle.project.code for bundle in reading if bundle.project]


def test_quoted_cell_over_several_lines_is_one_cell():
    rows = _row(1, '"a first\nand ""second""\nline"') + _row(2, "plain")

    assert _codes(HEADER + rows) == ["2016.1.00001.S", "2016.1.00002.S"]


def test_lone_quotation_mark_opens_no_cell():
    rows = _row(1, '"a title') + _row(2, '"another') + _row(3, "plain")

    assert _codes(HEADER + rows) == ["2016.1.00001.S", "2016.1.00002.S", "2016.1.00003.S"]


def test_votable_that_names_its_document_type_is_read():
    assert _codes(VOTABLE) == ["2016.1.00001.S"]


@pytest.mark.parametrize("length", [1024, 2048])
def test_tar_cut_between_its_members_is_refused(length):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name in ("a.csv", "b.csv"):
            data = b"proposal_id,member_ous_uid\n2016.1.00001.S,uid://A001/X1/X2\n"
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    whole = Source.from_bytes("x.tar", packed.getvalue())
    cut = Source.from_bytes("x.tar", packed.getvalue()[:length])

    assert [source.name for source in expand(whole)] == ["x.tar/a.csv", "x.tar/b.csv"]
    with pytest.raises(UnreadableSource, match=r"x\.tar: It is a damaged tar archive"):
        [read_source(source) for source in expand(cut)]
