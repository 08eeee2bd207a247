"""QA1: entering and correcting calibrations of the array, and taking over what sources say."""

from dataclasses import asdict, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from projects.errors import NotAllowed, StaleVersion
from projects.services.entering import Account
from qa.calibrations import LONGEST_REASON, CalibrationFacts, Misfit, refuse_misfits
from qa.errors import BadJudgement
from qa.models import Calibration
from qa.permissions import can_enter_calibrations


@transaction.atomic
def enter_calibration(
    *, facts: CalibrationFacts, actor: User, at: datetime | None = None
) -> Calibration:
    """Keep a calibration that staff have found. Raises NotAllowed and BadJudgement."""
    _need(actor)
    said = _checked(facts)
    if said.is_withdrawn:
        raise BadJudgement("withdrawn", "Nothing is on file yet that could be withdrawn.")
    known = Calibration.objects.in_force().filter(**asdict(said)).order_by("pk").first()
    if known is not None:
        raise BadJudgement("kind", f"The same is on file already, as number {known.pk}.")
    return _kept(said, actor, at)


@transaction.atomic
def correct_calibration(
    calibration: Calibration,
    *,
    facts: CalibrationFacts,
    reason: str,
    actor: User,
    expected: int | None,
    at: datetime | None = None,
) -> Calibration:
    """Supersede the newest word of a calibration's line by another one, and answer that.

    ``expected`` is the id of the newest that the caller has seen, None for whatever it is.
    Raises NotAllowed, BadJudgement, and StaleVersion where there is a newer one.
    """
    _need(actor)
    newest = locked_newest(calibration)
    if expected is not None and newest.pk != expected:
        raise StaleVersion(newest.pk)
    said = _checked(facts)
    if said.kind != newest.kind:
        raise BadJudgement("kind", "A kind is not corrected: withdraw it, and enter another one.")
    if said == newest.facts:
        raise BadJudgement("summary", "That is what is on file: nothing is corrected.")
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON or "\0" in words:
        raise BadJudgement("reason", f"Say why, in at most {LONGEST_REASON} characters.")
    return _kept(said, actor, at, first_id=newest.first_id_of_line, supersedes=newest, reason=words)


def locked_newest(calibration: Calibration) -> Calibration:
    """Lock the line of a calibration and answer its newest word."""
    first = calibration.first_id_of_line
    Calibration.objects.select_for_update().get(pk=first)
    line = Calibration.objects.filter(Q(pk=first) | Q(first_id=first))
    return line.newest().get()


def _need(actor: User) -> None:
    if not can_enter_calibrations(actor):
        raise NotAllowed("Entering calibrations of the array is not yours.")


def _checked(facts: CalibrationFacts) -> CalibrationFacts:
    """The facts as they are kept. Raises BadJudgement."""
    try:
        refuse_misfits(facts)
    except Misfit as problem:
        raise BadJudgement(problem.field, str(problem)) from None
    return as_kept(facts)


def as_kept(facts: CalibrationFacts) -> CalibrationFacts:
    """Facts as they are kept and compared: whole seconds, antennas in capitals."""
    until = facts.valid_until
    return replace(
        facts,
        antenna=facts.antenna.upper(),
        measured_at=facts.measured_at.replace(microsecond=0),
        valid_from=facts.valid_from.replace(microsecond=0),
        valid_until=until.replace(microsecond=0) if until else None,
    )


def _kept(
    facts: CalibrationFacts, actor: User, at: datetime | None, **place: object
) -> Calibration:
    return Calibration.objects.create(
        **asdict(facts),
        **place,
        entered_by=actor,
        role_word=Account.of(actor).word,
        recorded_at=at or timezone.now(),
    )


def begin_said(facts: CalibrationFacts, *, origin: str, key: str, now: datetime) -> Calibration:
    """Answer, unsaved, the first word of a source on a calibration."""
    return Calibration(**asdict(facts), origin=origin, key=key, recorded_at=now)


def take_said(last: Calibration, facts: CalibrationFacts, now: datetime) -> bool:
    """Take over what a source says anew of a calibration; ``last`` is what it said before.

    Answers whether it counts now: what staff corrected stays, and the source's word is set
    aside for them to see. The same as before changes nothing.
    """
    if last.facts == facts:
        return False
    newest = locked_newest(last)
    stays = not newest.origin
    place = {"set_aside_for": newest} if stays else {"supersedes": newest}
    Calibration.objects.create(
        **asdict(facts),
        **place,
        first_id=newest.first_id_of_line,
        origin=last.origin,
        key=last.key,
        recorded_at=now,
    )
    return not stays
