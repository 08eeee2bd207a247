"""What a pipeline run tells: its stages with scores, and what its images reach. Pure.

Numbers carry their units in their names; None is "it does not say". Scores are the
pipeline's own words: 0 to 1, below zero where the score could not be computed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class FigureKind(StrEnum):
    """What an image averages over; OTHER is a word that nobody here knows."""

    REPRESENTATIVE = "representative"
    CONTINUUM = "continuum"
    CUBE = "cube"
    OTHER = ""


# The pipeline's words for the bandwidth of an image (BwMode).
_MODES = {
    "repbw": FigureKind.REPRESENTATIVE,
    "cont": FigureKind.CONTINUUM,
    "mfs": FigureKind.CONTINUUM,
    "aggbw": FigureKind.CONTINUUM,
    "cube": FigureKind.CUBE,
}


def kind_of_mode(mode: str) -> FigureKind:
    """Answer what the pipeline's word for an image's bandwidth stands for."""
    return _MODES.get(mode.lower(), FigureKind.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubScore:
    """One of the scores that a stage's score comes from, with what was measured."""

    score: float | None
    reason: str = ""
    metric: str = ""
    value: str = ""
    units: str = ""
    data: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage; ``sub_scores`` are the lowest of ``sub_scores_total``."""

    number: int
    name: str = ""
    score: float | None = None
    reason: str = ""
    sub_scores: tuple[SubScore, ...] = ()
    sub_scores_total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic's score: the lowest of its stages."""

    name: str
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flux:
    """The flux of a calibrator in one window, as the pipeline derived it."""

    source: str
    window: str = ""
    frequency_ghz: float | None = None
    flux_jy: float | None = None
    error_jy: float | None = None
    execution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Achieved:
    """What one image reaches, or (``is_estimate``) what was foreseen before imaging.

    ``sensitivity_mjy`` was measured, ``theoretical_mjy`` computed, both per beam.
    ``intent`` is the pipeline's word (TARGET, CHECK, …), ``origin`` the stage's task.
    """

    source: str
    windows: tuple[str, ...] = ()
    kind: str = ""
    is_representative: bool | None = None
    is_estimate: bool = False
    intent: str = ""
    sensitivity_mjy: float | None = None
    theoretical_mjy: float | None = None
    bandwidth_mhz: float | None = None
    effective_bandwidth_mhz: float | None = None
    frequency_ghz: float | None = None
    beam_major_arcsec: float | None = None
    beam_minor_arcsec: float | None = None
    beam_angle_deg: float | None = None
    array: str = ""
    robust: str = ""
    uv_taper: str = ""
    data_type: str = ""
    image: str = ""
    origin: str = ""
    stage: int | None = None

    @property
    def window(self) -> str:
        """Its windows as one word."""
        return ",".join(self.windows)

    @property
    def is_of_target(self) -> bool:
        """Whether it is about a science target: older reports have no others."""
        return self.intent in ("", "TARGET")


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineFacts:
    """All that is told of one run; what a source leaves out is "" or nothing.

    ``ended_at`` is the report's date; ``processing_s`` how long the run took.
    """

    recipe: str = ""
    casa_version: str = ""
    pipeline_version: str = ""
    request_uid: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    processing_s: int | None = None
    executions: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    topics: tuple[Topic, ...] = ()
    fluxes: tuple[Flux, ...] = ()
    achieved: tuple[Achieved, ...] = field(default=())


COLUMNS = (
    *("recipe", "casa_version", "pipeline_version", "request_uid"),
    *("started_at", "ended_at", "processing_s"),
)
PARTS: Mapping[str, type[Any]] = {
    "stages": Stage,
    "topics": Topic,
    "fluxes": Flux,
    "achieved": Achieved,
}


def parts_as_json(facts: PipelineFacts) -> dict[str, Any]:
    """Answer the lists of a run, those that are not empty, ready for a JSON column."""
    lists: dict[str, list[Any]] = {
        name: [_plain(part) for part in getattr(facts, name)] for name in PARTS
    }
    lists["executions"] = list(facts.executions)
    return {name: items for name, items in lists.items() if items}


def _plain(part: Any) -> dict[str, Any]:
    """A record without what it leaves open: most of a stage is."""
    usual = {each.name: each.default for each in fields(part)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(part).items()
        if value != usual[name]
    }


def facts_of(columns: Mapping[str, Any], parts: Mapping[str, Any]) -> PipelineFacts:
    """Answer the facts of a run from its columns and its JSON."""
    lists: dict[str, Any] = {name: tuple(_records(name, parts.get(name, ()))) for name in PARTS}
    return PipelineFacts(**columns, **lists, executions=tuple(parts.get("executions", ())))


def _records(name: str, kept: Iterable[dict[str, Any]]) -> Iterable[Any]:
    record = PARTS[name]
    for values in kept:
        known = {key: values[key] for key in values.keys() & _NAMES[name]}
        if name == "stages":
            known["sub_scores"] = tuple(
                SubScore(**{"score": None, **sub}) for sub in known.get("sub_scores", ())
            )
        if name == "achieved":
            known["windows"] = tuple(known.get("windows", ()))
        yield record(**known)


_NAMES = {name: {each.name for each in fields(record)} for name, record in PARTS.items()}


def merged(facts: Sequence[PipelineFacts]) -> PipelineFacts:
    """Answer what several documents say of one run; the first that says a thing counts."""
    found = facts[0]
    for other in facts[1:]:
        missing = {
            each.name: getattr(other, each.name)
            for each in fields(found)
            if getattr(found, each.name) in (None, "", ())
        }
        found = replace(found, **missing)
    return found
