"""What happened since somebody's last visit, and what waits for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import Q, QuerySet

from accounts.models import User
from projects.models import (
    DelegationKind,
    Event,
    EventKind,
    Membership,
    Project,
    Role,
    SchedBlock,
    Tracked,
)
from projects.presentation import Told, told
from projects.querysets.project import is_staff_viewer
from projects.states import WAITING_FLAGS, Level, StateFlag
from snoopi.pages.tiles import own_projects

NEWS_STEP = 3
NEEDS_SHOWN = 10

# DOMAIN 1.4: which changes are news, in public words (ReadyToDeliver became Verified).
_PUBLIC_NEWS: dict[Level, tuple[str, ...]] = {
    Level.PROJECT: (
        "Approved",
        "Phase2Submitted",
        "Ready",
        "Completed",
        "PartiallyCompleted",
        "ObservingTimedOut",
    ),
    Level.MEMBER_OUS: (
        "ReadyForProcessing",
        "Verified",
        "Delivered",
        "QA3InProgress",
        "ObservingTimedOut",
    ),
    Level.SCHED_BLOCK: ("FullyObserved", "ObservingTimedOut"),
}
_STAFF_NEWS_TOO = ("Broken", "Repaired", "Deleted", "ReadyToDeliver")


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One line of news, in the reader's vocabulary."""

    level: Level
    subject: Tracked
    project: Project
    told: Told
    is_delegation: bool = False

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.told.at

    @property
    def delegation(self) -> str:
        """What was delegated, in words; "" for other news."""
        kind = (self.told.to or "").rpartition(" ")[2]
        return DelegationKind(kind).label.lower() if self.is_delegation else ""

    @property
    def is_all_taken(self) -> bool:
        """Whether it says that all data of a scheduling block were taken."""
        return self.level == Level.SCHED_BLOCK and self.told.to == "FullyObserved"


@dataclass(frozen=True, slots=True)
class News:
    """The newest lines by day; ``more`` is the next number to ask for, if there are more."""

    days: list[tuple[date, list[NewsItem]]]
    since: datetime | None
    more: int | None


def news_for(user: User, wanted: int | None = None) -> News:
    """Answer the newest news: since the last visit, or the ``wanted`` newest of all.

    First sights (a thing that was never in another state) are no news.
    """
    since = user.news_seen_at
    limit = wanted or NEWS_STEP
    events = _newest(user, limit + 1)
    shown = events[:limit]
    if wanted is None and since is not None:
        shown = [event for event in shown if event.at >= since]
    items = [_item(event, user) for event in shown]
    more = len(shown) < len(events)
    return News(_by_day(items), since, limit + NEWS_STEP if more else None)


def _newest(user: User, number: int) -> list[Event]:
    # The few are chosen in a sub-query, and only what news are about is joined to them: with
    # all subjects PostgreSQL would join every event there is before it sorts any.
    chosen = _news_rows(user).order_by("-at", "-pk").values("pk")[:number]
    rows = Event.objects.filter(pk__in=chosen).select_related(*_PUBLIC_NEWS, "actor")
    return list(rows.order_by("-at", "-pk"))


def _news_rows(user: User) -> QuerySet[Event]:
    prefix = "" if is_staff_viewer(user) else "public_"
    is_news = Q()
    for level, words in _PUBLIC_NEWS.items():
        staff_words = (*words, *_STAFF_NEWS_TOO) if is_staff_viewer(user) else words
        is_news |= Q(level=level, **{f"{prefix}to__in": staff_words})
    steps = Q(is_news, kind=EventKind.STATE) & ~Q(**{f"{prefix}frm": ""})
    mine = Event.objects.filter(project__in=own_projects(user).order_by().values("pk"))
    return mine.for_viewer(user).filter(steps | _delegated_to(user)).not_taken_back()


def _delegated_to(user: User) -> Q:
    """What people delegated to this person; what sources and commands tie is no news."""
    by_people = Q(kind=EventKind.MEMBERSHIP, person=user, actor__isnull=False)
    return by_people & Q(level=Level.PROJECT, public_to__startswith="Delegee")


def _item(event: Event, user: User) -> NewsItem:
    assert event.project is not None  # noqa: S101 - the query asks for the project's id
    is_delegation = event.kind == EventKind.MEMBERSHIP
    return NewsItem(
        Level(event.level), event.subject, event.project, told(event, user), is_delegation
    )


def _by_day(items: Iterable[NewsItem]) -> list[tuple[date, list[NewsItem]]]:
    return [(day, list(group)) for day, group in groupby(items, key=lambda item: item.at.date())]


def needs_of(user: User) -> list[SchedBlock]:
    """The scheduling blocks that wait for this person: as PI, or as delegee for the purpose."""
    waiting = SchedBlock.objects.visible_to(user).filter(state="Waiting")
    mine = Q(state_flag__in=WAITING_FLAGS, project__in=_projects(user, Role.PI))
    phase2 = _projects(user, Role.DELEGEE, DelegationKind.PHASE2)
    triggers = _projects(user, Role.DELEGEE, DelegationKind.TOO)
    mine |= Q(state_flag=StateFlag.FOR_P2G, project__in=phase2)
    mine |= Q(state_flag=StateFlag.TRIGGER, project__in=triggers)
    rows = waiting.filter(mine).with_parents().order_by("public_since", "pk")
    return list(rows[: NEEDS_SHOWN + 1])


def _projects(user: User, role: Role, kind: str = "") -> QuerySet[Membership]:
    ties = Membership.objects.of(user).filter(role=role, kind=kind)
    return ties.order_by().values("project_id")  # type: ignore[return-value]
