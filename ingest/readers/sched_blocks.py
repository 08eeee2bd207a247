"""SchedBlock documents, with their status documents, to records."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from ingest.readers.apdm import Documents, child, children, identity_of, key_of, state_of, text_of
from ingest.readers.asked import asked_of_sched_block
from ingest.readers.quantities import amount, plain_number, quantity
from ingest.records import SchedBlockRecord, merged

_ARRAYS = {"TWELVE-M": "12m", "SEVEN-M": "7m", "TP-ARRAY": "TP"}
_BAND = "ALMA_RB_"


def sched_block_record(
    reference: Element, documents: Documents, *, key: str, member: str
) -> SchedBlockRecord:
    """Answer the SB that a plan refers to; a bare one where its document is missing."""
    sched_block = documents.get("SchedBlock", key_of(reference))
    status_key, status = sched_block_status(key_of(reference), documents)
    uid = identity_of(reference)
    facts = _facts(sched_block) if sched_block is not None else {}
    return SchedBlockRecord(
        key=key,
        uid=uid,
        other_uids=merged([identity_of(child(sched_block, "SBStatusRef")), status_key]),
        member=member,
        state=state_of(status, sched_block),
        executions_expected=_executions_expected(status),
        **facts,
    )


def sched_block_status(key: str, documents: Documents) -> tuple[str, Element | None]:
    """Answer (UID, document) of an SB's status, ("", None) without one."""
    reference = child(documents.get("SchedBlock", key), "SBStatusRef")
    if (status := documents.get("SBStatus", key_of(reference))) is not None:
        return identity_of(child(status, "SBStatusEntity")), status
    for status in documents.all("SBStatus").values():
        if key and key_of(child(status, "SchedBlockRef")) == key:
            return identity_of(child(status, "SBStatusEntity")), status
    return "", None


def _executions_expected(status: Element | None) -> Decimal | None:
    """Answer the bookkeeping's total, None where no bookkeeping has been done.

    The SB's own executionCount is the Observing Tool's upper guess and is not it.
    """
    for flag in ("hasExecutionCount", "bookkeepingInitialized"):
        if text_of(status, flag).lower() != "true":
            return None
    counts = [text_of(status, name) for name in ("executionsRemaining", "successfulExecutions")]
    numbers = [plain_number(count) for count in counts]
    if any(number is None or number < 0 for number in numbers):
        return None
    return sum(map(Decimal, counts), Decimal(0))


def _facts(sched_block: Element) -> dict[str, Any]:
    control = child(sched_block, "ObsUnitControl")
    limits = child(sched_block, "SchedulingConstraints")
    targets = merged(text_of(field, "sourceName") for field in _science_fields(sched_block))
    asked = asked_of_sched_block(sched_block, targets[0] if targets else "")
    ra_deg, dec_deg = _position(sched_block)
    requested = "" if control is None else control.get("arrayRequested", "")
    return {
        "name": text_of(sched_block, "name"),
        "bands": _bands(limits),
        "array": _ARRAYS.get(requested.upper(), ""),
        "target_names": targets,
        "ra_deg": ra_deg,
        "dec_deg": dec_deg,
        "rep_freq_ghz": amount(limits, "ghz", "representativeFrequency")
        or amount(sched_block, "ghz", "ScienceParameters", "representativeFrequency"),
        "estimated_time_min": amount(control, "min", "estimatedExecutionTime"),
        "asked": asked,
    }


def _bands(limits: Element | None) -> tuple[int, ...]:
    said = "" if limits is None else limits.get("representativeReceiverBand", "")
    names = [said] if said else [text_of(limits, "requiredReceiverBands")]
    digits = (name.removeprefix(_BAND) for name in names if name.startswith(_BAND))
    numbers = {int(text) for text in digits if text.isascii() and text.isdecimal()}
    return tuple(sorted(number for number in numbers if 1 <= number <= 10))


def _science_fields(sched_block: Element) -> Iterator[Element]:
    """Yield the FieldSources of the targets that have science parameters."""
    science = {part.get("entityPartId") for part in children(sched_block, "ScienceParameters")}
    for target in children(sched_block, "Target"):
        wanted = {ref.get("partId") for ref in children(target, "ObservingParametersRef")}
        if science & wanted and (field := _field_of(sched_block, target)) is not None:
            yield field


def _field_of(sched_block: Element, target: Element) -> Element | None:
    return _part(sched_block, "FieldSource", child(target, "FieldSourceRef"))


def _part(sched_block: Element, name: str, reference: Element | None) -> Element | None:
    wanted = None if reference is None else reference.get("partId")
    parts = children(sched_block, name) if wanted else ()
    return next((part for part in parts if part.get("entityPartId") == wanted), None)


def _position(sched_block: Element) -> tuple[float | None, float | None]:
    """Answer the representative position, else its target's or the science target's."""
    limits = child(sched_block, "SchedulingConstraints")
    target = _part(sched_block, "Target", child(limits, "representativeTargetRef"))
    fields = [] if target is None else [_field_of(sched_block, target)]
    places = [child(limits, "representativeCoordinates")]
    places += [
        child(field, "sourceCoordinates") for field in (*fields, *_science_fields(sched_block))
    ]
    return next((found for place in places if (found := _degrees(place))), (None, None))


def _degrees(place: Element | None) -> tuple[float, float] | None:
    if place is None or place.get("type", "ABSOLUTE") != "ABSOLUTE":
        return None
    if place.get("system", "J2000").upper() not in ("J2000", "ICRS"):
        return None
    ra, dec = quantity(place, "deg", "longitude"), quantity(place, "deg", "latitude")
    # 0, 0 is what the Observing Tool writes before anybody fills it in.
    if ra is None or dec is None or (ra, dec) == (0.0, 0.0):
        return None
    return (ra, dec) if 0 <= ra < 360 and -90 <= dec <= 90 else None
