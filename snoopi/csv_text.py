"""CSV as a spreadsheet and a program may both open it: quoted, UTF-8, without formulas."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

LIST_SEPARATOR = "; "
# A spreadsheet would run a text that begins with one of these, full-width forms included.
_STARTERS = frozenset("=+-@\t\r\n")
# No formula, and better left to programs as it is: declinations and offsets.
_SEXAGESIMAL = re.compile(r"[+-]\d{1,3}:\d\d:\d\d(\.\d+)?", re.ASCII)


def csv_answer(
    request: HttpRequest, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponseBase:
    """Answer a CSV file, written while it is sent; a HEAD request costs no row."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    kind = "text/csv; charset=utf-8"
    if request.method == "HEAD":
        return HttpResponse(content_type=kind, headers=headers)
    return StreamingHttpResponse(lines(header, rows), content_type=kind, headers=headers)


def lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield the file line by line, the header even where there are no rows."""
    yield _line(header)
    for row in rows:
        yield _line([cell(value) for value in row])


def _line(cells: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def cell(value: Any) -> str:
    """Write a value: times in UTC with a Z, lists with semicolons, unknown as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list | tuple):
        return without_formula(LIST_SEPARATOR.join(map(str, value)))
    return without_formula(value) if isinstance(value, str) else str(value)


def without_formula(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    if _SEXAGESIMAL.fullmatch(text):
        return text
    return f"'{text}" if text[:1] in _STARTERS or _first_letter(text) in _STARTERS else text


def _first_letter(text: str) -> str:
    """The first character that shows, in its plain form."""
    for character in text:
        if not character.isspace() and unicodedata.category(character) not in ("Cf", "Cc"):
            return unicodedata.normalize("NFKC", character)[:1]
    return ""
