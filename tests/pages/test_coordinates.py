"""Sky positions as text, against astropy's arithmetic."""

import pytest
from astropy.coordinates import Angle
from hypothesis import given
from hypothesis import strategies as st

from snoopi.coordinates import format_dec, format_ra

RIGHT_ASCENSIONS = st.floats(0, 360, exclude_max=True)
DECLINATIONS = st.floats(-90, 90)


@pytest.mark.parametrize(
    ("ra_deg", "decimals", "text"),
    [
        (266.8309916666667, 3, "17h 47m 19.438s"),
        (0.0, 3, "00h 00m 00.000s"),
        (14.99999999, 3, "01h 00m 00.000s"),
        (359.99999999, 3, "00h 00m 00.000s"),
        (266.8309916666667, 1, "17h 47m 19.4s"),
        (266.8309916666667, 0, "17h 47m 19s"),
    ],
)
def test_right_ascension_is_written_in_hours(ra_deg, decimals, text):
    assert format_ra(ra_deg, decimals) == text


@pytest.mark.parametrize(
    ("dec_deg", "decimals", "text"),
    [
        (-28.391605555555557, 3, "−28° 23′ 29.780″"),
        (-0.0133, 3, "−00° 00′ 47.880″"),
        (16.14820, 2, "+16° 08′ 53.52″"),
        (0.0, 3, "+00° 00′ 00.000″"),
        (-1e-9, 3, "+00° 00′ 00.000″"),
        (89.9999999999, 3, "+90° 00′ 00.000″"),
    ],
)
def test_declination_is_written_with_its_sign(dec_deg, decimals, text):
    assert format_dec(dec_deg, decimals) == text


@given(RIGHT_ASCENSIONS, st.integers(0, 6))
def test_right_ascension_reads_back_within_half_the_last_digit(ra_deg, decimals):
    text = format_ra(ra_deg, decimals)

    difference_s = (Angle(text).deg - ra_deg + 180) % 360 - 180
    assert abs(difference_s) * 240 <= 0.5 * 10**-decimals + 1e-9
    assert "60" not in (text[4:6], text[8:10])


@given(DECLINATIONS, st.integers(0, 6))
def test_declination_reads_back_within_half_the_last_digit(dec_deg, decimals):
    text = format_dec(dec_deg, decimals)
    plain = text.replace("−", "-").replace("°", "d").replace("′", "m").replace("″", "s")

    assert abs(Angle(plain).deg - dec_deg) * 3600 <= 0.5 * 10**-decimals + 1e-9
    assert "60" not in (text[5:7], text[9:11])
