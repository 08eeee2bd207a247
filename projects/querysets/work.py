"""Reads of what staff keep of their work; nothing of it is for people outside."""

from typing import Self, TypeVar

from django.db import models

from projects.models.project import Project
from projects.querysets.project import Viewer, is_staff_viewer, sees_everything

Row = TypeVar("Row", bound=models.Model)


class WorkQuerySet(models.QuerySet[Row]):
    """Rows about the work on member OUSs."""

    def visible_to(self, user: Viewer) -> Self:
        """Keep, for staff alone, what is about projects that ``user`` may track."""
        if not is_staff_viewer(user):
            return self.none()
        if sees_everything(user):
            return self
        projects = Project.objects.visible_to(user).order_by().values("pk")
        return self.filter(member_ous__project_id__in=projects)

    def lasting(self) -> Self:
        """Keep what has no end yet."""
        return self.filter(until=None)
