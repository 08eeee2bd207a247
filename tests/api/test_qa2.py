"""QA2 from outside: deciding, taking back, the rounds, and what nobody learns during the hold."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import MemberOUS, ScienceGoal
from projects.services.states import move_state
from qa.models import QA2Decision
from qa.services.reviews import release_verdicts
from tests.factories import settle
from tests.log import FromNowOn

JSON = "application/json"
NOW = "2026-03-01T12:00:00Z"


@pytest.fixture(autouse=True)
def still():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def member(cast_project, qa):
    """The first member OUS of the project, with goals, under review."""
    asked = {"sensitivity_mjy": 1.0, "resolution_arcsec": 0.5}
    cast_project.memberous_set.update(state="FullyObserved", asked=asked, bands=[3])
    first = cast_project.memberous_set.order_by("pk")[0]
    MemberOUS.objects.filter(pk=first.pk).update(state="ReadyForReview")
    cast_project.sched_blocks.update(state="FullyObserved", executions_expected=2)
    settle(cast_project)
    return move_state(first, to="Reviewing", actor=qa)


@pytest.fixture
def reviewer(client_for, qa):
    return client_for(qa)


@pytest.fixture
def outsider(client_for, pi):
    return client_for(pi)


def path_of(member, rest="qa2/"):
    return f"/api/v1/ous/{member.ref}/{rest}"


def tag_of(client, member):
    return client.get(path_of(member, "status/"))["ETag"]


def post(client, member, body, tag="*", rest="qa2/"):
    headers = {"if-match": tag} if tag else {}
    return client.post(path_of(member, rest), body, JSON, headers=headers)


IMAGE = {
    "source": "SgrB2",
    "window": "25",
    "kind": "representative",
    "sensitivity_mjy": 1.08,
    "beam_major_arcsec": 0.5,
    "beam_minor_arcsec": 0.45,
}
FAIL = {
    "outcome": "Fail",
    "reasons": ["rms_above_request"],
    "comment": "too noisy",
    "extra_executions": 0.01,
}


def test_decision_answers_all_rounds_with_the_new_tag(reviewer, qa, member):
    old = tag_of(reviewer, member)
    checks = [{"code": "bandpass", "ok": True, "comment": "flat"}]
    body = {"outcome": "SemiPass", "reasons": ["flux_scale"], "comment": "5 %", "checks": checks}

    answer = post(reviewer, member, {**body, "achieved": [IMAGE]}, old)

    told = answer.json()
    assert (answer.status_code, told["qa2"], told["version"] > 1) == (201, "SemiPass", True)
    assert answer["ETag"] == reviewer.get(path_of(member))["ETag"] != old
    (line,) = told["rounds"]
    assert (line["number"], line["outcome"], line["closed_at"]) == (1, "SemiPass", None)
    assert [row["code"] for row in line["reasons"]] == ["flux_scale"]
    assert (line["asked"]["sensitivity_mjy"], line["got"][0]["sensitivity_mjy"]) == (1.0, 1.08)
    assert line["got"][0]["rms"]["answer"] == "pass"
    (decision,) = line["decisions"]
    assert (decision["by"], decision["comment"]) == (str(qa), "5 %")
    assert decision["hold_until"] == "2026-03-01T12:10:00Z"
    assert decision["suggestion"]["outcome"] == "Pass"
    told_checks = {row["code"]: (row["ok"], row["comment"]) for row in decision["checks"]}
    assert (told_checks["bandpass"], told_checks["gains"]) == ((True, "flat"), (False, ""))


def test_writer_without_a_tag_with_a_stale_one_or_at_the_wrong_time(reviewer, member):
    good = {"outcome": "Pass"}
    old = tag_of(reviewer, member)

    assert post(reviewer, member, good, tag="").status_code == 428
    assert post(reviewer, member, good, tag='"0-Proprietary-staff-x"').status_code == 412
    assert post(reviewer, member, good, f"W/{old}").status_code == 201
    assert post(reviewer, member, good, old).status_code == 412
    late = post(reviewer, member, good, tag_of(reviewer, member))
    assert (late.status_code, late.json()["errors"][0]["legal"]) == (409, [])


def test_what_is_not_open_yet_names_the_legal_step(reviewer, member):
    MemberOUS.objects.update(state="ReadyForReview")

    answer = post(reviewer, member, {"outcome": "Pass"}, tag_of(reviewer, member))

    assert (answer.status_code, answer.json()["errors"][0]["legal"]) == (409, ["Reviewing"])


def test_undo_takes_the_decision_back_while_the_hold_runs(reviewer, member, still):
    post(reviewer, member, {"outcome": "Pass"})
    still.shift(timedelta(seconds=599))

    answer = post(reviewer, member, {"note": "wrong one"}, tag_of(reviewer, member), "qa2/undo/")

    line = answer.json()["rounds"][0]
    assert (answer.status_code, answer.json()["qa2"], line["outcome"]) == (200, None, None)
    assert line["decisions"][0]["undone_at"] == "2026-03-01T12:09:59Z"
    assert reviewer.get(path_of(member, "status/")).json()["state"] == "Reviewing"
    assert post(reviewer, member, {"outcome": "Pass"}).status_code == 201
    still.shift(timedelta(seconds=600))
    assert post(reviewer, member, {}, rest="qa2/undo/").status_code == 409
    assert post(reviewer, member, {}, tag="", rest="qa2/undo/").status_code == 428


def test_fail_asks_for_more_and_begins_a_round(reviewer, client_for, pi, member):
    told = post(reviewer, member, FAIL).json()

    assert [(row["number"], row["outcome"]) for row in told["rounds"]] == [(2, None), (1, "Fail")]
    status = client_for(pi).get(path_of(member, "status/")).json()
    assert (status["state"], status["qa2"]) == ("PartiallyObserved", None)
    assert status["executions"] == {"passed": 2, "expected": 2.01, "count": 2}
    rounds = client_for(pi).get(path_of(member)).json()["rounds"]
    assert [(row["number"], row["outcome"]) for row in rounds] == [(1, "Fail")]
    assert (rounds[0]["decisions"][0]["comment"], rounds[0]["decisions"][0]["by"]) == (
        None,
        "QA reviewer",
    )


def _everything(client, member, cursor):
    """All that a person outside could learn of a verdict by: answers with their headers."""
    group, goal, code = member.group_ous.ref, member.science_goal.ref, member.project.code
    paths = [
        *(f"/api/v1/ous/{ref}/{part}" for ref in (member.ref, group, goal)
          for part in ("", "status/", "history/")),
        f"/api/v1/ous/{member.ref}/qa2/",
        f"/api/v1/projects/{code}/", f"/api/v1/projects/{code}/tree/",
        f"/api/v1/projects/{code}/matrix/", "/api/v1/projects/", "/api/v1/schedblocks/",
        *(f"/api/v1/ous/?level={level}&{asked}" for level in ("member", "group", "science_goal")
          for asked in ("", "qa2=Pass", "qa2=null", "state=Verified", "state=BeingProcessed",
                        "format=csv", "changed_after=2026-03-01T00:00:00Z")),
        f"/api/v1/events/?after={cursor}&page_size=1000",
    ]  # fmt: skip
    answers = {path: client.get(path) for path in paths}
    batch = client.post("/api/v1/ous/status/", {"uids": [member.uid]}, JSON)
    told = {path: (one.getvalue(), one.headers.get("ETag")) for path, one in answers.items()}
    return {**told, "batch": (batch.content, None)}


@pytest.mark.parametrize("outcome", ["Pass", "SemiPass"])
def test_people_outside_are_told_the_same_before_and_during_the_hold(
    outcome, reviewer, outsider, member, still
):
    client = outsider
    cursor = client.get("/api/v1/events/?page_size=1000").json()["cursor"]
    before = _everything(client, member, cursor)
    body = {"outcome": outcome, "comment": "x", "public": True}

    still.shift(timedelta(seconds=1))
    reasons = {"reasons": ["flux_scale"]} if outcome == "SemiPass" else {}
    assert post(reviewer, member, {**body, **reasons}).status_code == 201
    still.shift(timedelta(seconds=600))

    assert _everything(client, member, cursor) == before
    staff = reviewer.get(path_of(member, "status/")).json()
    assert (staff["state"], staff["qa2"]) == ("Verified", outcome)
    assert release_verdicts() == 1
    after = _everything(client, member, cursor)
    told = json.loads(after[path_of(member, "status/")][0])
    assert (told["state"], told["qa2"]) == ("Verified", outcome)
    assert told["label"] == f"Verified, QA2 {outcome}"
    assert after[path_of(member, "status/")][1] != before[path_of(member, "status/")][1]
    (line,) = json.loads(after[path_of(member)][0])["rounds"]
    assert (line["outcome"], line["decisions"][0]["comment"]) == (outcome, "x")
    assert line["decisions"][0]["suggestion"] is None
    feed = json.loads(after[f"/api/v1/events/?after={cursor}&page_size=1000"][0])["results"]
    assert [(row["kind"], row["to"]) for row in feed[:2]] == [
        ("qa2", outcome),
        ("state", "Verified"),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "outcome"),
        ({"outcome": 1}, "outcome"),
        ({"outcome": "Perhaps"}, "outcome"),
        ({"outcome": "Pass", "reasons": "x"}, "reasons"),
        ({"outcome": "Pass", "reasons": [[]]}, "reasons"),
        ({"outcome": "SemiPass"}, "reasons"),
        ({"outcome": "Pass", "comment": 1}, "comment"),
        ({"outcome": "Pass", "comment": "\0"}, "comment"),
        ({"outcome": "Pass", "public": "yes"}, "public"),
        ({"outcome": "Pass", "achieved": {}}, "achieved"),
        ({"outcome": "Pass", "achieved": [1]}, "achieved"),
        ({"outcome": "Pass", "achieved": [{"kind": "best"}]}, "achieved"),
        ({"outcome": "Pass", "achieved": [{"kind": None}]}, "achieved"),
        ({"outcome": "Pass", "achieved": [{"source": "\0"}]}, "achieved"),
        ({"outcome": "Pass", "achieved": [{"sensitivity_mjy": "1"}]}, "achieved"),
        ({"outcome": "Pass", "achieved": [{"sensitivity_mjy": 0}]}, "achieved"),
        ({"outcome": "Pass", "achieved": [{"sensitivity_mjy": 10**400}]}, "achieved"),
        ({"outcome": "Pass", "achieved": [{"beam_angle_deg": 361}]}, "achieved"),
        ({"outcome": "Pass", "achieved": [IMAGE, IMAGE]}, "achieved"),
        ({"outcome": "Pass", "checks": [{}]}, "checks"),
        ({"outcome": "Pass", "checks": [{"code": []}]}, "checks"),
        ({"outcome": "Pass", "checks": [{"code": "gains", "ok": 1}]}, "checks"),
        ({"outcome": "Pass", "checks": [{"code": "gains", "comment": 1}]}, "checks"),
        ({**FAIL, "extra_executions": "1"}, "extra_executions"),
        ({**FAIL, "extra_executions": True}, "extra_executions"),
        ({**FAIL, "extra_executions": 0}, "extra_executions"),
        ({**FAIL, "extra_executions": -0.01}, "extra_executions"),
        ({**FAIL, "extra_executions": 0.001}, "extra_executions"),
        ({**FAIL, "extra_executions": 10**400}, "extra_executions"),
        ({**FAIL, "sched_block": "nowhere"}, "sched_block"),
        ({**FAIL, "sched_block": 1}, "sched_block"),
    ],
)
def test_bad_body_is_refused_by_its_field_and_changes_nothing(body, field, reviewer, member):
    logged = FromNowOn()

    answer = post(reviewer, member, body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert not logged().exists()
    assert not QA2Decision.objects.exists()


def test_body_that_is_no_object_is_refused(reviewer, member):
    for rest in ("qa2/", "qa2/undo/"):
        assert post(reviewer, member, [1], rest=rest).status_code == 400


def test_only_member_ouss_have_qa2(reviewer, member):
    for thing in (member.group_ous, member.science_goal):
        assert reviewer.get(path_of(thing)).status_code == 404
        assert post(reviewer, thing, {"outcome": "Pass"}).status_code == 404
        assert post(reviewer, thing, {}, rest="qa2/undo/").status_code == 404


def test_who_reduced_the_data_is_told_to_leave_it(reviewer, qa, member):
    MemberOUS.objects.filter(pk=member.pk).update(reducer=qa)

    assert post(reviewer, member, {"outcome": "Pass"}).status_code == 403


def test_answer_is_304_while_nothing_changed(client_for, pi, reviewer, member):
    client = client_for(pi)
    tag = client.get(path_of(member))["ETag"]
    post(reviewer, member, {"outcome": "Pass"})

    with CaptureQueriesContext(connection) as told:
        known = client.get(path_of(member), headers={"if-none-match": tag})
    # The token, the member OUS and its scheduling blocks.
    assert (known.status_code, len(told)) == (304, 3)
    release_verdicts(timezone.now() + timedelta(minutes=10))
    assert client.get(path_of(member), headers={"if-none-match": tag}).status_code == 200


def test_tag_follows_what_was_asked_and_what_the_pipeline_made(client_for, reviewer, member):
    def tag():
        return reviewer.get(path_of(member))["ETag"]

    tags = [tag()]
    member.sched_blocks.update(version=F("version") + 1)
    tags.append(tag())
    ScienceGoal.objects.filter(pk=member.science_goal_id).update(version=F("version") + 1)
    tags.append(tag())
    MemberOUS.objects.filter(pk=member.pk).update(version=F("version") + 1)
    tags.append(tag())

    assert len(set(tags)) == len(tags)
    assert tag() == tags[-1]
