"""Rows of a small archive, as ALMA's TAP service has them; nothing in them is real."""

from collections.abc import Iterator
from typing import Any

from ingest.configured import SourceSetting, parse_sources
from ingest.sources.ledger import keep_in_step
from ingest.sources.poll import Outcome, poll
from projects.models import ExecBlock, MemberOUS, Project, SchedBlock

OLD = "2026-01-05T10:00:00.000"


def code_of(number: int) -> str:
    """The code of the nth project."""
    return f"2025.1.{number:05}.S"


def project_rows(number: int, *, modified: str = OLD, members: int = 2) -> Iterator[dict[str, Any]]:
    """The rows of one project: two member OUSs, each of two targets in two windows."""
    for member in range(1, members + 1):
        uid = f"uid://A001/X{number:x}/X{member:x}"
        for target in ("Alpha", "Beta"):
            for window in (17, 19):
                yield {
                    "obs_publisher_did": f"ADS/JAO.ALMA#{code_of(number)}",
                    "obs_id": f"{uid}.source.{target}.spw.{window}",
                    "proposal_id": code_of(number),
                    "obs_title": f"Project {number} & its “title”",
                    "target_name": f"{target}{member}",
                    "s_ra": 10.5 + number,
                    "s_dec": -30.25,
                    "band_list": str(3 if window == 17 else 6),
                    "antenna_arrays": "A001:DV01 A002:DA41",
                    "schedblock_name": f"Alpha_{'ab'[member % 2]}_03_TM1",
                    "group_ous_uid": f"uid://A001/X{number:x}/Xf0",
                    "member_ous_uid": uid,
                    "asdm_uid": f"uid://A002/X{number:x}/X{member:x}{window:x}",
                    "obs_release_date": f"2026-0{member}-01T00:00:00.000",
                    "qa2_passed": "T",
                    "frequency": 100.0 + window,
                    "science_observation": "T",
                    "scan_intent": "TARGET",
                    "lastModified": modified,
                }


def archive_rows(*numbers: int, modified: str = OLD) -> list[dict[str, Any]]:
    """The rows of some projects."""
    return [row for number in numbers for row in project_rows(number, modified=modified)]


def a_setting(text: str) -> SourceSetting:
    """One configured source, its row made."""
    settings = parse_sources(text)
    keep_in_step(settings)
    return settings[0]


def tap_setting(url: str, options: str = "rows=20", name: str = "alma") -> SourceSetting:
    """A configured TAP source that loses no time between its requests."""
    return a_setting(f"{name}=tap+{url}#pause=0s&{options}")


def read(setting: SourceSetting) -> Outcome:
    """One round, whether due or not."""
    return poll(setting, is_forced=True)


def counts() -> tuple[int, int, int, int]:
    """Projects, member OUSs, SBs, EBs."""
    models = (Project, MemberOUS, SchedBlock, ExecBlock)
    return tuple(model._default_manager.count() for model in models)  # type: ignore[return-value]
