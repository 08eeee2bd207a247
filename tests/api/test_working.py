"""The work of staff from outside: queues, claims, hold-ups, tickets, the journal."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deliveries.models import Delivery
from projects.models import JournalEntry, MemberOUS, Ticket
from qa.models import QA2Round
from snoopi.queues import QUEUES
from tests.factories import make_project, make_user

JSON = "application/json"
NOW = timezone.now()
STATES = {
    "ready-for-processing": "ReadyForProcessing",
    "processing": "Processing",
    "ready-for-review": "ReadyForReview",
    "reviewing": "Reviewing",
    "verified": "Verified",
    "delivering": "DeliveryInProgress",
    "problems": "ProcessingProblem",
    "qa3": "QA3InProgress",
}


@pytest.fixture
def people(db, client_for):
    """Clients of who works: a manager, two approved reviewers, a reducer, and of a PI."""
    approved: dict[str, Any] = {"roles": ["qa"], "qualifications": ["QA2APPRV"]}
    users = {
        "drm": make_user("drm", roles=["drm"]),
        "vera": make_user("vera", **approved),
        "vito": make_user("vito", **approved),
        "di": make_user("di", roles=["reducer"]),
        "pia": make_user("pia"),
    }
    return {name: client_for(user) for name, user in users.items()}, users


@pytest.fixture
def member(people):
    project = make_project(
        "2023.1.00007.S", members=[{"state": "ReadyForReview"}], pi=people[1]["pia"]
    )
    return project.memberous_set.get()


def path_of(member, rest):
    return f"/api/v1/ous/{member.ref}/{rest}/"


def tag_of(client, member):
    return client.get(path_of(member, "work"))["ETag"]


def post(client, member, rest, body, tag="*"):
    headers = {"if-match": tag} if tag else {}
    return client.post(path_of(member, rest), body, JSON, headers=headers)


def queue(client, name, query=""):
    return [row["ref"] for row in client.get(f"/api/v1/queues/{name}/{query}").json()["results"]]


def test_claim_needs_the_tag_that_was_read_and_goes_to_one(people, member):
    clients, _ = people
    tag = tag_of(clients["vera"], member)
    body = {"act": "claim", "role": "reviewer"}

    assert post(clients["vera"], member, "assignment", body, tag="").status_code == 428
    won = post(clients["vera"], member, "assignment", body, tag)
    late = post(clients["vito"], member, "assignment", body, tag)
    again = post(clients["vito"], member, "assignment", body)

    assert (won.status_code, late.status_code, again.status_code) == (200, 412, 409)
    assert won.json()["reviewer"] == "vera"
    assert won["ETag"].rpartition("-")[0] == tag_of(clients["vera"], member).rpartition("-")[0]
    assert "Vera has it already" in again.json()["detail"]
    assert clients["vito"].get(path_of(member, "work")).json()["may_claim"] is None


def test_handing_over_says_what_is_wrong(people, member):
    clients, users = people
    MemberOUS.objects.update(reducer=users["vito"])

    def over(to, client="drm"):
        body = {"act": "hand_over", "to": to, "note": "on leave"}
        return post(clients[client], member, "assignment", body)

    answers = {to: over(to) for to in ("vera", "vito", "di", "nobody", "")}
    assert {to: answer.status_code for to, answer in answers.items()} == {
        "vera": 200,
        "vito": 400,
        "di": 400,
        "nobody": 400,
        "": 400,
    }
    assert answers["vito"].json()["errors"][0]["field"] == "to"
    assert over("vito", "di").status_code == 404
    assert over("vito", "vito").status_code == 403
    released = post(clients["vera"], member, "assignment", {"act": "release"})
    assert (released.status_code, released.json()["reviewer"]) == (200, None)
    assert [row["person"] for row in released.json()["assignments"]] == ["vera"]


def test_who_hands_over_what_alone_was_theirs_reads_it_a_last_time(people, member):
    clients, users = people
    MemberOUS.objects.update(state="Processing", reducer=users["di"])
    body = {"act": "release"}

    answer = post(clients["di"], member, "assignment", body, tag_of(clients["di"], member))

    assert (answer.status_code, answer.json()["reducer"]) == (200, None)
    assert clients["di"].get(path_of(member, "work")).status_code == 404


@pytest.mark.parametrize(
    ("rest", "body", "field"),
    [
        ("assignment", {"act": "steal"}, "act"),
        ("assignment", {"act": "claim", "role": "cook"}, "role"),
        ("assignment", {"act": "hand_over", "to": 7}, "to"),
        ("blocked", {}, "reason"),
        ("blocked", {"reason": "weather"}, "reason"),
        ("blocked", {"reason": "other"}, "note"),
        ("blocked", {"reason": "pi", "public": "yes"}, "public"),
        ("tickets", {"reference": ""}, "reference"),
        ("tickets", {"reference": "A-1", "url": "ftp://x"}, "url"),
        ("tickets", {"reference": "A-1", "act": "burn"}, "act"),
        ("journal", {"text": " "}, "text"),
        ("journal", {"text": ["x"]}, "text"),
    ],
)
def test_what_cannot_be_is_400_and_changes_nothing(rest, body, field, people, member):
    before = tag_of(people[0]["drm"], member)

    answer = post(people[0]["drm"], member, rest, body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert tag_of(people[0]["drm"], member) == before


def test_work_is_told_to_staff_whole_and_to_the_pi_not_at_all(people, member):
    clients, _ = people
    paths = [path_of(member, rest) for rest in ("status", "history")]
    paths += [f"/api/v1/ous/{member.ref}/", "/api/v1/events/", "/api/v1/events/?format=csv"]
    before = [clients["pia"].get(path) for path in paths]

    post(clients["vera"], member, "assignment", {"act": "claim"})
    post(clients["vera"], member, "blocked", {"reason": "software", "note": "CAS-1"})
    post(clients["vera"], member, "tickets", {"reference": "PRTSPR-1", "url": "https://x.org/1"})
    written = post(clients["vera"], member, "journal", {"text": "phase jumps"})

    told = clients["drm"].get(path_of(member, "work")).json()
    assert (told["reviewer"], told["blocked"]["reason"], told["blocked"]["by"]) == (
        "vera",
        "software",
        "vera",
    )
    assert [ticket["reference"] for ticket in told["tickets"]] == ["PRTSPR-1"]
    journal = clients["drm"].get(path_of(member, "journal")).json()["results"]
    assert (written.status_code, journal) == (201, [written.json()])
    kinds = [line["kind"] for line in clients["drm"].get("/api/v1/events/").json()["results"]]
    assert kinds[-4:] == ["reviewer", "blocked", "ticket", "journal"]

    after = [clients["pia"].get(path) for path in paths]
    assert [_whole(answer) for answer in after] == [_whole(answer) for answer in before]
    refused = [
        clients["pia"].get(path_of(member, rest)).status_code for rest in ("work", "journal")
    ]
    assert refused == [403, 403]
    assert clients["pia"].get("/api/v1/queues/").status_code == 403


def _whole(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, answer.get("ETag"), body


def test_hold_up_that_is_marked_reaches_the_pi(people, member):
    clients, _ = people
    body = {"reason": "pi", "note": "Which line?", "public": True}
    old = clients["pia"].get(f"/api/v1/ous/{member.ref}/")

    post(clients["vera"], member, "blocked", body)
    found = clients["pia"].get(f"/api/v1/ous/{member.ref}/")

    assert found["ETag"] != old["ETag"]
    waiting = found.json()["waiting"]
    assert (waiting["what"], waiting["on"]) == ("an answer", "the PI")
    (line,) = [
        line
        for line in clients["pia"].get(path_of(member, "history")).json()["results"]
        if line["kind"] == "blocked"
    ]
    assert (line["from"], line["to"], line["actor"], line["note"]) == (
        None,
        "pi",
        "QA reviewer",
        "Which line?",
    )
    post(clients["vera"], member, "blocked", {"reason": None})
    assert clients["pia"].get(f"/api/v1/ous/{member.ref}/").json()["waiting"]["what"] != "an answer"


@pytest.fixture
def observatory(people):
    """Two member OUSs in each state of the work, the older one with the larger number."""
    _, users = people
    members = [{"state": state} for state in STATES.values() for _ in range(2)]
    project = make_project("2023.1.00008.S", members=members, arc="EU", pi=users["pia"])
    for age, row in enumerate(project.memberous_set.order_by("pk")):
        facts = {"state_since": NOW - timedelta(days=age), "array": "7m" if age % 2 else "TP"}
        MemberOUS.objects.filter(pk=row.pk).update(**facts)
    return {
        name: [row.ref for row in project.memberous_set.filter(state=state).order_by("state_since")]
        for name, state in STATES.items()
    }


def test_queues_hold_their_states_oldest_first_with_counts(people, observatory):
    client = people[0]["drm"]

    assert {name: queue(client, name) for name in QUEUES} == observatory
    told = client.get("/api/v1/queues/").json()["queues"]
    assert [(line["name"], line["count"]) for line in told] == [(name, 2) for name in QUEUES]
    oldest = MemberOUS.objects.get(ref=observatory["processing"][0]).state_since
    assert told[1]["oldest"] == oldest.isoformat().replace("+00:00", "Z")
    assert client.get("/api/v1/queues/nothing/").status_code == 404


def test_filters_keep_what_they_say(people, observatory):
    clients, users = people
    old, young = observatory["ready-for-review"]
    MemberOUS.objects.filter(ref=old).update(reviewer=users["vera"])
    MemberOUS.objects.filter(ref=young).update(blocked_on="pi", blocked_since=NOW)
    ticket = {"by": users["vera"], "member_ous": MemberOUS.objects.get(ref=young)}
    Ticket.objects.create(reference="PRTSPR-77", **ticket)
    wanted = {
        "?claim=mine": [old],
        "?claim=unclaimed": [young],
        "?claim=claimed": [old],
        "?blocked=yes": [young],
        "?blocked=no": [old],
        "?array=7m": [old],
        "?array=TP": [young],
        "?arc=EU": [old, young],
        "?arc=NA": [],
        "?cycle=2023.1": [old, young],
        "?cycle=2022.1": [],
        "?q=prtspr-77": [young],
        "?q=vera": [old],
        "?q=nonsense": [],
        "?project=2023.1.00008.S": [old, young],
    }

    assert {query: queue(clients["vera"], "ready-for-review", query) for query in wanted} == wanted
    counted = clients["vera"].get("/api/v1/queues/?claim=mine").json()["queues"]
    assert [line["count"] for line in counted] == [0, 0, 1, 0, 0, 0, 0, 0]
    wrong = ["arc=Mars", "claim=stolen", "blocked=maybe", "array=9m"]
    asked = [clients["vera"].get(f"/api/v1/queues/verified/?{query}") for query in wrong]
    assert [answer.status_code for answer in asked] == [400] * 4


def test_failed_delivery_is_a_problem_with_its_reason(people, observatory):
    verified = MemberOUS.objects.get(ref=observatory["verified"][0])
    found = QA2Round.objects.create(member_ous=verified, number=1, opened_at=NOW)
    Delivery.objects.create(
        member_ous=verified,
        project_id=verified.project_id,
        qa2_round=found,
        state="failed",
        words="EU lacks README.txt",
    )

    rows = people[0]["drm"].get("/api/v1/queues/problems/").json()["results"]

    hindered = {row["ref"]: row["hindered_by"] for row in rows}
    assert hindered == {
        **dict.fromkeys(observatory["problems"], ""),
        verified.ref: "EU lacks README.txt",
    }


def test_queue_is_paged_by_key_and_given_as_csv(people, observatory):
    client = people[0]["drm"]
    first = client.get("/api/v1/queues/problems/?page_size=1").json()

    following = client.get(first["next"]).json()
    body = b"".join(client.get("/api/v1/queues/problems/?format=csv").streaming_content)

    refs = [row["ref"] for page in (first, following) for row in page["results"]]
    assert (refs, following["next"]) == (observatory["problems"], None)
    assert [row["ref"] for row in csv.DictReader(body.decode().splitlines())] == refs


def test_staff_see_the_queues_of_what_they_track_alone(people, observatory):
    clients, users = people

    assert queue(clients["di"], "processing") == []
    MemberOUS.objects.filter(ref=observatory["problems"][0]).update(reducer=users["di"])
    assert queue(clients["di"], "processing") == observatory["processing"]
    assert queue(clients["di"], "problems", "?claim=mine") == observatory["problems"][:1]


@pytest.mark.parametrize("rows", [1, 300])
def test_queue_costs_the_same_whatever_stands_in_it(rows, people, member):
    _, users = people
    crowd = make_project(members=[{"state": "ReadyForReview"}] * rows)
    made = MemberOUS.objects.filter(project=crowd)
    made.update(reducer=users["di"], reviewer=users["vera"])
    Ticket.objects.bulk_create(
        Ticket(member_ous=one, reference="T", by=users["di"]) for one in made
    )
    JournalEntry.objects.bulk_create(
        JournalEntry(member_ous=member, text="x", by=users["di"]) for _ in range(rows)
    )
    paths = ["queues/ready-for-review/", "queues/", f"ous/{member.ref}/work/"]
    paths.append(f"ous/{member.ref}/journal/")
    # The first use of a token is noted.
    people[0]["drm"].get("/api/v1/me/")

    costs = []
    for path in paths:
        with CaptureQueriesContext(connection) as queries:
            assert people[0]["drm"].get(f"/api/v1/{path}").status_code == 200
        costs.append(len(queries))

    assert costs == [3, 2, 5, 3]
