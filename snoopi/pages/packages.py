"""Files of packages and runs of the pipeline, as pages show them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from deliveries.models import ProductFile
from deliveries.naming import FileClass
from deliveries.reading import Reader, for_reading, is_delivered, reader_of
from deliveries.store import stored_file
from qa.pipeline_told import RunTold
from snoopi.csv_text import csv_answer

# Enough for a usual package; what is more is counted on the page of files.
FILES_SHOWN = 40
FILES_ON_PAGE = 1000
_CLASSES = {word.value: number for number, word in enumerate(FileClass)}


@dataclass(frozen=True, slots=True)
class FileTold:
    """A file as a page shows it; ``url`` is "" where it cannot be had now.

    ``problem_url`` is where a problem with it is reported, "" before it is delivered.
    """

    file: ProductFile
    url: str
    problem_url: str


@dataclass(frozen=True, slots=True)
class FilesTold:
    """Files by generation and class, the newest generation first; ``cut``: there are more."""

    groups: list[tuple[str, list[FileTold]]]
    shown: int
    cut: bool


def files_of(below: Q, user: User) -> Any:
    """The files that a viewer may know of, with what decides on reading them."""
    return for_reading(ProductFile.objects.visible_to(user).filter(below))


def files_told(below: Q, user: User, most: int = FILES_SHOWN) -> FilesTold | None:
    """The first ``most`` files of an OUS, None where there are none; a few queries."""
    order = (F("generation").desc(nulls_last=True), "file_class", "path", "pk")
    found = list(files_of(below, user).order_by(*order)[: most + 1])
    if not found:
        return None
    reader = reader_of(user, {row.project_id for row in found}, timezone.now())
    shown = sorted(found[:most], key=_place)
    groups = [
        (title, [FileTold(row, _url(row, reader), _problem_url(row)) for row in rows])
        for title, rows in groupby(shown, key=_title)
    ]
    return FilesTold(groups, len(shown), cut=len(found) > most)


def _place(row: ProductFile) -> tuple[int, int, str]:
    return -(row.generation or 0), _CLASSES.get(row.file_class, len(_CLASSES)), row.path


def _title(row: ProductFile) -> str:
    name = row.file_class or "other"
    return name if row.generation is None else f"{name}, generation {row.generation}"


def _url(row: ProductFile, reader: Reader) -> str:
    if not reader.access(row).may or stored_file(settings.DATA_DIR, row) is None:
        return ""
    return reverse("product-file", args=[row.pk, row.name])


def _problem_url(row: ProductFile) -> str:
    member = row.member_ous
    if member is None or not is_delivered(row, member):
        return ""
    about = urlencode({"about": f"file:{row.path}"})
    return f"{reverse('projects:ous-qa3', args=[member.ref])}?{about}"


_FILE_HEAD = (
    *("Name", "Class", "Kind", "Size [byte]", "SHA-256", "Generation", "Readable"),
    *("Path", "Member OUS"),
)


def files_csv(
    request: HttpRequest, name: str, pages: Iterable[list[Any]], user: User
) -> HttpResponseBase:
    """Answer files as CSV."""
    return csv_answer(request, f"{name}-files", _FILE_HEAD, _file_rows(pages, user))


def _file_rows(pages: Iterable[list[Any]], user: User) -> Iterator[Sequence[Any]]:
    for page in pages:
        reader = reader_of(user, {row.project_id for row in page}, timezone.now())
        yield from (_file_row(row, reader) for row in page)


def _file_row(row: Any, reader: Reader) -> Sequence[Any]:
    return [
        row.name,
        row.file_class or None,
        row.kind or None,
        row.size_bytes,
        row.sha256 or None,
        row.generation,
        reader.access(row).may,
        row.path,
        str(row.member_ous) if row.member_ous else None,
    ]


_STAGE_HEAD = (*("Run ended [UTC]", "Generation", "Stage", "Task", "Score", "Meaning", "Reason"),)
_FIGURE_HEAD = (
    *("Run ended [UTC]", "Generation", "Stage", "Source", "Windows", "Image", "Representative"),
    *("Estimate", "Intent", "Sensitivity [mJy/beam]", "Theoretical [mJy/beam]"),
    *("Bandwidth [MHz]", "Effective bandwidth [MHz]", "Frequency [GHz]"),
    *("Beam major [arcsec]", "Beam minor [arcsec]", "Beam angle [deg]"),
)


def pipeline_csv(
    request: HttpRequest, name: str, runs: Sequence[RunTold], table: str
) -> HttpResponseBase:
    """Answer the stages of runs as CSV, or with ``table`` "figures" what images reach."""
    head, rows_of = _TABLES[table]
    rows = (row for run in runs for row in rows_of(run))
    return csv_answer(request, f"{name}-pipeline-{table}", head, rows)


def _stage_rows(told: RunTold) -> Iterator[Sequence[Any]]:
    run = [told.run.ended_at, told.run.generation]
    for one in told.stages:
        stage = one.stage
        yield [*run, stage.number, stage.name, stage.score, one.word.value, stage.reason]


def _figure_rows(told: RunTold) -> Iterator[Sequence[Any]]:
    run = [told.run.ended_at, told.run.generation]
    for one in told.facts.achieved:
        yield [
            *(*run, one.stage, one.source, one.window, one.kind or None),
            *(one.is_representative, one.is_estimate, one.intent or None),
            *(one.sensitivity_mjy, one.theoretical_mjy),
            *(one.bandwidth_mhz, one.effective_bandwidth_mhz, one.frequency_ghz),
            *(one.beam_major_arcsec, one.beam_minor_arcsec, one.beam_angle_deg),
        ]


_Rows = Callable[[RunTold], Iterator[Sequence[Any]]]
_TABLES: dict[str, tuple[Sequence[str], _Rows]] = {
    "stages": (_STAGE_HEAD, _stage_rows),
    "figures": (_FIGURE_HEAD, _figure_rows),
}
