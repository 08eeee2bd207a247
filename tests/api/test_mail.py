"""Mail over REST, and the links of added-value products."""

import pytest

from deliveries.models import AddedValue, Notice
from tests.deliveries.mails import deliver

pytestmark = pytest.mark.django_db

LINKS = {
    "calibrated_ms": "https://na.example.org/ms",
    "weblog": "https://na.example.org/weblog",
    "admit": "https://na.example.org/admit",
    "article": "https://help.example.org/412",
}


@pytest.fixture
def member(cast_project, pi):
    pi.email, pi.arc = "pi@example.org", "NA"
    pi.save(update_fields=["email", "arc"])
    found = cast_project.memberous_set.order_by("pk")[0]
    deliver(found)
    return found


def _enter(client, member, body, tag="*"):
    path = f"/api/v1/ous/{member.ref}/added-value/"
    headers = {"if-match": tag} if tag else {}
    return client.post(path, body, "application/json", headers=headers)


def test_mail_is_told_to_its_reader_and_to_staff(member, pi, copi, aod, client_for):
    (mail,) = client_for(pi).get("/api/v1/mail/").json()["results"]

    assert (mail["kind"], mail["to"], mail["state"]) == ("delivery", "pi@example.org", "pending")
    assert (mail["project"], mail["ous"], mail["uid"]) == (
        "2013.1.00269.S",
        member.ref,
        member.uid,
    )
    assert mail["subject"].startswith("ALMA data delivered: 2013.1.00269.S")
    assert client_for(aod).get("/api/v1/mail/").json()["results"] == [mail]
    assert client_for(copi).get("/api/v1/mail/").json()["results"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=pending", (200, 1)),
        ("?state=sent", (200, 0)),
        ("?kind=delivery&count=true", (200, 1)),
        ("?kind=postcard", (400, 0)),
        ("?state=%00", (400, 0)),
    ],
)
def test_mail_is_filtered(member, pi, client_for, query, found):
    answer = client_for(pi).get(f"/api/v1/mail/{query}")

    assert (answer.status_code, len(answer.json().get("results", []))) == found


def test_links_bring_the_second_mail(member, arc, client_for, django_capture_on_commit_callbacks):
    client = client_for(arc)
    tag = client.get(f"/api/v1/ous/{member.ref}/status/")["ETag"]

    answer = _enter(client, member, LINKS, tag)

    assert answer.status_code == 201
    told = answer.json()
    assert {name: told[name] for name in LINKS} == LINKS
    assert (told["complete"], told["mailed"], told["entered_by"]) == (True, True, "arc")
    assert list(Notice.objects.order_by("pk").values_list("kind", flat=True)) == [
        "delivery",
        "added_value",
    ]
    assert _enter(client, member, LINKS, tag).status_code == 412


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ([], 400),
        ({"weblog": 7}, 400),
        ({"weblog": "no link"}, 400),
        ({"weblog": "https://na.example.org/\u0000"}, 400),
        ({"weblog": "https://na.example.org/"}, 201),
    ],
)
def test_links_are_checked(member, arc, client_for, body, status):
    answer = _enter(client_for(arc), member, body)

    assert answer.status_code == status
    assert AddedValue.objects.count() == (status == 201)


def test_links_need_if_match_and_staff(member, arc, pi, stranger, client_for):
    assert _enter(client_for(arc), member, LINKS, "").status_code == 428
    assert _enter(client_for(pi), member, LINKS).status_code == 403
    assert _enter(client_for(stranger), member, LINKS).status_code == 404


def test_group_has_no_added_value(member, arc, client_for):
    assert _enter(client_for(arc), member.group_ous, LINKS).status_code == 404
