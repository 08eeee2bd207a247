"""What sources say in the model: any piece of a small project, in the ``json`` format."""

from datetime import UTC, datetime, timedelta
from json import dumps

from hypothesis import strategies as st

from ingest.loader import load
from ingest.readers import Source, read_source

CODE = "2021.1.90001.S"
# Scheduling blocks of each member OUS, by the numbers of their UIDs.
BLOCKS = {20: (30, 31), 21: (32,), 22: (33,)}
GROUPS = {10: (20, 21), 11: (22,)}
MEMBERS = tuple(BLOCKS)
RUNS = 2
ORIGINS = ("upstream", "archive")
MEMBER_WORDS = (
    *("Phase2Submitted", "Ready", "PartiallyObserved", "FullyObserved", "ObservingTimedOut"),
    *("ReadyForProcessing", "Processing", "ProcessingProblem", "ReadyForReview", "Reviewing"),
    *("Verified", "DeliveryInProgress", "Delivered", "QA3InProgress", "Deleted", "Canceled"),
)
BLOCK_WORDS = (
    *("Phase2Submitted", "Ready", "Running", "Suspended", "Waiting", "FullyObserved"),
    *("ObservingTimedOut", "Deleted", "Canceled"),
)
PROJECT_WORDS = ("Approved", "Ready", "InProgress", "Completed", "ObservingTimedOut")
VERDICTS = ("Unset", "Pending", "Pass", "SemiPass", "Fail")
FRACTIONS = (0.3, 0.5, 1.0, 1.25)


def uid(number):
    """The UID of the thing with a number."""
    return f"uid://A001/X77/X{number:x}"


def run_uid(block, number):
    """The UID of an execution of a scheduling block."""
    return f"uid://A002/X77{block:x}/X{number + 1:x}"


def beginning(word, observed):
    """The project, with all member OUSs in one state and what of them was observed."""
    parts = {member: _member(member, word, observed) for member in MEMBERS}
    groups = [
        {"uid": uid(group), "member_ous": [parts[member] for member in numbers]}
        for group, numbers in GROUPS.items()
    ]
    goal = {"uid": uid(1), "group_ous": groups}
    return {"code": CODE, "state": "Ready", "science_goals": [goal]}


def _member(number, word, observed):
    found = [
        {
            "uid": uid(block),
            "state": "FullyObserved" if observed >= RUNS else "Ready",
            "executions_expected": RUNS,
            "exec_blocks": [_run(block, each) for each in range(observed)],
        }
        for block in BLOCKS[number]
    ]
    return {"uid": uid(number), "state": word, "sched_blocks": found}


def _run(block, number):
    times = {"start": ago(100.05 - number), "end": ago(100 - number)}
    return {"uid": run_uid(block, number), "qa0": "Pass", **times}


def take(project, origin=ORIGINS[0]):
    """Load what a source says of the project."""
    body = dumps({"snoopi": 1, "origin": origin, "projects": [project]}).encode()
    assert load(read_source(Source.from_bytes("said.json", body))).rejected == []


def of_member(number, **said):
    """The project as a source words it that speaks of one member OUS alone."""
    group = next(group for group, members in GROUPS.items() if number in members)
    parts = {"uid": uid(group), "member_ous": [{"uid": uid(number), **said}]}
    return {"code": CODE, "science_goals": [{"uid": uid(1), "group_ous": [parts]}]}


def of_block(number, **said):
    """The same, of one scheduling block."""
    member = next(member for member, blocks in BLOCKS.items() if number in blocks)
    return of_member(member, sched_blocks=[{"uid": uid(number), **said}])


def dated(word, days):
    """A state with its date, so many days ago; undated for None."""
    return {"state": word, **({"state_at": ago(days)} if days is not None else {})}


def ago(days):
    """A moment of the past, as a source writes it."""
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def history(steps):
    """A history of (state, so many days ago)."""
    return [{"to": word, "at": ago(days)} for word, days in steps]


members = st.sampled_from(MEMBERS)
blocks = st.sampled_from([number for found in BLOCKS.values() for number in found])
days_ago = st.none() | st.sampled_from((0.0001, 1, 2.5, 40))
origins = st.sampled_from(ORIGINS)


def steps(words):
    """A short history."""
    return st.lists(
        st.tuples(st.sampled_from(words), st.sampled_from((0.001, 1, 3, 60))), max_size=2
    )
