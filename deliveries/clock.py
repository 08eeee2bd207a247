"""The proprietary period of a member OUS, as its ledger of entries gives it. Pure.

Months are calendar months in UTC; where the last one has no such day, its last day counts.
No entry shortens the period but a correction. What has been public may be withdrawn, and
gets no new period unless a blanket extension says so. While QA3 looks into a problem a period
that runs is held open: it ends no sooner than the fix is delivered, or as before if QA3 is
aborted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from projects.months import add_months


class ClockKind(StrEnum):
    """What an entry is."""

    SOURCE = "source"
    DELIVERY = "delivery"
    EARLY_RAW = "early_raw"
    EXTENSION = "extension"
    BLANKET = "blanket"
    QA3_OPENED = "qa3_opened"
    QA3_ABORTED = "qa3_aborted"
    QA3_CLOSED = "qa3_closed"
    QA3_RENEWAL = "qa3_renewal"
    WITHDRAWAL = "withdrawal"
    CORRECTION = "correction"


KIND_WORDS: Mapping[str, str] = MappingProxyType(
    {
        ClockKind.SOURCE: "Known from a source",
        ClockKind.DELIVERY: "Delivery",
        ClockKind.EARLY_RAW: "Early release of raw data",
        ClockKind.EXTENSION: "Director's extension",
        ClockKind.BLANKET: "Blanket extension",
        ClockKind.QA3_OPENED: "QA3 opened",
        ClockKind.QA3_ABORTED: "QA3 aborted",
        ClockKind.QA3_CLOSED: "QA3 closed",
        ClockKind.QA3_RENEWAL: "Renewal after QA3",
        ClockKind.WITHDRAWAL: "Withdrawal",
        ClockKind.CORRECTION: "Correction",
    }
)


class Effect(StrEnum):
    """What an entry did to the period."""

    STARTED = "started"
    LENGTHENED = "lengthened"
    HELD_OPEN = "held_open"
    RECLOSED = "reclosed"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    CORRECTED = "corrected"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the ledger; ``sequence`` orders those of one moment.

    A period is ``months`` long or ends at ``until``. A blanket extension has a ``name`` and
    counts for what was not public at ``not_public_at``, which may lie before its own ``at``.
    """

    kind: ClockKind
    at: datetime
    sequence: int = 0
    months: int | None = None
    until: datetime | None = None
    not_public_at: datetime | None = None
    reason: str = ""
    rule: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """The period after some entries; ``end`` is None while unknown.

    ``months`` are counted from ``anchor``, all together: a month more after one that was
    clipped loses no day. ``is_held`` is that QA3 holds it open, whatever ``end`` says;
    ``is_free`` that the data never had a period of their own.
    """

    is_started: bool = False
    anchor: datetime | None = None
    months: int = 0
    end: datetime | None = None
    is_withdrawn: bool = False
    is_held: bool = False
    is_free: bool = False

    @property
    def release_date(self) -> datetime | None:
        """When the data become or became public; None while unknown, held open, or withdrawn."""
        return None if self.is_withdrawn or self.is_held else self.end

    def is_public(self, moment: datetime) -> bool:
        """Whether the data are public at a moment."""
        release = self.release_date
        return release is not None and release <= moment


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, what it did, and the period after it."""

    entry: Entry
    effect: Effect
    sentence: str
    period: Period

    @property
    def kind_words(self) -> str:
        """What the entry is, in words."""
        return KIND_WORDS[self.entry.kind]


@dataclass(frozen=True, slots=True)
class Account:
    """The ledger line by line, oldest first."""

    lines: tuple[Line, ...]

    @property
    def period(self) -> Period:
        """The period after the last entry."""
        return self.lines[-1].period if self.lines else Period()

    @property
    def release_date(self) -> datetime | None:
        """When the data become or became public; None while unknown, held open, or withdrawn."""
        return self.period.release_date

    @property
    def starts(self) -> int:
        """How many entries started the clock: one at most, whatever the ledger holds."""
        return sum(line.effect == Effect.STARTED for line in self.lines)


def told(moment: datetime) -> str:
    """A moment to the second, as the account words it."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def account(entries: Iterable[Entry]) -> Account:
    """Answer the ledger line by line, whatever order the entries are given in."""
    period, lines = Period(), []
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.sequence)):
        step = _STEPS[entry.kind](entry, period)
        period = step.period
        lines.append(Line(entry, step.effect, step.sentence, period))
    return Account(tuple(lines))


def is_public_at(entries: Iterable[Entry], moment: datetime) -> bool:
    """Whether the data were or will be public at a moment, by the entries up to it."""
    return account(entry for entry in entries if entry.at <= moment).period.is_public(moment)


def if_entered(entries: Sequence[Entry], asked: Entry) -> Line:
    """Answer the line that an entry would add, whatever its ``sequence``."""
    last = max((entry.sequence for entry in entries), default=0)
    tried = replace(asked, sequence=last + 1)
    return next(line for line in account([*entries, tried]).lines if line.entry == tried)


def if_released_early(entries: Sequence[Entry], now: datetime, months: int | None) -> Line:
    """Answer the line that an early release of raw data would add now."""
    return if_entered(entries, Entry(kind=ClockKind.EARLY_RAW, at=now, months=months))


@dataclass(frozen=True, slots=True)
class _Step:
    """What one entry does to a period."""

    period: Period
    effect: Effect
    sentence: str


def _nothing(period: Period, sentence: str) -> _Step:
    return _Step(period, Effect.NONE, sentence)


_START_WORDS = {
    ClockKind.DELIVERY: "Delivered",
    ClockKind.EARLY_RAW: "Raw data released before delivery",
    ClockKind.SOURCE: "Taken over from a source",
}


def _start(entry: Entry, period: Period) -> _Step:
    words = f"{_START_WORDS[entry.kind]} on {told(entry.at)}"
    if period.is_started:
        return _goes_on(entry, period, words)
    if entry.until is not None:
        known = Period(is_started=True, anchor=entry.until, end=entry.until)
        return _Step(known, Effect.STARTED, f"{words}: the period ends on {told(entry.until)}.")
    if entry.months is None:
        sentence = f"{words}: no rule on file says how long the period is."
        return _Step(Period(is_started=True, anchor=entry.at), Effect.STARTED, sentence)
    end = add_months(entry.at, entry.months)
    begun = Period(
        is_started=True, anchor=entry.at, months=entry.months, end=end, is_free=not entry.months
    )
    return _Step(begun, Effect.STARTED, f"{words}: {_length_words(entry.months, end)}")


def _length_words(months: int, end: datetime) -> str:
    if months == 0:
        return "such data have no proprietary period and are public at once."
    return f"a period of {_months(months)} starts and ends on {told(end)}."


def _months(number: int) -> str:
    return f"{number} month" if number == 1 else f"{number} months"


def _goes_on(entry: Entry, period: Period, words: str) -> _Step:
    if period.is_withdrawn and entry.kind == ClockKind.DELIVERY:
        back = replace(period, is_withdrawn=False)
        return _Step(back, Effect.RETURNED, f"{words}: no longer withdrawn; no new period starts.")
    if period.is_held and entry.kind == ClockKind.DELIVERY:
        return _held_until(entry.at, period, words)
    return _nothing(period, f"{words}: the clock was started before, and {_end_words(period)}.")


def _held_until(at: datetime, period: Period, words: str) -> _Step:
    """What QA3 held open ends with the delivery, or as it would have if that is later."""
    if period.end is not None and period.end < at:
        now = replace(period, anchor=at, months=0, end=at, is_held=False)
        sentence = f"{words}: the period that QA3 held open ends with it, on {told(at)}."
        return _Step(now, Effect.LENGTHENED, sentence)
    back = replace(period, is_held=False)
    return _Step(back, Effect.RETURNED, f"{words}: QA3 is over, and {_end_words(period)}.")


def _hold_open(entry: Entry, period: Period) -> _Step:
    words = f"QA3 opened on {told(entry.at)}"
    if period.end is None:
        return _nothing(period, f"{words}: no period ran that it could hold open.")
    if period.is_held:
        return _nothing(period, f"{words}: the period is held open already.")
    if period.is_withdrawn or period.end <= entry.at:
        return _nothing(period, f"{words}: the data had been public, which gives no new period.")
    sentence = f"{words}: the period lasts at least until QA3 is over, and {_end_words(period)}."
    return _Step(replace(period, is_held=True), Effect.HELD_OPEN, sentence)


def _abort(entry: Entry, period: Period) -> _Step:
    words = f"QA3 aborted on {told(entry.at)}"
    if not (period.is_held or period.is_withdrawn):
        return _nothing(period, f"{words}: it had changed nothing.")
    back = replace(period, is_held=False, is_withdrawn=False)
    return _Step(back, Effect.RETURNED, f"{words}: all is as before, {_end_words(period)}.")


def _close(entry: Entry, period: Period) -> _Step:
    """What came of QA3 was delivered elsewhere: the end is as with a delivery here."""
    words = f"QA3 closed on {told(entry.at)}"
    if period.is_held:
        return _held_until(entry.at, replace(period, is_withdrawn=False), words)
    if period.is_withdrawn:
        back = replace(period, is_withdrawn=False)
        return _Step(back, Effect.RETURNED, f"{words}: no longer withdrawn; no new period starts.")
    return _nothing(period, f"{words}: it had changed nothing.")


def _end_words(period: Period) -> str:
    return f"its end stays {told(period.end)}" if period.end else "its end is not known"


def _extend(entry: Entry, period: Period) -> _Step:
    words = f"{KIND_WORDS[entry.kind]} of {told(entry.at)}"
    if period.end is None:
        return _nothing(period, f"{words}: no period ran that it could lengthen.")
    if period.is_withdrawn or (period.end <= entry.at and not period.is_held):
        return _nothing(period, f"{words}: the data had been public, which gives no new period.")
    return _lengthened(entry, period, words)


def _blanket(entry: Entry, period: Period) -> _Step:
    named = f" “{entry.name}”" if entry.name else ""
    words = f"{KIND_WORDS[entry.kind]}{named} of {told(entry.at)}"
    if period.end is None:
        return _nothing(period, f"{words}: no period ran that it could lengthen.")
    if period.is_free:
        return _nothing(period, f"{words}: such data have no period that it could lengthen.")
    since = entry.not_public_at
    if since is not None and period.end <= since and not period.is_held:
        return _nothing(period, f"{words}: it is not for data that were public on {told(since)}.")
    return _lengthened(entry, period, words)


def _renew(entry: Entry, period: Period) -> _Step:
    """A renewal is counted from its own moment."""
    anew = replace(period, anchor=entry.at, months=0)
    step = _extend(entry, anew)
    return replace(step, period=period) if step.effect == Effect.NONE else step


def _lengthened(entry: Entry, period: Period, words: str) -> _Step:
    longer = _longer(entry, period)
    if longer.end is None or period.end is None or longer.end <= period.end:
        return _nothing(period, f"{words}: it ends no later, so {_end_words(period)}.")
    if longer.end <= entry.at:
        return _nothing(period, f"{words}: it would have ended too, so {_end_words(period)}.")
    how = f" by {_months(entry.months)}" if entry.until is None and entry.months else ""
    if period.is_public(entry.at) and entry.at < longer.end:
        sentence = f"{words}: what was public is closed again{how}, until {told(longer.end)}."
        return _Step(longer, Effect.RECLOSED, sentence)
    moves = f"the end moves{how}"
    if entry.kind == ClockKind.QA3_RENEWAL and how:
        moves = f"a period of {_months(entry.months or 0)} is counted anew, and the end moves"
    sentence = f"{words}: {moves} from {told(period.end)} to {told(longer.end)}."
    return _Step(longer, Effect.LENGTHENED, sentence)


def _longer(entry: Entry, period: Period) -> Period:
    if entry.until is not None:
        return replace(period, anchor=entry.until, months=0, end=entry.until)
    months = period.months + (entry.months or 0)
    end = add_months(period.anchor, months) if period.anchor else period.end
    return replace(period, months=months, end=end)


def _withdraw(entry: Entry, period: Period) -> _Step:
    words = f"Withdrawn on {told(entry.at)}"
    if not period.is_public(entry.at):
        return _nothing(period, f"{words}: the data were not public, so nothing changes.")
    sentence = f"{words}: the data are not public any more; no new period starts."
    return _Step(replace(period, is_withdrawn=True), Effect.WITHDRAWN, sentence)


def _correct(entry: Entry, _former: Period) -> _Step:
    until = entry.until
    corrected = Period(is_started=True, anchor=until, end=until)
    sentence = f"Corrected on {told(entry.at)}: the period ends on {told(until or entry.at)}."
    return _Step(corrected, Effect.CORRECTED, sentence)


_STEPS: Mapping[ClockKind, Callable[[Entry, Period], _Step]] = MappingProxyType(
    {
        ClockKind.SOURCE: _start,
        ClockKind.DELIVERY: _start,
        ClockKind.EARLY_RAW: _start,
        ClockKind.EXTENSION: _extend,
        ClockKind.BLANKET: _blanket,
        ClockKind.QA3_OPENED: _hold_open,
        ClockKind.QA3_ABORTED: _abort,
        ClockKind.QA3_CLOSED: _close,
        ClockKind.QA3_RENEWAL: _renew,
        ClockKind.WITHDRAWAL: _withdraw,
        ClockKind.CORRECTION: _correct,
    }
)
