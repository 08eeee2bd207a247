"""Reads of delivered files; a list of them is seen with its project."""

from typing import TYPE_CHECKING, Self

from django.db import models

from projects.models import Project
from projects.querysets.project import Viewer, sees_everything

if TYPE_CHECKING:
    from deliveries.models import ProductFile


class ProductFileQuerySet(models.QuerySet["ProductFile"]):
    """Delivered files."""

    def visible_to(self, user: Viewer) -> Self:
        """Keep the files of projects that ``user`` may track; reading them is another right."""
        if sees_everything(user):
            return self
        return self.filter(project_id__in=Project.objects.visible_to(user).order_by().values("pk"))
