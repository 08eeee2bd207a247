"""The packages of the demo observatory: their files in the store and at every mirror."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from deliveries.places import package_folder
from projects.identity import Uid
from qa.pipeline import PipelineFacts
from snoopi.demo.aquareport import manifest_document, report_document
from snoopi.demo.observing import calibrators_near
from snoopi.demo.package_names import (
    calibrator_names,
    image_names,
    member_prefix,
    pipeline_names,
)
from snoopi.demo.pipelines import run_of, windows_of
from snoopi.demo.plans import Member, ProjectPlan
from snoopi.demo.small_files import content_of
from snoopi.demo.story import Packed
from snoopi.demo.wipe import OthersAreHere

# Says that a folder of the store is the demonstration's; no reader looks at hidden files.
_MARK = ".demonstration"


@dataclass(frozen=True, slots=True)
class Package:
    """One generation of a member OUS's products; ``lacks`` is a file that a place has not."""

    member_uid: str
    generation: int
    files: Mapping[str, bytes]
    lacks: str = ""

    def below(self, root: Path) -> Path:
        """Its folder in a place."""
        return package_folder(root, Uid(self.member_uid).ref, self.generation)

    @property
    def folder(self) -> Path:
        """Its folder in the store."""
        return self.below(store())


def store() -> Path:
    """The package store."""
    return Path(settings.DATA_DIR).absolute()


def places() -> list[Path]:
    """The store, and every mirror that is a folder of this machine."""
    mirrors = (Path(one.address) for one in settings.ARC_MIRRORS if not one.is_url)
    return [store(), *mirrors]


def refuse_other_packages(member_uids: Iterable[str]) -> None:
    """Raise OthersAreHere where a package would overwrite one that is not the demonstration's."""
    for uid in member_uids:
        for root in places():
            folder = root / Uid(uid).ref
            if folder.exists() and not (folder / _MARK).exists():
                raise OthersAreHere(f"{folder} holds a package that is none of the demonstration.")


def write_packages(packages: Iterable[Package]) -> None:
    """Write packages to every place, and take away those of an earlier run."""
    for root in places():
        for mark in root.glob(f"*/{_MARK}"):
            shutil.rmtree(mark.parent)
    for package in packages:
        for root in places():
            _write(package, package.below(root))


def _write(package: Package, folder: Path) -> None:
    for path, data in package.files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    (folder.parent / _MARK).touch()


def lose_a_file(package: Package) -> None:
    """Take the file that a package lacks from the last place, which is the store at worst."""
    for path in package.files:
        if package.lacks and path.endswith(package.lacks):
            (package.below(places()[-1]) / path).unlink()


def packages_of(
    plan: ProjectPlan,
    packed: Iterable[tuple[Member, Packed]],
    today: datetime,
    data_sets: Mapping[str, Path],
) -> Iterator[Package]:
    """The packages that come in for the member OUSs of a project.

    ``data_sets`` are the tars of raw data by the executions' names.
    """
    goals = {m.uid: goal for goal in plan.goals for group in goal.groups for m in group.members}
    for member, made in packed:
        ended = (today - timedelta(days=made.days)).replace(microsecond=0)
        run = run_of(goals[member.uid], member, made, ended)
        documents = documents_of(
            run, code=plan.code, member_uid=member.uid, data_sets=_data_sets(member)
        )
        raw = {
            f"raw/{plan.code}_{name}.asdm.sdm.tar": data_sets[name].read_bytes()
            for name in _data_sets(member)
            if name in data_sets
        }
        files = {**_contents(member, made.generation), **documents, **raw}
        yield Package(member.uid, made.generation, files, made.lacks)


def _contents(member: Member, generation: int) -> dict[str, bytes]:
    """The files of a package but for the pipeline's own documents and raw data."""
    files = {path: content_of(path) for path in _names(member)}
    remark = f"Generation {generation}."
    return files | {path: content_of(path, remark) for path in _images(member, generation)}


def _data_sets(member: Member) -> list[str]:
    runs = [run for block in member.blocks for run in block.executions if run.qa0 == "Pass"]
    return [Uid(run.uid).ref for run in runs]


def _names(member: Member) -> Iterator[str]:
    phase = calibrators_near(member.blocks[0].setup).phase
    yield from pipeline_names(member.uid, _data_sets(member))
    yield from calibrator_names(member.uid, phase, windows_of(member)[:1])


def _images(member: Member, generation: int) -> Iterator[str]:
    """What a new generation has anew; from the second on, nobody packs masks."""
    source = member.blocks[0].setup.target
    names = image_names(member.uid, source, windows_of(member))
    yield from (name for name in names if generation == 1 or ".mask." not in name)
    prefix = member_prefix(member.uid)
    yield f"calibration/{prefix}.flux.csv"
    if generation > 1:
        yield f"script/{prefix}.hifa_calimage.selfcal.json"


def documents_of(
    run: PipelineFacts, *, code: str, member_uid: str, data_sets: Iterable[str]
) -> dict[str, bytes]:
    """The pipeline's own documents about a run, by their places."""
    prefix = member_prefix(member_uid)
    sessions = [[name] for name in data_sets]
    report = report_document(run, code=code, member_uid=member_uid)
    manifest = manifest_document(run, member=Uid(member_uid).ref, sessions=sessions)
    return {
        f"qa/{prefix}.{run.recipe}.pipeline_aquareport.xml": report,
        f"script/{prefix}.{run.recipe}.pipeline_manifest.xml": manifest,
    }
