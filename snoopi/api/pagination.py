"""Lists by opaque cursors: ``{"next", "previous", "results"}``."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpResponseBase
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from snoopi import keyset
from snoopi.api.errors import BadValue
from snoopi.api.exports import file_answer, form_of

PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000


def page_size(request: Request) -> int:
    """Answer how many rows the caller wants on a page; raises BadValue."""
    text = request.query_params.get("page_size") or str(PAGE_SIZE)
    if not (text.isascii() and text.isdigit()) or not text.strip("0"):
        raise BadValue("page_size", f"must be a whole number from 1 to {MAX_PAGE_SIZE}")
    # A number of ten thousand digits is big, not an error.
    return MAX_PAGE_SIZE if len(text) > 9 else min(int(text), MAX_PAGE_SIZE)


def wants_count(request: Request) -> bool:
    """Answer whether the caller asks for the number of all rows; raises BadValue."""
    text = request.query_params.get("count") or "false"
    if text not in ("true", "false"):
        raise BadValue("count", "must be true or false", ["true", "false"])
    return text == "true"


class KeysetPagination(BasePagination):
    """Pages by key, one query each; the view's ``order`` names the fields, else the id."""

    def __init__(self) -> None:
        self.count: int | None = None
        self.url = ""
        self.page: keyset.Page[Any] = keyset.Page([], None, None)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Answer the rows of the page asked for; raises BadValue."""
        order: Sequence[str] = getattr(view, "order", ("pk",))
        size, counted = page_size(request), wants_count(request)
        cursor = request.query_params.get("cursor") or None
        try:
            self.page = keyset.page(queryset, order=order, cursor=cursor, size=size)
        except keyset.BadCursor as problem:
            raise BadValue("cursor", str(problem)) from None
        self.count = queryset.count() if counted else None
        self.url = request.build_absolute_uri()
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            listing(data, self._link(self.page.next), self._link(self.page.previous), self.count)
        )

    def _link(self, cursor: str | None) -> str | None:
        return replace_query_param(self.url, "cursor", cursor) if cursor else None

    def link_header(self) -> dict[str, str]:
        """The pages beside this one, for an answer without an envelope (RFC 8288)."""
        links = {"next": self._link(self.page.next), "prev": self._link(self.page.previous)}
        told = [f'<{url}>; rel="{name}"' for name, url in links.items() if url]
        return {"Link": ", ".join(told)} if told else {}

    def get_results(self, data: Any) -> Any:
        return data["results"]


def listing(
    results: list[Any], following: str | None, previous: str | None, count: int | None
) -> dict[str, Any]:
    """The envelope of a list; the count only where it was asked for."""
    envelope = {"next": following, "previous": previous, "results": results}
    return envelope if count is None else {**envelope, "count": count}


def paginated(
    view: Any,
    request: Request,
    rows: Any,
    document: Callable[[Any], object],
    table: Callable[[Any], object] | None = None,
    *,
    prepare: Callable[[list[Any]], None] = lambda found: None,
) -> HttpResponseBase:
    """Answer one page of ``rows``, each told by ``document``; or a file of them.

    A file tells them by ``table`` where it has more columns than the list. ``prepare`` is
    given each page of rows before it is told, for what is asked of many at once.
    """
    as_file = form_of(request) != "json"
    if as_file and not {"page_size", "cursor"} & request.query_params.keys():
        pages = prepared(keyset.every_page(rows, order=getattr(view, "order", ("pk",))), prepare)
        return file_answer(request, view.get.shape, pages, table or document)
    paginator = KeysetPagination()
    found = paginator.paginate_queryset(rows, request, view)
    prepare(found)
    if as_file:
        more = paginator.page.next is not None
        answer = file_answer(request, view.get.shape, iter([found]), table or document, more=more)
        for name, value in paginator.link_header().items():
            answer[name] = value
        return answer
    return paginator.get_paginated_response([document(row) for row in found])


def prepared(
    pages: Iterable[list[Any]], prepare: Callable[[list[Any]], None]
) -> Iterator[list[Any]]:
    """Yield pages of rows, each prepared."""
    for page in pages:
        prepare(page)
        yield page


def feed_link(request: Request, after: str) -> str:
    """The address of the next page of the feed."""
    url = remove_query_param(request.build_absolute_uri(), "wait")
    return str(replace_query_param(url, "after", after))
