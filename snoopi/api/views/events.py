"""The feed of changes."""

from functools import partial

from django.http import HttpResponseBase
from rest_framework.response import Response

from accounts.models import User
from projects.models import Event
from snoopi.api.base import ApiRequest, ApiView
from snoopi.api.documents.ous import event_line
from snoopi.api.exports import file_answer, form_of
from snoopi.api.feed import event_id_of, feed_cursor
from snoopi.api.filters import KIND, PROJECT, narrowed
from snoopi.api.pagination import feed_link, listing, page_size, wants_count
from snoopi.api.schema import SIZE_AND_COUNT, FeedOf, query, reads
from snoopi.api.shapes.ous import EventLine
from snoopi.keyset import every_page

_FILTERS = (PROJECT, KIND)
_AFTER = query("after", "The cursor after which to read on; from the start without it.")


def _told(event: Event, viewer: User) -> EventLine:
    return event_line(event, viewer, feed_cursor(event.pk))


class EventFeed(ApiView):
    """Every change the caller may see, in the order we learnt of them.

    Read on from ``cursor`` of the answer (or of any event): nothing is skipped, nothing
    comes twice. Access gained later does not replay the past: a ``membership`` event
    tells to read again.
    """

    takes_project_tokens = True

    @reads(
        FeedOf(EventLine),
        "Read the feed of changes",
        filters=_FILTERS,
        parameters=[_AFTER, *SIZE_AND_COUNT],
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        size, counted = page_size(request), wants_count(request)
        asked = request.query_params.get("after") or ""
        after = event_id_of(asked) if asked else 0
        visible = narrowed(Event.objects.visible_to(request.user), _FILTERS, request)
        later = visible.filter(pk__gt=after).with_subjects().in_feed_order()
        tell = partial(_told, viewer=request.user)
        if form_of(request) != "json" and "page_size" not in request.query_params:
            return file_answer(request, EventLine, every_page(later, order=("pk",)), tell)
        found = list(later[: size + 1])
        more, page = len(found) > size, found[:size]
        if form_of(request) != "json":
            return file_answer(request, EventLine, iter([page]), tell)
        results = [tell(event) for event in page]
        cursor = results[-1]["cursor"] if results else asked or feed_cursor(0)
        following = feed_link(request, cursor) if more else None
        count = visible.count() if counted else None
        return Response({"cursor": cursor, **listing(results, following, None, count)})
