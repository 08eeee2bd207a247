"""Downloads of single files from the package store."""

from collections.abc import Iterator
from http import HTTPStatus
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
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.models import User
from deliveries.models import ProductFile
from deliveries.reading import for_reading, reader_of
from deliveries.rights import Access
from deliveries.services.access import note_reading
from deliveries.store import stored_file
from snoopi.pages.doors import always_takes_tokens, asked_text

_PART_BYTES = 256 * 1024
_NOTHING = "There is no such file here that you may see."


@require_safe
@always_takes_tokens
def product_file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """One file, for those who may read it; ``?reason=`` where the table of rights asks for one.

    Public files need no log-in. A reading that has to be logged is noted before it begins.
    """
    found = for_reading(ProductFile.objects.all()).filter(pk=pk).first()
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
    if access.is_logged and request.method == "GET" and isinstance(user, User):
        note_reading(product_file=found, user=user, reason=reason)
    return _own(_served(found, path))


def _hidden(request: HttpRequest) -> HttpResponseBase:
    if isinstance(request.user, User):
        raise Http404(_NOTHING)
    return redirect_to_login(request.get_full_path())


def _refused(request: HttpRequest, found: ProductFile, access: Access) -> HttpResponseBase:
    context = {"file": found, "access": access}
    answer = render(request, "pages/file_refused.html", context, status=HTTPStatus.FORBIDDEN)
    return _own(answer)


def _served(found: ProductFile, path: Path) -> HttpResponseBase:
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": content_disposition_header(True, found.name) or "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    if settings.FILES_BY_NGINX:
        inside = quote(str(path.relative_to(settings.DATA_DIR.resolve())))
        return HttpResponse(headers={**headers, "X-Accel-Redirect": f"/stored/{inside}"})
    headers["Content-Length"] = str(path.stat().st_size)
    return StreamingHttpResponse(_parts(path), headers=headers)


def _parts(path: Path) -> Iterator[bytes]:
    """The bytes of a file, which is opened when the first are asked for."""
    with path.open("rb") as opened:
        while part := opened.read(_PART_BYTES):
            yield part


def _own(answer: HttpResponseBase) -> HttpResponseBase:
    """Keep what one person may read out of the caches of others."""
    patch_cache_control(answer, private=True, no_cache=True)
    patch_vary_headers(answer, ["Authorization", "Cookie"])
    return answer
