"""The queues, and the work on a member OUS, on pages as they are without JavaScript."""

import csv
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Blockage, JournalEntry, MemberOUS, Ticket
from projects.services.blockages import block_work
from projects.services.notes import add_ticket, write_journal
from projects.services.states import move_state
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(db):
    return make_user("vera", roles=["qa"], qualifications=["QA2APPRV"])


@pytest.fixture
def member(pi):
    project = make_project("2023.1.00009.S", members=[{"state": "ReadyForReview"}], pi=pi)
    return project.memberous_set.get()


def text_of(answer):
    return " ".join(answer.content.decode().split())


def forms(page):
    """The forms of the work on a page: (address' last word, hidden fields)."""
    found = []
    for form in re.findall(r'<form[^>]*action="/ous/[^"]+".*?</form>', page):
        rest = re.search(r'action="/ous/[^/]+/([\w-]+)/', form)
        hidden = re.findall(r'type="hidden" name="(?!csrf)(\w+)" value="([^"]*)"', form)
        found.append((rest[1] if rest else "", dict(hidden)))
    return found


def test_whole_round_is_walked_by_the_forms_that_pages_show(member, vera, logged_in):
    client = logged_in(vera)
    page = text_of(client.get("/qa/ready-for-review/"))
    (claim,) = [fields for rest, fields in forms(page) if rest == "assignment"]

    answer = client.post(f"/ous/{member.ref}/assignment/", claim, follow=True)
    assert answer.redirect_chain == [(f"/ous/{member.ref}/#work", 302)]
    assert "It is yours." in text_of(answer)
    member.refresh_from_db()
    assert member.reviewer == vera
    assert member.ref in text_of(client.get("/qa/")).split("Yours</h2>")[1]

    for rest, more in (
        ("blocked", {"reason": "software", "note": "CAS-1", "act": "begin"}),
        ("tickets", {"reference": "PRTSPR-1", "url": "https://jira.example.org/1"}),
        ("journal", {"text": "phase jumps <b>"}),
        ("assignment", {"act": "hand_over", "to": vera.username}),
    ):
        page = text_of(client.get(f"/ous/{member.ref}/"))
        shown = [fields for name, fields in forms(page) if name == rest][-1]
        answer = client.post(f"/ous/{member.ref}/{rest}/", {**shown, **more})
        assert answer.status_code == (409 if rest == "assignment" else 302)

    told = text_of(client.get(f"/ous/{member.ref}/"))
    for words in ("a correction of the software", "CAS-1", "PRTSPR-1", "phase jumps &lt;b&gt;"):
        assert words in told


@pytest.mark.parametrize(
    ("form", "status"),
    [
        (("assignment", {"act": "claim", "role": "cook"}), 400),
        (("assignment", {"act": "hand_over", "role": "reviewer", "to": ""}), 400),
        (("assignment", {"act": "claim", "role": "reducer"}), 409),
        (("blocked", {"reason": "weather"}), 400),
        (("blocked", {"act": "end"}), 409),
        (("tickets", {"reference": ""}), 400),
        (("tickets", {"reference": "A-1", "act": "remove"}), 409),
        (("journal", {"text": ""}), 400),
        (("journal", {"text": "kept words", "version": 0}), 412),
        (("assignment", {"act": "claim", "role": "reviewer", "version": "x"}), 412),
    ],
)
def test_what_cannot_be_says_so_and_keeps_what_was_typed(form, status, member, vera, logged_in):
    rest, fields = form
    body: dict[str, Any] = {"version": member.version, **fields}

    answer = logged_in(vera).post(f"/ous/{member.ref}/{rest}/", body)

    assert answer.status_code == status
    if rest == "journal" and status == 412:
        assert "kept words" in text_of(answer)
    assert not (JournalEntry.objects.exists())
    assert not (Ticket.objects.exists())
    assert not Blockage.objects.exists()


def test_people_outside_see_nothing_of_it_anywhere(member, vera, pi, logged_in):
    outside = logged_in(pi)
    paths = [f"/ous/{member.ref}/", f"/ous/{member.ref}/history/", "/", "/search/?q=PRTSPR-1"]
    paths += [f"/projects/{member.project.ref}/", f"/ous/{member.ref}/?format=csv"]
    before = [_whole(outside.get(path)) for path in paths]

    write_journal(member, text="phase jumps", actor=vera)
    add_ticket(member, reference="PRTSPR-1", actor=vera)
    block_work(member, reason="software", note="CAS-1", actor=vera)

    assert [_whole(outside.get(path)) for path in paths] == before
    for path in ("/qa/", "/qa/reviewing/", f"/ous/{member.ref}/journal/"):
        assert outside.get(path).status_code == 403
    assert outside.get("/qa/reviewing/?format=csv").status_code == 403


def _whole(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    changing = rb'csrfmiddlewaretoken" value="\w+"|<time[^>]*title="[^"]*UTC">[^<]*</time>'
    return answer.status_code, re.sub(changing, b"", body)


def test_hold_up_that_is_marked_stands_in_the_waiting_line_of_the_pi(member, vera, pi, logged_in):
    block_work(member, reason="pi", note="Which line?", note_public=True, actor=vera)

    page = text_of(logged_in(pi).get(f"/ous/{member.ref}/"))

    assert "<b>an answer</b><span>, up to</span> <b>the PI</b>" in page
    assert "Which line?" in page
    assert 'id="work"' not in page


def test_cockpit_shows_the_work(member, vera, logged_in):
    write_journal(member, text="phase jumps", actor=vera)
    move_state(member, to="Reviewing", actor=vera)

    page = text_of(logged_in(vera).get(f"/ous/{member.ref}/qa2/"))

    assert "phase jumps" in page.split('id="work"')[1]


def test_who_reduced_is_shown_no_claim(member, logged_in):
    both = make_user("rob", roles=["reducer", "qa"], qualifications=["QA2APPRV"])
    MemberOUS.objects.update(reducer=both)
    client = logged_in(both)

    assert forms(text_of(client.get("/qa/ready-for-review/"))) == []
    assert "Claim it" not in text_of(client.get(f"/ous/{member.ref}/"))


def test_queue_as_csv_has_what_the_list_has(member, vera, logged_in):
    add_ticket(member, reference="=1+1", actor=vera)
    answer = logged_in(vera).get("/qa/ready-for-review/?format=csv&claim=unclaimed")

    (row,) = csv.DictReader(b"".join(answer.streaming_content).decode().splitlines())

    assert (row["Member OUS"], row["Project"]) == (member.uid, "2023.1.00009.S")
    assert (row["State"], row["Tickets"]) == ("ReadyForReview", "'=1+1")


def test_filter_that_keeps_nothing_says_how_to_go_on(member, vera, logged_in):
    client = logged_in(vera)

    page = text_of(client.get("/qa/ready-for-review/?claim=mine&arc=Mars"))

    assert 'Nothing in this queue fits these filters. <a href="/qa/ready-for-review/">' in page
    assert "Claimed: yours" in page
    assert "ARC: Mars" not in page
    assert client.get("/qa/nothing/").status_code == 404
    assert client.get("/qa/problems/?cursor=x").status_code == 302


@pytest.mark.parametrize("rows", [1, 3, 300])
def test_queue_pages_cost_the_same_for_any_number(rows, member, vera, logged_in):
    crowd = make_project(members=[{"state": "ReadyForReview"}] * rows)
    made = MemberOUS.objects.filter(project=crowd)
    made.filter(pk__lt=made.latest("pk").pk).update(reviewer=vera)
    Ticket.objects.bulk_create(Ticket(member_ous=one, reference="T-1", by=vera) for one in made)
    MemberOUS.objects.filter(pk=member.pk).update(reviewer=vera)
    client = logged_in(vera)
    client.get("/help/")

    costs = {}
    for path in ("/qa/", "/qa/ready-for-review/", "/qa/ready-for-review/?q=T-1&blocked=no"):
        cache.clear()
        client.get("/help/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        costs[path] = len(queries) - 2

    assert [*costs.values()] == [3, 3, 3]
