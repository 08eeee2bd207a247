"""What a member OUS's package adds to its QA2 report: pictures of a manual reduction, scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from deliveries.models import ProductFile
from deliveries.naming import FileClass, picture_type
from deliveries.reading import Reader, reader_of
from deliveries.restoring import Packaged, restore_steps
from deliveries.services.access import note_reading
from deliveries.store import stored_file
from projects.models import MemberOUS
from qa.models import PipelineRun
from snoopi.pages.packages import files_of
from snoopi.sheet import Picture

PICTURES_SHOWN = 24
_FILES_READ = 2000
_CLASSES = (FileClass.QA, FileClass.SCRIPT, FileClass.RAW)
_LARGEST_BYTES = 8_000_000
_BEGINNINGS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


@dataclass(frozen=True, slots=True)
class PictureTold:
    """A picture; ``url`` is "" where it cannot be shown to the viewer now."""

    file: ProductFile
    url: str

    @property
    def caption(self) -> str:
        """What it is called."""
        return f"{self.file.kind}: {self.file.name}" if self.file.kind else self.file.name


@dataclass(frozen=True, slots=True)
class PackageTold:
    """The newest package as the report needs it; ``cut``: there are more pictures."""

    run: PipelineRun | None
    pictures: Sequence[PictureTold]
    cut: bool
    packaged: Packaged

    @property
    def steps(self) -> list[str]:
        """How to restore the calibrated data."""
        return restore_steps(self.packaged)

    @property
    def reduced(self) -> str:
        """How the data were reduced, where no report of the pipeline tells."""
        by = self.packaged.is_by_pipeline
        if by is None:
            return "no pipeline report is known, or it is not delivered yet"
        return "by the pipeline, whose report is not known" if by else "by hand"

    @property
    def hidden(self) -> int:
        """How many pictures the viewer cannot be shown."""
        return sum(not picture.url for picture in self.pictures)


def package_told(member_ous: MemberOUS, user: User) -> PackageTold:
    """Answer what the newest package that a viewer may know of adds; five queries at most."""
    run = _run_of(member_ous, user)
    files = _newest(member_ous, user)
    pictures = [row for row in files if picture_type(row.file_class, row.name)]
    reader = reader_of(user, {row.project_id for row in pictures}, timezone.now())
    told = [PictureTold(row, _url(row, reader)) for row in pictures[:PICTURES_SHOWN]]
    return PackageTold(run, told, len(pictures) > len(told), _packaged(files, run))


def _run_of(member_ous: MemberOUS, user: User) -> PipelineRun | None:
    runs = PipelineRun.objects.filter(member_ous=member_ous).shown_to(user)
    return runs.newest_first().first()


def _newest(member_ous: MemberOUS, user: User) -> list[Any]:
    """The files of the newest generation that has any of these classes."""
    rows = files_of(Q(member_ous=member_ous, file_class__in=_CLASSES), user)
    found = rows.order_by(F("generation").desc(nulls_last=True), "path", "pk")[:_FILES_READ]
    return next((list(group) for _, group in groupby(found, lambda row: row.generation)), [])


def _packaged(files: Sequence[ProductFile], run: PipelineRun | None) -> Packaged:
    scripts = [(row.kind, row.name) for row in files if row.file_class == FileClass.SCRIPT]
    raw = sum(row.file_class == FileClass.RAW for row in files)
    if run is None:
        return Packaged(scripts=scripts, raw_files=raw)
    return Packaged(
        scripts=scripts,
        raw_files=raw,
        casa_version=run.casa_version,
        pipeline_version=run.pipeline_version,
        recipe=run.recipe,
    )


def _url(row: ProductFile, reader: Reader) -> str:
    if not reader.access(row).may or stored_file(settings.DATA_DIR, row) is None:
        return ""
    return reverse("product-file", args=[row.pk, row.name]) + "?inline=1"


def pictures_of(member_ous: MemberOUS, user: User) -> list[Picture]:
    """The pictures that a viewer may read, to be set in a report; readings are logged."""
    files = [row for row in _newest(member_ous, user) if picture_type(row.file_class, row.name)]
    reader = reader_of(user, {row.project_id for row in files}, timezone.now())
    found = []
    for row in files[:PICTURES_SHOWN]:
        access, path = reader.access(row), stored_file(settings.DATA_DIR, row)
        content = _content(row, path) if access.may and path else b""
        if content:
            if access.is_logged:
                note_reading(product_file=row, user=user, reason="")
            found.append(Picture(PictureTold(row, "").caption, content))
    return found


def _content(row: ProductFile, path: Path) -> bytes:
    """The bytes of a picture, none where it is too large or no such picture."""
    if path.stat().st_size > _LARGEST_BYTES:
        return b""
    content = path.read_bytes()
    beginning = _BEGINNINGS[picture_type(row.file_class, row.name)]
    return content if content.startswith(beginning) else b""
