"""What people outside are told of a state: words of SEMANTICS, labels of DOMAIN 1.10."""

import pytest

from projects.public import (
    MEANINGS,
    UNKNOWN_MEANING,
    PublicState,
    meaning_of,
    public_label,
    public_state,
    staff_label,
)
from projects.states import STATES_OF, Family, Level

OUS, BLOCK, PROJECT = Level.MEMBER_OUS, Level.SCHED_BLOCK, Level.PROJECT

# SEMANTICS, "States": every public word there is.
WORDS = """
Ready PartiallyObserved WaitingForPI WaitingForTrigger FullyObserved ReadyForProcessing
BeingProcessed Verified Delivered QA3InProgress ObservingTimedOut Completed
PartiallyCompleted NotObserved DoNotObserve Canceled
Phase1Submitted Approved Rejected Phase2Submitted InProgress
"""
VOCABULARY = set(WORDS.split())

# State, public word without passes, public word with passes.
OUS_WORDS = """
NewPhase1            Phase1Submitted    Phase1Submitted
Phase1Submitted      Phase1Submitted    Phase1Submitted
Approved             Approved           Approved
Rejected             Rejected           Rejected
NewPhase2            Phase2Submitted    Phase2Submitted
Phase2Submitted      Phase2Submitted    Phase2Submitted
Ready                Ready              PartiallyObserved
CSVReady             Ready              PartiallyObserved
PartiallyObserved    PartiallyObserved  PartiallyObserved
FullyObserved        FullyObserved      FullyObserved
ObservingTimedOut    ObservingTimedOut  ObservingTimedOut
ReadyForProcessing   ReadyForProcessing ReadyForProcessing
Processing           BeingProcessed     BeingProcessed
ProcessingProblem    BeingProcessed     BeingProcessed
ReadyForReview       BeingProcessed     BeingProcessed
Reviewing            BeingProcessed     BeingProcessed
PipelineProcessing   BeingProcessed     BeingProcessed
PipelineError        BeingProcessed     BeingProcessed
ManualProcessing     BeingProcessed     BeingProcessed
Processed            BeingProcessed     BeingProcessed
QA2InProgress        BeingProcessed     BeingProcessed
ReprocessingRequired BeingProcessed     BeingProcessed
Verified             Verified           Verified
DeliveryInProgress   Verified           Verified
ReadyToDeliver       Verified           Verified
Delivered            Delivered          Delivered
QA3InProgress        QA3InProgress      QA3InProgress
NotObserved          NotObserved        NotObserved
DoNotObserve         DoNotObserve       DoNotObserve
Canceled             Canceled           Canceled
Broken               -                  -
Repaired             -                  -
Deleted              -                  -
"""
BLOCK_WORDS = """
NewPhase1         Phase1Submitted   Phase1Submitted
Phase1Submitted   Phase1Submitted   Phase1Submitted
NewPhase2         Phase2Submitted   Phase2Submitted
Phase2Submitted   Phase2Submitted   Phase2Submitted
Ready             Ready             PartiallyObserved
Running           Ready             PartiallyObserved
Suspended         Ready             PartiallyObserved
Waiting           Ready             PartiallyObserved
CalibratorCheck   Ready             PartiallyObserved
PartiallyObserved PartiallyObserved PartiallyObserved
FullyObserved     FullyObserved     FullyObserved
ObservingTimedOut ObservingTimedOut ObservingTimedOut
NotObserved       NotObserved       NotObserved
DoNotObserve      DoNotObserve      DoNotObserve
Canceled          Canceled          Canceled
Broken            -                 -
Repaired          -                 -
Deleted           -                 -
CSVReady          Ready             PartiallyObserved
CSVRunning        Ready             PartiallyObserved
CSVSuspended      Ready             PartiallyObserved
"""
PROJECT_WORDS = """
NewPhase1          Phase1Submitted    Phase1Submitted
Phase1Submitted    Phase1Submitted    Phase1Submitted
Reviewed           Phase1Submitted    Phase1Submitted
Approved           Approved           Approved
Rejected           Rejected           Rejected
NewPhase2          Phase2Submitted    Phase2Submitted
Phase2Submitted    Phase2Submitted    Phase2Submitted
Ready              Ready              Ready
PartiallyObserved  InProgress         InProgress
InProgress         InProgress         InProgress
ObservingTimedOut  ObservingTimedOut  ObservingTimedOut
Completed          Completed          Completed
PartiallyCompleted PartiallyCompleted PartiallyCompleted
NotObserved        NotObserved        NotObserved
DoNotObserve       DoNotObserve       DoNotObserve
Canceled           Canceled           Canceled
Broken             -                  -
Repaired           -                  -
Deleted            -                  -
CSVReady           Ready              Ready
"""


def rows(level: Level, table: str) -> list[tuple[Level, str, int, str | None]]:
    """Lay a table out as (level, state, passed, public word)."""
    laid = []
    for state, without, taken in map(str.split, table.strip().splitlines()):
        laid += [(level, state, 0, without), (level, state, 2, taken)]
    return [(level, state, passed, word.strip("-") or None) for _, state, passed, word in laid]


TOLD = [*rows(OUS, OUS_WORDS), *rows(BLOCK, BLOCK_WORDS), *rows(PROJECT, PROJECT_WORDS)]


@pytest.mark.parametrize(("level", "state", "passed", "word"), TOLD)
def test_state_is_told_outside_by_its_public_word(level, state, passed, word):
    assert public_state(level, state, passed=passed) == word


def test_table_above_names_every_state_of_every_level():
    for level in (OUS, BLOCK, PROJECT):
        assert {row[1] for row in TOLD if row[0] == level} == {*STATES_OF[level]}


def test_vocabulary_outside_is_the_one_agreed():
    assert {*PublicState} == VOCABULARY
    assert {*MEANINGS} == VOCABULARY


@pytest.mark.parametrize("level", [Level.GROUP_OUS, Level.SCIENCE_GOAL])
@pytest.mark.parametrize("state", STATES_OF[OUS])
def test_sets_above_speak_as_member_ouss_do(level, state):
    assert public_state(level, state) == public_state(OUS, state)


@pytest.mark.parametrize("passed", [0, 3])
@pytest.mark.parametrize(
    ("flag", "word"), [("ForP2G", "WaitingForPI"), ("trigger", "WaitingForTrigger")]
)
def test_waiting_with_a_flag_says_for_whom(flag, word, passed):
    assert public_state(BLOCK, "Waiting", flag=flag, passed=passed) == word


def test_unknown_flag_of_waiting_or_a_flag_elsewhere_says_nothing():
    assert public_state(BLOCK, "Waiting", flag="Weather") == "Ready"
    assert public_state(BLOCK, "Suspended", flag="ForP2G") == "Ready"


@pytest.mark.parametrize("level", [OUS, BLOCK, PROJECT])
@pytest.mark.parametrize("word", [None, "", "Exploded", "ready", "READY", "InOrbit"])
def test_no_state_or_an_unknown_word_is_told_as_nothing(level, word):
    assert public_state(level, word) is None
    assert public_label(level, public_state(level, word)) == "N/A"


def test_word_of_another_level_is_unknown_here():
    assert public_state(OUS, "Running") is None
    assert public_state(BLOCK, "Delivered") is None
    assert public_state(PROJECT, "Verified") is None


@pytest.mark.parametrize("mended", ["Broken", "Repaired"])
@pytest.mark.parametrize(
    ("level", "before", "passed", "word"),
    [
        (OUS, "PartiallyObserved", 0, "PartiallyObserved"),
        (OUS, "Processing", 0, "BeingProcessed"),
        (BLOCK, "Suspended", 0, "Ready"),
        (BLOCK, "Suspended", 1, "PartiallyObserved"),
        (PROJECT, "PartiallyObserved", 0, "InProgress"),
        (PROJECT, None, 0, None),
    ],
)
def test_broken_and_repaired_are_told_as_the_state_before(mended, level, before, passed, word):
    assert public_state(level, mended, passed=passed, resume_state=before) == word


# DOMAIN 1.10; what differs on SBs stands below.
LABELS = {
    "Phase1Submitted": "Phase 1 Submitted",
    "Approved": "Approved",
    "Rejected": "Rejected",
    "Phase2Submitted": "Phase 2 Submitted",
    "Ready": "Ready",
    "InProgress": "In Progress",
    "PartiallyObserved": "Partly observed",
    "WaitingForPI": "Waiting for PI",
    "WaitingForTrigger": "Waiting for Trigger",
    "FullyObserved": "All data taken",
    "ReadyForProcessing": "Ready for Processing",
    "BeingProcessed": "Being processed",
    "Verified": "Verified",
    "Delivered": "Delivered",
    "QA3InProgress": "QA3 in Progress",
    "ObservingTimedOut": "Timed out",
    "Completed": "Completed, all data delivered",
    "PartiallyCompleted": "Partially completed",
    "NotObserved": "Not observed",
    "DoNotObserve": "Will not be observed",
    "Canceled": "Canceled",
}
SB_LABELS = {"Ready": "Ready, no data taken", "PartiallyObserved": "Some data taken"}


@pytest.mark.parametrize("word", sorted(VOCABULARY))
def test_public_word_has_its_label(word):
    assert public_label(OUS, word) == LABELS[word]
    assert public_label(PROJECT, word) == LABELS[word]
    assert public_label(BLOCK, word) == SB_LABELS.get(word, LABELS[word])


@pytest.mark.parametrize(
    ("state", "qa2", "label"),
    [
        ("Verified", "Pass", "Verified, QA2 Pass"),
        ("Verified", "SemiPass", "Verified, QA2 SemiPass"),
        ("Delivered", "Pass", "Delivered, QA2 Pass"),
        ("Delivered", "SemiPass", "Delivered, QA2 SemiPass"),
        ("Delivered", None, "Delivered"),
        ("QA3InProgress", "Pass", "QA3 in Progress"),
        ("BeingProcessed", "Fail", "Being processed"),
    ],
)
def test_label_of_verified_and_delivered_says_the_verdict(state, qa2, label):
    assert public_label(OUS, state, qa2=qa2) == label


@pytest.mark.parametrize(
    ("state", "flag", "qa2", "label"),
    [
        (None, "", None, "N/A"),
        ("Ready", "", None, "Ready"),
        (
            "ReadyForProcessing",
            "PipelineCalAndImg",
            None,
            "Ready for processing (PipelineCalAndImg)",
        ),
        ("Waiting", "ForP2G", None, "Waiting (ForP2G)"),
        ("DeliveryInProgress", "", "SemiPass", "Delivery in progress, QA2 SemiPass"),
        ("Reviewing", "", "Pass", "Reviewing"),
        ("QA3InProgress", "UserInitiated", None, "QA3 in progress (UserInitiated)"),
        ("CSVReady", "", None, "CSV ready"),
    ],
)
def test_staff_read_almas_own_name_as_words(state, flag, qa2, label):
    assert staff_label(state, flag=flag, qa2=qa2) == label


@pytest.mark.parametrize("level", STATES_OF)
def test_every_state_has_a_label_for_staff(level):
    for state in STATES_OF[level]:
        letters = staff_label(state).replace(" ", "").lower()
        assert letters == state.lower()


def test_meaning_of_every_word_says_what_is_and_what_follows():
    for word in VOCABULARY:
        meaning = meaning_of(word)
        assert meaning.means.endswith(".")
        assert meaning.next.endswith(".")
        assert bool(meaning.waits_for) == bool(meaning.on)
    assert meaning_of(None) == meaning_of("Exploded") == UNKNOWN_MEANING
    assert UNKNOWN_MEANING.family == Family.UNKNOWN
