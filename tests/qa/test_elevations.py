"""The elevations of targets, by what is known of the sky over a place."""

from dataclasses import replace

import pytest

from qa.observed import NS_A_MINUTE, Execution, Position, Scan, Site
from qa.services.reports import target_elevations
from qa.sky import horizontal
from tests.ingest.readers.asdm_files import execution

SITE = Site(longitude_deg=-67.755, latitude_deg=-23.023, altitude_m=5000.0)
TARGET = Position(266.8, -28.4)
START_NS = 4_911_080_000_000_000_000


def around_culmination() -> Scan:
    """A scan of an hour in whose middle the target culminates."""
    minutes = [START_NS + n * NS_A_MINUTE for n in range(1440)]
    heights = [elevation for _, elevation in horizontal(SITE, TARGET, minutes)]
    top_ns = minutes[heights.index(max(heights))]
    half_ns = 30 * NS_A_MINUTE
    return Scan(1, top_ns - half_ns, top_ns + half_ns, ("OBSERVE_TARGET",), "SgrB2")


def test_target_that_culminates_within_a_scan_is_seen_at_its_highest() -> None:
    scan = around_culmination()
    said = Execution(
        uid="uid://A002/X1/X2",
        start_ns=scan.start_ns,
        end_ns=scan.end_ns,
        site=SITE,
        scans=(scan,),
        positions={"SgrB2": TARGET},
    )

    found = target_elevations(said)

    # At its highest it stands as far from the zenith as its declination from the latitude;
    # precession since J2000 is below a hundredth of a degree in this declination.
    assert max(found) == pytest.approx(90 - abs(-28.4 + 23.023), abs=0.02)
    assert min(found) == pytest.approx(found[0], abs=0.3)
    assert found[-1] < max(found) - 1


def test_pads_stand_in_for_a_site_that_is_not_given() -> None:
    said = execution()

    found = target_elevations(replace(said, site=None))

    assert found == pytest.approx(target_elevations(said), abs=0.01)
    assert target_elevations(replace(said, site=None, antennas=())) == []
