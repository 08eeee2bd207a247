"""QA3: the investigation of a member OUS, from opening to its end.

Each function takes a member OUS that the caller has locked by ``locked_report``; what
becomes of its files and of its clock is the matter of ``deliveries``.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from accounts.models import User
from projects.errors import NotNow
from projects.models import Event, MemberOUS, SchedBlock
from projects.moves import Way
from projects.services.entering import Account
from projects.services.events import append_events
from projects.services.executions import recount_executions
from projects.services.reviews import ask_more
from projects.services.states import move_state
from projects.states import OUSState
from qa.errors import BadJudgement
from qa.models import Investigation, ProblemReport
from qa.problems import Initiative, Outcome, QA3State
from qa.reasons import Reason
from qa.reviewing import MOST_EXTRA
from qa.services.problems import record_steps
from qa.services.weighing import counted_blocks

OVER = "What came of the last investigation is still to be delivered."


def running_investigation(member_ous: MemberOUS) -> Investigation | None:
    """The investigation of a member OUS that is not over; one query."""
    return Investigation.objects.running().filter(member_ous=member_ous).first()


def investigate(
    member: MemberOUS, report: ProblemReport, *, account: Account, actor: User, at: datetime
) -> tuple[Investigation, bool]:
    """Open the investigation for a report, or let the report join the one that goes on.

    Answers it, and whether it is new. Raises IllegalMove, NotNow.
    """
    running, is_new = running_investigation(member), False
    if running is None:
        running, is_new = _opened(member, report, account, actor, at), True
    elif running.outcome == Outcome.FAIL:
        raise NotNow(OVER)
    report.investigation, report.state, frm = running, QA3State.INVESTIGATING, report.state
    report.save(update_fields=["investigation", "state"])
    record_steps([report], account=account, at=at, frm=frm)
    return running, is_new


def _opened(
    member: MemberOUS, report: ProblemReport, account: Account, actor: User, at: datetime
) -> Investigation:
    # A source may have told of QA3 before anybody opened one here.
    if member.state != OUSState.QA3_IN_PROGRESS:
        move_state(
            member,
            to=OUSState.QA3_IN_PROGRESS,
            actor=actor,
            way=Way.QA3,
            flag=Initiative(report.initiative),
            note=account.note,
            note_public=account.note_public,
            at=at,
        )
    return Investigation.objects.create(
        member_ous=member, initiative=report.initiative, opened_by=actor, opened_at=at
    )


def abort(
    member: MemberOUS,
    investigation: Investigation,
    *,
    reasons: Sequence[Reason],
    account: Account,
    actor: User,
    at: datetime,
) -> None:
    """End an investigation: the delivered data stand, and the member OUS is Delivered again.

    One that a source has moved elsewhere meanwhile stays there. Raises IllegalMove.
    """
    if member.state == OUSState.QA3_IN_PROGRESS:
        _move(member, OUSState.DELIVERED, account, actor, at)
    _decide(investigation, Outcome.ABORTED, actor, at)
    investigation.ended_at = at
    investigation.save(update_fields=["ended_at", *_DECIDED])
    _step_all(investigation, QA3State.ABORTED, account, at, reasons)


def send_to_fix(
    member: MemberOUS,
    investigation: Investigation,
    *,
    account: Account,
    actor: User,
    at: datetime,
) -> None:
    """Send a member OUS to be processed again; its reports are fixed with the delivery.

    Until then they are still being investigated: their step leads where it began. Raises
    IllegalMove.
    """
    _move(member, OUSState.READY_FOR_PROCESSING, account, actor, at)
    _decide(investigation, Outcome.FIX, actor, at)
    investigation.save(update_fields=[*_DECIDED])
    _step_all(investigation, QA3State.INVESTIGATING, account, at)


def fail(
    member: MemberOUS,
    investigation: Investigation,
    *,
    extra: Decimal,
    sched_block: str,
    account: Account,
    actor: User,
    at: datetime,
) -> None:
    """Send a member OUS back to be observed: ``extra`` executions more of a scheduling block.

    ``sched_block`` is its ref, "" for the first. A new round of QA2 begins. Raises
    BadJudgement, IllegalMove.
    """
    _check_extra(extra)
    block = _block(member, sched_block)
    events: list[Event] = []
    if block is not None:
        silent = Account(account.actor, account.word)
        events = ask_more(block, extra, silent, at, way=Way.QA3)
    events += recount_executions(sched_block_ids=(), member_ous_ids=[member.pk], at=at)
    append_events(events)
    _move(member, OUSState.PARTIALLY_OBSERVED, account, actor, at)
    _decide(investigation, Outcome.FAIL, actor, at)
    investigation.extra_executions = extra
    investigation.save(update_fields=["extra_executions", *_DECIDED])
    _step_all(investigation, QA3State.FAILED, account, at)


def end_with_delivery(member: MemberOUS, *, generation: int, at: datetime) -> bool:
    """End the investigation whose outcome is delivered now; answer whether there was one.

    Reports that waited for the fix have it. A source may have led the member OUS on before
    anybody decided: its delivery is the fix.
    """
    investigation = running_investigation(member)
    if investigation is None:
        return False
    if not investigation.outcome:
        _decide(investigation, Outcome.FIX, None, at)
    investigation.ended_at, investigation.ended_generation = at, generation
    investigation.save(update_fields=["ended_at", "ended_generation", *_DECIDED])
    _step_all(investigation, QA3State.FIXED, Account(), at)
    return True


def close(investigation: Investigation, *, account: Account, at: datetime) -> None:
    """End an investigation whose outcome a source has told to be delivered elsewhere.

    Reports that waited for the fix have it. No generation of here ended it.
    """
    investigation.ended_at = at
    investigation.save(update_fields=["ended_at"])
    _step_all(investigation, QA3State.FIXED, account, at)


def is_timely(member: MemberOUS) -> bool:
    """Whether any report of the investigation that goes on came in time."""
    running = Investigation.objects.running().filter(member_ous=member)
    return ProblemReport.objects.filter(investigation__in=running, is_timely=True).exists()


_DECIDED = ("outcome", "decided_at", "decided_by")


def _decide(
    investigation: Investigation, outcome: Outcome, actor: User | None, at: datetime
) -> None:
    investigation.outcome, investigation.decided_at = outcome, at
    investigation.decided_by = actor


def _move(member: MemberOUS, to: OUSState, account: Account, actor: User, at: datetime) -> None:
    note, note_public = account.note, account.note_public
    move_state(member, to=to, actor=actor, way=Way.QA3, at=at, note=note, note_public=note_public)


def _step_all(
    investigation: Investigation,
    state: QA3State,
    account: Account,
    at: datetime,
    reasons: Sequence[Reason] = (),
) -> None:
    """Lead the reports that are being investigated on, each with a step of its own."""
    rows = investigation.reports.filter(state=QA3State.INVESTIGATING).select_related("member_ous")
    reports = list(rows.select_for_update(of=("self",)).order_by("pk"))
    for report in reports:
        report.state = state
        report.save(update_fields=["state"])
    record_steps(reports, account=account, at=at, frm=QA3State.INVESTIGATING, reasons=reasons)


def _check_extra(extra: Decimal) -> None:
    if not extra.is_finite() or not 0 < extra <= MOST_EXTRA or extra != round(extra, 2):
        least = "A number above 0"
        raise BadJudgement("extra_executions", f"{least}, up to {MOST_EXTRA}, two decimals.")


def _block(member: MemberOUS, ref: str) -> SchedBlock | None:
    blocks = list(counted_blocks(member).select_for_update())
    if not ref:
        return blocks[0] if blocks else None
    for block in blocks:
        if block.ref == ref:
            return block
    raise BadJudgement("sched_block", "It has no such block.", [block.ref for block in blocks])
