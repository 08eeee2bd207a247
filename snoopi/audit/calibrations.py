"""QA1: what the calibrations of the array say, and how they follow one another."""

from collections.abc import Iterator

from qa.calibrations import Misfit, refuse_misfits
from qa.models import Calibration
from snoopi.audit.faults import Fault, Named, Tally, compare, fault, stream

_LEVEL = "calibration"


def calibrations_follow(tally: Tally) -> Iterator[Fault]:
    """Each holds for a time that can be, and every line of corrections has one newest word."""
    rows = Calibration.objects.select_related("first", "supersedes", "set_aside_for")
    for row in stream(rows.order_by("pk")):
        tally.looked += 1
        thing = Named(_LEVEL, None, str(row.pk))
        yield from _misfits(thing, row)
        yield from _line_faults(thing, row)


def _misfits(thing: Named, row: Calibration) -> Iterator[Fault]:
    try:
        refuse_misfits(row.facts)
    except Misfit as problem:
        yield fault(thing, problem.field, getattr(row, problem.field), f"fit: {problem}")


def _line_faults(thing: Named, row: Calibration) -> Iterator[Fault]:
    before = row.supersedes or row.set_aside_for
    if before is None:
        return
    yield from compare(thing, "first", row.first_id, before.first_id_of_line)
    yield from compare(thing, "kind", row.kind, before.kind)
    if before.pk >= row.pk or before.recorded_at > row.recorded_at:
        yield fault(thing, "recorded_at", row.recorded_at, f"after {before.recorded_at}")
    if row.supersedes is not None and before.set_aside_for_id is not None:
        yield fault(thing, "supersedes", before.pk, "a word that counted, not one set aside")
    if row.origin and row.supersedes is not None and not before.origin:
        yield fault(thing, "supersedes", before.pk, "nothing: staff had decided")
    if row.origin and not _has_said_before(row):
        yield fault(thing, "key", row.key, f"one that {row.origin} began the line with")


def _has_said_before(row: Calibration) -> bool:
    """Whether the source has an earlier word in the same line; one query for a correction."""
    line = Calibration.objects.filter(origin=row.origin, key=row.key, pk__lt=row.pk)
    return any((first or pk) == row.first_id for pk, first in line.values_list("pk", "first_id"))
