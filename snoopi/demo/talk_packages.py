"""The packages that the talk shows, of every age: their names are the talk's.

So are codes, OUSs, SBs and executions. Titles, people, targets, dates and all else are made
up, and what stands in the files is ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from projects.identity import Uid
from snoopi.demo import lives
from snoopi.demo.compose import Composer, Sketch, setup_of
from snoopi.demo.package_names import member_prefix, pipeline_names
from snoopi.demo.packages import Package
from snoopi.demo.plans import Execution, ProjectPlan
from snoopi.demo.projects import Frame, project
from snoopi.demo.small_files import content_of
from snoopi.demo.weblog import weblog_package, weblog_project

_FIRST_SERIAL = 0x600
_ABOUT = (
    "Code, OUSs, SB, executions and names of files are those of the talk on ALMA's data "
    "products; all else, and what stands in the files, is made up for the demonstration."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A package as the talk shows it; "" is what it does not say."""

    code: str
    title: str
    member_uid: str
    executions: tuple[str, ...]
    observed: str
    place: tuple[float, float]
    target: str = "SOURCE"
    sched_block: str = ""
    group_uid: str = ""
    goal_uid: str = ""
    pi_name: str = "Demo PI of the talk"
    resolution_arcsec: float | None = None
    about: str = _ABOUT
    # Of how many executions it lists the raw data.
    raw: int = 0


CYCLE_4 = Shown(
    code="2016.1.00484.L",
    title="A package of Cycles 1 to 4: everything in one tar",
    goal_uid="uid://A001/Xbd4641/X1e",
    group_uid="uid://A001/Xbd4641/X1f",
    member_uid="uid://A001/Xbd4641/X20",
    sched_block="GW_Lup_a_06_TM1",
    target="GW_Lup",
    executions=("uid://A002/Xc04da7/Xea", "uid://A002/Xc067f7/Xa6d"),
    raw=2,
    observed="2017-05-14T04:00:00",
    place=(236.6863, -34.5118),
)
SINGLE_FILES = Shown(
    code="2016.1.01100.S",
    title="A package of which each file can be had alone",
    group_uid="uid://A001/X885/X19a",
    member_uid="uid://A001/X885/X19b",
    sched_block="Pluto_a_06_TM1",
    target="Pluto",
    executions=("uid://A002/Xc4d618/X5750",),
    raw=1,
    observed="2017-09-18T00:30:00",
    place=(286.9, -21.5),
)
CYCLE_6 = Shown(
    code="2018.1.00306.S",
    title="A package of the pipeline in Cycle 6",
    group_uid="uid://A001/X1383/X221",
    member_uid="uid://A001/X1383/X222",
    sched_block="HC672_b_06_TM1",
    target="HC672",
    executions=tuple(f"uid://A002/Xd64dca/{n}" for n in ("X11d3", "X1991", "X23b0", "X2d22")),
    raw=3,
    observed="2018-10-26T06:00:00",
    place=(83.8, -5.33),
)
PIPELINE = Shown(
    code="2017.1.05267.S",
    title="The folders of a package of the pipeline",
    goal_uid="uid://A001/X1299/X24",
    group_uid="uid://A001/X1299/X25",
    member_uid="uid://A001/X1299/X39",
    executions=("uid://A002/Xc8ed15/X1a9",),
    observed="2017-12-29T23:00:00",
    place=(19.0, 13.2),
)
MANUAL = Shown(
    code="2018.1.05432.S",
    title="A manual package with polarization",
    member_uid="uid://A001/X122e/X2945",
    executions=tuple(f"uid://A002/Xd81670/{n}" for n in ("X867e", "X8a51", "X8d91")),
    observed="2018-12-24T02:00:00",
    place=(57.4, -26.9),
)
READ_ME = Shown(
    code="2015.1.02572.S",
    title="A first look at Space",
    pi_name="Bob Hops",
    member_uid="",
    executions=(),
    observed="2016-04-16T08:00:00",
    place=(187.0, -2.4),
    resolution_arcsec=3.44,
    about=(
        "Code, PI, title and the README are those of the talk on ALMA's data products; all "
        "else is made up for the demonstration."
    ),
)
SHOWN = (READ_ME, CYCLE_4, SINGLE_FILES, PIPELINE, CYCLE_6, MANUAL)
_README = """Project code: 2015.1.02572.S
PI name: Bob Hops
Project title: A first look at Space
Configuration: 0.241 km
Proposed rms:
Proposed beam size: 3.44"
CASA version: 4.7.2
Comments from Reducer:
This scheduling block was manually calibrated and imaged.
Several antennas were flagged for particularly high Tsys.
Continuum images were produced using scriptForImaging.py. They include the entire bandwidth.
Continuum:
Beam= 4.33" by 2.59"
RMS = 5.0 Jy/Beam over 7.5 GHz bandwidth
"""


def talk_projects(seed: int = 1) -> list[ProjectPlan]:
    """All projects whose packages the talk shows."""
    shown = (_project(one, Composer(_FIRST_SERIAL + n, seed)) for n, one in enumerate(SHOWN, 1))
    return [weblog_project(Composer(_FIRST_SERIAL, seed)), *shown]


def talk_packages(plans: list[ProjectPlan]) -> list[Package]:
    """The packages of these projects."""
    weblog, *others = plans
    named = zip(SHOWN, others, strict=True)
    return [weblog_package(weblog), *(_package(one, plan) for one, plan in named)]


def _project(shown: Shown, composer: Composer) -> ProjectPlan:
    setup = setup_of(shown.target, 6, configuration="C-4", place=shown.place)
    if shown.resolution_arcsec:
        setup = replace(setup, resolution_arcsec=shown.resolution_arcsec)
    near = datetime.fromisoformat(shown.observed).replace(tzinfo=UTC)
    nights = [near + timedelta(days=n) for n in range(len(shown.executions) or 1)]
    runs = [composer.execution(setup, night) for night in nights]
    known = [replace(run, uid=uid) for run, uid in zip(runs, shown.executions, strict=False)]
    sketch = Sketch(
        setup=setup,
        path=lives.PATHS["Delivered"],
        at=near + timedelta(days=90),
        executions=tuple(known or runs),
        expected=Decimal(len(runs)),
        uid=shown.member_uid,
        block_name=shown.sched_block,
    )
    member = composer.member(sketch)
    member = replace(member, more={"product_files": _raw_files(shown)})
    group = composer.group([member], uid=shown.group_uid)
    goal = composer.goal(shown.title, [group], uid=shown.goal_uid)
    frame = Frame(
        code=shown.code,
        title=shown.title,
        state="Completed",
        pi_name=shown.pi_name,
        about=shown.about,
    )
    return project(frame, composer, [goal])


def _raw_files(shown: Shown) -> list[dict[str, Any]]:
    """Raw data that the talk lists and nobody has put into the store."""
    names = [f"{shown.code}_{Uid(uid).ref}.asdm.sdm.tar" for uid in shown.executions[: shown.raw]]
    return [
        {"path": f"raw/{name}", "name": name, "class": "raw", "generation": 1} for name in names
    ]


def _package(shown: Shown, plan: ProjectPlan) -> Package:
    member = plan.members[0]
    runs = member.blocks[0].executions
    files = {path: content_of(path) for path in _PATHS[shown.code](member.uid, _refs(runs))}
    if shown is READ_ME:
        files[f"{member_prefix(member.uid)}.README.txt"] = _README.encode()
    return Package(member.uid, 1, files)


def _refs(runs: tuple[Execution, ...]) -> list[str]:
    return [Uid(run.uid).ref for run in runs]


def _cycle_4(member: str, _: list[str]) -> Iterator[str]:
    yield f"product/{CYCLE_4.code}_{Uid(member).ref}_001_of_001.tar"


def _single_files(member: str, runs: list[str]) -> Iterator[str]:
    prefix, (run,) = member_prefix(member), runs
    yield f"product/{SINGLE_FILES.code}_{Uid(member).ref}_001_of_001.tar"
    yield f"auxiliary/{SINGLE_FILES.code}_{Uid(member).ref}_auxiliary.tar"
    for ending in (
        *("PPR_uid___A001_X885_X19c.xml", "README.txt", "antennapos.csv"),
        *("calimage.pipeline_manifest.xml", "calimage.product_rename.txt", "casa_commands.log"),
        *("casa_piperestorescript.py", "casa_pipescript.py", "cont.dat", "flux.csv"),
        *("scriptForPI.py", "session_3.caltables.tgz", "weblog.tgz"),
    ):
        yield f"auxiliary/{prefix}.{ending}.tar"
    for ending in (".ms.calapply.txt", ".ms.flagversions.tgz", "_flagtargetstemplate.txt"):
        yield f"auxiliary/{run}{ending}.tar"


def _cycle_6(member: str, runs: list[str]) -> Iterator[str]:
    prefix = member_prefix(member)
    field = "141-1952_136-1955_sci"
    yield f"product/{CYCLE_6.code}_{Uid(member).ref}_001_of_001.tar"
    yield f"auxiliary/{CYCLE_6.code}_{Uid(member).ref}_auxiliary.tar"
    yield from _of_one_session(pipeline_names(member, runs))
    yield f"script/{prefix}.hifa_calimage.pipeline_manifest.xml"
    windows = ("25", "27", "29", "31", "33", "35")
    images = [f"spw{window}.{mode}" for window in windows for mode in ("cube", "mfs")]
    for image in (f"spw{'_'.join(windows)}.cont", *images):
        for layer in ("mask.fits.gz", "pb.fits.gz", "pbcor.fits"):
            yield f"product/{prefix}.{field}.{image}.I.{layer}"


def _pipeline(member: str, runs: list[str]) -> Iterator[str]:
    prefix = member_prefix(member)
    names = pipeline_names(member, runs)
    yield from (path for path in names if "qa2_report" not in path and "qa0_report" not in path)
    yield f"script/{prefix}.calimage.pipeline_manifest.xml"
    for image in (
        *(
            "SOURCE_sci.spw25_27_29_31.cont.I.pb.fits",
            "SOURCE_sci.spw25_27_29_31.cont.I.pbcor.fits",
        ),
        *("SOURCE_sci.spw25.cube.I.mask.fits", "SOURCE_sci.spw25.cube.I.pbcor.fits"),
        *("SOURCE_sci.spw25.cube.I.pb.fits.gz", "J0117p1418_ph.spw31.mfs.I.pbcor.fits"),
        "J0117p1418_ph.spw31.mfs.I.pb.fits.gz",
    ):
        yield f"product/{prefix}.{image}"


def _of_one_session(paths: Iterator[str]) -> Iterator[str]:
    """All executions were calibrated together."""
    yield from (path for path in paths if "session_" not in path or "session_1" in path)


def _manual(member: str, runs: list[str]) -> Iterator[str]:
    prefix = member_prefix(member)
    for run in runs:
        yield from (f"calibration/{run}.calibration{end}" for end in (".plots.tgz", ".tgz"))
        yield f"log/{run}.log.tgz"
        yield from (f"qa/{run}__qa2_part{number}.png" for number in (1, 2, 3))
        yield f"qa/{run}.qa0_report.pdf"
        yield f"script/{run}.ms.scriptForCalibration.py"
        yield f"script/{run}.ms.wvrgcal.txt"
    yield f"log/{prefix}.{MANUAL.code}_{Uid(member).ref}.log.tgz"
    yield f"log/{prefix}.Imaging.log.tgz"
    yield from (f"qa/{prefix}.qa2_report.{kind}" for kind in ("html", "pdf"))
    yield from (f"qa/{run}__textfile.txt" for run in (runs[0], runs[2]))
    yield f"script/{prefix}.calimage.product_rename.txt"
    for task in ("PolCalibration", "ImagingPrep", "Imaging", "PI"):
        yield f"script/{prefix}.scriptFor{task}.py"
    for image in (
        *("SOURCE_sci{}.A.pbcor.fits", "SOURCE_sci{}.I.manual.pbcor.fits"),
        *("SOURCE_sci{}.I.manual.pb.fits.gz", "SOURCE_sci{}.IQUV.manual.mask.tgz"),
        *("SOURCE_sci{}.IQUV.manual.pbcor.fits", "SOURCE_sci{}.IQUV.manual.pb.fits.gz"),
        *("J0348-2749_ph{}.I.manual.pbcor.fits", "J0348-2749_ph{}.I.manual.pb.fits.gz"),
        *("J0423-0120_pol{}.I.manual.pbcor.fits", "J0423-0120_pol{}.I.manual.pb.fits.gz"),
    ):
        yield f"product/{prefix}.{image.format('.spw13_15_17_19.mfs')}"


def _read_me(member: str, runs: list[str]) -> Iterator[str]:
    yield f"{member_prefix(member)}.README.txt"
    yield f"script/{member_prefix(member)}.scriptForImaging.py"
    yield from (f"script/{run}.ms.scriptForCalibration.py" for run in runs)


_PATHS = {
    READ_ME.code: _read_me,
    CYCLE_4.code: _cycle_4,
    SINGLE_FILES.code: _single_files,
    PIPELINE.code: _pipeline,
    CYCLE_6.code: _cycle_6,
    MANUAL.code: _manual,
}
