"""Pages by key, over real rows: every row once, whichever way one turns the pages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import MemberOUS, Project
from snoopi.keyset import BadCursor, page
from tests.factories import make_project

ORDERS = [
    ("pk",),
    ("-pk",),
    ("name", "pk"),
    ("-state_since", "-pk"),
    ("state_since",),
    ("project__ref", "-name"),
    ("-executions_passed", "name", "-pk"),
    ("rep_freq_ghz", "-state_since"),
]


@pytest.fixture
def members(db) -> Project:
    """Eleven member OUSs with equal and unknown values among them."""
    since = datetime(2014, 7, 1, tzinfo=UTC)
    facts = [
        {
            "name": f"name{number % 3}",
            "state_since": None if number % 4 == 0 else since + timedelta(days=number // 3),
            "rep_freq_ghz": None if number % 5 == 0 else 84.0 + number % 2,
        }
        for number in range(10)
    ]
    return make_project(members=[*facts, {}])


def _walk(order, size):
    rows = MemberOUS.objects.select_related("project")
    pages, cursor = [], None
    while True:
        found = page(rows, order=order, cursor=cursor, size=size)
        pages.append(found)
        cursor = found.next
        if cursor is None:
            return pages


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 3, 10, 11, 12])
def test_page_forward_walk_shows_every_row_once(members, order, size):
    pages = _walk(order, size)

    found = [row.pk for one in pages for row in one.rows]
    whole = page(MemberOUS.objects.all(), order=order, size=100)
    assert found == [row.pk for row in whole.rows]
    assert len(found) == len(set(found)) == 11
    assert pages[0].previous is None


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 4])
def test_page_backward_walk_shows_the_same_pages(members, order, size):
    forward = _walk(order, size)
    backward, cursor = [forward[-1]], forward[-1].previous
    while cursor:
        backward.append(page(MemberOUS.objects.all(), order=order, cursor=cursor, size=size))
        cursor = backward[-1].previous

    rows = [row.pk for one in reversed(backward) for row in one.rows]

    assert rows == [row.pk for one in forward for row in one.rows]


def test_page_rows_inserted_before_the_cursor_shift_nothing(members):
    first = page(MemberOUS.objects.all(), order=("-pk",), size=4)
    make_project(members=2)

    second = page(MemberOUS.objects.all(), order=("-pk",), cursor=first.next, size=4)

    ids = [row.pk for row in (*first.rows, *second.rows)]
    whole = MemberOUS.objects.filter(project=members).order_by("-pk").values_list("pk", flat=True)
    assert ids == list(whole[:8])


def test_page_unknown_values_stand_last_in_both_directions(members):
    up = page(MemberOUS.objects.all(), order=("state_since",), size=11).rows
    down = page(MemberOUS.objects.all(), order=("-state_since",), size=11).rows

    assert [row.state_since is None for row in up] == [False] * 8 + [True] * 3
    assert [row.state_since is None for row in down] == [False] * 8 + [True] * 3


def test_page_of_values_rows_pages_likewise(members):
    rows = MemberOUS.objects.values("pk", "name")
    first = page(rows, order=("name", "pk"), size=6)

    second = page(rows, order=("name", "pk"), cursor=first.next, size=6)

    names = [row["name"] for row in (*first.rows, *second.rows)]
    assert names == sorted(names)
    assert len({row["pk"] for row in (*first.rows, *second.rows)}) == 11


@pytest.mark.parametrize("size", [1, 3, 300])
def test_page_costs_one_query(members, size):
    with CaptureQueriesContext(connection) as queries:
        page(MemberOUS.objects.all(), order=("-state_since",), size=size)

    assert len(queries) == 1


@pytest.mark.parametrize("cursor", ["x", "ä", "====", "AAAAAAAAAAAAAAAA", "W10", "\0"])
def test_page_foreign_cursor_raises(members, cursor):
    with pytest.raises(BadCursor, match="belongs to no page of this list"):
        page(MemberOUS.objects.all(), order=("pk",), cursor=cursor, size=2)


def test_page_changed_cursor_raises(members):
    cursor = page(MemberOUS.objects.all(), order=("pk",), size=2).next or ""
    places = range(0, len(cursor), 3)
    changed = [cursor[:i] + ("A" if cursor[i] != "A" else "B") + cursor[i + 1 :] for i in places]

    for one in changed:
        with pytest.raises(BadCursor):
            page(MemberOUS.objects.all(), order=("pk",), cursor=one, size=2)


def test_page_cursor_of_another_order_raises(members):
    cursor = page(MemberOUS.objects.all(), order=("name",), size=2).next

    with pytest.raises(BadCursor):
        page(MemberOUS.objects.all(), order=("-name",), cursor=cursor, size=2)


def test_page_of_nothing_is_empty(db):
    found = page(MemberOUS.objects.all(), order=("-state_since",), size=5)

    assert (found.rows, found.next, found.previous) == ([], None, None)
