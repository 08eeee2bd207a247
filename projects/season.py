"""When a scheduling block can be observed, and what becomes of it at the season's end. Pure.

The dates are rows of the observatory's tables (``projects/data``), each with its source;
where no row says anything, the answer says so.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

_C43 = re.compile(r"C43-(\d+)", re.ASCII)
# These two do not move: they observe whatever the 12-m array looks like.
_STAYING_ARRAYS = frozenset({"7m", "TP"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """An observing cycle; both days belong to it."""

    cycle: str
    name: str
    first_day: date
    last_day: date
    confidence: str
    source: str

    def __str__(self) -> str:
        return f"{self.name} ({self.cycle})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days on which the 12-m array serves these configurations; both belong to it."""

    cycle: str
    configurations: tuple[str, ...]
    first_day: date
    last_day: date
    confidence: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryRule:
    """What becomes of an unfinished grade, from a cycle on."""

    first_cycle: str
    grade: str
    carried_over: bool
    words: str
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The observatory's dated tables."""

    cycles: Sequence[Cycle]
    windows: Sequence[Window]
    carry_rules: Sequence[CarryRule]

    def cycle(self, code: str) -> Cycle | None:
        """The cycle that a project's code begins with; director's time goes by its year."""
        named = [row for row in self.cycles if row.cycle == code]
        if code[5:].isalpha():
            named = [row for row in self.cycles if row.cycle[:4] == code[:4]]
        return named[0] if named else None

    def after(self, cycle: Cycle) -> Cycle | None:
        """The first cycle that begins after another one has ended."""
        later = [row for row in self.cycles if row.first_day > cycle.last_day]
        return min(later, key=lambda row: row.first_day, default=None)

    def carry_rule(self, cycle: str, grade: str) -> CarryRule | None:
        """The newest rule on a grade that holds in a cycle."""
        rules = [
            rule for rule in self.carry_rules if rule.grade == grade and rule.first_cycle <= cycle
        ]
        return max(rules, key=lambda rule: rule.first_cycle, default=None)


def configuration_name(text: str) -> str:
    """A configuration as the schedule names it: C43-3 is what C-3 was called for a while."""
    return _C43.sub(r"C-\1", text.strip().upper())


@dataclass(frozen=True, slots=True)
class Season:
    """When an SB can be observed, as seen on ``today``.

    ``windows`` are those of its configurations, of the cycle and, where it is carried
    over, of the next one; ``known_until`` is the last day that the schedule knows of.
    """

    today: date
    cycle_code: str
    cycle: Cycle | None
    allowed: tuple[str, ...]
    any_time: bool
    windows: tuple[Window, ...]
    known_until: date | None
    grade: str
    rule: CarryRule | None
    next_cycle: Cycle | None

    @property
    def is_over(self) -> bool:
        """Whether the cycle that it was accepted for has ended."""
        return self.cycle is not None and self.today > self.cycle.last_day

    @property
    def carried_over(self) -> bool | None:
        """Whether what is unfinished goes on in the next cycle; None: no rule on file."""
        return self.rule.carried_over if self.rule else None

    @property
    def now(self) -> Window | None:
        """The window that is open today."""
        opened = (row for row in self.windows if row.first_day <= self.today <= row.last_day)
        return next(opened, None)

    @property
    def next(self) -> Window | None:
        """The next window to open."""
        return next((row for row in self.windows if row.first_day > self.today), None)


def season_of(
    calendar: Calendar,
    *,
    array: str,
    configurations: Iterable[str],
    cycle: str,
    grade: str,
    today: date,
) -> Season:
    """Answer when an SB can be observed."""
    allowed = tuple(dict.fromkeys(map(configuration_name, configurations)))
    own = calendar.cycle(cycle)
    rule = calendar.carry_rule(own.cycle, grade) if own else None
    following = calendar.after(own) if own and rule and rule.carried_over else None
    cycles = [row for row in (own, following) if row is not None]
    rows = [row for one in cycles for row in calendar.windows if row.cycle == one.cycle]
    scheduled = [row.last_day for row in rows if own and row.cycle == own.cycle]
    return Season(
        today=today,
        cycle_code=cycle,
        cycle=own,
        allowed=allowed,
        any_time=array in _STAYING_ARRAYS,
        windows=tuple(
            sorted(
                (row for row in rows if set(allowed) & set(row.configurations)),
                key=lambda row: (row.first_day, row.last_day),
            )
        ),
        known_until=max(scheduled, default=None),
        grade=grade,
        rule=rule,
        next_cycle=following,
    )


def when_words(season: Season) -> str:
    """When it can be observed, in a sentence or two."""
    if season.any_time:
        return "At any time of the cycle: this array does not change its configuration."
    if not season.allowed:
        return "No source says which configurations are allowed."
    if season.known_until is None and not season.windows:
        return f"No configuration schedule on file for {season.cycle or season.cycle_code}."
    if not season.windows:
        return f"{_listed(season.allowed)} is not in the schedule on file{_gap(season)}."
    return _windows_words(season)


def _windows_words(season: Season) -> str:
    now, following = season.now, season.next
    sentences = []
    if now:
        sentences.append(f"Now, in {_named(now, season)} until {now.last_day}.")
    if following:
        first = "Next in" if now else "Scheduled in"
        days = f"from {following.first_day} to {following.last_day}"
        sentences.append(f"{first} {_named(following, season)} {days}.")
    if not sentences:
        last = season.windows[-1]
        days = f"from {last.first_day} to {last.last_day}"
        sentences.append(
            f"{_named(last, season)} was scheduled {days}; it does not come again in the "
            f"schedule on file{_gap(season)}."
        )
    return " ".join(sentences)


def _named(window: Window, season: Season) -> str:
    return _listed([name for name in window.configurations if name in season.allowed])


def _listed(names: Sequence[str]) -> str:
    return " or ".join(names)


def _gap(season: Season) -> str:
    """Says so where the schedule on file does not reach to the season's end."""
    known, cycle = season.known_until, season.cycle
    if known is None or cycle is None or known >= cycle.last_day:
        return ""
    return f", which stops on {known}"


def end_words(season: Season) -> str:
    """When the season ends or ended, in a sentence."""
    if season.cycle is None:
        return f"No dates on file for cycle {season.cycle_code or 'N/A'}."
    verb = "ended" if season.is_over else "ends"
    return f"{season.cycle} {verb} on {season.cycle.last_day}."


def carry_words(season: Season) -> str:
    """What becomes of it when the season ends, in a sentence or two."""
    if season.rule is None:
        subject = f"grade {season.grade}" if season.grade else "a project without a known grade"
        return f"No rule on file for {subject} in cycle {season.cycle_code or 'N/A'}."
    if season.next_cycle is None:
        return season.rule.words
    following = season.next_cycle
    verb = "began" if season.today >= following.first_day else "begins"
    return f"{season.rule.words} {following} {verb} on {following.first_day}."
