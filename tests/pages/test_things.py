"""The pages of an OUS, a scheduling block and an execution block."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.utils import timezone

from projects.models import ExecBlock, MemberOUS, SchedBlock, ScienceGoal
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user("owner")


@pytest.fixture
def client(user, logged_in):
    return logged_in(user)


def text_of(client, thing, rest=""):
    answer = client.get(thing.get_absolute_url() + rest)
    assert answer.status_code == 200
    return unescape(" ".join(answer.content.decode().split()))


def fact(text, title):
    """The plain text beside a title, which may open its explanation, in a list of facts."""
    plain, opens = re.escape(title), r"<details[^>]*> ?<summary[^>]*>"
    explained = rf"{opens}{plain}</summary>(?:(?!</details>).)*</details>"
    found = re.search(rf"<dt>(?:{plain}|{explained}\s*)</dt>\s*<dd[^>]*>(.*?)</dd>", text)
    assert found is not None, title
    plain = re.sub(r"<button.*?</button>|<[^>]+>", "", found[1])
    return " ".join(plain.split())


def test_block_page_shows_what_the_observatory_shows(user, client):
    make_project(pi=user, exec_blocks=4)
    SchedBlock.objects.update(asked={"sensitivity_mjy": 2.4, "resolution_arcsec": 10.0})
    ScienceGoal.objects.update(asked={"goal": "7m observations of my most favourite objects"})
    MemberOUS.objects.update(uid="uid://A001/X121/X4bc", ref="uid___A001_X121_X4bc")

    page = text_of(client, SchedBlock.objects.get())

    facts = (
        ("Scheduling Block Name", "SgrB2_a_03_7M"),
        ("Scientific Goal Name", "7m observations of my most favourite objects"),
        (
            "Member ObsUnitSet",
            "uid://A001/X121/X4bc Report History of the member OUS Archive query",
        ),
        ("Array", "7m Array"),
        ("Band", "3"),
        ("RA", "17h 47m 19.438s"),
        ("Dec", "−28° 23′ 29.796″"),
        ("Representative Frequency", "91.28 GHz"),
        ("Successful Executions", "4 / 4"),
        ("Sensitivity", "2.4 mJy"),
        ("Angular resolution", "10″"),
    )
    assert [(title, fact(page, title)) for title, _ in facts] == list(facts)
    assert 'href="https://almascience.org/aq/?member_ous_id=uid://A001/X121/X4bc"' in page


def test_executions_are_newest_first_with_two_decimals(user, client):
    make_project(pi=user, exec_blocks=2)

    page = text_of(client, SchedBlock.objects.get())

    times = re.findall(r'<time datetime="([^"]+)">[\d -]+:\d\d:\d\d</time>', page)
    assert times == ["2014-07-02T08:12:16Z", "2014-07-01T08:12:16Z"]
    assert page.count('<td class="num">70.18</td>') == 2
    for run in ExecBlock.objects.all():
        assert f'href="{run.get_absolute_url()}"' in page


def test_block_without_executions_and_parents_says_so(drm, logged_in):
    make_project()
    SchedBlock.objects.update(member_ous=None, ra_deg=None, rep_freq_ghz=None, array="", bands=[])

    page = text_of(logged_in(drm), SchedBlock.objects.get())

    assert "No execution yet." in page
    assert fact(page, "Scientific Goal Name") == "science goal unknown"
    assert fact(page, "Member ObsUnitSet") == "member OUS unknown"
    titles = ("RA", "Representative Frequency", "Array", "Band")
    assert [fact(page, title) for title in titles] == ["N/A"] * 4


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({}, ("not judged, or not known", "not yet", "not known yet", "Proprietary")),
        (
            {"qa2_passed": True, "state": "Delivered"},
            (
                "passed (the archive does not say whether Pass or SemiPass)",
                "date unknown",
                "not known yet",
                "Proprietary",
            ),
        ),
        (
            {
                "qa2": "SemiPass",
                "state": "Delivered",
                "delivered_at": datetime(2014, 9, 16, 14, 5, tzinfo=UTC),
                "release_date": datetime(2015, 9, 16, 14, 5, tzinfo=UTC),
            },
            ("SemiPass", "2014-09-16 14:05 UTC", "2015-09-16 14:05:00 UTC", "Public"),
        ),
        (
            {"release_date": datetime(2999, 1, 1, tzinfo=UTC)},
            ("not judged, or not known", "not yet", "2999-01-01 00:00:00 UTC", "Proprietary"),
        ),
    ],
)
def test_member_page_tells_qa2_delivery_and_rights(facts, shown, user, client):
    make_project(pi=user, members=[facts])

    page = text_of(client, MemberOUS.objects.get())

    titles = ("QA2", "Delivered", "Release date", "Data rights")
    assert tuple(fact(page, title) for title in titles) == shown


def test_member_page_says_what_it_waits_for_on_whom_since_when(user, client):
    since = timezone.now() - timedelta(days=12, hours=1)
    make_project(pi=user, members=[{"state": "ReadyForProcessing", "public_since": since}])

    page = re.sub(r"<[^>]+>", "", text_of(client, MemberOUS.objects.get()))

    said = f"since {since:%Y-%m-%d %H:%M} UTC, for 12 days"
    assert f"Waiting for the start of processing, up to data reduction, {said}" in page


def test_observed_block_waits_for_nothing(user, client):
    make_project(pi=user)
    SchedBlock.objects.update(state="FullyObserved")

    assert "Waiting for" not in text_of(client, SchedBlock.objects.get())


def test_upper_levels_count_deliveries_before_the_word(user, client):
    project = make_project(pi=user, members=[{"state": "Delivered"}, {}, {"state": "Canceled"}])
    group = project.groupous_set.get()

    for ous in (group, group.science_goal):
        page = text_of(client, ous)
        assert page.index("1 of 2 delivered") < page.index("Partly observed")
        assert page.count("Member OUS (SgrB2_a_03_7M)</a>") == 3


def test_difference_with_upstream_is_shown_to_staff_alone(user, client, drm, logged_in):
    facts = {"obscore": {"state": ["Delivered", "2020-01-01T00:00:00+00:00"]}}
    make_project(pi=user, members=[{"facts": facts}])
    member = MemberOUS.objects.get()

    inside = text_of(logged_in(drm), member)
    outside = text_of(client, member)

    assert "obscore: Delivered, read" in inside
    assert "Upstream says otherwise" not in outside


def test_execution_page_shows_what_the_metadata_give(user, client):
    make_project(pi=user, exec_blocks=1)
    antennas = "CM01\nCM02"
    ExecBlock.objects.update(pwv_mm=0.68, antenna_names=antennas, execution_fraction=Decimal("0.5"))

    page = text_of(client, ExecBlock.objects.get())

    facts = (
        ("QA0", "Pass"),
        ("Start", "2014-07-01 07:02:06 UTC"),
        ("End", "2014-07-01 08:12:16 UTC"),
        ("Duration", "70.18 min"),
        ("Execution fraction", "0.5"),
        ("Frequency", "91.28 GHz"),
        ("PWV (archive)", "0.68 mm"),
        ("Number of antennas", "2"),
        ("Longest baseline", "N/A"),
    )
    assert [(title, fact(page, title)) for title, _ in facts] == list(facts)
    assert "no ASDM has been read for this execution block" in page


def test_comment_of_qa0_is_for_staff(user, client, drm, logged_in):
    make_project(pi=user, exec_blocks=1)
    ExecBlock.objects.update(qa0_comment="antenna CM03 was down")
    run = ExecBlock.objects.get()

    assert "antenna CM03" in text_of(logged_in(drm), run)
    assert "antenna CM03" not in text_of(client, run)


def test_execution_without_block_and_ous_still_has_a_page(drm, logged_in):
    make_project(exec_blocks=1)
    ExecBlock.objects.update(sched_block=None, member_ous=None, project=None, start=None, end=None)

    page = text_of(logged_in(drm), ExecBlock.objects.get())

    assert [fact(page, title) for title in ("Start", "Duration")] == ["N/A", "N/A"]
    assert fact(page, "Scheduling Block") == "unknown"
