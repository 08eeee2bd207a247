"""Pages of a list by the values they end with, never by counting rows.

A page costs one query and the same wherever it stands in the list; rows that come or go
meanwhile shift nothing. Serves HTML lists and REST alike.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import constant_time_compare, salted_hmac

Row = TypeVar("Row")
# What is read at once of a list that is wanted whole.
PART = 1000


class BadCursor(ValueError):
    """A cursor that this list did not hand out."""

    def __init__(self) -> None:
        super().__init__("This cursor belongs to no page of this list.")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursors of the pages beside it (None: there is none)."""

    rows: list[Row]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Key:
    """One field of the order; unknown values (null) stand last, whatever the direction."""

    name: str
    descending: bool
    nullable: bool
    field: "models.Field[Any, Any]"

    def ordering(self, backward: bool) -> models.expressions.OrderBy:
        """How the database sorts by this field."""
        # Said only where needed: an index on a field that is never null would not serve it.
        last = self.nullable and not backward
        first = self.nullable and backward
        expression = F(self.name)
        if self.descending != backward:
            return expression.desc(nulls_last=last or None, nulls_first=first or None)
        return expression.asc(nulls_last=last or None, nulls_first=first or None)

    def beyond(self, value: Any, backward: bool) -> Q | None:
        """The rows that stand after ``value`` (before it, backward); None: there are none."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backward else None
        lookup = "lt" if self.descending != backward else "gt"
        further = Q(**{f"{self.name}__{lookup}": value})
        if self.nullable and not backward:
            further |= Q(**{f"{self.name}__isnull": True})
        return further

    def same(self, value: Any) -> Q:
        """The rows that have this very value."""
        return Q(**{f"{self.name}__isnull": True} if value is None else {self.name: value})


def page(
    queryset: "models.QuerySet[Any, Row]",
    *,
    order: Sequence[str],
    cursor: str | None = None,
    size: int,
) -> Page[Row]:
    """Answer one page of ``queryset`` in ``order``, at ``cursor`` or at the start.

    ``order`` names fields or annotations as ``order_by`` takes them; the primary key is
    added where it is missing, so that no two rows stand in the same place. One query.
    Raises BadCursor.
    """
    keys = _keys(queryset, order)
    salt = f"{queryset.model._meta.label} {' '.join(_complete(order))}"
    backward, values = _read_cursor(cursor, keys, salt) if cursor else (False, None)
    rows = queryset.order_by(*[key.ordering(backward) for key in keys])
    if values is not None:
        rows = rows.filter(_place(keys, values, backward))
    found = list(rows[: size + 1])
    more = len(found) > size
    del found[size:]
    if backward:
        found.reverse()
    has_next, has_previous = (True, more) if backward else (more, values is not None)
    return Page(
        found,
        _write_cursor(found[-1], keys, salt, backward=False) if found and has_next else None,
        _write_cursor(found[0], keys, salt, backward=True) if found and has_previous else None,
    )


def every_page(
    queryset: "models.QuerySet[Any, Row]", *, order: Sequence[str]
) -> Iterator[list[Row]]:
    """Yield a whole list in parts: one query each, however long the list is."""
    cursor: str | None = None
    while True:
        found = page(queryset, order=order, cursor=cursor, size=PART)
        yield found.rows
        cursor = found.next
        if cursor is None:
            return


def _complete(order: Sequence[str]) -> list[str]:
    if order and order[-1].lstrip("-") in ("pk", "id"):
        return list(order)
    sign = "-" if order and order[-1].startswith("-") else ""
    return [*order, f"{sign}pk"]


def _keys(queryset: "models.QuerySet[Any, Any]", order: Sequence[str]) -> list[Key]:
    keys = []
    for entry in _complete(order):
        name = entry.lstrip("-")
        field, nullable = _field(queryset, name)
        keys.append(Key(name, entry.startswith("-"), nullable, field))
    return keys


def _field(
    queryset: "models.QuerySet[Any, Any]", name: str
) -> "tuple[models.Field[Any, Any], bool]":
    if name in queryset.query.annotations:
        return queryset.query.annotations[name].output_field, True
    nullable = False
    options: Any = queryset.model._meta
    field: Any = options.pk
    for step in name.split("__"):
        field = options.pk if step == "pk" else options.get_field(step)
        nullable = nullable or field.null
        options = field.related_model._meta if field.is_relation else options
    return field, nullable


def _place(keys: Sequence[Key], values: Sequence[Any], backward: bool) -> Q:
    """Rows beyond ``values`` in lexicographic order, with a bound that an index can use."""
    alternatives = list(_alternatives(keys, values, backward))
    beyond = reduce(Q.__or__, alternatives, Q(pk__in=[]))
    first, value = keys[0], values[0]
    if first.nullable or len(keys) == 1:
        return beyond
    lookup = "lte" if first.descending != backward else "gte"
    return Q(**{f"{first.name}__{lookup}": value}) & beyond


def _alternatives(keys: Sequence[Key], values: Sequence[Any], backward: bool) -> Iterator[Q]:
    same = Q()
    for key, value in zip(keys, values, strict=True):
        beyond = key.beyond(value, backward)
        if beyond is not None:
            yield same & beyond
        same &= key.same(value)


def _write_cursor(row: Any, keys: Sequence[Key], salt: str, *, backward: bool) -> str:
    values = [_plain(_value(row, key.name)) for key in keys]
    text = json.dumps([int(backward), *values], separators=(",", ":")).encode()
    return _encoded(_seal(text, salt) + text)


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _read_cursor(cursor: str, keys: Sequence[Key], salt: str) -> tuple[bool, list[Any]]:
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        seal, text = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        # Decoding forgives much; a cursor is good only as it was handed out.
        if _encoded(raw) != cursor or not constant_time_compare(seal, _seal(text, salt)):
            raise BadCursor
        backward, *values = json.loads(text)
        return bool(backward), [
            None if value is None else key.field.to_python(value)
            for key, value in zip(keys, values, strict=True)
        ]
    except (ValueError, ValidationError):
        raise BadCursor from None


_SEAL_BYTES = 9


def _seal(text: bytes, salt: str) -> bytes:
    """Ties a cursor to this site and to one list in one order."""
    return salted_hmac(f"snoopi.keyset {salt}", text, algorithm="sha256").digest()[:_SEAL_BYTES]


def _value(row: Any, name: str) -> Any:
    if isinstance(row, Mapping):
        return row[name]
    if hasattr(row, name):
        return getattr(row, name)
    for step in name.split("__"):
        row = None if row is None else getattr(row, step)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
