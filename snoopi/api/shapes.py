"""The shapes of all answers: what the code builds and what OpenAPI says, in one place."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypedDict

OUSLevel = Literal["science_goal", "group", "member"]
AnyLevel = Literal[
    "project", "science_goal", "group", "member", "sched_block", "exec_block"
]
DataRights = Literal["Public", "Proprietary"]
QA0Word = Literal["Unset", "Pending", "Pass", "SemiPass", "Fail"]
QA2Word = Literal["Pass", "SemiPass", "Fail"]
TokenScopeWord = Literal["read", "write"]
JobStateWord = Literal["queued", "running", "done", "failed"]
# Every set of words has a name of its own, which generated clients keep.
WORD_SETS: dict[Any, str] = {
    OUSLevel: "OUSLevel",
    AnyLevel: "Level",
    DataRights: "DataRights",
    QA0Word: "QA0",
    QA2Word: "QA2",
    TokenScopeWord: "TokenScope",
    JobStateWord: "JobState",
}
State = Annotated[str | None, "In the caller's vocabulary; null where no source has said."]
Degrees = Annotated[float | None, "ICRS degrees."]


class Executions(TypedDict):
    """Executions of an SB or OUS."""

    passed: Annotated[float, "Sum of execution fractions over execution blocks with QA0 Pass."]
    expected: Annotated[float | None, "From status or plan documents; null where unknown."]
    count: Annotated[int, "Number of execution blocks."]


class Progress(TypedDict):
    """How many member OUSs are delivered."""

    done: int
    total: int


class ProjectLine(TypedDict):
    """An observing project in a list."""

    ref: str
    uid: str | None
    code: str | None
    title: str
    pi: Annotated[str | None, "The PI's name as sources write it."]
    executive: str | None
    arc: str | None
    cycle: str | None
    grade: str | None
    state: State
    state_since: datetime | None
    label: str
    delivered: Progress
    version: int


class ProjectDetail(ProjectLine):
    """An observing project."""

    abstract: str | None
    authors: str | None
    science_category: str | None
    science_keywords: str | None
    contact_scientist: str | None
    waiting: "Waiting | None"


class Waiting(TypedDict):
    """What is waited for, on whom, and since when."""

    what: str
    on: str
    since: datetime | None


class TreeNode(TypedDict):
    """A thing with all that stands below it; levels that no source knows are left out."""

    ref: str
    uid: str | None
    level: AnyLevel
    name: str
    state: State
    label: str
    executions: Executions
    children: "list[TreeNode]"


class Status(TypedDict):
    """Where an OUS stands."""

    ref: str
    uid: str | None
    level: OUSLevel
    name: str
    project: Annotated[str, "The project's ref."]
    state: State
    state_since: datetime | None
    label: str
    qa2: QA2Word | None
    qa2_passed: Annotated[bool | None, "The archive's flag; it hides SemiPass."]
    executions: Executions
    delivered_at: datetime | None
    delivery_generation: int | None
    release_date: Annotated[datetime | None, "End of the proprietary period."]
    data_rights: DataRights
    version: int


class Unknown(TypedDict):
    """A UID of a batch that names nothing that the caller may see."""

    uid: str
    error: Literal["not found"]


class Batch(TypedDict):
    """Statuses in the order asked."""

    results: list[Status | Unknown]


class BatchRequest(TypedDict):
    """UIDs in any spelling; the same one may stand there twice."""

    uids: list[str]


class Named(TypedDict):
    """Another thing, by its names."""

    ref: str
    uid: str | None
    name: str


class OUSDetail(Status):
    """An OUS with what stands around it."""

    science_goal: Named | None
    group: Named | None
    waiting: Waiting | None
    asked: Annotated[dict[str, Any], "What the PI asked for; units stand in the names."]
    bands: list[int]
    array: str | None
    targets: list[str]
    ra_deg: Degrees
    dec_deg: Degrees
    rep_freq_ghz: float | None
    resolution_arcsec: float | None
    largest_scale_arcsec: float | None
    archive_query: Annotated[str | None, "Where the science archive shows it."]


HistoryLine = TypedDict(
    "HistoryLine",
    {
        "at": Annotated[datetime, "When it happened."],
        "kind": str,
        "from": State,
        "to": State,
        "label": str,
        "actor": Annotated[str, "A role's word; staff read the name."],
        "note": str | None,
    },
)
HistoryLine.__doc__ = "One thing that happened."


EventLine = TypedDict(
    "EventLine",
    {
        "cursor": Annotated[str, "Give it back as `after` to read on from here."],
        "at": Annotated[datetime, "When it happened."],
        "recorded_at": Annotated[datetime, "When the observatory's tables learnt it."],
        "project": Annotated[str | None, "The project's ref."],
        "ref": str,
        "uid": str | None,
        "level": AnyLevel,
        "kind": str,
        "from": State,
        "to": State,
        "label": str,
        "actor": str,
        "note": str | None,
    },
)
EventLine.__doc__ = "One change that the caller may see."


class SchedBlockLine(TypedDict):
    """A scheduling block."""

    ref: str
    uid: str | None
    name: str
    project: str | None
    state: State
    state_since: datetime | None
    label: str
    science_goal: Named | None
    member_ous: Named | None
    archive_query: str | None
    array: str | None
    bands: list[int]
    band: Annotated[int | None, "The one band, null where there are several or none."]
    targets: list[str]
    ra: Annotated[str | None, "Hours, minutes and seconds."]
    dec: Annotated[str | None, "Degrees, arcminutes and arcseconds."]
    ra_deg: Degrees
    dec_deg: Degrees
    rep_freq_ghz: float | None
    estimated_time_min: float | None
    executions: Executions
    version: int


class ExecBlockLine(TypedDict):
    """An execution block in a list."""

    ref: str
    uid: str | None
    project: str | None
    sched_block: Annotated[str | None, "Its UID, or its ref where no source knows a UID."]
    sched_block_name: str | None
    member_ous: Annotated[str | None, "Its UID, or its ref where no source knows a UID."]
    start: datetime | None
    end: datetime | None
    duration_min: float | None
    qa0: QA0Word
    execution_fraction: float | None
    version: int


class SchedBlockDetail(SchedBlockLine):
    """The panel of a scheduling block as data."""

    asked: dict[str, Any]
    exec_blocks: list[ExecBlockLine]


class Measured(TypedDict):
    """System temperatures over the samples that were really measured, in K."""

    mean: float | None
    std: float | None
    min: float | None
    max: float | None
    n: int | None
    missing: int | None


class Tsys(TypedDict):
    """System temperatures over all recorded samples, in K; null where unknown."""

    mean: float | None
    std: Annotated[float | None, "Population standard deviation."]
    min: float | None
    max: float | None
    measured: Measured


class Array(TypedDict):
    """The array that observed; null where unknown."""

    name: str | None
    antennas: int | None
    antenna_names: list[str]
    shortest_m: float | None
    longest_m: float | None
    l5_m: float | None
    l80_m: float | None
    angular_resolution_arcsec: float | None
    max_recoverable_scale_arcsec: float | None


class SourceTime(TypedDict):
    """Time spent on one source for one purpose."""

    intent: str
    name: str
    ra: str | None
    dec: str | None
    time_min: float | None


class ExecBlockReport(ExecBlockLine):
    """The report of an execution block: what sources have said so far."""

    qa0_comment: str | None
    bands: list[int]
    targets: list[str]
    ra_deg: Degrees
    dec_deg: Degrees
    rep_freq_ghz: float | None
    pwv_mm: float | None
    integration_s: float | None
    tsys: Tsys
    array: Array
    sources: list[SourceTime]


class StateRequest(TypedDict, total=False):
    """One step: `to` is needed; a note is internal unless `public` is true."""

    to: str
    note: str
    public: bool


class Me(TypedDict):
    """Who is asking."""

    username: str
    name: str
    email: str
    executive: str
    arc: str | None
    roles: list[str]
    qualifications: list[str]
    staff: Annotated[bool, "Whether states are told in ALMA's own words."]
    scope: Annotated[TokenScopeWord, "What these credentials allow."]


class Token(TypedDict):
    """An API token; its text is not kept."""

    id: int
    label: str
    hint: Annotated[str, "Its first letters."]
    scope: TokenScopeWord
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewToken(Token):
    """A token just made."""

    token: Annotated[str, "Shown this once."]


class TokenRequest(TypedDict, total=False):
    """What the token is for; all of it may be left out."""

    label: str
    scope: TokenScopeWord
    expires_at: datetime | None


class Rejected(TypedDict):
    """A record that was refused, and why; an empty record is the whole source."""

    record: str
    reason: str


class JobProgress(TypedDict):
    """Projects taken so far; the total is null until the source has been read."""

    done: int
    total: int | None


class JobLine(TypedDict):
    """An ingest job in a list."""

    id: int
    source: str
    format: str | None
    state: JobStateWord
    progress: JobProgress
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    failure: Annotated[str | None, "Why nothing of the source was taken."]


class Job(JobLine):
    """An ingest job."""

    created: dict[str, int]
    updated: dict[str, int]
    unchanged: dict[str, int]
    superseded: dict[str, int]
    rejected: Annotated[list[Rejected], "The first thousand."]
    rejected_count: int
