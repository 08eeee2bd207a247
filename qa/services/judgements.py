"""Judging executions: the verdict, why, by whom, and all that follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from projects.errors import NotAllowed, StaleVersion
from projects.models import Event, EventKind, ExecBlock, MemberOUS
from projects.services.bulk import save_alike
from projects.services.entering import Account, subject_of
from projects.services.events import append_events, lock_project, shown_subjects, touch
from projects.services.progress import follow_verdict
from projects.services.states import roll_up
from projects.services.verdicts import write_verdict
from projects.states import QA0Status
from qa.errors import AlreadySettled, BadJudgement
from qa.models import LateVerdict, QA0Decision, QA0Reason
from qa.observatory import reasons as table_of_reasons
from qa.permissions import can_decide_qa0, can_settle_late_verdict
from qa.reasons import OTHER, QALevel, Reason
from qa.services.proposals import propose_fraction

MOST_FRACTION = Decimal("99.99")
LONGEST_COMMENT = 4000
GIVES_REASONS = (QA0Status.PENDING, QA0Status.SEMI_PASS, QA0Status.FAIL)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict as somebody words it; checked by ``decide_qa0``."""

    outcome: str
    reasons: tuple[str, ...] = ()
    comment: str = ""
    comment_public: bool = False
    execution_fraction: Decimal | None = None


@transaction.atomic
def decide_qa0(
    exec_block: ExecBlock,
    *,
    outcome: str,
    reasons: Iterable[str] = (),
    comment: str = "",
    comment_public: bool = False,
    execution_fraction: Decimal | None = None,
    actor: User,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> QA0Decision:
    """Judge an execution and answer the decision.

    In one transaction under the project's lock: the decision, its copy on the execution's
    row, counts, the states of scheduling block and member OUS up to ReadyForProcessing, a
    flag for staff where it came later than that, roll-ups, events. ``at`` is now unless
    history is told. Raises NotAllowed, StaleVersion, BadJudgement.
    """
    project = lock_project(exec_block.project_id)
    block = ExecBlock.objects.select_for_update().get(pk=exec_block.pk)
    block.project = project
    if not can_decide_qa0(actor):
        raise NotAllowed("Judging executions is not yours.")
    if expected_version is not None and block.version != expected_version:
        raise StaleVersion(block.version)
    given = tuple(dict.fromkeys(reasons))
    words = Judgement(outcome, given, comment.strip(), comment_public, execution_fraction)
    chosen = _checked(words)
    frm, passed = block.qa0, _counted(block)
    decision = _write(block, words, chosen, actor, at or timezone.now())
    write_verdict(
        block,
        qa0=outcome,
        comment=words.comment,
        execution_fraction=words.execution_fraction,
        at=decision.at,
    )
    changed = frm != outcome or passed != _counted(block)
    events = [_event(decision, frm), *_follow(decision, frm, changed)]
    touch([block], shown_subjects(events))
    append_events(events)
    exec_block.refresh_from_db()
    return decision


def _checked(words: Judgement) -> list[Reason]:
    """Answer the reasons; raises BadJudgement for the first thing that cannot be so."""
    if words.outcome not in [*QA0Status]:
        raise BadJudgement("outcome", "This is no QA0 verdict.", [*QA0Status])
    _check_fraction(words.execution_fraction)
    if len(words.comment) > LONGEST_COMMENT:
        raise BadJudgement("comment", f"At most {LONGEST_COMMENT} characters.")
    chosen = _chosen(words)
    if any(reason.code == OTHER for reason in chosen) and not words.comment:
        raise BadJudgement("comment", "The reason “other” needs a comment.")
    return chosen


def _check_fraction(fraction: Decimal | None) -> None:
    if fraction is None:
        return
    if not fraction.is_finite() or not 0 <= fraction <= MOST_FRACTION:
        raise BadJudgement("execution_fraction", f"A number from 0 to {MOST_FRACTION}.")
    if fraction != round(fraction, 2):
        raise BadJudgement("execution_fraction", "At most two decimals.")


def _chosen(words: Judgement) -> list[Reason]:
    table = table_of_reasons()
    if words.outcome not in GIVES_REASONS:
        if words.reasons:
            raise BadJudgement("reasons", f"{words.outcome} takes no reasons.")
        return []
    offered = [row for row in table.on(QALevel.QA0) if row.fits(words.outcome)]
    codes = [row.code for row in offered]
    for code in words.reasons:
        if code not in codes:
            raise BadJudgement("reasons", f"“{code}” is no reason for {words.outcome}.", codes)
    if not words.reasons:
        raise BadJudgement("reasons", f"{words.outcome} needs at least one reason.", codes)
    return [row for row in offered if row.code in words.reasons]


def _counted(block: ExecBlock) -> Decimal:
    """What an execution adds to those that passed."""
    if block.qa0 != QA0Status.PASS:
        return Decimal(0)
    return Decimal(1) if block.execution_fraction is None else block.execution_fraction


def _write(
    block: ExecBlock, words: Judgement, chosen: list[Reason], actor: User, at: datetime
) -> QA0Decision:
    proposal = propose_fraction(block)
    decision = QA0Decision.objects.create(
        exec_block=block,
        outcome=words.outcome,
        comment=words.comment,
        comment_public=words.comment_public and bool(words.comment),
        execution_fraction=words.execution_fraction,
        proposed_fraction=proposal.fraction,
        proposal=proposal.sentences,
        decided_by=actor,
        role_word=Account.of(actor).word,
        at=at,
    )
    QA0Reason.objects.bulk_create(
        QA0Reason(decision=decision, code=row.code, family=row.family, name=row.name)
        for row in chosen
    )
    return decision


def _event(decision: QA0Decision, frm: str) -> Event:
    block, to = decision.exec_block, decision.outcome
    return Event(
        **subject_of(block),
        kind=EventKind.QA0,
        at=decision.at,
        frm=frm,
        to=to,
        public_frm=frm,
        public_to=to,
        actor=decision.decided_by,
        actor_word=decision.role_word,
        note=decision.comment,
        note_public=decision.comment_public,
    )


def _follow(decision: QA0Decision, frm: str, changed: bool) -> list[Event]:
    """What follows above the execution; where it comes too late, a flag for staff."""
    block = decision.exec_block
    followed = follow_verdict(block, at=decision.at)
    member = followed.too_late_for
    if member is not None and changed:
        LateVerdict.objects.create(
            member_ous=member, decision=decision, frm=frm, state=member.state or ""
        )
        save_alike([member], (), [member])
    return [*followed.events, *(roll_up(block.project) if block.project else [])]


@transaction.atomic
def settle_late_verdict(late: LateVerdict, *, actor: User, note: str) -> LateVerdict:
    """Note that somebody has looked after a late verdict, and what came of it.

    Raises NotAllowed, BadJudgement without a note, AlreadySettled.
    """
    if not can_settle_late_verdict(actor):
        raise NotAllowed("Settling late verdicts is not yours.")
    if not note.strip():
        raise BadJudgement("note", "Say what came of it.")
    lock_project(late.member_ous.project_id)
    late = LateVerdict.objects.select_for_update().get(pk=late.pk)
    if late.settled_at is not None:
        raise AlreadySettled("Somebody has settled it already.")
    late.settled_by, late.settled_at, late.note = actor, timezone.now(), note.strip()
    late.save(update_fields=["settled_by", "settled_at", "note"])
    member = MemberOUS.objects.get(pk=late.member_ous_id)
    save_alike([member], (), [member])
    return late
