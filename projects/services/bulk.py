"""Writing the same few columns of many rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F
from django.utils import timezone

from projects.models import Tracked


def save_alike(things: Iterable[Tracked], fields: Sequence[str]) -> None:
    """Write ``fields`` of things on any level, and give each a new version.

    Rows with the same values share a statement: what a load writes is mostly alike, and
    one plain UPDATE costs a tenth of Django's CASE per row.
    """
    groups: dict[tuple[Any, ...], list[Tracked]] = defaultdict(list)
    for thing in things:
        values = tuple(getattr(thing, name) for name in fields)
        groups[type(thing), values].append(thing)
    now = timezone.now()
    for (model, values), rows in groups.items():
        changed = model._default_manager.filter(pk__in=[row.pk for row in rows]).order_by()
        columns = dict(zip(fields, values, strict=True))
        changed.update(**columns, version=F("version") + 1, modified_at=now)
