"""The calibrations of the array that count for an execution, and how it stands to them."""

from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber, Upper

from projects.models import ExecBlock
from qa.calibrations import (
    FLUX_INTENTS,
    CalibrationKind,
    Executed,
    KindHeld,
    held_against,
    not_held,
)
from qa.models import Calibration
from qa.observatory import calibration_ages
from qa.presentation import ReportTold, array_told

_NO_TIME = "When it was executed is not known."
_SCOPE = ("kind", "array", "antenna", "band", "source_upper")


def calibrations_of(exec_block: ExecBlock, told: ReportTold | None) -> list[KindHeld]:
    """Answer how an execution stands to each kind of calibration; two queries.

    Read the block with its report; ``told`` is None before its data set has been read.
    """
    executed = _executed(exec_block, told)
    if executed is None:
        return not_held(_NO_TIME)
    rules = calibration_ages()
    return held_against(executed, _candidates(executed), rules, _kept(executed))


def calibrated_at() -> Subquery:
    """Annotates an execution with when a calibration that may count for it was last recorded."""
    ended = Coalesce(OuterRef("end"), OuterRef("start"))
    held = Q(valid_from__lte=ended) | Q(supersedes__valid_from__lte=ended)
    return Subquery(Calibration.objects.filter(held).order_by("-pk").values("recorded_at")[:1])


def _executed(block: ExecBlock, told: ReportTold | None) -> Executed | None:
    if block.start is None:
        return None
    array = told.array if told else array_told(block, None)
    own = [antenna.name for antenna in told.execution.antennas] if told else []
    return Executed(
        start=block.start,
        end=block.end or block.start,
        arrays=tuple(filter(None, array.split("+"))),
        antennas=tuple(name.upper() for name in own or block.antennas),
        bands=tuple(block.bands),
        fluxes=_flux_sources(told) if told else None,
    )


def _flux_sources(told: ReportTold) -> tuple[str, ...]:
    scans = told.execution.scans
    named = [scan.source for scan in scans if FLUX_INTENTS.intersection(scan.intents)]
    return tuple(dict.fromkeys(filter(None, named)))


def _candidates(executed: Executed) -> list[Calibration]:
    """The records in force that may count: of each scope one, which a longer past never slows.

    One that covers the execution goes before others, then the one that was measured last.
    """
    covers = Q(valid_from__lte=executed.start)
    covers &= Q(valid_until=None) | Q(valid_until__gte=executed.end)
    rows = Calibration.objects.in_force().filter(valid_from__lte=executed.end)
    rows = rows.filter(array__in=["", *executed.arrays])
    rows = rows.annotate(
        source_upper=Upper("source"),
        covers=Case(When(covers, then=Value(1)), default=Value(0)),
    )
    rows = rows.filter(_of_antennas(executed) | _of_sources(executed))
    if executed.bands:
        rows = rows.filter(Q(band=None) | Q(band__in=executed.bands))
    best = Window(
        RowNumber(),
        partition_by=[F(name) for name in _SCOPE],
        order_by=["-covers", "-measured_at", "-pk"],
    )
    return list(rows.annotate(place=best).filter(place=1).order_by("pk"))


def _kept(executed: Executed) -> list[str]:
    """The kinds of which anything was recorded by then, of whatever array."""
    recorded = Calibration.objects.filter(valid_from__lte=executed.end)
    asked = {f"keeps_{kind}": Exists(recorded.filter(kind=kind)) for kind in CalibrationKind}
    rows = Calibration.objects.order_by().annotate(**asked).values_list(*asked)[:1]
    return [
        kind for row in rows for kind, is_kept in zip(CalibrationKind, row, strict=True) if is_kept
    ]


def _of_antennas(executed: Executed) -> Q:
    named = ["", *executed.antennas]
    return ~Q(kind=CalibrationKind.FLUXES) & Q(antenna__in=named)


def _of_sources(executed: Executed) -> Q:
    named = [name.upper() for name in executed.fluxes or ()]
    return Q(kind=CalibrationKind.FLUXES, source_upper__in=named)
