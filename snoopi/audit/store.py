"""Delivered files in the package store against their manifest: sizes, checksums as asked."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from deliveries.places import checksum, file_below, package_folder
from projects.states import Level
from snoopi.audit.faults import Check, Fault, Named, Tally, fault, stream
from snoopi.audit.packages import current_files

_COLUMNS = ("member_ous__uid", "member_ous__ref", "generation", "path", "size_bytes", "sha256")


def store_check(budget_bytes: int | None) -> Check:
    """The check that compares the store, reading as many bytes; None: all of them."""
    return Check("store", "delivered files lie in the store as listed", _reading(budget_bytes))


def _reading(budget_bytes: int | None) -> Callable[[Tally], Iterator[Fault]]:
    def run(tally: Tally) -> Iterator[Fault]:
        left = budget_bytes
        root = Path(settings.DATA_DIR).resolve()
        files = current_files().order_by("-member_ous_id", "path").values_list(*_COLUMNS)
        for row in stream(files):
            tally.looked += 1
            size, found = row[4], file_below(package_folder(root, row[1], row[2]), row[3])
            may_read = size is not None and (left is None or size <= left)
            if may_read and left is not None:
                left -= size
            yield from _file_faults(row, found, may_read=may_read)

    return run


def _file_faults(row: Any, found: Path | None, *, may_read: bool) -> Iterator[Fault]:
    uid, ref, generation, path, size, digest = row
    thing, field = Named(Level.MEMBER_OUS, uid, ref), f"file {path} of generation {generation}"
    if found is None:
        yield fault(thing, field, "missing in the store", "there")
        return
    try:
        stored = found.stat().st_size
        if size is not None and stored != size:
            yield fault(thing, field, f"{stored} bytes", f"{size} bytes")
        elif may_read and digest and (read := checksum(found, _silent)) != digest.lower():
            yield fault(thing, field, f"SHA-256 {read}", digest)
    except OSError as problem:
        yield fault(thing, field, f"unreadable ({problem.strerror})", "readable")


def _silent() -> None:
    """Nobody waits for a sign of life."""
