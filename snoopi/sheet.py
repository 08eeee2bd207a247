"""Report sheets: what a printed report holds, and the PDF that typst sets from it.

The data go in as JSON beside the template, so no text of a project is ever read as markup.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from django.conf import settings
from django.utils import timezone

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "pdf" / "sheet.typ"


@dataclass(frozen=True, slots=True)
class Facts:
    """A block of names and values."""

    title: str
    rows: Sequence[tuple[str, str]]
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; a ``number`` is set to the right, a ``wide`` one takes what is left."""

    title: str
    number: bool = False
    wide: bool = False
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``empty`` is the sentence in place of one without rows."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    empty: str = "None."
    kind: str = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, PNG or JPEG, with what stands under it."""

    caption: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report: title, lines under it, blocks and tables in order, notes, pictures at the end."""

    title: str
    lines: Sequence[str]
    parts: Sequence[Facts | Table]
    notes: Sequence[str] = ()
    pictures: Sequence[Picture] = ()


def pdf_of(sheet: Sheet, now: datetime | None = None) -> bytes:
    """Set a sheet as PDF (tagged, A4, fonts inside); ``now`` stands in its foot.

    Pictures that cannot be set are left out, and a note says so.
    """
    if not sheet.pictures:
        return _set(sheet, TEMPLATE, [], now)
    with TemporaryDirectory() as folder:
        root = Path(folder)
        template = root / TEMPLATE.name
        template.write_bytes(TEMPLATE.read_bytes())
        numbered = enumerate(sheet.pictures)
        placed = [(_place(root, number, one), one.caption) for number, one in numbered]
        try:
            return _set(sheet, template, placed, now)
        except typst.TypstError:
            without = replace(sheet, pictures=(), notes=[*sheet.notes, _NOT_SET])
            return _set(without, template, [], now)


_NOT_SET = "The pictures of the package could not be set here: see the page of the member OUS."


def _place(root: Path, number: int, picture: Picture) -> str:
    """Put a picture beside the template, under a name of ours."""
    ending = "png" if picture.content.startswith(b"\x89PNG") else "jpg"
    name = f"picture-{number}.{ending}"
    (root / name).write_bytes(picture.content)
    return name


def _set(
    sheet: Sheet, template: Path, pictures: Sequence[tuple[str, str]], now: datetime | None
) -> bytes:
    made = (now or timezone.now()).astimezone(timezone.get_default_timezone())
    told = asdict(replace(sheet, pictures=()))
    told |= {"foot": f"SnooPI · {made:%Y-%m-%d %H:%M:%S} UTC", "pictures": pictures}
    return bytes(
        typst.compile(
            str(template),
            format="pdf",
            root=str(template.parent),
            sys_inputs={"sheet": json.dumps(told)},
            ignore_system_fonts=True,
            timestamp=int(made.timestamp()),
        )
    )
