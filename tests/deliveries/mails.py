"""What the tests of mail share: a delivered member OUS, and the facts of a letter."""

from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from deliveries.clock import ClockKind
from deliveries.models import ClockEntry, Delivery, DeliveryState, Notice
from deliveries.services.notices import write_delivery_notices
from projects.models import MemberOUS
from qa.models import QA2Round
from tests.factories import make_project, make_user

DELIVERED_AT = datetime(2024, 2, 29, 12, 30, 15, tzinfo=UTC)
RELEASE = datetime(2025, 2, 28, 12, 30, 15, tzinfo=UTC)
TITLE = "The centre of the Galaxy at 0.1 arcsec"


def make_pi(name: str = "pi", **facts: Any) -> User:
    """A PI with an address."""
    return make_user(name, **{"email": f"{name}@example.org", "arc": "EU", **facts})


def make_member(pi: User | None, **facts: Any) -> MemberOUS:
    """A member OUS whose period runs until ``RELEASE``."""
    project = make_project(
        members=[{"release_date": RELEASE, "qa2": "Pass"}], pi=pi, **{"title": TITLE, **facts}
    )
    return project.memberous_set.get()


def make_delivery(member: MemberOUS, generation: int = 1) -> Delivery:
    """A delivery of a member OUS as a worker leaves it, the same one when asked again."""
    known = Delivery.objects.filter(member_ous=member, generation=generation).first()
    if known is not None:
        return known
    member.qa2_rounds.update(closed_at=DELIVERED_AT)
    judged = QA2Round.objects.create(member_ous=member, number=generation, opened_at=DELIVERED_AT)
    entry = ClockEntry.objects.create(
        member_ous=member, kind=ClockKind.DELIVERY, at=DELIVERED_AT, months=12, role_word="x"
    )
    return Delivery.objects.create(
        project=member.project,
        member_ous=member,
        qa2_round=judged,
        generation=generation,
        state=DeliveryState.DELIVERED,
        delivered_at=DELIVERED_AT,
        clock_entry=entry,
    )


def deliver(member: MemberOUS, generation: int = 1) -> list[Notice]:
    """Write the notices of a delivery."""
    return write_delivery_notices(make_delivery(member, generation), again=generation > 1)


def _line(**facts: Any) -> dict[str, Any]:
    """A line of a reminder or a digest."""
    return {
        "words": "all data taken",
        "is_public": False,
        "at": "2024-03-01 12:00:00 UTC",
        "uid": "uid://A001/X121/X4bc",
        "sched_blocks": ["SgrB2_a_03_7M"],
        "url": "https://snoopi.example.org/ous/uid___A001_X121_X4bc/",
        **facts,
    }


def plain_facts(**facts: Any) -> dict[str, Any]:
    """The facts of every kind of letter, as they are frozen."""
    page = "https://snoopi.example.org"
    return {
        "code": "2023.1.00042.S",
        "title": TITLE,
        "uid": "uid://A001/X121/X4bc",
        "sched_blocks": ["SgrB2_a_03_7M"],
        "ous_url": f"{page}/ous/uid___A001_X121_X4bc/",
        "project_url": f"{page}/projects/2023.1.00042.S/",
        "files_url": f"{page}/api/v1/ous/uid___A001_X121_X4bc/files/",
        "settings_url": f"{page}/settings/",
        "mail_settings_url": f"{page}/settings/mail/",
        "access_url": f"{page}/projects/2023.1.00042.S/access/",
        "portal_url": "https://almascience.org/",
        "scientist": "Ann Bell",
        "name": "Jo Smith",
        "role": "the PI",
        "support": {
            "name": "European ALMA Regional Centre (ESO)",
            "contact": "Open a ticket at the helpdesk. Visits are arranged there as well.",
            "helpdesk": "https://help.almascience.org/",
        },
        "acknowledgement": "This paper makes use of ADS/JAO.ALMA#2023.1.00042.S.",
        "arc_acknowledgement": "",
        "qa2": "Pass",
        "delivered_at": "2024-02-29 12:30:15 UTC",
        "generation": 1,
        "again": False,
        "release_date": "2025-02-28 12:30:15 UTC",
        "is_public": False,
        "months": 12,
        "links": {
            "calibrated_ms": "https://na.example.org/ms",
            "weblog": "https://na.example.org/weblog",
            "admit": "https://na.example.org/admit",
            "article": "https://help.example.org/412",
        },
        "at": "2024-02-01 00:00:00 UTC",
        "what": "decision",
        "outcome": "SemiPass",
        "state": "ReadyForReview",
        "actor": "Bo Reviewer",
        "actor_word": "project team",
        "delegation": "DATA",
        "is_over": False,
        "until": "2024-06-01 00:00:00 UTC",
        "are_public": False,
        "lines": [_line(words="proprietary period ends"), _line(is_public=True)],
        "number": 3,
        "codes": "2023.1.00042.S, 2023.1.00043.S",
        "home_url": f"{page}/",
        "is_sample": False,
        "projects": [
            {
                "code": "2023.1.00042.S",
                "title": TITLE,
                "url": f"{page}/projects/2023.1.00042.S/",
                "lines": [_line(), _line(words="proprietary period ends", sched_blocks=[])],
            },
            {
                "code": "2023.1.00043.S",
                "title": "",
                "url": f"{page}/projects/2023.1.00043.S/",
                "lines": [_line(words="public now", is_public=True)],
            },
        ],
        "reducer": "Di Reducer",
        "reviewer": "",
        "managers": ["Ed Manager"],
        "comment": ["The noise is 12 % above the request.", "The beam is fine."],
        "subject": "The source is shifted",
        "about": "the member OUS as a whole",
        "sentence": "The observatory investigates the problem (QA3).",
        "reasons": [],
        "period": "it lasts at least until QA3 is over",
        "in_time": "yes, within 2 months of the delivery: until 2024-04-29 12:30:15 UTC",
        "report_url": f"{page}/ous/uid___A001_X121_X4bc/qa3/7/",
        **facts,
    }
