"""A TAP service read to its end by one command; a run that was stopped is gone on with."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from time import sleep

from django.utils import timezone

from ingest.configured import SourceKind, SourceSetting, parse_address
from ingest.loader import load
from ingest.models import IngestSource
from ingest.records import Reading
from ingest.sources import ledger
from ingest.sources.errors import SourceBusy, SourceTrouble
from ingest.sources.feed import failure_of
from ingest.sources.ledger import Claim
from ingest.sources.poll import Outcome, run_round
from ingest.sources.tap import TapRound
from ingest.sources.tap_client import TapClient

# As long as one round of a source at the same host may last.
PATIENCE = timedelta(minutes=10)


def once_setting(url: str, *, projects: Sequence[str], since: str | None) -> SourceSetting:
    """Answer the setting of ``ingest --tap``. Raises BadSetting."""
    options = {"project": ",".join(projects)} if projects else {}
    if since:
        options["since"] = since
    bare = url.removeprefix("tap+")
    setting = parse_address("--tap", f"tap+{bare}", options)
    selection = sha256(setting.selection.encode()).hexdigest()[:12]
    return replace(setting, name=f"once {selection}", kind=SourceKind.TAP)


def read_once(setting: SourceSetting, *, dry_run: bool, wait: Callable[[], None]) -> Outcome:
    """Read a TAP service to its end now. Raises SourceBusy.

    ``wait`` is called where somebody else asks the same service just then.
    """
    if dry_run:
        return _dry(setting)
    row = ledger.enter(setting, is_once=True)
    outcome = run_round(setting, _patient_claim(setting, wait))
    if not outcome.failure:
        # The next run begins anew; what is known already is found unchanged.
        IngestSource.objects.filter(pk=row.pk).update(cursor={}, newest_at=None)
    return outcome


def _patient_claim(setting: SourceSetting, wait: Callable[[], None]) -> Claim:
    until, has_told = timezone.now() + PATIENCE, False
    while True:
        try:
            return ledger.claim(setting.name, is_patient=True, is_forced=True)
        except SourceBusy:
            if timezone.now() > until:
                raise
            if not has_told:
                wait()
            has_told = True
            sleep(1)


class _NoClaim(Claim):
    """A hold on nothing: a dry run leaves no trace."""

    def beat(self) -> None:
        """Show nobody anything."""

    def save(self, newest_at: object = None) -> None:
        """Keep nothing."""


def _dry(setting: SourceSetting) -> Outcome:
    outcome = Outcome(setting.name)

    def count(reading: Reading) -> None:
        outcome.report.add(load(reading, dry_run=True))

    claim = _NoClaim(IngestSource(name=setting.name), "", is_patient=True)
    try:
        TapRound(setting, claim, TapClient(setting, claim.beat), count, outcome.notes).run()
    except SourceTrouble as problem:
        outcome.failure = failure_of(problem, setting)
    return outcome
