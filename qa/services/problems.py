"""QA3: reporting a problem with delivered data, answering it, dismissing it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from projects.errors import IllegalMove, NotAllowed, NotNow
from projects.models import Event, EventKind, MemberOUS
from projects.services.bulk import save_alike
from projects.services.entering import Account, subject_of
from projects.services.events import append_events, touch
from projects.services.locking import locked_member
from projects.states import OUSState
from qa.errors import BadJudgement
from qa.models import LateVerdict, ProblemReason, ProblemReport, ProblemStep
from qa.observatory import reasons as table_of_reasons
from qa.permissions import can_triage, reporting_as
from qa.problems import (
    LONGEST_DESCRIPTION,
    LONGEST_NOTE,
    LONGEST_SUBJECT,
    About,
    Act,
    Initiative,
    QA3State,
    acts_on,
    legal_words,
)
from qa.reasons import OTHER, QALevel, Reason
from qa.windows import NOT_DELIVERED, is_handed_out, whole_second, window_at


@transaction.atomic
def report_problem(
    member_ous: MemberOUS,
    *,
    subject: str,
    description: str,
    about: About | None = None,
    actor: User,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> ProblemReport:
    """Report a problem with delivered data and answer the report.

    Whether it is in time is decided now, by the rule of the day, and kept. What staff who
    triage report is the observatory's own; a late QA0 verdict on the execution that it is
    about is settled by it. Raises NotAllowed, StaleVersion, BadJudgement, NotNow.
    """
    member = locked_member(member_ous, expected_version)
    standing = reporting_as(actor, member)
    if standing is None:
        raise NotAllowed("Reporting problems with these data is not yours.")
    if not is_handed_out(member):
        raise NotNow(NOT_DELIVERED)
    subject = _text("subject", " ".join(subject.split()), LONGEST_SUBJECT)
    description = _text("description", description.strip(), LONGEST_DESCRIPTION)
    moment = whole_second(at)
    account = Account(actor, standing.word, subject, note_public=True)
    chosen = about or About()
    report = ProblemReport.objects.create(
        project_id=member.project_id,
        member_ous=member,
        about=chosen.kind,
        exec_block_id=chosen.exec_block_id,
        plot=chosen.plot,
        file=chosen.file,
        subject=subject,
        description=description,
        initiative=standing.initiative,
        reporter=actor,
        role_word=account.word,
        reported_at=moment,
        **_in_time(member, moment),
    )
    if report.initiative == Initiative.OBSERVATORY:
        _settle_late_verdicts(report, actor)
    record_steps([report], account=account, at=moment, frm="")
    finish(member)
    member_ous.refresh_from_db()
    return report


def _text(field: str, text: str, longest: int) -> str:
    if not text:
        raise BadJudgement(field, "Say in a few words what is wrong.")
    if len(text) > longest:
        raise BadJudgement(field, f"At most {longest} characters.")
    return text


def _in_time(member: MemberOUS, moment: datetime) -> dict[str, Any]:
    delivered = {"delivered_at": member.delivered_at, "generation": member.delivery_generation}
    window = window_at(member, moment)
    if window is None:
        return delivered
    return {
        **delivered,
        "window_months": window.months,
        "window_until": window.until,
        "window_rule": window.source[:300],
        "is_timely": window.has(moment),
    }


def _settle_late_verdicts(report: ProblemReport, actor: User) -> None:
    late = LateVerdict.objects.open().filter(
        member_ous=report.member_ous,
        decision__exec_block_id=report.exec_block_id,
        decision__exec_block__isnull=False,
    )
    note = f"The observatory reported a problem: {report.subject}"
    late.update(settled_by=actor, settled_at=timezone.now(), note=note)


@transaction.atomic
def answer_problem(
    report: ProblemReport,
    *,
    text: str,
    actor: User,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> ProblemReport:
    """Answer a report, for all on the project to read: nothing has to be looked into.

    Raises NotAllowed, StaleVersion, BadJudgement, IllegalMove.
    """
    member, report = locked_report(report, actor, expected_version, Act.ANSWER)
    if not text.strip():
        raise BadJudgement("text", "Write the answer.")
    account = Account.of(actor, note_of(text, "text"), note_public=True)
    _settle(member, report, QA3State.ANSWERED, account, at=at)
    return report


@transaction.atomic
def dismiss_problem(
    report: ProblemReport,
    *,
    reasons: Iterable[str],
    comment: str = "",
    comment_public: bool = False,
    actor: User,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> ProblemReport:
    """Dismiss a report for reasons of the observatory's table; people outside read them.

    Raises NotAllowed, StaleVersion, BadJudgement, IllegalMove.
    """
    member, report = locked_report(report, actor, expected_version, Act.DISMISS)
    chosen = reasons_of(reasons, comment)
    account = Account.of(actor, note_of(comment), comment_public and bool(comment.strip()))
    _settle(member, report, QA3State.DISMISSED, account, at=at, chosen=chosen)
    return report


def _settle(
    member: MemberOUS,
    report: ProblemReport,
    state: QA3State,
    account: Account,
    *,
    at: datetime | None,
    chosen: Sequence[Reason] = (),
) -> None:
    report.state, frm = state, report.state
    report.save(update_fields=["state"])
    record_steps([report], account=account, at=whole_second(at), frm=frm, reasons=chosen)
    finish(member)


def locked_report(
    report: ProblemReport, actor: User, expected_version: int | None, act: Act
) -> tuple[MemberOUS, ProblemReport]:
    """Answer member OUS and report, locked, for an act that is open to somebody.

    ``expected_version`` is the member OUS's. Raises NotAllowed, StaleVersion, IllegalMove.
    """
    member = locked_member(report.member_ous, expected_version)
    if not can_triage(actor):
        raise NotAllowed("Deciding on problem reports is not yours.")
    rows = ProblemReport.objects.select_related("investigation").select_for_update(of=("self",))
    found = rows.get(pk=report.pk)
    legal = acts_of(found, member)
    if act not in legal:
        sentence = f"A report that is {found.get_state_display()} takes no such step: {act}."
        raise IllegalMove(found.state, act, legal_words(legal), sentence)
    return member, found


def acts_of(report: ProblemReport, member: MemberOUS) -> tuple[Act, ...]:
    """What is open for a report read with its investigation."""
    found = report.investigation
    running = found.outcome if found and found.ended_at is None else None
    return acts_on(report.state, running, is_delivered=member.state == OUSState.DELIVERED)


def note_of(text: str, field: str = "comment") -> str:
    """A comment as it is kept. Raises BadJudgement for one too long."""
    if len(text) > LONGEST_NOTE:
        raise BadJudgement(field, f"At most {LONGEST_NOTE} characters.")
    return text.strip()


def reasons_of(codes: Iterable[str], comment: str) -> list[Reason]:
    """Answer the reasons, at least one. Raises BadJudgement."""
    offered = {row.code: row for row in table_of_reasons().on(QALevel.QA3)}
    given = list(dict.fromkeys(codes))
    for code in given:
        if code not in offered:
            raise BadJudgement("reasons", f"“{code[:40]}” is no reason of QA3.", [*offered])
    if not given:
        raise BadJudgement("reasons", "It needs at least one reason.", [*offered])
    if OTHER in given and not comment.strip():
        raise BadJudgement("comment", "The reason “other” needs a comment.")
    return [row for code, row in offered.items() if code in given]


def record_steps(
    reports: Sequence[ProblemReport],
    *,
    account: Account,
    at: datetime,
    frm: str,
    reasons: Sequence[Reason] = (),
) -> None:
    """Log that reports have come from ``frm`` to where they stand, why, and by whom."""
    events = append_events([_event(report, frm, account, at) for report in reports])
    for report, event in zip(reports, events, strict=True):
        step = ProblemStep.objects.create(report=report, event=event)
        ProblemReason.objects.bulk_create(
            ProblemReason(step=step, code=row.code, family=row.family, name=row.name)
            for row in reasons
        )


def _event(report: ProblemReport, frm: str, account: Account, at: datetime) -> Event:
    return Event(
        **subject_of(report.member_ous),
        kind=EventKind.QA3,
        at=at,
        frm=frm,
        to=report.state,
        public_frm=frm,
        public_to=report.state,
        actor=account.actor,
        actor_word=account.word,
        note=account.note,
        note_public=account.note_public,
    )


def finish(member: MemberOUS) -> None:
    """Give a member OUS and all above it a new version: people outside see the change."""
    save_alike([member], ())
    touch([member])
