"""What a round leaves on the ingest page: one job, and only where there is something to tell."""

from dataclasses import dataclass, field
from types import TracebackType

from ingest.configured import SourceSetting
from ingest.models import IngestJob
from ingest.readers import UnreadableSource
from ingest.records import Reading
from ingest.report import Report
from ingest.services import finish_job, load_part, note_unreadable, open_job
from ingest.sources.errors import SourceTrouble
from ingest.sources.ledger import Claim


@dataclass(slots=True)
class Feed:
    """Takes the readings of one round into one job called ``name``, and ends it.

    The job is opened with the first reading. A failure ends it as failed, and what it had
    taken stays; one without a reading is noted, unless it stands on the page already.
    """

    setting: SourceSetting
    claim: Claim
    name: str
    report: Report = field(default_factory=Report)
    job: IngestJob | None = None

    def load(self, reading: Reading) -> None:
        """Load one reading."""
        if self.job is None:
            source = self.claim.source
            self.job = open_job(self.name, format_name=reading.format, fed_by=source)
        load_part(self.job, reading, self.report, self.claim.beat)

    def __enter__(self) -> "Feed":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        failure = "" if problem is None else failure_of(problem, self.setting)
        if self.job is not None:
            finish_job(self.job, self.report, failure)
        elif failure and failure != self.claim.source.problem:
            note_unreadable(source=self.name, reason=failure, fed_by=self.claim.source)


def failure_of(problem: BaseException, setting: SourceSetting) -> str:
    """Say why a round failed, without passwords; what nobody foresaw is only named."""
    if isinstance(problem, SourceTrouble | UnreadableSource):
        return setting.without_secrets(problem.reason)
    return f"Something went wrong here: {type(problem).__name__}."
