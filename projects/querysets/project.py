"""Reads of projects and of the ties between people and projects."""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone

from accounts.models import User
from accounts.rights import Right, Scope
from projects.states import ACTIVE_PROJECT_STATES
from projects.visitors import ProjectVisitor

if TYPE_CHECKING:
    from projects.models import Membership, Project

Viewer = User | AnonymousUser | ProjectVisitor


def is_staff_viewer(user: Viewer) -> bool:
    """Whether the viewer reads ALMA's own words rather than the public ones."""
    return isinstance(user, User) and user.is_active and user.is_observatory_staff


def sees_everything(user: Viewer) -> bool:
    """Whether the viewer may track every project there is."""
    return isinstance(user, User) and user.has_right(Right.TRACK)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Ties between people and projects."""

    def current(self) -> Self:
        """Keep the ties that hold now."""
        return self.filter(models.Q(ends_at=None) | models.Q(ends_at__gt=timezone.now()))

    def of(self, user: Viewer) -> Self:
        """Keep the current ties of one person."""
        return self.current().filter(user_id=user.pk)

    def giving_files(self) -> Self:
        """Keep the ties that let a person read proprietary files: Co-Is where the PI lets them."""
        data = models.Q(role="DELEGEE", kind="DATA")
        cois = models.Q(role__in=["COPI", "COI"], project__cois_download=True)
        return self.filter(models.Q(role="PI") | data | cois)


def _tied(**ties: str | int) -> "models.QuerySet[Membership, Any]":
    memberships: MembershipQuerySet = apps.get_model("projects.Membership").objects.all()
    return memberships.current().filter(**ties).order_by().values("project_id")


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects."""

    def visible_to(self, user: Viewer) -> Self:
        """Keep the projects that ``user`` may track (SEMANTICS, Roles and rights)."""
        if isinstance(user, ProjectVisitor):
            return self.filter(self._outside(), pk=user.project_id)
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if sees_everything(user):
            return self
        return self.filter(self._as_member(user) | self._as_staff(user))

    def _as_member(self, user: User) -> models.Q:
        return models.Q(pk__in=_tied(user_id=user.pk or 0)) & self._outside()

    @staticmethod
    def _outside() -> models.Q:
        """What people outside may hear of at all: no drafts, nothing withdrawn."""
        there = models.Q(state=None) | ~models.Q(state="Deleted")
        return models.Q(code__isnull=False) & there

    def _as_staff(self, user: User) -> models.Q:
        scopes = user.scopes(Right.TRACK)
        allowed = models.Q()
        if Scope.ASSIGNED in scopes:
            assigned = self.model.objects.filter(memberous_set__reducer=user)
            allowed |= models.Q(pk__in=assigned.order_by().values("pk"))
        if Scope.ARC in scopes and user.arc:
            pis = _tied(role="PI", user__arc=user.arc)
            allowed |= models.Q(arc=user.arc) | models.Q(pk__in=pis)
        if Scope.NAMED in scopes:
            allowed |= models.Q(contact_scientist=user)
        return allowed

    def in_role(self, user: Viewer, role: str) -> Self:
        """Keep the projects where ``user`` holds ``role`` now."""
        return self.filter(pk__in=_tied(user_id=user.pk or 0, role=role))

    def of_member(self, user: Viewer) -> Self:
        """Keep the projects that ``user`` is tied to in any role."""
        return self.filter(pk__in=_tied(user_id=user.pk or 0))

    def active(self) -> Self:
        """Keep the projects where something may still happen (timed-out ones included)."""
        return self.filter(state__in=ACTIVE_PROJECT_STATES)

    def in_archive(self) -> Self:
        """Keep the projects whose metadata are public: something of them was delivered."""
        return self.filter(code__isnull=False, members_delivered__gt=0)
