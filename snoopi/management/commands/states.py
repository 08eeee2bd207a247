"""Prints docs/states.md from the tables that the code enforces."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from accounts.rights import RIGHTS, STAFF_ROLE_WORDS, Right, Scope
from projects.moves import MOVES, Move, Way
from projects.public import MEANINGS, public_label, public_state
from projects.states import STATES_OF, WAITING_FLAGS, Level, StateFlag

_LEVELS = {
    Level.PROJECT: "Project",
    Level.MEMBER_OUS: "Member OUS",
    Level.SCHED_BLOCK: "Scheduling block",
}
_WAY_WORDS = {
    Way.STEP: "a step",
    Way.EXECUTION: "execution counts",
    Way.QA2: "a QA2 decision",
    Way.DELIVERY: "the delivery",
    Way.QA3: "a QA3 decision",
    Way.ROLL_UP: "its parts",
    Way.SEASON: "an act on the season",
}


class Command(BaseCommand):
    help = "Prints docs/states.md: every state, its public word, every legal step and by whom."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("\n".join(state_pages()))


def state_pages() -> Iterator[str]:
    """The lines of docs/states.md."""
    yield "# States and steps"
    yield ""
    yield "Printed by `python manage.py states` from `projects/moves.py` and"
    yield "`projects/public.py`; a test keeps this page and the code the same."
    yield ""
    yield from _public_words()
    for level, title in _LEVELS.items():
        yield from _level(level, title)
    yield from _upper_levels()


def _public_words() -> Iterator[str]:
    yield "## What people outside read"
    yield ""
    yield "| public state | label | meaning | what comes next | waits for | on |"
    yield "|---|---|---|---|---|---|"
    for state, meaning in MEANINGS.items():
        cells = (state, public_label(Level.MEMBER_OUS, state), meaning.means, meaning.next)
        yield f"| {' | '.join(cells)} | {meaning.waits_for or '–'} | {meaning.on or '–'} |"
    yield ""


def _level(level: Level, title: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield "| ALMA's state | public without a pass | public with passes |"
    yield "|---|---|---|"
    for state in STATES_OF[level]:
        yield f"| {state} | {_public(level, state, 0)} | {_public(level, state, 1)} |"
        if state == "Waiting":
            for flag in WAITING_FLAGS:
                word = public_state(level, state, flag=flag)
                yield f"| {state}, flag {flag} | {word} | {word} |"
        if state == "Verified":
            word = public_state(level, state, flag=StateFlag.IN_HOLD)
            yield f"| {state}, in hold | {word} | {word} |"
    yield ""
    yield "| from | to | when | by | who |"
    yield "|---|---|---|---|---|"
    for move in MOVES[level].values():
        ways = ", ".join(_WAY_WORDS[way] for way in Way if way in move.ways)
        yield f"| {move.frm} | {move.to} | {move.when} | {ways} | {_who(move)} |"
    yield ""


def _public(level: Level, state: str, passed: int) -> str:
    if state in {"Broken", "Repaired"}:
        return "the state before"
    return public_state(level, state, passed=passed) or "–"


def _who(move: Move) -> str:
    return people_with(move.right) if move.right else "the system"


def people_with(right: Right) -> str:
    """Who holds a right, in words: "QA reviewer (own), data reduction manager"."""
    scoped = RIGHTS[right].items()
    words = [
        STAFF_ROLE_WORDS[role] + ("" if scope == Scope.ALL else f" ({scope})")
        for role, scope in scoped
    ]
    return ", ".join(words)


def _upper_levels() -> Iterator[str]:
    yield "## Group OUS and science goal OUS"
    yield ""
    yield "They take no steps of their own: their state is one function of their member OUSs"
    yield "(`projects/rollup.py`). Deleted, Canceled and DoNotObserve ones are left out, timed-out"
    yield "ones as long as others are left. None left, or one without a state: no state. All"
    yield "equal: that state. All FullyObserved or later: the least advanced. Otherwise"
    yield "PartiallyObserved if any is past Ready, else the least advanced."
