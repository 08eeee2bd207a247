"""The turnaround board: its figures against the event log, its files, its drawing."""

import csv
from collections import defaultdict
from datetime import datetime, timedelta
from io import StringIO
from random import Random
from statistics import median, quantiles
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import Blockage, Event, ExecBlock, MemberOUS, Project
from projects.turnaround import Stage
from qa.models import PipelineRun
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db
WAY = ["ReadyForProcessing", "Processing", "ReadyForReview", "Reviewing", "Verified", "Delivered"]
STAGES = {
    "Staging": ("pass", "first ReadyForProcessing"),
    "Assignment": ("first ReadyForProcessing", "first Processing"),
    "Analysis": ("first Processing", "last ReadyForReview"),
    "Review": ("last ReadyForReview", "last Verified"),
    "Delivery": ("last Verified", "last Delivered"),
    "Observation to delivery": ("pass", "last Delivered"),
}


@pytest.fixture
def history():
    """Member OUSs of two cycles that went through the states in their own time, some twice."""
    random, now = Random(3), timezone.now()
    for code, arc in (("2018.1.00001.S", "EU"), ("2019.1.00001.S", "NA")):
        project = make_project(code, members=6, exec_blocks=2, arc=arc)
        Event.objects.filter(project=project, kind="state").delete()
        for member in project.memberous_set.order_by("pk"):
            _live(member, random, now - timedelta(days=400))
    return now


def _live(member: MemberOUS, random: Random, begin: datetime) -> None:
    at, frm = begin + timedelta(days=random.uniform(0, 100)), "FullyObserved"
    for number, run in enumerate(member.exec_blocks.order_by("pk")):
        end = at - timedelta(days=number + 1)
        ExecBlock.objects.filter(pk=run.pk).update(start=end - timedelta(hours=1), end=end)
    steps = WAY[: random.randint(1, len(WAY))]
    if random.random() < 0.4:
        steps = [*WAY[:3], "Processing", *WAY[2 : random.randint(3, len(WAY))]]
    for to in steps:
        at += timedelta(days=random.uniform(0.1, 20))
        _log(member, frm, to, at)
        frm = to
    MemberOUS.objects.filter(pk=member.pk).update(state=frm, state_since=at)


def _log(member: MemberOUS, frm: str, to: str, at: datetime, **facts: object) -> None:
    thing = {"level": "member_ous", "member_ous": member, "project": member.project}
    Event.objects.create(kind="state", at=at, frm=frm, to=to, actor_word="x", **thing, **facts)


def _from_the_log() -> dict[str, dict[str, list[float]]]:
    """Durations by cycle and stage, event by event."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for member in MemberOUS.objects.select_related("project"):
        ends = [run.end for run in member.exec_blocks.all() if run.qa0 == "Pass" and run.end]
        moments: dict[str, datetime] = {"pass": max(ends)} if ends else {}
        for event in Event.objects.filter(member_ous=member, kind="state").order_by("at"):
            moments.setdefault(f"first {event.to}", event.at)
            moments[f"last {event.to}"] = event.at
        for stage, (begin, end) in STAGES.items():
            if begin in moments and end in moments and moments[begin] <= moments[end]:
                days = (moments[end] - moments[begin]).total_seconds() / 86400
                found[member.project.cycle][stage].append(days)
    return found


def _file(client, query: str) -> list[dict[str, str]]:
    answer = client.get(f"/qa/turnaround/{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))


@pytest.fixture
def client_of_drm(logged_in):
    return logged_in(make_user("drm", roles=["drm"]))


def test_sums_by_cycle_are_those_of_the_log(history, client_of_drm):
    rows = {row["Cycle"]: row for row in _file(client_of_drm, "?format=csv")}

    expected = _from_the_log()
    assert set(rows) == {*expected, "all"}
    for cycle, stages in expected.items():
        for stage in STAGES:
            days = stages[stage]
            row = rows[cycle]
            assert int(row[f"{stage}: n"]) == len(days), (cycle, stage)
            if days:
                assert float(row[f"{stage}: median [d]"]) == pytest.approx(median(days), abs=1e-4)
            if len(days) > 1:
                p80 = quantiles(days, n=10, method="inclusive")[7]
                assert float(row[f"{stage}: p80 [d]"]) == pytest.approx(p80, abs=1e-4)
    together = sum(len(stages["Staging"]) for stages in expected.values())
    assert int(rows["all"]["Staging: n"]) == together


def test_each_member_ous_has_its_line_with_what_held_it_up(history, client_of_drm):
    member = MemberOUS.objects.order_by("pk")[0]
    first = Event.objects.filter(member_ous=member, to="ReadyForProcessing").earliest("at")
    until = first.at + timedelta(days=900)
    Event.objects.filter(member_ous=member, to="Processing").delete()
    _log(member, "ReadyForProcessing", "Processing", until)
    admin = make_user("boss", roles=["admin"])
    Blockage.objects.create(
        member_ous=member,
        reason="software",
        state="Processing",
        since=first.at - timedelta(days=1),
        until=first.at + timedelta(days=10),
        by=admin,
        ended_by=admin,
    )

    rows = {row["Member OUS"]: row for row in _file(client_of_drm, "?format=csv&of=each")}

    assert len(rows) == MemberOUS.objects.count()
    assert float(rows[str(member)]["Assignment [d]"]) == pytest.approx(900)
    assert float(rows[str(member)]["Assignment, held up [d]"]) == pytest.approx(10)


@pytest.mark.parametrize(
    ("query", "kept"),
    [("?arc=NA", {"2019.1"}), ("?cycle=2018.1", {"2018.1"}), ("?band=9", set()), ("?arc=x", None)],
)
def test_filters_keep_what_they_say(query, kept, history, client_of_drm):
    rows = _file(client_of_drm, f"{query}&format=csv")

    everything = {"2018.1", "2019.1"}
    assert {row["Cycle"] for row in rows} - {"all"} == (everything if kept is None else kept)


def test_step_that_came_without_a_time_does_not_count(client_of_drm):
    project = make_project("2019.1.00002.S", exec_blocks=1)
    member = project.memberous_set.get()
    Event.objects.filter(member_ous=member).delete()
    _log(member, "", "ReadyForProcessing", timezone.now())
    _log(member, "", "Delivered", timezone.now() - timedelta(days=300))

    (row,) = _file(client_of_drm, "?format=csv&of=each")

    assert row["First ready for processing [UTC]"] == ""
    assert row["Last delivered [UTC]"] != ""


def test_page_shows_goal_sums_late_ones_and_loads(history, client_of_drm):
    reducer = make_user("redd", roles=["reducer"])
    late = MemberOUS.objects.filter(state="ReadyForProcessing").order_by("pk")
    late.update(reducer=reducer)

    text = client_of_drm.get("/qa/turnaround/").content.decode()

    assert "90 % delivered within 30 days" in text
    assert text.count('<th scope="row">2018.1</th>') == 1
    assert ('<th scope="row">redd</th>' in text) is late.exists()


def test_drawing_has_every_member_ous_that_came_through(history, client_of_drm):
    figure = client_of_drm.get("/qa/turnaround/?stage=staging&format=json").json()

    counted = sum(sum(trace["y"]) for trace in figure["data"])
    assert counted == sum(len(stages["Staging"]) for stages in _from_the_log().values())


def test_board_of_an_empty_observatory_says_so(client_of_drm):
    text = client_of_drm.get("/qa/turnaround/").content.decode()

    assert "No member OUS has come through this" in text
    assert "Nobody has any work by name." in text


@pytest.mark.parametrize("number", [1, 30])
def test_board_costs_the_same_whatever_there_is(number, client_of_drm):
    make_project(members=number, exec_blocks=1)
    Project.objects.update(arc="EU")
    client_of_drm.get("/nothing/")

    with CaptureQueriesContext(connection) as queries:
        client_of_drm.get("/qa/turnaround/")

    assert len(queries) == 6


def _told(client, address: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_board_over_rest_has_the_figures_of_the_log_and_of_the_page(history, client_of_drm):
    told = _told(client_of_drm, "turnaround/")

    expected = _from_the_log()
    rows = {(row["group"], row["stage"]): row for row in told["durations"]}
    words = dict(zip(STAGES, Stage, strict=True))
    for cycle, stages in expected.items():
        for stage, word in words.items():
            row, days = rows[cycle, word], stages[stage]
            assert row["number"] == len(days), (cycle, stage)
            if days:
                assert row["median_days"] == pytest.approx(median(days), abs=1e-4)
            if len(days) > 1:
                p80 = quantiles(days, n=10, method="inclusive")[7]
                assert row["p80_days"] == pytest.approx(p80, abs=1e-4)
    for row in _file(client_of_drm, "?format=csv&by=arc"):
        by_arc = _told(client_of_drm, "turnaround/?by=arc")["durations"]
        own = {one["stage"]: one for one in by_arc if one["group"] == row["ARC"]}
        for stage, word in words.items():
            assert row[f"{stage}: n"] == str(own[word]["number"])
            assert row[f"{stage}: median [d]"] == _text(own[word]["median_days"])
    weeks = _file(client_of_drm, "?format=csv&of=weeks")
    assert [row["Open"] for row in weeks] == [str(week["open"]) for week in told["weeks"]]
    assert [row["Delivered"] for row in weeks] == [str(one["delivered"]) for one in told["weeks"]]


def _text(days: float | None) -> str:
    return "" if days is None else str(days)


def test_member_ouss_over_rest_are_those_of_the_page_in_pages(history, client_of_drm):
    PipelineRun.objects.create(
        member_ous=MemberOUS.objects.order_by("pk")[0], told={}, digest="x", source="x"
    )
    for query in ("", "reduction=pipeline", "reduction=manual", "arc=NA", "late=yes"):
        of = "stuck" if query == "late=yes" else "each"
        rows = {
            row["Member OUS"]: row for row in _file(client_of_drm, f"?format=csv&of={of}&{query}")
        }
        told, url = [], f"turnaround/ous/?page_size=3&{query}"
        while url:
            page = _told(client_of_drm, url)
            told += page["results"]
            url = (page["next"] or "").partition("/api/v1/")[2]

        assert len(told) == len(rows), query
        for one in told:
            row = rows[one["uid"]]
            assert row["Analysis [d]"] == _text(one["days"]["analysis"])
            assert row["Observation to delivery [d]"] == _text(one["days"]["obs_to_delivery"])
            assert row["Reduction"] == one["reduction"]
        assert told or query == "late=yes"
    late = _told(client_of_drm, "turnaround/ous/?late=yes&count=true")["count"]
    assert 0 < late < MemberOUS.objects.count()
    on_time = _told(client_of_drm, "turnaround/ous/?late=no&count=true")["count"]
    assert late + on_time == MemberOUS.objects.count()


@pytest.mark.parametrize("query", ["by=x", "arc=x", "reduction=x", "ous/late=x"])
def test_what_is_no_word_is_refused_by_name(query, client_of_drm):
    part, _, asked = query.rpartition("/")
    address = f"/api/v1/turnaround/{part}{'/' if part else ''}?{asked}"

    answer = client_of_drm.get(address)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (
        400,
        asked.partition("=")[0],
    )
