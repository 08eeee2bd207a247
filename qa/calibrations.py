"""QA1: the array's slowly varying calibrations, and how an execution stands to them. Pure.

A calibration holds for the whole array, or for one antenna or band of it, from a moment
to another. Of those that fit an execution's antenna and band, one that covers the whole
execution counts before others, then the one that was measured last.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

LONGEST_SUMMARY, LONGEST_REASON = 500, 4000
LONGEST_SOURCE, LONGEST_ANTENNA = 80, 20
LOWEST_BAND, HIGHEST_BAND = 1, 10
ARRAYS = ("12m", "7m", "TP")
FLUX_INTENTS = frozenset({"CALIBRATE_FLUX", "CALIBRATE_AMPLI"})
NO_RULE = "no rule on file"
_ANTENNA = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_NAMES_SHOWN = 6


class CalibrationKind(StrEnum):
    """What is measured of the array again and again, project or none."""

    BASELINES = "baselines"
    DELAYS = "delays"
    POINTING = "pointing"
    FOCUS = "focus"
    BEAMS = "beams"
    FLUXES = "fluxes"


KIND_TITLES = MappingProxyType(
    {
        CalibrationKind.BASELINES: "Antenna positions",
        CalibrationKind.DELAYS: "Delays",
        CalibrationKind.POINTING: "All-sky pointing",
        CalibrationKind.FOCUS: "Focus curves",
        CalibrationKind.BEAMS: "Beam patterns",
        CalibrationKind.FLUXES: "Flux monitoring",
    }
)


class Coverage(StrEnum):
    """How an execution stands to the calibrations of a kind, the worst first."""

    MISSING = "missing"
    STALE = "stale"
    UNKNOWN = "not known"
    VALID = "valid"
    NOT_KEPT = "not kept"
    NOT_APPLICABLE = "not applicable"


WARNED = (Coverage.MISSING, Coverage.STALE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeRule:
    """From a day on, until a later rule: so many days after its measuring it is stale.

    ``array`` is "" for all of them.
    """

    first_day: date
    kind: CalibrationKind
    array: str
    days: float
    confidence: str
    source: str


def age_rule(
    rules: Iterable[AgeRule], kind: str, arrays: Sequence[str], day: date
) -> AgeRule | None:
    """The rule of a day; one for the array counts before one for all."""
    known = [
        rule
        for rule in rules
        if rule.kind == kind and rule.array in ("", *arrays) and rule.first_day <= day
    ]
    return max(known, key=lambda rule: (bool(rule.array), rule.first_day), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationFacts:
    """What a record says: "" and None stand for all of the array, or for "not said"."""

    kind: str
    array: str = ""
    antenna: str = ""
    band: int | None = None
    source: str = ""
    measured_at: datetime
    valid_from: datetime
    valid_until: datetime | None = None
    flux_jy: float | None = None
    flux_error_jy: float | None = None
    frequency_ghz: float | None = None
    summary: str = ""
    is_withdrawn: bool = False


class Misfit(ValueError):
    """Facts that cannot be so; ``field`` names what is wrong, ``str()`` is a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


def refuse_misfits(facts: CalibrationFacts) -> None:
    """Raise Misfit for the first thing that cannot be so."""
    if facts.kind not in [*CalibrationKind]:
        raise Misfit("kind", f"It is one of {', '.join(CalibrationKind)}.")
    _refuse_scope(facts)
    _refuse_fluxes(facts)
    if facts.valid_until is not None and facts.valid_until <= facts.valid_from:
        raise Misfit("valid_until", "It ends before it begins to hold, or in the same moment.")
    if facts.kind != CalibrationKind.FLUXES and not facts.summary:
        raise Misfit("summary", "Say in a line what was found.")
    if len(facts.summary) > LONGEST_SUMMARY or not (facts.summary or "-").isprintable():
        raise Misfit("summary", f"One line, at most {LONGEST_SUMMARY} characters.")


def _refuse_scope(facts: CalibrationFacts) -> None:
    if facts.array not in ("", *ARRAYS):
        raise Misfit("array", f"It is one of {', '.join(ARRAYS)}, or left empty for all.")
    antenna = facts.antenna
    if antenna and (len(antenna) > LONGEST_ANTENNA or not _ANTENNA.fullmatch(antenna)):
        raise Misfit("antenna", "The name of one antenna, such as DV07, or left empty for all.")
    if facts.band is not None and not LOWEST_BAND <= facts.band <= HIGHEST_BAND:
        raise Misfit("band", f"A band is from {LOWEST_BAND} to {HIGHEST_BAND}; empty for all.")


def _refuse_fluxes(facts: CalibrationFacts) -> None:
    if facts.kind != CalibrationKind.FLUXES:
        for name in ("source", "flux_jy", "flux_error_jy", "frequency_ghz"):
            if getattr(facts, name) not in ("", None):
                raise Misfit(name, "It belongs to flux monitoring, and to nothing else.")
        return
    if facts.antenna:
        raise Misfit("antenna", "A flux is of a source, not of an antenna.")
    if not facts.source or len(facts.source) > LONGEST_SOURCE or not facts.source.isprintable():
        raise Misfit("source", "Flux monitoring names the quasar or solar-system object.")
    if facts.flux_jy is None or not 0 < facts.flux_jy <= 1e6:
        raise Misfit("flux_jy", "A flux is above 0 and at most 1000000 Jy.")
    if facts.frequency_ghz is None or not 1 <= facts.frequency_ghz <= 2000:
        raise Misfit("frequency_ghz", "A flux is at a frequency, from 1 to 2000 GHz.")
    if facts.flux_error_jy is not None and not 0 <= facts.flux_error_jy <= facts.flux_jy * 10:
        raise Misfit("flux_error_jy", "An error of 0 or more, and below ten times the flux.")


class Held(Protocol):
    """A record, as far as it is held against an execution."""

    @property
    def pk(self) -> int: ...

    @property
    def kind(self) -> str: ...

    @property
    def antenna(self) -> str: ...

    @property
    def band(self) -> int | None: ...

    @property
    def source(self) -> str: ...

    @property
    def measured_at(self) -> datetime: ...

    @property
    def valid_from(self) -> datetime: ...

    @property
    def valid_until(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What of an execution decides which calibrations count; None where it is not known.

    ``fluxes`` are the sources that its fluxes were calibrated with.
    """

    start: datetime
    end: datetime
    arrays: tuple[str, ...] = ()
    antennas: tuple[str, ...] = ()
    bands: tuple[int, ...] = ()
    fluxes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A record that counts for some antennas, bands or sources, and how it holds."""

    record: Any
    standing: Coverage
    text: str


@dataclass(frozen=True, slots=True)
class KindHeld:
    """How an execution stands to the calibrations of one kind."""

    kind: CalibrationKind
    standing: Coverage
    text: str
    rule: str
    chosen: tuple[Chosen, ...] = ()

    @property
    def title(self) -> str:
        """The kind in words."""
        return KIND_TITLES[self.kind]

    @property
    def is_warning(self) -> bool:
        """Whether somebody should look at it."""
        return self.standing in WARNED


Unit = tuple[str, int | None]
_NOT_KEPT = "No records of this kind were kept here then."


def held_against(
    executed: Executed,
    records: Sequence[Held],
    rules: Iterable[AgeRule],
    kept: Collection[str] = tuple(CalibrationKind),
) -> list[KindHeld]:
    """Answer how an execution stands to each kind, in the kinds' order.

    ``records`` are of its array, and began to hold before its end. ``kept`` are the kinds of
    which anything at all was recorded by then: of others nobody misses anything.
    """
    known = [*rules]
    day = executed.start.astimezone(UTC).date()
    return [
        _kind_held(
            kind,
            executed,
            [record for record in records if record.kind == kind],
            age_rule(known, kind, executed.arrays, day),
        )
        if kind in kept
        else KindHeld(kind, Coverage.NOT_KEPT, _NOT_KEPT, "")
        for kind in CalibrationKind
    ]


def not_held(sentence: str) -> list[KindHeld]:
    """All kinds of an execution of which too little is known."""
    return [KindHeld(kind, Coverage.UNKNOWN, sentence, "") for kind in CalibrationKind]


def _kind_held(
    kind: CalibrationKind, executed: Executed, records: list[Held], rule: AgeRule | None
) -> KindHeld:
    words = f"holds {rule.days:g} days: {rule.source}" if rule else NO_RULE
    names, unknown = _names(kind, executed)
    if names is None:
        return KindHeld(kind, Coverage.UNKNOWN, unknown, words)
    if not names:
        return KindHeld(kind, Coverage.NOT_APPLICABLE, unknown, words)
    units: list[Unit] = [(name, band) for name in names for band in executed.bands or (None,)]
    found = {unit: _best(kind, unit, records, executed) for unit in units}
    chosen = {
        record.pk: _chosen(record, executed, rule)
        for record in found.values()
        if record is not None
    }
    standings = {
        unit: chosen[record.pk].standing if record else _without(kind, executed)
        for unit, record in found.items()
    }
    worst = next(standing for standing in Coverage if standing in standings.values())
    listed = sorted(
        chosen.values(), key=lambda one: ([*Coverage].index(one.standing), one.record.pk)
    )
    return KindHeld(kind, worst, _told(kind, worst, standings, listed), words, tuple(listed))


def _names(kind: CalibrationKind, executed: Executed) -> tuple[tuple[str, ...] | None, str]:
    """What a kind must be there for; or why that is not known (None) or nothing ("()")."""
    if kind != CalibrationKind.FLUXES:
        return executed.antennas or ("",), ""
    if executed.fluxes is None:
        return None, "Which sources its fluxes were calibrated with is not known."
    return executed.fluxes, "It observed no source for the calibration of fluxes."


def _without(kind: CalibrationKind, executed: Executed) -> Coverage:
    """How it stands without a record: a record of one antenna or band may be for it."""
    knows = bool(executed.bands) and (kind == CalibrationKind.FLUXES or bool(executed.antennas))
    return Coverage.MISSING if knows else Coverage.UNKNOWN


def _best(
    kind: CalibrationKind, unit: Unit, records: Iterable[Held], executed: Executed
) -> Held | None:
    name, band = unit
    if kind == CalibrationKind.FLUXES:
        fit = [record for record in records if record.source.upper() == name.upper()]
    else:
        fit = [record for record in records if record.antenna in ("", name)]
    fit = [record for record in fit if record.band in (None, band)]
    return max(fit, key=lambda one: (covers(one, executed), one.measured_at, one.pk), default=None)


def covers(record: Held, executed: Executed) -> bool:
    """Whether a record holds all through an execution, its first and last moment in."""
    begun = record.valid_from <= executed.start
    return begun and (record.valid_until is None or executed.end <= record.valid_until)


def _chosen(record: Held, executed: Executed, rule: AgeRule | None) -> Chosen:
    if record.valid_from > executed.start:
        return Chosen(record, Coverage.STALE, "It holds only since the execution had begun.")
    if record.valid_until is not None and record.valid_until < executed.end:
        text = f"It held until {_moment(record.valid_until)}, before the execution ended."
        return Chosen(record, Coverage.STALE, text)
    age = executed.start - record.measured_at
    if rule is not None and age > timedelta(days=rule.days):
        days = age / timedelta(days=1)
        text = f"It was measured {days:.1f} days before; such a one holds {rule.days:g} days."
        return Chosen(record, Coverage.STALE, text)
    return Chosen(record, Coverage.VALID, "It covers the execution.")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _told(
    kind: CalibrationKind,
    worst: Coverage,
    standings: dict[Unit, Coverage],
    listed: Sequence[Chosen],
) -> str:
    """One or more sentences: for how many antennas or sources it stands how."""
    if worst == Coverage.UNKNOWN:
        what = "bands" if kind == CalibrationKind.FLUXES else "antennas or bands"
        return f"Nothing on file covers it whole, and which {what} took part is not known."
    things = "source" if kind == CalibrationKind.FLUXES else "antenna"
    names = [name for name, _ in standings]
    if worst == Coverage.VALID:
        return _valid_words(things, [*dict.fromkeys(names)])
    parts = []
    for standing, verb in ((Coverage.MISSING, "None is on file"), (Coverage.STALE, "Out of date")):
        bad = [*dict.fromkeys(name for (name, _), found in standings.items() if found == standing)]
        if bad:
            parts.append(f"{verb} for {_some(bad, len({*names}), things)}.")
    texts = Counter(one.text for one in listed if one.standing == Coverage.STALE)
    return " ".join([*parts, *texts])


def _valid_words(things: str, names: list[str]) -> str:
    if names == [""]:
        return "Valid for the array."
    return f"Valid for {names[0]}." if len(names) == 1 else f"Valid for all {len(names)} {things}s."


def _some(bad: list[str], number: int, things: str) -> str:
    if bad == [""]:
        return "the array"
    if len(bad) == number:
        return bad[0] if number == 1 else f"all {number} {things}s"
    shown = ", ".join(bad[:_NAMES_SHOWN])
    rest = f" and {len(bad) - _NAMES_SHOWN} more" if len(bad) > _NAMES_SHOWN else ""
    return f"{len(bad)} of {number} {things}s ({shown}{rest})"
