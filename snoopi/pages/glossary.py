"""Words that pages explain beside the life cycle's own: QA verdicts, levels, shapes."""

from collections.abc import Mapping
from types import MappingProxyType

from projects.models import ScienceGoal
from projects.states import Family, Level, Meaning, QA0Status, QA2Outcome
from qa.criteria import Answer

QA0_MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        QA0Status.UNSET: Meaning(
            Family.NOTHING_YET,
            "Nobody has judged this execution yet.",
            "The astronomer on duty looks at its calibrators and antennas.",
            "the QA0 verdict",
            "the astronomer on duty",
        ),
        QA0Status.PENDING: Meaning(
            Family.QUESTION,
            "The verdict needs a second look.",
            "It becomes Pass, SemiPass or Fail.",
            "the QA0 verdict",
            "the astronomer on duty",
        ),
        QA0Status.PASS: Meaning(
            Family.GOOD,
            "The execution is good; it counts towards those expected.",
            "Its data are processed with the others of the member OUS.",
        ),
        QA0Status.SEMI_PASS: Meaning(
            Family.HALF_GOOD,
            "The data may be of use, but do not count as an execution.",
            "It is observed again as long as the season allows.",
        ),
        QA0Status.FAIL: Meaning(
            Family.BAD,
            "The data are of no use.",
            "It is observed again as long as the season allows.",
        ),
    }
)

ANSWER_MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        Answer.PASS: Meaning(Family.GOOD, "Within the tolerance.", ""),
        Answer.JUDGE: Meaning(Family.QUESTION, "A person has to judge this.", ""),
        Answer.FAIL: Meaning(Family.BAD, "Beyond the tolerance.", ""),
        Answer.NO_RULE: Meaning(Family.UNKNOWN, "The tables have no rule for this.", ""),
    }
)

QA2_MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        QA2Outcome.PASS: Meaning(
            Family.GOOD,
            "The products meet what was asked for, within the tolerances of the cycle.",
            "They are delivered.",
        ),
        QA2Outcome.SEMI_PASS: Meaning(
            Family.HALF_GOOD,
            "The products do not meet what was asked for, and no more data can be taken.",
            "They are delivered as they are, with the reason.",
        ),
        QA2Outcome.FAIL: Meaning(
            Family.BAD,
            "The products do not meet what was asked for.",
            "More executions are taken, then the data are processed again.",
        ),
    }
)

LEVEL_WORDS: Mapping[Level, str] = MappingProxyType(
    {
        Level.PROJECT: "Project",
        Level.SCIENCE_GOAL: "SG OUS",
        Level.GROUP_OUS: "Group OUS",
        Level.MEMBER_OUS: "Member OUS",
        Level.SCHED_BLOCK: "Scheduling Block",
        Level.EXEC_BLOCK: "Execution Block",
    }
)


def own_name(level: Level, name: str) -> str:
    """The part of a name that tells a thing from its siblings.

    The Observing Tool writes the level into the name: "Member OUS (SgrB2)" is SgrB2, and
    a plain "Group OUS" is no name.
    """
    word = LEVEL_WORDS[level]
    if name == word:
        return ""
    wrapped = name.startswith(f"{word} (") and name.endswith(")")
    return name[len(word) + 2 : -1] if wrapped else name


def title_of(level: Level, name: str) -> str:
    """How an OUS is called on a page: "Member OUS (SgrB2)", or only its level's word."""
    own = own_name(level, name)
    return f"{LEVEL_WORDS[level]} ({own})" if own else LEVEL_WORDS[level]


def goal_name(science_goal: ScienceGoal | None) -> str:
    """What the PI called the science goal, else its OUS's own name; empty where unknown."""
    if science_goal is None:
        return ""
    own = own_name(science_goal.LEVEL, science_goal.name)
    return str(science_goal.asked.get("goal", "")) or own or science_goal.ref


ARRAY_WORDS: Mapping[str, str] = MappingProxyType(
    {"12m": "12m Array", "7m": "7m Array", "TP": "Total Power Array"}
)
