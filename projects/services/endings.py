"""Ties whose stored end has come: the log tells of each once, at that end."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from projects.models import Membership
from projects.services.entering import Account
from projects.services.events import append_events, lock_project, touch
from projects.services.memberships import ended_event

_MOST = 200


def tell_ended(now: datetime | None = None) -> int:
    """Log the ends of ties that came by themselves; answer how many.

    The right ended at that very moment whether or not this runs. Safe twice, in parallel and
    when killed: each tie is looked at again under its project's lock.
    """
    moment = now or timezone.now()
    due = Membership.objects.filter(is_end_told=False, ends_at__lte=moment)
    found = list(due.order_by("ends_at", "pk").values_list("pk", "project_id")[:_MOST])
    return sum(_tell(pk, project_id, moment) for pk, project_id in found)


@transaction.atomic
def _tell(pk: int, project_id: int, moment: datetime) -> bool:
    lock_project(project_id)
    still = Membership.objects.filter(pk=pk, is_end_told=False, ends_at__lte=moment)
    membership = still.select_related("project", "user").first()
    if membership is None:
        return False
    membership.is_end_told = True
    membership.save(update_fields=["is_end_told"])
    touch([membership])
    append_events([ended_event(membership, Account())])
    return True
