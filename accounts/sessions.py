"""What a session remembers of a viewing: which one it is, and where it was started.

The session stays its owner's: log-out, expiry and a changed password work as ever.
"""

from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from accounts.models import Viewing, ViewingEnd
from accounts.services import end_viewing

VIEWING_KEY = "viewing"
_BACK_KEY = "viewing_back"


def enter_viewing(request: HttpRequest, viewing: Viewing, *, back: str) -> None:
    """From the next request on show the site as the viewed person does."""
    request.session[VIEWING_KEY] = viewing.pk
    request.session[_BACK_KEY] = back
    # No form that is open as one person can be sent as the other.
    rotate_token(request)


def leave_viewing(request: HttpRequest, end: ViewingEnd) -> str:
    """End the viewing of this session, if any, and answer where it was started ("" if not)."""
    pk = request.session.pop(VIEWING_KEY, None)
    back = str(request.session.pop(_BACK_KEY, ""))
    if pk is not None:
        end_viewing(pk=pk, end=end)
        rotate_token(request)
    return back
