"""What the frame around every page needs; costs no query."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.rights import Right
from projects.models import Project
from projects.querysets.project import is_staff_viewer
from snoopi.pages.freshness import frame_ages
from snoopi.pages.remembered import remembered

THEMES = ("light", "dark")
_DEMO_SECONDS = 60
# A phone's width takes so many places; of more, the first few, and the rest behind one.
_FIT_A_PHONE = 6
_BESIDE_MORE = 4


@dataclass(frozen=True, slots=True)
class NavItem:
    """A line of the side navigation; ``section`` is the path that lights it up."""

    name: str
    url: str
    icon: str
    is_current: bool
    is_later: bool = False


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: navigation, quick links, time of the data, color scheme, banner."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme")
    nav = _navigation(request, user) if isinstance(user, User) else []
    return {
        "as_of": timezone.now(),
        "ages": frame_ages() if isinstance(user, User) else None,
        "nav": nav,
        "later": [item for item in nav if item.is_later],
        "quick_links": settings.QUICK_LINKS,
        "shows_demo": remembered("demo-shown", _DEMO_SECONDS, _has_demo_projects),
        "theme": theme if theme in THEMES else "",
        "htmx_config": HTMX_CONFIG,
        "viewing": getattr(request, "viewing", None),
    }


# Neither inline styles nor eval pass the content security policy; what a page showed is
# not left behind in the browser's storage after log-out.
HTMX_CONFIG = (
    '{"includeIndicatorStyles":false,"allowEval":false,"historyCacheSize":0,'
    '"refreshOnHistoryMiss":true,"scrollIntoViewOnBoost":false,"selfRequestsOnly":true}'
)


def _has_demo_projects() -> bool:
    return Project.objects.filter(is_demo=True).exists()


def _navigation(request: HttpRequest, user: User) -> list[NavItem]:
    places = [
        ("Home", "home", "home"),
        ("Projects", "projects:project-list", "projects"),
        ("SchedBlocks", "projects:sched-block-list", "blocks"),
        *([("QA", "qa-queues", "queues")] if is_staff_viewer(user) else []),
        ("Deliveries", "deliveries", "deliveries"),
        ("Mail", "mail", "mail"),
        ("Help", "help", "help"),
    ]
    if user.has_right(Right.INGEST):
        places.append(("Ingest", "ingest", "ingest"))
    if user.has_right(Right.VIEW_AS):
        places.append(("View as", "view-as", "eye"))
    items = [(name, reverse(view), icon) for name, view, icon in places]
    fits = len(items) <= _FIT_A_PHONE
    return [
        NavItem(name, url, icon, _is_under(request, url), not fits and number > _BESIDE_MORE)
        for number, (name, url, icon) in enumerate(items, 1)
    ]


def _is_under(request: HttpRequest, url: str) -> bool:
    return request.path == url if url == "/" else request.path.startswith(url)
