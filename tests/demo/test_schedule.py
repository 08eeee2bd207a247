"""The invented schedule of the living world."""

from datetime import UTC, datetime

import pytest

from projects.tables import read_table
from snoopi.demo.schedule import write_schedule


@pytest.mark.parametrize("day", ["2026-11-23", "2027-02-28", "2031-09-30", "2031-10-01"])
def test_schedule_covers_the_years_around_the_day(day, tmp_path):
    today = datetime.fromisoformat(day).replace(tzinfo=UTC)

    write_schedule(tmp_path / "observatory", today)

    cycles = {row.cycle: row for row in read_table(tmp_path / "observatory" / "cycles.csv")}
    windows = read_table(tmp_path / "observatory" / "configurations.csv")
    here = [c for c in cycles.values() if c.first_day <= today.date() <= c.last_day]
    assert len(here) == 1
    assert {row.confidence for row in windows} == {"demonstration"}
    for row in windows:
        assert cycles[row.cycle].first_day <= row.first_day <= row.last_day
        assert row.last_day <= cycles[row.cycle].last_day
