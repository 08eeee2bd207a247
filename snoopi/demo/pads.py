"""Where the antennas of demo data sets stand: geocentric meters.

The pads of the compact array are where ALMA's are, to a tenth of a millimeter. Those of the 12-m
array are made up: a spiral as wide as the configuration's published baselines.
"""

import math
from collections.abc import Sequence

from qa.observed import Antenna, Site

SITE = Site(longitude_deg=-67.755, latitude_deg=-23.023, altitude_m=5000.0)
# The array's reference point (ITRF), from which local positions count.
_CENTER_M = (2225061.0, -5440057.0, -2481681.0)

# East, north and up of the reference point, m.
_COMPACT_M: dict[str, tuple[float, float, float]] = {
    "N601": (-37.0138, -551.9319, -2.3251),
    "N602": (-49.2864, -547.2313, -2.3148),
    "N603": (-58.1457, -547.2066, -2.3188),
    "N604": (-58.3715, -591.2841, -2.3228),
    "N605": (-48.3881, -595.1733, -2.3231),
    "N606": (-38.8867, -585.9530, -2.3172),
    "J501": (-47.9953, -564.8586, -2.3183),
    "J502": (-55.9699, -568.8205, -2.3217),
    "J503": (-48.8448, -574.4357, -2.3252),
    "J504": (-35.8924, -569.6207, -2.3186),
    "J505": (-65.3185, -560.7015, -2.3201),
    "J506": (-63.0370, -574.7166, -2.3203),
}
_DISH_M = {"CM": 7.0}
# The angle of a spiral that never puts two pads on one line.
_GOLDEN = math.pi * (3 - math.sqrt(5))
# The 80th percentile of the distances on such a spiral, as a share of its radius.
_L80_A_RADIUS = 1.235


def antennas_on(placed: Sequence[tuple[str, str]], l80_m: float) -> tuple[Antenna, ...]:
    """Answer the antennas on their pads; a 12-m array gets about the wanted L80."""
    radius_m = l80_m / _L80_A_RADIUS
    return tuple(
        _antenna(pad, name, _COMPACT_M.get(pad) or _spiral(number, len(placed), radius_m))
        for number, (pad, name) in enumerate(placed)
    )


def _spiral(number: int, of: int, radius_m: float) -> tuple[float, float, float]:
    distance = radius_m * math.sqrt((number + 0.5) / of)
    return distance * math.cos(number * _GOLDEN), distance * math.sin(number * _GOLDEN), 0.0


def _antenna(pad: str, name: str, local: tuple[float, float, float]) -> Antenna:
    x, y, z = (round(axis, 6) for axis in _geocentric(*local))
    return Antenna(name, pad, x, y, z, dish_m=_DISH_M.get(name[:2], 12.0))


def _geocentric(east: float, north: float, up: float) -> tuple[float, float, float]:
    longitude, latitude = math.radians(SITE.longitude_deg), math.radians(SITE.latitude_deg)
    outward = up * math.cos(latitude) - north * math.sin(latitude)
    x = outward * math.cos(longitude) - east * math.sin(longitude)
    y = outward * math.sin(longitude) + east * math.cos(longitude)
    z = north * math.cos(latitude) + up * math.sin(latitude)
    return _CENTER_M[0] + x, _CENTER_M[1] + y, _CENTER_M[2] + z
