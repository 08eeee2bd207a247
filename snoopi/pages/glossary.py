"""Words that pages explain beside the life cycle's own: QA verdicts, levels, shapes."""

from collections.abc import Mapping
from types import MappingProxyType

from deliveries.models import DeliveryState, NoticeState
from projects.models import ScienceGoal
from projects.states import Family, Level, Meaning, QA0Status, QA2Outcome
from qa.criteria import Answer
from qa.problems import QA3State

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

QA3_MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        QA3State.OPEN: Meaning(
            Family.QUESTION,
            "A problem with delivered data was reported.",
            "The observatory answers it, dismisses it with a reason, or investigates it.",
            "a first look",
            "QA reviewers",
        ),
        QA3State.ANSWERED: Meaning(
            Family.GOOD, "The observatory has answered; nothing changes with the data.", ""
        ),
        QA3State.DISMISSED: Meaning(
            Family.STOPPED, "The observatory does not follow it, for the reasons given.", ""
        ),
        QA3State.INVESTIGATING: Meaning(
            Family.QUESTION,
            "The observatory looks into the problem (QA3).",
            "The data stand, are processed and delivered again, or are to be observed again.",
            "the QA3 investigation",
            "the observatory",
        ),
        QA3State.ABORTED: Meaning(
            Family.STOPPED, "The investigation found that the delivered data stand.", ""
        ),
        QA3State.FIXED: Meaning(
            Family.GOOD, "The data were processed again and delivered anew.", ""
        ),
        QA3State.FAILED: Meaning(
            Family.BAD, "The data cannot be mended: they are to be observed again.", ""
        ),
    }
)

DELIVERY_MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        DeliveryState.WAITING: Meaning(
            Family.NOTHING_YET,
            "It passed QA2, but no products of a new generation are known.",
            "It goes on by itself once files with sizes, checksums and a generation come in.",
        ),
        DeliveryState.CHECKING: Meaning(
            Family.IN_PROGRESS,
            "Every place is asked for every file, its size and its checksum.",
            "Once all are complete it is delivered; until then it is checked again by itself.",
        ),
        DeliveryState.DELIVERED: Meaning(
            Family.GOOD,
            "Every place had every file, the clock has started, and the PI was written to.",
            "The data can be downloaded.",
        ),
        DeliveryState.FAILED: Meaning(
            Family.BAD,
            "Too many checks found something missing: nobody goes on with it by itself.",
            "Repair what is missing, then try it again on the page of the member OUS.",
        ),
    }
)

NOTICE_MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        NoticeState.PENDING: Meaning(
            Family.NOTHING_YET, "It is written and waits for the mail server.", "It is sent."
        ),
        NoticeState.CLAIMED: Meaning(
            Family.IN_PROGRESS, "A worker has taken it up.", "It is handed over."
        ),
        NoticeState.HANDING_OVER: Meaning(
            Family.IN_PROGRESS,
            "It is being given to the mail server.",
            "If that breaks off it is sent once more, and flagged.",
        ),
        NoticeState.SENT: Meaning(Family.GOOD, "The mail server has taken it.", ""),
        NoticeState.FAILED: Meaning(
            Family.BAD,
            "It was not sent: there is no address, or the mail server will not have it.",
            "An administrator can send it again, to the address that is on file then.",
        ),
        NoticeState.BOUNCED: Meaning(
            Family.BAD,
            "It was sent and came back.",
            "An administrator can send it again, to the address that is on file then.",
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
