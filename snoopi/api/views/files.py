"""Files of packages: lists over all that the caller may track."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from deliveries.models import ProductFile
from deliveries.reading import for_reading, reader_of
from deliveries.store import stored_file
from snoopi.api import filters
from snoopi.api.base import ApiRequest, ApiView
from snoopi.api.documents.files import file_line
from snoopi.api.pagination import paginated
from snoopi.api.schema import ListOf, reads
from snoopi.api.shapes.files import FileLine
from snoopi.api.views.ous import find_ous

_FILTERS = (filters.PROJECT, filters.OUS, filters.FILE_CLASS, filters.FILE_CHANGED_AFTER)
_OF_OUS = (filters.FILE_CLASS, filters.FILE_CHANGED_AFTER)


def files_for(viewer: User) -> Any:
    """The files that somebody may know of, with what decides on reading them."""
    return for_reading(ProductFile.objects.visible_to(viewer))


def with_access(request: ApiRequest) -> Callable[[list[Any]], None]:
    """Say of each file of a page whether it may be read, and where; a fixed number of queries."""

    def prepare(found: list[Any]) -> None:
        projects = {row.project_id for row in found}
        reader = reader_of(request.user, projects, timezone.now())
        for row in found:
            row.may_be_read = reader.access(row).may
            row.access_url = _address(row, request) if row.may_be_read else None

    return prepare


def _address(product_file: ProductFile, request: ApiRequest) -> str | None:
    """Where a file is downloaded, None where the store does not have it."""
    if stored_file(settings.DATA_DIR, product_file) is None:
        return None
    address = reverse("product-file", args=[product_file.pk, product_file.name])
    return request.build_absolute_uri(address)


class FileList(ApiView):
    """Files that the caller may know of."""

    takes_project_tokens = True

    @reads(ListOf(FileLine), "List files", filters=_FILTERS, table=FileLine)
    def get(self, request: ApiRequest) -> HttpResponseBase:
        rows = filters.narrowed(files_for(request.user), _FILTERS, request)
        return _answer(self, request, rows)


class OUSFiles(ApiView):
    """The files of an OUS on any level."""

    takes_project_tokens = True

    @reads(
        ListOf(FileLine), "List the files of an OUS", filters=_OF_OUS, named=True, table=FileLine
    )
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        ous = find_ous(request.user, ref)
        below = filters.of_ous(files_for(request.user), ous.LEVEL, ous.pk)
        return _answer(self, request, filters.narrowed(below, _OF_OUS, request))


def _answer(view: ApiView, request: ApiRequest, rows: Any) -> HttpResponseBase:
    return paginated(view, request, rows, file_line, prepare=with_access(request))
