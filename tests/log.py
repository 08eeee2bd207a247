"""What is logged from some moment of a test on: the log holds what made its world before."""

from projects.models import Event
from projects.querysets.below import EventQuerySet


class FromNowOn:
    """Answers, when called, the events logged since it was made: ``logged = FromNowOn()``."""

    def __init__(self) -> None:
        self._cursor = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def __call__(self, **about: object) -> EventQuerySet:
        later: EventQuerySet = Event.objects.filter(pk__gt=self._cursor, **about)
        return later
