"""Small inputs, written here: nothing in them is anybody's real project."""

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping

from ingest.readers import Source, read_source
from ingest.records import Reading

CODE = "2013.1.90001.S"
MEMBER = "uid://A001/X1/X3"
GROUP = "uid://A001/X1/X2"
ASDM = "uid://A002/X9/Xa"


def read(data: bytes | str, name: str = "input") -> Reading:
    """Read bytes or text as a source."""
    raw = data.encode() if isinstance(data, str) else data
    return read_source(Source.from_bytes(name, raw))


def csv(header: str, *rows: str) -> str:
    """Write a comma-separated table."""
    return "\n".join((header, *rows)) + "\n"


def votable(fields: list[str], rows: list[list[str]], *, info: str = "", end: str = "") -> str:
    """Write a VOTable in TABLEDATA, as archives do."""
    names = "".join(f'<FIELD name="{name}" ID="{n}"/>' for n, name in enumerate(fields))
    cells = ("".join(f"<TD>{cell}</TD>" for cell in row) for row in rows)
    data = "".join(f"<TR>{row}</TR>" for row in cells)
    return (
        '<?xml version="1.0"?><VOTABLE xmlns="http://www.ivoa.net/xml/VOTable/v1.3">'
        f'<RESOURCE type="results">{info}<TABLE>{names}<DATA><TABLEDATA>{data}'
        f"</TABLEDATA></DATA></TABLE>{end}</RESOURCE></VOTABLE>"
    )


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Pack files into a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def tarred(files: Mapping[str, str | bytes]) -> bytes:
    """Pack files into a tar archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            raw = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    return packed.getvalue()


def native(*projects: object, **more: object) -> str:
    """Write a document of the project's own format."""
    return json.dumps({"snoopi": 1, "projects": list(projects), **more})
