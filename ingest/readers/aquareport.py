"""``pipeline_aquareport.xml``: scores, fluxes and sensitivities of a pipeline run.

The schema drifts from release to release and is published nowhere: names are matched
without their namespaces, and what is absent is not known. Older reports have the metrics
directly below a stage; those of 2025 and later tell observed from theoretical
sensitivities. A bad record is refused by name, broken XML refuses the whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

from ingest.readers import aquareport_parts as parts
from ingest.readers.aquareport_parts import BadPart, attributes, told
from ingest.readers.sources import Source
from ingest.readers.xml_events import events, local
from ingest.records import Rejected
from projects.identity import parse_identity
from qa.pipeline import PipelineFacts, SubScore, Topic

ROOT = "PipelineAquaReport"
_MAX_STAGES, _MAX_FIGURES, _MAX_REJECTED = 1000, 20_000, 1000
_SUBS_KEPT, _SUBS_WAITING = 50, 1000
_TOPICS = ("Dataset", "Flagging", "Calibration", "Imaging")
_TEXTS = frozenset(
    {
        *("ProposalCode", "OusEntityId", "OusStatusEntityId", "ProcessingRequestEntityId"),
        *("ProcessingProcedure", "ReportDate", "ProcessingTime", "CasaVersion", "PipelineVersion"),
    }
)
_KEPT_INSIDE = frozenset({"RepresentativeScore", "Metric", "DataSelection"})


@dataclass(slots=True)
class Report:
    """What a report says; ``status_uid`` and ``entity_uid`` name the member OUS, "" if none."""

    facts: PipelineFacts
    code: str = ""
    status_uid: str = ""
    entity_uid: str = ""
    rejected: list[Rejected] = field(default_factory=list)


def read_report(source: Source) -> Report:
    """Read a report to its end. Raises UnreadableSource where its XML is broken."""
    found = _Found()
    with source.open() as stream:
        for above, element in _closed(source.name, stream):
            found.take(above, element)
    return found.report()


def _closed(name: str, stream: Any) -> Iterator[tuple[Sequence[Element], Element]]:
    """Yield each element at its end, below those around it, and let go of what was read."""
    above: list[Element] = []
    for event, element in events(name, stream):
        if event == "start":
            above.append(element)
            continue
        above.pop()
        yield above, element
        if above and not (local(element) in _KEPT_INSIDE and _is_scored(above[-1])):
            above[-1].remove(element)


def _is_scored(element: Element) -> bool:
    return local(element) in ("Stage", "SubScore")


class _Found:
    """Collects the records of a report by where they stand."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._subs: list[SubScore] = []
        self._subs_total = 0
        self._rejected: list[Rejected] = []
        self._lists: dict[str, dict[Any, Any]] = {
            name: {} for name in ("stages", "topics", "fluxes", "achieved", "executions")
        }

    def take(self, above: Sequence[Element], element: Element) -> None:
        """Take one element; what cannot be is refused by name."""
        try:
            self._take(local(element), [local(one) for one in above], above, element)
        except BadPart as problem:
            self._refuse(element, str(problem))

    def _take(self, name: str, path: list[str], above: Sequence[Element], element: Element) -> None:
        # The topics repeat the stages that they are about.
        repeats = "QaPerTopic" in path
        inside = path[-1] if path else ""
        if name == "Stage" and not repeats:
            self._take_stage(element)
        elif name == "SubScore" or (name == "Metric" and inside == "Stage"):
            if not repeats:
                self._take_sub_score(element)
        elif name in _TOPICS and inside == "QaPerTopic":
            self._keep("topics", name, Topic(name=name, score=parts.score(attributes(element))))
        elif name == "FluxMeasurement":
            flux = parts.flux(element)
            self._keep("fluxes", flux, flux)
        elif name == "Sensitivity":
            around = attributes(above[-1]) if above else {}
            figure = parts.achieved(element, around)
            self._keep("achieved", figure, figure)
        elif name == "ExecBlockId":
            self._take_execution(told(element.text))
        elif name in _TEXTS and inside in ("ProjectStructure", "QaSummary"):
            self._texts.setdefault(name, told(element.text))

    def _take_stage(self, element: Element) -> None:
        subs = sorted(self._subs, key=_worst_first)[:_SUBS_KEPT]
        total, self._subs, self._subs_total = self._subs_total, [], 0
        stage = parts.stage(element, subs, total)
        if stage.number in self._lists["stages"]:
            raise BadPart("Another stage has the same number.")
        if len(self._lists["stages"]) >= _MAX_STAGES:
            raise BadPart(f"It is one of more than {_MAX_STAGES} stages.")
        self._lists["stages"][stage.number] = stage

    def _take_sub_score(self, element: Element) -> None:
        self._subs.append(parts.sub_score(element))
        self._subs_total += 1
        if len(self._subs) > _SUBS_WAITING:
            self._subs = sorted(self._subs, key=_worst_first)[:_SUBS_KEPT]

    def _take_execution(self, text: str) -> None:
        uid = parse_identity(text)
        if uid:
            self._keep("executions", uid, uid)

    def _keep(self, name: str, key: Any, record: Any) -> None:
        if len(self._lists[name]) >= _MAX_FIGURES:
            raise BadPart(f"It is one of more than {_MAX_FIGURES}.")
        self._lists[name].setdefault(key, record)

    def _refuse(self, element: Element, reason: str) -> None:
        if len(self._rejected) < _MAX_REJECTED:
            self._rejected.append(Rejected(_name_of(element), reason))

    def report(self) -> Report:
        """Answer what was collected."""
        texts = self._texts
        return Report(
            facts=self._facts(),
            code=texts.get("ProposalCode", ""),
            status_uid=parse_identity(texts.get("OusStatusEntityId")),
            entity_uid=parse_identity(texts.get("OusEntityId")),
            rejected=[*self._rejected, *self._odd_times()],
        )

    def _facts(self) -> PipelineFacts:
        texts = self._texts
        ended = parts.report_date(texts.get("ReportDate", ""))
        lasted = parts.seconds_in(texts.get("ProcessingTime", ""))
        stages = sorted(self._lists.pop("stages").values(), key=lambda stage: stage.number)
        return PipelineFacts(
            recipe=texts.get("ProcessingProcedure", ""),
            casa_version=texts.get("CasaVersion", ""),
            pipeline_version=texts.get("PipelineVersion", ""),
            request_uid=parse_identity(texts.get("ProcessingRequestEntityId")),
            started_at=_before(ended, lasted),
            ended_at=ended,
            processing_s=lasted,
            stages=tuple(stages),
            **{name: tuple(found.values()) for name, found in self._lists.items()},
        )

    def _odd_times(self) -> Iterator[Rejected]:
        for name, read in (("ReportDate", parts.report_date), ("ProcessingTime", parts.seconds_in)):
            text = self._texts.get(name, "")
            if text and read(text) is None:
                yield Rejected(name, f"It is no time: “{text[:60]}”.")


def _before(ended: Any, lasted: int | None) -> Any:
    try:
        return ended - timedelta(seconds=lasted) if ended and lasted is not None else None
    except OverflowError:
        return None


def _worst_first(sub: SubScore) -> tuple[bool, float]:
    return sub.score is None, sub.score or 0.0


def _name_of(element: Element) -> str:
    given = attributes(element)
    names = ("Number", "Name", "Field", "MsSpwId", "BwMode", "Asdm")
    words = [told(given.get(name)) for name in names]
    return " ".join([local(element), *(word for word in words if word)])[:200]
