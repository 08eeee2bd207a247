"""Lists as files: CSV for every list, VOTable where a list has columns of the sky.

A file holds the whole filtered list, read page by page while it is sent; with ``page_size``
or ``cursor`` it holds one page, and the ``Link`` header leads on.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from snoopi.api.tables import columns_of, row_of
from snoopi.api.votables import votable
from snoopi.csv_text import csv_answer

VOTABLE_ROWS = 20_000
Tell = Callable[[Any], object]
Pages = Iterator[list[Any]]


class CsvRenderer(JSONRenderer):
    """Chosen by ``format=csv``; views write the file, so this writes only problems."""

    media_type = "text/csv"
    format = "csv"


class VOTableRenderer(JSONRenderer):
    """Chosen by ``format=votable``; views write the file, so this writes only problems."""

    media_type = "application/x-votable+xml"
    format = "votable"


RENDERERS = {"json": JSONRenderer, "csv": CsvRenderer, "votable": VOTableRenderer}


def form_of(request: Request) -> str:
    """The form in which the caller wants the answer: a key of ``RENDERERS``."""
    return str(getattr(request, "accepted_renderer").format)  # noqa: B009 - set by negotiation


def file_answer(
    request: Request, shape: Any, pages: Pages, tell: Tell, *, more: bool = False
) -> HttpResponseBase:
    """Answer rows as the file that was asked for; ``shape`` gives the columns.

    ``more``: the list goes on behind these pages.
    """
    columns = columns_of(shape)
    if form_of(request) == "csv":
        rows = (row_of(tell(row), columns) for page in pages for row in page)
        header = [column.name for column in columns]
        return csv_answer(request._request, _name(request), header, rows)  # noqa: SLF001 - Django's own
    return _votable(request, shape, pages, tell, more)


def _votable(
    request: Request, shape: Any, pages: Pages, tell: Tell, more: bool
) -> HttpResponseBase:
    columns, rows = columns_of(shape), []
    for page in pages if request.method != "HEAD" else ():
        rows += [row_of(tell(row), columns) for row in page]
        if len(rows) > VOTABLE_ROWS:
            break
    content = votable(
        _name(request),
        columns,
        rows[:VOTABLE_ROWS],
        is_cut=more or len(rows) > VOTABLE_ROWS,
        notes={name: str(value) for name, value in request.query_params.items() if value},
    )
    headers = {"Content-Disposition": f'attachment; filename="{_name(request)}.vot"'}
    return HttpResponse(content, content_type=VOTableRenderer.media_type, headers=headers)


def _name(request: Request) -> str:
    """The file's name: the address below the interface's own."""
    return "-".join(request.path.strip("/").split("/")[2:])
