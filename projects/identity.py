"""Archive UIDs, project codes, SB names: what a piece of text identifies.

Pure: no Django. Spellings and traps are ALMA's (DataLink names, request handler
files, the SnooPI form with ``|``); the canonical forms are ours.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

_HEX = r"X[0-9a-f]+"
_LOOSE = re.IGNORECASE | re.ASCII
_ALMA_UID = re.compile(rf"A\d{{3}}/{_HEX}/{_HEX}", _LOOSE)
_FOREIGN_UID = re.compile(r"[a-z]*uid://[^/\s]+(/[^/\s]+)*", re.IGNORECASE)
# The null reference of APDM and ASDM documents.
_NULL_UID = re.compile(r"uid://[AX]?0*/X0+/X0+", re.IGNORECASE)
_SEPARATORS = re.compile(r"[|_/:]+")
_LEADING = re.compile(
    r"^(?:.*/)?(?:science_goal\.|group\.|member\.)?uid(?=[:_|/])[:_|/]+", re.IGNORECASE
)
_UID_IN_NAME = re.compile(r"uid_{2,3}(A\d{3})_(X[0-9a-f]+)_(X[0-9a-f]+)(?=$|[^0-9a-z])", _LOOSE)
_CODE = re.compile(r"\d{4}\.[0-9A-Z]\.\d{4,5}\.[A-Z]{1,3}", re.ASCII)
CODE_IN_TEXT = re.compile(r"(?<![\w.])\d{4}\.[0-9A-Z]\.\d{4,5}\.[A-Z]{1,3}(?![\w.])", re.ASCII)
_SB_NAME = re.compile(
    r"(?P<source>.+)_(?P<goal>[a-z]+)_(?P<band>\d\d)_(?P<array>TE|TC|TM1|TM2|7M|TP)"
)
_PLACEHOLDERS = {"", "none assigned", "null", "none", "unset", "unknown"}


class BadUid(ValueError):
    """A text that cannot be an archive UID; ``str()`` is a sentence for people."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"“{text[:80]}” is not a UID such as uid://A001/X121/X4bc.")


@dataclass(frozen=True, slots=True, order=True)
class Uid:
    """An archive identifier in canonical form.

    ALMA's own are ``uid://A001/X121/X4bc`` with upper-case ``A`` and ``X`` and
    lower-case hexadecimal digits; anybody else's is kept as written.
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> "Uid":
        """Read any spelling of a UID.

        Takes ``uid://A/X/X``, ``uid___A_X_X``, ``A/X/X``, ``member.uid___…``, ``|`` for
        ``/``, percent escapes, a trailing slash, any letter case, and file names that
        hold exactly one UID. Raises BadUid.
        """
        cleaned = unquote(text).strip().strip("\"'").rstrip("/|")
        bare = _SEPARATORS.sub("/", _LEADING.sub("", cleaned)).strip("/")
        if _ALMA_UID.fullmatch(bare):
            return cls(_alma(bare))
        if _FOREIGN_UID.fullmatch(cleaned):
            return cls(cleaned)
        inside = {"/".join(found) for found in _UID_IN_NAME.findall(cleaned)}
        if len(inside) == 1:
            return cls(_alma(inside.pop()))
        raise BadUid(text)

    @classmethod
    def parse_or_none(cls, text: str) -> "Uid | None":
        """Read a UID, or answer None where the text is none."""
        try:
            return cls.parse(text)
        except BadUid:
            return None

    @property
    def ref(self) -> str:
        """The form that stands in URLs: ``uid___A001_X121_X4bc``."""
        return re.sub(r"[^A-Za-z0-9.+-]", "_", self.text)

    def __str__(self) -> str:
        return self.text


def _alma(bare: str) -> str:
    archive, middle, last = bare.split("/")
    return f"uid://{archive.upper()}/X{middle[1:].lower()}/X{last[1:].lower()}"


def parse_identity(text: str | None) -> str:
    """Answer the canonical UID, or "" where the text names nothing.

    Placeholders (``None Assigned``, ``entityId_…``, ``null``, ``uid://X0/X0/X0``) name
    nothing: they repeat from plan to plan (SEMANTICS, Identity).
    """
    if text is None or text.strip().lower() in _PLACEHOLDERS or text.startswith("entityId_"):
        return ""
    uid = Uid.parse_or_none(text)
    return uid.text if uid and not _NULL_UID.fullmatch(uid.text) else ""


def parse_project_code(text: str | None) -> str:
    """Answer the project code in upper case, or "" where the text is none."""
    code = (text or "").strip().upper()
    return code if _CODE.fullmatch(code) else ""


def cycle_of(code: str) -> str:
    """The cycle's name in the code: "2013.1"."""
    return ".".join(code.split(".")[:2]) if code else ""


def local_ref(parent_ref: str, name: str) -> str:
    """A permanent ref for a thing without UID: ``local___`` and a short hash."""
    return "local___" + short_hash(parent_ref, name)


def draft_ref(*parts: str) -> str:
    """The ref of a plan that has no project code yet."""
    return "DRAFT-" + short_hash(*parts)


def short_hash(*parts: str) -> str:
    """Twelve hexadecimal digits that tell one tuple of texts from another."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def array_of(sched_block_name: str) -> str:
    """ "12m", "7m" or "TP" as the SB's name ends, "" where it does not say.

    Names are a habit, not a rule (DOMAIN 4.3): a misfit is no error.
    """
    found = _SB_NAME.fullmatch(sched_block_name)
    if not found:
        return ""
    return {"7M": "7m", "TP": "TP"}.get(found["array"], "12m")


def array_of_antennas(names: Iterable[str]) -> str:
    """ "12m", "7m" or "TP" as an array's antennas are called, "" where they do not say.

    Total power antennas help out in the others, so they only tell where they are alone. Of
    12-m and 7-m antennas the majority decides, and the 12-m ones where it is even.
    """
    kinds = Counter(name[:2].upper() for name in names)
    twelve, seven = kinds["DA"] + kinds["DV"], kinds["CM"]
    if twelve or seven:
        return "12m" if twelve >= seven else "7m"
    return "TP" if set(kinds) == {"PM"} else ""
