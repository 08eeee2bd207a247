"""Pages for what went wrong; each names the thing, the reason and the next step."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be understood."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: seen, but not this person's to do."""
    return render(request, "403.html", {"reason": _sentence(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing there that this person may know of."""
    reason = _sentence(exception) if isinstance(exception, Http404) else ""
    return render(request, "404.html", {"reason": reason}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the site's own fault; the page asks neither database nor cache."""
    return render(None, "500.html", status=500)


def bad_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that has grown old or came from another site."""
    return render(request, "403_csrf.html", status=403)


def _sentence(exception: Exception) -> str:
    first = exception.args[0] if exception.args else ""
    return first if isinstance(first, str) else ""
