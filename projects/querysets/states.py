"""Filters by state in the viewer's vocabulary: ``public_state`` turned round, for SQL.

The conditions are computed from ``public_state`` itself, so that the two cannot disagree.
"""

from collections import defaultdict
from decimal import Decimal
from functools import cache

from django.db.models import Q

from projects.public import PublicState, public_state
from projects.querysets.project import Viewer, is_staff_viewer
from projects.states import STATES_OF, Level, StateFlag

_FLAGS = ("", *StateFlag)
# Member OUSs whose QA2 verdict can still be taken back.
IN_HOLD = Q(state="Verified", state_flag=StateFlag.IN_HOLD)
_MENDED = ("Broken", "Repaired")
# Above these two nothing counts executions of its own.
_COUNTING = frozenset({Level.MEMBER_OUS, Level.SCHED_BLOCK})


def state_words(level: Level, viewer: Viewer) -> list[str]:
    """The words for a state that exist for ``viewer``."""
    return [*STATES_OF[level]] if is_staff_viewer(viewer) else [*PublicState]


def in_state(level: Level, word: str, viewer: Viewer) -> Q:
    """The things that stand in a state as ``viewer`` is told."""
    return Q(state=word) if is_staff_viewer(viewer) else in_public_state(level, word)


@cache
def in_public_state(level: Level, word: str) -> Q:
    """The things of which the public is told ``word``."""
    plain = _told_directly(level, word, "state")
    resumed = _told_directly(level, word, "resume_state")
    return plain | (Q(state__in=_MENDED) & resumed)


def _told_directly(level: Level, word: str, field: str) -> Q:
    """The same, where ``field`` holds the state that is told."""
    condition = Q(pk__in=[])
    for (flags, passes), states in _cells(level, word).items():
        cell = Q(**{f"{field}__in": sorted(states)})
        if len(flags) < len(_FLAGS):
            cell &= _with_flags(flags)
        if len(passes) == 1:
            cell &= Q(executions_passed__gt=0) if passes[0] else Q(executions_passed__lte=0)
        condition |= cell
    return condition


def _with_flags(flags: tuple[str, ...]) -> Q:
    """Things with one of these flags; "" stands for any that has no public word."""
    named = Q(state_flag__in=[flag for flag in flags if flag])
    return named | ~Q(state_flag__in=[*StateFlag]) if "" in flags else named


def _cells(level: Level, word: str) -> dict[tuple[tuple[str, ...], tuple[bool, ...]], list[str]]:
    """The states that are told as ``word``, by the flags and passes under which they are."""
    passes = (False, True) if level in _COUNTING else (False,)
    cells = defaultdict(list)
    for state in STATES_OF[level]:
        told: dict[tuple[str, ...], list[bool]] = defaultdict(list)
        for passed in passes:
            flags = tuple(
                flag
                for flag in _FLAGS
                if public_state(level, state, flag=flag, passed=Decimal(passed)) == word
            )
            told[flags].append(passed)
        for flags, under in told.items():
            if flags:
                complete = len(under) == len(passes)
                cells[flags, () if complete else tuple(under)].append(state.value)
    return cells
