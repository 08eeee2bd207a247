"""Calibrations of the array (QA1)."""

from projects.models import ExecBlock
from projects.querysets.project import Viewer, is_staff_viewer
from qa.calibrated import calibrations_of
from qa.calibrations import Chosen, KindHeld
from qa.models import Calibration
from qa.presentation import ReportTold
from snoopi.api.shapes.calibrations import (
    CalibrationCounted,
    CalibrationFacts,
    CalibrationHeld,
    CalibrationLine,
    CalibrationRecord,
)


def facts_of(row: Calibration) -> CalibrationFacts:
    """What a record says."""
    return CalibrationFacts(
        kind=row.kind,
        array=row.array or None,
        antenna=row.antenna or None,
        band=row.band,
        source=row.source or None,
        measured_at=row.measured_at,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        flux_jy=row.flux_jy,
        flux_error_jy=row.flux_error_jy,
        frequency_ghz=row.frequency_ghz,
        summary=row.summary,
    )


def calibrations(
    block: ExecBlock, told: ReportTold | None, viewer: Viewer
) -> list[CalibrationHeld]:
    """How an execution stands to the calibrations of the array; one query."""
    return [_held(one, viewer) for one in calibrations_of(block, told)]


def _held(one: KindHeld, viewer: Viewer) -> CalibrationHeld:
    """How an execution stands to the calibrations of one kind."""
    return CalibrationHeld(
        kind=one.kind.value,
        title=one.title,
        standing=one.standing.value,
        text=one.text,
        rule=one.rule,
        records=[_counted(chosen, viewer) for chosen in one.chosen],
    )


def _counted(chosen: Chosen, viewer: Viewer) -> CalibrationCounted:
    row: Calibration = chosen.record
    return CalibrationCounted(
        **facts_of(row),
        number=row.pk if is_staff_viewer(viewer) else None,
        recorded_at=row.recorded_at,
        standing=chosen.standing.value,
        text=chosen.text,
    )


def calibration_line(row: Calibration) -> CalibrationLine:
    """One thing that was said; read it ``with_things``."""
    later: Calibration | None = getattr(row, "superseded_by", None)
    return CalibrationLine(
        **facts_of(row),
        number=row.pk,
        withdrawn=row.is_withdrawn,
        supersedes=row.supersedes_id,
        superseded_by=later.pk if later else None,
        set_aside_for=row.set_aside_for_id,
        reason=row.reason,
        by=row.by,
        recorded_at=row.recorded_at,
    )


def calibration_record(row: Calibration) -> CalibrationRecord:
    """The newest word of a record's line, with all that was said; one query."""
    line = [calibration_line(one) for one in Calibration.objects.line_of(row).with_things()]
    newest = next(one for one in line if one["set_aside_for"] is None)
    return CalibrationRecord(**newest, history=line)
