"""The observatory's tables: ours are good, bad ones are refused with place and reason."""

import os
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from projects import observatory
from projects.tables import READERS, BadTable, read_table

CYCLES = "cycle,name,first_day,last_day,confidence,source\n"
GOOD = "2030.1,Cycle 17,2030-10-01,2031-09-30,planned,a letter\n"
WINDOWS = "cycle,configurations,first_day,last_day,confidence,source\n"


@pytest.mark.parametrize("name", READERS)
def test_own_tables_can_be_read_and_every_row_has_its_source(name):
    rows = read_table(observatory.OWN_TABLES / name)

    assert rows
    assert all(row.source for row in rows)


def test_own_cycles_follow_each_other_without_a_gap():
    cycles = [row for row in observatory.calendar().cycles if row.cycle.endswith((".0", ".1"))]

    gaps = [(b.first_day - a.last_day).days for a, b in pairwise(cycles)]
    assert set(gaps) == {1}


def test_own_windows_lie_within_their_cycles():
    calendar = observatory.calendar()

    for row in calendar.windows:
        cycle = calendar.cycle(row.cycle)
        assert cycle.first_day <= row.first_day <= row.last_day <= cycle.last_day


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("cycles.csv", "cycle,name\n2030.1,x\n", "the column 'first_day' is missing"),
        ("cycles.csv", CYCLES + GOOD.replace("2031-09-30", "soon"), "line 2: Invalid isoformat"),
        ("cycles.csv", CYCLES + GOOD.replace("2031", "2029"), "line 2: it ends on 2029-09-30"),
        ("cycles.csv", CYCLES + GOOD.replace("a letter", ""), "line 2: source is empty"),
        ("cycles.csv", CYCLES + GOOD.replace("planned", "sure"), "line 2: confidence is none of"),
        ("cycles.csv", CYCLES + "2030.1,Cycle 17\n", "line 2: not as many cells"),
        ("cycles.csv", CYCLES + GOOD.strip() + ",more\n", "line 2: not as many cells"),
        ("configurations.csv", WINDOWS + GOOD.replace("Cycle 17", ""), "configurations is empty"),
        ("carry_over.csv", "first_cycle,grade,carried_over\n2030.1,A,maybe\n", "none of yes, no"),
        ("centres.toml", "x =", "Invalid value"),
        ("centres.toml", "x = 1", "it holds no [[centre]]"),
        ("centres.toml", '[[centre]]\narc = "EU"', "an entry lacks the text “site”"),
        (
            "centres.toml",
            '[[centre]]\nsite = "javascript:alert(1)"\nhelpdesk = "https://x.example"',
            "start with https:// or http://",
        ),
        ("acknowledgements.toml", '[[text]]\nwords = "{code}"', "a text has no first_day"),
        (
            "acknowledgements.toml",
            '[[text]]\nfirst_day = 2020-01-01\nwords = "{code.__class__}"',
            "names the project as {code}",
        ),
        (
            "acknowledgements.toml",
            '[[text]]\nfirst_day = 2020-01-01\nwords = "nothing"',
            "names the project as {code}",
        ),
    ],
)
def test_bad_table_is_refused_with_place_and_reason(name, text, reason, tmp_path):
    path = tmp_path / name
    path.write_text(text)

    with pytest.raises(BadTable) as refused:
        read_table(path)

    assert str(refused.value).startswith(str(path))
    assert reason in str(refused.value)


def test_undecodable_table_is_refused(tmp_path):
    path = tmp_path / "cycles.csv"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(BadTable):
        read_table(path)


def test_operators_table_replaces_ours_and_is_read_anew_when_it_changes(tmp_path, settings):
    settings.OBSERVATORY_DATA = tmp_path
    ours = len(observatory.calendar().cycles)
    path = tmp_path / "cycles.csv"
    path.write_text(CYCLES + GOOD)
    assert [row.name for row in observatory.calendar().cycles] == ["Cycle 17"]

    path.write_text(CYCLES + GOOD + GOOD.replace("2030.1", "2031.1"))
    os.utime(path, ns=(1, 1))

    assert len(observatory.calendar().cycles) == 2
    path.unlink()
    assert len(observatory.calendar().cycles) == ours > 2


def test_demonstration_adds_only_cycles_that_nobody_else_knows(tmp_path: Path, settings):
    settings.DEMO_DIR = tmp_path
    known = observatory.calendar()
    row = "{},C-1,2023-10-01,2023-10-02,demonstration,invented\n"
    (tmp_path / "configurations.csv").write_text(
        WINDOWS + row.format("2023.1") + row.format("2097.1")
    )

    found = observatory.calendar()

    assert [row.cycle for row in found.windows[len(known.windows) :]] == ["2097.1"]


@pytest.mark.parametrize(
    ("today", "partner"),
    [("2011-09-29", None), ("2012-01-01", "NSC"), ("2018-01-01", "MOST"), ("2026-01-01", "NSTC")],
)
def test_wording_of_the_day_is_the_one_for_papers(today, partner):
    found = observatory.acknowledgement(date.fromisoformat(today))

    assert (found is None) == (partner is None)
    if found:
        assert f"NRC (Canada), {partner} and ASIAA (Taiwan)" in found.words
        assert "ADS/JAO.ALMA#{code}." in found.words


def test_center_that_nobody_knows_is_none():
    assert observatory.centre("EU").name.startswith("European")
    assert observatory.centre("") is None
    assert observatory.centre("XX") is None
