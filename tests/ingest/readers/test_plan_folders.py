"""Folders and archives in which a plan does not lie alone: nothing in them is passed over."""

from typing import Any

import pytest

from ingest.readers import Source, UnreadableSource, expand, read_source
from tests.ingest.readers.makers import CODE, MEMBER, tarred, votable, zipped
from tests.ingest.readers.plans import ous, project, ref, sched_block, sched_block_ref

BLOCK = "uid://A001/X10/X2{}"
PLAN = project(ous("m", "X1", "".join(sched_block_ref(BLOCK.format(n)) for n in (0, 1))))
BLOCKS = {f"SchedBlock{n}.xml": sched_block(BLOCK.format(n), f"a_{n}_06_7M") for n in (0, 1)}
TABLE = f"proposal_id,member_ous_uid\n{CODE},{MEMBER}\n"
REPLY = votable(["proposal_id", "member_ous_uid"], [["2013.1.90002.S", "uid://A001/X1/X4"]])
PATHS = "2013.1.90003.S/member.uid___A001_X1_X5/product/a.fits\n"


def written(folder, files):
    """Write files, with their folders, and answer the folder as a source."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Source.from_path(folder)


def read_all(source: Source) -> dict[str, Any]:
    """What each source in a folder gives: format and project codes, or why it is refused."""
    found: dict[str, Any] = {}
    for part in expand(source):
        name = part.name.removeprefix(f"{source.name}/")
        try:
            reading = read_source(part)
        except UnreadableSource as problem:
            found[name] = problem.reason
        else:
            assert reading.rejected == ()
            codes = [bundle.project.code for bundle in reading if bundle.project]
            found[name] = (reading.format, *codes)
    return found


def blocks(source):
    """The names of the SBs of the plan in a folder."""
    readings = [read_source(part) for part in expand(source)]
    plans = [reading for reading in readings if reading.format == "aot"]
    return [row.name for reading in plans for b in reading for row in b.sched_blocks]


LAYOUTS = {
    "flat": lambda name: name,
    "blocks in a folder": lambda name: f"blocks/{name}" if "Sched" in name else name,
    "blocks deep": lambda name: f"a/b/c/d/e/f/{name}" if "Sched" in name else name,
    "a folder each": lambda name: (
        f"{name.removesuffix('.xml')}/{name}" if "Sched" in name else name
    ),
    "plan in a folder": lambda name: name if "Sched" in name else f"project/{name}",
    "plan beside its blocks": lambda name: f"{name[:5]}/{name}",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_plan_has_its_blocks_wherever_they_lie(tmp_path, layout):
    place = LAYOUTS[layout]
    files = {place(name): text for name, text in {"ObsProject.xml": PLAN, **BLOCKS}.items()}

    assert blocks(written(tmp_path, files)) == ["a_0_06_7M", "a_1_06_7M"]
    packed = Source.from_bytes("plan.aot", zipped(files))
    assert blocks(packed) == ["a_0_06_7M", "a_1_06_7M"]
    assert len(read_source(packed).bundles[0].sched_blocks) == 2


def test_tables_and_listings_beside_a_plan_are_read_on_their_own(tmp_path):
    other = project("", uid="uid://A001/X50/X1", code="2013.1.90009.S")
    files = {
        "ObsProject.xml": PLAN,
        "blocks/SchedBlock0.xml": BLOCKS["SchedBlock0.xml"],
        "blocks/SchedBlock1.xml": BLOCKS["SchedBlock1.xml"],
        "blocks/reply.xml": REPLY,
        "archive.csv": TABLE,
        "more/files.txt": PATHS,
        "more/replies.tar": tarred({"again.csv": TABLE}),
        "more/plan/ObsProject.xml": other,
        "more/other.aot": zipped({"ObsProject.xml": other}),
        "more/empty/.hidden": "",
    }

    assert read_all(written(tmp_path, files)) == {
        str(tmp_path): ("aot", "2013.1.90001.S"),
        "archive.csv": ("obscore", CODE),
        "blocks/reply.xml": ("obscore", "2013.1.90002.S"),
        "more/files.txt": ("listing", "2013.1.90003.S"),
        "more/replies.tar/again.csv": ("obscore", CODE),
        "more/plan": ("aot", "2013.1.90009.S"),
        "more/other.aot": ("aot", "2013.1.90009.S"),
    }


def test_what_nobody_reads_beside_a_plan_is_named(tmp_path):
    files = {"ObsProject.xml": PLAN, "notes.pdf": b"%PDF-1.4\xff", "odd.xml": "<Review/>", **BLOCKS}

    found = read_all(written(tmp_path, files))

    assert found.pop(str(tmp_path)) == ("aot", "2013.1.90001.S")
    assert found["notes.pdf"].startswith("It is no text")
    assert found["odd.xml"].startswith("Its form is not known (Review document)")


def test_archive_with_an_attachment_is_taken_and_the_attachment_named():
    files: dict[str, str | bytes] = {"ObsProject.xml": PLAN, "reply.csv": TABLE, **BLOCKS}
    files["notes.pdf"] = b"%PDF-1.4\xff"

    plan, table = expand(Source.from_bytes("plan.aot", zipped(files)))

    reading = read_source(plan)
    assert [(row.record, row.reason) for row in reading.rejected] == [
        ("plan.aot/notes.pdf", "It lies beside a plan and is no document of it.")
    ]
    assert len(reading.bundles[0].sched_blocks) == 2
    assert read_source(table).format == "obscore"


def test_archive_read_as_one_source_names_what_it_leaves_out():
    data = zipped({"ObsProject.xml": PLAN, "reply.csv": TABLE, **BLOCKS})

    reading = read_source(Source.from_bytes("body", data))

    assert [row.record for row in reading.rejected] == ["body/reply.csv"]


@pytest.mark.parametrize("broken", ["<sbl:SchedBlock>", "", "no xml"])
def test_broken_document_in_a_sub_folder_refuses_the_plan_whole(tmp_path, broken):
    source = written(tmp_path, {"ObsProject.xml": PLAN, "blocks/SchedBlock0.xml": broken})

    with pytest.raises(UnreadableSource, match=r"SchedBlock0\.xml"):
        [read_source(part) for part in expand(source)]


def test_copy_of_a_document_is_read_once_and_another_version_is_named(tmp_path):
    files = {
        "ObsProject.xml": PLAN,
        **BLOCKS,
        "copy/SchedBlock0.xml": BLOCKS["SchedBlock0.xml"],
        "old/SchedBlock1.xml": sched_block(BLOCK.format(1), "before"),
    }

    (source,) = expand(written(tmp_path, files))
    reading = read_source(source)

    assert [b.name for b in reading.bundles[0].sched_blocks] == ["a_0_06_7M", "a_1_06_7M"]
    (double,) = reading.rejected
    assert double.record.endswith("old/SchedBlock1.xml")
    assert double.reason.startswith("Another document here says something else")


def test_document_of_none_of_two_plans_is_named(tmp_path):
    stray = sched_block("uid://A001/X70/X1", "x", ref("ObsProjectRef", "uid://A001/X99/X1"))
    files = {
        "a.xml": project(ous("m", "X1")),
        "b.xml": project(ous("m", "X1"), uid="uid://A001/X50/X1", code="2013.1.90002.S"),
        "c/c.xml": stray,
    }

    (source,) = expand(written(tmp_path, files))

    assert [(row.record, row.reason) for row in read_source(source).rejected] == [
        ("SchedBlock uid://A001/X70/X1", "It belongs to none of the plans beside it.")
    ]


def test_blocks_beside_two_plans_in_folders_belong_to_neither(tmp_path):
    files = {
        "one/ObsProject.xml": project(""),
        "two/ObsProject.xml": project("", uid="uid://A001/X50/X1", code="2013.1.90002.S"),
        **BLOCKS,
    }

    found = read_all(written(tmp_path, files))

    assert found["one"] == ("aot", "2013.1.90001.S")
    assert found["two"] == ("aot", "2013.1.90002.S")
    assert found["SchedBlock0.xml"].startswith("Its form is not known (SchedBlock document)")
