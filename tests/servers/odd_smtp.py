"""An SMTP server that goes wrong as it is told, by the step it has come to."""

import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition, Event, Thread
from typing import BinaryIO

from tests.servers.processes import free_port

GOOD = "250 fine"
DROP, STALL = "drop", "stall"


@dataclass
class _Talk:
    """One connection, and to whom the mail that it is about goes."""

    lines: BinaryIO
    recipients: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.lines.write(text.encode() + b"\r\n")
        self.lines.flush()

    def commands(self) -> Iterator[tuple[str, str]]:
        while line := self.lines.readline():
            word, _, rest = line.decode(errors="replace").strip().partition(" ")
            yield word.upper(), rest


class OddServer:
    """An SMTP server on threads of this process.

    ``at`` maps a command to what is answered, or to DROP, STALL for what is done; beside the
    commands: CONNECT, BODY (after the first line of a mail), END (after its last). A mail that
    was dropped or stalled at its END was taken. It may be changed at any time, and so may
    ``pause_s``, how long it thinks over each mail that it has taken.
    """

    def __init__(self, at: Mapping[str, str] | None = None, port: int = 0) -> None:
        self.at: Mapping[str, str] = at or {}
        self.connections, self.pause_s = 0, 0.0
        self.mails: list[EmailMessage] = []
        self.recipients: list[tuple[str, ...]] = []
        self.stalled = 0
        self._changed, self._over = Condition(), Event()
        self._listener = socket.create_server(("127.0.0.1", port or free_port()))
        self.port = int(self._listener.getsockname()[1])
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Close the port and let go of who is stalled."""
        self._over.set()
        self._listener.close()

    def wait_for(self, mails: int = 0, stalled: int = 0, seconds: float = 60) -> None:
        """Come back once so many mails were taken, and so many callers stalled."""
        with self._changed:
            came = self._changed.wait_for(
                lambda: len(self.mails) >= mails and self.stalled >= stalled, timeout=seconds
            )
            assert came, f"{len(self.mails)} mails came, {self.stalled} callers stall"

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            Thread(target=self._attend, args=(link,), daemon=True).start()

    def _attend(self, link: socket.socket) -> None:
        with link, link.makefile("rwb") as lines:
            try:
                self._talk(_Talk(lines))  # type: ignore[arg-type]  # what typeshed calls it
            except OSError:
                return

    def _talk(self, talk: _Talk) -> None:
        if not self._answer(talk, self.at.get("CONNECT", "220 here")):
            return
        for command, rest in talk.commands():
            told = self.at.get(command, GOOD)
            if command == "MAIL":
                talk.recipients.clear()
            if command == "RCPT" and told == GOOD:
                talk.recipients.append(rest.partition(":")[2].strip("<> "))
            is_mail = command == "DATA" and told == GOOD
            if not (self._take(talk) if is_mail else self._answer(talk, told)):
                return

    def _answer(self, talk: _Talk, told: str) -> bool:
        """Say it, or do it; whether the talk goes on."""
        if told == STALL:
            self._note(stalled=1)
            self._over.wait(60)
        if told in (DROP, STALL):
            return False
        talk.say(told)
        return True

    def _take(self, talk: _Talk) -> bool:
        talk.say("354 go on")
        if body := self.at.get("BODY"):
            talk.lines.readline()
            return self._answer(talk, body)
        content = b""
        while (line := talk.lines.readline()) != b".\r\n":
            if not line:
                # Who was writing is no more.
                return False
            content += line
        told = self.at.get("END", "250 taken")
        if told in (DROP, STALL) or told.startswith("250"):
            self._note(content, tuple(talk.recipients))
            time.sleep(self.pause_s)
        return self._answer(talk, told)

    def _note(self, content: bytes = b"", to: tuple[str, ...] = (), stalled: int = 0) -> None:
        with self._changed:
            if content:
                mail = message_from_bytes(content, policy=policy.default)
                assert isinstance(mail, EmailMessage)
                self.mails.append(mail)
                self.recipients.append(to)
            self.stalled += stalled
            self._changed.notify_all()
