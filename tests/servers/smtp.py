"""An SMTP server that keeps what it is given, for one test run."""

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from threading import Condition

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.processes import free_port


@dataclass(frozen=True)
class Received:
    """One mail as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


class SmtpSink:
    """A real SMTP server on a thread of this process."""

    def __init__(self) -> None:
        self.port = free_port()
        self._received: list[Received] = []
        self._changed = Condition()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd looks this name up
        """Keep the mail and say so to the sender."""
        content = envelope.content
        assert isinstance(content, bytes)
        content = content.replace(b"\r\n", b"\n")
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        with self._changed:
            self._received.append(
                Received(str(envelope.mail_from), tuple(envelope.rcpt_tos), message)
            )
            self._changed.notify_all()
        return "250 OK"

    @property
    def received(self) -> list[Received]:
        """Return the mails that have come so far, oldest first."""
        with self._changed:
            return list(self._received)

    def wait_for(self, count: int, seconds: float = 60) -> list[Received]:
        """Return the mails once there are this many; fail when they do not come."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self._received) >= count, timeout=seconds)
            assert came, f"{len(self._received)} of {count} mails came in {seconds} s"
            return list(self._received)

    def clear(self) -> None:
        """Forget every mail."""
        with self._changed:
            self._received.clear()

    def stop(self) -> None:
        """Close the port."""
        self._controller.stop()
