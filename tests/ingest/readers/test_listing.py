"""Paths of delivered files, in every form that people keep them."""

import tracemalloc
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers import Source, UnreadableSource, read_source
from ingest.records import Reading
from tests.ingest.readers.drawing import drawn

GOAL, GROUP, MEMBER = (f"uid://A001/Xbd4641/X{number}" for number in ("1e", "1f", "20"))
RUN, OTHER_RUN = "uid://A002/Xc04da7/Xea", "uid://A002/Xc067f7/Xa6d"
CHAIN = (
    "2016.1.90484.L/science_goal.uid___A001_Xbd4641_X1e/group.uid___A001_Xbd4641_X1f/"
    "member.uid___A001_Xbd4641_X20"
)
FILES = (
    "calibration/antennapos.csv",
    "calibration/uid___A002_Xc04da7_Xea.ms.calapply.txt",
    "member.uid___A001_Xbd4641_X20.README.txt",
    "product/member.uid___A001_Xbd4641_X20.GW_Lup_sci.spw25.cube.I.pbcor.fits",
    "product/member.uid___A001_Xbd4641_X20.GW_Lup_sci.spw25.cube.I.pb.fits.gz",
    "qa/member.uid___A001_Xbd4641_X20.hifa_calimage.weblog.tgz",
    "raw/uid___A002_Xc04da7_Xea.asdm.sdm",
    "raw/uid___A002_Xc067f7_Xa6d",
    "script/member.uid___A001_Xbd4641_X20.scriptForPI.py",
)
PATHS = [f"{CHAIN}/{file}" for file in FILES]


def read(text: str | bytes, name: str = "listing") -> Reading:
    """Read a text, which must be taken for a listing."""
    raw = text.encode() if isinstance(text, str) else text
    found = read_source(Source.from_bytes(name, raw))
    assert found.format == "listing"
    return found


def only(found: Reading):
    """The only bundle of a reading without rejected lines."""
    assert found.rejected == ()
    (bundle,) = found.bundles
    return bundle


def with_folders(paths: list[str]) -> list[str]:
    """Paths and every folder above them, as ``find`` names them."""
    above = {path.rsplit("/", depth)[0] for path in paths for depth in range(1, path.count("/"))}
    return sorted({*paths, *above})


def long_lines(paths: list[str]) -> str:
    lines = [f"-rw-r--r-- 1 alma alma {len(p)} Jan  1 12:00 {p}" for p in paths]
    return "total 12\n" + "\n".join(lines)


def listed_by_folder(paths: list[str]) -> str:
    folders: dict[str, list[str]] = {}
    for path in with_folders(paths):
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, []).append(name)
    parts = [f"{folder}:\n" + "\n".join(names) for folder, names in folders.items() if folder]
    return "\n\n".join(parts) + "\n"


FORMS = {
    "plain": "\n".join(PATHS),
    "find": "\n".join(f"./{path}" for path in with_folders(PATHS)),
    "absolute": "\n".join(f"/data/alma store/{path}" for path in PATHS),
    "windows": "\r\n".join(f"D:\\data\\{path}".replace("/", "\\") for path in PATHS),
    "marked": "\ufeff" + "\n".join(PATHS),
    "addresses": "\n".join(f"https://archive.example.org/dataPortal/{path}" for path in PATHS),
    "tree": drawn(PATHS),
    "tree without folder": "project\n" + drawn(PATHS),
    "ascii tree": drawn(PATHS, ("|-- ", "`-- ", "|   ", "    ")),
    "narrow tree": drawn(PATHS, ("|-- ", "|-- ", "|  ", "   ")),
    "heavy tree": drawn(PATHS, ("┣━━ ", "┗━━ ", "┃\u00a0\u00a0 ", "    ")),
    "tree of another system": drawn(PATHS, ("+---", "\\---", "|   ", "    ")),
    "tree of full paths": drawn(PATHS, full=True),
    "tree with sizes": "[       4096]  .\n" + drawn(PATHS, before="[       1234]  "),
    "tree with rights": drawn(PATHS, before="[-rw-r--r-- alma     alma     Jan 1 12:00]  "),
    "tree with marks": drawn(PATHS, folder_mark="/"),
    "quoted tree": drawn(PATHS, quote='"'),
    "colored tree": drawn(PATHS, before="\x1b[01;34m"),
    "long": long_lines(PATHS),
    "tar": "\n".join(f"-rw-r--r-- root/root {len(p)} 2020-01-01 12:00 {p}" for p in PATHS),
    "by folder": listed_by_folder(PATHS),
    "disk use": "\n".join(f"{len(path)}\t./{path}" for path in with_folders(PATHS)),
    "sums": "\n".join(f"{number:064x}  {path}" for number, path in enumerate(PATHS)),
    "table": "target  tag  path\n" + "\n".join(f"gwlup\tC  {n}\t{p}" for n, p in enumerate(PATHS)),
    "commented": "# file key\n\n" + "\n".join(f"a b {path}" for path in PATHS),
    "csv": "name,path,size\n" + "\n".join(f'GW Lup,"{path}",12' for path in PATHS),
    "path first": "\n".join(f"{path} 1234 2020-01-01" for path in PATHS),
    "other case": "\n".join(PATHS).replace("member.uid___A001", "MEMBER.UID___a001"),
    "linked": "\n".join(f"{path} -> /elsewhere/{path}" for path in PATHS),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_listing_gives_the_same_chain_and_files(form):
    bundle = only(read(FORMS[form]))

    assert bundle.project.code == "2016.1.90484.L"
    assert [goal.uid for goal in bundle.science_goals] == [GOAL]
    assert [(group.uid, group.parent) for group in bundle.group_ous] == [(GROUP, GOAL)]
    assert [(m.uid, m.group, m.science_goal) for m in bundle.member_ous] == [(MEMBER, GROUP, GOAL)]
    assert {(run.uid, run.member) for run in bundle.exec_blocks} == {
        (RUN, MEMBER),
        (OTHER_RUN, MEMBER),
    }
    files = {file.path.replace("MEMBER.UID___a001", "member.uid___A001") for file in bundle.files}
    assert files == set(FILES)
    assert {member.state for member in bundle.member_ous} == {""}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_listing_with_a_byte_order_mark_is_read(encoding):
    assert len(only(read(drawn(PATHS).encode(encoding))).files) == len(FILES)


def test_sizes_and_checksums_come_with_the_files_that_have_them():
    sizes = {file.path: file.size_bytes for file in only(read(FORMS["long"])).files}
    sums = {file.sha256 for file in only(read(FORMS["sums"])).files}

    assert sizes == {file: len(path) for file, path in zip(FILES, PATHS, strict=True)}
    assert sums == {f"{number:064x}" for number in range(len(FILES))}
    assert {file.size_bytes for file in only(read(FORMS["disk use"])).files} == {None}


def test_files_have_the_class_of_their_folder_and_the_kind_of_their_name():
    found = {f.path: (f.file_class, f.kind, f.exec_block) for f in only(read(FORMS["plain"])).files}

    assert found == {
        FILES[0]: ("calibration", "antenna positions", ""),
        FILES[1]: ("calibration", "calibration commands", RUN),
        FILES[2]: ("readme", "README", ""),
        FILES[3]: ("product", "image", ""),
        FILES[4]: ("product", "primary beam", ""),
        FILES[5]: ("qa", "weblog", ""),
        FILES[6]: ("raw", "ASDM", RUN),
        FILES[7]: ("raw", "", OTHER_RUN),
        FILES[8]: ("script", "script for the PI", ""),
    }


def test_what_lies_in_a_data_set_is_no_file_of_its_own():
    inside = [f"{CHAIN}/raw/uid___A002_Xc04da7_Xea.asdm.sdm/{n}" for n in ("ASDM.xml", "Main.xml")]
    inside += [f"{CHAIN}/calibrated/uid___A002_Xc04da7_Xea.ms.split.cal/FIELD/table.dat"]

    bundle = only(read("\n".join(inside)))

    assert [file.path for file in bundle.files] == [
        "raw/uid___A002_Xc04da7_Xea.asdm.sdm",
        "calibrated/uid___A002_Xc04da7_Xea.ms.split.cal",
    ]
    assert [run.uid for run in bundle.exec_blocks] == [RUN]


# Path → (code, goal, group, member, execution): what is known is used, the rest is "".
ODD_PATHS = {
    "2015.1.90121.S/from_naasc/X36/member.uid___A001_X2fe_X36/calibrated/"
    "uid___A002_Xb3e648_X62fc.ms.split.cal": (
        *("2015.1.90121.S", "", "", "uid://A001/X2fe/X36", "uid://A002/Xb3e648/X62fc"),
    ),
    "Cycle1_650/2012.1.90650.S/science_goal.uid___A002_X5a9a13_X579/"
    "group.uid___A002_X5a9a13_X57a/member.uid___A002_X5a9a13_X57d/calibrated/"
    "uid___A002_X6f1341_X80b.ms.split.cal": (
        *("2012.1.90650.S", "uid://A002/X5a9a13/X579", "uid://A002/X5a9a13/X57a"),
        *("uid://A002/X5a9a13/X57d", "uid://A002/X6f1341/X80b"),
    ),
    "2011.0.90131.S/sg_ouss_id/group_ouss_id/member_ouss_2012-12-05_id/calibrated/"
    "uid___A002_X36d011_X4e8.ms.split.cal.tgz": (
        *("2011.0.90131.S", "", "", "", "uid://A002/X36d011/X4e8"),
    ),
    "2011.0.90131.S_2012-12-05_001_of_002.tar": ("2011.0.90131.S", "", "", "", ""),
    "2016.1.91435.S_uid___A001_X87c_X69_001_of_001.tar": (
        *("2016.1.91435.S", "", "", "uid://A001/X87c/X69", ""),
    ),
    "2018.1.90306.S_uid___A002_Xd64dca_X11d3.asdm.sdm.tar": (
        *("2018.1.90306.S", "", "", "", "uid://A002/Xd64dca/X11d3"),
    ),
    "2013.1.90045.S_uid___A002_X5d7935_X11b_001_of_001.tar": (
        *("2013.1.90045.S", "", "", "uid://A002/X5d7935/X11b", ""),
    ),
    "2018.A.90062.S/member.uid___A001_X1458_X122.qa2_report.pdf": (
        *("2018.A.90062.S", "", "", "uid://A001/X1458/X122", ""),
    ),
    "2012.1.90001.S/sg_ous_id.uid___A001_X1_X2/group_ous_id.uid___A001_X1_X3/"
    "member_ous_id.uid___A001_X1_X4/product/a.fits": (
        *("2012.1.90001.S", "uid://A001/X1/X2", "uid://A001/X1/X3", "uid://A001/X1/X4", ""),
    ),
    "2013.1.90001.s/SCIENCE_GOAL.uid___a001_x1_xAF": (
        *("2013.1.90001.S", "uid://A001/X1/Xaf", "", "", ""),
    ),
}


@pytest.mark.parametrize("path", ODD_PATHS)
def test_path_without_the_full_chain_says_what_it_knows(path):
    bundle = only(read(path))

    levels = (bundle.science_goals, bundle.group_ous, bundle.member_ous, bundle.exec_blocks)
    found = [next((row.uid for row in rows), "") for rows in levels]
    assert (bundle.project.code, *found) == ODD_PATHS[path]


def test_package_without_named_folders_is_told_by_its_file_names():
    tree = drawn(
        [
            f"survey/raw/{band}/12m/{file}"
            for band, member in (("b4", "X69"), ("b7", "X6d"))
            for file in (
                f"calibration/uid___A001_X87c_{member}.session_1.caltables.tgz",
                "calibration/flux.csv",
                f"raw/uid___A002_Xba0af7_{member}.asdm.sdm",
                f"script/PPR_uid___A001_X87c_{member}a.xml",
                f"tar/2016.1.91435.S_uid___A001_X87c_{member}_001_of_001.tar",
                "README",
            )
        ]
    )

    bundle = only(read(tree))

    assert bundle.project.code == "2016.1.91435.S"
    assert {m.uid for m in bundle.member_ous} == {"uid://A001/X87c/X69", "uid://A001/X87c/X6d"}
    assert {(run.uid[-3:], run.member[-3:]) for run in bundle.exec_blocks} == {
        ("X69", "X69"),
        ("X6d", "X6d"),
    }
    assert Counter(file.member for file in bundle.files) == {
        "uid://A001/X87c/X69": 6,
        "uid://A001/X87c/X6d": 6,
    }


def test_raw_data_beside_one_package_are_not_taken_for_its_own():
    names = (
        "2016.1.91435.S_uid___A001_X87c_X69_001_of_001.tar",
        "2016.1.91435.S_uid___A002_Xba0af7_X6409.asdm.sdm.tar",
    )

    bundle = only(read("\n".join(names)))

    assert [(run.uid, run.member) for run in bundle.exec_blocks] == [
        ("uid://A002/Xba0af7/X6409", "")
    ]


REFUSED = {
    f"{PATHS[0]}\n./notes/todo.txt": ("line 2", "names no project, OUS or execution block"),
    f"{PATHS[0]}\n{PATHS[1]}\nhello there world": (
        "line 3",
        "names no project, OUS or execution block",
    ),
    f"{PATHS[0]}\n2013.1.90001.S/science_goal.uid__A001_X1299_X2z/a.fits": (
        *("line 2", "“science_goal.uid__A001_X1299_X2z” is named for an OUS, but not with a UID"),
    ),
    f"{PATHS[0]}\n2013.1.90001.S/{CHAIN.partition('/')[2]}": (
        *("line 2", "science goal uid://A001/Xbd4641/X1e into 2013.1.90001.S; line 1 puts it into"),
    ),
    f"{PATHS[6]}\n{PATHS[6]}".replace("X20/raw", "X20/raw", 1).replace(
        f"\n{CHAIN}", f"\n{CHAIN[:-2]}21"
    ): ("line 2", f"execution block {RUN} into uid://A001/Xbd4641/X21; line 1 puts it into"),
    f"{CHAIN}/product/2013.1.90001.S_uid___A001_X1_X2_001_of_001.tar": (
        *("line 1", "It is a file of 2013.1.90001.S in a folder of 2016.1.90484.L"),
    ),
    f"{CHAIN}/product/member.uid___A001_X1_X2.a_sci.fits": (
        *("line 1", f"It is a file of uid://A001/X1/X2 in the folder of {MEMBER}"),
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_line_that_cannot_be_is_refused_by_its_number_and_the_rest_is_kept(text):
    found = read(text)

    (refused,) = found.rejected
    where, why = REFUSED[text]
    assert refused.record.startswith(where)
    assert why in refused.reason
    first = text.split("\n")[0]
    kept = {f.name for bundle in found for f in bundle.files}
    assert (first.rsplit("/", 1)[1] in kept) == ("\n" in text)


NO_LISTINGS = {
    "prose": "Please download the files of 2016.1.90484.L from the archive.\n"
    f"They lie in {CHAIN}/product as before.\nBest wishes\n",
    "script": f"import os\n\nfor name in os.listdir({CHAIN!r}):\n    print(name, 'is here')\n",
    "log": f"2017-01-18 00:41 INFO reading {PATHS[0]}\n2017-01-18 00:42 WARN no time left\n"
    "2017-01-18 00:42 INFO done with all of it now\n",
    "codes": "2016.1.90484.L\n2016.1.90485.L\n",
    "mapping": "2011.0.90170.S_2013-07-22\tuid://A002/X5784d5/X15c\t\n",
    "other files": "./a.txt\n./b/c.fits\n",
    "only lines": "│\n├──\n└──\n",
    "numbers": "1 2 3\n4 5 6\n",
}


@pytest.mark.parametrize("name", NO_LISTINGS)
def test_text_that_is_no_listing_is_not_taken_for_one(name):
    with pytest.raises(UnreadableSource):
        read_source(Source.from_bytes(name, NO_LISTINGS[name].encode()))


def test_table_of_the_archive_stays_one_though_it_names_paths():
    table = f"proposal_id,member_ous_uid,access_url\n2016.1.90484.L,{MEMBER},{PATHS[0]}\n"

    assert read_source(Source.from_bytes("x", table.encode())).format == "obscore"


def test_undecodable_byte_refuses_the_whole_listing():
    text = "\n".join(PATHS).encode() + b"\n\xff\xfe\x00/x\n"

    with pytest.raises(UnreadableSource, match="does not fit"):
        read_source(Source.from_bytes("x", text))


def test_drawing_that_hangs_on_nothing_or_jumps_is_read_without_loops():
    jumping = (
        f"        ├── {PATHS[0]}\n├── {PATHS[1]}\n            └── b.fits\n    └── ../../x.fits\n"
    )

    found = read(jumping)

    assert [run.uid for bundle in found for run in bundle.exec_blocks] == [RUN]


def test_very_many_refused_lines_are_counted_and_not_kept():
    text = "\n".join(PATHS * 4000) + "\n" + "\n".join(f"./x/{n}.txt" for n in range(12_000))

    found = read(text)

    assert len(found.rejected) == 10_001
    assert found.rejected[-1].record == "2000 more lines"


def test_a_long_listing_needs_memory_for_its_things_and_not_for_its_lines(tmp_path):
    path = tmp_path / "long.txt"
    with path.open("w") as stream:
        stream.writelines(f"./{path}\n" for _ in range(12_000) for path in PATHS)

    tracemalloc.start()
    found = read_source(Source.from_path(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(only(found).files) == len(FILES)
    # The file has 20 MB; what is read at once is a few chunks and the first look.
    assert path.stat().st_size > 15 << 20
    assert peak < 12 << 20


_NAMES = st.text("abcXYZ0123456789_+-", min_size=1, max_size=8).map(lambda text: f"f{text}.fits")
_UIDS = st.integers(1, 6).map(lambda number: f"uid___A001_X1_X{number:x}")


@st.composite
def packages(draw):
    """Paths of one to many files, each member OUS under one goal and group."""
    paths = []
    for number in draw(st.sets(st.integers(1, 9), min_size=1)):
        above = f"2019.1.9000{number % 3}.S/science_goal.uid___A001_X1_X{number % 3 + 1}0"
        chain = f"{above}/group.uid___A001_X2_X{number}/member.uid___A001_X3_X{number}"
        folder = draw(st.sampled_from(["product", "calibration", "qa", "script", "odd/deep"]))
        names = draw(st.sets(_NAMES, min_size=1, max_size=4))
        paths += [f"{chain}/{folder}/{name}" for name in names]
    return sorted(paths)


@given(packages())
def test_a_tree_says_what_its_paths_say(paths):
    plain, tree = read("\n".join(paths)), read(drawn(paths))

    assert plain.rejected == tree.rejected == ()
    for one, other in zip(plain, tree, strict=True):
        assert one.project == other.project
        assert one.member_ous == other.member_ous
        assert one.group_ous == other.group_ous
        assert one.science_goals == other.science_goals
        assert list(one.files) == list(other.files)
    assert sum(len(bundle.files) for bundle in plain) == len(paths)
