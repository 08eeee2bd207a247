"""Report sheets: what a printed report holds, and the PDF that typst sets from it.

The data go in as JSON beside the template, so no text of a project is ever read as markup.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

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
class Sheet:
    """A report: title, lines under it, blocks and tables in order, notes at the end."""

    title: str
    lines: Sequence[str]
    parts: Sequence[Facts | Table]
    notes: Sequence[str] = ()


def pdf_of(sheet: Sheet, now: datetime | None = None) -> bytes:
    """Set a sheet as PDF (tagged, A4, fonts inside); ``now`` stands in its foot."""
    made = (now or timezone.now()).astimezone(timezone.get_default_timezone())
    told = {**asdict(sheet), "foot": f"SnooPI · {made:%Y-%m-%d %H:%M:%S} UTC"}
    return bytes(
        typst.compile(
            str(TEMPLATE),
            format="pdf",
            root=str(TEMPLATE.parent),
            sys_inputs={"sheet": json.dumps(told)},
            ignore_system_fonts=True,
            timestamp=int(made.timestamp()),
        )
    )
