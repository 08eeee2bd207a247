"""Calendar months in UTC. Pure."""

from calendar import monthrange
from datetime import datetime


def add_months(moment: datetime, months: int) -> datetime:
    """Answer the same time of day so many calendar months later, the month's end clipped.

    Raises OverflowError beyond the calendar.
    """
    index = moment.year * 12 + moment.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        raise OverflowError(f"There is no year {year} in the calendar.")
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
