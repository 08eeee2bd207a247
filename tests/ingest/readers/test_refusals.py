"""What is refused whole: broken, hostile, unknown and empty sources."""

import gzip
import io
import json
import stat
import tarfile
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.readers import Source, UnreadableSource, expand, read_source, recognise
from ingest.records import Reading
from tests.ingest.readers.makers import CODE, MEMBER, csv, native, read, tarred, votable, zipped
from tests.ingest.readers.plans import ous, project

TABLE = csv("proposal_id,member_ous_uid", f"{CODE},{MEMBER}")
VOTABLE = votable(["proposal_id", "member_ous_uid"], [[CODE, MEMBER]])
BOMB = '<!DOCTYPE VOTABLE [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


def with_link(kind):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        info = tarfile.TarInfo("ObsProject.xml")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    return packed.getvalue()


def zip_with_link():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo("link.xml")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return packed.getvalue()


def twice():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for _ in range(2):
            archive.addfile(tarfile.TarInfo("a.xml"))
    return packed.getvalue()


def damaged_zip():
    data = bytearray(zipped({"ObsProject.xml": project("") + " " * 5000}))
    data[60:90] = b"\0" * 30
    return bytes(data)


REFUSED = {
    "zero bytes": (b"", "It is empty"),
    "random bytes": (bytes(range(256)) * 4, "no known form"),
    "prose": (b"Dear archive,\nplease send data.\n", "Its form is not known"),
    "html": (b"<!DOCTYPE html><html><body/></html>", "Its form is not known (html document)"),
    "other xml": (b"<ASDM/>", "Its form is not known (ASDM document)"),
    "other json": (b'{"a": 1}', "Its form is not known"),
    "json number": (b"5", "Its form is not known"),
    "json list of numbers": (b"[1, 2]", "Its form is not known"),
    "other table": (b"a,b\n1,2\n", "Its form is not known"),
    "truncated votable": (VOTABLE[:-60].encode(), "Its XML is not well-formed"),
    "truncated before its fields": (VOTABLE[:80].encode(), "Its XML is not well-formed"),
    "mismatched tags": (VOTABLE.replace("</TR>", "</TD>").encode(), "not well-formed"),
    "entity bomb": (VOTABLE.replace("?>", "?>" + BOMB).encode(), "It declares XML entities"),
    "entity bomb elsewhere": (
        b'<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>',
        "It declares XML entities",
    ),
    "entity of another file": (
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>',
        "It declares XML entities",
    ),
    "entity bomb in utf-16": (
        VOTABLE.replace('<?xml version="1.0"?>', BOMB).encode("utf-16"),
        "It declares XML entities",
    ),
    "deep xml": (
        (VOTABLE[:200].split("<TABLE>")[0] + "<GROUP>" * 200).encode(),
        "levels deep",
    ),
    "votable in a wrong encoding": (
        VOTABLE.replace("?>", ' encoding="utf-8"?>').replace(CODE, "é").encode("latin-1"),
        "Its XML is not well-formed",
    ),
    "votable in no encoding": (
        VOTABLE.replace("?>", ' encoding="moon"?>').encode(),
        "Its XML",
    ),
    "votable with rows elsewhere": (
        VOTABLE.replace(
            "<TABLEDATA>", '<BINARY><STREAM href="file:///etc/passwd"/></BINARY><TABLEDATA>'
        ).encode(),
        "Its rows lie elsewhere",
    ),
    "damaged binary votable": (
        votable(["proposal_id"], [])
        .replace(
            "<TABLEDATA></TABLEDATA>", '<BINARY><STREAM encoding="base64">AAA</STREAM></BINARY>'
        )
        .encode(),
        "It is a damaged VOTable",
    ),
    "csv in latin-1": (
        (TABLE + f"{CODE},é").encode("latin-1"),
        f"the byte at offset {len(TABLE) + 15} does not fit",
    ),
    "csv with a nul": ((TABLE + "\0").encode(), "there is a NUL"),
    "json in latin-1": (
        json.dumps([{"proposal_id": "é"}], ensure_ascii=False).encode("latin-1"),
        "the byte at offset 18 does not fit",
    ),
    "truncated json": (b'[{"proposal_id": "x"', "Its JSON cannot be read"),
    "json key twice": (b'[{"proposal_id": "x", "proposal_id": "y"}]', "stands twice"),
    "no zip after all": (b"PK\x03\x04" + b"x" * 100, "It is a damaged zip archive"),
    "truncated zip": (zipped({"ObsProject.xml": project("")})[:-30], "damaged zip archive"),
    "damaged zip": (damaged_zip(), "damaged zip archive"),
    "empty zip": (zipped({}), "nothing in it"),
    "empty tar": (tarred({"x": b""})[:512].replace(b"x\0", b".\0", 1), None),
    "truncated tar": (tarred({"a.xml": VOTABLE})[:700], "damaged tar archive"),
    "no gzip after all": (b"\x1f\x8b" + b"x" * 50, "damaged gzip archive"),
    "truncated gzip": (gzip.compress(tarred({"a.xml": VOTABLE}))[:-20], "damaged gzip archive"),
    "zip out of its folder": (
        zipped({"../x.xml": VOTABLE}),
        "“../x.xml” has a path that leads out",
    ),
    "zip to an absolute path": (zipped({"/etc/x": VOTABLE}), "“/etc/x” has a path that leads out"),
    "zip to a drive": (zipped({"C:/x.xml": VOTABLE}), "has a path that leads out"),
    "zip with backslashes": (zipped({"..\\x.xml": VOTABLE}), "has a path that leads out"),
    "zip with a link": (zip_with_link(), "“link.xml” is a link or a device"),
    "tar out of its folder": (tarred({"a/../../x": VOTABLE}), "has a path that leads out"),
    "tar with a symbolic link": (with_link(tarfile.SYMTYPE), "is a link, a device"),
    "tar with a hard link": (with_link(tarfile.LNKTYPE), "is a link, a device"),
    "tar with a device": (with_link(tarfile.CHRTYPE), "is a link, a device"),
    "tar with a pipe": (with_link(tarfile.FIFOTYPE), "is a link, a device"),
    "tar with a name twice": (twice(), "“a.xml” is there twice"),
    "deep folders": (tarred({"a/" * 50 + "x": VOTABLE}), "too many folders deep"),
    "zip bomb": (zipped({"x.xml": b"\0" * (8 << 20)}), "“x.xml” unpacks to an absurd size"),
    "gzip bomb": (gzip.compress(tarred({"x.xml": b"\0" * (8 << 20)})), "unpacks to an absurd size"),
    "plan with a broken document": (
        zipped({"ObsProject.xml": project(""), "b.xml": "<SchedBlock>"}),
        "not well-formed",
    ),
    "plan with an empty document": (
        zipped({"ObsProject.xml": project(""), "b.xml": ""}),
        "not well-formed",
    ),
    "plan with a bomb": (
        zipped({"ObsProject.xml": project(""), "b.xml": BOMB + "<SchedBlock/>"}),
        "declares XML",
    ),
    "plan nested without end": (
        zipped({"ObsProject.xml": project("<prj:ObsUnitSet>" * 500 + "</prj:ObsUnitSet>" * 500)}),
        "levels deep",
    ),
    "several in one": (zipped({"a.xml": VOTABLE, "b.csv": TABLE}), "It holds 2 sources"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_source_is_refused_whole_with_its_reason(case):
    data, reason = REFUSED[case]

    with pytest.raises(UnreadableSource) as caught:
        read(data, "the source")

    assert caught.value.source.startswith("the source")
    assert reason is None or reason in caught.value.reason


def test_too_many_entries_are_refused(monkeypatch):
    monkeypatch.setattr("ingest.readers.containers._MAX_ENTRIES", 3)

    with pytest.raises(UnreadableSource) as caught:
        read(zipped({f"{n}.csv": TABLE for n in range(4)}))

    assert "“3.csv” is one of more than 3 entries" in caught.value.reason


@pytest.mark.parametrize(
    ("data", "asked", "reason"),
    [
        (TABLE, "json", "It was to be read as json, but what it holds is obscore."),
        (native(), "aot", "It was to be read as aot, but what it holds is json."),
        (
            TABLE,
            "moos",
            "“moos” is not a format that ingest knows "
            "(aot, asdm, package, json, obscore, listing).",
        ),
    ],
)
def test_wrong_format_is_refused(data, asked, reason):
    with pytest.raises(UnreadableSource) as caught:
        read_source(Source.from_bytes("x", data.encode()), asked)

    assert caught.value.reason == reason


@pytest.mark.parametrize("name", ["nowhere", "nul\0"])
def test_path_that_is_not_there_is_refused(tmp_path, name):
    with pytest.raises(UnreadableSource) as caught:
        read_source(Source.from_path(tmp_path / name))

    assert caught.value.reason.startswith("It cannot be opened")


@pytest.mark.parametrize(
    ("data", "format_name"),
    [(TABLE, "obscore"), (VOTABLE, "obscore"), (native(), "json"), (project(""), "aot")],
)
def test_recognise_goes_by_content_not_by_name(data, format_name):
    source = Source.from_bytes("picture.png", data.encode())

    assert recognise(source) == format_name
    assert read_source(source, format_name).format == format_name


def test_compressed_table_is_the_table():
    packed = gzip.compress(tarred({"reply.csv": TABLE}))

    assert [len(bundle) for bundle in read(packed)] == [1]


def test_expand_of_a_folder_answers_its_sources(tmp_path):
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "ObsProject.xml").write_text(project(ous("m", "X1")))
    (tmp_path / "plan" / "notes.txt").write_text("notes")
    (tmp_path / "a.aot").write_bytes(zipped({"ObsProject.xml": project("")}))
    (tmp_path / "b.xml").write_text(VOTABLE)
    (tmp_path / "broken.tar").write_bytes(with_link(tarfile.SYMTYPE))
    (tmp_path / "c.tgz").write_bytes(gzip.compress(tarred({"d.csv": TABLE, "e/f.xml": VOTABLE})))
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)

    found = expand(Source.from_path(tmp_path))

    names = [source.name.removeprefix(f"{tmp_path}/") for source in found]
    refused = ["broken.tar", "plan/notes.txt"]
    sources = ["a.aot", "b.xml", "c.tgz/d.csv", "c.tgz/e/f.xml", "plan"]
    assert names == sorted([*sources, *refused])
    formats = [recognise(found[names.index(name)]) for name in sources]
    assert formats == ["aot", "obscore", "obscore", "obscore", "aot"]


def test_expand_of_one_source_is_itself():
    source = Source.from_bytes("x", TABLE.encode())

    assert expand(source) == [source]


def test_expand_of_an_asdm_folder_is_one_source(tmp_path):
    for name in ("ASDM", "Main"):
        (tmp_path / f"{name}.xml").write_text(f"<{name}/>")
    (tmp_path / "ASDM.xml").write_text("<ASDM/>")

    assert len(expand(Source.from_path(tmp_path))) == 1


def outcome(data):
    try:
        return read(data)
    except UnreadableSource as problem:
        return problem


@given(data=st.binary(max_size=2000))
@example(data=b"\xff\xfe")
@example(data=b"PK\x05\x06" + b"\0" * 18)
@example(data=b"\xef\xbb\xbf")
@example(data=b"\0" * 257 + b"ustar" + b"\0" * 800)
def test_any_bytes_give_a_reading_or_are_refused(data):
    assert isinstance(outcome(data), Reading | UnreadableSource)


@given(
    text=st.text(max_size=400),
    head=st.sampled_from([TABLE, VOTABLE[:400], "[", '{"snoopi": 1,', "<"]),
)
def test_any_text_after_a_good_start_gives_a_reading_or_is_refused(text, head):
    assert isinstance(outcome((head + text).encode(errors="replace")), Reading | UnreadableSource)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "uid",
                    "name",
                    "code",
                    "member_ous",
                    "sched_blocks",
                    "exec_blocks",
                    "history",
                    "asked",
                    "ra_deg",
                    "bands",
                    "at",
                    "to",
                    "start",
                    "end",
                    "executions_expected",
                    "memberships",
                    "user",
                    "role",
                    "ends",
                    "release_date",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(value=JSON_VALUES)
def test_any_projects_give_a_reading_or_are_refused(value):
    document = json.dumps({"snoopi": 1, "projects": value, "exec_blocks": value})

    assert isinstance(outcome(document.encode()), Reading | UnreadableSource)


@given(rows=st.lists(st.lists(JSON_VALUES, max_size=4), max_size=4))
def test_any_json_rows_give_a_reading_or_are_refused(rows):
    names = ["proposal_id", "member_ous_uid", "s_ra", "band_list"]

    found = outcome(json.dumps({"columns": names, "data": rows}).encode())

    assert isinstance(found, Reading | UnreadableSource)


@given(cut=st.integers(0, 3000), flip=st.integers(0, 255))
def test_any_damage_to_an_archive_gives_a_reading_or_is_refused(cut, flip):
    data = bytearray(zipped({"ObsProject.xml": project(ous("m", "X1"))}))
    data[cut % len(data)] = flip

    assert isinstance(outcome(bytes(data)), Reading | UnreadableSource)
