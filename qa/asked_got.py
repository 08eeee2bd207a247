"""What was asked against what was got in each image, and what follows for QA2. Pure.

Figures come from the pipeline; a person may put another in its place and says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from qa.criteria import (
    CONTINUUM,
    CUBE,
    REPRESENTATIVE,
    SEVERITY,
    Answer,
    BeamRule,
    Goals,
    Judged,
    RmsRule,
    judge_beam,
    judge_rms,
    worst,
)

KINDS = (REPRESENTATIVE, CONTINUUM, CUBE, "")
NUMBERS = (
    "sensitivity_mjy",
    "bandwidth_mhz",
    "beam_major_arcsec",
    "beam_minor_arcsec",
    "beam_angle_deg",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What one image reaches; None where nothing says so. ``note`` says why it was typed."""

    source: str = ""
    window: str = ""
    kind: str = ""
    is_representative: bool | None = None
    sensitivity_mjy: float | None = None
    bandwidth_mhz: float | None = None
    beam_major_arcsec: float | None = None
    beam_minor_arcsec: float | None = None
    beam_angle_deg: float | None = None
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells one image from another."""
        return self.source, self.window, self.kind

    @property
    def numbers(self) -> dict[str, float | None]:
        """Its figures by name."""
        return {name: getattr(self, name) for name in NUMBERS}


@dataclass(frozen=True, slots=True)
class Compared:
    """One image with its comparisons; ``replaced`` is what the pipeline had said."""

    got: Got
    rms: Judged
    beam: Judged | None
    replaced: Got | None = None

    @property
    def judged(self) -> list[Judged]:
        """Its comparisons; of total power no beam is compared."""
        return [self.rms, self.beam] if self.beam else [self.rms]

    @property
    def worst(self) -> Judged:
        """The comparison that is worst."""
        return worst(self.judged) or self.rms

    @property
    def is_first(self) -> bool:
        """Whether it is one of those that the request is about."""
        return self.got.kind in (REPRESENTATIVE, CONTINUUM) or bool(self.got.is_representative)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that hold for one member OUS; ``has_beam`` is False for total power."""

    rms: RmsRule | None
    beam: BeamRule | None
    has_beam: bool = True


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An outcome to consider, "" where a person has to judge, with its reasons."""

    outcome: str
    codes: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


def compare(
    goals: Goals, told: Iterable[Got], typed: Iterable[Got], rules: Rules
) -> list[Compared]:
    """Hold every image against the request.

    Representative and continuum images come first, the worst on top.
    """
    overrides = {got.key: got for got in typed}
    rows = [(got, overrides.pop(got.key, None)) for got in told]
    found = [
        _compared(goals, _put(got, other), got if other else None, rules) for got, other in rows
    ]
    found += [_compared(goals, got, None, rules) for got in overrides.values()]
    return sorted(found, key=_order)


def _put(told: Got, typed: Got | None) -> Got:
    """The image with what was typed in place of what was told; a field left open stays."""
    if typed is None:
        return told
    numbers = typed.numbers.items()
    given: dict[str, Any] = {name: value for name, value in numbers if value is not None}
    return replace(told, **given, note=typed.note)


def _compared(goals: Goals, got: Got, replaced: Got | None, rules: Rules) -> Compared:
    rms = judge_rms(goals, got.sensitivity_mjy, got.bandwidth_mhz, rules.rms, got.kind)
    beam = None
    if rules.has_beam:
        beam = judge_beam(goals, got.beam_major_arcsec, got.beam_minor_arcsec, rules.beam)
    return Compared(got, rms, beam, replaced)


def _order(row: Compared) -> tuple[bool, int, float, tuple[str, str, str]]:
    found = row.worst
    return not row.is_first, SEVERITY[found.answer], -(found.excess or 0.0), row.got.key


def decisive(rows: Sequence[Compared]) -> list[Compared]:
    """The images that decide: those that the request is about, all where none is known to be."""
    first = [row for row in rows if row.is_first]
    flagged = [row for row in first if row.got.is_representative]
    return flagged or first or list(rows)


def suggest(rows: Sequence[Compared], *, missing: str = "", can_observe: bool = True) -> Suggestion:
    """Answer the outcome that the figures suggest.

    ``missing`` says which executions are wanting, "" for none; ``can_observe`` whether more
    can be had: without, what falls short is a SemiPass.
    """
    judged = [one for row in decisive(rows) for one in row.judged]
    failed = [one for one in judged if one.answer == Answer.FAIL]
    sentences = tuple(dict.fromkeys(one.sentence for one in judged if one.answer != Answer.PASS))
    if failed or missing:
        given = [one.reason for one in failed]
        codes = dict.fromkeys([*given, "incomplete"] if missing else given)
        said = (*sentences, missing) if missing else sentences
        if failed or not can_observe:
            return Suggestion("Fail" if can_observe else "SemiPass", tuple(codes), said)
        return Suggestion("", tuple(codes), said)
    if not judged:
        return Suggestion("", (), ("Nothing is known of what was got.",))
    if sentences:
        return Suggestion("", (), sentences)
    return Suggestion("Pass", (), ("All figures are within their tolerances.",))


def as_json(rows: Iterable[Compared], goals: Goals) -> list[dict[str, Any]]:
    """The comparisons ready for a JSON column; ``from_json`` reads them again."""
    asked = {name: value for name, value in asdict(goals).items() if value is not None}
    return [
        {
            "asked": asked,
            "got": asdict(row.got),
            "replaced": asdict(row.replaced) if row.replaced else None,
            "rms": asdict(row.rms),
            "beam": asdict(row.beam) if row.beam else None,
        }
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Kept:
    """Comparisons of a decision as they were shown then."""

    goals: Goals = field(default_factory=Goals)
    rows: tuple[Compared, ...] = ()


def from_json(kept: Sequence[Mapping[str, Any]]) -> Kept:
    """Answer the comparisons that a decision keeps."""
    if not kept:
        return Kept()
    rows = tuple(
        Compared(
            _record(Got, row["got"]),
            _judged(row["rms"]),
            _judged(row["beam"]) if row["beam"] else None,
            _record(Got, row["replaced"]) if row["replaced"] else None,
        )
        for row in kept
    )
    return Kept(_record(Goals, kept[0]["asked"]), rows)


def _judged(values: Mapping[str, Any]) -> Judged:
    found: Judged = _record(Judged, values)
    return replace(found, answer=Answer(found.answer))


def _record(kind: type[Any], values: Mapping[str, Any]) -> Any:
    names = {each.name for each in fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in names})
