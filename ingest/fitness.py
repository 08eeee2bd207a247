"""Whether a record fits its row. Pure but for the models' own limits.

What a database would refuse is refused here by name, so that one odd value costs one
record and not the load.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Field, Model

from projects.states import QA0Status, QA2Outcome

Number = float | Decimal
_RANGES: Mapping[str, tuple[Callable[[Number], bool], str]] = {
    "ra_deg": (lambda value: 0 <= value < 360, "lies outside 0 to 360 degrees"),
    "dec_deg": (lambda value: -90 <= value <= 90, "lies outside -90 to 90 degrees"),
    "execution_fraction": (lambda value: value >= 0, "is negative"),
    "executions_expected": (lambda value: value > 0, "is not above 0"),
}
_WORDS = {"qa0": [*QA0Status], "qa2": [*QA2Outcome]}


def misfits(model: type[Model], texts: Mapping[str, str], values: Mapping[str, Any]) -> str:
    """Answer why a record cannot be stored, "" where it can.

    ``texts`` are its identity (by the name of the column that limits them), ``values``
    its facts.
    """
    for name, text in texts.items():
        reason = _odd_text(model, name, text)
        if reason:
            return reason
    return next(_odd_values(model, values), "")


def _odd_values(model: type[Model], values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if value in (None, ""):
            continue
        if isinstance(value, str):
            reason = _odd_text(model, name, value)
        else:
            reason = _odd_number(model, name, value)
        if reason:
            yield reason


def _odd_text(model: type[Model], name: str, text: str) -> str:
    column = model._meta.get_field(name)
    limit = column.max_length if isinstance(column, Field) else None
    if "\x00" in text:
        return f"{name} holds a NUL character."
    if limit and len(text) > limit:
        return f"{name} is longer than {limit} characters."
    if name in _WORDS and text not in _WORDS[name]:
        return f"{name} “{text}” is none of {', '.join(_WORDS[name])}."
    return ""


def _odd_number(model: type[Model], name: str, value: Any) -> str:
    column = model._meta.get_field(name)
    if isinstance(column, DecimalField) and not _fits(column, Decimal(value)):
        return f"{name} {value} has too many digits."
    if name not in _RANGES:
        return ""
    fits, complaint = _RANGES[name]
    return "" if fits(value) else f"{name} {value} {complaint}."


def _fits(column: Any, value: Decimal) -> bool:
    return value.is_finite() and abs(value) < 10 ** (column.max_digits - column.decimal_places)


def misfit_times(start: Any, end: Any) -> str:
    """Answer why an execution's times cannot be, "" where they can."""
    return "end is before start." if start and end and end < start else ""
