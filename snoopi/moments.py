"""Moments as people and programs write them."""

from datetime import UTC, datetime

from django.utils.dateparse import parse_date, parse_datetime


def read_moment(text: str) -> datetime | None:
    """Answer a moment in UTC, None for what is none; without a zone it is UTC.

    A bare date is its 00:00:00Z.
    """
    try:
        # A "+" that was not escaped arrives as a space.
        text = text.strip().replace(" ", "T" if text.count(":") < 3 else "+")
        found = parse_datetime(text)
        day = None if found else parse_date(text)
        if day:
            found = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if found:
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return None
