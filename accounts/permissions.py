"""Who may act on whose account; one condition a line."""

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import User, Viewing, ViewingEnd
from accounts.rights import Right


def is_viewable(person: User) -> bool:
    """Whether staff may see the site as this person: never as one of their own."""
    return person.is_active and not person.is_observatory_staff


def can_view_as(user: User, person: User) -> bool:
    """Whether ``user`` may see the site as ``person``."""
    return user.has_right(Right.VIEW_AS) and is_viewable(person) and person.pk != user.pk


def why_over(viewing: Viewing, user: User | AnonymousUser) -> ViewingEnd | None:
    """Answer why ``user`` may not go on with a viewing, None where they may.

    Asked at every request: a right lost or a role given meanwhile counts at once.
    """
    if viewing.end:
        return ViewingEnd(viewing.end)
    if not viewing.actor.has_right(Right.VIEW_AS):
        return ViewingEnd.RIGHT
    if user.pk != viewing.actor_id:
        return ViewingEnd.SESSION
    if viewing.ends_at <= timezone.now():
        return ViewingEnd.TIME
    return None if is_viewable(viewing.viewed) else ViewingEnd.PERSON
