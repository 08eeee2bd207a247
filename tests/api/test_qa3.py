"""QA3 over REST: reporting, reading, triage with If-Match, and every clear refusal."""

import json

import pytest

from deliveries.models import FileHold
from projects.models import MemberOUS
from qa.models import ProblemReport
from tests.access.world import new_session
from tests.deliveries.packages import manifest
from tests.problems import UNTIL, made, member, people, report

__all__ = ["made", "member", "people"]

pytestmark = pytest.mark.django_db
PROBLEM = {"subject": "A shift", "description": "By 2 arcsec."}


@pytest.fixture
def ask(member, people, client, settings):
    """Answer what somebody is answered at the member OUS's address, or below it."""

    def asked(who, path="", body=None, **headers):
        client.cookies[settings.SESSION_COOKIE_NAME] = new_session(people[who])
        url = f"/api/v1/ous/{member.ref}/{path or 'qa3/'}"
        if body is None:
            return client.get(url, headers=headers)
        return client.post(url, json.dumps(body), "application/json", headers=headers)

    return asked


def tag(ask, who="qa"):
    return ask(who, "status/").headers["ETag"]


def test_pi_reports_without_a_tag_and_staff_with_one(member, ask):
    told = ask("pi", body={**PROBLEM, "about": None})

    assert told.status_code == 201
    found = told.json()
    assert {name: found[name] for name in ("subject", "state", "about", "initiative", "by")} == {
        "subject": "A shift",
        "state": "open",
        "about": "member_ous",
        "initiative": "UserInitiated",
        "by": "PI",
    }
    assert (found["in_time"], found["in_time_months"]) == (False, 2)
    assert found["in_time_until"] == "2024-02-29T23:59:59Z"
    assert (found["acts"], len(found["steps"]), found["steps"][0]["to"]) == ([], 1, "open")
    assert ask("qa", body=PROBLEM).status_code == 428
    assert ask("qa", body=PROBLEM, **{"if-match": '"1-Public-staff-0"'}).status_code == 412
    ours = ask("qa", body=PROBLEM, **{"if-match": tag(ask)})
    assert (ours.status_code, ours.json()["initiative"]) == (201, "ObservatoryInitiated")
    assert ask("pi", body=PROBLEM, **{"if-match": '"1-Public-public-0"'}).status_code == 412
    assert [one["id"] for one in ask("coi").json()["results"]] == [ours.json()["id"], found["id"]]
    table = b"".join(ask("coi", "qa3/?format=csv").streaming_content).decode()
    assert table.count("A shift") == 2


def test_what_a_report_is_about(member, ask):
    manifest(member)
    manifest(member, generation=2, contents={"product/new.fits": b"x"})
    run = member.exec_blocks.order_by("pk")[0]
    for about, expected in (
        (str(member.uid), ("member_ous", None, None, None)),
        (run.ref, ("exec_block", run.ref, None, None)),
        (run.uid, ("exec_block", run.ref, None, None)),
        (f"plot:tsys:{run.uid}", ("plot", run.ref, "tsys", None)),
        ("file:product/a.fits", ("file", None, None, "product/a.fits")),
    ):
        told = ask("pi", body={**PROBLEM, "about": about})
        assert told.status_code == 201, about
        found = told.json()
        assert tuple(found[name] for name in ("about", "exec_block", "plot", "file")) == expected
    for about in (
        "uid://A002/X1/X999",
        f"plot:none:{run.uid}",
        "plot:tsys:",
        "file:product/new.fits",
        "file:",
        "x" * 1300,
        7,
    ):
        told = ask("pi", body={**PROBLEM, "about": about})
        assert (told.status_code, told.json()["errors"][0]["field"]) == (400, "about"), about


def test_bad_reports_name_their_field(member, ask, made):
    for body, field in (
        ({"description": "x"}, "subject"),
        ({"subject": "x"}, "description"),
        ({**PROBLEM, "subject": 7}, "subject"),
        ({**PROBLEM, "subject": "x" * 201}, "subject"),
    ):
        told = ask("pi", body=body)
        assert (told.status_code, told.json()["errors"][0]["field"]) == (400, field)
    MemberOUS.objects.filter(pk=member.pk).update(state="Ready", delivered_at=None)
    assert ask("pi", body=PROBLEM).status_code == 409


def test_triage_over_rest_from_opening_to_abort(member, people, ask):
    made_one = report(member, people["pi"])
    path = f"qa3/{made_one.pk}/"
    first = ask("qa", path)
    assert first.json()["acts"] == ["answer", "dismiss", "investigate"]
    assert ask("qa", path, **{"if-none-match": first.headers["ETag"]}).status_code == 304
    assert ask("qa", path, {"act": "fix"}).status_code == 428
    illegal = ask("qa", path, {"act": "fix"}, **{"if-match": "*"})
    assert (illegal.status_code, illegal.json()["errors"][0]["legal"]) == (
        409,
        ["answer", "dismiss", "investigate"],
    )
    looked = ask(
        "qa",
        path,
        {"act": "investigate", "withhold": "wrong", "comment": "inside"},
        **{"if-match": first.headers["ETag"]},
    )
    assert (looked.status_code, looked.json()["state"]) == (200, "investigating")
    assert ask("qa", path, {"act": "fix"}, **{"if-match": first.headers["ETag"]}).status_code == 412
    assert FileHold.objects.open().count() == 1
    assert ask("pi", "status/").json()["state"] == "QA3InProgress"
    assert ask("pi", path).json()["steps"][1]["comment"] is None
    assert ask("qa", path).json()["steps"][1]["comment"] == "inside"
    bad = ask("qa", path, {"act": "abort"}, **{"if-match": "*"})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, "reasons")
    done = ask("qa", path, {"act": "abort", "reasons": ["not_reproduced"]}, **{"if-match": "*"})
    assert (done.json()["state"], done.json()["investigation_outcome"]) == ("aborted", "aborted")
    assert ask("pi", "status/").json()["state"] == "Delivered"


def test_bad_triage_names_its_field_and_public_data_are_withdrawn_by_managers(member, people, ask):
    made_one = report(member, people["pi"])
    path = f"qa3/{made_one.pk}/"
    for body, field in (
        ({}, "act"),
        ({"act": "x"}, "act"),
        ({"act": "answer"}, "text"),
        ({"act": "answer", "comment": 7}, "comment"),
        ({"act": "dismiss", "reasons": "data"}, "reasons"),
        ({"act": "dismiss", "reasons": ["data"], "public": 1}, "public"),
        ({"act": "investigate", "withdraw": "yes"}, "withdraw"),
    ):
        told = ask("qa", path, body, **{"if-match": "*"})
        assert (told.status_code, told.json()["errors"][0]["field"]) == (400, field), body
    public = {"act": "investigate", "withdraw": True}
    assert ask("qa", path, public, **{"if-match": "*"}).status_code == 403
    assert ask("drm", path, public, **{"if-match": "*"}).status_code == 200
    assert ask("pi", "clock/").json()["withdrawn"] is True
    for extra in (None, "1", True, -1, 0):
        more = {"act": "fail", "extra_executions": extra}
        told = ask("drm", path, more, **{"if-match": "*"})
        assert told.json()["errors"][0]["field"] == "extra_executions", extra
    done = ask("drm", path, {"act": "fail", "extra_executions": 0.5}, **{"if-match": "*"})
    assert (done.json()["state"], ask("pi", "status/").json()["state"]) == (
        "failed",
        "PartiallyObserved",
    )


def test_reports_of_another_member_ous_are_not_here(member, people, ask, made):
    made_one = report(member, people["pi"], at=UNTIL)
    other = MemberOUS.objects.get(pk=made.other_id)
    ProblemReport.objects.filter(pk=made_one.pk).update(member_ous=other)

    assert ask("qa", f"qa3/{made_one.pk}/").status_code == 404
    assert ask("qa", f"qa3/{made_one.pk}/", {"act": "fix"}, **{"if-match": "*"}).status_code == 404
    assert ask("qa").json()["results"] == []
