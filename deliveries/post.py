"""Handing mail over: to an SMTP server step by step, or to whatever else Django sends with.

The steps are apart so that a caller knows, and can commit, that nothing has been handed
over before ``hand_over`` begins.
"""

import smtplib
from collections.abc import Callable
from contextlib import suppress
from email.utils import parseaddr
from typing import Any, Self

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

ENCODING = "utf-8"
_CLOSING = 421
_ACCEPTED = (250, 251)
_LASTING = 500


class Away(Exception):
    """The mail server is not there, or broke off: what it has taken is not known."""


class Refused(Exception):
    """The mail server said no, and has taken nothing.

    ``is_lasting``: it will not say otherwise later; ``is_of_address``: it is the address.
    """

    def __init__(self, code: int, answer: bytes | str, *, is_of_address: bool = False) -> None:
        words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        self.is_lasting = code >= _LASTING
        self.is_of_address = is_of_address
        super().__init__(f"{code} {words}"[:500])


class Post:
    """One connection: ``open``, then ``announce`` and ``hand_over`` for each mail.

    Every wait for the server has the time limit of EMAIL_TIMEOUT.
    """

    def __init__(self) -> None:
        self.backend: Any = get_connection()

    def __enter__(self) -> Self:
        try:
            self.backend.open()
        except (smtplib.SMTPException, OSError) as problem:
            raise Away(_sentence(problem)) from problem
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(smtplib.SMTPException, OSError):
            self.backend.close()

    @property
    def server(self) -> smtplib.SMTP | None:
        """The SMTP server, None where mail goes elsewhere."""
        return self.backend.connection if isinstance(self.backend, EmailBackend) else None

    def announce(self, mail: EmailMessage) -> None:
        """Tell from whom and to whom. Raises Away, Refused, ValueError for no address."""
        server = self.server
        if server is None:
            return
        sender = sanitize_address(mail.from_email, ENCODING)
        recipient = sanitize_address(mail.to[0], ENCODING)
        _away_at(server.ehlo_or_helo_if_needed)
        _said(server, lambda: server.mail(_bare(sender)))
        _said(server, lambda: server.rcpt(_bare(recipient)), is_of_address=True)

    def forget(self) -> None:
        """Take back what was announced."""
        if self.server is not None:
            _away_at(self.server.rset)

    def hand_over(self, mail: EmailMessage) -> None:
        """Give the mail itself. Raises Refused where it was not taken, Away where none knows."""
        server = self.server
        if server is None:
            _away_at(lambda: self.backend.send_messages([mail]))
            return
        content = mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg] # Django's takes it
        _said(server, lambda: server.data(content))


def _bare(address: str) -> str:
    return parseaddr(address)[1]


def _said(
    server: smtplib.SMTP, step: Callable[[], tuple[int, bytes]], *, is_of_address: bool = False
) -> None:
    try:
        code, answer = _away_at(step)
    except smtplib.SMTPResponseException as problem:
        code, answer = problem.smtp_code, problem.smtp_error
    if code == _CLOSING or code < 0:
        raise Away(f"{code} {answer!r}")
    if code not in _ACCEPTED:
        with suppress(smtplib.SMTPException, OSError):
            server.rset()
        raise Refused(code, answer, is_of_address=is_of_address)


def _away_at(step: Callable[[], Any]) -> Any:
    try:
        return step()
    except smtplib.SMTPResponseException:
        raise
    except (smtplib.SMTPException, OSError) as problem:
        raise Away(_sentence(problem)) from problem


def _sentence(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:500]
