"""The execution fraction that is proposed: each factor, what is not known, the cap."""

from decimal import Decimal
from typing import Any

import pytest

from qa.fraction import Inputs, proposed

FULL: dict[str, Any] = {
    "array": "12m",
    "antennas": 43,
    "nominal_antennas": 43,
    "tsys_k": 80.0,
    "planned_tsys_k": 80.0,
    "time_min": 60.0,
    "planned_time_min": 60.0,
}


@pytest.mark.parametrize(
    ("facts", "fraction"),
    [
        ({}, "1.00"),
        # 34 × 33 / (43 × 42) = 0.6213
        ({"antennas": 34}, "0.62"),
        # 47 × 46 / (43 × 42) = 1.1971
        ({"antennas": 47}, "1.20"),
        ({"antennas": 1}, "0.00"),
        ({"array": "TP", "antennas": 2, "nominal_antennas": 3}, "0.67"),
        ({"array": "TP", "antennas": 1, "nominal_antennas": 1}, "1.00"),
        # (80 / 100)² = 0.64
        ({"tsys_k": 100.0}, "0.64"),
        ({"tsys_k": 64.0}, "1.56"),
        ({"time_min": 30.0}, "0.50"),
        ({"time_min": 75.0}, "1.00"),
        ({"time_min": 0.0}, "0.00"),
        # 0.62126 × 0.64 × 0.5 = 0.1988
        ({"antennas": 34, "tsys_k": 100.0, "time_min": 30.0}, "0.20"),
        ({"antennas": None, "tsys_k": None, "time_min": 30.0}, "0.50"),
        ({"nominal_antennas": None, "planned_tsys_k": None, "time_min": 45.0}, "0.75"),
        # half up: 0.125
        ({"time_min": 7.5}, "0.13"),
    ],
)
def test_fraction_is_the_product_of_what_is_known(facts, fraction):
    assert proposed(Inputs(**{**FULL, **facts})).fraction == Decimal(fraction)


def test_factors_say_their_numbers_and_where_the_plan_comes_from():
    given = {**FULL, "antennas": 34, "antennas_source": "Cycle 5", "planned_tsys_k": None}

    found = proposed(Inputs(**given))

    assert found.sentences == [
        "Antennas: 34 × 33 / (43 × 42) = 0.621 (Cycle 5).",
        "System temperature: 80.0 K; no rule on file says what was planned: taken as 1.",
        "Time: 60.0 min / 60.0 min = 1.000.",
    ]
    assert [(factor.name, factor.is_known) for factor in found.factors] == [
        ("antennas", True),
        ("tsys", False),
        ("time", True),
    ]


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"antennas": None}, "the number is not known"),
        ({"nominal_antennas": None}, "43; no rule on file"),
        ({"nominal_antennas": 1}, "43; no rule on file"),
        ({"tsys_k": None}, "none was measured"),
        ({"tsys_k": 0.0}, "none was measured"),
        ({"time_min": None}, "it is not known how long it took"),
        ({"planned_time_min": None}, "the plan does not say how long one takes"),
        ({"planned_time_min": 0.0}, "the plan does not say how long one takes"),
    ],
)
def test_factor_that_is_not_known_is_one_and_says_why(facts, word):
    found = proposed(Inputs(**{**FULL, **facts}))

    assert found.fraction == 1
    assert len([text for text in found.sentences if word in text and "taken as 1" in text]) == 1


def test_nothing_known_proposes_nothing():
    found = proposed(Inputs(array="12m", antennas=40, time_min=50.0))

    assert found.fraction is None
    assert found.sentences[-1] == "Nothing is known to compute a fraction from."


def test_cap_is_said():
    found = proposed(Inputs(**{**FULL, "tsys_k": 40.0}), Decimal(2))

    assert found.fraction == 2
    assert "The product is 4.00; no more than 2 is proposed" in found.sentences[-1]
    assert proposed(Inputs(**{**FULL, "tsys_k": 40.0})).fraction == 4
