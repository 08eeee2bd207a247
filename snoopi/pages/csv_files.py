"""Lists as CSV files."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from snoopi.pages.listing import Column


class _Echo:
    """A file that hands back each line: the response streams them."""

    def write(self, line: str) -> str:
        return line


# A spreadsheet would run a cell that starts with one of these.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_response(
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    cells: Callable[[Any], Mapping[str, Any]],
) -> StreamingHttpResponse:
    """Stream a list as CSV, a column per column shown."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield writer.writerow([column.title for column in columns])
        for row in rows:
            found = cells(row)
            yield writer.writerow([_cell(found[column.key]) for column in columns])

    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value
