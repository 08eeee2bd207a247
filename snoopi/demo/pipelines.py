"""What the pipeline said of demo packages: its stages, scores and figures. Pure."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from qa.pipeline import Achieved, FigureKind, Flux, PipelineFacts, Stage, Topic
from snoopi.demo.observing import calibrators_near
from snoopi.demo.plans import Block, Goal, Member
from snoopi.demo.story import Packed

RECIPE = "hifa_calimage"
# The tasks of the run that the talk goes through, in their order, with what each is for.
TASKS: tuple[str, ...] = (
    "hifa_importdata",
    "hifa_flagdata",
    "hifa_fluxcalflag",
    "hif_rawflagchans",
    "hif_refant",
    "h_tsyscal",
    "hifa_tsysflag",
    "hifa_antpos",
    "hifa_wvrgcalflag",
    "hif_lowgainflag",
    "hif_setmodels",
    "hifa_bandpassflag",
    "hifa_spwphaseup",
    "hifa_gfluxscaleflag",
    "hifa_gfluxscale",
    "hifa_timegaincal",
    "hif_applycal",
    "hifa_imageprecheck",
    "hif_makeimlist",
    "hif_makeimages",
    "hif_checkproductsize",
    "hifa_exportdata",
    "hif_mstransform",
    "hifa_flagtargets",
    "hif_makeimlist",
    "hif_findcont",
    "hif_uvcontfit",
    "hif_uvcontsub",
    "hif_makeimages",
    "hif_makeimlist",
    "hif_makeimages",
    "hif_makeimlist",
    "hif_makeimages",
    "hif_makeimlist",
    "hif_makeimages",
)
GAINS, APPLYING, PRECHECK, CALIBRATOR_IMAGES = 16, 17, 18, 20
_WVR = 9
_CONTINUUM_IMAGES, _REPRESENTATIVE_IMAGES = 31, 35
_IMAGING = ("imageprecheck", "makeim", "checkproductsize", "findcont", "uvcont")
_NO_TOPIC = ("exportdata", "mstransform")
# CASA and pipeline by the generation of the products.
_VERSIONS = {1: ("6.6.1-17", "2024.1.0.8"), 2: ("6.6.6-17", "2025.1.0.35")}
_WINDOWS = {"12m": ("25", "27", "29", "31"), "7m": ("16", "18", "20", "22")}
_CONTINUUM_MHZ = 7500.0
# The beam's major axis over its mean, and the noise that is computed over that measured.
_LONGER, _COMPUTED = 1.12, 0.92
_PROCESSING_S = 22_407


def windows_of(member: Member) -> tuple[str, ...]:
    """The pipeline's numbers of a member OUS's spectral windows."""
    return _WINDOWS[member.blocks[0].setup.array]


def stages_scored(scores: Mapping[int, tuple[float, str]]) -> tuple[Stage, ...]:
    """All stages: the scores that are given by number, 1 for the rest, none for the WVR's."""
    return tuple(
        Stage(number=number, name=name, score=score, reason=reason)
        for number, name in enumerate(TASKS, 1)
        for score, reason in (scores.get(number) or _usual(number),)
    )


def _usual(number: int) -> tuple[float | None, str]:
    return (None, "No QA") if number == _WVR else (1.0, "")


def topics_of(stages: tuple[Stage, ...]) -> tuple[Topic, ...]:
    """The lowest score of each topic."""
    found: dict[str, list[float]] = {}
    for stage in stages:
        if stage.score is not None and not any(word in stage.name for word in _NO_TOPIC):
            found.setdefault(_topic(stage.name), []).append(stage.score)
    return tuple(Topic(name=name, score=min(scores)) for name, scores in found.items())


def _topic(task: str) -> str:
    if task == TASKS[0]:
        return "Dataset"
    if any(word in task for word in _IMAGING):
        return "Imaging"
    return "Flagging" if "flag" in task else "Calibration"


def run_of(goal: Goal, member: Member, packed: Packed, ended: datetime) -> PipelineFacts:
    """The run that made a package: its figures are so far from those asked for."""
    block = member.blocks[0]
    stages = stages_scored({GAINS: (packed.score, packed.reason)})
    casa, pipeline = _VERSIONS[packed.generation]
    return PipelineFacts(
        recipe=RECIPE,
        casa_version=casa,
        pipeline_version=pipeline,
        ended_at=ended,
        processing_s=_PROCESSING_S,
        stages=stages,
        topics=topics_of(stages),
        fluxes=tuple(_fluxes(member, block)),
        achieved=tuple(_images(goal, member, block, packed)),
    )


def _fluxes(member: Member, block: Block) -> Iterator[Flux]:
    use = calibrators_near(block.setup)
    for source, jansky in ((use.flux, 2.4), (use.bandpass, 1.7), (use.phase, 0.41)):
        for number, window in enumerate(windows_of(member)):
            yield Flux(
                source=source,
                window=window,
                frequency_ghz=round(block.setup.rep_freq_ghz + 2.0 * number, 4),
                flux_jy=round(jansky * (1 - 0.01 * number), 4),
                error_jy=round(jansky * 0.03, 4),
                execution=block.executions[0].uid,
            )


def _images(goal: Goal, member: Member, block: Block, packed: Packed) -> Iterator[Achieved]:
    """What was foreseen, the aggregate continuum, and the representative window."""
    windows, asked = windows_of(member), goal.sensitivity_mjy
    beam = (block.setup.resolution_arcsec or 1.0) * packed.beam
    usual = Achieved(
        source=block.setup.target,
        windows=windows[:1],
        kind=FigureKind.REPRESENTATIVE.value,
        is_representative=True,
        intent="TARGET",
        bandwidth_mhz=goal.bandwidth_mhz,
        effective_bandwidth_mhz=goal.bandwidth_mhz,
        frequency_ghz=block.setup.rep_freq_ghz,
        beam_major_arcsec=round(beam * _LONGER, 3),
        beam_minor_arcsec=round(beam / _LONGER, 3),
        beam_angle_deg=71.0,
        array=block.setup.array,
        robust="0.5",
    )
    yield replace(
        usual, **_of_stage(PRECHECK), is_estimate=True, theoretical_mjy=_digits(asked * 0.9)
    )
    deep = asked * math.sqrt(goal.bandwidth_mhz / _CONTINUUM_MHZ)
    yield replace(
        usual,
        **_of_stage(_CONTINUUM_IMAGES),
        windows=windows,
        kind=FigureKind.CONTINUUM.value,
        is_representative=False,
        bandwidth_mhz=_CONTINUUM_MHZ,
        effective_bandwidth_mhz=_CONTINUUM_MHZ,
        **_noise(deep * 0.97 * packed.noise),
    )
    yield replace(usual, **_of_stage(_REPRESENTATIVE_IMAGES), **_noise(asked * packed.noise))


def _of_stage(number: int) -> dict[str, Any]:
    return {"stage": number, "origin": TASKS[number - 1]}


def _noise(measured_mjy: float) -> dict[str, Any]:
    computed = measured_mjy * _COMPUTED
    return {"sensitivity_mjy": _digits(measured_mjy), "theoretical_mjy": _digits(computed)}


def _digits(value: float) -> float:
    """As many digits as the pipeline writes."""
    return float(f"{value:.4g}")
