"""Writes what the pipeline says of a run: ``pipeline_aquareport.xml`` and its manifest."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from xml.sax.saxutils import escape, quoteattr

from qa.pipeline import Achieved, FigureKind, Flux, PipelineFacts, Stage

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MODES = {
    FigureKind.REPRESENTATIVE: "repBW",
    FigureKind.CONTINUUM: "cont",
    FigureKind.CUBE: "cube",
}


def report_document(facts: PipelineFacts, *, code: str, member_uid: str) -> bytes:
    """Answer a run's report, in the schema of the years before 2025."""
    ended = f"{facts.ended_at:%Y-%m-%d %H:%M:%S}" if facts.ended_at else "N/A"
    lasted = timedelta(seconds=facts.processing_s or 0)
    structure = {
        "ProposalCode": code,
        "OusEntityId": "",
        "OusPartId": "",
        "OusStatusEntityId": member_uid,
        "ProcessingRequestEntityId": facts.request_uid,
        "ProcessingProcedure": facts.recipe,
    }
    summary = {
        "ReportDate": ended,
        "ProcessingTime": str(lasted),
        "CasaVersion": facts.casa_version,
        "PipelineVersion": facts.pipeline_version,
        "FinalScore": "Undefined",
    }
    body = [
        *_texts("ProjectStructure", structure),
        *_texts("QaSummary", summary),
        *_around("QaPerStage", map(_stage, facts.stages)),
        *_around("QaPerTopic", (_tag(one.name, {"Score": one.score}) for one in facts.topics)),
        *_around("FluxMeasurements", map(_flux, facts.fluxes)),
        *_sensitivities(facts.achieved),
    ]
    return _document("PipelineAquaReport", "", body)


def manifest_document(
    facts: PipelineFacts, *, member: str, sessions: Sequence[Sequence[str]]
) -> bytes:
    """Answer a run's manifest; ``sessions`` are names of data sets, ``member`` is a file name's."""
    body = [
        f"<ous name={quoteattr(member)}>",
        _tag("casaversion", {"name": facts.casa_version}),
        _tag("pipeline_version", {"name": facts.pipeline_version}),
        _tag("procedure_name", {"name": facts.recipe}),
        *(line for number, one in enumerate(sessions, 1) for line in _session(number, one)),
        "</ous>",
    ]
    return _document("piperesults", ' name="pipeline_results"', body)


def _session(number: int, data_sets: Iterable[str]) -> Iterator[str]:
    yield f'<session name="session_{number}">'
    yield _tag("caltables", {"name": f"session_{number}.caltables.tgz"})
    for name in data_sets:
        yield f"<asdm name={quoteattr(name)}>"
        yield _tag("finalms", {"name": f"{name}.ms"})
        yield _tag("finalflags", {"name": f"{name}.ms.flagversions.tgz"})
        yield _tag("applycmds", {"name": f"{name}.ms.calapply.txt"})
        yield "</asdm>"
    yield "</session>"


def _document(root: str, named: str, body: Iterable[str]) -> bytes:
    lines = "\n".join(body)
    return f"{_HEAD}<{root}{named}>\n{lines}\n</{root}>\n".encode()


def _texts(name: str, texts: Mapping[str, str]) -> Iterator[str]:
    return _around(name, (f"<{key}>{escape(text)}</{key}>" for key, text in texts.items()))


def _around(name: str, lines: Iterable[str], given: str = "") -> Iterator[str]:
    yield f"<{name}{given}>"
    yield from lines
    yield f"</{name}>"


def _tag(name: str, given: Mapping[str, object], inside: str = "") -> str:
    said = {key: value for key, value in given.items() if value not in (None, "")}
    words = "".join(f" {key}={quoteattr(str(value))}" for key, value in said.items())
    return f"<{name}{words}>{inside}</{name}>" if inside else f"<{name}{words}/>"


def _stage(stage: Stage) -> str:
    # What the weblog words as "No QA" is no number here.
    score = "None" if stage.score is None else stage.score
    chosen = _tag("RepresentativeScore", {"Score": score, "Reason": stage.reason})
    return _tag("Stage", {"Number": stage.number, "Name": stage.name, "Score": score}, chosen)


def _flux(flux: Flux) -> str:
    return _tag(
        "FluxMeasurement",
        {
            "SpwName": flux.window,
            "MsSpwId": flux.window,
            "FluxJy": flux.flux_jy,
            "ErrorJy": flux.error_jy,
            "Asdm": flux.execution,
            "Field": flux.source,
            "FrequencyGHz": flux.frequency_ghz,
        },
    )


def _sensitivities(figures: Iterable[Achieved]) -> Iterator[str]:
    """The figures, those of one stage together."""
    stages: dict[tuple[int | None, str], list[Achieved]] = defaultdict(list)
    for one in figures:
        stages[one.stage, one.origin].append(one)
    for (number, task), images in stages.items():
        given = f' Origin={quoteattr(task)} Number="{number}"'
        yield from _around("SensitivityEstimates", map(_sensitivity, images), given)


def _sensitivity(one: Achieved) -> str:
    plain = one.theoretical_mjy if one.is_estimate else one.sensitivity_mjy
    return _tag(
        "Sensitivity",
        {
            "Array": one.array,
            "Field": one.source,
            "Intent": one.intent,
            "MsSpwId": one.window,
            "BwMode": _MODES.get(FigureKind(one.kind)),
            "IsRepresentative": one.is_representative,
            "BandwidthHz": _times(one.bandwidth_mhz, 1e6),
            "EffectiveBandwidthHz": _times(one.effective_bandwidth_mhz, 1e6),
            "FrequencyGHz": one.frequency_ghz,
            "BeamMajArcsec": one.beam_major_arcsec,
            "BeamMinArcsec": one.beam_minor_arcsec,
            "BeamPosAngDeg": one.beam_angle_deg,
            "Robust": one.robust,
            "SensitivityJyPerBeam": _times(plain, 1e-3),
            "TheoreticalSensitivityJyPerBeam": None
            if one.is_estimate
            else _times(one.theoretical_mjy, 1e-3),
            "ImageName": one.image,
        },
    )


def _times(value: float | None, factor: float) -> str | None:
    return None if value is None else f"{value * factor:.8g}"
