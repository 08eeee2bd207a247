"""What the PI asked for, per science goal and per SB of a plan."""

from xml.etree.ElementTree import Element

from ingest.readers.apdm import child, children, text_of
from ingest.readers.quantities import amount
from ingest.records import Asked


def asked_of_goal(goal: Element) -> Asked:
    """Answer a ScienceGoal's requirements in the units of the record's names."""
    wanted = child(goal, "PerformanceParameters")
    setup = child(goal, "SpectralSetupParameters")
    measure = "" if wanted is None else wanted.get("desiredSensitivityFrequencyMeasure", "")
    return Asked(
        sensitivity_mjy=amount(wanted, "mjy", "desiredSensitivity"),
        sensitivity_bandwidth_mhz=amount(
            wanted, "mhz", "desiredSensitivityReferenceFrequencyWidth"
        ),
        sensitivity_measure=measure,
        resolution_arcsec=amount(wanted, "arcsec", "desiredAngularResolution"),
        min_resolution_arcsec=amount(wanted, "arcsec", "desiredMinAngularResolution"),
        max_resolution_arcsec=amount(wanted, "arcsec", "desiredMaxAngularResolution"),
        largest_scale_arcsec=amount(wanted, "arcsec", "desiredLargestScale"),
        rep_freq_ghz=amount(wanted, "ghz", "representativeFrequency")
        or amount(setup, "ghz", "representativeFrequency"),
        rep_source=text_of(goal, "TargetParameters", "sourceName"),
        rep_window=_representative_window(setup),
        goal=text_of(goal, "name"),
    )


def _representative_window(setup: Element | None) -> str:
    for window in children(setup, "ScienceSpectralWindow"):
        if text_of(window, "representativeWindow").lower() == "true":
            return text_of(window, "transitionName")
    return ""


def asked_of_sched_block(sched_block: Element, source_name: str) -> Asked | None:
    """Answer an SB's own goals, None where it has none."""
    limits = child(sched_block, "SchedulingConstraints")
    wanted = child(sched_block, "ScienceParameters")
    found = Asked(
        sensitivity_mjy=amount(wanted, "mjy", "sensitivityGoal"),
        sensitivity_bandwidth_mhz=amount(wanted, "mhz", "representativeBandwidth"),
        min_resolution_arcsec=amount(limits, "arcsec", "minAcceptableAngResolution"),
        max_resolution_arcsec=amount(limits, "arcsec", "maxAcceptableAngResolution"),
        rep_freq_ghz=amount(limits, "ghz", "representativeFrequency")
        or amount(wanted, "ghz", "representativeFrequency"),
        rep_source=source_name,
        configurations=_configurations(limits),
    )
    return None if found == Asked(rep_source=source_name) else found


def _configurations(limits: Element | None) -> tuple[str, ...]:
    texts = [found.text or "" for found in children(limits, "nominalConfiguration")]
    names = (name.strip() for text in texts for name in text.split(","))
    return tuple(dict.fromkeys(name for name in names if name))
