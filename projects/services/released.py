"""The one writer of delivery and release on member OUSs: copies of what deliveries/ keeps."""

from datetime import datetime

from projects.models import MemberOUS
from projects.services.bulk import save_alike

RELEASE_FIELDS = ("release_date", "clock_kept_at")
DELIVERY_FIELDS = ("delivered_at", "delivery_generation")


def write_release(member_ous: MemberOUS, *, release_date: datetime | None, at: datetime) -> None:
    """Write the end that the ledger gives on a locked row, with a new version for all.

    From then on no source writes it: the facts keep what they say.
    """
    member_ous.release_date, member_ous.clock_kept_at = release_date, at
    save_alike([member_ous], RELEASE_FIELDS)


def write_delivered(member_ous: MemberOUS, *, at: datetime, generation: int) -> None:
    """Write the newest delivery on a locked row, with a new version for all."""
    member_ous.delivered_at, member_ous.delivery_generation = at, generation
    save_alike([member_ous], DELIVERY_FIELDS)
