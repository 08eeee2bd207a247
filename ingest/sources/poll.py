"""One round of one source, from its claim to its mark."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.configured import SourceKind, SourceSetting
from ingest.readers import UnreadableSource
from ingest.report import Report
from ingest.sources import ledger
from ingest.sources.address import read_address
from ingest.sources.errors import ClaimLost, SourceTrouble
from ingest.sources.feed import Feed, failure_of
from ingest.sources.folder import read_folder
from ingest.sources.ledger import Claim
from ingest.sources.tap import TapRound
from ingest.sources.tap_client import TapClient

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Outcome:
    """What a round did: counts, why it failed ("": it did not), whether more waits."""

    name: str
    report: Report = field(default_factory=Report)
    failure: str = ""
    is_behind: bool = False
    notes: list[str] = field(default_factory=list)


def poll(setting: SourceSetting, *, is_forced: bool = False) -> Outcome:
    """Read one configured source for one round. Raises SourceBusy.

    Whatever the source does, it costs only itself: its row says what is wrong.
    """
    return run_round(setting, ledger.claim(setting.name, is_forced=is_forced))


def run_round(setting: SourceSetting, claim: Claim) -> Outcome:
    """Do the round of a claimed source and give the claim back."""
    outcome = Outcome(setting.name)
    try:
        outcome.is_behind = _READ[setting.kind](setting, claim, outcome)
        claim.succeed(is_behind=outcome.is_behind)
    except (SourceTrouble, UnreadableSource) as problem:
        outcome.failure = failure_of(problem, setting)
        claim.fail(outcome.failure, getattr(problem, "retry_after_s", 0))
        logger.warning("source %s: %s", setting.name, outcome.failure)
    except ClaimLost:
        outcome.failure = "Another worker has taken over."
        logger.warning("source %s: another worker has taken over", setting.name)
    except Exception as problem:
        # Nobody foresaw this: the row tells staff, the caller's outermost line logs it.
        claim.fail(failure_of(problem, setting))
        raise
    return outcome


def _read_tap(setting: SourceSetting, claim: Claim, outcome: Outcome) -> bool:
    client = TapClient(setting, claim.beat)
    with Feed(setting, claim, setting.shown, report=outcome.report) as feed:
        return TapRound(setting, claim, client, feed.load, outcome.notes).run()


def _read_address(setting: SourceSetting, claim: Claim, outcome: Outcome) -> bool:
    with Feed(setting, claim, setting.shown, report=outcome.report) as feed:
        return read_address(setting, claim, feed)


def _read_folder(setting: SourceSetting, claim: Claim, outcome: Outcome) -> bool:
    return read_folder(setting, claim, outcome.report)


_READ: dict[SourceKind, Callable[[SourceSetting, Claim, Outcome], bool]] = {
    SourceKind.TAP: _read_tap,
    SourceKind.URL: _read_address,
    SourceKind.FOLDER: _read_folder,
}
