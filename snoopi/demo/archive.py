"""Writes what the science archive answers about delivered data: one row per EB and window."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from snoopi.demo.plans import Block, Execution, Group, Member, ProjectPlan

# name: (VOTable datatype, unit)
COLUMNS: dict[str, tuple[str, str]] = {
    "obs_publisher_did": ("char", ""),
    "proposal_id": ("char", ""),
    "obs_title": ("char", ""),
    "obs_creator_name": ("char", ""),
    "group_ous_uid": ("char", ""),
    "member_ous_uid": ("char", ""),
    "asdm_uid": ("char", ""),
    "schedblock_name": ("char", ""),
    "target_name": ("char", ""),
    "s_ra": ("double", "deg"),
    "s_dec": ("double", "deg"),
    "frequency": ("double", "GHz"),
    "band_list": ("char", ""),
    "antenna_arrays": ("char", ""),
    "pwv": ("double", "mm"),
    "s_resolution": ("double", "arcsec"),
    "spatial_scale_max": ("double", "arcsec"),
    "obs_release_date": ("char", ""),
    "qa2_passed": ("char", ""),
    "scan_intent": ("char", ""),
    "science_observation": ("char", ""),
}
_WINDOW_GHZ = 0.4688
_NOT_KNOWN = datetime(3000, 1, 1, tzinfo=UTC)


def write_votable(path: Path, projects: Iterable[ProjectPlan]) -> Path:
    """Write the archive's rows about projects as a VOTable."""
    fields = "".join(_field(name, *kind) for name, kind in COLUMNS.items())
    rows = "".join(_row(row) for row in archive_rows(projects))
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">
<RESOURCE type="results">
<INFO name="QUERY_STATUS" value="OK"/>
<TABLE name="results">{fields}
<DATA><TABLEDATA>{rows}
</TABLEDATA></DATA>
</TABLE>
</RESOURCE>
</VOTABLE>
"""
    path.write_text(text, encoding="utf-8")
    return path


def write_csv(path: Path, projects: Iterable[ProjectPlan]) -> Path:
    """Write the archive's rows about projects as CSV."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(archive_rows(projects))
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def archive_rows(projects: Iterable[ProjectPlan]) -> Iterator[list[str]]:
    """The archive's rows about what has been delivered, cells in the order of ``COLUMNS``."""
    for plan in projects:
        for group, member in _delivered(plan):
            for block in member.blocks:
                for execution in block.executions:
                    if execution.qa0 == "Pass":
                        yield from _windows(plan, group, member, block, execution)


def _delivered(plan: ProjectPlan) -> Iterator[tuple[Group, Member]]:
    for goal in plan.goals:
        for group in goal.groups:
            yield from ((group, member) for member in group.members if member.release_date)


def _windows(
    plan: ProjectPlan, group: Group, member: Member, block: Block, execution: Execution
) -> Iterator[list[str]]:
    setup = block.setup
    for offset in (0, 1):
        yield [
            f"ADS/JAO.ALMA#{plan.code}",
            plan.code,
            plan.title,
            plan.pi_name,
            group.uid,
            member.uid,
            execution.uid,
            block.name,
            setup.target,
            repr(setup.ra_deg),
            repr(setup.dec_deg),
            f"{setup.rep_freq_ghz + offset * _WINDOW_GHZ:.4f}",
            str(setup.band),
            " ".join(f"{pad}:{name}" for pad, name in execution.antennas),
            _cell(execution.pwv_mm),
            _cell(setup.resolution_arcsec),
            _cell(setup.largest_scale_arcsec),
            _release(member),
            "T",
            "TARGET",
            "T",
        ]


def _cell(value: float | None) -> str:
    return "" if value is None else repr(value)


def _release(member: Member) -> str:
    """The end of the proprietary period; the year 3000 while QA3 goes on."""
    at = _NOT_KNOWN if member.state == "QA3InProgress" else member.release_date
    return f"{at:%Y-%m-%dT%H:%M:%S}.000" if at else ""


def _field(name: str, datatype: str, unit: str) -> str:
    size = ' arraysize="*"' if datatype == "char" else ""
    measured = f' unit="{unit}"' if unit else ""
    return f'\n<FIELD name="{name}" datatype="{datatype}"{size}{measured}/>'


def _row(cells: list[str]) -> str:
    return "\n<TR>" + "".join(f"<TD>{escape(cell)}</TD>" for cell in cells) + "</TR>"
