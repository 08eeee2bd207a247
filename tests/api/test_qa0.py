"""Judging executions, declaring blocks observed, and the reasons, from outside."""

from decimal import Decimal

import pytest

from projects.models import ExecBlock, MemberOUS, SchedBlock
from qa.models import QA0Decision
from tests.log import FromNowOn

JSON = "application/json"


@pytest.fixture
def run(cast_project):
    return cast_project.exec_blocks.order_by("pk")[0]


@pytest.fixture
def judge(client_for, aod):
    return client_for(aod)


def path_of(run):
    return f"/api/v1/execblocks/{run.ref}/"


def tag_of(client, run):
    return client.get(path_of(run))["ETag"]


def post(client, run, tag=None, **body):
    given = {"outcome": "Fail", "reasons": ["pointing"], **body}
    headers = {"if-match": tag} if tag else {}
    return client.post(f"{path_of(run)}qa0/", given, JSON, headers=headers)


def test_verdict_answers_the_report_with_its_new_tag(judge, aod, run):
    old, logged = tag_of(judge, run), FromNowOn()

    answer = post(judge, run, old, comment="off source", execution_fraction=0.25)

    body = answer.json()
    assert (answer.status_code, body["qa0"], body["execution_fraction"]) == (200, "Fail", 0.25)
    assert answer["ETag"] == tag_of(judge, run) != old
    assert body["qa0_comment"] == "off source"
    assert body["qa0_reasons"] == [{"code": "pointing", "family": "antenna", "name": "Pointing"}]
    line = body["qa0_history"][0]
    assert (line["outcome"], line["by"], line["comment"]) == ("Fail", str(aod), "off source")
    event = logged().get(kind="qa0")
    assert (event.frm, event.to, event.actor, event.note_public) == ("Pass", "Fail", aod, False)


def test_people_outside_read_verdict_reasons_and_role_alone(judge, client_for, pi, run):
    post(judge, run, "*", comment="among us")
    post(judge, run, "*", comment="for all", public=True)

    body = client_for(pi).get(path_of(run)).json()

    assert [row["code"] for row in body["qa0_reasons"]] == ["pointing"]
    told = [(line["by"], line["comment"], line["proposal"]) for line in body["qa0_history"]]
    assert told == [("astronomer on duty", "for all", []), ("astronomer on duty", None, [])]
    assert (body["qa0_comment"], body["fraction_proposal"]) == ("for all", None)


def test_event_feed_tells_people_outside_of_the_verdict(judge, client_for, pi, run):
    client = client_for(pi)
    cursor = client.get("/api/v1/events/?page_size=1000").json()["cursor"]
    post(judge, run, "*", comment="among us")

    found = client.get(f"/api/v1/events/?after={cursor}").json()["results"]

    first = found[0]
    assert (first["kind"], first["ref"], first["from"], first["to"]) == (
        "qa0",
        run.ref,
        "Pass",
        "Fail",
    )


@pytest.mark.parametrize(
    ("name", "status"),
    [("pi", 403), ("coi", 403), ("reducer", 403), ("arc", 403), ("admin", 403), ("stranger", 404)],
)
def test_judging_is_not_theirs_with_tag_or_without(name, status, client_for, somebody, run):
    client = client_for(somebody(name))

    answers = [post(client, run, tag).status_code for tag in (None, "*", '"x"')]

    assert answers == [status] * 3
    assert not QA0Decision.objects.exists()


def test_verdict_without_if_match_is_428(judge, run):
    assert post(judge, run).status_code == 428


@pytest.mark.parametrize("tag", ['"other"', "rubbish", '""', '"1-Proprietary-public-0"', '"0"'])
def test_verdict_with_a_stale_tag_is_412_whatever_it_says(tag, judge, run):
    assert post(judge, run, tag, outcome="Nonsense").status_code == 412
    assert not QA0Decision.objects.exists()


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', '"x",W/{} , "y"', "*"])
def test_verdict_takes_every_form_of_a_fresh_tag(form, judge, run):
    assert post(judge, run, form.format(tag_of(judge, run))).status_code == 200


def test_second_verdict_with_the_same_tag_is_412(judge, run):
    tag = tag_of(judge, run)
    post(judge, run, tag)

    assert post(judge, run, tag, outcome="Pass", reasons=[]).status_code == 412
    assert ExecBlock.objects.get(pk=run.pk).qa0 == "Fail"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"outcome": None}, "outcome"),
        ({"outcome": 1}, "outcome"),
        ({"outcome": "passed"}, "outcome"),
        ({"outcome": "\0"}, "outcome"),
        ({"reasons": "pointing"}, "reasons"),
        ({"reasons": [1]}, "reasons"),
        ({"reasons": None}, "reasons"),
        ({"reasons": []}, "reasons"),
        ({"reasons": ["nonsense"]}, "reasons"),
        ({"outcome": "Pass"}, "reasons"),
        ({"reasons": ["other"]}, "comment"),
        ({"comment": 5}, "comment"),
        ({"comment": "\0"}, "comment"),
        ({"comment": "x" * 4001}, "comment"),
        ({"public": "yes"}, "public"),
        ({"execution_fraction": "0.5"}, "execution_fraction"),
        ({"execution_fraction": True}, "execution_fraction"),
        ({"execution_fraction": -0.5}, "execution_fraction"),
        ({"execution_fraction": 100}, "execution_fraction"),
        ({"execution_fraction": 10**400}, "execution_fraction"),
        ({"execution_fraction": 0.123}, "execution_fraction"),
    ],
)
def test_what_cannot_be_so_is_400_and_names_the_field(body, field, judge, run):
    answer = post(judge, run, "*", **body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert not QA0Decision.objects.exists()


@pytest.mark.parametrize(
    ("body", "fraction"),
    [
        ({}, Decimal("0.70")),
        ({"execution_fraction": None}, None),
        ({"execution_fraction": 0}, Decimal(0)),
        ({"execution_fraction": 1}, Decimal(1)),
        ({"execution_fraction": 0.1 + 0.2}, Decimal("0.30")),
    ],
)
def test_fraction_left_out_stays_and_null_is_not_known(body, fraction, judge, run):
    ExecBlock.objects.filter(pk=run.pk).update(execution_fraction=Decimal("0.7"))

    assert post(judge, run, "*", **body).status_code == 200
    assert ExecBlock.objects.get(pk=run.pk).execution_fraction == fraction


def test_legal_reasons_stand_with_the_refusal(judge, run):
    error = post(judge, run, "*", reasons=["nonsense"]).json()["errors"][0]

    assert {"pointing", "other"} <= set(error["legal"])
    assert "awaits_check" not in error["legal"]


def test_poll_is_answered_304_until_it_is_judged_again(judge, client_for, pi, run):
    client = client_for(pi)
    tag = tag_of(client, run)

    same = client.get(path_of(run), headers={"if-none-match": tag}).status_code
    post(judge, run, "*", outcome="Pass", reasons=[])

    assert same == 304
    assert client.get(path_of(run), headers={"if-none-match": tag}).status_code == 200


def test_proposed_fraction_is_told_to_who_may_judge(judge, run):
    antennas = "\n".join(f"CM{number:02d}" for number in range(1, 10))
    ExecBlock.objects.filter(pk=run.pk).update(antenna_names=antennas)

    found = judge.get(path_of(run)).json()["fraction_proposal"]

    assert found["fraction"] == 0.8
    assert found["explanation"][0].startswith("Antennas: 9 × 8 / (10 × 9) = 0.800")


@pytest.mark.parametrize("level", ["qa0", "qa2", "qa3"])
def test_reasons_of_a_level_have_other_and_texts(level, client_for, pi):
    rows = client_for(pi).get(f"/api/v1/reasons/?level={level}").json()["results"]

    assert {row["level"] for row in rows} == {level}
    assert [row["code"] for row in rows].count("other") == 1
    assert all(row["name"] and row["text"] for row in rows)


def test_reasons_of_all_levels_and_of_none(client_for, pi):
    client = client_for(pi)

    levels = {row["level"] for row in client.get("/api/v1/reasons/").json()["results"]}
    wrong = client.get("/api/v1/reasons/?level=qa1")

    assert levels == {"qa0", "qa2", "qa3"}
    assert (wrong.status_code, wrong.json()["errors"][0]["legal"]) == (400, ["qa0", "qa2", "qa3"])


@pytest.fixture
def block(cast_project):
    SchedBlock.objects.update(state="Ready")
    return cast_project.sched_blocks.order_by("pk")[0]


@pytest.fixture
def observer(client_for, drm):
    return client_for(drm)


def step(client, block, tag=None, **body):
    given = {"to": "FullyObserved", "note": "the target has set", **body}
    headers = {"if-match": tag} if tag else {}
    return client.post(f"/api/v1/schedblocks/{block.ref}/state/", given, JSON, headers=headers)


def test_block_is_declared_observed_and_answers_its_panel(client_for, drm, block):
    client = client_for(drm)
    panel = f"/api/v1/schedblocks/{block.ref}/"

    answer = step(client, block, f"W/{client.get(panel)['ETag']}")

    block.refresh_from_db()
    assert (answer.status_code, answer.json()["state"]) == (200, "FullyObserved")
    assert answer["ETag"] == client.get(panel)["ETag"]
    assert block.member_ous.state == "FullyObserved"


@pytest.mark.parametrize(
    ("tag", "body", "status"),
    [
        (None, {}, 428),
        ('"stale"', {}, 412),
        ("*", {"to": "Delivered"}, 409),
        ("*", {"note": ""}, 400),
        ("*", {"note": " "}, 400),
        ("*", {"to": 7}, 400),
    ],
)
def test_step_of_a_block_that_is_refused_changes_nothing(tag, body, status, observer, block):
    assert step(observer, block, tag, **body).status_code == status
    assert SchedBlock.objects.get(pk=block.pk).state == "Ready"


@pytest.mark.parametrize(
    ("name", "status"), [("pi", 403), ("aod", 403), ("arc", 403), ("stranger", 404), ("admin", 200)]
)
def test_declaring_a_block_is_for_those_with_the_right(name, status, client_for, somebody, block):
    assert step(client_for(somebody(name)), block, "*").status_code == status


def test_staff_list_the_verdicts_that_came_too_late(judge, client_for, drm, pi, run):
    MemberOUS.objects.filter(pk=run.member_ous_id).update(state="Delivered")
    post(judge, run, "*", comment="off source")
    path = "/api/v1/execblocks/late-verdicts/"

    (line,) = client_for(drm).get(path).json()["results"]

    member = run.member_ous
    assert (line["ref"], line["uid"], line["member_ous"]) == (run.ref, run.uid, member.ref)
    assert (line["from"], line["to"], line["state"]) == ("Pass", "Fail", "Delivered")
    assert (line["comment"], line["settled_at"]) == ("off source", None)
    assert [row["code"] for row in line["reasons"]] == ["pointing"]
    asked = {
        query: len(client_for(drm).get(f"{path}?{query}").json()["results"])
        for query in ("settled=true", "settled=false", f"project={run.project.ref}", "project=no")
    }
    assert list(asked.values()) == [0, 1, 1, 0]
    assert client_for(pi).get(path).status_code == 403
