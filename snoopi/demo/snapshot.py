"""Composes plans that say how things stand, as a status document does: without histories.

Everything is Band 3 on the 7m Array towards Sagittarius B2 unless something else is
wanted; ``wanted`` are fields of the ``json`` format by their names, None for "not said".
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from snoopi.demo import sky
from snoopi.demo.compose import setup_of
from snoopi.demo.native import sky_of
from snoopi.demo.plans import Block, Execution, Goal, Group, Member, ProjectPlan, Tie

NIGHT = datetime(2014, 7, 1, 7, 2, 6, tzinfo=UTC)
_RUN = timedelta(minutes=70.18)
_SETUP = setup_of("SgrB2", 3, array="7m", rep_freq_ghz=91.28, place=(266.83099, -28.39161))
_READY = {"state": "Ready", "state_at": NIGHT}
_LETTERS = "abcdefgh"


def execution_now(uid: str, number: int = 0, **wanted: Any) -> Execution:
    """An execution that passed, on the night ``number`` days after the first."""
    start = NIGHT + timedelta(days=number)
    return Execution(uid=uid, start=start, end=start + _RUN, more=_in_band(wanted))


def block_now(
    uid: str, executions: Iterable[Execution] = (), *, number: int = 0, **wanted: Any
) -> Block:
    """An SB that is Ready and expects four executions."""
    return Block(
        uid=uid,
        status_uid="",
        name=f"SgrB2_{_LETTERS[number % len(_LETTERS)]}_03_7M",
        setup=_SETUP,
        history=(),
        expected=Decimal(4),
        executions=tuple(executions),
        more={**_READY, **sky_of(_SETUP), **_in_band(wanted)},
    )


def member_now(uid: str, blocks: Iterable[Block] = (), **wanted: Any) -> Member:
    """A member OUS that is Ready."""
    more = {**_READY, **sky_of(_SETUP), **_in_band(wanted)}
    return named_member(uid, blocks, name="SgrB2_a_03_7M", more=more)


def group_now(uid: str, members: Iterable[Member] = (), **wanted: Any) -> Group:
    """A group OUS."""
    return named_group(uid, members, name="Group of SgrB2", more=wanted)


def goal_now(uid: str, groups: Iterable[Group] = (), **wanted: Any) -> Goal:
    """A science goal OUS."""
    return named_goal(uid, groups, name="CH3CN 5-4 & isotopologues", more=wanted)


def project_now(
    code: str, goals: Iterable[Goal] = (), *, ties: Iterable[Tie] = (), **wanted: Any
) -> ProjectPlan:
    """A project in progress; one without a code needs a wanted ``uid``."""
    usual = {
        "title": "Observing the center of the galaxy with ALMA",
        "pi_name": "Smith, John",
        "executive": "EU",
        "arc": "EU",
        "state": "InProgress",
        "state_at": NIGHT,
    }
    return named_project(code, goals, ties=tuple(ties), more={**usual, **wanted})


def named_project(
    code: str | None = "", goals: Iterable[Goal] = (), *, uid: str | None = "", **said: Any
) -> ProjectPlan:
    """A project of which nothing is said but its name, and what is given."""
    nothing = dict.fromkeys(("status_uid", "proposal_uid", "root_uid", "title", "executive"), "")
    plan = {**nothing, "history": (), **said}
    return ProjectPlan(code=code or "", uid=uid or "", goals=tuple(goals), **plan)


def named_goal(uid: str | None = "", groups: Iterable[Group] = (), **said: Any) -> Goal:
    """Likewise a science goal; without ``uid`` nobody knows which."""
    nothing = {"part_id": "", "name": "", "title": ""}
    return Goal(uid=uid or "", groups=tuple(groups), **{**nothing, **said})


def named_group(uid: str | None = "", members: Iterable[Member] = (), **said: Any) -> Group:
    """Likewise a group OUS."""
    return Group(uid=uid or "", members=tuple(members), **{"part_id": "", "name": "", **said})


def named_member(uid: str | None = "", blocks: Iterable[Block] = (), **said: Any) -> Member:
    """Likewise a member OUS."""
    nothing: dict[str, Any] = {"part_id": "", "name": "", "history": ()}
    return Member(uid=uid or "", blocks=tuple(blocks), **{**nothing, **said})


def named_block(uid: str | None = "", executions: Iterable[Execution] = ()) -> Block:
    """Likewise an SB."""
    runs = tuple(executions)
    return Block(uid=uid or "", status_uid="", name="", setup=_SETUP, history=(), executions=runs)


def _in_band(wanted: dict[str, Any]) -> dict[str, Any]:
    """What is wanted, with a frequency of the band where only the band is."""
    if not wanted.get("bands") or "rep_freq_ghz" in wanted:
        return wanted
    return {**wanted, "rep_freq_ghz": sky.FREQUENCIES_GHZ[wanted["bands"][0]][0]}
