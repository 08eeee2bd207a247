"""The array of an execution: its antennas on their pads, its spectral windows."""

from collections.abc import Callable

from ingest.readers.asdm.cells import BadCell, Row
from ingest.readers.asdm.tables import Tables
from qa.observed import Antenna, Window

_HZ_A_GHZ = 1e9
_HZ_A_MHZ = 1e6
_HZ_A_KHZ = 1e3
# What no telescope reaches: such numbers are wrong.
_MOST_HZ = 1e14
_MOST_CHANNELS = 10_000_000
_MOST_ANTENNAS = 1000
_FARTHEST_M = 1e8


def antenna_names(tables: Tables) -> dict[str, str]:
    """Answer the names of all antennas by their tags."""
    return dict(tables.made("Antenna", _named))


def _named(row: Row) -> tuple[str, str]:
    return row.text("antennaId"), row.text("name") or row.text("antennaId")


def antennas(tables: Tables, used: list[str]) -> tuple[Antenna, ...]:
    """Answer the antennas that took part, by tag; all of them where none is named.

    Positions are those of the pads: what an antenna adds is the same for all of a kind.
    An antenna whose pad has no position is rejected, for no baseline can be had from it, and
    so is one that stands where another does.
    """
    pads = dict(tables.made("Station", _pad))
    wanted = set(used)
    taken: set[str] = set()

    def antenna(row: Row) -> Antenna | None:
        if wanted and row.text("antennaId") not in wanted:
            return None
        stations = row.texts("stationId")
        if not stations or stations[0] not in pads:
            raise BadCell("stationId", "a station with a position", row.text("stationId"))
        if stations[0] in taken or len(taken) >= _MOST_ANTENNAS:
            raise BadCell("stationId", "a station of its own", stations[0])
        taken.add(stations[0])
        name, place = pads[stations[0]]
        return Antenna(_named(row)[1], name, *place, dish_m=_dish_m(row))

    return tuple(tables.made("Antenna", antenna))


def _dish_m(row: Row) -> float | None:
    return row.among("dishDiameter", 0.1, 1000, "the diameter of a dish in m")


def _pad(row: Row) -> tuple[str, tuple[str, tuple[float, float, float]]] | None:
    place = row.numbers("position")
    if not any(place):
        return None
    if len(place) != 3 or not all(abs(value) <= _FARTHEST_M for value in place):
        raise BadCell("position", "three coordinates in m", row.text("position"))
    x, y, z = place
    return row.text("stationId"), (row.text("name"), (x, y, z))


def windows(tables: Tables) -> tuple[Window, ...]:
    """Answer the spectral windows, in the order of the data set."""
    return tuple(tables.made("SpectralWindow", _window))


def _window(row: Row) -> Window:
    channels = row.spare("numChan", _channels(row), 0)
    return Window(
        ref=row.tag("spectralWindowId"),
        name=row.text("name"),
        baseband=row.text("basebandName"),
        channels=channels,
        center_ghz=_scaled(_center_hz(row, channels), _HZ_A_GHZ),
        bandwidth_mhz=_scaled(_frequency_hz(row, "totBandwidth"), _HZ_A_MHZ),
        resolution_khz=_scaled(_resolution_hz(row), _HZ_A_KHZ),
        sideband=row.text("netSideband"),
    )


def _channels(row: Row) -> Callable[[str], int]:
    def read(name: str) -> int:
        found = row.integer(name) or 0
        if not 0 <= found <= _MOST_CHANNELS:
            raise BadCell(name, "a number of channels", found)
        return found

    return read


def _center_hz(row: Row, channels: int) -> float | None:
    each = _frequencies(row, "chanFreqArray")
    if each:
        return (min(each) + max(each)) / 2
    start = _frequency_hz(row, "chanFreqStart")
    step = row.among("chanFreqStep", -_MOST_HZ, _MOST_HZ, "a step of frequency in Hz")
    if start is None or step is None or not channels:
        return _frequency_hz(row, "refFreq")
    center = start + step * (channels - 1) / 2
    return center if 0 < center <= _MOST_HZ else _frequency_hz(row, "refFreq")


def _resolution_hz(row: Row) -> float | None:
    for name in ("resolution", "chanWidth"):
        width = row.among(name, -_MOST_HZ, _MOST_HZ, "a width in Hz")
        if width:
            return abs(width)
    each = _frequencies(row, "resolutionArray") or _frequencies(row, "chanWidthArray")
    return next(filter(None, map(abs, each)), None)


def _frequency_hz(row: Row, name: str) -> float | None:
    return row.among(name, 0, _MOST_HZ, "a frequency in Hz") or None


def _frequencies(row: Row, name: str) -> list[float]:
    """The numbers of an array that can be frequencies, or widths where they count downwards."""
    return [value for value in row.spare_all(name, row.numbers) if abs(value) <= _MOST_HZ]


def _scaled(value: float | None, unit: float) -> float | None:
    return None if value is None else value / unit
