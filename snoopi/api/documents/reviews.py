"""QA2 of a member OUS as JSON."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from projects.models import MemberOUS
from projects.presentation import executions, modified_at_of, qa2_of, version_of
from projects.querysets.project import Viewer, is_staff_viewer
from qa.asked_got import Compared, Suggestion
from qa.checks import Ticked
from qa.criteria import Goals, Judged
from qa.reviews_told import ReviewTold, RoundTold, rounds_of
from qa.services.weighing import counted_blocks, rules_of, weigh
from snoopi.api.documents.common import number
from snoopi.api.documents.judgements import given
from snoopi.api.shapes.reviews import (
    QA2Asked,
    QA2CheckLine,
    QA2Comparison,
    QA2DecisionLine,
    QA2Document,
    QA2Image,
    QA2RoundLine,
    QA2Suggestion,
)


def qa2_standing(member_ous: MemberOUS, viewer: Viewer) -> tuple[list[object], datetime]:
    """What the document follows beside the member OUS's own version, and its last change.

    One query. What was asked stands with goal and scheduling blocks, the rules in tables of
    the observatory; decisions and pipeline runs give the member OUS a new version.
    """
    goal = member_ous.science_goal
    things = [*counted_blocks(member_ous), *([goal] if goal else [])]
    facts: list[object] = [
        qa2_of(member_ous, viewer),
        member_ous.project.ref,
        str(executions(member_ous)),
        [(thing.ref, version_of(thing, viewer)) for thing in things],
        rules_of(member_ous),
        settings.EXECUTION_TOLERANCE,
    ]
    changed = (modified_at_of(thing, viewer) for thing in (member_ous, *things))
    return facts, max(changed)


def qa2_document(member_ous: MemberOUS, viewer: Viewer) -> QA2Document:
    """All rounds as ``viewer`` may be told; read the member OUS with project and goal.

    At most six queries.
    """
    weighed, staff = weigh(member_ous), is_staff_viewer(viewer)
    return QA2Document(
        ref=member_ous.ref,
        uid=member_ous.uid,
        project=member_ous.project.ref,
        qa2=qa2_of(member_ous, viewer),
        version=version_of(member_ous, viewer),
        asked=_asked(weighed.goals),
        got=_images(weighed.rows) if staff else [],
        suggestion=_suggestion(weighed.suggestion) if staff else None,
        rounds=[_round(row) for row in rounds_of(member_ous, viewer)],
    )


def _round(told: RoundTold) -> QA2RoundLine:
    standing = told.standing
    return QA2RoundLine(
        number=told.number,
        opened_at=told.opened_at,
        closed_at=told.closed_at,
        outcome=standing.outcome if standing else None,
        reasons=given(standing.reasons) if standing else [],
        asked=_asked(standing.kept.goals) if standing else None,
        got=_images(standing.kept.rows) if standing else [],
        decisions=[_decision(one) for one in told.decisions],
    )


def _decision(told: ReviewTold) -> QA2DecisionLine:
    return QA2DecisionLine(
        outcome=told.outcome,
        at=told.at,
        by=told.by,
        reasons=given(told.reasons),
        comment=told.comment,
        extra_executions=number(told.extra_executions),
        asked=_asked(told.kept.goals),
        got=_images(told.kept.rows),
        checks=[_check(row) for row in told.checks],
        suggestion=_suggestion(told.suggestion) if told.suggestion else None,
        hold_until=told.hold_until,
        undone_at=told.undone_at,
    )


def _asked(goals: Goals) -> QA2Asked:
    return QA2Asked(
        sensitivity_mjy=goals.sensitivity_mjy,
        sensitivity_bandwidth_mhz=goals.bandwidth_mhz,
        resolution_arcsec=goals.resolution_arcsec,
        min_resolution_arcsec=goals.min_resolution_arcsec,
        max_resolution_arcsec=goals.max_resolution_arcsec,
    )


def _images(rows: Iterable[Compared]) -> list[QA2Image]:
    return [_image(row) for row in rows]


def _image(row: Compared) -> QA2Image:
    got = row.got
    return QA2Image(
        source=got.source,
        window=got.window,
        kind=got.kind,
        is_representative=got.is_representative,
        sensitivity_mjy=got.sensitivity_mjy,
        bandwidth_mhz=got.bandwidth_mhz,
        beam_major_arcsec=got.beam_major_arcsec,
        beam_minor_arcsec=got.beam_minor_arcsec,
        beam_angle_deg=got.beam_angle_deg,
        note=got.note,
        rms=_comparison(row.rms),
        beam=_comparison(row.beam) if row.beam else None,
    )


def _comparison(judged: Judged) -> QA2Comparison:
    return QA2Comparison(answer=judged.answer, sentence=judged.sentence, source=judged.source)


def _check(row: Ticked) -> QA2CheckLine:
    check = row.check
    return QA2CheckLine(
        code=check.code, group=check.group, name=check.name, ok=row.ok, comment=row.comment
    )


def _suggestion(told: Suggestion) -> QA2Suggestion:
    return QA2Suggestion(
        outcome=told.outcome or None, reasons=[*told.codes], sentences=[*told.sentences]
    )
