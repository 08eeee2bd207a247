"""Text of mail: one line where one is meant, none wider than a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliveries.columns import COLUMNS, fold, one_line, shortened, width


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A title", "A title"),
        ("A\r\nBcc: eve@example.org", "A Bcc: eve@example.org"),
        ("A\x0bB\x00C\x85D\u2028E\u2029F", "A B C D E F"),
        ("  two\t gaps ", "two gaps"),
        ("turned \u202etxet", "turned txet"),
        ("half \ud800 a pair", "half a pair"),
        ("Žluťoučký 銀河", "Žluťoučký 銀河"),
    ],
)
def test_text_comes_on_one_line(text, line):
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("銀河", 4), ("e\u0301", 1), ("a\u200bb", 2), ("", 0)]
)
def test_width_counts_columns(text, columns):
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "cut"),
    [("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("ab cdef", 4, "ab…"), ("銀河系", 4, "銀…")],
)
def test_long_text_is_cut_where_it_shows(text, columns, cut):
    assert shortened(text, columns) == cut


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("one two three", "one two\nthree\n"),
        ("  one two three", "  one two\n  three\n"),
        ("abcdefghijklm", "abcdefghij\nklm\n"),
        ("at https://example.org/a/long/one now", "at\nhttps://example.org/a/long/one\nnow\n"),
        ("銀河系銀河系", "銀河系銀河\n系\n"),
        ("one\n\ntwo", "one\n\ntwo\n"),
    ],
)
def test_lines_are_folded(text, folded):
    assert fold(text, 10) == folded


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=400))
def test_no_line_is_wider_and_no_word_is_lost(text):
    folded = fold(one_line(text))

    assert all(width(line) <= COLUMNS for line in folded.splitlines() if "://" not in line)
    assert "".join(folded.split()) == "".join(one_line(text).split())
