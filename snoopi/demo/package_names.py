"""The names of files in ALMA's packages, as docs/packages.md and the talk have them. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from projects.identity import Uid
from snoopi.demo.pipelines import RECIPE


def member_prefix(member_uid: str) -> str:
    """What the names of a member OUS's files begin with."""
    return f"member.{Uid(member_uid).ref}"


def pipeline_names(
    member_uid: str, data_sets: Sequence[str], *, recipe: str = RECIPE
) -> Iterator[str]:
    """The files beside the images that every pipeline package has, below its folder."""
    prefix = member_prefix(member_uid)
    yield f"{prefix}.README.txt"
    yield f"calibration/{prefix}.{recipe}.auxproducts.tgz"
    for session, _ in enumerate(data_sets, 1):
        yield f"calibration/{prefix}.session_{session}.auxcaltables.tgz"
        yield f"calibration/{prefix}.session_{session}.caltables.tgz"
    for name in data_sets:
        yield f"calibration/{name}.ms.calapply.txt"
        yield f"calibration/{name}.ms.flagversions.tgz"
        yield f"calibration/{name}_target.ms.auxcalapply.txt"
    yield f"log/{prefix}.{recipe}.casa_commands.log"
    yield f"qa/{prefix}.{recipe}.weblog.tgz"
    yield f"qa/{prefix}.qa2_report.html"
    yield f"qa/{prefix}.qa2_report.pdf"
    for name in data_sets:
        yield f"qa/{name}.qa0_report.pdf"
    yield f"script/{prefix}.calimage.product_rename.txt"
    for ending in ("casa_piperestorescript.py", "casa_pipescript.py", "pprequest.xml"):
        yield f"script/{prefix}.{recipe}.{ending}"
    yield f"script/{prefix}.scriptForPI.py"


def image_names(member_uid: str, source: str, windows: Sequence[str]) -> Iterator[str]:
    """Images of a target: the aggregate continuum, and a cube of the first window."""
    prefix = f"product/{member_prefix(member_uid)}.{source}_sci"
    for image in (f"spw{'_'.join(windows)}.cont.I", f"spw{windows[0]}.cube.I"):
        yield f"{prefix}.{image}.mask.fits.gz"
        yield f"{prefix}.{image}.pb.fits.gz"
        yield f"{prefix}.{image}.pbcor.fits"


def calibrator_names(member_uid: str, source: str, windows: Iterable[str]) -> Iterator[str]:
    """Images of a phase calibrator, window by window; ``+`` is ``p`` in names of files."""
    prefix = f"product/{member_prefix(member_uid)}.{source.replace('+', 'p')}_ph"
    for window in windows:
        yield f"{prefix}.spw{window}.mfs.I.pb.fits.gz"
        yield f"{prefix}.spw{window}.mfs.I.pbcor.fits"
