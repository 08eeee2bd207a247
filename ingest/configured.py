"""The setting INGEST_SOURCES: ``name=address#option=value&…`` and more of them. Pure.

Options stand behind a ``#``, which no service ever sees, so an address keeps whatever
query it has. Nothing here prints an address: it may hold a password.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from projects.identity import parse_project_code


class SourceKind(StrEnum):
    """How a source is asked."""

    TAP = "tap"
    URL = "url"
    FOLDER = "folder"


KIND_WORDS = {
    SourceKind.TAP: "TAP service",
    SourceKind.URL: "Web address",
    SourceKind.FOLDER: "Drop folder",
}


class BadSetting(ValueError):
    """A setting that cannot be used; the words name the source, never its address."""


# Seconds between two rounds: what is usual, and the least that is polite.
USUAL_S = {SourceKind.TAP: 900, SourceKind.URL: 900, SourceKind.FOLDER: 60}
LEAST_S = {SourceKind.TAP: 10, SourceKind.URL: 10, SourceKind.FOLDER: 1}
OBSCORE = "ivoa.obscore"

_BETWEEN = re.compile(r"[,;\s]+(?=[^\s=,;/#?&]+=)")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_TABLE = re.compile(r'(?:[A-Za-z]\w*|"[^"]+")(?:\.(?:[A-Za-z]\w*|"[^"]+")){0,2}')
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DURATION = re.compile(r"(\d{1,6})(s|m|h|d)")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WEB = ("http", "https")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSetting:
    """One source as the operator configured it; ``address`` may hold a password."""

    name: str
    kind: SourceKind
    address: str = field(repr=False)
    every_s: int
    table: str = OBSCORE
    projects: tuple[str, ...] = ()
    since: date | None = None
    page_rows: int = 5000
    pause_s: int = 1
    timeout_s: int = 120
    quiet_s: int = 10
    format_name: str = ""

    @property
    def shown(self) -> str:
        """The address as people may read it: without user, password and query."""
        if self.kind is SourceKind.FOLDER:
            return self.address
        parts = urlsplit(self.address)
        query = "?…" if parts.query else ""
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{query}"

    @property
    def host(self) -> str:
        """The host that is asked, with its port; "" for a folder."""
        if self.kind is SourceKind.FOLDER:
            return ""
        return urlsplit(self.address).netloc.rpartition("@")[2].lower()

    @property
    def selection(self) -> str:
        """What is read from where: another selection starts from the beginning."""
        parts = (self.kind, self.shown, urlsplit(self.address).query, self.table)
        return "\n".join((*parts, *self.projects, str(self.since), self.format_name))

    def without_secrets(self, text: str) -> str:
        """Answer ``text`` without whatever of the address is nobody's to read."""
        for secret in sorted(self._secrets(), key=len, reverse=True):
            text = text.replace(secret, "…")
        return text

    def _secrets(self) -> set[str]:
        if self.kind is SourceKind.FOLDER:
            return set()
        parts = urlsplit(self.address)
        texts = {parts.query, parts.netloc.rpartition("@")[0], parts.password or ""}
        texts |= {value for _, value in parse_qsl(parts.query)}
        return {form for text in texts for form in (text, unquote(text)) if len(form) > 2}


def parse_sources(text: str) -> tuple[SourceSetting, ...]:
    """Answer the sources that a setting names. Raises BadSetting."""
    entries = [part for part in _BETWEEN.split(text.strip(" ,;\n\t")) if part]
    found = tuple(_source(number, entry) for number, entry in enumerate(entries, 1))
    names = [source.name.lower() for source in found]
    for source in found:
        if names.count(source.name.lower()) > 1:
            raise BadSetting(f"two sources are called {source.name}")
    return found


def parse_address(name: str, address: str, options: Mapping[str, str]) -> SourceSetting:
    """Answer one source. Raises BadSetting."""
    kind, plain = _kind(name, address)
    taken: dict[str, Any] = {"every_s": USUAL_S[kind]}
    for option, value in options.items():
        reader = _OPTIONS.get(option)
        if reader is None or kind not in reader.kinds:
            known = ", ".join(word for word, one in _OPTIONS.items() if kind in one.kinds)
            raise BadSetting(f"{name}: “{option}” is no option of a {kind} source ({known})")
        try:
            taken[reader.field] = reader.parse(value)
        except ValueError:
            raise BadSetting(f"{name}: {option} must be {reader.wanted}") from None
    if taken["every_s"] < LEAST_S[kind]:
        raise BadSetting(f"{name}: every must be {LEAST_S[kind]}s or longer")
    return SourceSetting(name=name, kind=kind, address=plain, **taken)


def _source(number: int, entry: str) -> SourceSetting:
    name, _, rest = entry.partition("=")
    if not rest or not _NAME.fullmatch(name):
        raise BadSetting(f"source {number} is not written as name=address")
    address, _, tail = rest.partition("#")
    try:
        pairs = parse_qsl(tail, strict_parsing=True, keep_blank_values=True) if tail else []
    except ValueError:
        raise BadSetting(f"{name}: write its options as #every=15m&table=ivoa.obscore") from None
    return parse_address(name, address, dict(pairs))


def _kind(name: str, address: str) -> tuple[SourceKind, str]:
    if re.search(r"[\s\x00-\x1f\x7f<>\",;]", address):
        wanted = "write %20 for a blank, %2C for a comma"
        raise BadSetting(f"{name}: its address has blanks or marks in it; {wanted}")
    is_tap = address.lower().startswith(("tap+http://", "tap+https://"))
    parts = urlsplit(address[4:] if is_tap else address)
    if parts.scheme in _WEB:
        _check_web(name, parts)
        if is_tap or parts.path.rstrip("/").endswith("/tap"):
            return SourceKind.TAP, _tap_root(name, parts)
        return SourceKind.URL, parts.geturl()
    if parts.scheme == "file" or (not parts.scheme and parts.path.startswith("/")):
        return SourceKind.FOLDER, _folder(name, parts)
    wanted = "tap+https://…, https://… or an absolute folder"
    raise BadSetting(f"{name}: its address is none of {wanted}")


def _check_web(name: str, parts: SplitResult) -> None:
    try:
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BadSetting(f"{name}: its address has no usable host and port")


def _tap_root(name: str, parts: SplitResult) -> str:
    if parts.query:
        raise BadSetting(f"{name}: the address of a TAP service has no query")
    root = parts.path.rstrip("/").removesuffix("/sync").removesuffix("/async")
    return parts._replace(path=root).geturl()


def _folder(name: str, parts: SplitResult) -> str:
    path = unquote(parts.path)
    if parts.netloc not in ("", "localhost") or not path.startswith("/") or parts.query:
        raise BadSetting(f"{name}: write a folder as /its/path or file:///its/path")
    return path.rstrip("/") or "/"


@dataclass(frozen=True, slots=True)
class _Option:
    """One option: the field it fills, what it takes, and which kinds have it."""

    field: str
    parse: Any
    wanted: str
    kinds: frozenset[SourceKind]


def parse_date(text: str) -> date:
    """Answer a day written as 2026-03-01. Raises ValueError."""
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def parse_codes(texts: str) -> tuple[str, ...]:
    """Answer project codes, blanks or commas between them. Raises ValueError."""
    codes = [parse_project_code(text) for text in re.split(r"[,\s]+", texts.strip())]
    if not all(codes):
        raise ValueError(texts)
    return tuple(dict.fromkeys(codes))


def _duration(text: str) -> int:
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(text)
    return int(found[1]) * _UNIT_S[found[2]]


def _positive_duration(text: str) -> int:
    seconds = _duration(text)
    if not 0 < seconds <= 3600:
        raise ValueError(text)
    return seconds


def _rows(text: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text) or not 1 <= int(text) <= 100_000:
        raise ValueError(text)
    return int(text)


def _table(text: str) -> str:
    if not _TABLE.fullmatch(text):
        raise ValueError(text)
    return text


def _word(text: str) -> str:
    if not re.fullmatch(r"[a-z]{1,20}", text):
        raise ValueError(text)
    return text


_TAP, _URL, _FOLDER = (frozenset({kind}) for kind in SourceKind)
_TIME = "a time such as 30s, 15m, 2h or 1d"
_OPTIONS = {
    "every": _Option("every_s", _duration, _TIME, _TAP | _URL | _FOLDER),
    "table": _Option("table", _table, "a table such as ivoa.obscore", _TAP),
    "project": _Option("projects", parse_codes, "project codes such as 2013.1.00308.S", _TAP),
    "since": _Option("since", parse_date, "a day such as 2026-03-01", _TAP),
    "rows": _Option("page_rows", _rows, "a number from 1 to 100000", _TAP),
    "pause": _Option("pause_s", _duration, _TIME, _TAP),
    "timeout": _Option("timeout_s", _positive_duration, f"{_TIME}, at most 1h", _TAP | _URL),
    "quiet": _Option("quiet_s", _duration, _TIME, _FOLDER),
    "format": _Option("format_name", _word, "a format that ingest knows", _URL | _FOLDER),
}
