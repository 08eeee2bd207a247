"""Collecting static files: once, and again when they have changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

# The interface is browsed with Swagger; the other browser that comes along is large.
UNUSED = ["redoc*"]


def collect_static(*, clear: bool = True) -> None:
    """Collect static files when they differ from what was collected last.

    Without ``clear`` the files of the version before stay, for pages that are open still.
    """
    stamp = settings.STATIC_ROOT / ".stamp"
    digest = _digest()
    if not stamp.exists() or stamp.read_text() != digest:
        call_command(
            "collectstatic", verbosity=0, interactive=False, clear=clear, ignore_patterns=UNUSED
        )
        stamp.write_text(digest)


def _digest() -> str:
    """A digest over the names, sizes and times of all static files there are."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return digest.hexdigest()
