"""The scans of an execution by intent: one lane an intent, one bar a scan."""

from collections import defaultdict
from collections.abc import Sequence

from qa.intents import intent_word, report_order
from qa.observed import moment
from qa.plots.plot import (
    TIME,
    Axis,
    AxisKind,
    Cell,
    Column,
    Facts,
    Panel,
    Plot,
    Spans,
    Table,
    nothing,
)
from qa.plots.stretches import NO_SCANS, Stretch, numbered, stretches

_COLUMNS = (
    *(Column("Scan"), Column("Intent"), Column("Source")),
    *(Column("Start", "UTC"), Column("End", "UTC"), Column("On source", "min", 3)),
)
_LANE_HEIGHT = 40
_NO_INTENT = "No intent"


def timeline(facts: Facts) -> Plot:
    """Answer the scans in their lanes; a scan of several intents lies in each of theirs."""
    execution = facts.kept.execution
    found = stretches(execution.scans)
    if not found:
        return nothing(execution.missing.get("Scan", NO_SCANS))
    lanes = _lanes(found)
    styles = numbered([stretch.source for stretch in found])
    marks = [_spans(source, number, found) for source, number in styles.items()]
    y = Axis("", kind=AxisKind.WORDS, words=lanes, is_reversed=True)
    table = Table(_COLUMNS, [row for stretch in found for row in _rows(stretch)])
    return Plot(TIME, [Panel(y, marks)], table, height=_LANE_HEIGHT * len(lanes))


def _lanes(found: Sequence[Stretch]) -> list[str]:
    """The words of the intents in the report's order."""
    codes = {code for stretch in found for code in stretch.intents}
    lanes = [intent_word(code) for code in sorted(codes, key=lambda code: report_order(code, ""))]
    aimless = any(not stretch.intents for stretch in found)
    return [*dict.fromkeys(lanes), _NO_INTENT] if aimless else [*dict.fromkeys(lanes)]


def _intents(stretch: Stretch) -> list[str]:
    return [intent_word(code) for code in stretch.intents] or [_NO_INTENT]


def _spans(source: str, style: int, found: Sequence[Stretch]) -> Spans:
    columns: defaultdict[str, list[str]] = defaultdict(list)
    bars = [(lane, part) for part in found if part.source == source for lane in _intents(part)]
    for lane, part in bars:
        columns["lanes"].append(lane)
        columns["hover"].append(f"Scan {part.scan}, {source}, {part.minutes:.2f} min on source")
    starts = [moment(part.start_ns) for _, part in bars]
    ends = [moment(part.end_ns) for _, part in bars]
    return Spans(source or "No source", style, columns["lanes"], starts, ends, columns["hover"])


def _rows(stretch: Stretch) -> list[list[Cell]]:
    start, end = moment(stretch.start_ns), moment(stretch.end_ns)
    return [
        [stretch.scan, intent, stretch.source or None, start, end, stretch.minutes]
        for intent in _intents(stretch)
    ]
