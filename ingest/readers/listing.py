"""The format ``listing``: paths of delivered files, one a line or drawn as a tree."""

import re
from collections import Counter

from ingest.readers import text
from ingest.readers.heads import Head, Reader
from ingest.readers.listing_book import ListingBook
from ingest.readers.listing_lines import Entry, Lines
from ingest.readers.listing_words import Whose, is_file_name, names_something_in, whose
from ingest.readers.sources import Source
from ingest.records import Reading

_LOOK = 200_000
_MARKED_UP = re.compile(r"[\ufeff\s]*(?:[{<]|\[\s*[\[{\"\]])")


def _matches(head: Head) -> bool:
    if head.is_folder or head.roots or _MARKED_UP.match(head.text):
        return False
    return is_listing(head.text[:_LOOK].splitlines())


def is_listing(lines: list[str]) -> bool:
    """Whether lines are paths, some of them ALMA's, rather than text that mentions paths.

    Tables have as many words in every row; sentences have not.
    """
    reader = Lines()
    strong, odd, widths = 0, 0, Counter[int]()
    for number, line in enumerate(lines):
        entry = reader.entry(number, line)
        if entry is None:
            continue
        if not _is_alma(entry):
            odd += " " in entry.path.strip() and "/" not in entry.path
        elif entry.is_cell:
            widths[len(line.split())] += 1
        else:
            strong += 1
    even = max(widths.values(), default=0)
    return strong + even > odd + widths.total() - even


def _is_alma(entry: Entry) -> bool:
    name = entry.path.rpartition("/")[2]
    is_path = "/" in entry.path or whose(name) != Whose() or is_file_name(name)
    return is_path and names_something_in(entry.path)


def read(source: Source) -> Reading:
    """Read a listing to its end. Raises UnreadableSource."""
    book = ListingBook()
    with source.open() as stream:
        for entry in Lines().entries(text.lines(source.name, stream)):
            if entry is not None:
                book.add(entry)
    return Reading("listing", "listing", book.bundles(), tuple(book.rejections()))


READER = Reader(
    name="listing",
    accepts="paths of delivered files, one a line (find, ls, tar, a column of a table) or a tree",
    matches=_matches,
    read=read,
)
