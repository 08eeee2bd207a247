"""ALMA's archive columns under every name they have had.

Compared without case, blanks, dots, underscores and other marks: "Ang. res.",
"Ang.res." and "ang_res" are one. The first name that a header holds wins, and a later
one only fills its empty cells.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

NAMES: dict[str, tuple[str, ...]] = {
    "project_code": ("Project code", "proposal_id", "ASA_PROJECT_CODE", "proposal code"),
    "publisher_did": ("obs_publisher_did",),
    "title": ("Project title", "obs_title", "proposal_title", "title"),
    "abstract": ("proposal_abstract", "Project abstract"),
    "pi_name": ("PI name", "obs_creator_name"),
    "authors": ("Proposal authors",),
    "science_category": ("Scientific category",),
    "science_keywords": ("Science keyword", "Science keywords"),
    "group_ous": ("Group ous id", "group_ous_uid", "group_ouss_id"),
    "member_ous": ("Member ous id", "member_ous_uid", "member_ouss_id", "mous_uid"),
    "obs_id": ("obs_id",),
    "sched_block_name": ("SB name", "schedblock_name"),
    "sched_block_uid": ("SB uid", "schedblock_uid"),
    "exec_block": ("Asdm uid", "Asdm", "asdm_uids", "execblock_uid"),
    "target_name": ("ALMA source name", "alma_target_name", "Source name", "target_name"),
    "bands": ("Band", "band_list", "observing_band"),
    "array": ("Array", "Arrays", "telescope"),
    "antennas": ("antenna_arrays", "Antennas", "antenna_names"),
    "release_date": ("Release date", "obs_release_date"),
    "start": ("Observation date", "Obs. date"),
    "ra_deg": ("alma_ra", "s_ra", "RA"),
    "dec_deg": ("alma_dec", "s_dec", "Dec"),
    "rep_freq_ghz": ("frequency",),
    "pwv_mm": ("PWV",),
    "resolution_arcsec": ("Ang. res.", "Spatial resolution", "Angular resolution", "s_resolution"),
    "largest_scale_arcsec": (
        "Max. reco. scale",
        "spatial_scale_max",
        "Largest angular scale",
    ),
    "qa2": ("QA2 Status", "qa2_passed"),
    "scan_intent": ("Scan intent",),
    "science_observation": ("science_observation",),
    "modified": ("last_modified", "Last modification", "Modification date"),
}

_KEYS = ("project_code", "publisher_did", "member_ous")
_UNIT = re.compile(r"[\[(][^\])]*[\])]\s*$")
_MARKS = re.compile(r"[^a-z0-9]")

Columns = dict[str, tuple[int, ...]]


def _bare(name: str) -> str:
    return _MARKS.sub("", name.lower())


_BARE_NAMES = {column: tuple(map(_bare, names)) for column, names in NAMES.items()}


@lru_cache(maxsize=64)
def columns_of(header: tuple[str, ...]) -> Columns:
    """Find the known columns of a header: canonical name → positions, best first."""
    places: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        for bare in {_bare(name), _bare(_UNIT.sub("", name))}:
            places.setdefault(bare, []).append(position)
    found = {
        column: tuple(place for bare in names for place in places.get(bare, ()))
        for column, names in _BARE_NAMES.items()
    }
    return {column: positions for column, positions in found.items() if positions}


def is_archive_header(header: Sequence[str]) -> bool:
    """Whether a table's columns tie its rows to a project or a member OUS."""
    found = columns_of(tuple(header))
    return any(key in found for key in _KEYS)
