"""How long periods are: by whose data they are, and from which day on."""

from datetime import UTC, date, datetime

import pytest

from deliveries.observatory import months_rule
from deliveries.policy import Category, MonthsRule, PeriodKind, category_of, rule_on
from deliveries.tables import read_months
from projects.models import Project
from projects.tables import BadTable

CODES = {
    "2013.1.00269.S": Category.REGULAR,
    "2016.1.90484.L": Category.REGULAR,
    "2016.1.00001.V": Category.REGULAR,
    "2016.1.00001.T": Category.REGULAR,
    "2013.A.00012.S": Category.DDT,
    "2015.A.00012.T": Category.DDT,
    "2011.0.00001.CAL": Category.OBSERVATORY,
    "2011.0.00001.CSV": Category.OBSERVATORY,
    "2011.0.00001.SV": Category.OBSERVATORY,
    "2011.A.00001.SIM": Category.OBSERVATORY,
    "": Category.REGULAR,
}


@pytest.mark.parametrize("code", CODES)
def test_code_tells_whose_data_they_are(code):
    assert category_of(code, is_ddt=Project(code=code).is_ddt) == CODES[code]


def test_rules_on_file_give_the_months():
    at = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)

    def months(code, period=PeriodKind.EXCLUSIVE):
        return months_rule(Project(code=code), period, at).months

    assert [months(code) for code in ("2013.1.00269.S", "2013.A.00012.S", "2011.0.00001.SV")] == [
        *(12, 6, 0),
    ]
    assert months("2013.A.00012.S", PeriodKind.RENEWAL) == 6


def test_rule_that_began_last_counts():
    def rule(first_day, months, category="regular"):
        return MonthsRule(
            period="exclusive",
            category=category,
            first_day=first_day,
            months=months,
            confidence="published",
            source="x",
        )

    rules = [
        rule(date(2020, 1, 1), 18),
        rule(date(2011, 1, 1), 12),
        rule(date(2019, 1, 1), 6, "ddt"),
    ]

    def on(*day):
        found = rule_on(rules, PeriodKind.EXCLUSIVE, Category.REGULAR, date(*day))
        return found.months if found else None

    assert [on(2010, 12, 31), on(2011, 1, 1), on(2019, 12, 31), on(2020, 1, 1)] == [
        *(None, 12, 12, 18),
    ]


def test_operator_replaces_the_table(tmp_path, settings):
    head = "period,category,first_day,months,confidence,source\n"
    table = tmp_path / "proprietary_months.csv"
    table.write_text(f"{head}exclusive,regular,2011-01-01,18,default,ours\n")
    settings.OBSERVATORY_DATA = tmp_path
    at = datetime(2024, 1, 1, tzinfo=UTC)

    found = months_rule(Project(code="2013.1.00269.S"), PeriodKind.EXCLUSIVE, at)
    assert (found.months, found.source) == (18, "ours")
    assert months_rule(Project(code="2013.A.00012.S"), PeriodKind.EXCLUSIVE, at) is None


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("exclusive,regular,2011-01-01,-1", "months is no whole number"),
        ("exclusive,regular,2011-01-01,1201", "months is no whole number"),
        ("exclusive,regular,2011-01-01,", "months is no whole number"),
        ("exclusive,regular,2011-13-01,12", "month must be in"),
        ("exclusive,other,2011-01-01,12", "category is none of"),
        ("ever,regular,2011-01-01,12", "period is none of"),
    ],
)
def test_bad_row_refuses_the_table(cell, reason):
    head = "period,category,first_day,months,confidence,source"

    with pytest.raises(BadTable, match=f"line 2: {reason}"):
        read_months("t.csv", f"{head}\n{cell},default,x\n")
