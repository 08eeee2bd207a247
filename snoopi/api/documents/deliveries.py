"""Deliveries, and the account of a proprietary period."""

from datetime import datetime

from deliveries.models import Delivery, DeliveryState
from deliveries.presentation import LineTold, delivery_of
from projects.models import MemberOUS
from projects.querysets.project import Viewer, is_staff_viewer
from snoopi.api.shapes.deliveries import Clock, ClockLine, DeliveryLine


def delivery_line(row: Delivery, viewer: Viewer) -> DeliveryLine:
    """One delivery; read it ``with_things``."""
    staff, member = is_staff_viewer(viewer), row.member_ous
    is_checked = row.state == DeliveryState.CHECKING
    return DeliveryLine(
        ous=member.ref,
        uid=member.uid,
        name=member.name,
        project=row.project.ref,
        generation=row.generation,
        state=row.state,
        opened_at=row.opened_at,
        delivered_at=row.delivered_at,
        release_date=member.release_date,
        attempts=row.attempts if staff else None,
        next_at=row.next_at if staff and is_checked else None,
        hindered_by=(row.hindrance or None) if staff else None,
    )


def clock(member: MemberOUS, viewer: Viewer, now: datetime) -> Clock:
    """The period of a member OUS with its account."""
    told = delivery_of(member, viewer, now)
    return Clock(
        release_date=told.clock.release_date,
        data_rights=told.clock.data_rights,
        withdrawn=told.clock.is_withdrawn,
        held_open=told.clock.is_held,
        sourced=told.clock.is_sourced,
        entries=[_line(line) for line in told.clock.lines],
        if_released_now=told.if_early.period.end if told.if_early else None,
        if_renewed_now=told.if_renewed.period.end if told.if_renewed else None,
    )


def _line(line: LineTold) -> ClockLine:
    return ClockLine(
        kind=line.kind,
        name=line.name or None,
        at=line.at,
        by=line.by,
        sentence=line.sentence,
        release_date=line.end,
        changed=line.changed,
        reason=line.reason,
    )
