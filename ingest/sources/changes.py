"""When rows changed, as services write it: ISO dates, or Modified Julian Dates. Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from ingest.readers import cells

_MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
# From 1886 to 2132: a bare year or a time in seconds is none of these.
_MJD_RANGE = (10_000, 100_000)


def moment(text: str) -> datetime | None:
    """Answer the moment that a cell names; None for an empty or odd one."""
    text = cells.clean(text)
    try:
        return _from_mjd(text) if is_number(text) else cells.time(text)
    except cells.BadCell:
        return None


def is_number(text: str) -> bool:
    """Whether a cell counts days instead of naming one."""
    try:
        return _MJD_RANGE[0] < float(text) < _MJD_RANGE[1]
    except ValueError:
        return False


def _from_mjd(text: str) -> datetime:
    return _MJD_EPOCH + timedelta(days=float(text))


def bound(day: date, *, as_number: bool) -> str:
    """Write the beginning of a day so that any form of its later moments compares after it."""
    if as_number:
        return str((day - _MJD_EPOCH.date()).days)
    return day.isoformat()


def newest(texts: Iterable[str], now: datetime) -> datetime | None:
    """Answer the latest moment of some cells; none lies in the future."""
    found = [at for at in map(moment, texts) if at]
    return min(max(found), now) if found else None


def fingerprint(texts: Iterable[str]) -> str:
    """Tell one state of a project's rows from the next: how many, and the latest."""
    found = sorted(at for at in map(moment, texts) if at)
    return f"{len(found)} {found[-1].isoformat()}" if found else ""
