"""Calibrations of the array to rows: some hundreds a transaction, whatever projects say."""

from collections.abc import Iterator, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from ingest.records import CalibrationRecord, Reading
from ingest.report import Report
from qa.models import Calibration
from qa.services.calibrations import as_kept, begin_said, take_said

KIND = "calibration"
_AT_ONCE = 500


def take_calibrations(reading: Reading, report: Report, dry_run: bool) -> None:
    """Bring the calibrations of a reading into rows; the same again changes nothing."""
    for part in _parts(reading.calibrations):
        try:
            report.add(_take(part, reading.origin, dry_run))
        except IntegrityError:
            # Another load made the same one first: now it is there to be found.
            report.add(_take(part, reading.origin, dry_run))


def _parts(records: Sequence[CalibrationRecord]) -> Iterator[Sequence[CalibrationRecord]]:
    for start in range(0, len(records), _AT_ONCE):
        yield records[start : start + _AT_ONCE]


@transaction.atomic
def _take(records: Sequence[CalibrationRecord], origin: str, dry_run: bool) -> Report:
    report, now = Report(), timezone.now()
    keys = [record.key for record in records]
    said = Calibration.objects.filter(origin=origin, key__in=keys).order_by("pk")
    # The last word of the source on each, whatever has come of it.
    last = {row.key: row for row in said}
    new = []
    for record in records:
        known, facts = last.get(record.key), as_kept(record.facts)
        if known is None:
            new.append(begin_said(facts, origin=origin, key=record.key, now=now))
        else:
            counts = take_said(known, facts, now)
            getattr(report, "updated" if counts else "unchanged")[KIND] += 1
    Calibration.objects.bulk_create(new)
    report.created[KIND] += len(new)
    transaction.set_rollback(dry_run)
    return report
