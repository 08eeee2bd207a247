"""QA2: deciding on the products of a member OUS, taking it back, and the end of the hold."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from projects.errors import IllegalMove, NotAllowed, StaleVersion
from projects.models import Event, MemberOUS, SchedBlock
from projects.moves import Way
from projects.querysets.states import IN_HOLD
from projects.services.entering import Account
from projects.services.events import append_events, lock_project, shown_subjects, touch
from projects.services.reviews import end_hold, send_back, unverify_member, verify_member
from projects.services.states import legal_move, refuse_own_reduction, roll_up
from projects.states import OUSState, QA2Outcome
from qa.asked_got import Got, as_json
from qa.checks import Ticked
from qa.checks import as_json as checks_as_json
from qa.errors import BadJudgement
from qa.models import QA2Decision, QA2Reason
from qa.permissions import can_review
from qa.reasons import Reason
from qa.reviewing import Review, reasons_of
from qa.services.rounds import keep_rounds
from qa.services.weighing import Weighed, counted_blocks, weigh


@transaction.atomic
def decide_qa2(
    member_ous: MemberOUS,
    *,
    outcome: str,
    reasons: Iterable[str] = (),
    comment: str = "",
    comment_public: bool = False,
    extra_executions: Decimal | None = None,
    sched_block: str = "",
    achieved: Iterable[Got] = (),
    checks: Iterable[Ticked] = (),
    release_reducer: bool = False,
    actor: User,
    expected_version: int | None = None,
    at: datetime | None = None,
    hold: timedelta | None = None,
) -> QA2Decision:
    """Decide on a member OUS under review and answer the decision.

    In one transaction under the project's lock: the decision with its reasons in the
    current round, the member OUS's step and copy of the verdict, for a Fail its scheduling
    block and a new round, which the data reducer goes into unless ``release_reducer``,
    roll-ups, events. ``at`` is now unless history is told, ``hold`` as long as the setting
    says unless that is history too. Raises NotAllowed, StaleVersion, IllegalMove,
    BadJudgement.
    """
    member = _locked(member_ous, actor, expected_version)
    words = Review(
        outcome,
        tuple(dict.fromkeys(reasons)),
        comment.strip(),
        comment_public,
        extra_executions,
        sched_block,
        tuple(achieved),
        tuple(checks),
    )
    legal_move(member, _target(member, words.outcome), actor, Way.QA2)
    chosen = reasons_of(words)
    block = _block_to_observe(member, words)
    moment = at or timezone.now()
    held = moment + (hold or timedelta(seconds=settings.DELIVERY_HOLD_SECONDS))
    decision = _write(member, words, chosen, actor, at=moment, hold_until=held)
    _finish(member, _follow(member, block, decision, keeps_reducer=not release_reducer))
    if outcome == QA2Outcome.FAIL:
        keep_rounds(member, moment)
    member_ous.refresh_from_db()
    return decision


@transaction.atomic
def undo_qa2(
    member_ous: MemberOUS, *, actor: User, expected_version: int | None = None, note: str = ""
) -> QA2Decision:
    """Take a Pass or SemiPass back while its hold runs; answer the decision.

    The member OUS is under review again, in the same round. Raises NotAllowed,
    StaleVersion, IllegalMove where no hold runs.
    """
    member, now = _locked(member_ous, actor, expected_version), timezone.now()
    move = legal_move(member, OUSState.REVIEWING, actor, Way.QA2)
    decision = _held_decision(member)
    if decision is None or decision.hold_until is None or decision.hold_until <= now:
        raise IllegalMove(move.frm, move.to, [], "No hold runs: nothing can be taken back.")
    decision.undone_at, decision.undone_by = now, actor
    decision.save(update_fields=["undone_at", "undone_by"])
    account = Account.of(actor, note.strip())
    _finish(member, unverify_member(member, account=account, at=now))
    member_ous.refresh_from_db()
    return decision


@transaction.atomic
def release_verdict(member_ous: MemberOUS, *, now: datetime | None = None) -> bool:
    """Tell people outside of a verdict whose hold is over; answer whether there was one.

    It is told as of the hold's end. Nothing happens twice, and nothing before that moment.
    """
    lock_project(member_ous.project_id)
    member = MemberOUS.objects.select_for_update().get(pk=member_ous.pk)
    decision = _held_decision(member)
    if decision is None or decision.hold_until is None:
        return False
    if decision.hold_until > (now or timezone.now()):
        return False
    events = end_hold(member, account=_account(decision), at=decision.hold_until)
    _finish(member, events)
    member_ous.refresh_from_db()
    return True


def release_verdicts(now: datetime | None = None) -> int:
    """Tell of every verdict whose hold is over, each in its own transaction; answer how many."""
    moment = now or timezone.now()
    over = QA2Decision.objects.for_delivery().past_hold(moment)
    members = MemberOUS.objects.filter(IN_HOLD, qa2_rounds__decisions__in=over)
    return sum(release_verdict(member, now=moment) for member in members.order_by("pk"))


def _locked(member_ous: MemberOUS, actor: User, expected_version: int | None) -> MemberOUS:
    lock_project(member_ous.project_id)
    rows = MemberOUS.objects.with_parents().select_for_update(of=("self",))
    member = rows.get(pk=member_ous.pk)
    refuse_own_reduction(actor, member)
    if not can_review(actor):
        raise NotAllowed("Deciding on member OUSs is not yours.")
    if expected_version is not None and member.version != expected_version:
        raise StaleVersion(member.version)
    return member


def _target(member: MemberOUS, outcome: str) -> OUSState:
    if outcome != QA2Outcome.FAIL:
        return OUSState.VERIFIED
    return OUSState.PARTIALLY_OBSERVED if member.executions_passed > 0 else OUSState.READY


def _block_to_observe(member: MemberOUS, words: Review) -> SchedBlock | None:
    """The scheduling block that a Fail sends back, None where the member OUS has none."""
    if words.outcome != QA2Outcome.FAIL:
        return None
    blocks = list(counted_blocks(member).select_for_update())
    if not words.sched_block:
        return blocks[0] if blocks else None
    for block in blocks:
        if block.ref == words.sched_block:
            return block
    raise BadJudgement("sched_block", "It has no such block.", [block.ref for block in blocks])


def _write(
    member: MemberOUS,
    words: Review,
    chosen: list[Reason],
    actor: User,
    *,
    at: datetime,
    hold_until: datetime,
) -> QA2Decision:
    is_fail = words.outcome == QA2Outcome.FAIL
    weighed = _weighed(member, words)
    decision = QA2Decision.objects.create(
        round=keep_rounds(member, at),
        outcome=words.outcome,
        comment=words.comment,
        comment_public=words.comment_public and bool(words.comment),
        extra_executions=words.extra_executions,
        figures=as_json(weighed.rows, weighed.goals),
        checks=checks_as_json(words.checks),
        suggestion=asdict(weighed.suggestion),
        decided_by=actor,
        role_word=Account.of(actor).word,
        at=at,
        hold_until=None if is_fail else hold_until,
    )
    QA2Reason.objects.bulk_create(
        QA2Reason(decision=decision, code=row.code, family=row.family, name=row.name)
        for row in chosen
    )
    return decision


def _weighed(member: MemberOUS, words: Review) -> Weighed:
    """The figures as they count; who puts one in place of the pipeline's says why."""
    found = weigh(member, words.achieved)
    for row in found.rows:
        if row.replaced and not row.got.note:
            raise BadJudgement("achieved", f"Say why, for {row.got.source or 'the image'}.")
    return found


def _follow(
    member: MemberOUS, block: SchedBlock | None, decision: QA2Decision, *, keeps_reducer: bool
) -> list[Event]:
    account, at = _account(decision), decision.at
    if decision.hold_until is None:
        extra = decision.extra_executions or Decimal(0)
        return send_back(
            member, block, extra=extra, account=account, at=at, keeps_reducer=keeps_reducer
        )
    is_held = decision.hold_until > timezone.now()
    return verify_member(member, qa2=decision.outcome, is_held=is_held, account=account, at=at)


def _account(decision: QA2Decision) -> Account:
    return Account(
        decision.decided_by, decision.role_word, decision.comment, decision.comment_public
    )


def _finish(member: MemberOUS, events: list[Event]) -> None:
    """Roll up, give new versions to what stands above, append; the last of a transaction."""
    events = [*events, *(roll_up(member.project))]
    touch([member], shown_subjects(events))
    append_events(events)


def _held_decision(member: MemberOUS) -> QA2Decision | None:
    """The decision whose hold keeps a member OUS, None where it is in none."""
    if not member.is_in_hold:
        return None
    held = QA2Decision.objects.for_delivery().filter(round__member_ous=member)
    return held.select_related("decided_by").first()
