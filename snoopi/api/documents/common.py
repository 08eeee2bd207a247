"""Parts that several documents share."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from projects.models import Tracked
from projects.presentation import waiting
from projects.querysets.project import Viewer
from snoopi import coordinates
from snoopi.api.shapes.projects import Executions, Named, Waiting

_ARCHIVE = "https://almascience.org/aq/"
_PLAIN = str.maketrans(
    {
        "h": ":",
        "m": ":",
        "°": ":",
        "′": ":",
        "s": "",
        "″": "",
        " ": "",
        coordinates.MINUS: "-",
    }
)


def number(value: Decimal | None) -> float | None:
    """A decimal as a JSON number, whole ones without a point."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def executions(thing: Any) -> Executions:
    """The executions of an SB or of an OUS read ``as_status``."""
    return Executions(
        passed=number(thing.executions_passed) or 0,
        expected=number(thing.executions_expected),
        count=thing.executions_count,
    )


def named(thing: Any) -> Named | None:
    """Another thing by its names, None where there is none."""
    return Named(ref=thing.ref, uid=thing.uid, name=thing.name) if thing else None


def identity(thing: Tracked | None) -> str | None:
    """A thing's UID, or its ref where no source knows a UID."""
    return (thing.uid or thing.ref) if thing else None


def waits(thing: Any, viewer: Viewer) -> Waiting | None:
    """What a thing waits for, on whom, since when."""
    found = waiting(thing, viewer)
    return Waiting(what=found.what, on=found.on, since=found.since) if found else None


def archive_query(member_ous: Any) -> str | None:
    """Where the science archive shows a member OUS, None where it has no UID."""
    if member_ous is None or not member_ous.uid:
        return None
    return f"{_ARCHIVE}?{urlencode({'member_ous_id': member_ous.uid}, safe=':/')}"


def ra_words(ra_deg: float | None) -> str | None:
    """A right ascension as ``17:47:19.438``."""
    return None if ra_deg is None else coordinates.format_ra(ra_deg).translate(_PLAIN)


def dec_words(dec_deg: float | None) -> str | None:
    """A declination as ``-28:23:29.780``."""
    return None if dec_deg is None else coordinates.format_dec(dec_deg).translate(_PLAIN)
