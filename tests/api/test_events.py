"""The feed: every change the caller may see, in the order we learnt of them."""

import pytest

from projects.models import Event, MemberOUS
from projects.moves import Way
from projects.services.memberships import tie
from projects.services.states import move_state
from snoopi.api.feed import event_id_of, feed_cursor
from tests.factories import make_user
from tests.log import FromNowOn

FEED = "/api/v1/events/"


@pytest.fixture
def member(cast_project):
    return cast_project.memberous_set.order_by("pk")[0]


def _walk(client, query="page_size=2"):
    body = client.get(f"{FEED}?{query}").json()
    lines = body["results"]
    while body["next"]:
        body = client.get(body["next"]).json()
        lines += body["results"]
    return lines, body["cursor"]


def test_event_line(client_for, pi, drm, member):
    client, logged = client_for(pi), FromNowOn()
    _, cursor = _walk(client)

    move_state(member, to="ObservingTimedOut", actor=drm, note="season over", note_public=True)

    lines, _ = _walk(client, f"after={cursor}")
    event = logged().get(member_ous=member)
    line = next(line for line in lines if line["kind"] == "state" and line["level"] == "member")
    assert line.pop("cursor")
    assert line.pop("recorded_at") == event.recorded_at.isoformat().replace("+00:00", "Z")
    assert line.pop("at") == event.at.isoformat().replace("+00:00", "Z")
    assert line == {
        "project": "2013.1.00269.S",
        "ref": member.ref,
        "uid": member.uid,
        "level": "member",
        "kind": "state",
        "from": "PartiallyObserved",
        "to": "ObservingTimedOut",
        "label": "Timed out",
        "actor": "data reduction manager",
        "note": "season over",
    }


def test_feed_walk_gives_every_event_once_in_order(client_for, drm, member):
    for to in ("ObservingTimedOut", "Ready", "Canceled"):
        move_state(member, to=to, actor=drm)
    client = client_for(drm)

    lines, cursor = _walk(client)

    expected = Event.objects.visible_to(drm).order_by("pk")
    assert [line["to"] for line in lines] == [event.to or None for event in expected]
    assert cursor == lines[-1]["cursor"]


def test_feed_goes_on_from_any_cursor(client_for, drm, member):
    client = client_for(drm)
    move_state(member, to="ObservingTimedOut", actor=drm)
    _, cursor = _walk(client)
    assert client.get(f"{FEED}?after={cursor}").json() == {
        "cursor": cursor,
        "next": None,
        "previous": None,
        "results": [],
    }

    move_state(member, to="Ready", actor=drm)

    later = client.get(f"{FEED}?after={cursor}").json()["results"]
    assert {line["to"] for line in later} == {"Ready"}


def test_feed_that_is_empty_gives_a_cursor_to_begin_with(client_for, db):
    nobody = make_user("nobody")
    client = client_for(nobody)

    first = client.get(FEED).json()

    assert first["results"] == []
    assert client.get(f"{FEED}?after={first['cursor']}").status_code == 200


def test_feed_cursor_is_no_formula_whatever_the_event():
    assert {feed_cursor(number)[0] for number in range(2000)} == {"Z"}


def test_feed_takes_cursors_of_their_former_form():
    former = [("nQ-td2V2MTow", 0), ("-yKrVWV2MToxNTI", 152), ("3kx_fmV2MTo5OTk", 999)]

    assert [event_id_of(cursor) for cursor, _ in former] == [number for _, number in former]


@pytest.mark.parametrize("cursor", ["1", "x", "ZXYxOjE", "%00", "ä", "AAAAAGV2MTox"])
def test_feed_cursor_not_handed_out_is_400(client_for, pi, cursor):
    answer = client_for(pi).get(f"{FEED}?after={cursor}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "after"


def test_feed_changed_cursor_is_400(client_for, pi):
    client = client_for(pi)
    cursor = client.get(FEED).json()["cursor"]

    for place, letter in enumerate(cursor):
        changed = cursor[:place] + ("A" if letter != "A" else "B") + cursor[place + 1 :]
        assert client.get(f"{FEED}?after={changed}").status_code == 400, changed


def test_feed_tells_outsiders_nothing_of_internal_steps(client_for, pi, drm, cast_project):
    MemberOUS.objects.update(state="Processing")
    member = cast_project.memberous_set.first()
    _, cursor = _walk(client_for(pi))

    move_state(member, to="ProcessingProblem", actor=drm, note="disk full")
    move_state(member, to="Processing", actor=drm)
    move_state(member, to="ReadyForReview", actor=drm)

    outside, _ = _walk(client_for(pi), f"after={cursor}")
    inside, _ = _walk(client_for(drm), f"after={cursor}")
    assert [line for line in outside if line["level"] == "member"] == []
    assert [line["to"] for line in inside if line["level"] == "member"] == [
        "ProcessingProblem",
        "Processing",
        "ReadyForReview",
    ]


def test_feed_tells_of_access_gained(client_for, cast_project):
    user = make_user("newcomer")
    client = client_for(user)
    assert client.get(FEED).json()["results"] == []

    tie(project=cast_project, user=user, role="COI")

    lines = client.get(FEED).json()["results"]
    assert [(line["kind"], line["ref"], line["to"]) for line in lines][-1] == (
        "membership",
        cast_project.ref,
        "Co-I",
    )


def test_feed_filters_by_project_and_kind(client_for, drm, cast_project, foreign_project, stranger):
    move_state(cast_project.memberous_set.first(), to="ObservingTimedOut", actor=drm)
    client = client_for(drm)

    of_project, _ = _walk(client, f"project={foreign_project.ref}")
    of_kind, _ = _walk(client, "kind=membership")
    nothing, _ = _walk(client, "kind=qa2,delivery")

    assert {line["project"] for line in of_project} == {foreign_project.ref}
    assert {line["kind"] for line in of_kind} == {"membership"}
    assert nothing == []
    assert client.get(f"{FEED}?kind=gossip").json()["errors"][0]["legal"][0] == "state"


def test_feed_label_carries_the_verdict(client_for, pi, drm, cast_project):
    MemberOUS.objects.update(state="DeliveryInProgress", qa2="SemiPass")
    member = cast_project.memberous_set.first()

    move_state(member, to="Delivered", actor=None, way=Way.DELIVERY)

    lines, _ = _walk(client_for(pi))
    labels = [line["label"] for line in lines if line["level"] == "member"]
    assert labels[-1] == "Delivered, QA2 SemiPass"
