"""The words and notes that the shapes share."""

from dataclasses import dataclass
from typing import Annotated

from accounts.models import TokenScope
from ingest.configured import SourceKind
from ingest.models import JobState
from ingest.sources.ages import Condition
from projects.states import Level, QA0Status, QA2Outcome

LEVEL_WORDS = {
    Level.PROJECT: "project",
    Level.SCIENCE_GOAL: "science_goal",
    Level.GROUP_OUS: "group",
    Level.MEMBER_OUS: "member",
    Level.SCHED_BLOCK: "sched_block",
    Level.EXEC_BLOCK: "exec_block",
}


@dataclass(frozen=True, slots=True)
class Words:
    """The words that a text may be; the name is kept by generated clients."""

    name: str
    words: tuple[str, ...]


OUSLevel = Annotated[str, Words("OUSLevel", ("science_goal", "group", "member"))]
AnyLevel = Annotated[str, Words("Level", tuple(LEVEL_WORDS.values()))]
DataRights = Annotated[str, Words("DataRights", ("Public", "Proprietary"))]
QA0Word = Annotated[str, Words("QA0", tuple(QA0Status))]
QA2Word = Annotated[str, Words("QA2", tuple(QA2Outcome))]
TokenScopeWord = Annotated[str, Words("TokenScope", tuple(TokenScope.values))]
JobStateWord = Annotated[str, Words("JobState", tuple(JobState.values))]
SourceKindWord = Annotated[str, Words("SourceKind", tuple(SourceKind))]
SourceStateWord = Annotated[str, Words("SourceState", tuple(one.name.lower() for one in Condition))]
State = Annotated[str | None, "In the caller's vocabulary; null where no source has said."]
Degrees = Annotated[float | None, "ICRS degrees."]
