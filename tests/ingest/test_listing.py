"""Listings in the database: what they add, and what they leave alone."""

import pytest

from deliveries.models import ProductFile
from ingest.readers import Source
from ingest.services import run_source
from projects.models import Event, ExecBlock, GroupOUS, MemberOUS, Project, ScienceGoal
from tests.factories import make_loose_member_ous, make_project
from tests.ingest.bundles import everything
from tests.ingest.readers.test_listing import CHAIN, FILES, GOAL, GROUP, MEMBER, PATHS, RUN

pytestmark = pytest.mark.django_db
INSIDE = [path.partition("/")[2] for path in PATHS]


def ingest(lines):
    return run_source(Source.from_bytes("listing", "\n".join(lines).encode()))[1]


def test_listing_gives_the_chain_and_its_files_and_nothing_the_second_time():
    report = ingest(PATHS)

    assert report.counts()["created"] == {
        "project": 1,
        "science_goal": 1,
        "group_ous": 1,
        "member_ous": 1,
        "exec_block": 2,
        "product_file": len(FILES),
    }
    member = MemberOUS.objects.get()
    assert (member.uid, member.group_ous.uid, member.science_goal.uid) == (MEMBER, GROUP, GOAL)
    assert (member.state, member.executions_count) == (None, 2)
    assert {*ProductFile.objects.filter(member_ous=member).values_list("path", flat=True)} == set(
        FILES
    )
    raw = ProductFile.objects.get(path="raw/uid___A002_Xc04da7_Xea.asdm.sdm")
    assert (raw.exec_block.uid, raw.kind, raw.source) == (RUN, "ASDM", "listing")
    before = everything()
    assert ingest(reversed(PATHS)).counts()["created"] == {}
    assert everything() == before


def test_listing_moves_no_state():
    make_project("2016.1.90484.L", members=[{"uid": MEMBER, "state": "Delivered"}])
    moves = Event.objects.filter(kind="state", level="member_ous")
    before = list(moves.values())

    ingest(PATHS)

    assert MemberOUS.objects.get(uid=MEMBER).state == "Delivered"
    assert list(moves.values()) == before
    assert ProductFile.objects.filter(member_ous__uid=MEMBER).count() == len(FILES)


def test_inside_of_a_known_project_needs_no_code():
    project = make_project("2016.1.90484.L", members=0)
    make_loose_member_ous(project, uid=MEMBER)

    report = ingest(INSIDE)

    assert report.rejected == []
    assert Project.objects.count() == 1
    member = MemberOUS.objects.get()
    assert (member.group_ous.uid, member.science_goal.uid) == (GROUP, GOAL)
    assert ExecBlock.objects.filter(project=project, member_ous=member).count() == 2
    assert ProductFile.objects.filter(project=project).count() == len(FILES)
    assert ingest(INSIDE).counts()["created"] == {}


def test_inside_of_an_unknown_project_is_refused_and_its_executions_wait():
    report = ingest(INSIDE)

    reasons = {row.record: row.reason for row in report.rejected}
    assert reasons == {
        GOAL: "No project is named for this OUS.",
        GROUP: "No project is named for this OUS.",
        MEMBER: "No project is named for this OUS.",
        f"{len(FILES)} files of {MEMBER}": "Their project is not known here.",
    }
    assert [ScienceGoal.objects.count(), GroupOUS.objects.count()] == [0, 0]
    assert ExecBlock.objects.filter(project=None).count() == 2
    ingest(PATHS)
    assert ExecBlock.objects.filter(member_ous__uid=MEMBER).count() == 2


def test_file_that_fits_no_column_is_refused_by_its_path():
    report = ingest([*PATHS, f"{CHAIN}/product/{'x' * 300}.fits"])

    (refused,) = report.rejected
    assert refused.record.startswith("file product/xxx")
    assert refused.reason == "name is longer than 255 characters."
    assert report.created["product_file"] == len(FILES)


def test_member_ous_of_another_project_takes_no_files():
    make_project("2017.1.90001.S", members=[{"uid": MEMBER}])

    report = ingest(PATHS)

    refused = {row.record: row.reason for row in report.rejected}
    assert "one of the sources is wrong" in refused[f"member_ous {MEMBER}"]
    assert refused[f"{len(FILES)} files of {MEMBER}"] == "Their project is not known here."
    assert ProductFile.objects.count() == 0


def test_dry_run_reports_files_and_keeps_none():
    source = Source.from_bytes("listing", "\n".join(PATHS).encode())

    report = run_source(source, dry_run=True)[1]

    assert report.created["product_file"] == len(FILES)
    assert (ProductFile.objects.count(), Project.objects.count()) == (0, 0)


def test_queries_grow_with_batches_and_not_with_files(django_assert_max_num_queries):
    many = [f"{CHAIN}/product/{number}.fits" for number in range(900)]
    ingest(PATHS)

    with django_assert_max_num_queries(60):
        ingest([*PATHS, *many])
