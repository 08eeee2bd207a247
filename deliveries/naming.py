"""What the name and folder of a delivered file tell. Pure: no Django.

Names are habits of ALMA's, which drift from cycle to cycle: what no row of the table knows
has no kind, and that is no error. The tables follow the packages of Cycle 0 to today.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class FileClass(StrEnum):
    """What a file is for, in the words of the request handler and of a package's folders."""

    README = "readme"
    PRODUCT = "product"
    AUXILIARY = "auxiliary"
    CALIBRATION = "calibration"
    LOG = "log"
    QA = "qa"
    SCRIPT = "script"
    RAW = "raw"
    CALIBRATED = "calibrated"
    EXTERNAL = "external"


# The folders that a member OUS's package has, each a class of its own.
FOLDERS = {
    word.value: word
    for word in FileClass
    if word not in (FileClass.README, FileClass.AUXILIARY, FileClass.EXTERNAL)
}
_TAR = "tar tgz"

# By the name's ending (tar.gz counts as tgz, fits.gz as fits) and what stands before it; the
# first row that fits counts.
_KINDS: tuple[tuple[str, str, FileClass, str], ...] = (
    (". txt html md", r"readme", FileClass.README, "README"),
    ("sdm asdm", r"", FileClass.RAW, "ASDM"),
    (_TAR, r"\.asdm(\.sdm)?", FileClass.RAW, "ASDM"),
    ("ms", r"", FileClass.CALIBRATED, "measurement set"),
    ("cal split", r"\.ms(\.split)?", FileClass.CALIBRATED, "measurement set"),
    (_TAR, r"\.ms(\.split)?(\.cal)?", FileClass.CALIBRATED, "measurement set"),
    (_TAR, r"_\d{3}_of_\d{3}", FileClass.PRODUCT, "package tar"),
    (_TAR, r"_auxiliary", FileClass.AUXILIARY, "package tar"),
    (f"{_TAR} zip", r"weblog", FileClass.QA, "weblog"),
    (".", r"pipeline-\d{8}t\d{6}(_cal\w*)?", FileClass.QA, "weblog"),
    ("pdf html", r"qa2_report", FileClass.QA, "QA2 report"),
    ("pdf html", r"qa0_report", FileClass.QA, "QA0 report"),
    ("png", r"qa2_part\d+", FileClass.QA, "QA2 plot"),
    ("txt", r"__textfile", FileClass.QA, "QA2 text"),
    ("xml", r"aqua_?report", FileClass.QA, "AQUA report"),
    (_TAR, r"aux_?caltables", FileClass.CALIBRATION, "auxiliary calibration tables"),
    (_TAR, r"caltables", FileClass.CALIBRATION, "calibration tables"),
    (_TAR, r"auxproducts", FileClass.CALIBRATION, "auxiliary products"),
    ("txt", r"calapply", FileClass.CALIBRATION, "calibration commands"),
    (_TAR, r"flagversions", FileClass.CALIBRATION, "flag versions"),
    (_TAR, r"\.calibration\.plots", FileClass.CALIBRATION, "calibration plots"),
    (_TAR, r"\.calibration", FileClass.CALIBRATION, "calibration tables"),
    ("csv json", r"antennapos", FileClass.CALIBRATION, "antenna positions"),
    ("csv", r"flux", FileClass.CALIBRATION, "fluxes"),
    ("dat", r"cont", FileClass.CALIBRATION, "continuum ranges"),
    ("txt", r"_flag\w*template", FileClass.CALIBRATION, "flag template"),
    ("log", r"casa_commands", FileClass.LOG, "CASA commands"),
    ("log", r"", FileClass.LOG, "log"),
    (_TAR, r"\.log", FileClass.LOG, "log"),
    ("py", r"scriptforpi", FileClass.SCRIPT, "script for the PI"),
    ("py", r"casa_piperestorescript", FileClass.SCRIPT, "restore script"),
    ("py", r"casa_pipescript", FileClass.SCRIPT, "pipeline script"),
    ("py", r"scriptfor\w+", FileClass.SCRIPT, "reduction script"),
    ("py", r"", FileClass.SCRIPT, "script"),
    ("xml", r"pprequest|(\A|\.)ppr\w*", FileClass.SCRIPT, "processing request"),
    ("xml", r"manifest", FileClass.SCRIPT, "pipeline manifest"),
    ("txt", r"product_rename", FileClass.SCRIPT, "renamed products"),
    ("txt", r"wvrgcal", FileClass.SCRIPT, "WVR report"),
    ("json", r"selfcal", FileClass.SCRIPT, "self-calibration"),
    ("json", r"pipeline_stats\w*|timetracker\w*", FileClass.SCRIPT, "pipeline figures"),
    (f"fits {_TAR}", r"\.mask", FileClass.PRODUCT, "mask"),
    ("fits", r"\.(pb|flux)(\.tt\d)?", FileClass.PRODUCT, "primary beam"),
    ("fits", r"", FileClass.PRODUCT, "image"),
)


def _by_ending() -> dict[str, list[tuple[re.Pattern[str], FileClass, str]]]:
    found: dict[str, list[tuple[re.Pattern[str], FileClass, str]]] = defaultdict(list)
    for endings, stem, file_class, kind in _KINDS:
        for ending in endings.split():
            found[ending.strip(".")].append((re.compile(rf"({stem})\Z"), file_class, kind))
    return dict(found)


_ROWS = _by_ending()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file lies below its member OUS's folder, and what it is, "" where unknown."""

    path: str
    file_class: str
    kind: str


def place_of(folders: Sequence[str], name: str, *, known_home: bool) -> Place:
    """Answer a file's place in ALMA's package.

    ``folders`` are those around it, below its member OUS's folder where that is known
    (``known_home``). A file that was taken out of its folder is put back into the one that
    its name asks for, so that two copies of one package name the same files.
    """
    named, kind = class_and_kind(name)
    around = [number for number, folder in enumerate(folders) if folder.lower() in FOLDERS]
    if around:
        below = [folders[around[-1]].lower(), *folders[around[-1] + 1 :], name]
        return Place("/".join(below), below[0], kind)
    if known_home and folders:
        return Place("/".join((*folders, name)), named, kind)
    return Place(f"{named}/{name}" if named in FOLDERS else name, named, kind)


def class_and_kind(name: str) -> tuple[str, str]:
    """Answer a file's class and kind as its name alone tells them, "" where it does not.

    Each file of newer packages can be had alone, inside a tar of its own.
    """
    lower = name.lower()
    inner = lower.removesuffix(".tar")
    found = _look_up(lower)
    return found if found[0] or inner == lower else _look_up(inner)


def _look_up(lower: str) -> tuple[str, str]:
    stem, dot, ending = lower.rpartition(".")
    if not dot:
        stem, ending = lower, ""
    if ending == "gz":
        stem, _, inner = stem.rpartition(".")
        ending = {"tar": "tgz"}.get(inner, inner)
    for pattern, file_class, kind in _ROWS.get(ending, ()):
        if pattern.search(stem):
            return file_class.value, kind
    return "", ""


_PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}


def picture_type(file_class: str, name: str) -> str:
    """The media type of a picture among the QA files, as manual reductions have them, else ""."""
    ending = name.rpartition(".")[2].lower()
    return _PICTURES.get(ending, "") if file_class == FileClass.QA else ""
