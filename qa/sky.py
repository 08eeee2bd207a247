"""Where a source stood in the sky of the array, by ERFA, the IAU's standard routines."""

import math
import warnings
from collections.abc import Sequence

import erfa

from qa.observed import Path, Position, Site

_MJD = 2_400_000.5
_NS_A_DAY = 86_400_000_000_000


def horizontal(
    site: Site, place: Position | Path, times_ns: Sequence[int]
) -> list[tuple[float, float]]:
    """Answer azimuth (from north over east) and elevation in degrees at each time.

    Without refraction and polar motion, which no plot here could show.
    """
    azimuth, zenith, _, _ = _observed(site, place, times_ns)
    return [
        (math.degrees(az) % 360, 90 - math.degrees(zd))
        for az, zd in zip(azimuth, zenith, strict=True)
    ]


def hour_angles(
    site: Site, place: Position | Path, times_ns: Sequence[int]
) -> list[tuple[float, float]]:
    """Answer hour angle and declination in radians at each time, of the pole of that time.

    As ``horizontal``: what it leaves out turns a baseline by less than an arcminute.
    """
    _, _, hour_angle, declination = _observed(site, place, times_ns)
    return [*zip(map(float, hour_angle), map(float, declination), strict=True)]


def _observed(
    site: Site, place: Position | Path, times_ns: Sequence[int]
) -> tuple[Sequence[float], Sequence[float], Sequence[float], Sequence[float]]:
    """Azimuth, zenith distance, hour angle and declination in radians."""
    if not times_ns:
        return (), (), (), ()
    days = [time_ns // _NS_A_DAY for time_ns in times_ns]
    parts = [time_ns % _NS_A_DAY / _NS_A_DAY for time_ns in times_ns]
    seen = [place.at(time_ns) for time_ns in times_ns]
    ra = [math.radians(position.ra_deg) for position in seen]
    dec = [math.radians(position.dec_deg) for position in seen]
    ground = (math.radians(site.longitude_deg), math.radians(site.latitude_deg), site.altitude_m)
    with warnings.catch_warnings():
        # Years that are ahead of the table of leap seconds cost a second at most.
        warnings.simplefilter("ignore", erfa.ErfaWarning)
        azimuth, zenith, hour_angle, declination, *_ = erfa.atco13(
            ra, dec, 0, 0, 0, 0, [_MJD + day for day in days], parts, 0, *ground, 0, 0, 0, 0, 0, 1
        )
    return azimuth, zenith, hour_angle, declination
