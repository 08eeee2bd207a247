"""Tables as text: comma, tab, semicolon, bar or blank separated, with a header line."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator

from ingest.readers import text
from ingest.readers.columns import columns_of, is_archive_header
from ingest.readers.sources import Source
from ingest.records import UnreadableSource

Rows = Iterator[tuple[tuple[str, ...], list[str]]]
# A region of a large mosaic is one cell.
csv.field_size_limit(16 << 20)
_MAX_HEADER = 200_000
_DELIMITERS = ("\t", ",", ";", "|", " ")

# An abstract may have paragraphs; a lone quotation mark must not swallow the table.
_LINES_IN_A_CELL = 200


def header_in(head_text: str) -> tuple[str, ...]:
    """Answer the column names of a text table, () where no line is a known header.

    Lines that begin with # are comments, and the last of them may be the header.
    """
    found = _find_header(iter(head_text[:_MAX_HEADER].splitlines(keepends=True)))
    return found[0] if found else ()


def rows(source: Source) -> Rows:
    """Yield (header, cells) for every line below the header. Raises UnreadableSource."""
    with source.open() as stream:
        lines = text.lines(source.name, stream)
        found = _find_header(lines)
        if found is None:
            reason = "No line of its text is a header with archive columns."
            raise UnreadableSource(source.name, reason)
        header, delimiter, first_row = found
        yield from _data(source.name, header, delimiter, _chained(first_row, lines))


def _find_header(lines: Iterator[str]) -> tuple[tuple[str, ...], str, str] | None:
    """Answer (header, delimiter, the data line that was read already)."""
    comment = ""
    for line in lines:
        if line.lstrip().startswith("#"):
            comment = line.lstrip("# \t")
        elif line.strip():
            if header := _header_of(line):
                return (*header, "")
            header = _header_of(comment)
            return (*header, line) if header else None
    header = _header_of(comment)
    return (*header, "") if header else None


def _header_of(line: str) -> tuple[tuple[str, ...], str] | None:
    """Answer (names, delimiter) for the delimiter that gives most known columns."""
    best: tuple[tuple[str, ...], str] | None = None
    for delimiter in _DELIMITERS:
        names = tuple(name.strip() for name in next(_SPLITTERS[delimiter]([line]), []))
        if delimiter == " " and "," in line:
            continue
        if is_archive_header(names) and (
            best is None or len(columns_of(names)) > len(columns_of(best[0]))
        ):
            best = names, delimiter
    return best


def _data(name: str, header: tuple[str, ...], delimiter: str, lines: Iterable[str]) -> Rows:
    width = len(header)
    try:
        for texts in _SPLITTERS[delimiter](lines):
            if not any(texts):
                continue
            # Some writers end every line with a separator.
            while len(texts) > width and not texts[-1]:
                texts.pop()
            yield header, texts
    except csv.Error as problem:
        raise UnreadableSource(name, f"Its table cannot be read: {problem}.") from None


def _chained(first: str, lines: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from lines


def _quoted(delimiter: str) -> Callable[[Iterable[str]], Iterator[list[str]]]:
    def split(lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)

    return split


def _blanks(lines: Iterable[str]) -> Iterator[list[str]]:
    stripped = (re.sub(r"\t", " ", line).strip(" \n") + "\n" for line in lines)
    return csv.reader(stripped, delimiter=" ", skipinitialspace=True)


def _tabs(lines: Iterable[str]) -> Iterator[list[str]]:
    # Titles begin with a quotation mark now and then: only a whole quoted cell is one.
    for line in _whole(iter(lines)):
        yield [_unquoted(cell) for cell in line.rstrip("\n").split("\t")]


def _whole(lines: Iterator[str]) -> Iterator[str]:
    """Join the lines of a quoted cell that runs over several; a lone mark opens none."""
    waiting: list[str] = []
    for line in lines:
        if waiting and not _goes_on(line, waiting):
            yield from waiting
            waiting = []
        waiting.append(line)
        joined = "".join(waiting)
        if not _is_open(joined):
            yield joined
            waiting = []
    yield from waiting


def _goes_on(line: str, waiting: list[str]) -> bool:
    """Whether a line can be more of an open cell: it closes it, or is all text."""
    closes = line.rstrip("\n").partition("\t")[0].count('"') % 2 == 1
    return closes or ("\t" not in line and len(waiting) < _LINES_IN_A_CELL)


def _is_open(text: str) -> bool:
    """Whether the last cell starts with a quotation mark that nothing has closed yet."""
    last = text.rstrip("\n").rpartition("\t")[2]
    cell = last if last.startswith('"') else ""
    return bool(cell) and cell.count('"') % 2 == 1


def _unquoted(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell


_SPLITTERS: dict[str, Callable[[Iterable[str]], Iterator[list[str]]]] = {
    "\t": _tabs,
    ",": _quoted(","),
    ";": _quoted(";"),
    "|": _quoted("|"),
    " ": _blanks,
}
