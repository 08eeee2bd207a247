"""The array of an execution: its antennas on their pads, its spectral windows."""

import math

from ingest.readers.asdm.cells import BadCell, Row
from ingest.readers.asdm.tables import Tables
from qa.observed import Antenna, Window

_HZ_A_GHZ = 1e9
_HZ_A_MHZ = 1e6
_HZ_A_KHZ = 1e3


def antenna_names(tables: Tables) -> dict[str, str]:
    """Answer the names of all antennas by their tags."""
    return dict(tables.made("Antenna", _named))


def _named(row: Row) -> tuple[str, str]:
    return row.text("antennaId"), row.text("name") or row.text("antennaId")


def antennas(tables: Tables, used: list[str]) -> tuple[Antenna, ...]:
    """Answer the antennas that took part, by tag; all of them where none is named.

    Positions are those of the pads: what an antenna adds is the same for all of a kind.
    An antenna whose pad has no position is rejected, for no baseline can be had from it.
    """
    pads = dict(tables.made("Station", _pad))
    wanted = set(used)

    def antenna(row: Row) -> Antenna | None:
        if wanted and row.text("antennaId") not in wanted:
            return None
        stations = row.texts("stationId")
        if not stations or stations[0] not in pads:
            raise BadCell("stationId", "a station with a position", row.text("stationId"))
        name, place = pads[stations[0]]
        return Antenna(_named(row)[1], name, *place, dish_m=row.number("dishDiameter"))

    return tuple(tables.made("Antenna", antenna))


def _pad(row: Row) -> tuple[str, tuple[str, tuple[float, float, float]]] | None:
    place = row.numbers("position")
    if len(place) != 3 or not any(place) or not all(map(math.isfinite, place)):
        return None
    x, y, z = place
    return row.text("stationId"), (row.text("name"), (x, y, z))


def windows(tables: Tables) -> tuple[Window, ...]:
    """Answer the spectral windows, in the order of the data set."""
    return tuple(tables.made("SpectralWindow", _window))


def _window(row: Row) -> Window:
    return Window(
        ref=row.text("spectralWindowId"),
        name=row.text("name"),
        baseband=row.text("basebandName"),
        channels=row.integer("numChan") or 0,
        center_ghz=_scaled(_center_hz(row), _HZ_A_GHZ),
        bandwidth_mhz=_scaled(row.number("totBandwidth"), _HZ_A_MHZ),
        resolution_khz=_scaled(_resolution_hz(row), _HZ_A_KHZ),
        sideband=row.text("netSideband"),
    )


def _center_hz(row: Row) -> float | None:
    each = list(filter(math.isfinite, row.numbers("chanFreqArray")))
    if each:
        return (min(each) + max(each)) / 2
    start, step = row.number("chanFreqStart"), row.number("chanFreqStep")
    channels = row.integer("numChan")
    if start is None or step is None or not channels:
        return row.number("refFreq")
    return start + step * (channels - 1) / 2


def _resolution_hz(row: Row) -> float | None:
    for name in ("resolution", "chanWidth"):
        if (width := row.number(name)) is not None:
            return abs(width)
    each = row.numbers("resolutionArray") or row.numbers("chanWidthArray")
    return next((abs(width) for width in each if math.isfinite(width)), None)


def _scaled(value: float | None, unit: float) -> float | None:
    return None if value is None else value / unit
