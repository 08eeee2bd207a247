"""What a letter is written from, as it is when its notice is written: JSON, ready to print."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from deliveries.models import Delivery
from projects.models import MemberOUS, Project
from projects.months import add_months
from projects.observatory import acknowledgement, centre
from projects.tables import Centre

Facts = dict[str, Any]
PORTAL = "https://almascience.org/"


def moment(time: datetime | None) -> str | None:
    """A time as mails write it, None where it is unknown."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if time else None


def own_address(view: str, *args: str) -> str:
    """The whole address of a page of this site."""
    return f"{settings.BASE_URL.rstrip('/')}{reverse(view, args=args)}"


def facts_about(member_ous: MemberOUS) -> Facts:
    """The facts that every letter about a member OUS has."""
    blocks = member_ous.sched_blocks.not_deleted().order_by("name", "pk")
    return {
        **facts_about_project(member_ous.project),
        "uid": str(member_ous),
        "sched_blocks": [str(block) for block in blocks],
        "ous_url": own_address("projects:ous-detail", member_ous.ref),
    }


def facts_about_project(project: Project) -> Facts:
    """The facts that every letter about a project has."""
    scientist = project.contact_scientist
    return {
        "code": project.ref,
        "title": project.title,
        "project_url": own_address("projects:project-detail", project.ref),
        "scientist": str(scientist) if scientist else "",
    }


def facts_for(person: User | None, project: Project | None) -> Facts:
    """The facts that follow from who is written to."""
    arc = (person.arc if person else "") or (project.arc if project else "")
    found = centre(arc)
    return {
        "name": str(person or (project.pi_name if project else "")),
        "support": _support(found) if found else None,
        "arc_acknowledgement": found.acknowledgement if found else "",
        "settings_url": own_address("accounts:settings"),
        "mail_settings_url": own_address("mail-settings"),
    }


def facts_of_delivery(delivery: Delivery, member_ous: MemberOUS, *, again: bool) -> Facts:
    """The facts of one delivery; the period is the one that the member OUS's row tells."""
    at, entry = delivery.delivered_at or delivery.opened_at, delivery.clock_entry
    release = member_ous.release_date
    words = acknowledgement(at.date())
    months = entry.months if entry else None
    # An early release or an extension has made it another period than the rule's.
    is_whole = months is not None and release == add_months(at, months)
    return {
        "qa2": member_ous.qa2 or "",
        "delivered_at": moment(at),
        "generation": delivery.generation,
        "again": again,
        "release_date": moment(release),
        "is_public": release is not None and release <= at,
        "months": months if is_whole else None,
        "files_url": own_address("api:ous-detail", member_ous.ref) + "files/",
        "access_url": own_address("projects:project-access", member_ous.project.ref),
        "portal_url": PORTAL,
        "acknowledgement": words.words.format(code=member_ous.project.code) if words else "",
    }


def _support(found: Centre) -> Facts:
    return {"name": found.name, "contact": found.contact, "helpdesk": found.helpdesk}
