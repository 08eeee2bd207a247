"""One round of a drop folder: each thing in it once, when it lies still; nothing is moved.

A thing is a file, or a folder directly in the drop folder. It lies still once neither its
contents nor its inode have changed for a while (``cp -p`` sets old times, the inode's
time it cannot set). What was taken is remembered by its look and by its content.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import time

from django.utils import timezone

from ingest.configured import SourceSetting
from ingest.readers import Source, UnreadableSource, expand, read_source
from ingest.readers.sources import is_shown
from ingest.report import Report
from ingest.services import note_unreadable, shown
from ingest.sources.address import readings
from ingest.sources.errors import SourceTrouble
from ingest.sources.feed import Feed
from ingest.sources.ledger import Claim

_UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload", "~", ".swp")
_MOST_FILES = 20_000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Thing:
    """A file or folder as it looks from outside."""

    path: Path
    look: str
    changed_at: float

    @property
    def name(self) -> str:
        """Its name as a table can hold it."""
        return shown(self.path.name)


def read_folder(setting: SourceSetting, claim: Claim, report: Report) -> bool:
    """Read what was dropped since; answer whether more waits. Raises SourceTrouble.

    A bad file costs only itself: it is noted once, and looked at again when it changes.
    """
    known = {row.name: row for row in claim.source.dropped.all()}
    for thing in _things(setting):
        row = known.get(thing.name)
        if (row and row.look == thing.look) or not _lies_still(thing, setting.quiet_s):
            continue
        if claim.is_over:
            return True
        _read_thing(thing, setting, claim, report)
    return False


def _read_thing(thing: Thing, setting: SourceSetting, claim: Claim, report: Report) -> None:
    digest = refused = ""
    try:
        digest = _digest(thing.path, claim)
        if not claim.source.dropped.filter(digest=digest, refused="").exists():
            with Feed(setting, claim, shown(str(thing.path)), report=Report()) as feed:
                _take(Source.from_path(thing.path), setting, feed)
            report.add(feed.report)
    except OSError as problem:
        refused = f"It cannot be read: {(problem.strerror or str(problem)).lower()}."
        note_unreadable(source=str(thing.path), reason=refused, fed_by=claim.source)
    except UnreadableSource as problem:
        refused = problem.reason
    if _look(thing.path)[0] == thing.look:
        facts = {"look": thing.look, "digest": digest, "refused": shown(refused)}
        defaults = {**facts, "seen_at": timezone.now()}
        claim.source.dropped.update_or_create(name=thing.name, defaults=defaults)
    # Otherwise it grew while it was read, and is looked at again.


def _take(named: Source, setting: SourceSetting, feed: Feed) -> None:
    """Take a file or archive whole, and of a folder whatever is good."""
    if not named.is_folder:
        for reading in readings(named, setting):
            feed.load(reading)
        return
    parts = expand(named)
    for part in parts:
        try:
            feed.load(read_source(part, setting.format_name or None))
        except UnreadableSource as problem:
            if len(parts) == 1:
                raise
            feed.report.reject(part.name, problem.reason)


def _things(setting: SourceSetting) -> Iterator[Thing]:
    folder = Path(setting.address)
    try:
        paths = sorted(path for path in folder.iterdir() if _is_finished(path.name))
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise SourceTrouble(f"The folder cannot be read: {reason}.") from None
    if len(paths) > _MOST_FILES:
        raise SourceTrouble(f"The folder holds more than {_MOST_FILES} files.")
    for path in paths:
        look, changed_at = _look(path)
        if look:
            yield Thing(path, look, changed_at)


def _is_finished(name: str) -> bool:
    return is_shown(name) and not name.lower().endswith(_UNFINISHED)


def _look(path: Path) -> tuple[str, float]:
    """Answer a digest of names, sizes and times, and when any of them changed last.

    ("", 0) for what is gone, is a link to a folder, or is neither file nor folder.
    """
    seen, latest = hashlib.sha256(), 0.0
    try:
        for file in _files(path):
            stat = file.stat()
            seen.update(os.fsencode(file.relative_to(path.parent)))
            seen.update(f"\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
            latest = max(latest, stat.st_mtime, stat.st_ctime)
    except OSError:
        return "", 0.0
    return (seen.hexdigest(), latest) if latest else ("", 0.0)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir() and not path.is_symlink():
        yield from sorted(file for file in path.rglob("*") if file.is_file())


def _lies_still(thing: Thing, quiet_s: int) -> bool:
    return thing.changed_at + quiet_s <= time()


def _digest(path: Path, claim: Claim) -> str:
    digest = hashlib.sha256()
    for file in _files(path):
        digest.update(b"" if file == path else os.fsencode(file.relative_to(path)))
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                claim.beat()
    return digest.hexdigest()
