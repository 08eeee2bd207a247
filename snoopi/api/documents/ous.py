"""OUSs of the three levels, and what happened to things."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from projects.models import Event, GroupOUS, MemberOUS
from projects.presentation import qa2_of, standing, told, version_of
from projects.public import data_rights
from projects.querysets.project import Viewer
from snoopi.api.documents.common import archive_query, executions, named, waits
from snoopi.api.documents.support import citation_document, contact_document
from snoopi.api.shapes.ous import EventLine, HistoryLine, OUSDetail, OUSRow, Status
from snoopi.api.shapes.words import LEVEL_WORDS


def status(ous: Any, viewer: Viewer, moment: datetime | None = None) -> Status:
    """Where an OUS stands; read it ``as_status``. Where it stood at a ``moment``: ``ous_then``."""
    found = standing(ous, viewer)
    return Status(
        ref=ous.ref,
        uid=ous.uid,
        level=LEVEL_WORDS[ous.LEVEL],
        name=ous.name,
        project=ous.project.ref,
        state=found.state,
        state_since=found.since,
        label=found.label,
        qa2=qa2_of(ous, viewer),
        qa2_passed=ous.qa2_passed,
        executions=executions(ous),
        delivered_at=ous.delivered_at,
        delivery_generation=ous.delivery_generation,
        release_date=ous.release_date,
        data_rights=data_rights(ous.release_date, moment or timezone.now()),
        version=None if moment else version_of(ous, viewer),
    )


def ous_row(ous: Any, viewer: Viewer) -> OUSRow:
    """An OUS as a row of a file; read it ``as_status``."""
    member = ous if isinstance(ous, MemberOUS) else MemberOUS()
    return OUSRow(
        **status(ous, viewer),
        bands=member.bands,
        array=member.array or None,
        targets=member.targets,
        ra_deg=member.ra_deg,
        dec_deg=member.dec_deg,
        rep_freq_ghz=member.rep_freq_ghz,
        resolution_arcsec=member.resolution_arcsec,
        largest_scale_arcsec=member.largest_scale_arcsec,
    )


def ous_detail(ous: Any, viewer: Viewer, moment: datetime | None = None) -> OUSDetail:
    """An OUS with what stands around it; read it ``as_status`` with its parents.

    As it was at a ``moment``: ``ous_then``.
    """
    # Nothing of this is known above the member level.
    member = ous if isinstance(ous, MemberOUS) else MemberOUS()
    below_goal = isinstance(ous, MemberOUS | GroupOUS)
    return OUSDetail(
        **status(ous, viewer, moment),
        science_goal=named(ous.science_goal) if below_goal else None,
        group=named(member.group_ous),
        waiting=waits(ous, viewer),
        asked=ous.asked,
        bands=member.bands,
        array=member.array or None,
        targets=member.targets,
        ra_deg=member.ra_deg,
        dec_deg=member.dec_deg,
        rep_freq_ghz=member.rep_freq_ghz,
        resolution_arcsec=member.resolution_arcsec,
        largest_scale_arcsec=member.largest_scale_arcsec,
        archive_query=archive_query(member),
        contact=contact_document(ous.project),
        citation=citation_document(ous.project),
    )


def history_line(event: Event, viewer: Viewer) -> HistoryLine:
    """One line of a history; read the event ``with_subjects``."""
    found = told(event, viewer)
    return HistoryLine(
        {
            "at": found.at,
            "kind": event.kind,
            "from": found.frm,
            "to": found.to,
            "label": found.label,
            "actor": found.actor,
            "note": found.note,
        }
    )


def event_line(event: Event, viewer: Viewer, cursor: str) -> EventLine:
    """One line of the feed; read the event ``with_subjects``."""
    subject = event.subject
    return EventLine(
        {
            "cursor": cursor,
            "recorded_at": event.recorded_at,
            "project": event.project.ref if event.project else None,
            "ref": subject.ref,
            "uid": subject.uid,
            "level": LEVEL_WORDS[subject.LEVEL],
            **history_line(event, viewer),
        }
    )
