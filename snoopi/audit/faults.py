"""What a check finds, and what it is."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import models

CHUNK = 2000
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it should be; ``field`` is the column, or what it is about."""

    level: str
    name: str
    field: str
    found: str
    expected: str

    def __str__(self) -> str:
        told = f"{self.field} is {self.found}, should be {self.expected}"
        # A name may come from a source: a fault is one line.
        return " ".join(f"{self.level} {self.name}: {told}".split())


@dataclass(slots=True)
class Tally:
    """How much a check looked at, and how many faults it found."""

    looked: int = 0
    faults: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """One question to the whole database; ``run`` counts what it looks at in the tally."""

    name: str
    proves: str
    run: Callable[[Tally], Iterable[Fault]]


def shown(value: Any) -> str:
    """A value as a fault names it."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(sep=" ").replace("+00:00", " UTC")
    return str(value)


def compare(thing: Any, field: str, found: Any, expected: Any) -> Iterator[Fault]:
    """Yield a fault where a column of ``thing`` (level, uid, ref) is not what it should be."""
    if found != expected:
        yield fault(thing, field, found, expected)


def fault(thing: Any, field: str, found: Any, expected: Any) -> Fault:
    """A fault of a row that has at least a level, a UID and a ref."""
    return Fault(thing.level, thing.uid or thing.ref, field, shown(found), shown(expected))


@dataclass(frozen=True, slots=True)
class Named:
    """What names a thing in a fault."""

    level: str
    uid: str | None
    ref: str


def stream(rows: models.QuerySet[Any, Any]) -> Iterator[Any]:
    """The rows of an ordered query one by one, in bounded memory."""
    return rows.iterator(chunk_size=CHUNK)


Group = tuple[Any, list[Any]]


def grouped(rows: Iterable[Any]) -> Iterator[Group]:
    """Group ordered rows by their first value, each group as (that value, rows)."""
    for key, group in groupby(rows, key=itemgetter(0)):
        yield key, list(group)


def side_by_side(*streams: Iterable[Any]) -> Iterator[tuple[Any, tuple[list[Any], ...]]]:
    """Go through streams together that are ordered by their first value, which is a number.

    Yields (value, the rows of each stream with it); streams that have none give no rows.
    """
    groups = [grouped(rows) for rows in streams]
    heads = [next(each, None) for each in groups]
    while any(head is not None for head in heads):
        key = min(head[0] for head in heads if head is not None)
        mine = [head is not None and head[0] == key for head in heads]
        yield (
            key,
            tuple(head[1] if head and own else [] for head, own in zip(heads, mine, strict=True)),
        )
        heads = [
            next(each, None) if own else head
            for each, head, own in zip(groups, heads, mine, strict=True)
        ]


def has_wrong(rows: models.QuerySet[Any, Any], wrong: models.Q, tally: Tally) -> bool:
    """Count rows as looked at, and answer whether some are wrong; one query."""
    counts = rows.order_by().aggregate(
        looked=models.Count("pk"), wrong=models.Count("pk", filter=wrong)
    )
    tally.looked += counts["looked"]
    return bool(counts["wrong"])
