"""Requests to others' services: named, patient to a point, and never without an end."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from socket import SHUT_RDWR, socket
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from ingest.sources.errors import SourceTrouble

CONNECT_S = 10
_CHUNK = 1 << 16
_LONGEST_RETRY_S = 24 * 3600

# The sockets that this thread's request uses; its deadline cuts them.
_mine = threading.local()


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply, as it came."""

    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes


def new_session(silence_s: float) -> requests.Session:
    """Answer a session that gives up after ``silence_s`` without a byte and says who asks."""
    session = requests.Session()
    session.headers["User-Agent"] = f"SnooPI (+{settings.BASE_URL})"
    adapter = _Watched(silence_s)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def read(
    send: Callable[[], requests.Response],
    *,
    most_bytes: int,
    within_s: float,
    alive: Callable[[], None],
) -> Reply:
    """Send a request and read its reply to the end. Raises SourceTrouble.

    However slowly the other side trickles, the connection is cut after ``within_s``.
    ``alive`` is called while bytes come in.
    """
    with _deadline(within_s) as over:
        try:
            with send() as response:
                body = b"".join(_chunks(response, most_bytes, alive))
                reply = Reply(response.status_code, response.headers, body)
        except (requests.RequestException, HTTPError, OSError) as problem:
            raise SourceTrouble(_late(within_s) if over.is_set() else _words(problem)) from None
        if over.is_set():
            raise SourceTrouble(_late(within_s))
    return reply


def refuse_failure(reply: Reply, said: str = "") -> None:
    """Raise SourceTrouble for a reply that is an error, with the wait it asks for."""
    if reply.status < HTTPStatus.BAD_REQUEST:
        return
    with suppress(ValueError):
        said = said or HTTPStatus(reply.status).phrase
    raise SourceTrouble(f"It answers {reply.status}: {said}.", retry_after(reply.headers))


def retry_after(headers: requests.structures.CaseInsensitiveDict[str]) -> float:
    """Answer how many seconds a service asks to be left alone, at most a day; else 0."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return min(int(text[:9]), _LONGEST_RETRY_S)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return 0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    wait_s = (at - datetime.now(UTC)).total_seconds()
    return max(0, min(wait_s, _LONGEST_RETRY_S))


def _chunks(
    response: requests.Response, most_bytes: int, alive: Callable[[], None]
) -> Iterator[bytes]:
    size = 0
    for chunk in response.iter_content(_CHUNK):
        size += len(chunk)
        if size > most_bytes:
            raise SourceTrouble(f"Its reply is longer than {most_bytes >> 20} MB.")
        alive()
        yield chunk


def _late(within_s: float) -> str:
    return f"It is too slow: its reply was not there within {within_s:.0f} s."


def _words(problem: Exception) -> str:
    """Say what went wrong without the address, which may hold a password."""
    for kinds, words in _PROBLEMS:
        if isinstance(problem, kinds):
            return words
    reason = _system_reason(problem)
    return f"It does not answer{f': {reason}' if reason else ''}."


_PROBLEMS: tuple[tuple[Any, str], ...] = (
    (requests.ConnectTimeout, f"It does not answer: no connection within {CONNECT_S} s."),
    (requests.ReadTimeout, "It does not answer: it keeps silent."),
    (requests.exceptions.SSLError, "Its certificate is not to be trusted."),
    (requests.exceptions.ProxyError, "The proxy on the way to it does not answer."),
    (requests.TooManyRedirects, "It sends us from one address to the next without end."),
    (requests.exceptions.ContentDecodingError, "Its reply cannot be unpacked."),
    (requests.exceptions.ChunkedEncodingError, "Its reply broke off."),
    (
        (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema),
        "It sends us to an address that cannot be followed.",
    ),
)


def _system_reason(problem: BaseException) -> str:
    """Find the system's own words in a chain of errors: "connection refused"."""
    waiting, known = [problem], set[int]()
    while waiting:
        one = waiting.pop()
        known.add(id(one))
        if isinstance(one, OSError) and one.strerror:
            return one.strerror.lower()
        parts = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        waiting += [p for p in parts if isinstance(p, BaseException) and id(p) not in known]
    return ""


@contextmanager
def _deadline(within_s: float) -> Iterator[threading.Event]:
    """Cut this thread's connections after ``within_s``; the event tells that it happened."""
    over, sockets = threading.Event(), list[socket]()
    _mine.sockets = sockets

    def cut() -> None:
        over.set()
        for each in sockets:
            with suppress(OSError):
                each.shutdown(SHUT_RDWR)

    timer = threading.Timer(within_s, cut)
    timer.daemon = True
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()
        _mine.sockets = []


def _watch(opened: Any) -> None:
    if opened is not None:
        getattr(_mine, "sockets", []).append(opened)


class _PlainConnection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _watch(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        # A connection that is used again does not connect again.
        _watch(self.sock)
        super().request(*args, **kwargs)


class _SafeConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _watch(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _watch(self.sock)
        super().request(*args, **kwargs)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SafePool(HTTPSConnectionPool):
    ConnectionCls = _SafeConnection


class _Watched(HTTPAdapter):
    """Sends with time-outs, over connections that a deadline can cut."""

    def __init__(self, silence_s: float) -> None:
        self.silence_s = silence_s
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        pools = {"http": _PlainPool, "https": _SafePool}
        self.poolmanager.pool_classes_by_scheme = pools

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        kwargs["timeout"] = (CONNECT_S, self.silence_s)
        return super().send(request, *args, **kwargs)
