"""The rows of sources: kept in step with the setting, claimed, marked, given back.

A claim is a conditional update, so no two workers ask one source, and a constraint of the
database allows one poll a host. A killed worker's claim ends with its heartbeat, or at
once where its process is known to be gone.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ingest.configured import SourceSetting
from ingest.models import IngestSource
from ingest.services import abandon_jobs
from ingest.sources.errors import ClaimLost, SourceBusy
from projects.backoff import backoff
from projects.claims import is_gone, new_claim

CLAIM_LASTS = timedelta(minutes=5)
LONGEST_WAIT = timedelta(minutes=15)
FIRST_WAIT = timedelta(seconds=30)
# A round that goes on for longer gives its worker back and is continued at once.
ROUND_LASTS = timedelta(minutes=2)
_BEAT_EVERY = timedelta(seconds=5)


@dataclass(slots=True)
class Claim:
    """One poll's hold on its source; whoever lost it may write nothing more."""

    source: IngestSource
    token: str
    is_patient: bool = False
    started: datetime = field(default_factory=timezone.now)
    beaten: datetime = field(default_factory=timezone.now)

    @property
    def cursor(self) -> dict[str, Any]:
        """How far the source has been read; ``save`` keeps what is changed in it."""
        cursor: dict[str, Any] = self.source.cursor
        return cursor

    @property
    def is_over(self) -> bool:
        """Whether the round has lasted long enough for one turn."""
        return not self.is_patient and timezone.now() - self.started > ROUND_LASTS

    def beat(self) -> None:
        """Show life now and then. Raises ClaimLost."""
        now = timezone.now()
        if now - self.beaten > _BEAT_EVERY:
            self.beaten = now
            self._write(heartbeat_at=now)

    def save(self, newest_at: datetime | None = None) -> None:
        """Keep the cursor, and the date of the newest record. Raises ClaimLost."""
        known = self.source.newest_at
        if newest_at and (known is None or newest_at > known):
            self.source.newest_at = newest_at
        now = timezone.now()
        self._write(cursor=self.cursor, newest_at=self.source.newest_at, heartbeat_at=now)

    def succeed(self, *, is_behind: bool) -> None:
        """Give the source back after a round that went well. Raises ClaimLost."""
        now = timezone.now()
        done: dict[str, Any] = {} if is_behind else {"succeeded_at": now}
        next_at = now if is_behind else now + self.source.every
        well = {"failures": 0, "problem": "", "problem_at": None, "not_before": None}
        self._write(claim="", next_at=next_at, is_behind=is_behind, **well, **done)

    def fail(self, reason: str, retry_after_s: float = 0) -> None:
        """Give the source back after a failure; it is asked again later and later."""
        now = timezone.now()
        asked = timedelta(seconds=retry_after_s)
        longest = max(self.source.every, LONGEST_WAIT)
        wait = backoff(self.source.failures + 1, first=FIRST_WAIT, longest=longest)
        with suppress(ClaimLost):
            self._write(
                claim="",
                failures=F("failures") + 1,
                problem=reason,
                problem_at=now,
                next_at=now + max(wait, asked),
                not_before=now + asked if asked else None,
            )

    def _write(self, **values: Any) -> None:
        mine = IngestSource.objects.filter(pk=self.source.pk, claim=self.token)
        if not mine.update(**values):
            raise ClaimLost


def keep_in_step(sources: Iterable[SourceSetting]) -> None:
    """Let the rows say what the setting says; a source that it drops keeps its history."""
    known = {row.name: row for row in IngestSource.objects.filter(is_once=False).defer("cursor")}
    names = set()
    for setting in sources:
        names.add(setting.name)
        row = known.get(setting.name)
        if row is None or _differs(row, setting):
            enter(setting)
    gone = [row.pk for row in known.values() if row.is_configured and row.name not in names]
    if gone:
        IngestSource.objects.filter(pk__in=gone).update(is_configured=False)


def _facts(setting: SourceSetting) -> dict[str, Any]:
    selection = salted_hmac("ingest.sources", setting.selection, algorithm="sha256")
    return {
        "kind": setting.kind.value,
        "address": setting.shown[:500],
        "host": setting.host[:255],
        "every_s": setting.every_s,
        "selection": selection.hexdigest(),
    }


def _differs(row: IngestSource, setting: SourceSetting) -> bool:
    facts = _facts(setting)
    return not row.is_configured or any(getattr(row, name) != facts[name] for name in facts)


@transaction.atomic
def enter(setting: SourceSetting, *, is_once: bool = False) -> IngestSource:
    """Answer the source's row as the setting has it; another selection starts anew."""
    facts = _facts(setting)
    made = {**facts, "is_once": is_once, "is_configured": not is_once}
    row, is_new = IngestSource.objects.get_or_create(name=setting.name, defaults=made)
    if not is_new:
        fresh: dict[str, Any] = {**facts, "is_configured": not is_once, "next_at": timezone.now()}
        if row.selection != facts["selection"]:
            # A poll that still reads the former selection must not write its cursor here.
            fresh |= {
                "claim": "",
                "cursor": {},
                "newest_at": None,
                "succeeded_at": None,
                "failures": 0,
            }
            fresh |= {"problem": "", "problem_at": None, "not_before": None, "is_behind": False}
        IngestSource.objects.filter(pk=row.pk).update(**fresh)
        row.refresh_from_db()
    return row


def due_names(now: datetime | None = None) -> list[str]:
    """Name the sources that may be asked now, those that wait longest first.

    Those of killed workers are among them: their claims are ended here.
    """
    now = now or timezone.now()
    free_lost_claims(now)
    free = IngestSource.objects.filter(is_configured=True, claim="", next_at__lte=now)
    return list(free.order_by("next_at", "pk").values_list("name", flat=True))


def claim(name: str, *, is_patient: bool = False, is_forced: bool = False) -> Claim:
    """Take a source that is due (or ``is_forced``). Raises SourceBusy."""
    now = timezone.now()
    free_lost_claims(now)
    free = IngestSource.objects.filter(name=name, claim="")
    if not is_forced:
        free = free.filter(is_configured=True, next_at__lte=now)
    token = new_claim()
    try:
        with transaction.atomic():
            taken = free.update(claim=token, heartbeat_at=now, tried_at=now)
    except IntegrityError:
        # Somebody asks another source at the same host: one at a time.
        raise SourceBusy(name) from None
    if not taken:
        raise SourceBusy(name)
    return Claim(IngestSource.objects.get(name=name), token, is_patient)


def free_lost_claims(now: datetime) -> None:
    """End the claims of killed workers, and the jobs that they left."""
    for row in IngestSource.objects.exclude(claim="").only("pk", "claim", "heartbeat_at"):
        silent = row.heartbeat_at is None or row.heartbeat_at < now - CLAIM_LASTS
        if not (silent or is_gone(row.claim)):
            continue
        if IngestSource.objects.filter(pk=row.pk, claim=row.claim).update(claim=""):
            abandon_jobs(fed_by=row)


def poll_soon(*, name: str) -> bool:
    """Let a configured source be asked at the next look; answer whether it is.

    A service that asked to be left alone is left alone.
    """
    now = timezone.now()
    row = IngestSource.objects.filter(name=name, is_configured=True)
    waits = Q(not_before__gt=now)
    return bool(row.exclude(waits).update(next_at=now))
