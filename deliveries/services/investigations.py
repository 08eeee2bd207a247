"""QA3 decided: what becomes of reports, member OUS, files and clock, in one transaction each."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import cast

from django.db import transaction

from accounts.models import User
from deliveries.clock import ClockKind, Effect, Entry
from deliveries.models import entries_of
from deliveries.observatory import months_rule
from deliveries.permissions import can_extend_clock
from deliveries.policy import PeriodKind
from deliveries.reporting import RENEWED
from deliveries.services.access import give_back, hold_files
from deliveries.services.ledger import (
    Entered,
    account_of,
    enter_line,
    if_entered_now,
    whole_second,
)
from projects.errors import NotAllowed
from projects.models import Event, MemberOUS
from projects.services.entering import Account
from projects.services.events import append_events
from qa.errors import BadJudgement
from qa.models import Investigation, ProblemReport
from qa.problems import Act
from qa.services import investigations
from qa.services.problems import finish, locked_report, note_of, reasons_of


@transaction.atomic
def open_investigation(
    report: ProblemReport,
    *,
    actor: User,
    comment: str = "",
    comment_public: bool = False,
    withhold: str = "",
    withdraw: bool = False,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Investigation:
    """Look into a problem: open the investigation, or let the report join the one that goes on.

    A period that runs is held open until that is over. ``withhold`` says why the files are
    withheld, "" where they are not; ``withdraw`` takes back what was public, without a new
    period. Raises NotAllowed, StaleVersion, BadJudgement, IllegalMove, NotNow, ClockRefused.
    """
    member, report = locked_report(report, actor, expected_version, Act.INVESTIGATE)
    moment = whole_second(at)
    account = Account.of(actor, note_of(comment), comment_public and bool(comment.strip()))
    if withdraw and not can_extend_clock(actor):
        raise NotAllowed("Withdrawing public data is not yours.")
    found, _ = investigations.investigate(member, report, account=account, actor=actor, at=moment)
    member.refresh_from_db()
    kind = ClockKind.WITHDRAWAL if withdraw else ClockKind.QA3_OPENED
    entered = _entered(member, kind, moment, actor, comment, is_sure=withdraw)
    if withhold.strip() and not member.file_holds.open().exists():
        hold_files(member, actor=actor, reason=note_of(withhold, "withhold"), at=moment)
    _finish(member, entered)
    return found


@transaction.atomic
def abort_investigation(
    report: ProblemReport,
    *,
    actor: User,
    reasons: Iterable[str],
    comment: str = "",
    comment_public: bool = False,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Investigation:
    """End the investigation of a report: state, files and the end of the period are as before.

    Raises NotAllowed, StaleVersion, BadJudgement, IllegalMove.
    """
    member, found = _investigated(report, actor, expected_version, Act.ABORT)
    moment, chosen = whole_second(at), reasons_of(reasons, comment)
    account = Account.of(actor, note_of(comment), comment_public and bool(comment.strip()))
    investigations.abort(member, found, reasons=chosen, account=account, actor=actor, at=moment)
    member.refresh_from_db()
    entered = []
    if _changed_the_clock(member, found):
        entered = _entered(member, ClockKind.QA3_ABORTED, moment, actor, comment)
    give_back(member, actor=actor, at=moment)
    _finish(member, entered)
    return found


@transaction.atomic
def fix_problem(
    report: ProblemReport,
    *,
    actor: User,
    comment: str = "",
    comment_public: bool = False,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Investigation:
    """Send the member OUS of a report to be processed again; the delivery ends QA3.

    Raises NotAllowed, StaleVersion, BadJudgement, IllegalMove.
    """
    member, found = _investigated(report, actor, expected_version, Act.FIX)
    account = Account.of(actor, note_of(comment), comment_public and bool(comment.strip()))
    investigations.send_to_fix(member, found, account=account, actor=actor, at=whole_second(at))
    _finish(member, [])
    return found


@transaction.atomic
def fail_and_observe(
    report: ProblemReport,
    *,
    actor: User,
    extra_executions: Decimal | None,
    sched_block: str = "",
    comment: str = "",
    comment_public: bool = False,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Investigation:
    """Send the member OUS of a report back to be observed; a new round of QA2 begins.

    Raises NotAllowed, StaleVersion, BadJudgement, IllegalMove.
    """
    member, found = _investigated(report, actor, expected_version, Act.FAIL)
    if extra_executions is None:
        raise BadJudgement("extra_executions", "Say how many executions more are needed.")
    account = Account.of(actor, note_of(comment), comment_public and bool(comment.strip()))
    investigations.fail(
        member,
        found,
        extra=extra_executions,
        sched_block=sched_block,
        account=account,
        actor=actor,
        at=whole_second(at),
    )
    _finish(member, [])
    return found


@transaction.atomic
def close_investigation(
    report: ProblemReport,
    *,
    actor: User,
    comment: str = "",
    comment_public: bool = False,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Investigation:
    """End QA3 of what a source says was delivered again: as the delivery would have here.

    What was reported in time renews the period, and files are free. Raises NotAllowed,
    StaleVersion, BadJudgement, IllegalMove.
    """
    member, found = _investigated(report, actor, expected_version, Act.CLOSE)
    moment = whole_second(at)
    account = Account.of(actor, note_of(comment), comment_public and bool(comment.strip()))
    renewed = renew_at_delivery(member, moment)
    entered = _entered(member, ClockKind.QA3_CLOSED, moment, actor, comment)
    investigations.close(found, account=account, at=moment)
    give_back(member, actor=actor, at=moment)
    append_events(renewed)
    _finish(member, entered)
    return found


def renew_at_delivery(member: MemberOUS, at: datetime) -> list[Event]:
    """Renew the period where a problem was reported in time; answer the unsaved events.

    As long as the rule of the day says. Call it before the line of the delivery itself, on a
    locked row. What was public gets no new period, and without a rule staff enter it.
    """
    if not investigations.is_timely(member):
        return []
    rule = months_rule(member.project, PeriodKind.RENEWAL, at)
    if rule is None:
        return []
    entry = Entry(
        kind=ClockKind.QA3_RENEWAL, at=at, months=rule.months, rule=rule.source, reason=RENEWED
    )
    if _if_entered(member, entry) == Effect.NONE:
        return []
    return [enter_line(member, entry=entry, actor=Account()).event]


def end_at_delivery(member: MemberOUS, *, generation: int, at: datetime) -> None:
    """End QA3 of a locked member OUS with the delivery of what came of it."""
    if investigations.end_with_delivery(member, generation=generation, at=at):
        give_back(member, actor=None, at=at)


def _investigated(
    report: ProblemReport, actor: User, expected_version: int | None, act: Act
) -> tuple[MemberOUS, Investigation]:
    member, found = locked_report(report, actor, expected_version, act)
    # A constraint of the database: what is being investigated has one.
    return member, cast("Investigation", found.investigation)


def _entered(
    member: MemberOUS,
    kind: ClockKind,
    at: datetime,
    actor: User,
    reason: str,
    *,
    is_sure: bool = False,
) -> list[Entered]:
    """Enter a line; one that changes nothing is left out, or refused where ``is_sure``."""
    entry = Entry(kind=kind, at=at, reason=reason.strip())
    if not is_sure and _if_entered(member, entry) == Effect.NONE:
        return []
    return [enter_line(member, entry=entry, actor=Account.of(actor))]


def _if_entered(member: MemberOUS, entry: Entry) -> Effect:
    entries = entries_of(member.clock_entries.in_order())
    return if_entered_now(member, entries, entry).effect


def _changed_the_clock(member: MemberOUS, found: Investigation) -> bool:
    """Whether the period is held open, or was withdrawn since the investigation began."""
    account = account_of(member)
    if account.period.is_held:
        return True
    withdrawn = [line.entry.at for line in account.lines if line.effect == Effect.WITHDRAWN]
    return account.period.is_withdrawn and withdrawn[-1] >= found.opened_at


def _finish(member: MemberOUS, entered: list[Entered]) -> None:
    append_events([one.event for one in entered])
    finish(member)
