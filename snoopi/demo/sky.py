"""Where things are on the sky, when they are up, and what ALMA's arrays see of them.

Pure. Positions are ICRS and rounded; they serve a demonstration, not astrometry.
"""

import math
from datetime import UTC, datetime, timedelta

# name: (right ascension, declination) in degrees.
TARGETS: dict[str, tuple[float, float]] = {
    "NGC253": (11.8881, -25.2888),
    "NGC1068": (40.6696, -0.0133),
    "NGC1097": (41.5794, -30.2749),
    "NGC1365": (53.4015, -36.1404),
    "NGC4945": (196.3645, -49.4682),
    "CenA": (201.3651, -43.0191),
    "M83": (204.2540, -29.8657),
    "Circinus": (213.2913, -65.3392),
    "Arp220": (233.7385, 23.5032),
    "NGC6240": (253.2455, 2.4009),
    "M87": (187.7059, 12.3911),
    "Antennae": (180.4710, -18.8770),
    "OrionKL": (83.8106, -5.3750),
    "HLTau": (67.9100, 18.2327),
    "TWHya": (165.4663, -34.7047),
    "HD163296": (269.0886, -21.9562),
    "HD142527": (239.1746, -42.3232),
    "IMLup": (239.0380, -37.9350),
    "IRAS16293": (248.0950, -24.4766),
    "BetaPic": (86.8212, -51.0665),
    "Fomalhaut": (344.4127, -29.6222),
    "L1544": (76.0717, 25.1783),
    "Serpens": (277.4580, 1.2450),
    "NGC6334I": (260.2228, -35.7831),
    "G34.26": (283.3275, 1.2490),
    "RCW120": (258.1000, -38.4600),
    "30Dor": (84.6767, -69.1009),
    "N113": (78.3500, -69.3700),
    "SMCB1": (11.2500, -73.1700),
    "IRC10216": (146.9892, 13.2787),
    "RSculptoris": (21.7400, -32.5433),
    "MiraA": (34.8366, -2.9776),
    "EtaCar": (161.2650, -59.6844),
    "Boomerang": (191.1917, -54.5204),
    "SPT0418": (64.6600, -47.8600),
    "HUDF": (53.1625, -27.7914),
    "COSMOS": (150.1192, 2.2058),
    "3c454.3": (343.4906, 16.1482),
}

# Representative frequencies inside each band, GHz.
FREQUENCIES_GHZ: dict[int, tuple[float, ...]] = {
    1: (42.82, 43.12),
    2: (72.41, 86.24),
    3: (88.63, 97.98, 109.78, 115.27),
    4: (140.84, 146.97),
    5: (177.26, 183.31),
    6: (219.56, 230.54, 244.94, 262.00),
    7: (329.33, 345.80, 354.51),
    8: (461.04, 492.16),
    9: (658.55, 691.47),
    10: (806.65, 809.34),
}
BAND_EDGES_GHZ: dict[int, tuple[float, float]] = {
    1: (35.0, 50.0),
    2: (67.0, 116.0),
    3: (84.0, 116.0),
    4: (125.0, 163.0),
    5: (158.0, 211.0),
    6: (211.0, 275.0),
    7: (275.0, 373.0),
    8: (385.0, 500.0),
    9: (602.0, 720.0),
    10: (787.0, 950.0),
}

# configuration: (80th, 5th percentile of the baselines) in m, DOMAIN 6.
CONFIGURATIONS_M: dict[str, tuple[float, float]] = {
    "7m": (30.7, 9.1),
    "C-1": (107.1, 21.4),
    "C-2": (143.8, 27.0),
    "C-3": (235.4, 37.6),
    "C-4": (369.2, 54.1),
    "C-5": (623.8, 91.1),
    "C-6": (1172.5, 148.6),
}
_LIGHT_M_GHZ = 0.299792458
_LONGITUDE_H = -67.755 / 15
_SIDEREAL_DAY = timedelta(seconds=86164.0905)
_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


def resolution_arcsec(rep_freq_ghz: float, array: str, configuration: str = "") -> float:
    """Angular resolution in arcsec: 0.574 λ/L80, or a single dish's beam for TP."""
    if array == "TP":
        return _arcsec(1.13 * _LIGHT_M_GHZ / rep_freq_ghz / 12.0)
    l80_m, _ = CONFIGURATIONS_M["7m" if array == "7m" else configuration]
    return _arcsec(0.574 * _LIGHT_M_GHZ / rep_freq_ghz / l80_m)


def largest_scale_arcsec(rep_freq_ghz: float, array: str, configuration: str = "") -> float | None:
    """Maximum recoverable scale in arcsec: 0.983 λ/L5; TP has none."""
    if array == "TP":
        return None
    _, l5_m = CONFIGURATIONS_M["7m" if array == "7m" else configuration]
    return _arcsec(0.983 * _LIGHT_M_GHZ / rep_freq_ghz / l5_m)


def _arcsec(angle_rad: float) -> float:
    return round(math.degrees(angle_rad) * 3600, 3)


def sidereal_time_h(at: datetime) -> float:
    """Local sidereal time at the array in hours, good to a few seconds."""
    days = (at - _J2000) / timedelta(days=1)
    return (18.697374558 + 24.06570982441908 * days + _LONGITUDE_H) % 24


def when_up(near: datetime, ra_deg: float, hour_angle_h: float) -> datetime:
    """The moment within twelve hours of ``near`` when a target is at this hour angle."""
    wanted = (ra_deg / 15 + hour_angle_h) % 24
    ahead_h = (wanted - sidereal_time_h(near) + 12) % 24 - 12
    return (near + ahead_h / 24 * _SIDEREAL_DAY).replace(microsecond=0)
