"""The criteria of QA2: what was asked against what was got. Pure.

Rules are rows of dated tables; None is an answer: no rule is on file. A ratio is what was
got over what was asked for; one at a bound is still within.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from qa.limits import newest

# Floats that stand for the same decimal differ by less than this.
_SAME = 1e-9
_SAME_BANDWIDTH = 1e-3


# What an image is of: pipelines make one in the bandwidth asked about, continuum, and cubes.
REPRESENTATIVE, CONTINUUM, CUBE = "representative", "continuum", "cube"


class Answer(StrEnum):
    """What a comparison comes to, the worst first."""

    FAIL = "fail"
    JUDGE = "needs judgement"
    NO_RULE = "no rule on file"
    PASS = "pass"  # noqa: S105 - the word for a good figure, no password


class BeamMeasure(StrEnum):
    """How a beam is held against the request."""

    AREA = "area"
    AXES = "axes"
    MEAN = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class RmsRule:
    """How far the noise in a band may lie above the request, from a cycle on.

    Up to ``pass_ratio`` it passes; above it, up to ``judged_ratio``, a person judges.
    """

    first_cycle: str
    band: int
    pass_ratio: float
    judged_ratio: float | None
    confidence: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeamRule:
    """How a beam is compared from a cycle on.

    ``area`` is over that of the resolution asked for and has ratios; ``axes`` (each of
    them) and their geometric ``mean`` lie within the range asked for.
    """

    first_cycle: str
    measure: BeamMeasure
    pass_ratio: float | None
    judged_ratio: float | None
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Criteria:
    """The observatory's tables of criteria; cycles are named as in codes (``2013.1``)."""

    rms_rules: Sequence[RmsRule] = ()
    beam_rules: Sequence[BeamRule] = ()

    def rms(self, cycle: str, bands: Sequence[int]) -> RmsRule | None:
        """The rule on noise for the one band that observed; None: no rule on file."""
        if len(bands) != 1:
            return None
        return newest((row for row in self.rms_rules if row.band == bands[0]), cycle)

    def beam(self, cycle: str) -> BeamRule | None:
        """The rule on beams; None: no rule on file."""
        return newest(self.beam_rules, cycle)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goals:
    """What was asked for; None where no source says so.

    ``measure`` is the Observing Tool's word for the bandwidth that the sensitivity is meant for.
    """

    sensitivity_mjy: float | None = None
    bandwidth_mhz: float | None = None
    resolution_arcsec: float | None = None
    min_resolution_arcsec: float | None = None
    max_resolution_arcsec: float | None = None
    measure: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> "Goals":
        """The goals that facts of a science goal, member OUS or SB say."""
        return cls(
            sensitivity_mjy=positive(asked.get("sensitivity_mjy")),
            bandwidth_mhz=positive(asked.get("sensitivity_bandwidth_mhz")),
            resolution_arcsec=positive(asked.get("resolution_arcsec")),
            min_resolution_arcsec=positive(asked.get("min_resolution_arcsec")),
            max_resolution_arcsec=positive(asked.get("max_resolution_arcsec")),
            measure=str(asked.get("sensitivity_measure") or ""),
        )

    @property
    def is_aggregate(self) -> bool:
        """Whether the sensitivity is meant for all windows together."""
        return self.measure.lower().startswith("aggregate")


@dataclass(frozen=True, slots=True)
class Judged:
    """One comparison: its answer with the sentence, the rule's source, and how far off it is.

    ``excess`` orders comparisons of the same answer; None where nothing was compared.
    ``reason`` is the code that a verdict would give for it.
    """

    answer: Answer
    sentence: str
    source: str = ""
    excess: float | None = None
    reason: str = ""


def positive(value: object) -> float | None:
    """A number above zero, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value > 0 else None


def judge_rms(
    goals: Goals,
    rms_mjy: float | None,
    bandwidth_mhz: float | None,
    rule: RmsRule | None,
    kind: str = "",
) -> Judged:
    """Hold noise (mJy/beam, in a bandwidth) against the request.

    Noise in another bandwidth than the one asked for is scaled by the square root; where one
    of both is not known, only an image of the ``kind`` that was asked about can be compared.
    """
    asked = goals.sensitivity_mjy
    if rms_mjy is None or asked is None:
        return Judged(Answer.JUDGE, f"rms: {_what_is_missing('sensitivity', asked, rms_mjy)}")
    if apart := _not_comparable(goals, bandwidth_mhz, kind):
        return Judged(Answer.JUDGE, f"rms: {apart}")
    scaled, remark = _in_asked_bandwidth(rms_mjy, bandwidth_mhz, goals.bandwidth_mhz)
    ratio = scaled / asked
    if rule is None:
        sentence = f"rms {_apart(ratio)} request{remark}; no rule on file"
        return Judged(Answer.NO_RULE, sentence, excess=ratio)
    answer = _within(ratio, rule.pass_ratio, rule.judged_ratio)
    bound = _bound_words(answer, rule.pass_ratio, rule.judged_ratio)
    sentence = f"rms {_apart(ratio, rule)} request{remark}, {bound}"
    return Judged(answer, sentence, rule.source, ratio, "rms_above_request")


def judge_beam(
    goals: Goals, major_arcsec: float | None, minor_arcsec: float | None, rule: BeamRule | None
) -> Judged:
    """Hold a beam (arcseconds) against the resolution, or the range, asked for."""
    if major_arcsec is None or minor_arcsec is None:
        return Judged(Answer.JUDGE, "beam: what was got is not known")
    major, minor = max(major_arcsec, minor_arcsec), min(major_arcsec, minor_arcsec)
    if rule is None:
        sentence = f"beam {_angle(major)} × {_angle(minor)}; no rule on file"
        return Judged(Answer.NO_RULE, sentence)
    if rule.measure == BeamMeasure.AREA:
        return _judge_area(goals.resolution_arcsec, major, minor, rule)
    if rule.measure == BeamMeasure.AXES:
        return _judge_range(goals, {"major axis": major, "minor axis": minor}, rule)
    return _judge_range(goals, {"geometric mean": math.sqrt(major * minor)}, rule)


def _judge_area(asked: float | None, major: float, minor: float, rule: BeamRule) -> Judged:
    if asked is None or rule.pass_ratio is None:
        return Judged(Answer.JUDGE, "beam: what was asked for is not known", rule.source)
    ratio = major * minor / asked**2
    answer = _within(ratio, rule.pass_ratio, rule.judged_ratio)
    limit = rule.pass_ratio if answer == Answer.PASS else rule.judged_ratio or rule.pass_ratio
    words = {Answer.PASS: "within", Answer.JUDGE: "judged up to", Answer.FAIL: "limit"}[answer]
    sentence = f"beam area {_ratio(ratio)} × the one asked for, {words} {limit:g} ×"
    return Judged(answer, sentence, rule.source, ratio, "beam_too_large")


def _judge_range(goals: Goals, sizes: Mapping[str, float], rule: BeamRule) -> Judged:
    least, most = goals.min_resolution_arcsec, goals.max_resolution_arcsec
    for name, size in sizes.items():
        if most is not None and size > most * (1 + _SAME):
            sentence = f"beam, {name} {_angle(size)}: coarser than {_angle(most)} asked for"
            return Judged(Answer.FAIL, sentence, rule.source, size / most, "beam_too_large")
        if least is not None and size < least * (1 - _SAME):
            sentence = f"beam, {name} {_angle(size)}: finer than {_angle(least)} asked for"
            return Judged(Answer.FAIL, sentence, rule.source, least / size, "beam_too_small")
    told = " and ".join(f"{name} {_angle(size)}" for name, size in sizes.items())
    if least is None or most is None:
        missing = "range" if least is most else "finest" if least is None else "coarsest"
        sentence = f"beam, {told}: the {missing} asked for is not known"
        return Judged(Answer.JUDGE, sentence, rule.source)
    within = f"within {_angle(least)} to {_angle(most)} asked for"
    return Judged(Answer.PASS, f"beam, {told}: {within}", rule.source)


def _within(ratio: float, pass_ratio: float, judged_ratio: float | None) -> Answer:
    if ratio <= pass_ratio * (1 + _SAME):
        return Answer.PASS
    if judged_ratio is not None and ratio <= judged_ratio * (1 + _SAME):
        return Answer.JUDGE
    return Answer.FAIL


def _bound_words(answer: Answer, pass_ratio: float, judged_ratio: float | None) -> str:
    words = f"tolerance {_share(pass_ratio - 1)}"
    if answer == Answer.PASS or judged_ratio is None:
        return words
    return f"{words}, judged up to {_share(judged_ratio - 1)}"


def _not_comparable(goals: Goals, bandwidth: float | None, kind: str) -> str:
    """Why noise in one bandwidth says nothing of that in another, "" where it does."""
    if goals.bandwidth_mhz is not None:
        in_another = kind in (CONTINUUM, CUBE) and bandwidth is None
        return "the bandwidth of the image is not known" if in_another else ""
    if goals.is_aggregate and kind in (REPRESENTATIVE, CUBE):
        return "asked for over all windows together, whose bandwidth is not known"
    if goals.measure and not goals.is_aggregate and kind == CONTINUUM:
        return "asked for in a bandwidth that is not known, not for the continuum"
    return ""


def _in_asked_bandwidth(
    rms: float, bandwidth: float | None, asked: float | None
) -> tuple[float, str]:
    if bandwidth is None or asked is None or abs(bandwidth / asked - 1) <= _SAME_BANDWIDTH:
        return rms, ""
    scaled = rms * math.sqrt(bandwidth / asked)
    return scaled, f" (scaled from {bandwidth:.4g} to {asked:.4g} MHz)"


def _what_is_missing(what: str, asked: float | None, got: float | None) -> str:
    if asked is None and got is None:
        return f"neither the {what} asked for nor the one got is known"
    return f"the {what} {'asked for' if asked is None else 'got'} is not known"


def _apart(ratio: float, rule: RmsRule | None = None) -> str:
    if abs(ratio - 1) <= _SAME:
        return "as in the"
    bounds = [rule.pass_ratio, rule.judged_ratio] if rule else []
    share = _share(abs(ratio - 1))
    # What fails by a hair must not read as what passes.
    if any(bound and ratio != bound and share == _share(bound - 1) for bound in bounds):
        share = _share(abs(ratio - 1), 4)
    return f"{share} {'above' if ratio > 1 else 'below'}"


def _share(share: float, decimals: int = 1) -> str:
    text = f"{100 * share:.{decimals}f}"
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{plain}\N{NO-BREAK SPACE}%"


def _ratio(ratio: float) -> str:
    return f"{ratio:.4g}"


def _angle(arcsec: float) -> str:
    return f"{arcsec:.4g}″"


SEVERITY: Mapping[Answer, int] = {answer: rank for rank, answer in enumerate(Answer)}


def worst(judged: Iterable[Judged]) -> Judged | None:
    """The comparison that is worst, and among equals the one that is furthest off."""
    return min(judged, key=_rank, default=None)


def _rank(judged: Judged) -> tuple[int, float]:
    return SEVERITY[judged.answer], -(judged.excess or 0.0)
