"""Times as people write them. Pure."""

from datetime import UTC, datetime

from django.utils.dateparse import parse_date, parse_datetime


def parse_moment(text: str) -> datetime:
    """Answer a time in UTC unless it says otherwise; a bare date is its midnight.

    Raises ValueError for what is no time.
    """
    day = parse_date(text)
    if day is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    found = parse_datetime(text)
    if found is None:
        raise ValueError(f"“{text}” is no time: write 2026-12-31 12:00:00.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
