"""Home: where one's projects stand, what waits for one, what is new."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.services import mark_news_read
from snoopi.pages.doors import PageRequest, members_only
from snoopi.pages.news import NEEDS_SHOWN, needs_of, news_for
from snoopi.pages.tiles import role_tiles, staff_counts

_MOST_NEWS = 300


@require_safe
@members_only
def home(request: PageRequest) -> HttpResponse:
    """Answer in one glance: tiles, needs, news."""
    needs = needs_of(request.user)
    context = {
        "tiles": role_tiles(request.user),
        "staff_counts": staff_counts(request.user),
        "needs": needs[:NEEDS_SHOWN],
        "needs_more": len(needs) > NEEDS_SHOWN,
        "news": news_for(request.user, _wanted_news(request)),
    }
    return render(request, "pages/home.html", context)


def _wanted_news(request: HttpRequest) -> int | None:
    text = request.GET.get("news", "")
    wanted = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    return min(wanted, _MOST_NEWS) or None


@require_POST
@members_only
def news_read(request: PageRequest) -> HttpResponse:
    """Call all news read."""
    mark_news_read(user=request.user)
    return redirect("home")
