"""Search."""

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from snoopi.csv_text import csv_answer
from snoopi.pages.doors import PageRequest, asked_text, members_only, takes_tokens
from snoopi.pages.listing import changed
from snoopi.pages.search import (
    FOUND_HEAD,
    SearchScope,
    every_hit,
    found_row,
    hits,
    named_things,
    names_something,
)


@require_safe
@takes_tokens
@members_only
def search(request: PageRequest) -> HttpResponseBase:
    """What the text finds; a UID or code that names one thing leads straight to it.

    ``?format=csv`` gives everything found as a file.
    """
    text = asked_text(request.GET, "q")
    asked = request.GET.get("scope", "")
    scope = SearchScope(asked) if asked in [*SearchScope] else SearchScope.ALL
    if request.GET.get("format") == "csv":
        rows = (found_row(thing, request.user) for thing in every_hit(request.user, text, scope))
        return csv_answer(request, "search", FOUND_HEAD, rows)
    named = named_things(request.user, text) if names_something(text) else []
    if len(named) == 1:
        return redirect(named[0].url)
    context = {
        "q": text,
        "scope": scope,
        "named": named,
        "csv_url": changed(request.GET, format="csv"),
        "groups": hits(request.user, text, scope) if text else [],
    }
    return render(request, "pages/search.html", context)
