"""Executions side by side: what stands apart, and what was got of what was asked."""

import pytest

from qa.across import (
    COLUMNS,
    Apart,
    Fit,
    compared,
    medians,
    resolution_against,
    scale_against,
)


def column_of(runs, name):
    place = [column.name for column in COLUMNS].index(name)
    return [row[place] for row in compared(runs)]


@pytest.mark.parametrize(
    ("name", "values", "apart"),
    [
        ("tsys_k", [60, 61, 59, 92], [None, None, None, Apart.HIGH]),
        ("tsys_k", [60, 75, 60], [None, None, None]),
        ("tsys_k", [60, 75.1, 60], [None, Apart.HIGH, None]),
        ("tsys_k", [10, 14.9, 10], [None, None, None]),
        ("antennas", [43, 43, 36], [None, None, Apart.LOW]),
        ("antennas", [10, 10, 8], [None, None, None]),
        ("fraction", [1, 1, 0.6], [None, None, Apart.LOW]),
        ("tsys_k", [60, 200], [None, None]),
        ("tsys_k", [60, None, 200], [None, None, None]),
        ("tsys_k", [60, None, 62, 200], [None, None, None, Apart.HIGH]),
        ("tsys_k", [None, None, None], [None, None, None]),
        ("tsys_k", [], []),
    ],
)
def test_figure_stands_apart_beyond_what_its_column_allows(name, values, apart):
    found = column_of([{name: value} for value in values], name)

    assert [figure.apart for figure in found] == apart
    assert [figure.value for figure in found] == values


def test_figure_is_set_against_the_median_of_all():
    assert {run.usual for run in column_of([{"tsys_k": k} for k in (1, 5, 9, 30)], "tsys_k")} == {7}


def test_medians_leave_out_what_no_run_knows():
    found = medians([{"tsys_k": 50, "pwv_mm": None}, {"tsys_k": 60}, {"tsys_k": None}])

    values = {figure.column.name: figure.value for figure in found}
    assert values == dict.fromkeys(values, None) | {"tsys_k": 55}


@pytest.mark.parametrize(
    ("asked", "got", "words", "fit"),
    [
        (
            {"min_resolution_arcsec": 0.8, "max_resolution_arcsec": 1.2},
            [1.2],
            "0.8″ to 1.2″",
            Fit.WITHIN,
        ),
        (
            {"min_resolution_arcsec": 0.8, "max_resolution_arcsec": 1.2},
            [1.21],
            "0.8″ to 1.2″",
            Fit.COARSER,
        ),
        (
            {"min_resolution_arcsec": 0.8, "max_resolution_arcsec": 1.2},
            [0.79],
            "0.8″ to 1.2″",
            Fit.FINER,
        ),
        ({"max_resolution_arcsec": 1.2}, [0.1], "at most 1.2″", Fit.WITHIN),
        ({"min_resolution_arcsec": 1.2}, [0.1], "at least 1.2″", Fit.FINER),
        ({"resolution_arcsec": 1.0}, [1.5, None, 0.9], "at most 1″", Fit.COARSER),
        ({"resolution_arcsec": 1.0}, [None], "at most 1″", None),
    ],
)
def test_resolution_is_set_against_the_range_asked_for(asked, got, words, fit):
    found = resolution_against(asked, got)

    assert found is not None
    assert (found.asked, found.fit) == (words, fit)


@pytest.mark.parametrize("asked", [{}, {"resolution_arcsec": 0}, {"min_resolution_arcsec": None}])
def test_nothing_is_set_against_what_nobody_asked(asked):
    assert resolution_against(asked, [1.0]) is None
    assert scale_against(asked, [1.0]) is None


@pytest.mark.parametrize(
    ("got", "middle", "fit"),
    [
        ([10, 12, 30], 12, Fit.WITHIN),
        ([10], 10, Fit.WITHIN),
        ([9.9], 9.9, Fit.SMALLER),
        ([], None, None),
    ],
)
def test_largest_scale_is_at_least_what_was_asked(got, middle, fit):
    found = scale_against({"largest_scale_arcsec": 10}, got)

    assert found is not None
    assert (found.got_arcsec, found.fit) == (middle, fit)
    assert (found.least_arcsec, found.most_arcsec) == (
        min(got, default=None),
        max(got, default=None),
    )


def test_columns_say_in_words_what_they_allow():
    assert [column.allowance for column in COLUMNS[:4]] == [
        "Tsys 25\N{NO-BREAK SPACE}% or 5\N{NO-BREAK SPACE}K",
        "PWV 50\N{NO-BREAK SPACE}% or 0.3\N{NO-BREAK SPACE}mm",
        "Lowest elevation 30\N{NO-BREAK SPACE}% or 10°",
        "Antennas 10\N{NO-BREAK SPACE}% or 2",
    ]
