"""What a position and a frequency must be to be ALMA's."""

from snoopi.demo.sky import BAND_EDGES_GHZ


def is_valid(
    ra_deg: float | None, dec_deg: float | None, rep_freq_ghz: float | None, bands: list[int]
) -> bool:
    """Whether a place is one that ALMA sees, and the frequency inside the band."""
    low_ghz, high_ghz = BAND_EDGES_GHZ[bands[0]]
    if ra_deg is None or dec_deg is None or rep_freq_ghz is None:
        return False
    return 0 <= ra_deg < 360 and -90 <= dec_deg < 45 and low_ghz <= rep_freq_ghz <= high_ghz
