"""Reads of delivered files; a list of them is seen with its project."""

from typing import TYPE_CHECKING, Self

from django.db import models

from deliveries.naming import FileClass
from projects.models import Project
from projects.querysets.handed_out import handed_out
from projects.querysets.project import Viewer, is_staff_viewer, sees_everything
from projects.states import OUSState

if TYPE_CHECKING:
    from deliveries.models import ProductFile


class ProductFileQuerySet(models.QuerySet["ProductFile"]):
    """Delivered files."""

    def visible_to(self, user: Viewer) -> Self:
        """Keep the files of projects that ``user`` may track; reading them is another right.

        People outside see raw data as soon as they are here, all else once it was delivered.
        """
        if sees_everything(user):
            return self
        shown = self.filter(project_id__in=Project.objects.visible_to(user).order_by().values("pk"))
        if is_staff_viewer(user):
            return shown
        withdrawn = models.Q(member_ous__isnull=False, member_ous__state=OUSState.DELETED)
        return shown.filter(models.Q(file_class=FileClass.RAW) | handed_out()).exclude(withdrawn)
