"""Bad records of a good source are refused by name; the rest is kept."""

from decimal import Decimal

import pytest

from ingest.loader import load
from ingest.readers import Source, read_source
from ingest.records import OUSRecord, ProjectBundle, ProjectRecord
from ingest.report import KINDS, Report
from projects.models import ExecBlock, GroupOUS, MemberOUS, Project, SchedBlock, ScienceGoal
from tests.ingest.bundles import (
    BLOCK,
    CODE,
    EXECUTION,
    GOAL,
    MEMBER,
    a_block,
    a_bundle,
    a_member,
    a_project,
    an_execution,
    bare,
    take,
)
from tests.ingest.readers.makers import native

pytestmark = pytest.mark.django_db
LONG_UID = "fakeuid://" + "x" * 120


@pytest.mark.parametrize(
    ("bundle", "record", "reason"),
    [
        (
            a_bundle(member_ous=(a_member(name="n" * 201),)),
            f"member_ous {MEMBER}",
            "name is longer than 200 characters.",
        ),
        (
            a_bundle(member_ous=(a_member(name="a\x00b"),)),
            f"member_ous {MEMBER}",
            "name holds a NUL character.",
        ),
        (
            a_bundle(sched_blocks=(a_block(target_names=("a", "b\x00")),)),
            f"sched_block {BLOCK}",
            "target_names holds a NUL character.",
        ),
        (
            a_bundle(exec_blocks=(an_execution(qa0_comment="\x00"),)),
            f"exec_block {EXECUTION}",
            "qa0_comment holds a NUL character.",
        ),
        (
            a_bundle(exec_blocks=(an_execution(array="x" * 13),)),
            f"exec_block {EXECUTION}",
            "array is longer than 12 characters.",
        ),
        (
            a_bundle(science_goals=(OUSRecord(key=GOAL, uid=GOAL, part_id="X" * 41),)),
            f"science_goal {GOAL}",
            "part_id is longer than 40 characters.",
        ),
    ],
)
def test_value_that_no_column_holds_is_refused_by_name(bundle, record, reason):
    report = take(bundle)

    assert [(row.record, row.reason) for row in report.rejected] == [(record, reason)]
    models = (Project, ScienceGoal, GroupOUS, MemberOUS, SchedBlock, ExecBlock)
    kept = {model.LEVEL for model in models if model.objects.exists()}
    assert kept == {model.LEVEL for model in models} - {record.split()[0]}


def test_project_that_does_not_fit_is_refused_with_all_of_it_and_the_next_is_kept():
    bad = a_bundle(project=a_project(title="\x00"))
    good = ProjectBundle(project=ProjectRecord(code="2013.1.90002.S"))

    report = take(bad, good)

    assert [row.record for row in report.rejected] == [f"project {CODE}"]
    assert [project.code for project in Project.objects.all()] == ["2013.1.90002.S"]
    assert MemberOUS.objects.count() == 0


@pytest.mark.parametrize(
    "bundle",
    [
        a_bundle(member_ous=(a_member(state="Ready", state_flag="f" * 25),)),
        a_bundle(member_ous=(a_member(uid=LONG_UID),)),
        a_bundle(member_ous=(a_member(other_uids=(LONG_UID,)),)),
        a_bundle(member_ous=(a_member(ra_deg=360.0),)),
        a_bundle(member_ous=(a_member(dec_deg=-91.0),)),
        a_bundle(member_ous=(a_member(qa2="Perhaps"),)),
        a_bundle(sched_blocks=(a_block(executions_expected=Decimal(0)),)),
        a_bundle(sched_blocks=(a_block(executions_expected=Decimal(10**7)),)),
        a_bundle(exec_blocks=(an_execution(qa0="pass"),)),
        a_bundle(exec_blocks=(an_execution(execution_fraction=Decimal(-1)),)),
        a_bundle(exec_blocks=(an_execution(execution_fraction=Decimal(1000)),)),
        a_bundle(exec_blocks=(an_execution(start=an_execution().end, end=an_execution().start),)),
    ],
)
def test_value_that_the_database_forbids_is_refused_by_name(bundle):
    good = bare(project=ProjectRecord(code="2013.1.90002.S"))

    report = take(bundle, good)

    assert len(report.rejected) == 1
    assert {project.code for project in Project.objects.all()} == {CODE, "2013.1.90002.S"}
    assert ScienceGoal.objects.count() == 1


@pytest.mark.parametrize(
    ("member", "block", "execution"),
    [
        ({"history": [{"at": "2015-01-01", "to": "Ready", "note": "\x00"}]}, {}, {}),
        ({"state": "Ready", "state_flag": "f" * 30}, {}, {}),
        ({"asked": {"goal": "a\x00b"}}, {}, {}),
        ({"asked": {"configurations": ["\ud800"]}}, {}, {}),
        ({"name": "\ud800"}, {}, {}),
        ({"ra_deg": 361}, {}, {}),
        ({"uid": LONG_UID}, {}, {}),
        ({}, {"executions_expected": 0}, {}),
        ({}, {"executions_expected": 1e300}, {}),
        ({}, {}, {"execution_fraction": -0.5}),
        ({}, {}, {"execution_fraction": 5000}),
        ({}, {}, {"start": "2015-01-02", "end": "2015-01-01"}),
        ({}, {}, {"qa0": "Passed"}),
        ({}, {}, {"antenna_names": ["DV01\x00"]}),
    ],
)
def test_document_with_one_impossible_value_loads_its_good_parts(member, block, execution):
    good = {"code": "2013.1.90002.S", "member_ous": [{"uid": "uid://A001/X8/X8"}]}
    bad = {
        "code": CODE,
        "member_ous": [
            {
                "uid": MEMBER,
                "sched_blocks": [
                    {
                        "uid": BLOCK,
                        "exec_blocks": [{"uid": EXECUTION, **execution}],
                        **block,
                    }
                ],
                **member,
            }
        ],
    }

    report = load(read_source(Source.from_bytes("x.json", native(bad, good).encode())))

    assert len(report.rejected) >= 1
    assert MemberOUS.objects.filter(uid="uid://A001/X8/X8").count() == 1
    assert Project.objects.filter(code=CODE).count() == 1


def test_parts_of_a_plan_and_of_the_archive_that_turn_out_to_be_one_do_not_stop_a_load():
    plan = a_member(key="p", uid="", part_id="X10", group="")
    take(bare(member_ous=(plan,)), origin="ot")
    take(bare(member_ous=(a_member(group=""),)))

    both = a_member(part_id="X10", group="")
    report = take(bare(member_ous=(both,), sched_blocks=(a_block(),)), origin="ot")

    assert report.created["sched_block"] == 1
    assert MemberOUS.objects.filter(uid=MEMBER).count() == 1


def test_one_uid_under_two_members_of_one_document_is_one_thing():
    twice = (a_member(group=""), a_member(key="again", group="", name="Other"))

    report = take(bare(member_ous=twice))

    assert (MemberOUS.objects.count(), report.created["member_ous"]) == (1, 1)


def test_report_adds_up_and_keeps_the_order_of_kinds():
    first, second = Report(), Report()
    first.created.update({"exec_block": 2, "project": 1})
    second.created.update({"project": 2})
    second.superseded.update({"sched_block": 6})
    second.reject("a", "why")

    first.add(second)

    assert first.as_json() == {
        "created": {"project": 3, "exec_block": 2},
        "updated": {},
        "unchanged": {},
        "superseded": {"sched_block": 6},
        "rejected": [{"record": "a", "reason": "why"}],
    }
    assert list(first.as_json()["created"]) == ["project", "exec_block"]
    assert KINDS == (
        "project",
        "science_goal",
        "group_ous",
        "member_ous",
        "sched_block",
        "exec_block",
        "product_file",
        "pipeline_run",
        "calibration",
    )
