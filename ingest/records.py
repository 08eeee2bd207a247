"""What a reader yields: one project at a time, as frozen records without a database.

A field of ``None`` (or an empty text or tuple) means "this source does not say"; the
loader leaves what it knew before. UIDs are canonical (``projects.identity``), times are
aware UTC, states are ALMA's own words. ``key`` is any text that is unique among the
records of one kind in one bundle; parents are named by their keys.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from qa.calibrations import CalibrationFacts
from qa.observed import Execution
from qa.pipeline import PipelineFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """One dated step of a life cycle, as upstream tells it."""

    at: datetime
    to: str
    frm: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipRecord:
    """A tie between an account (by user name) and the bundle's project."""

    username: str
    role: str
    kind: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the PI asked for; units stand in the names."""

    sensitivity_mjy: float | None = None
    sensitivity_bandwidth_mhz: float | None = None
    sensitivity_measure: str = ""
    resolution_arcsec: float | None = None
    min_resolution_arcsec: float | None = None
    max_resolution_arcsec: float | None = None
    largest_scale_arcsec: float | None = None
    rep_freq_ghz: float | None = None
    rep_source: str = ""
    rep_window: str = ""
    configurations: tuple[str, ...] = ()
    goal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRecord:
    """An observing project. ``draft_key`` tells plans without code and UID apart."""

    code: str = ""
    uid: str = ""
    other_uids: tuple[str, ...] = ()
    draft_key: str = ""
    title: str = ""
    abstract: str = ""
    pi_name: str = ""
    authors: str = ""
    executive: str = ""
    arc: str = ""
    grade: str = ""
    science_category: str = ""
    science_keywords: str = ""
    contact_scientist: str = ""
    state: str = ""
    state_flag: str = ""
    state_at: datetime | None = None
    history: tuple[StateChange, ...] = ()
    memberships: tuple[MembershipRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OUSRecord:
    """A science goal OUS or a group OUS; ``parent`` is a science goal's key."""

    key: str
    uid: str = ""
    other_uids: tuple[str, ...] = ()
    part_id: str = ""
    name: str = ""
    state: str = ""
    parent: str = ""
    asked: Asked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedValueLinks:
    """Where the added-value products of a member OUS are, "" where a source does not say."""

    calibrated_ms: str = ""
    weblog: str = ""
    admit: str = ""
    article: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRecord:
    """A member OUS, with what archives and status documents say of it.

    ``release_date_unknown`` is the archive's 3000-01-01: "not known yet".
    ``delivered`` is set only by a real release date or the source's own word.
    """

    key: str
    uid: str = ""
    other_uids: tuple[str, ...] = ()
    part_id: str = ""
    name: str = ""
    group: str = ""
    science_goal: str = ""
    state: str = ""
    state_flag: str = ""
    state_at: datetime | None = None
    history: tuple[StateChange, ...] = ()
    qa2: str = ""
    qa2_passed: bool | None = None
    delivered: bool = False
    delivered_at: datetime | None = None
    release_date: datetime | None = None
    release_date_unknown: bool = False
    bands: tuple[int, ...] = ()
    array: str = ""
    target_names: tuple[str, ...] = ()
    ra_deg: float | None = None
    dec_deg: float | None = None
    rep_freq_ghz: float | None = None
    pwv_mm: float | None = None
    resolution_arcsec: float | None = None
    largest_scale_arcsec: float | None = None
    reducer: str = ""
    asked: Asked | None = None
    added_value: AddedValueLinks = AddedValueLinks()


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedBlockRecord:
    """A scheduling block; ``member`` is a member OUS's key, "" where unknown."""

    key: str
    uid: str = ""
    other_uids: tuple[str, ...] = ()
    name: str = ""
    member: str = ""
    state: str = ""
    state_flag: str = ""
    state_at: datetime | None = None
    history: tuple[StateChange, ...] = ()
    executions_expected: Decimal | None = None
    bands: tuple[int, ...] = ()
    array: str = ""
    target_names: tuple[str, ...] = ()
    ra_deg: float | None = None
    dec_deg: float | None = None
    rep_freq_ghz: float | None = None
    estimated_time_min: float | None = None
    asked: Asked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecBlockRecord:
    """An execution block; it may stand without SB and without member OUS.

    A data set knows its SB by ``sched_block_uid`` alone, and says in ``execution`` what
    the report is computed from.
    """

    key: str
    uid: str = ""
    other_uids: tuple[str, ...] = ()
    member: str = ""
    sched_block: str = ""
    start: datetime | None = None
    end: datetime | None = None
    qa0: str = ""
    qa0_comment: str = ""
    execution_fraction: Decimal | None = None
    bands: tuple[int, ...] = ()
    array: str = ""
    target_names: tuple[str, ...] = ()
    ra_deg: float | None = None
    dec_deg: float | None = None
    rep_freq_ghz: float | None = None
    pwv_mm: float | None = None
    integration_s: float | None = None
    antenna_names: tuple[str, ...] = ()
    sched_block_uid: str = ""
    execution: Execution | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """A file of a member OUS's package; class and kind are ``deliveries.naming``'s words.

    ``member`` and ``exec_block`` are keys, "" where the source does not tell whose it is.
    """

    path: str
    name: str
    member: str = ""
    exec_block: str = ""
    file_class: str = ""
    kind: str = ""
    size_bytes: int | None = None
    sha256: str = ""
    generation: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRunRecord:
    """A run of the pipeline on a member OUS.

    ``member`` is a member OUS's key, "" where the source has no record of it;
    ``member_uid`` is what the run's own documents call it, ``domain_uid`` its other UID,
    which old projects are not known by.
    """

    facts: PipelineFacts
    member: str = ""
    member_uid: str = ""
    domain_uid: str = ""
    generation: int | None = None


@dataclass(frozen=True, slots=True)
class CalibrationRecord:
    """A calibration of the array, which belongs to no project; ``key`` is the source's own."""

    key: str
    facts: CalibrationFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectBundle:
    """All that one source says of one project; the unit of one transaction.

    ``project`` is None for things whose project the source does not know.
    """

    project: ProjectRecord | None
    science_goals: tuple[OUSRecord, ...] = ()
    group_ous: tuple[OUSRecord, ...] = ()
    member_ous: tuple[MemberRecord, ...] = ()
    sched_blocks: tuple[SchedBlockRecord, ...] = ()
    exec_blocks: tuple[ExecBlockRecord, ...] = ()
    files: Collection[FileRecord] = ()
    pipeline_runs: tuple[PipelineRunRecord, ...] = ()
    superseded: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        parts = (self.science_goals, self.group_ous, self.member_ous)
        below = (self.sched_blocks, self.exec_blocks, self.files, self.pipeline_runs)
        return sum(map(len, (*parts, *below)))


@dataclass(frozen=True, slots=True)
class Rejected:
    """One bad record of a good container: which it was, and why it was refused."""

    record: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One container, read to its end: nothing here has touched a database yet.

    ``origin`` names who speaks (``archive``, ``ot``, or what a json file says of
    itself): ingest compares what the same origin said last time.
    """

    format: str
    origin: str
    bundles: tuple[ProjectBundle, ...]
    rejected: tuple[Rejected, ...] = ()
    calibrations: tuple[CalibrationRecord, ...] = ()

    def __iter__(self) -> Iterator[ProjectBundle]:
        return iter(self.bundles)

    def superseded(self) -> Counter[str]:
        """Count the rows of Deleted trees, by kind."""
        return sum((bundle.superseded for bundle in self.bundles), Counter())


class UnreadableSource(Exception):
    """A container that is refused whole: nothing of it is taken.

    ``source`` is the name people know it by, ``reason`` a sentence.
    """

    def __init__(self, source: str, reason: str) -> None:
        self.source = source
        self.reason = reason
        super().__init__(f"{source}: {reason}")


def merged(values: Iterable[str]) -> tuple[str, ...]:
    """Keep the first of each non-empty text, in order."""
    return tuple(dict.fromkeys(value for value in values if value))
