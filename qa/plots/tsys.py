"""System temperatures, one cell an antenna and spectral window."""

import re
from collections.abc import Iterator

from qa.observed import Window
from qa.plots.plot import (
    Axis,
    AxisKind,
    Cell,
    Column,
    Facts,
    Grid,
    Panel,
    Plot,
    Points,
    Table,
    nothing,
)
from qa.stored import Kept, TsysCell

_COLUMNS = (
    *(Column("Antenna"), Column("Spectral window"), Column("Center", "GHz", 3)),
    *(Column("Median", "K", 2), Column("Least", "K", 2), Column("Most", "K", 2)),
    *(Column("Samples"), Column("Not measured")),
)
_NO_TSYS = "Its data set recorded no system temperature."
_WHAT = "The median over the samples above zero; a sample is one row of SysCal and one receptor."
_NUMBER = re.compile(r"(\d+)$")
_ROW_HEIGHT = 18
_LEAST_HEIGHT = 240
_GAP = "Not measured"

# Antenna, number of the window, cell.
_Line = tuple[str, int, TsysCell | None]


def tsys_map(facts: Facts) -> Plot:
    """Answer the temperatures as a map, and which cells of it nobody measured."""
    kept = facts.kept
    if not kept.tsys_antennas or not kept.tsys_windows:
        return nothing(kept.execution.missing.get("SysCal", _NO_TSYS))
    names = window_names(kept)
    values = [[_median(cell) for cell in row] for row in kept.tsys]
    grid = Grid("Tsys", "K", names, kept.tsys_antennas, values)
    gaps = [(antenna, names[n]) for antenna, n, cell in _lines(kept) if _median(cell) is None]
    total = len(kept.tsys_antennas) * len(names)
    return Plot(
        Axis("Spectral window and its center", "GHz", AxisKind.WORDS, names),
        [
            Panel(
                Axis("Antenna", kind=AxisKind.WORDS, words=kept.tsys_antennas, is_reversed=True),
                [grid, *_gap_marks(gaps)],
            )
        ],
        Table(_COLUMNS, [_row(kept, *line) for line in _lines(kept)]),
        notes=[_WHAT, *_gap_notes(len(gaps), total)],
        height=max(_LEAST_HEIGHT, _ROW_HEIGHT * len(kept.tsys_antennas)),
    )


def window_names(kept: Kept) -> list[str]:
    """Answer short names of the windows, each once: number and center, "17 · 91.280"."""
    known = {window.ref: window for window in kept.execution.windows}
    names = [_window_name(ref, known.get(ref)) for ref in kept.tsys_windows]
    return [
        name if names.count(name) == 1 else ref
        for name, ref in zip(names, kept.tsys_windows, strict=True)
    ]


def _window_name(ref: str, window: Window | None) -> str:
    number = _NUMBER.search(ref)
    short = number[1] if number else ref
    if window is None or window.center_ghz is None:
        return short
    return f"{short} · {window.center_ghz:.3f}"


def _lines(kept: Kept) -> Iterator[_Line]:
    for antenna, cells in zip(kept.tsys_antennas, kept.tsys, strict=True):
        for number, cell in enumerate(cells):
            yield antenna, number, cell


def _median(cell: TsysCell | None) -> float | None:
    return cell.median_k if cell else None


def _gap_marks(gaps: list[tuple[str, str]]) -> list[Points]:
    if not gaps:
        return []
    hover = [f"{antenna}, {window}: not measured" for antenna, window in gaps]
    antennas, windows = [antenna for antenna, _ in gaps], [window for _, window in gaps]
    # The style whose symbol is a cross.
    return [Points(_GAP, 3, windows, antennas, hover=hover, size=7)]


def _gap_notes(gaps: int, total: int) -> list[str]:
    if not gaps:
        return [f"All {total} cells were measured."]
    return [f"{gaps} of {total} cells were not measured: they are crossed, and N/A in the table."]


def _row(kept: Kept, antenna: str, number: int, cell: TsysCell | None) -> list[Cell]:
    ref = kept.tsys_windows[number]
    centers = {window.ref: window.center_ghz for window in kept.execution.windows}
    if cell is None:
        return [antenna, ref, centers.get(ref), None, None, None, 0, None]
    numbers = (cell.median_k, cell.min_k, cell.max_k, cell.n, cell.missing)
    return [antenna, ref, centers.get(ref), *numbers]
