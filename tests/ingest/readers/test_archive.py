"""Archive tables in every form, and what their rows collapse into."""

import json
from datetime import UTC, datetime

import pytest

from ingest.readers import UnreadableSource
from ingest.records import Rejected
from tests.ingest.readers.makers import ASDM, CODE, GROUP, MEMBER, csv, read, votable

OLD = ["Project code", "Member ous id", "Asdm uid", "Release date", "Observation date"]
OLD_ROW = [CODE, MEMBER, ASDM, "2013-08-21", "2012-06-03 22:31:16"]


def only(reading):
    (bundle,) = reading.bundles
    return bundle


def member_of(header, *cells):
    table = csv(
        f"project_code,member_ous_uid,{header}".replace("project_code", "proposal_id"),
        ",".join((CODE, MEMBER, *cells)),
    )
    reading = read(table)
    return only(reading).member_ous[0], reading.rejected


FORMS: dict[str, str | bytes] = {
    "votable": votable(OLD, [OLD_ROW]),
    "csv": csv(",".join(OLD), ",".join(OLD_ROW)),
    "csv, quoted": csv(",".join(OLD), ",".join(f'"{cell}"' for cell in OLD_ROW)),
    "csv, utf-8 mark": "\ufeff" + csv(",".join(OLD), ",".join(OLD_ROW)),
    "csv, utf-16": csv(",".join(OLD), ",".join(OLD_ROW)).encode("utf-16"),
    "csv, crlf": csv(",".join(OLD), ",".join(OLD_ROW)).replace("\n", "\r\n"),
    "csv, cr": csv(",".join(OLD), ",".join(OLD_ROW)).replace("\n", "\r"),
    "csv, comments": "# made by hand\n" + csv(",".join(OLD), ",".join(OLD_ROW)),
    "csv, header as comment": "# " + csv(",".join(OLD), ",".join(OLD_ROW)),
    "csv, separator at the ends": csv(",".join(OLD), ",".join(OLD_ROW) + ","),
    "semicolons": csv(";".join(OLD), ";".join(OLD_ROW)),
    "bars": csv("|".join(OLD), "|".join(OLD_ROW)),
    "tsv": csv("\t".join(OLD), "\t".join(OLD_ROW)),
    "blanks": csv(
        "proposal_id member_ous_uid asdm_uid obs_release_date Observation_date",
        f'"{CODE}"  {MEMBER} {ASDM} b\'2013-08-21T00:00:00.000\' "2012-06-03 22:31:16"',
    ),
    "json objects": json.dumps([dict(zip(OLD, OLD_ROW, strict=True))]),
    "json columns": json.dumps({"columns": OLD, "data": [OLD_ROW]}),
    "json metadata": json.dumps({"metadata": [{"name": name} for name in OLD], "data": [OLD_ROW]}),
    "other spelling": csv(
        "PROJECT_CODE,memberous.id,asdm uid,RELEASE DATE,observation_date", ",".join(OLD_ROW)
    ),
    "null values": votable([*OLD, "Band"], [[*OLD_ROW, "-1"]]).replace(
        '<FIELD name="Band" ID="5"/>',
        '<FIELD name="Band" ID="5"><VALUES null="-1"/></FIELD>',
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_archive_table_in_any_form_reads_the_same(form):
    reading = read(FORMS[form])

    bundle = only(reading)
    assert (reading.format, reading.origin, reading.rejected) == ("obscore", "archive", ())
    assert bundle.project is not None
    assert bundle.project.code == CODE
    assert [member.uid for member in bundle.member_ous] == [MEMBER]
    assert bundle.member_ous[0].release_date == datetime(2013, 8, 21, tzinfo=UTC)
    assert bundle.member_ous[0].delivered is True
    assert bundle.member_ous[0].delivered_at is None
    assert bundle.member_ous[0].state == ""
    assert bundle.exec_blocks[0].start == datetime(2012, 6, 3, 22, 31, 16, tzinfo=UTC)
    assert bundle.exec_blocks[0].end is None
    assert (len(bundle.science_goals), len(bundle.group_ous), len(bundle.sched_blocks)) == (0, 0, 0)


@pytest.mark.parametrize("serialization", ["binary", "binary2", "tabledata"])
def test_votable_written_by_astropy_reads_in_any_serialization(tmp_path, serialization):
    table = pytest.importorskip("astropy.table").Table(
        {
            "proposal_id": [CODE, CODE],
            "member_ous_uid": [MEMBER, MEMBER],
            "s_ra": [1.5, float("nan")],
        }
    )
    path = tmp_path / "reply.xml"
    table.write(path, format="votable", tabledata_format=serialization)

    reading = read(path.read_bytes())

    assert [member.ra_deg for member in only(reading).member_ous] == [None]
    assert reading.rejected == ()


def test_rows_per_source_and_window_collapse_into_things():
    header = (
        "proposal_id,group_ous_uid,member_ous_uid,asdm_uid,schedblock_name,target_name,band_list"
    )
    row = f"{CODE},{GROUP},{MEMBER},{ASDM},Disk_a_06_TM1"

    reading = read(csv(header, f"{row},Disk,6", f"{row},Disk,3 6", f"{row},Star,6"))

    bundle = only(reading)
    assert [ous.uid for ous in bundle.group_ous] == [GROUP]
    (member,) = bundle.member_ous
    assert (member.group, member.bands, member.target_names) == (GROUP, (3, 6), ("Disk", "Star"))
    (sched_block,) = bundle.sched_blocks
    assert (sched_block.name, sched_block.uid, sched_block.member) == ("Disk_a_06_TM1", "", MEMBER)
    assert sched_block.array == "12m"
    (exec_block,) = bundle.exec_blocks
    assert (exec_block.uid, exec_block.sched_block) == (ASDM, sched_block.key)


def test_same_sched_block_name_in_two_member_ous_is_two_sched_blocks():
    header = "proposal_id,member_ous_uid,SB name"

    bundle = only(read(csv(header, f"{CODE},{MEMBER},Disk", f"{CODE},uid://A001/X1/X4,Disk")))

    assert [block.name for block in bundle.sched_blocks] == ["Disk", "Disk"]


def test_projects_of_one_table_are_separate_bundles():
    table = csv("proposal_id,member_ous_uid", f"{CODE},{MEMBER}", "2013.1.90002.S,A001/X1/X9")

    codes = [bundle.project.code for bundle in read(table)]

    assert codes == [CODE, "2013.1.90002.S"]


@pytest.mark.parametrize(
    ("cells", "release_date", "unknown", "delivered"),
    [
        (["2013-08-21"], datetime(2013, 8, 21, tzinfo=UTC), False, True),
        (["2013-08-21", "2014-01-02"], datetime(2014, 1, 2, tzinfo=UTC), False, True),
        (["2014-01-02", "2013-08-21", ""], datetime(2014, 1, 2, tzinfo=UTC), False, True),
        (["3000-01-01"], None, True, False),
        (["2013-08-21", "3000-01-01T00:00:00.000"], None, True, False),
        ([""], None, False, False),
        (["2020-03-03T03:20:58.000Z"], datetime(2020, 3, 3, 3, 20, 58, tzinfo=UTC), False, True),
    ],
)
def test_release_date_latest_counts_and_3000_is_unknown(cells, release_date, unknown, delivered):
    rows = [f"{CODE},{MEMBER},{cell}" for cell in cells]

    (member,) = only(read(csv("proposal_id,member_ous_uid,obs_release_date", *rows))).member_ous

    assert member.release_date == release_date
    assert (member.release_date_unknown, member.delivered) == (unknown, delivered)


@pytest.mark.parametrize(
    ("word", "qa2", "passed"),
    [
        ("T", "", True),
        ("Y", "", True),
        ("true", "", True),
        ("F", "", None),
        ("PASS", "Pass", True),
        ("SEMIPASS", "SemiPass", True),
        ("", "", None),
    ],
)
def test_qa2_of_archive_hides_semipass_and_never_fails(word, qa2, passed):
    member, rejected = member_of("qa2_passed", word)

    assert (member.qa2, member.qa2_passed, rejected) == (qa2, passed, ())


@pytest.mark.parametrize(
    ("cell", "array"),
    [
        ("12m", "12m"),
        ("7M", "7m"),
        ("TP", "TP"),
        ("12m7m", "12m+7m"),
        ("7m 12m TP", "12m+7m+TP"),
        ("", ""),
    ],
)
def test_array_cell_is_canonical(cell, array):
    assert member_of("Array", cell)[0].array == array


@pytest.mark.parametrize(
    ("antennas", "array"),
    [
        ("A001:DA44 A002:DV12 A003:DV12 T701:PM03", "12m"),
        ("J501:CM01 N602:CM02", "7m"),
        ("T701:PM03", "TP"),
        ("", ""),
    ],
)
def test_array_without_a_column_follows_most_antennas(antennas, array):
    assert member_of("antenna_arrays", antennas)[0].array == array


def test_antenna_names_are_unique_and_in_order():
    header = "proposal_id,member_ous_uid,asdm_uid,antenna_arrays"

    bundle = only(read(csv(header, f"{CODE},{MEMBER},{ASDM},A1:DV12 A2:DA44 A3:DV12")))

    assert bundle.exec_blocks[0].antenna_names == ("DV12", "DA44")


def test_asdm_cell_with_a_count_is_no_exec_block():
    bundle = only(read(csv("Project code,Member ous id,Asdm", f"{CODE},{MEMBER},2")))

    assert bundle.exec_blocks == ()


def test_obscore_times_give_an_exec_block_no_start():
    header = "proposal_id,member_ous_uid,asdm_uid,t_min,t_max"

    bundle = only(read(csv(header, f"{CODE},{MEMBER},{ASDM},58480.4,58488.5")))

    assert bundle.exec_blocks[0].start is None


def test_frequency_that_rows_disagree_on_is_nobodys():
    header = "proposal_id,member_ous_uid,frequency"
    one = only(read(csv(header, f"{CODE},{MEMBER},230.5", f"{CODE},{MEMBER},230.5")))
    two = only(read(csv(header, f"{CODE},{MEMBER},230.5", f"{CODE},{MEMBER},219.5")))

    assert [b.member_ous[0].rep_freq_ghz for b in (one, two)] == [230.5, None]


def test_position_in_hours_and_degrees_is_degrees():
    member, rejected = member_of("RA,Dec", "12:00:00", "-30:30:00.0")

    assert (member.ra_deg, member.dec_deg, rejected) == (180.0, -30.5, ())


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("RA", "361"),
        ("RA", "inf"),
        ("Dec", "-90.5"),
        ("Dec", "north"),
        ("Band", "11"),
        ("Release date", "2013-02-30"),
        ("PWV", "wet"),
        ("QA2 Status", "maybe"),
    ],
)
def test_bad_field_is_dropped_and_named_while_the_row_is_kept(header, cell):
    member, rejected = member_of(header, cell)

    assert member.uid == MEMBER
    assert [problem.record for problem in rejected] == [f"row 1, field {header}"]
    assert cell in rejected[0].reason


def test_bad_field_of_a_row_with_sb_and_eb_is_named_once():
    header = "proposal_id,member_ous_uid,asdm_uid,SB name,RA,Observation date"

    reading = read(csv(header, f"{CODE},{MEMBER},{ASDM},Disk,400,never"))

    records = sorted(problem.record for problem in reading.rejected)
    assert records == ["row 1, field Observation date", "row 1, field RA"]


@pytest.mark.parametrize("cell", ["", "NaN", "--", "null", "None"])
def test_placeholder_of_a_cell_is_no_problem(cell):
    member, rejected = member_of("RA", cell)

    assert (member.ra_deg, rejected) == (None, ())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"nonsense,{MEMBER},{ASDM}", "“nonsense” is not a project code such as 2013.1.00308.S."),
        (f",{MEMBER},{ASDM}", "It has not a project code such as 2013.1.00308.S."),
        (f"{CODE},X1/X2,{ASDM}", "“X1/X2” is not a UID such as uid://A001/X121/X4bc."),
        (f"{CODE},{MEMBER},oops", "“oops” is not a UID such as uid://A001/X121/X4bc."),
        (f"{CODE},{MEMBER}", "It has 2 columns where the header names 3."),
        (f"{CODE},{MEMBER},{ASDM},5", "It has 4 columns where the header names 3."),
        (
            f"{CODE},A001/X1/X9,{ASDM}",
            f"The execution block {ASDM} belongs to {CODE} {MEMBER} in an earlier row.",
        ),
        (
            f"2013.1.90002.S,{MEMBER},{ASDM}",
            f"The member OUS {MEMBER} belongs to {CODE} in an earlier row.",
        ),
    ],
)
def test_bad_row_is_rejected_by_number_and_the_rest_is_kept(row, reason):
    good = f"{CODE},{MEMBER},{ASDM}"

    reading = read(csv("proposal_id,member_ous_uid,asdm_uid", good, row, good))

    assert reading.rejected == (Rejected("row 2", reason),)
    assert [block.uid for block in only(reading).exec_blocks] == [ASDM]


def test_json_rows_that_are_no_rows_are_rejected():
    rows = [[CODE, MEMBER], "text", 5, [CODE, "\ud800"]]

    reading = read(json.dumps({"columns": ["proposal_id", "member_ous_uid"], "data": rows}))

    assert [problem.record for problem in reading.rejected] == ["row 2", "row 3", "row 4"]


def test_row_without_member_ous_gives_its_project():
    table = csv("project_code,proposal_title,observing_band", f'{CODE},"A title, quoted","3,6"')

    bundle = only(read(table))

    assert bundle.project.title == "A title, quoted"
    assert len(bundle) == 0


def test_table_without_codes_gives_things_without_project():
    bundle = only(read(csv("member_ous_uid,asdm_uid", f"{MEMBER},{ASDM}")))

    assert bundle.project is None
    assert bundle.exec_blocks[0].member == MEMBER


def test_publisher_did_holds_the_project_code():
    reading = read(votable(["obs_publisher_did"], [[f"ADS/JAO.ALMA#{CODE}"]]))

    assert only(reading).project.code == CODE


def test_calibrator_rows_name_no_target():
    header = "proposal_id,member_ous_uid,target_name,scan_intent"

    bundle = only(
        read(csv(header, f"{CODE},{MEMBER},J0001,PHASE", f"{CODE},{MEMBER},Disk,TARGET WVR"))
    )

    assert bundle.member_ous[0].target_names == ("Disk",)


def test_quotation_mark_in_a_tsv_title_stays_in_its_cell():
    table = csv("Project code\tMember ous id\tProject title", f'{CODE}\t{MEMBER}\t"Dark" clouds')

    assert only(read(table)).project.title == '"Dark" clouds'


@pytest.mark.parametrize(
    "empty",
    [
        votable(OLD, []),
        csv(",".join(OLD)),
        csv("proposal_id member_ous_uid"),
        "[]",
        json.dumps({"columns": OLD, "data": []}),
        '<VOTABLE><RESOURCE><INFO name="QUERY_STATUS" value="OK"/></RESOURCE></VOTABLE>',
    ],
)
def test_table_without_rows_is_valid_and_empty(empty):
    reading = read(empty)

    assert (reading.format, reading.bundles, reading.rejected) == ("obscore", (), ())


def test_reply_that_is_an_error_is_refused_with_the_services_words():
    info = '<INFO name="QUERY_STATUS" value="ERROR">no such column: moos</INFO>'

    with pytest.raises(UnreadableSource) as caught:
        read(f"<VOTABLE><RESOURCE>{info}</RESOURCE></VOTABLE>")

    assert caught.value.reason == "The archive's reply is an error: no such column: moos"


def test_reply_that_overflowed_is_taken():
    info = '<INFO name="QUERY_STATUS" value="OVERFLOW"/>'

    assert len(only(read(votable(OLD, [OLD_ROW], end=info))).exec_blocks) == 1


def test_votable_beside_archive_rows_may_hold_other_tables():
    text = votable(OLD, [OLD_ROW]).replace(
        "</RESOURCE>",
        '</RESOURCE><RESOURCE><TABLE><FIELD name="x"/><DATA><TABLEDATA><TR><TD>1</TD></TR>'
        "</TABLEDATA></DATA></TABLE></RESOURCE>",
    )

    assert read(text).rejected == ()


def test_column_of_other_tables_rows_is_refused_as_unknown():
    with pytest.raises(UnreadableSource) as caught:
        read(votable(["ID", "access_url"], [["1", "x"]]))

    assert caught.value.reason.startswith("Its form is not known (VOTABLE document).")
