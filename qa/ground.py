"""Where the pads of an array stand on the ground: longitude, latitude, and meters around it."""

import math
from collections.abc import Sequence
from statistics import fmean

import erfa

from qa.observed import Antenna, Site

NO_GROUND = "The data set says neither where the site is nor where its pads stand on the Earth."
NO_PADS = "The data set gives no positions of pads on the Earth."

_WGS84 = 1
# No telescope stands deeper or higher; other numbers are not geocentric.
_DISTANCES_M = (6.3e6, 6.4e6)

Local = tuple[float, float, float]


def ground_of(antennas: Sequence[Antenna]) -> Site | None:
    """Answer the mean place of the pads, None where they do not stand on the Earth."""
    if not antennas:
        return None
    x_m, y_m, z_m = center_m(antennas)
    if not _DISTANCES_M[0] < math.hypot(x_m, y_m, z_m) < _DISTANCES_M[1]:
        return None
    longitude, latitude, height_m = erfa.gc2gd(_WGS84, [x_m, y_m, z_m])
    return Site(math.degrees(longitude), math.degrees(latitude), float(height_m))


def center_m(antennas: Sequence[Antenna]) -> Local:
    """Answer the mean of the pads, geocentric meters."""
    return (
        fmean(antenna.x_m for antenna in antennas),
        fmean(antenna.y_m for antenna in antennas),
        fmean(antenna.z_m for antenna in antennas),
    )


def local_m(antennas: Sequence[Antenna], ground: Site) -> list[Local]:
    """Answer east, north and up of each pad around their mean, in the plane that touches there.

    A rotation only: distances in all three stay as they are, and the Earth bends away below.
    """
    longitude, latitude = math.radians(ground.longitude_deg), math.radians(ground.latitude_deg)
    x_0, y_0, z_0 = center_m(antennas)
    return [
        _turned(antenna.x_m - x_0, antenna.y_m - y_0, antenna.z_m - z_0, longitude, latitude)
        for antenna in antennas
    ]


def _turned(x: float, y: float, z: float, longitude: float, latitude: float) -> Local:
    outward = x * math.cos(longitude) + y * math.sin(longitude)
    east = y * math.cos(longitude) - x * math.sin(longitude)
    north = z * math.cos(latitude) - outward * math.sin(latitude)
    return east, north, outward * math.cos(latitude) + z * math.sin(latitude)
