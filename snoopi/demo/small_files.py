"""Small files that stand for those of a package: valid of their kind, with hardly anything in."""

import gzip
import io
import struct
import tarfile
import zlib
from collections.abc import Iterator
from functools import cache
from random import Random

_NOTE = "This file belongs to the demonstration of SnooPI and stands for"
_CARD, _BLOCK = 80, 2880
_WIDTH, _HEIGHT, _EDGE = 320, 200, 20
_PAPER, _INK = 255, 40


def content_of(path: str, remark: str = "") -> bytes:
    """Answer the bytes of a file by its name; ``remark`` tells one version from another."""
    name = path.rpartition("/")[2]
    for endings, made in _MAKERS:
        if name.endswith(endings):
            return made(name, remark)
    return _text(name, remark)


def _text(name: str, remark: str) -> bytes:
    return "\n".join([f"# {_NOTE} {name}.", *([f"# {remark}"] if remark else []), ""]).encode()


def _image(name: str, remark: str) -> bytes:
    """A FITS file without data: its header alone."""
    cards = [
        "SIMPLE  =                    T",
        "BITPIX  =                  -32",
        "NAXIS   =                    0",
        *(f"COMMENT {line}" for line in (f"{_NOTE} an image.", name, remark) if line),
        "END",
    ]
    header = "".join(card[:_CARD].ljust(_CARD) for card in cards)
    return header.ljust(-len(header) % _BLOCK + len(header)).encode("ascii")


def _packed_image(name: str, remark: str) -> bytes:
    return gzip.compress(_image(name.removesuffix(".gz"), remark), mtime=0)


def _archive(name: str, remark: str) -> bytes:
    return tar_of({"README.txt": _text(name, remark)}, packed=name.endswith("gz"))


def tar_of(files: dict[str, bytes], *, packed: bool = True) -> bytes:
    """A tar with these files, gzipped or not; the same files give the same bytes."""
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(found.getvalue(), mtime=0) if packed else found.getvalue()


def _page(name: str, remark: str) -> bytes:
    said = f"<p>{remark}</p>" if remark else ""
    return (
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{name}</title>'
        f"<p>{_NOTE} {name}.</p>{said}</html>\n"
    ).encode()


def _document(name: str, remark: str) -> bytes:
    """A PDF of one page with one line of text."""
    shown = f"BT /F1 11 Tf 40 780 Td ({_NOTE}) Tj 0 -16 Td ({name}) Tj 0 -16 Td ({remark}) Tj ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(shown)}>>stream\n{shown}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    return _with_index(objects).encode("ascii")


def _with_index(objects: list[str]) -> str:
    text, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        f"{text}xref\n0 {size}\n0000000000 65535 f \n{rows}"
        f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
    )


@cache
def _plot(name: str, remark: str) -> bytes:
    """A picture of points that scatter around a curve, as reviewers look at."""
    rng = Random(name + remark)
    rows = [bytearray([_PAPER] * _WIDTH) for _ in range(_HEIGHT)]
    for x, y in (*_frame(), *_points(rng)):
        rows[y][x] = _INK
    return _png(rows)


def _frame() -> Iterator[tuple[int, int]]:
    right, bottom = _WIDTH - _EDGE, _HEIGHT - _EDGE
    for x in range(_EDGE, right + 1):
        yield from ((x, _EDGE), (x, bottom))
    for y in range(_EDGE, bottom + 1):
        yield from ((_EDGE, y), (right, y))


def _points(rng: Random) -> Iterator[tuple[int, int]]:
    level = _HEIGHT / 2
    for x in range(_EDGE + 6, _WIDTH - _EDGE - 6, 3):
        level += rng.uniform(-1.5, 1.5)
        y = round(min(max(level + rng.gauss(0, 9), _EDGE + 4), _HEIGHT - _EDGE - 4))
        yield from ((x + dx, y + dy) for dx in (0, 1) for dy in (0, 1))


def _png(rows: list[bytearray]) -> bytes:
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    parts = (_chunk(b"IHDR", head), _chunk(b"IDAT", data), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


_MAKERS = (
    ((".fits.gz",), _packed_image),
    ((".fits",), _image),
    ((".tgz", ".tar.gz", ".tar"), _archive),
    ((".png",), _plot),
    ((".pdf",), _document),
    ((".html",), _page),
)
