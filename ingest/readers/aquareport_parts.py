"""The elements of a ``pipeline_aquareport.xml`` as records, or the reason why not. Pure."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from ingest.readers.xml_events import local
from qa.pipeline import Achieved, Flux, Stage, SubScore, kind_of_mode

_UNKNOWN = frozenset({"", "n/a", "none", "undefined", "unknown", "nan", "null"})
_DURATION = re.compile(r"(?:(\d{1,5}) days?, )?(\d{1,6}):(\d\d):(\d\d)(?:\.\d+)?", re.ASCII)
_DIGITS = re.compile(r"[+]?\d{1,9}", re.ASCII)
_SHORT, _LONG = 200, 2000
_LARGEST = 1e18
# The task that foresees what imaging will reach; all others measure.
_FORESEES = "imageprecheck"


class BadPart(ValueError):
    """A record of a report that cannot be; ``str()`` is a sentence."""


def told(text: str | None, longest: int = _SHORT) -> str:
    """A text on one line, "" where it stands for "not known"."""
    words = " ".join((text or "").split())
    return "" if words.lower() in _UNKNOWN else words[:longest]


def attributes(element: Element) -> Mapping[str, str]:
    """An element's attributes by their names without namespaces."""
    return {name.rpartition("}")[2]: value for name, value in element.attrib.items()}


def number(given: Mapping[str, str], name: str, *, least: float = -_LARGEST) -> float | None:
    """A finite number, None where it is not known. Raises BadPart."""
    text = told(given.get(name))
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        raise BadPart(f"{name} is no number: “{text[:60]}”.") from None
    if math.isnan(found):
        return None
    if not least <= found <= _LARGEST:
        raise BadPart(f"{name} is out of bounds: “{text[:60]}”.")
    return found


def amount(given: Mapping[str, str], name: str, factor: float = 1.0) -> float | None:
    """A quantity above zero in our unit; the pipeline writes 0 for what it did not measure."""
    found = number(given, name, least=0)
    # Ten digits are more than was measured, and hide what the factor does to the last one.
    return float(f"{found * factor:.10g}") if found else None


def score(given: Mapping[str, str], name: str = "Score") -> float | None:
    """A score; below zero it could not be computed."""
    found = number(given, name)
    if found is not None and not -1 <= found <= 1:
        raise BadPart(f"{name} lies outside -1 to 1: {found:g}.")
    return found


def whole(given: Mapping[str, str], name: str) -> int | None:
    """A whole number, None where it is not known. Raises BadPart."""
    text = told(given.get(name))
    if not text:
        return None
    if not _DIGITS.fullmatch(text):
        raise BadPart(f"{name} is no whole number: “{text[:60]}”.")
    return int(text)


def stage(element: Element, subs: Sequence[SubScore], total: int) -> Stage:
    """A stage; its reason is that of the representative score. Raises BadPart."""
    given = attributes(element)
    at = whole(given, "Number")
    if at is None:
        raise BadPart("It has no Number.")
    chosen = next((one for one in element if local(one) == "RepresentativeScore"), None)
    representative = attributes(chosen) if chosen is not None else {}
    value = score(given)
    value = score(representative) if value is None else value
    said = representative.get("Reason") or given.get("Reason") or _reason_of(value, subs)
    return Stage(
        number=at,
        name=told(given.get("Name")),
        score=value,
        reason=told(said, _LONG),
        sub_scores=tuple(subs),
        sub_scores_total=total,
    )


def _reason_of(value: float | None, subs: Sequence[SubScore]) -> str:
    """The reason of the sub-score that a stage has its score from."""
    found = (sub.reason for sub in subs if value is not None and sub.score == value)
    return next(found, "")


def sub_score(element: Element) -> SubScore:
    """A sub-score with its metric; in older reports a metric is all there is. Raises BadPart."""
    given = attributes(element)
    is_metric = local(element) == "Metric"
    inner = (one for one in element if local(one) == "Metric")
    metric = given if is_metric else attributes(next(inner, Element("Metric")))
    selected = [attributes(one) for one in element if local(one) == "DataSelection"]
    return SubScore(
        score=score(given, "QaScore") if is_metric else score(given),
        reason=told(given.get("Reason"), _LONG),
        metric=told(metric.get("Name")),
        value=told(metric.get("Value")),
        units=told(metric.get("Units")),
        data=_data_of([metric, *selected]),
    )


def _data_of(parts: Sequence[Mapping[str, str]]) -> str:
    """Which data a score is about, in words."""
    names = ("Asdm", "Session", "Spw", "Intent")
    found = [told(part.get(name)) for part in parts for name in names]
    return ", ".join(dict.fromkeys(word for word in found if word))[:_SHORT]


def flux(element: Element) -> Flux:
    """A calibrator's flux in one window. Raises BadPart."""
    given = attributes(element)
    source = told(given.get("Field")).strip('"')
    if not source:
        raise BadPart("It names no Field.")
    return Flux(
        source=source,
        window=told(given.get("MsSpwId")) or told(given.get("SpwName")),
        frequency_ghz=amount(given, "FrequencyGHz"),
        flux_jy=number(given, "FluxJy"),
        error_jy=number(given, "ErrorJy"),
        execution=told(given.get("Asdm")),
    )


def achieved(element: Element, above: Mapping[str, str]) -> Achieved:
    """What an image reaches; ``above`` are the attributes around it. Raises BadPart."""
    given = attributes(element)
    source = told(given.get("Field")).strip('"')
    if not source:
        raise BadPart("It names no Field.")
    origin = told(above.get("Origin"))
    is_estimate = _FORESEES in origin.lower()
    measured, computed = _sensitivities(given, is_estimate=is_estimate)
    return Achieved(
        source=source,
        windows=_windows(told(given.get("MsSpwId"))),
        kind=kind_of_mode(told(given.get("BwMode"))).value,
        is_representative=_yes_or_no(told(given.get("IsRepresentative"))),
        is_estimate=is_estimate,
        intent=told(given.get("Intent")).upper(),
        sensitivity_mjy=measured,
        theoretical_mjy=computed,
        bandwidth_mhz=amount(given, "BandwidthHz", 1e-6),
        effective_bandwidth_mhz=amount(given, "EffectiveBandwidthHz", 1e-6),
        frequency_ghz=amount(given, "FrequencyGHz"),
        beam_major_arcsec=amount(given, "BeamMajArcsec"),
        beam_minor_arcsec=amount(given, "BeamMinArcsec"),
        beam_angle_deg=number(given, "BeamPosAngDeg"),
        array=told(given.get("Array")),
        robust=told(given.get("Robust")),
        uv_taper=told(given.get("UVTaper")),
        data_type=told(given.get("DataType")),
        image=told(given.get("ImageName")),
        origin=origin,
        stage=whole(above, "StageNumber") or whole(above, "Number"),
    )


def _sensitivities(
    given: Mapping[str, str], *, is_estimate: bool
) -> tuple[float | None, float | None]:
    """What was measured and what was computed, mJy per beam.

    Before 2025 there is one word for both, whose meaning depends on the task.
    """
    plain = amount(given, "SensitivityJyPerBeam", 1e3)
    observed = amount(given, "ObservedSensitivityJyPerBeam", 1e3)
    theoretical = amount(given, "TheoreticalSensitivityJyPerBeam", 1e3)
    if is_estimate:
        return observed, theoretical or plain
    has_both = "ObservedSensitivityJyPerBeam" in given
    return observed if has_both else plain, theoretical


def _windows(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[\s,]+", text) if word)[:100]


def _yes_or_no(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def report_date(text: str) -> datetime | None:
    """A report's date, which is UTC where it names no zone; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def seconds_in(text: str) -> int | None:
    """Seconds in a duration such as ``1 day, 6:13:27``; None where it is none."""
    found = _DURATION.fullmatch(text)
    if not found:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return int(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds())
