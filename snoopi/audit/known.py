"""Faults that are open already as problem rows of ingest: listed, and not counted."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db.models import Exists, OuterRef

from ingest.models import IngestJob, IngestProblem
from snoopi.audit.faults import Fault

_AT_ONCE = 200


def told_apart(faults: Iterable[Fault]) -> Iterator[tuple[Fault, bool]]:
    """Yield each fault with whether a problem row tells of it that is still open."""
    waiting = iter(faults)
    while batch := list(islice(waiting, _AT_ONCE)):
        known = _known({name for each in batch for name in _records(each)})
        for each in batch:
            yield each, not known.isdisjoint(_records(each))


def _records(fault: Fault) -> set[str]:
    """The names by which ingest rejects what a fault is about."""
    thing = f"{fault.level} {fault.name}"
    return {fault.name, thing, f"{thing}, field {fault.field}"}


def _known(records: set[str]) -> set[str]:
    """Problems of the newest reading of their source: one that was read well since is over."""
    newer = IngestJob.objects.filter(
        source=OuterRef("job__source"), fed_by=OuterRef("job__fed_by"), pk__gt=OuterRef("job_id")
    )
    unfed = IngestJob.objects.filter(
        source=OuterRef("job__source"), fed_by=None, pk__gt=OuterRef("job_id")
    )
    rows = IngestProblem.objects.filter(record__in=records)
    fed = rows.filter(~Exists(newer), job__fed_by__isnull=False)
    by_hand = rows.filter(~Exists(unfed), job__fed_by=None)
    return {*fed.values_list("record", flat=True), *by_hand.values_list("record", flat=True)}
