"""Checking that every place has every file of a delivery, as the manifest has it.

Files are read and mirrors asked outside of any transaction; what was found is written in
a short one for each place. A place that was complete is asked again with every check, for
sizes alone: bytes that were read once are not read again.
"""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from deliveries.configured import STORE, Mirror
from deliveries.models import DeliveryPlace, MissingFile, ProductFile
from deliveries.places import Listed, Unreachable, place_at, shortcomings
from deliveries.services.claims import Claim


def check_places(claim: Claim) -> list[DeliveryPlace]:
    """Ask the store and every configured mirror; answer what each has. Raises ClaimLost."""
    files = _manifest(claim)
    mirrors = (Mirror(STORE, str(Path(settings.DATA_DIR).resolve())), *settings.ARC_MIRRORS)
    _forget_others(claim, [mirror.name for mirror in mirrors])
    return [_check(claim, mirror, files) for mirror in mirrors]


def _manifest(claim: Claim) -> list[Listed]:
    delivery = claim.delivery
    rows = ProductFile.objects.filter(
        member_ous_id=delivery.member_ous_id, generation=delivery.generation
    )
    return [Listed(*row) for row in rows.order_by("pk").values_list(*_LISTED)]


_LISTED = ("pk", "path", "size_bytes", "sha256")


def _forget_others(claim: Claim, names: list[str]) -> None:
    """A mirror that is no longer configured hinders nothing."""
    claim.delivery.places.exclude(name__in=names).delete()


def _check(claim: Claim, mirror: Mirror, files: list[Listed]) -> DeliveryPlace:
    before = _unverified(claim, mirror.name)
    listed = [
        Listed(each.pk, each.path, each.size_bytes, each.sha256, each.pk not in before)
        if before is not None
        else each
        for each in files
    ]
    place = place_at(mirror, claim.delivery.member_ous.ref, claim.delivery.generation or 0)
    try:
        found = dict(shortcomings(place, listed, claim.beat))
    except Unreachable as problem:
        # What is known of its files from earlier stays: nothing was learnt of them.
        return _write(claim, mirror.name, files=len(files), problem=str(problem)[:500])
    with transaction.atomic():
        row = _write(claim, mirror.name, files=len(files), problem="", missing=len(found))
        row.missing_files.all().delete()
        MissingFile.objects.bulk_create(
            MissingFile(place=row, product_file_id=pk, what=what) for pk, what in found.items()
        )
    return row


def _unverified(claim: Claim, name: str) -> set[int] | None:
    """The files that were not good at a place, None where it was never asked to the end."""
    place = claim.delivery.places.filter(name=name, problem="").first()
    if place is None:
        return None
    changed = ProductFile.objects.filter(
        member_ous_id=claim.delivery.member_ous_id, modified_at__gte=place.checked_at
    )
    bad = place.missing_files.values_list("product_file_id", flat=True)
    return {*bad, *changed.values_list("pk", flat=True)}


@transaction.atomic
def _write(claim: Claim, name: str, **told: str | int) -> DeliveryPlace:
    values = {**told, "checked_at": timezone.now()}
    place, _ = DeliveryPlace.objects.update_or_create(
        delivery=claim.hold(), name=name, defaults=values
    )
    return place
