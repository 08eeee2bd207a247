"""Downloads of single files from the package store."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from os import stat_result
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import content_disposition_header, http_date
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.querysets import the_one
from deliveries.columns import one_line
from deliveries.models import ProductFile
from deliveries.naming import picture_type
from deliveries.reading import for_reading, reader_of
from deliveries.rights import Access
from deliveries.services.access import note_reading
from deliveries.store import stored_file
from projects.visitors import ProjectVisitor
from snoopi.pages.doors import always_takes_tokens, asked_text, takes_project_tokens
from snoopi.pages.ranges import NoSuchBytes, Span, asked_span

_PART_BYTES = 256 * 1024
_GIVING = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT)
_NOTHING = "There is no such file here that you may see."


@require_safe
@always_takes_tokens
@takes_project_tokens
def product_file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """One file, for those who may read it; ``?reason=`` where the table of rights asks for one.

    With ``?inline=1`` a picture among the QA files comes to be shown, not kept. Public files
    need no log-in. A reading that has to be logged is noted before it begins.
    """
    found = the_one(for_reading(ProductFile.objects.all()).filter(pk=pk))
    user, reason = request.user, asked_text(request.GET, "reason", most=500)
    if found is None:
        return _hidden(request)
    access = reader_of(user, [found.project_id], timezone.now()).access(found, reason)
    if access.is_hidden or found.name != name:
        return _hidden(request)
    if not access.may:
        return _refused(request, found, access)
    path = stored_file(settings.DATA_DIR, found)
    if path is None:
        raise Http404(f"{found.name} is not in the package store of this site.")
    answer = _served(request, found, path)
    gives = request.method == "GET" and answer.status_code in _GIVING
    if access.is_logged and gives and isinstance(user, User):
        note_reading(product_file=found, user=user, reason=reason)
    return _own(answer)


def _hidden(request: HttpRequest) -> HttpResponseBase:
    if isinstance(request.user, User | ProjectVisitor):
        raise Http404(_NOTHING)
    return redirect_to_login(request.get_full_path())


def _refused(request: HttpRequest, found: ProductFile, access: Access) -> HttpResponseBase:
    context = {"file": found, "access": access}
    answer = render(request, "pages/file_refused.html", context, status=HTTPStatus.FORBIDDEN)
    return _own(answer)


def _served(request: HttpRequest, found: ProductFile, path: Path) -> HttpResponseBase:
    picture = picture_type(found.file_class, found.name) if "inline" in request.GET else ""
    headers = {
        "Content-Type": picture or "application/octet-stream",
        "Content-Disposition": content_disposition_header(not picture, one_line(found.name))
        or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
    }
    if settings.FILES_BY_NGINX:
        inside = quote(str(path.relative_to(settings.DATA_DIR.resolve())))
        return HttpResponse(headers={**headers, "X-Accel-Redirect": f"/stored/{inside}"})
    known = path.stat()
    tag, changed = _tag(found, known), int(known.st_mtime)
    headers |= {"ETag": tag, "Last-Modified": http_date(changed)}
    whole = HttpResponse(headers=headers)
    kept = get_conditional_response(request, tag, changed, whole)
    if kept is not None and kept is not whole:
        return kept
    try:
        header = _range_of(request, headers)
        span = asked_span(header, known.st_size) if header else None
    except NoSuchBytes:
        headers["Content-Range"] = f"bytes */{known.st_size}"
        return HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    return _sent(path, known.st_size, span, headers)


def _tag(found: ProductFile, known: stat_result) -> str:
    """The checksum, where the file looks like the one that the manifest speaks of."""
    if found.sha256 and found.size_bytes == known.st_size:
        return f'"{found.sha256}"'
    return f'"{known.st_size:x}-{known.st_mtime_ns:x}"'


def _range_of(request: HttpRequest, headers: Mapping[str, str]) -> str:
    """The range that is asked for, "" for all: of a file that was changed since, all counts."""
    same = request.headers.get("If-Range")
    if request.method != "GET" or same not in (None, headers["ETag"], headers["Last-Modified"]):
        return ""
    return request.headers.get("Range", "")


def _sent(path: Path, size: int, span: Span | None, headers: dict[str, str]) -> HttpResponseBase:
    sent = span or Span(0, size - 1)
    headers["Content-Length"] = str(sent.length)
    status = HTTPStatus.OK
    if span is not None:
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
        status = HTTPStatus.PARTIAL_CONTENT
    return StreamingHttpResponse(_parts(path, sent), status=status, headers=headers)


def _parts(path: Path, span: Span) -> Iterator[bytes]:
    """The bytes of a file, which is opened when the first are asked for."""
    left = span.length
    with path.open("rb") as opened:
        opened.seek(span.first)
        while left > 0 and (part := opened.read(min(_PART_BYTES, left))):
            left -= len(part)
            yield part


def _own(answer: HttpResponseBase) -> HttpResponseBase:
    """Keep what one person may read out of the caches of others."""
    patch_cache_control(answer, private=True, no_cache=True)
    patch_vary_headers(answer, ["Authorization", "Cookie"])
    return answer
