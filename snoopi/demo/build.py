"""Makes the demo observatory: files first, then the ordinary ingest, then decisions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from ingest.report import Report
from projects.services.stage_ages import refresh_stage_ages
from snoopi.demo.apdm import write_archive
from snoopi.demo.archive import write_csv, write_votable
from snoopi.demo.calibrations import write_calibrations
from snoopi.demo.data_sets import write_data_sets
from snoopi.demo.decisions import take_decisions
from snoopi.demo.john import johns_world
from snoopi.demo.later import write_later
from snoopi.demo.living import living_world, packed_in
from snoopi.demo.native import write_native
from snoopi.demo.packages import (
    Package,
    packages_of,
    refuse_other_packages,
    write_packages,
)
from snoopi.demo.people import create_people
from snoopi.demo.plans import ProjectPlan
from snoopi.demo.reading import read_files
from snoopi.demo.schedule import write_schedule
from snoopi.demo.talk_packages import talk_packages, talk_projects
from snoopi.demo.wipe import refuse_others, wipe_demo


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made."""

    folder: Path
    files: int
    report: Report
    decisions: int
    removed: int
    packages: tuple[Package, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class World:
    """All projects of the demo observatory: John Smith's, today's, and the talk's packages."""

    past: list[ProjectPlan]
    living: list[ProjectPlan]
    talk: list[ProjectPlan]

    @property
    def plans(self) -> list[ProjectPlan]:
        """All of them."""
        return [*self.past, *self.living, *self.talk]


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

    Accounts, then the files in ``folder`` and packages in the store, then what they say; the
    world of the NA PI stands as on ``today``. Touches demo rows and packages only; raises
    OthersAreHere, with nothing changed, where other projects are in the database.
    """
    refuse_others()
    now, folder = today or timezone.now(), folder or default_folder()
    world = world_of(now, seed)
    refuse_other_packages(_packaged(world, now))
    create_people(password)
    removed = wipe_demo()
    files = write_world(folder, world)
    write_schedule(folder / "observatory", now)
    talk, packed = talk_packages(world.talk), _packed(folder, world, now)
    write_packages([*talk, *packed])
    report = read_files([*files, *(package.folder for package in talk)])
    decisions = take_decisions(now, packed, report)
    report.add(read_files(write_later(folder / "living.json", world.living)))
    refresh_stage_ages()
    return Built(folder, len(files), report, decisions, removed, (*talk, *packed))


def world_of(today: datetime, seed: int = 1) -> World:
    """All projects as they stand on ``today``."""
    return World(johns_world(seed), living_world(today, seed), talk_projects(seed))


def _packaged(world: World, now: datetime) -> Iterator[str]:
    """The member OUSs that have packages."""
    yield from (plan.members[0].uid for plan in world.talk)
    for _, packed in packed_in(world.living, now):
        yield from (member.uid for member, _ in packed)


def _packed(folder: Path, world: World, now: datetime) -> list[Package]:
    data_sets = {path.name.partition(".")[0]: path for path in (folder / "data-sets").iterdir()}
    found = packed_in(world.living, now)
    return [one for plan, packed in found for one in packages_of(plan, packed, now, data_sets)]


def write_world(folder: Path, world: World) -> list[Path]:
    """Write all files of the demo observatory; answer them in the order of reading.

    Histories come first: a plan's undated word about a state that is known already adds
    nothing, while the other way round it would be dated today.
    """
    _emptied(folder)
    histories = [
        write_native(folder / "john-smith.json", world.past),
        write_native(folder / "living.json", world.living),
        write_native(folder / "packages.json", world.talk),
    ]
    plans = [write_archive(folder, plan) for plan in world.plans]
    replies = [
        write_votable(folder / "archive-john-smith.xml", world.past),
        write_csv(folder / "archive-living.csv", [*world.living, *world.talk]),
    ]
    data_sets = write_data_sets(folder / "data-sets", world.plans)
    calibrations = write_calibrations(folder / "calibrations.json", world.plans)
    return [*histories, *plans, *replies, *data_sets, calibrations]


def _emptied(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in ("*.json", "*.aot", "archive-*", "data-sets/*.tar"):
        for path in folder.glob(pattern):
            path.unlink()
