"""CSV text: quoted for programs, harmless in spreadsheets."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snoopi.csv_text import cell, lines, without_formula

FORMULAS = (
    "=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "-28.39",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1+1",
    "  \u00a0=1",
    "\u3000＝1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "﹢1",
    "﹣1",
    "\u200b=1",
    "\ufeff=1",
    "\x00=1",
    "\x0b=1",
    "-28:23:29=x",
    "-28:23:29.7+1",
)
HARMLESS = (
    "",
    " ",
    "Orion",
    "a=b",
    "5-3",
    "-28:23:29.780",
    "+12:00:01",
    "'quoted",
    '"=1"',
    "−28° 23′",
    "·",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert without_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is(text):
    assert without_formula(text) == text


VALUES = [
    (None, ""),
    (True, "true"),
    (False, "false"),
    (-28.39, "-28.39"),
    (-3, "-3"),
    (Decimal("-1.50"), "-1.50"),
    (datetime(2015, 7, 2, 6, 49, 28, tzinfo=UTC), "2015-07-02T06:49:28Z"),
    (datetime(2015, 7, 2, 6, 49, 28, 120000, tzinfo=UTC), "2015-07-02T06:49:28.120000Z"),
    ([3, 6], "3; 6"),
    (["=x", "b"], "'=x; b"),
    ([], ""),
]


@pytest.mark.parametrize(("value", "text"), VALUES)
def test_values_are_written_so_that_programs_read_them(value, text):
    assert cell(value) == text


@given(st.lists(st.lists(st.text(st.characters(blacklist_categories=["Cs"])), min_size=2)))
def test_every_text_comes_back_whole_but_for_the_apostrophe(rows):
    written = "".join(lines(["a", "b"], rows))

    head, *read = csv.reader(io.StringIO(written, newline=""))
    assert head == ["a", "b"]
    assert [[text.removeprefix("'") for text in row] for row in read] == [
        [text.removeprefix("'") for text in row] for row in rows
    ]


def test_lines_end_as_rfc_4180_says_and_the_header_is_always_there():
    assert list(lines(["a", "b"], [])) == ["a,b\r\n"]
    assert list(lines(["a"], [['x"y,\n']])) == ["a\r\n", '"x""y,\n"\r\n']
