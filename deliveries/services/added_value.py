"""Entering where the added-value products of a member OUS are."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from deliveries.errors import BadLinks
from deliveries.links import LINKS
from deliveries.models import AddedValue
from deliveries.permissions import can_enter_added_value
from deliveries.services.notices import write_added_value_notice
from projects.errors import NotAllowed, StaleVersion
from projects.links import NO_LINK, is_link
from projects.models import MemberOUS
from projects.services.bulk import save_alike
from projects.services.events import lock_project


@transaction.atomic
def enter_added_value(
    member_ous: MemberOUS,
    *,
    links: Mapping[str, str],
    actor: User,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> AddedValue:
    """Note the links, those left out as they were, and answer the row that counts now.

    The PI is mailed once all of them are there, if the North American ARC supports them and
    the member OUS was delivered. ``at`` is now unless history is told: then the mail counts
    as sent. Raises NotAllowed, StaleVersion, BadLinks.
    """
    if not can_enter_added_value(actor):
        raise NotAllowed("Entering added-value products is for staff.")
    lock_project(member_ous.project_id)
    member = MemberOUS.objects.select_for_update().get(pk=member_ous.pk)
    if expected_version is not None and member.version != expected_version:
        raise StaleVersion(member.version)
    former = AddedValue.objects.filter(member_ous=member_ous).order_by("-pk").first()
    known = {name: getattr(former, name, "") for name in LINKS}
    wanted = {**known, **{name: _link(name, text.strip()) for name, text in links.items()}}
    if not any(wanted.values()):
        raise BadLinks(LINKS[0], "Give at least one link.")
    if former is None or wanted != known:
        former = AddedValue.objects.create(
            member_ous=member, entered_by=actor, at=at or timezone.now(), **wanted
        )
        save_alike([member], (), [member])
    write_added_value_notice(member, sent_at=at)
    return former


def take_links(
    member_ous: MemberOUS, *, links: Mapping[str, str], former: Mapping[str, str], source: str
) -> AddedValue | None:
    """Take over links that a source newly says; answer the new row, None where none counts.

    ``former`` is what the same source had said. What a person put in place of it stays. Call
    it with the project locked, within the transaction that writes the member OUS.
    """
    newest = AddedValue.objects.filter(member_ous=member_ous).order_by("-pk").first()
    known = {name: getattr(newest, name, "") for name in LINKS}
    taken = {
        name: link for name, link in links.items() if known[name] in ("", former.get(name, ""))
    }
    wanted = {**known, **taken}
    if wanted == known:
        return None
    added = AddedValue.objects.create(member_ous=member_ous, source=source, **wanted)
    write_added_value_notice(member_ous)
    return added


def _link(name: str, text: str) -> str:
    if name not in LINKS:
        raise BadLinks(name, "There is no such link.")
    if text and not is_link(text):
        raise BadLinks(name, f"{NO_LINK[0].upper()}{NO_LINK[1:]}.")
    return text
