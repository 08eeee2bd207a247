"""What a source said last time against what it says now. Pure.

A row's ``facts`` are ``{origin: {field: [value, learnt]}}``. Ingest acts on a field only
when the same origin says something else than last time (SEMANTICS, "Facts from
upstream"), so the same file again moves nothing, whatever people decided in between.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

Facts = dict[str, dict[str, list[Any]]]

# What the archive writes for a release date that is not known (yet, or again).
NOT_KNOWN_YET = "3000-01-01"


def as_fact(value: Any) -> Any:
    """The JSON form in which a value is remembered and compared."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple):
        return list(value)
    return value


def is_said(value: Any) -> bool:
    """Whether a record's field says anything at all."""
    return value is not None and value not in ("", (), {})


def news(facts: Facts, origin: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the fields for which ``origin`` says something else than last time."""
    known = facts.get(origin, {})
    return {
        field: value
        for field, value in values.items()
        if is_said(value) and (field not in known or known[field][0] != as_fact(value))
    }


def remember(facts: Facts, origin: str, said: Mapping[str, Any], learnt: datetime) -> Facts:
    """Answer ``facts`` with what ``origin`` now says."""
    stamp = learnt.isoformat(timespec="seconds")
    newer = {field: [as_fact(value), stamp] for field, value in said.items()}
    return {**facts, origin: {**facts.get(origin, {}), **newer}}


def said_by_another(facts: Facts, origin: str, field: str, value: Any) -> bool:
    """Whether some other origin stands behind ``value`` of ``field``."""
    return any(
        field in said and said[field][0] == as_fact(value)
        for name, said in facts.items()
        if name != origin
    )
