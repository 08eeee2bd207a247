"""Sending notices: claimed in batches, each handed over once, whatever breaks in between.

A row goes pending → claimed → handing over → sent. "Handing over" is committed just before
the mail itself is given away: who finds such a row of a worker that died does not know
whether it was taken, sends it once more under the same Message-ID, and says so on the row.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db import connection, models, transaction
from django.utils import timezone

from deliveries.letters import mail_of
from deliveries.models import Notice, NoticeState
from deliveries.models.notice import ON_THE_WAY
from deliveries.post import Away, Post, Refused
from projects.claims import is_gone, new_claim

BATCH = 20
# Longer than the longest handing-over, which the time limits of the connection bound.
LEASE = timedelta(seconds=120)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 5, 300
_LONGEST_OUTAGE_PAUSE_S = 60
MOST_REFUSALS = 12


@dataclass(slots=True)
class Sent:
    """What became of the mails of a round."""

    sent: int = 0
    failed: int = 0
    put_off: int = 0
    problem: str = ""


def due(now: datetime) -> models.QuerySet[Notice]:
    """The notices to be sent now: those that wait, and those whose worker died."""
    waiting = models.Q(state=NoticeState.PENDING, not_before__lte=now)
    left = models.Q(claimed_at__lt=now - LEASE) | models.Q(claim__in=_gone())
    return Notice.objects.filter(waiting | models.Q(left, state__in=ON_THE_WAY))


def _gone() -> list[str]:
    """The claims of processes of this machine that are no more: they need no lease to end."""
    held = Notice.objects.filter(state__in=ON_THE_WAY).order_by("claim")
    return [claim for claim in held.values_list("claim", flat=True).distinct() if is_gone(claim)]


def send_due() -> Sent:
    """Send all that is due; answer what became of it. Safe twice and in parallel.

    Stops where the mail server is away: what is left waits for another round.
    """
    tally = Sent()
    while not tally.problem and (batch := claim_batch()):
        _send_batch(batch, tally)
    return tally


def claim_batch() -> list[Notice]:
    """Take up some notices that are due, so that nobody else does, and answer them."""
    now, claim = timezone.now(), new_claim()
    with transaction.atomic():
        found = due(now)
        rows = found.order_by("not_before", "pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        ids = [row.pk for row in rows.only("pk")[:BATCH]]
        interrupted = models.Case(
            models.When(state=NoticeState.HANDING_OVER, then=True),
            default=models.F("possibly_twice"),
        )
        found.filter(pk__in=ids).update(
            possibly_twice=interrupted, state=NoticeState.CLAIMED, claim=claim, claimed_at=now
        )
    return list(Notice.objects.filter(claim=claim, state=NoticeState.CLAIMED).order_by("pk"))


def _send_batch(batch: list[Notice], tally: Sent) -> None:
    waiting = list(batch)
    try:
        with Post() as post:
            while waiting:
                _send(waiting.pop(0), post, tally)
    except Away as problem:
        tally.problem = str(problem)
        tally.put_off += len(waiting)
        _put_off_all(batch, waiting, str(problem))


def _send(notice: Notice, post: Post, tally: Sent) -> None:
    """Send one notice, or note on its row why not. Raises Away."""
    try:
        mail = mail_of(notice)
        post.announce(mail)
        if _begin(notice):
            _hand_over(notice, mail, post)
            tally.sent += 1
        else:
            post.forget()
    except Refused as problem:
        tally.failed += _refused(notice, problem)
    except ValueError as problem:
        tally.failed += 1
        _end(notice, state=NoticeState.FAILED, error=f"It cannot be written: {problem}")
    except Away as problem:
        tally.put_off += 1
        _put_off(notice, str(problem), _LONGEST_OUTAGE_PAUSE_S)
        raise


def _begin(notice: Notice) -> bool:
    """Commit that the mail is given away next; False where somebody else has it by now."""
    mine = Notice.objects.filter(
        pk=notice.pk, claim=notice.claim, state=NoticeState.CLAIMED, claimed_at=notice.claimed_at
    )
    return bool(mine.update(state=NoticeState.HANDING_OVER, claimed_at=timezone.now()))


def _hand_over(notice: Notice, mail: EmailMessage, post: Post) -> None:
    try:
        post.hand_over(mail)
    except Away:
        notice.possibly_twice = True
        raise
    _end(notice, state=NoticeState.SENT, sent_at=timezone.now(), error="")


def _end(notice: Notice, **facts: object) -> None:
    """Write how a try ended, unless somebody else has taken the row up since."""
    mine = Notice.objects.filter(pk=notice.pk, claim=notice.claim, state__in=ON_THE_WAY)
    mine.update(claim="", claimed_at=None, attempts=models.F("attempts") + 1, **facts)


def _refused(notice: Notice, problem: Refused) -> int:
    """Note a no of the server's; answer 1 where it is the last word."""
    refusals = notice.refusals + problem.is_lasting
    if problem.is_lasting and (problem.is_of_address or refusals >= MOST_REFUSALS):
        _end(notice, state=NoticeState.FAILED, refusals=refusals, error=str(problem))
        return 1
    _put_off(notice, str(problem), _LONGEST_PAUSE_S, refusals=refusals)
    return 0


def _put_off(notice: Notice, error: str, longest_s: int, **facts: object) -> None:
    _end(
        notice,
        state=NoticeState.PENDING,
        not_before=timezone.now() + _pause(notice.attempts, longest_s),
        possibly_twice=notice.possibly_twice,
        error=error,
        **facts,
    )


def _pause(attempts: int, longest_s: int) -> timedelta:
    return timedelta(seconds=min(_FIRST_PAUSE_S * 2 ** min(attempts, 10), longest_s))


def _put_off_all(batch: list[Notice], waiting: list[Notice], error: str) -> None:
    """Give back what was not begun, and let all others wait: no server, no mail."""
    for notice in waiting:
        _put_off(notice, error, _LONGEST_OUTAGE_PAUSE_S)
    until = timezone.now() + _pause(min(one.attempts for one in batch), _LONGEST_OUTAGE_PAUSE_S)
    Notice.objects.filter(state=NoticeState.PENDING, not_before__lt=until).update(not_before=until)
