"""The walk through a table: pure, against a service that is a list in memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources import adql
from ingest.sources.changes import bound, fingerprint, is_number, moment
from ingest.sources.errors import SourceTrouble
from ingest.sources.walk import Answer, Group, pages

HEADER = ("code", "member", "run")


def a_service(rows, size, *, limit=None):
    """Answer an ``ask`` over rows in memory that understands what the walk writes."""

    def ask(where, order):
        found = [row for row in rows if all(_holds(condition, row) for condition in where)]
        found.sort(key=lambda row: row[HEADER.index(order)])
        most = min(size, limit or size)
        return Answer(HEADER, [list(row) for row in found[:most]], len(found) >= most)

    return ask


def _holds(condition, row):
    name, operator, *rest = condition.split(" ")
    cell = row[HEADER.index(name)]
    value = " ".join(rest)[1:-1]
    return {"=": cell == value, ">": cell > value, "IS": cell == ""}[operator]


def walked(ask):
    """All rows that a walk gives, and the groups it gave them in."""
    groups = [group for page in pages(ask, [], HEADER) for group in page]
    return [group.key for group in groups], [tuple(row) for group in groups for row in group.rows]


@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDE"), st.sampled_from("xyz"), st.integers(0, 999).map(str)),
        unique=True,
        max_size=60,
    ),
    st.integers(min_value=2, max_value=70),
)
def test_every_row_comes_once_and_every_group_whole(rows, size):
    keys, found = walked(a_service(rows, size))

    assert keys == sorted({row[0] for row in rows})
    assert sorted(found) == sorted(rows)


def test_walk_goes_on_behind_a_mark():
    rows = [(code, "x", "1") for code in "ABCD"]

    groups = [group for page in pages(a_service(rows, 100), [], HEADER, "B") for group in page]

    assert [group.key for group in groups] == ["C", "D"]


def test_service_that_repeats_what_it_gave_before_is_read_to_its_end():
    rows = [[code, "x", run] for code in "ABCDE" for run in "12"]
    replies = [Answer(HEADER, rows[:5], True), Answer(HEADER, rows[:9], True)]
    replies.append(Answer(HEADER, rows, False))

    found = [group for page in pages(lambda *_: replies.pop(0), [], HEADER) for group in page]

    assert [(group.key, len(group.rows)) for group in found] == [(code, 2) for code in "ABCDE"]


def test_service_that_repeats_its_page_for_ever_is_given_up():
    reply = Answer(HEADER, [[code, "x", "1"] for code in "ABC"], True)
    found: list[list[Group]] = []

    with pytest.raises(SourceTrouble, match="same page twice"):
        found.extend(pages(lambda *_: reply, [], HEADER))

    assert [group.key for page in found for group in page] == ["A", "B"]


def test_rows_of_a_key_without_a_finer_key_are_not_lost():
    rows = [("A", "", "1"), ("A", "", "2"), *(("A", "x", str(n)) for n in range(5))]

    keys, found = walked(a_service(rows, 4))

    assert (keys, sorted(found)) == (["A"], sorted(rows))


def test_rows_that_nothing_tells_apart_end_the_walk():
    with pytest.raises(SourceTrouble, match="It has more rows of 1 than it gives at once"):
        walked(a_service([("A", "x", "1")] * 9, 4))


def test_service_that_says_there_is_more_and_gives_nothing_ends_the_walk():
    with pytest.raises(SourceTrouble, match="gives none"):
        list(pages(lambda where, order: Answer(HEADER, [], is_cut=True), [], HEADER))


def test_torn_row_ends_the_walk():
    answer = Answer(HEADER, [["A", "x"]], is_cut=False)

    with pytest.raises(SourceTrouble, match="do not fit"):
        list(pages(lambda where, order: answer, [], HEADER))


def test_values_stay_values_in_adql():
    assert adql.equal("proposal_id", "x' OR '1'='1") == "proposal_id = 'x'' OR ''1''=''1'"
    assert adql.among("Project code", ["a", "b'"]) == "\"Project code\" IN ('a', 'b''')"
    assert adql.column("size") == '"size"'
    assert adql.column('a"b') == '"a""b"'
    assert adql.select(["a", "b c"], "t", ["a > 'x'"], order="a", top=5) == (
        "SELECT TOP 5 a, \"b c\" FROM t WHERE a > 'x' ORDER BY a"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-01-05T10:00:00.000", "2026-01-05T10:00:00+00:00"),
        ("2026-01-05 10:00:00", "2026-01-05T10:00:00+00:00"),
        ("2026-01-05", "2026-01-05T00:00:00+00:00"),
        ("2026-01-05T10:00:00Z", "2026-01-05T10:00:00+00:00"),
        ("61045.5", "2026-01-05T12:00:00+00:00"),
    ],
)
def test_moment_is_read_in_every_form(text, found):
    assert moment(text).isoformat() == found


@pytest.mark.parametrize("text", ["", "null", "soon", "0"])
def test_what_is_no_moment_is_none(text):
    assert moment(text) is None


def test_bound_compares_before_every_form_of_the_day():
    day = moment("2026-01-05").date()

    assert bound(day, as_number=False) <= min("2026-01-05 00:00:00", "2026-01-05T00:00:00")
    assert bound(day, as_number=True) == "61045"
    assert (is_number("61045.5"), is_number("2026"), is_number("2026-01-05")) == (
        True,
        False,
        False,
    )


def test_fingerprint_tells_a_late_row_from_none():
    texts = ["2026-01-05", "2026-01-07"]

    assert fingerprint([*texts, "2026-01-06"]) != fingerprint(texts)
    assert fingerprint([]) == ""
