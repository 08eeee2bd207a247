"""Cursors of the event feed: opaque, ordered, good for as long as the events are."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2s

from snoopi.api.errors import BadValue

_PREFIX = b"ev1:"
_CHECK_BYTES = 4
_LARGEST_ID = 2**63 - 1


def feed_cursor(event_id: int) -> str:
    """The cursor that stands after an event.

    It begins with the same letter always: a sheet would take a leading dash for a formula.
    """
    return _forms(event_id)[0]


def event_id_of(cursor: str) -> int:
    """Answer the id of the event that a cursor stands after; raises BadValue."""
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        text = raw[:-_CHECK_BYTES] if raw.startswith(_PREFIX) else raw[_CHECK_BYTES:]
        event_id = int(text.removeprefix(_PREFIX))
        if cursor in _forms(event_id):
            return min(event_id, _LARGEST_ID)
    except ValueError:
        pass
    raise BadValue("after", "This cursor was not handed out by this feed.")


def _forms(event_id: int) -> tuple[str, str]:
    """How a cursor is written, and how it was before: those stay good."""
    text = _PREFIX + str(event_id).encode()
    check = _check(text)
    written, before = (urlsafe_b64encode(raw).decode() for raw in (text + check, check + text))
    return written.rstrip("="), before.rstrip("=")


def _check(text: bytes) -> bytes:
    return blake2s(text, digest_size=_CHECK_BYTES).digest()
