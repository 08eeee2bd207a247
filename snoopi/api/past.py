"""What is asked for as it stood at a moment: ``?at=``."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone

from projects.presentation import modified_at_of
from snoopi.api.base import ApiRequest, found_or_404
from snoopi.api.conditional import Validators, answer
from snoopi.api.errors import BadValue
from snoopi.api.filters import Asked
from snoopi.api.schema import query

AT = query(
    "at",
    "As it stood at this time (UTC): states and executions, by when things happened.",
    {"type": "string", "format": "date-time"},
)


def moment_asked(request: ApiRequest) -> datetime | None:
    """Answer the moment that is asked for, None for the present.

    Raises BadValue for what is no time, nothing at all too, or still to come.
    """
    if "at" not in request.query_params:
        return None
    moment = Asked("at", request.query_params["at"], request.user).moment()
    if moment > timezone.now():
        raise BadValue("at", "lies in the future")
    return moment


def answer_past(
    request: ApiRequest,
    things: Sequence[Any],
    moment: datetime,
    tell: Callable[[], Mapping[str, object]],
) -> HttpResponseBase:
    """Answer the document that ``tell`` gives of a moment, with validators of its own.

    ``things`` are what there was of the project: raises Http404 for nothing.
    """
    viewer = request.user
    found_or_404(things[0] if things else None)
    document = tell()
    newest = max(modified_at_of(thing, viewer) for thing in things)
    validators = Validators.of_past(viewer, [moment, *document.items()], newest)
    return answer(request, validators, lambda: document)
