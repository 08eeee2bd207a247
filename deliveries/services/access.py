"""Withholding files, and noting who of the staff read one."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from deliveries.errors import BadClockEntry, ClockRefused
from deliveries.models import FileHold, FileReading, ProductFile
from deliveries.permissions import can_withhold_files
from projects.errors import NotAllowed
from projects.models import MemberOUS
from projects.services.bulk import save_alike
from projects.services.events import lock_project


def note_reading(*, product_file: ProductFile, user: User, reason: str) -> FileReading:
    """Note that somebody of the staff reads a proprietary file, before they get it."""
    return FileReading.objects.create(product_file=product_file, user=user, reason=reason[:500])


@transaction.atomic
def withhold_files(member_ous: MemberOUS, *, actor: User, reason: str) -> FileHold:
    """Withhold the files of a member OUS under QA3 from all but staff.

    Raises NotAllowed, BadClockEntry without a reason, ClockRefused where they are already or
    no investigation goes on.
    """
    if not can_withhold_files(actor):
        raise NotAllowed("Withholding files is not yours.")
    if not reason.strip():
        raise BadClockEntry("reason", "Say why.")
    member = _locked(member_ous)
    if member.state != "QA3InProgress":
        raise ClockRefused("Files are withheld only while QA3 is in progress.")
    if member.file_holds.open().exists():
        raise ClockRefused("They are withheld already.")
    hold = hold_files(member, actor=actor, reason=reason, at=timezone.now())
    save_alike([member], ())
    return hold


def hold_files(member: MemberOUS, *, actor: User, reason: str, at: datetime) -> FileHold:
    """Withhold the files of a locked member OUS that are not withheld."""
    return FileHold.objects.create(
        member_ous=member, held_by=actor, reason=reason.strip(), held_at=at
    )


@transaction.atomic
def lift_hold(member_ous: MemberOUS, *, actor: User) -> FileHold:
    """Let the files of a member OUS be read again. Raises NotAllowed, ClockRefused."""
    if not can_withhold_files(actor):
        raise NotAllowed("Withholding files is not yours.")
    member = _locked(member_ous)
    hold = member.file_holds.open().first()
    if hold is None:
        raise ClockRefused("They are not withheld.")
    give_back(member, actor=actor, at=timezone.now())
    hold.refresh_from_db()
    save_alike([member], ())
    return hold


def give_back(member: MemberOUS, *, actor: User | None, at: datetime) -> bool:
    """Let the files of a locked member OUS be read again; answer whether they were withheld.

    ``actor`` is None where the delivery of the fix does it.
    """
    return bool(member.file_holds.open().update(lifted_by=actor, lifted_at=at))


def _locked(member_ous: MemberOUS) -> MemberOUS:
    lock_project(member_ous.project_id)
    return MemberOUS.objects.select_for_update().get(pk=member_ous.pk)
