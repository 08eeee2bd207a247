"""When an SB can be observed: dates, edges, and honest gaps."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.season import (
    Calendar,
    CarryRule,
    Cycle,
    Window,
    carry_words,
    configuration_name,
    end_words,
    season_of,
    when_words,
)

SAID = {"confidence": "published", "source": "a notice"}


def day(text):
    return date.fromisoformat(text)


def cycle(code, name, first, last):
    return Cycle(cycle=code, name=name, first_day=day(first), last_day=day(last), **SAID)


def window(code, names, first, last):
    return Window(
        cycle=code,
        configurations=tuple(names.split()),
        first_day=day(first),
        last_day=day(last),
        **SAID,
    )


def rule(first_cycle, grade, carried_over, words):
    return CarryRule(
        first_cycle=first_cycle, grade=grade, carried_over=carried_over, words=words, **SAID
    )


CALENDAR = Calendar(
    cycles=[
        cycle("2023.1", "Cycle 10", "2023-10-01", "2024-09-30"),
        cycle("2024.1", "Cycle 11", "2024-10-01", "2025-09-30"),
        cycle("2025.1", "Cycle 12", "2025-10-01", "2026-09-30"),
    ],
    windows=[
        window("2023.1", "C-4", "2023-12-28", "2024-01-13"),
        window("2023.1", "C-3", "2024-01-14", "2024-01-31"),
        window("2023.1", "C-3", "2024-03-01", "2024-03-20"),
        window("2023.1", "C-9 C-10", "2024-08-01", "2024-08-20"),
        window("2024.1", "C-3", "2025-01-01", "2025-02-10"),
    ],
    carry_rules=[
        rule("2012.1", "A", False, "Not yet."),
        rule("2015.1", "A", True, "A goes on."),
        rule("2015.1", "B", False, "B ends."),
    ],
)
CYCLE_END = "2024-09-30"


def season(today, configurations=("C43-3",), *, array="12m", grade="B", code="2023.1"):
    return season_of(
        CALENDAR,
        array=array,
        configurations=configurations,
        cycle=code,
        grade=grade,
        today=day(today),
    )


UNGRADED = "No rule on file for a project without a known grade in cycle 2023.1."
ANY_TIME = "At any time of the cycle: this array does not change its configuration."
STOPS = ", which stops on 2024-08-20"
FIRST = "Scheduled in C-3 from 2024-01-14 to 2024-01-31."
SECOND = "from 2024-03-01 to 2024-03-20."
GONE = (
    "C-3 was scheduled from 2024-03-01 to 2024-03-20; it does not come again in the schedule "
    f"on file{STOPS}."
)


@pytest.mark.parametrize(
    ("today", "words"),
    [
        ("2023-10-01", FIRST),
        ("2024-01-13", FIRST),
        ("2024-01-14", f"Now, in C-3 until 2024-01-31. Next in C-3 {SECOND}"),
        ("2024-01-31", f"Now, in C-3 until 2024-01-31. Next in C-3 {SECOND}"),
        ("2024-02-01", f"Scheduled in C-3 {SECOND}"),
        ("2024-03-20", "Now, in C-3 until 2024-03-20."),
        ("2024-03-21", GONE),
        ("2026-11-23", GONE),
    ],
)
def test_windows_open_and_close_with_the_day(today, words):
    assert when_words(season(today)) == words


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            {"array": "7m"},
            "At any time of the cycle: this array does not change its configuration.",
        ),
        ({"array": "TP", "configurations": ()}, "At any time of the cycle: this array does not"),
        ({"configurations": ()}, "No source says which configurations are allowed."),
        ({"configurations": ["C-7"]}, f"C-7 is not in the schedule on file{STOPS}."),
        ({"configurations": ["C-7", "C-8"]}, f"C-7 or C-8 is not in the schedule on file{STOPS}."),
        ({"configurations": ["C-7", "C-10"]}, "Scheduled in C-10 from 2024-08-01 to 2024-08-20."),
        ({"code": "2025.1"}, "No configuration schedule on file for Cycle 12 (2025.1)."),
        ({"code": "2031.1"}, "No configuration schedule on file for 2031.1."),
    ],
)
def test_what_is_not_known_is_said(facts, words):
    assert when_words(season("2023-12-01", **facts)).startswith(words)


@pytest.mark.parametrize(
    ("today", "words", "is_over"),
    [
        ("2024-09-29", "Cycle 10 (2023.1) ends on 2024-09-30.", False),
        (CYCLE_END, "Cycle 10 (2023.1) ends on 2024-09-30.", False),
        ("2024-10-01", "Cycle 10 (2023.1) ended on 2024-09-30.", True),
    ],
)
def test_last_day_belongs_to_the_season(today, words, is_over):
    found = season(today)

    assert (end_words(found), found.is_over) == (words, is_over)


@pytest.mark.parametrize(
    ("grade", "code", "carried_over", "words"),
    [
        ("A", "2023.1", True, "A goes on. Cycle 11 (2024.1) begins on 2024-10-01."),
        # The last cycle on file: what follows is not known.
        ("A", "2025.1", True, "A goes on."),
        ("B", "2023.1", False, "B ends."),
        ("C", "2023.1", None, "No rule on file for grade C in cycle 2023.1."),
        (
            "",
            "2023.1",
            None,
            "No rule on file for a project without a known grade in cycle 2023.1.",
        ),
        ("A", "2031.1", None, "No rule on file for grade A in cycle 2031.1."),
        ("A", "", None, "No rule on file for grade A in cycle N/A."),
    ],
)
def test_carry_over_follows_the_rule_of_grade_and_cycle(grade, code, carried_over, words):
    found = season("2024-01-01", grade=grade, code=code)

    assert (found.carried_over, carry_words(found)) == (carried_over, words)


@pytest.mark.parametrize(("today", "verb"), [("2024-09-30", "begins"), ("2024-10-01", "began")])
def test_next_cycle_begins_on_its_first_day(today, verb):
    words = carry_words(season(today, grade="A"))

    assert words == f"A goes on. Cycle 11 (2024.1) {verb} on 2024-10-01."


def test_what_is_carried_over_waits_for_the_windows_of_the_next_cycle():
    carried, ended = season("2024-10-02", grade="A"), season("2024-10-02", grade="B")

    assert carried.next == CALENDAR.windows[-1]
    assert when_words(carried) == "Scheduled in C-3 from 2025-01-01 to 2025-02-10."
    assert ended.next is None


def test_directors_time_goes_by_the_cycle_of_its_year():
    assert end_words(season("2024-01-01", code="2023.A")) == "Cycle 10 (2023.1) ends on 2024-09-30."


@pytest.mark.parametrize(
    ("text", "name"),
    [("C43-3", "C-3"), ("c-3", "C-3"), (" C-10 ", "C-10"), ("C40-3", "C40-3"), ("C36-1", "C36-1")],
)
def test_configurations_go_by_one_name(text, name):
    assert configuration_name(text) == name


days = st.dates(day("2023-09-01"), day("2025-12-31"))
sets = st.lists(st.sampled_from(["C-1", "C43-3", "C-4", "C-9", "C-10"]), max_size=3)


@given(days, sets, st.sampled_from(["A", "B", "C", ""]))
def test_open_window_holds_today_and_the_next_one_does_not(today, names, grade):
    found = season(today.isoformat(), names, grade=grade)

    if found.now:
        assert found.now.first_day <= today <= found.now.last_day
        assert set(found.now.configurations) & set(found.allowed)
    if found.next:
        assert found.next.first_day > today
    before = [row for row in found.windows if row.last_day < today]
    assert len(before) <= len(found.windows) - bool(found.now) - bool(found.next)


@given(days, sets)
def test_next_window_is_the_one_that_opens(today, names):
    found = season(today.isoformat(), names)

    if found.next:
        opening = season(found.next.first_day.isoformat(), names)
        eve = season((found.next.first_day - timedelta(days=1)).isoformat(), names)
        assert opening.now is not None
        assert eve.next == found.next
