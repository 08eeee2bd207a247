"""Makes the demo observatory: files first, then the ordinary ingest, then decisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ingest.loader import load
from ingest.readers import Source, read_source
from ingest.records import ProjectBundle, Reading
from ingest.report import Report
from projects.models import Project
from projects.services.stage_ages import refresh_stage_ages
from snoopi.demo.apdm import write_archive
from snoopi.demo.archive import write_csv, write_votable
from snoopi.demo.data_sets import write_data_sets
from snoopi.demo.decisions import take_decisions
from snoopi.demo.john import johns_world
from snoopi.demo.living import living_world
from snoopi.demo.native import write_native
from snoopi.demo.people import create_people
from snoopi.demo.schedule import write_schedule
from snoopi.demo.wipe import refuse_others, wipe_demo


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made."""

    folder: Path
    files: int
    report: Report
    decisions: int
    removed: int


def default_folder() -> Path:
    """Where the files of the demo observatory are kept."""
    return Path(settings.VAR_DIR) / "demo"


def build_demo(
    folder: Path | None = None,
    *,
    today: datetime | None = None,
    password: str | None = None,
    seed: int = 1,
) -> Built:
    """Make the demo observatory anew and answer what was made.

    Accounts, then the files in ``folder``, then what they say; the world of the NA PI
    stands as on ``today``. Touches demo rows only; raises OthersAreHere, with nothing
    changed, where other projects are in the database.
    """
    refuse_others()
    now = today or timezone.now()
    create_people(password)
    removed = wipe_demo()
    files = write_world(folder or default_folder(), now, seed)
    write_schedule((folder or default_folder()) / "observatory", now)
    report = read_files(files)
    decisions = take_decisions(now)
    refresh_stage_ages()
    return Built(folder or default_folder(), len(files), report, decisions, removed)


def write_world(folder: Path, today: datetime, seed: int = 1) -> list[Path]:
    """Write all files of the demo observatory; answer them in the order of reading.

    Histories come first: a plan's undated word about a state that is known already adds
    nothing, while the other way round it would be dated today.
    """
    past, living = johns_world(seed), living_world(today, seed)
    _emptied(folder)
    histories = [
        write_native(folder / "john-smith.json", past),
        write_native(folder / "living.json", living),
    ]
    plans = [write_archive(folder, plan) for plan in (*past, *living)]
    replies = [
        write_votable(folder / "archive-john-smith.xml", past),
        write_csv(folder / "archive-living.csv", living),
    ]
    data_sets = write_data_sets(folder / "data-sets", (*past, *living))
    return [*histories, *plans, *replies, *data_sets]


def _emptied(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in ("*.json", "*.aot", "archive-*", "data-sets/*.tar"):
        for path in folder.glob(pattern):
            path.unlink()


def read_files(files: Iterable[Path]) -> Report:
    """Read files into the database as demo projects; answer what was done."""
    report = Report()
    data_sets: list[Reading] = []
    for path in files:
        reading = read_source(Source.from_path(path))
        if reading.format == "asdm":
            data_sets.append(reading)
        else:
            report.add(take(reading))
    report.add(take(_together(data_sets)))
    return report


def _together(data_sets: Iterable[Reading]) -> Reading:
    """Data sets as one reading: each alone would cost a transaction of its own."""
    readings = list(data_sets)
    bundles = [bundle for reading in readings for bundle in reading]
    blocks = tuple(block for bundle in bundles for block in bundle.exec_blocks)
    rejected = tuple(record for reading in readings for record in reading.rejected)
    return Reading("asdm", "asdm", (ProjectBundle(project=None, exec_blocks=blocks),), rejected)


@transaction.atomic
def take(reading: Reading) -> Report:
    """Load a reading and mark its projects as demonstration, both or neither."""
    report = load(reading)
    codes = [bundle.project.code for bundle in reading if bundle.project]
    Project.objects.filter(code__in=codes, is_demo=False).update(is_demo=True)
    return report
