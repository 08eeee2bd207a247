"""Brings what a person names on the command line within reach of the readers."""

from pathlib import Path
from tempfile import SpooledTemporaryFile
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from ingest.readers import Source, UnreadableSource

TIMEOUT_S = 60
MAX_BYTES = 2 * 1024**3
_CHUNK = 1024**2
_IN_MEMORY = 64 * 1024**2
_WEB = ("http", "https")


def find_source(name: str) -> Source:
    """Answer the source behind a path or a web address. Raises UnreadableSource."""
    if urlsplit(name).scheme in _WEB:
        return Source.from_bytes(name, _download(name))
    if not Path(name).exists():
        raise UnreadableSource(name, "There is no such file or folder.")
    return Source.from_path(name)


def _download(url: str) -> bytes:
    request = Request(url, headers={"User-Agent": "SnooPI"})  # noqa: S310 - the scheme was checked
    try:
        with (
            urlopen(request, timeout=TIMEOUT_S) as reply,  # noqa: S310 - likewise
            SpooledTemporaryFile(max_size=_IN_MEMORY) as kept,
        ):
            while chunk := reply.read(_CHUNK):
                kept.write(chunk)
                if kept.tell() > MAX_BYTES:
                    raise UnreadableSource(url, f"The reply is longer than {MAX_BYTES} bytes.")
            kept.seek(0)
            return kept.read()
    except (URLError, OSError) as problem:
        reason = getattr(problem, "reason", problem)
        raise UnreadableSource(url, f"The address does not answer: {reason}.") from None
