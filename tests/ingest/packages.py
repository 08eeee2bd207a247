"""Packages as tests need them: trees on disk, with the documents that stand in them."""

from collections.abc import Mapping
from pathlib import Path

from tests.ingest.bundles import CODE, GOAL, GROUP, MEMBER


def plain(uid: str) -> str:
    """A UID as it stands in names of files."""
    return uid.replace("://", "___").replace("/", "_")


NAME = f"member.{plain(MEMBER)}"
CHAIN = f"{CODE}/science_goal.{plain(GOAL)}/group.{plain(GROUP)}/{NAME}"
RUN = "uid___A002_X9_Xa"
STAGE = '<Stage Number="{number}" Name="{name}" Score="{score}"/>'


def aquareport(
    member: str = MEMBER,
    *,
    domain: str = "",
    ended: str = "2017-11-10 19:26:19",
    recipe: str = "hifa_calimage",
    version: str = "40896",
    stages: str = STAGE.format(number=1, name="hifa_importdata", score="1.0"),
    figures: str = "",
) -> str:
    """A report about a member OUS."""
    return (
        "<PipelineAquaReport><ProjectStructure>"
        f"<OusEntityId>{domain}</OusEntityId><OusStatusEntityId>{member}</OusStatusEntityId>"
        f"<ProcessingProcedure>{recipe}</ProcessingProcedure></ProjectStructure>"
        f"<QaSummary><ReportDate>{ended}</ReportDate><ProcessingTime>1:00:00</ProcessingTime>"
        f"<CasaVersion>5.1.1</CasaVersion><PipelineVersion>{version}</PipelineVersion></QaSummary>"
        f"<QaPerStage>{stages}</QaPerStage>{figures}</PipelineAquaReport>"
    )


def manifest(member: str = MEMBER, *, recipe: str = "hifa_calimage") -> str:
    """A manifest about a member OUS."""
    return (
        f'<piperesults name="x"><ous name="{plain(member)}"><procedure_name name="{recipe}"/>'
        f'<casaversion name="5.1.1"/><session name="session_1"><asdm name="{RUN}"/></session>'
        "</ous></piperesults>"
    )


def usual_files() -> dict[str, str]:
    """The files of a small package, by their place below the member OUS's folder."""
    return {
        f"{NAME}.README.txt": "read me",
        f"product/{NAME}.W3_sci.spw16.mfs.I.pbcor.fits": "image",
        f"calibration/{NAME}.session_1.caltables.tgz": "tables",
        f"calibration/{RUN}.ms.calapply.txt": "apply",
        f"log/{NAME}.hifa_calimage.casa_commands.log": "log",
        f"qa/{NAME}.pipeline_aquareport.xml": aquareport(),
        f"qa/{NAME}.hifa_calimage.weblog.tgz": "weblog",
        f"script/{NAME}.hifa_calimage.pipeline_manifest.xml": manifest(),
        "product/odd.thing": "odd",
    }


def write_package(folder: Path, files: Mapping[str, str] | None = None, chain: str = CHAIN) -> Path:
    """Write a package below a folder; answer the folder of its member OUS."""
    home = folder / chain
    for name, text in (usual_files() if files is None else files).items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return home
