"""VOTables in BINARY, BINARY2 or FITS serialisation, through astropy."""

from collections.abc import Iterator
from typing import Any

from ingest.readers.sources import Source
from ingest.records import UnreadableSource


def binary_rows(source: Source) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Yield (header, cells as text) for every row. Raises UnreadableSource.

    The caller has seen that the document declares no entities.
    """
    # astropy takes half a second to import and few sources need it.
    from astropy.io import votable  # noqa: PLC0415

    try:
        with source.open() as stream:
            document = votable.parse(stream, verify="ignore")
        tables = [(_header(table), table.array) for table in document.iter_tables()]
    except Exception as problem:  # noqa: BLE001  astropy raises whatever its parts raise
        words = " ".join(str(problem).split())[:300]
        raise UnreadableSource(source.name, f"It is a damaged VOTable: {words}.") from None
    for header, array in tables:
        for row in array:
            yield header, [_text(value) for value in row]


def _header(table: Any) -> tuple[str, ...]:
    return tuple(str(column.name) for column in table.fields)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    text = str(value)
    return "" if text in ("--", "nan", "masked") else text
