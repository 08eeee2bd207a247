"""Asks a TAP service through pyvo; the only module that imports it.

The reply goes through the project's own VOTable reader, so a live service gives the same
records as a file of its reply, whatever its era.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic, sleep
from typing import Any

import requests

from ingest.configured import SourceSetting
from ingest.readers import Source, UnreadableSource, votable
from ingest.readers.columns import columns_of, is_archive_header
from ingest.readers.heads import head_of
from ingest.sources import adql, web
from ingest.sources.changes import is_number
from ingest.sources.errors import SourceTrouble
from ingest.sources.walk import Answer, Header, texts_of

MAX_BYTES = 128 << 20
# Enough to tell two rows apart, from coarse to fine; only texts can be compared so.
_KEYS = ("project_code", "member_ous", "exec_block", "obs_id", "target_name")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a service's table that mean something here, by its own names."""

    wanted: Header
    keys: Header
    has_codes: bool
    modified: str
    released: str
    counts_days: bool


class TapClient:
    """One TAP service; ``alive`` is called while a reply comes in."""

    def __init__(self, setting: SourceSetting, alive: Callable[[], None]) -> None:
        # Half a second and 60 MB: only those who ask a service need it.
        from pyvo.dal import TAPQuery

        self._query: Any = TAPQuery
        self._setting = setting
        self._alive = alive
        self._session = web.new_session(setting.timeout_s)
        self._asked_at: float | None = None

    def columns(self) -> Columns:
        """Ask which columns the table has. Raises SourceTrouble."""
        answer = self._ask(adql.look(self._setting.table), 1)
        header = answer.header
        known = columns_of(header)
        if not is_archive_header(header):
            shown = ", ".join(header[:5]) or "none"
            raise SourceTrouble(
                f"Its table has no project code and no member OUS (it has {shown})."
            )
        places = {column: header[found[0]] for column, found in known.items()}
        every = (header[place] for found in known.values() for place in found)
        return Columns(
            wanted=tuple(dict.fromkeys(every)),
            keys=_keys(places),
            has_codes="project_code" in places,
            modified=places.get("modified", ""),
            released=places.get("release_date", ""),
            counts_days=any(map(is_number, texts_of(answer, places.get("modified", "")))),
        )

    def ask(self, columns: Sequence[str], where: Sequence[str], order: str) -> Answer:
        """Ask for one page of rows. Raises SourceTrouble."""
        rows = self._setting.page_rows
        query = adql.select(columns, self._setting.table, where, order=order, top=rows)
        return self._ask(query, rows)

    def _ask(self, query: str, rows: int) -> Answer:
        self._keep_pace()
        asked = self._query(self._setting.address, query, maxrec=rows, session=self._session)
        try:
            reply = web.read(
                asked.submit,
                most_bytes=MAX_BYTES,
                within_s=self._setting.timeout_s,
                alive=self._alive,
            )
        finally:
            self._asked_at = monotonic()
        return _answer(reply, rows)

    def _keep_pace(self) -> None:
        if self._asked_at is not None:
            sleep(max(0.0, self._asked_at + self._setting.pause_s - monotonic()))


def _keys(places: Mapping[str, str]) -> Header:
    found = tuple(places[key] for key in _KEYS if key in places)
    # Plain ObsCore has the project's code only inside the publisher's identifier.
    did = places.get("publisher_did", "")
    return (did, *found) if did and "project_code" not in places else found


def _answer(reply: web.Reply, rows: int) -> Answer:
    source = Source.from_bytes("reply", reply.body)
    if reply.status >= HTTPStatus.BAD_REQUEST:
        web.refuse_failure(reply, _error_in(source))
    try:
        head = head_of(source)
        if head.roots != {"VOTABLE"}:
            raise SourceTrouble(f"It answered with {_form_of(head.roots, head.data)}, no VOTable.")
        statuses: list[str] = []
        found = list(votable.rows(source, statuses))
    except UnreadableSource as problem:
        raise SourceTrouble(f"Its answer cannot be used: {problem.reason}") from None
    tables = [row for row in found if is_archive_header(row[0])]
    header = tables[0][0] if tables else votable.field_names(head)
    if not header:
        raise SourceTrouble("Its answer has no table.")
    texts = [texts for own, texts in tables if own == header]
    is_cut = "OVERFLOW" in statuses or len(texts) >= rows
    return Answer(header, texts, is_cut)


def _error_in(source: Source) -> str:
    """What a service says in an error document."""
    with suppress(UnreadableSource, requests.RequestException):
        if head_of(source).roots == {"VOTABLE"}:
            try:
                list(votable.rows(source))
            except UnreadableSource as problem:
                return problem.reason.removeprefix(votable.ERROR_WORDS).rstrip(".")
    return ""


def _form_of(roots: frozenset[str], data: bytes) -> str:
    if {root.lower() for root in roots} & {"html", "head", "body"} or b"<html" in data[
        :2000
    ].lower():
        return "an HTML page"
    if not data:
        return "nothing"
    return f"a {', '.join(sorted(roots))} document" if roots else "something else"
