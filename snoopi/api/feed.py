"""Cursors of the event feed: opaque, ordered, good for as long as the events are."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2s

from snoopi.api.errors import BadValue

_PREFIX = b"ev1:"
_CHECK_BYTES = 4
_LARGEST_ID = 2**63 - 1


def feed_cursor(event_id: int) -> str:
    """The cursor that stands after an event."""
    text = _PREFIX + str(event_id).encode()
    return urlsafe_b64encode(_check(text) + text).decode().rstrip("=")


def event_id_of(cursor: str) -> int:
    """Answer the id of the event that a cursor stands after; raises BadValue."""
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        check, text = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
        event_id = int(text.removeprefix(_PREFIX))
        if check == _check(text) and feed_cursor(event_id) == cursor:
            return min(event_id, _LARGEST_ID)
    except ValueError:
        pass
    raise BadValue("after", "This cursor was not handed out by this feed.")


def _check(text: bytes) -> bytes:
    return blake2s(text, digest_size=_CHECK_BYTES).digest()
