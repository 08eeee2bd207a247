"""A synthetic project as rows: valid in themselves and against each other.

The same seed and number give the same project. UIDs stand in a range of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from projects.identity import Uid
from projects.rollup import project_following, rolled_up
from projects.states import Level
from snoopi.demo import sky
from snoopi.demo.cycles import CYCLES, Cycle
from snoopi.demo.lives import one_year_after
from snoopi.demo.wipe import SIMULATED

Row = dict[str, Any]
# Who hands out the id of a new row on a level.
NewId = dict[Level, Iterator[int]]

RESERVED = "X51f"
MOST_PROJECTS = 100_000 * len(CYCLES)
_CYCLES = tuple(CYCLES.values())
_SUFFIXES = {"12m": "TM1", "7m": "7M", "TP": "TP"}
_MINUTES = {"12m": 62, "7m": 74, "TP": 68}
_ARRAYS = (("12m",), ("12m", "12m", "7m"), ("12m", "12m", "7m", "TP"))
_CATEGORIES = (
    "Active galaxies",
    "Circumstellar disks, exoplanets and the solar system",
    "Cosmology and the high redshift universe",
    "Galaxies and galactic nuclei",
    "ISM, star formation and astrochemistry",
    "Stars and stellar evolution",
)
# State of a member OUS and how often it is met, in a cycle that is over and in the newest.
_ENDED_STATES = {"Delivered": 80, "ObservingTimedOut": 16, "NotObserved": 4}
_NEWEST_STATES = {
    "Ready": 30,
    "PartiallyObserved": 16,
    "FullyObserved": 6,
    "ReadyForProcessing": 4,
    "Processing": 6,
    "ReadyForReview": 3,
    "Reviewing": 1,
    "Verified": 1,
    "Delivered": 33,
}
_NOTHING_TAKEN = frozenset({"Ready", "NotObserved", "ObservingTimedOut"})


@dataclass(slots=True)
class Family:
    """All rows of one project by level; each names its parents by their ids."""

    project: Row
    rows: dict[Level, list[Row]] = field(
        default_factory=lambda: {level: [] for level in list(Level)[1:]}
    )


class Maker:
    """Makes one project; ``number`` counts from 0 over all that were ever simulated."""

    def __init__(self, number: int, seed: int, new_ids: NewId) -> None:
        self.rng = Random(f"{seed}:{number}")
        self.number = number
        # A running number has five digits: it comes again in another cycle.
        turn, running = divmod(number, 100_000)
        self.cycle: Cycle = _CYCLES[(running * 7 + turn) % len(_CYCLES)]
        self.code = f"{self.cycle.name}.{running:05d}.{self.rng.choice('SSSSSSSST')}"
        self._middle = f"{RESERVED}{number:06x}"
        self._serial = {"A001": 0, "A002": 0}
        self._new_ids = new_ids

    def family(self) -> Family:
        """Make the project with all below it."""
        executive = self.rng.choice(("NA", "EU", "EA", "CL"))
        project = self._named(Level.PROJECT) | {
            "ref": self.code,
            "code": self.code,
            "cycle": self.cycle.name,
            "title": f"Simulated project {self.number}",
            "pi_name": f"Simulated PI {self.rng.randrange(3000):04d}",
            "executive": executive,
            "arc": "NA" if executive == "CL" else executive,
            "grade": self.rng.choice("AABBBCC"),
            "science_category": self.rng.choice(_CATEGORIES),
            "is_demo": True,
            "facts": {SIMULATED: {"number": [self.number, self.cycle.deadline.isoformat()]}},
        }
        family = Family(project)
        for letter in "abcd"[: self.rng.randint(2, 4)]:
            self._goal(family, letter)
        _settle(family)
        return family

    def _named(self, level: Level, archive: str = "A001") -> Row:
        self._serial[archive] += 1
        uid = f"uid://{archive}/{self._middle}/X{self._serial[archive]:x}"
        return {"id": next(self._new_ids[level]), "uid": uid, "ref": Uid(uid).ref}

    def _goal(self, family: Family, letter: str) -> None:
        place = self._place(letter)
        band = place["bands"][0]
        goal = self._named(Level.SCIENCE_GOAL) | {
            "project_id": family.project["id"],
            "name": f"SG OUS (Band {band})",
            "asked": {"goal": f"Band {band}", "rep_freq_ghz": place["rep_freq_ghz"]},
        }
        group = self._named(Level.GROUP_OUS) | {
            "project_id": family.project["id"],
            "science_goal_id": goal["id"],
            "name": "Group OUS",
        }
        family.rows[Level.SCIENCE_GOAL].append(goal)
        family.rows[Level.GROUP_OUS].append(group)
        for part, array in enumerate(self.rng.choice(_ARRAYS)):
            self._member(family, group, {**place, "array": array}, f"{letter}{part}")

    def _place(self, letter: str) -> Row:
        band = self.rng.choice((3, 3, 4, 6, 6, 6, 7, 7, 8, 9))
        low_ghz, high_ghz = sky.BAND_EDGES_GHZ[band]
        return {
            "target_names": f"Field{self.number:06d}{letter}",
            "bands": [band],
            "ra_deg": round(self.rng.uniform(0, 359.9999), 4),
            "dec_deg": round(self.rng.uniform(-75, 35), 4),
            "rep_freq_ghz": round(self.rng.uniform(low_ghz + 2, high_ghz - 2), 3),
        }

    def _member(self, family: Family, group: Row, place: Row, part: str) -> None:
        states = _NEWEST_STATES if self.cycle is _CYCLES[-1] else _ENDED_STATES
        state = self.rng.choices([*states], [*states.values()])[0]
        member = self._named(Level.MEMBER_OUS) | {
            "project_id": family.project["id"],
            "science_goal_id": group["science_goal_id"],
            "group_ous_id": group["id"],
            "name": f"Member OUS ({place['target_names']})",
            "state": state,
            **place,
        }
        family.rows[Level.MEMBER_OUS].append(member)
        blocks = [
            self._block(family, member, place, part, number)
            for number in range(self.rng.choice((1, 1, 1, 2)))
        ]
        for count in ("executions_count", "executions_passed", "executions_expected"):
            member[count] = sum(block[count] for block in blocks)
        member["state_since"] = member["public_since"] = max(
            block["state_since"] for block in blocks
        )
        if state == "Delivered":
            member |= self._delivery(member["state_since"])

    def _delivery(self, at: datetime) -> Row:
        return {
            "qa2": self.rng.choice(("Pass",) * 9 + ("SemiPass",)),
            "delivered_at": at,
            "release_date": one_year_after(at),
        }

    def _block(self, family: Family, member: Row, place: Row, part: str, number: int) -> Row:
        state, array = member["state"], place["array"]
        taken = state not in _NOTHING_TAKEN
        complete = taken and state != "PartiallyObserved"
        name = f"{place['target_names']}_{part[0]}_{place['bands'][0]:02d}_{_SUFFIXES[array]}"
        block = self._named(Level.SCHED_BLOCK) | {
            "project_id": member["project_id"],
            "member_ous_id": member["id"],
            "name": f"{name}{part[1]}{number}",
            "state": "FullyObserved" if complete else "Ready" if taken else state,
            **place,
        }
        runs = self._executions(block, place, self.rng.randint(3, 7) if taken else 0)
        passed = sum(run["qa0"] == "Pass" for run in runs)
        block["executions_count"] = len(runs)
        block["executions_passed"] = Decimal(passed)
        expected = max(passed + (0 if complete else 2), 1)
        block["executions_expected"] = Decimal(expected)
        block["estimated_time_min"] = float(_MINUTES[array] * expected)
        block["state_since"] = block["public_since"] = self._after(runs)
        family.rows[Level.SCHED_BLOCK].append(block)
        family.rows[Level.EXEC_BLOCK] += runs
        return block

    def _executions(self, block: Row, place: Row, count: int) -> list[Row]:
        season = self.cycle.ends - self.cycle.begins
        first = self.cycle.begins + season * self.rng.uniform(0.05, 0.6)
        nights = (first + timedelta(days=number) for number in range(count))
        return [self._execution(block, place, near, not n) for n, near in enumerate(nights)]

    def _execution(self, block: Row, place: Row, near: datetime, is_first: bool) -> Row:
        start = sky.when_up(near, place["ra_deg"], self.rng.uniform(-2, 1))
        minutes = _MINUTES[place["array"]] * self.rng.uniform(0.85, 1.1)
        return self._named(Level.EXEC_BLOCK, "A002") | {
            "project_id": block["project_id"],
            "member_ous_id": block["member_ous_id"],
            "sched_block_id": block["id"],
            "start": start,
            "end": start + timedelta(seconds=round(60 * minutes)),
            # The first counts: what is past Ready has an execution that passed.
            "qa0": "Pass" if is_first or self.rng.random() < 0.9 else "Fail",
            "pwv_mm": round(self.rng.uniform(0.2, 2.5), 2),
            **place,
        }

    def _after(self, runs: Sequence[Row]) -> datetime:
        last = max((run["end"] for run in runs), default=self.cycle.results)
        return (last + timedelta(days=self.rng.uniform(1, 60))).replace(microsecond=0)


def _settle(family: Family) -> None:
    """Let the states above the member OUSs follow from theirs."""
    members = family.rows[Level.MEMBER_OUS]
    for level in (Level.GROUP_OUS, Level.SCIENCE_GOAL):
        for row in family.rows[level]:
            below = [member for member in members if member[f"{level}_id"] == row["id"]]
            row["state"] = rolled_up(member["state"] for member in below)
            row["state_since"] = row["public_since"] = max(
                member["state_since"] for member in below
            )
    states = [member["state"] for member in members]
    ended = set(states) <= {"ObservingTimedOut", "NotObserved"}
    family.project |= {
        "state": project_following("Ready", states) or ("ObservingTimedOut" if ended else "Ready"),
        "state_since": max(member["state_since"] for member in members),
        "public_since": max(member["state_since"] for member in members),
        "members_total": len(states),
        "members_delivered": states.count("Delivered"),
    }
