"""What was asked and got, in sentences for pages and reports. Pure."""

from collections.abc import Sequence

from qa.asked_got import Compared, Got, Kept, decisive
from qa.criteria import Answer, Goals

_NOTHING = "nothing that is on file"


def asked_and_got(kept: Kept) -> str:
    """Answer asked and got of the image that the request is about, "" where nothing is known."""
    first = decisive(kept.rows)
    if not first:
        return ""
    got = first[0].got
    image = image_words(got)
    of = f" ({image})" if image else ""
    return f"Asked for {goal_words(kept.goals)}; got {got_words(got)}{of}."


def short_falls(rows: Sequence[Compared]) -> list[str]:
    """What is not within its tolerance, of the images that the request is about."""
    judged = [one for row in decisive(rows) for one in row.judged]
    told = [_capital(one.sentence) for one in judged if one.answer != Answer.PASS]
    return list(dict.fromkeys(told))


def goal_words(goals: Goals) -> str:
    """What was asked for, in words."""
    return _joined(rms_words(goals.sensitivity_mjy, goals.bandwidth_mhz), range_words(goals))


def got_words(got: Got) -> str:
    """What one image reaches, in words."""
    return _joined(rms_words(got.sensitivity_mjy, got.bandwidth_mhz), beam_words(got))


def rms_words(rms_mjy: float | None, bandwidth_mhz: float | None) -> str:
    """Noise with its bandwidth, "" where it is not known."""
    if rms_mjy is None:
        return ""
    within = "" if bandwidth_mhz is None else f" in {bandwidth_mhz:.4g} MHz"
    return f"{rms_mjy:.4g} mJy/beam{within}"


def range_words(goals: Goals) -> str:
    """The resolution asked for, "" where it is not known."""
    least, most = goals.min_resolution_arcsec, goals.max_resolution_arcsec
    if least is not None and most is not None:
        return f"{least:.4g}″ to {most:.4g}″"
    if goals.resolution_arcsec is not None:
        return f"{goals.resolution_arcsec:.4g}″"
    if most is not None:
        return f"at most {most:.4g}″"
    return "" if least is None else f"at least {least:.4g}″"


def beam_words(got: Got) -> str:
    """A beam, "" where it is not known."""
    if got.beam_major_arcsec is None or got.beam_minor_arcsec is None:
        return ""
    size = f"{got.beam_major_arcsec:.4g}″ × {got.beam_minor_arcsec:.4g}″"
    return size if got.beam_angle_deg is None else f"{size} at {got.beam_angle_deg:.4g}°"


def image_words(got: Got) -> str:
    """Which image it is: source, window, kind."""
    window = f"window {got.window}" if got.window else ""
    return ", ".join(part for part in (got.source, window, got.kind) if part)


def _joined(*parts: str) -> str:
    return " and ".join(part for part in parts if part) or _NOTHING


def _capital(sentence: str) -> str:
    return sentence if sentence.startswith("rms") else f"{sentence[:1].upper()}{sentence[1:]}"
