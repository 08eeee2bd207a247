"""A small TAP service that stands for ALMA's, and the ways in which such a service fails.

It answers sync queries honestly from rows in SQLite: columns, conditions, order, TOP and
MAXREC. ``fail`` makes the next queries fail in one of the ways that real ones do.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from threading import Event, Lock, Thread
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

PAGE = "<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Back soon.</body></html>"
Row = Mapping[str, object]


class TapService:
    """One table, ``ivoa.obscore``, behind a TAP interface on a port of this machine.

    ``queries`` keeps what was asked. ``mode`` says how the next queries are answered: "ok",
    "html", "half", "dropped", "error", "away" (503), "same" (the first page again and again),
    "columns" (others than asked for), "enormous", "trickle", "silent", "unordered", "greedy"
    (">" taken for ">="). ``after`` counts the good answers before the mode begins.
    """

    def __init__(self, rows: Iterable[Row], *, hard_limit: int = 1_000_000) -> None:
        self.lock = Lock()
        self.queries: list[str] = []
        self.agents: list[str] = []
        self.mode, self.after, self.retry_after = "ok", 0, ""
        self.hard_limit = hard_limit
        self.first_page: str | None = None
        self.release = Event()
        self.put(rows)

    def put(self, rows: Iterable[Row]) -> None:
        """Let the table hold these rows and no others."""
        rows = list(rows)
        self.columns = tuple(rows[0]) if rows else ("proposal_id", "member_ous_uid")
        database = sqlite3.connect(":memory:", check_same_thread=False)
        database.execute("ATTACH ':memory:' AS ivoa")
        names = ", ".join(f'"{name}"' for name in self.columns)
        database.execute(f"CREATE TABLE ivoa.obscore ({names})")
        marks = ", ".join("?" * len(self.columns))
        values = [[row[name] for name in self.columns] for row in rows]
        database.executemany(f"INSERT INTO ivoa.obscore VALUES ({marks})", values)
        self.database = database

    def fail(self, mode: str, *, after: int = 0, retry_after: str = "") -> None:
        """Fail in this way after so many good answers."""
        self.mode, self.after, self.retry_after = mode, after, retry_after

    def recover(self) -> None:
        """Answer well again."""
        self.fail("ok")
        self.first_page = None

    @property
    def now(self) -> str:
        """How the query that has come is answered."""
        return self.mode if len(self.queries) > self.after else "ok"

    def answer(self, query: str, maxrec: int) -> str:
        """Answer a query as a VOTable. Raises sqlite3.Error."""
        if self.now == "same" and self.first_page is not None:
            return self.first_page
        found = re.match(r"(?i)\s*SELECT\s+TOP\s+(\d+)\s+", query)
        top = int(found[1]) if found else self.hard_limit
        sql = "SELECT " + (query[found.end() :] if found else re.sub(r"(?i)^\s*SELECT", "", query))
        if self.now == "greedy":
            sql = sql.replace(" > ", " >= ")
        if self.now == "unordered":
            sql = re.sub(r"(?i) ORDER BY .*", " ORDER BY proposal_id DESC", sql)
        limit = min(top, maxrec, self.hard_limit)
        with self.lock:
            cursor = self.database.execute(sql)
            rows = list(islice(cursor, min(limit + 1, top)))
            names = [column[0] for column in cursor.description]
        return votable(names, rows[:limit], status="OVERFLOW" if len(rows) > limit else "OK")


def votable(names: Iterable[str], rows: Iterable[Iterable[object]], *, status: str = "OK") -> str:
    """Write a reply as ALMA's service does: the status again behind the table on overflow."""
    fields = "".join(
        f'<FIELD name="{escape(name)}" datatype="char" arraysize="*"/>' for name in names
    )
    cells = (
        "".join(f"<TD>{'' if cell is None else escape(str(cell))}</TD>" for cell in row)
        for row in rows
    )
    data = "".join(f"<TR>{row}</TR>\n" for row in cells)
    end = '<INFO name="QUERY_STATUS" value="OVERFLOW"/>' if status == "OVERFLOW" else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<VOTABLE version="1.3"'
        ' xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE type="results">'
        f'<INFO name="QUERY_STATUS" value="OK"/><TABLE>{fields}<DATA><TABLEDATA>\n{data}'
        f"</TABLEDATA></DATA></TABLE>{end}</RESOURCE></VOTABLE>\n"
    )


def error(words: str) -> str:
    """Write the document with which a service refuses a query."""
    return (
        '<VOTABLE version="1.3"><RESOURCE type="results">'
        f'<INFO name="QUERY_STATUS" value="ERROR">{escape(words)}</INFO></RESOURCE></VOTABLE>'
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: TapService

    def log_message(self, *args: object) -> None:
        """Keep the test's output quiet."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._sync(parse_qs(self.rfile.read(length).decode()))

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if path.path.endswith("/sync"):
            self._sync(parse_qs(path.query))
        else:
            self._send(404, "not here", "text/plain")

    def _sync(self, asked: dict[str, list[str]]) -> None:
        service, query = self.service, asked["QUERY"][0]
        service.queries.append(query)
        service.agents.append(self.headers.get("User-Agent", ""))
        maxrec = int(asked.get("MAXREC", ["1000000"])[0])
        try:
            body = service.answer(query, maxrec)
        except sqlite3.Error as problem:
            self._send(400, error(str(problem)))
            return
        getattr(self, f"_{service.now}", self._ok)(body)

    def _ok(self, body: str) -> None:
        self._send(200, body)

    def _html(self, body: str) -> None:
        self._send(200, PAGE, "text/html")

    def _half(self, body: str) -> None:
        """Half a document, sent as if it were whole."""
        self._send(200, body[: len(body) // 2])

    def _dropped(self, body: str) -> None:
        """A whole document promised, the connection dropped in its middle."""
        raw = body.encode()
        self._head(200, len(raw), "application/x-votable+xml")
        self.wfile.write(raw[: len(raw) // 2])
        self.close_connection = True

    def _error(self, body: str) -> None:
        self._send(200, error("The database is being mended."))

    def _away(self, body: str) -> None:
        self._send(503, "busy", "text/plain")

    def _same(self, body: str) -> None:
        service = self.service
        if service.first_page is None:
            service.first_page = body
        self._send(200, service.first_page)

    def _columns(self, body: str) -> None:
        self._send(200, votable(["member_ous_uid", "weather"], [["uid://A001/X1/X9", "fine"]]))

    def _enormous(self, body: str) -> None:
        """A reply that never ends, as fast as it goes."""
        self._head(200, None, "application/x-votable+xml")
        chunk = b"<!-- " + b"x" * (1 << 20) + b" -->"
        with suppress(OSError):
            while not self.service.release.is_set():
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))

    def _trickle(self, body: str) -> None:
        """A byte now and then, for ever."""
        self._head(200, None, "application/x-votable+xml")
        with suppress(OSError):
            while not self.service.release.wait(0.05):
                self.wfile.write(b"1\r\n \r\n")

    def _silent(self, body: str) -> None:
        self.service.release.wait()
        self.close_connection = True

    def _send(self, status: int, body: str, kind: str = "application/x-votable+xml") -> None:
        raw = body.encode()
        with suppress(OSError):
            self._head(status, len(raw), kind)
            self.wfile.write(raw)

    def _head(self, status: int, length: int | None, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        if status == 503 and self.service.retry_after:
            self.send_header("Retry-After", self.service.retry_after)
        self.end_headers()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], port: int = 0) -> Iterator[str]:
    """Serve on a free port of this machine, or on a given one; answers the root's address."""
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def tap_service(service: TapService, port: int = 0) -> Iterator[str]:
    """Serve a TAP service and answer its address."""
    handler = type("Handler", (_Handler,), {"service": service})
    try:
        with serving(handler, port) as root:
            yield f"{root}/tap"
    finally:
        service.release.set()
