"""Sky positions as astronomers write them.

Pure. All arithmetic is on integers of the last digit shown, so that 59.9996 s becomes
the next minute and never "60.000".
"""

from decimal import ROUND_HALF_EVEN, Decimal

MINUS = "\N{MINUS SIGN}"


def format_ra(ra_deg: float, decimals: int = 3) -> str:
    """Answer a right ascension in degrees as ``17h 47m 19.438s``."""
    day = 24 * 3600 * 10**decimals
    units = _in_last_digits(Decimal(ra_deg) * 240, decimals) % day
    hours, minutes, seconds = _sexagesimal(units, decimals)
    return f"{hours:02d}h {minutes:02d}m {seconds}s"


def format_dec(dec_deg: float, decimals: int = 3) -> str:
    """Answer a declination in degrees as ``−28° 23′ 29.780″``; the sign is always there."""
    units = _in_last_digits(Decimal(dec_deg) * 3600, decimals)
    degrees, minutes, seconds = _sexagesimal(abs(units), decimals)
    sign = MINUS if units < 0 else "+"
    return f"{sign}{degrees:02d}° {minutes:02d}′ {seconds}″"


def _in_last_digits(seconds: Decimal, decimals: int) -> int:
    return int(seconds.scaleb(decimals).to_integral_value(ROUND_HALF_EVEN))


def _sexagesimal(units: int, decimals: int) -> tuple[int, int, str]:
    whole, fraction = divmod(units, 10**decimals)
    minutes, seconds = divmod(whole, 60)
    degrees, minutes = divmod(minutes, 60)
    digits = f"{seconds:02d}.{fraction:0{decimals}d}" if decimals else f"{seconds:02d}"
    return degrees, minutes, digits
