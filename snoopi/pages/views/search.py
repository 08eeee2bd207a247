"""Search."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from snoopi.pages.doors import PageRequest, asked_text, members_only
from snoopi.pages.search import SearchScope, hits, named_things, names_something


@require_safe
@members_only
def search(request: PageRequest) -> HttpResponse:
    """What the text finds; a UID or code that names one thing leads straight to it."""
    text = asked_text(request.GET, "q")
    asked = request.GET.get("scope", "")
    scope = SearchScope(asked) if asked in [*SearchScope] else SearchScope.ALL
    named = named_things(request.user, text) if names_something(text) else []
    if len(named) == 1:
        return redirect(named[0].url)
    context = {
        "q": text,
        "scope": scope,
        "named": named,
        "groups": hits(request.user, text, scope) if text else [],
    }
    return render(request, "pages/search.html", context)
