"""The project's own JSON: whole trees, and refusals of the smallest record."""

import dataclasses
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingest import records
from ingest.readers import UnreadableSource
from ingest.readers.native_fields import markdown_table
from ingest.readers.native_tables import TABLES
from qa.calibrations import CalibrationFacts
from qa.pipeline import Achieved, Flux, PipelineFacts, Stage, Topic
from tests.ingest.readers.makers import CODE, MEMBER, native, read

DOCUMENT = Path(__file__).parents[3] / "docs" / "json-format.md"
TREE = {
    "code": CODE,
    "history": [{"at": "2015-07-02T02:00:00+02:00", "from": "Ready", "to": "InProgress"}],
    "memberships": [
        {"user": "jdoe", "role": "PI"},
        {"user": "helper", "role": "DELEGEE", "kind": "DATA", "ends": "2016-07-02"},
    ],
    "science_goals": [
        {
            "uid": "uid://A001/X1/X1",
            "asked": {"sensitivity_mjy": 0.2, "configurations": ["C43-3"]},
            "group_ous": [
                {
                    "uid": "A001/X1/X2",
                    "member_ous": [
                        {
                            "uid": "uid___A001_X1_X3",
                            "bands": [6, 3],
                            "sched_blocks": [
                                {
                                    "name": "Disk_a_06_TM1",
                                    "executions_expected": 1.5,
                                    "exec_blocks": [{"uid": "uid://A002/X9/Xa", "qa0": "Pass"}],
                                }
                            ],
                            "exec_blocks": [{"uid": "uid://A002/X9/Xb"}],
                        }
                    ],
                }
            ],
        }
    ],
    "member_ous": [{"uid": "uid://A001/X1/X8"}],
}
RECORDS = {
    "project": (records.ProjectRecord, {"history", "memberships"}),
    "science goal, group OUS": (records.OUSRecord, {"key", "parent", "asked"}),
    "member OUS": (
        records.MemberRecord,
        {"key", "group", "science_goal", "asked", "history", "added_value"},
    ),
    "added value": (records.AddedValueLinks, set()),
    "scheduling block": (records.SchedBlockRecord, {"key", "member", "asked", "history"}),
    "execution block": (
        records.ExecBlockRecord,
        # Only data sets know the last two.
        {"key", "member", "sched_block", "sched_block_uid", "execution"},
    ),
    "asked": (records.Asked, set()),
    "pipeline run": (PipelineFacts, {"stages", "topics", "fluxes", "achieved", "-generation"}),
    "stage": (Stage, {"sub_scores", "sub_scores_total"}),
    "topic": (Topic, set()),
    "achieved": (Achieved, set()),
    "flux": (Flux, set()),
    "calibration": (CalibrationFacts, {"is_withdrawn", "-key", "-withdrawn"}),
}


def test_tree_becomes_flat_records_with_parents():
    (bundle,) = read(native(TREE)).bundles

    goal, group, (member, loose) = (
        bundle.science_goals[0],
        bundle.group_ous[0],
        bundle.member_ous,
    )
    assert (goal.uid, group.uid, member.uid) == (
        "uid://A001/X1/X1",
        "uid://A001/X1/X2",
        "uid://A001/X1/X3",
    )
    assert (group.parent, member.group, member.science_goal) == (goal.key, group.key, goal.key)
    assert (loose.group, loose.science_goal) == ("", "")
    assert member.bands == (3, 6)
    assert goal.asked == records.Asked(sensitivity_mjy=0.2, configurations=("C43-3",))
    (block,) = bundle.sched_blocks
    assert (block.member, block.executions_expected) == (member.key, Decimal("1.5"))
    nested, direct = bundle.exec_blocks
    assert (nested.sched_block, nested.member, nested.qa0) == (block.key, member.key, "Pass")
    assert (direct.sched_block, direct.member) == ("", member.key)


def test_project_has_history_and_memberships():
    (bundle,) = read(native(TREE)).bundles

    assert bundle.project.history == (
        records.StateChange(at=datetime(2015, 7, 2, tzinfo=UTC), frm="Ready", to="InProgress"),
    )
    assert bundle.project.memberships == (
        records.MembershipRecord(username="jdoe", role="PI"),
        records.MembershipRecord(
            username="helper",
            role="DELEGEE",
            kind="DATA",
            ends_at=datetime(2016, 7, 3, tzinfo=UTC),
        ),
    )


def test_things_without_project_are_a_bundle_without_project():
    text = native(origin="arc-eu", exec_blocks=[{"uid": "uid://A002/X9/Xa"}])

    reading = read(text)

    assert (reading.origin, reading.bundles[0].project) == ("arc-eu", None)
    assert [block.uid for block in reading.bundles[0].exec_blocks] == ["uid://A002/X9/Xa"]


def test_document_with_nothing_in_it_is_valid():
    reading = read('{"snoopi": 1, "projects": []}')

    assert (reading.format, reading.origin, reading.bundles) == ("json", "json", ())


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("ra_deg", 361, "must be from 0 to 360"),
        ("dec_deg", -91, "must be from -90 to 90"),
        ("ra_deg", "12", "must be a number"),
        ("ra_deg", True, "must be a number"),
        ("pwv_mm", -1, "must be from 0 to 1000"),
        ("pwv_mm", 1e999, None),
        ("bands", [11], "must hold bands from 1 to 10"),
        ("bands", 3, "must be a list"),
        ("array", "13m", "must be 12m, 7m, TP or some of them joined by +"),
        ("qa2", "pass", "must be one of Pass, SemiPass, Fail"),
        ("qa2", [], "must be one of Pass, SemiPass, Fail"),
        ("qa2_passed", "T", "must be true or false"),
        ("state_at", "2015-07-02T00:00:00", "must say its zone: end in Z"),
        ("state_at", "yesterday", "must be a time such as 2015-07-02T06:49:28Z"),
        ("state_at", "0001-01-01T00:00:00+10:00", "is out of the calendar"),
        ("release_date", "2015-02-30", "must be a date of the calendar"),
        ("name", 5, "must be a text"),
        ("name", "a\u0000b", "holds a character that no text can hold"),
        ("name", "\ud800", "holds a character that no text can hold"),
        ("name", "x" * 401, "must not be longer than 400 characters"),
        ("uid", "X1", "does not fit: “X1” is not a UID"),
        ("uid", "entityId_5", "does not fit"),
        ("uid", "uid://X0/X0/X0", "is a placeholder that identifies nothing"),
        ("moos", 1, "is not known"),
        ("asked", {"goal": 5}, "must be a text"),
    ],
)
def test_bad_field_rejects_its_record_by_path_and_keeps_the_rest(field, value, reason):
    bad = {"uid": "uid://A001/X1/X9", field: value, "exec_blocks": [{"uid": "uid://A002/X9/Xa"}]}
    text = native({"code": CODE, "member_ous": [bad, {"uid": MEMBER}]})

    if reason is None:
        with pytest.raises(UnreadableSource):
            read(text)
        return
    reading = read(text)

    (problem,) = reading.rejected
    assert problem.record == "$.projects[0].member_ous[0]"
    assert f"{field}" in problem.reason
    assert reason in problem.reason
    assert problem.reason.endswith("The 1 records in it are left out with it.")
    assert [member.uid for member in reading.bundles[0].member_ous] == [MEMBER]


@pytest.mark.parametrize(
    ("project", "path"),
    [
        ({"title": "nameless"}, "$.projects[0]"),
        ({"code": "2013"}, "$.projects[0]"),
        ({"code": CODE, "grade": "E"}, "$.projects[0]"),
        ("text", "$.projects[0]"),
        ({"code": CODE, "history": [{"to": "Ready"}]}, "$.projects[0].history[0]"),
        ({"code": CODE, "history": {}}, "$.projects[0].history"),
        (
            {"code": CODE, "memberships": [{"user": "x", "role": "OWNER"}]},
            "$.projects[0].memberships[0]",
        ),
        (
            {"code": CODE, "memberships": [{"user": "x", "role": "DELEGEE"}]},
            "$.projects[0].memberships[0]",
        ),
        (
            {"code": CODE, "memberships": [{"user": "x", "role": "PI", "kind": "DATA"}]},
            "$.projects[0].memberships[0]",
        ),
        ({"code": CODE, "memberships": [{"role": "PI"}]}, "$.projects[0].memberships[0]"),
        ({"code": CODE, "sched_blocks": [{"name": "alone"}]}, "$.projects[0].sched_blocks[0]"),
        ({"code": CODE, "exec_blocks": [{"qa0": "Pass"}]}, "$.projects[0].exec_blocks[0]"),
        (
            {"code": CODE, "exec_blocks": [{"uid": "A002/X1/X1", "qa0": "OK"}]},
            "$.projects[0].exec_blocks[0]",
        ),
        (
            {
                "code": CODE,
                "exec_blocks": [
                    {"uid": "A002/X1/X1", "start": "2015-01-02T00:00Z", "end": "2015-01-01T00:00Z"}
                ],
            },
            "$.projects[0].exec_blocks[0]",
        ),
        (
            {"code": CODE, "exec_blocks": [{"uid": "A002/X1/X1"}, {"uid": "uid___A002_X1_X1"}]},
            "$.projects[0].exec_blocks[1]",
        ),
        (
            {
                "code": CODE,
                "member_ous": [
                    {"uid": MEMBER, "release_date": "2015-01-01", "release_date_unknown": True}
                ],
            },
            "$.projects[0].member_ous[0]",
        ),
    ],
)
def test_smallest_bad_record_is_named_by_its_path(project, path):
    reading = read(native(project))

    assert [problem.record for problem in reading.rejected] == [path]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"snoopi": 1, "snoopi": 1}', "Its JSON cannot be read: the key “snoopi” stands twice"),
        ('{"snoopi": 1, "projects": NaN}', "NaN is not a number that JSON knows"),
        ('{"snoopi": 1, "projects": -Infinity}', "-Infinity is not a number that JSON knows"),
        ('{"snoopi": 1, "projects": [' + "[" * 40 + "]" * 40 + "]}", "more than 32 levels deep"),
        ('{"snoopi": 1, "projects": [' + "[" * 99999, "more than 32 levels deep"),
        ('{"snoopi": 1, "projects": ' + "9" * 5000 + "}", "Its JSON cannot be read"),
        ('{"snoopi": 1, "projects": [', "Its JSON cannot be read"),
        ('{"snoopi": 2}', 'It must be an object that says “"snoopi": 1”.'),
        ('{"snoopi": true}', "It must be an object that says"),
        ('{"snoopi": 1, "project": []}', "Its key “project” is not known"),
        ('{"snoopi": 1, "origin": 5}', "Its origin must be a text."),
        ('{"snoopi": 1, "origin": " "}', "Its origin is empty."),
        (b'{"snoopi": 1, "origin": "\xe9"}', "the byte at offset 25 does not fit"),
    ],
)
def test_bad_document_is_refused_whole(text, reason):
    with pytest.raises(UnreadableSource) as caught:
        read(text)

    assert reason in caught.value.reason


def test_key_order_does_not_matter():
    reading = read(json.dumps(json.loads(native(TREE)), sort_keys=True))

    assert (reading.format, len(reading.bundles)) == ("json", 1)


@pytest.mark.parametrize("kind", RECORDS)
def test_format_has_exactly_the_fields_of_its_record(kind):
    record, parts = RECORDS[kind]

    # A run's generation is its record's, not a fact about it.
    fields = set(TABLES[kind]) - {part.removeprefix("-") for part in parts}
    assert fields == {f.name for f in dataclasses.fields(record)} - parts


@pytest.mark.parametrize("kind", TABLES)
def test_documentation_prints_the_tables_that_are_enforced(kind):
    assert markdown_table(TABLES[kind]) in DOCUMENT.read_text()


def test_example_of_the_documentation_reads():
    example = DOCUMENT.read_text().split("```json")[1].split("```")[0]

    reading = read(example)

    assert (len(reading.bundles), len(reading.bundles[0]), reading.rejected) == (1, 5, ())
