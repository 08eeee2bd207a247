"""The stretches of an execution: what was observed from when to when, and the times within."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.figures import on_source_ns
from qa.observed import NS_A_MINUTE, Execution, Scan

NO_SCANS = "Its data set has no scans."
_MOVING = "{} moves: drawn where the data set's own ephemeris has it at each time."
_NO_PLACE = "The data set gives no position of {}."


@dataclass(frozen=True, slots=True)
class Stretch:
    """A scan, or the part of it on one source where its subscans were on several.

    ``minutes`` is the time on source: the report's sum, shorter than start to end.
    """

    scan: int
    intents: tuple[str, ...]
    source: str
    start_ns: int
    end_ns: int
    minutes: float

    def times_ns(self, step_ns: int = NS_A_MINUTE) -> list[int]:
        """Times from start to end, evenly and at most a step apart."""
        length = self.end_ns - self.start_ns
        number = max(1, math.ceil(length / step_ns))
        return [self.start_ns + length * n // number for n in range(number + 1)]


def stretches(scans: Iterable[Scan]) -> list[Stretch]:
    """Answer the stretches in order of the scans."""
    return [stretch for scan in scans for stretch in _of_scan(scan)]


def _of_scan(scan: Scan) -> list[Stretch]:
    total_ns: dict[str, int] = {}
    for source, length_ns in on_source_ns(scan):
        total_ns[source] = total_ns.get(source, 0) + length_ns
    intents = tuple(dict.fromkeys(scan.intents))
    return [
        Stretch(scan.number, intents, source, *_span(scan, source), length_ns / NS_A_MINUTE)
        for source, length_ns in total_ns.items()
    ]


def _span(scan: Scan, source: str) -> tuple[int, int]:
    parts = [part for part in scan.subscans if part.field == source]
    if scan.source or not parts:
        return scan.start_ns, scan.end_ns
    return min(part.start_ns for part in parts), max(part.end_ns for part in parts)


def placed(found: Iterable[Stretch], execution: Execution) -> list[Stretch]:
    """Those whose source has a position."""
    return [stretch for stretch in found if stretch.source in execution.positions]


def unplaced_note(found: Iterable[Stretch], execution: Execution) -> list[str]:
    """The sentence that names the sources without a position, none where all have one."""
    names = dict.fromkeys(part.source for part in found)
    missing = [name or "a source without a name" for name in names - execution.positions.keys()]
    if not missing:
        return []
    reason = execution.missing.get("Ephemeris")
    return [_NO_PLACE.format(", ".join(sorted(missing))), *([reason] if reason else [])]


def moving_note(found: Iterable[Stretch], execution: Execution) -> list[str]:
    """The sentence that names the sources that move, none where all stand still."""
    moving = sorted({part.source for part in found} & execution.paths.keys())
    return [_MOVING.format(", ".join(moving))] if moving else []


def why_unplaced(found: Iterable[Stretch], execution: Execution) -> str:
    """Say why none of some stretches has a position."""
    return execution.missing.get("Source") or " ".join(unplaced_note(found, execution))


def numbered(names: Sequence[str]) -> dict[str, int]:
    """A number for each of some names, in the order in which they first come."""
    return {name: number for number, name in enumerate(dict.fromkeys(names))}
