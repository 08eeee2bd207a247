"""Entering where the added-value products of a member OUS are."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.db import transaction

from accounts.models import User
from deliveries.errors import BadLinks
from deliveries.models import AddedValue
from deliveries.models.added_value import LINKS
from deliveries.permissions import can_enter_added_value
from deliveries.services.notices import write_added_value_notice
from projects.errors import NotAllowed, StaleVersion
from projects.models import MemberOUS
from projects.services.bulk import save_alike
from projects.services.events import lock_project

LONGEST_LINK = 500


@transaction.atomic
def enter_added_value(
    member_ous: MemberOUS,
    *,
    links: Mapping[str, str],
    actor: User,
    expected_version: int | None = None,
) -> AddedValue:
    """Note the links, those left out as they were, and answer the row that counts now.

    The PI is mailed once all of them are there, if the North American ARC supports them and
    the member OUS was delivered. Raises NotAllowed, StaleVersion, BadLinks.
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
        former = AddedValue.objects.create(member_ous=member, entered_by=actor, **wanted)
        save_alike([member], (), [member])
    write_added_value_notice(member)
    return former


def _link(name: str, text: str) -> str:
    if name not in LINKS:
        raise BadLinks(name, "There is no such link.")
    if text and not _is_link(text):
        raise BadLinks(name, f"An address with https:// or http://, at most {LONGEST_LINK} long.")
    return text


def _is_link(text: str) -> bool:
    if len(text) > LONGEST_LINK or not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)
