"""The text of a mail, from the frozen facts of its notice: subject, plain text, HTML.

Three templates a kind under ``templates/mail/``. Whatever the facts hold, the subject is
one line, and no line of the text is wider than ``columns.COLUMNS``.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from deliveries.columns import fold, one_line, shortened
from deliveries.models import Notice

SUBJECT_COLUMNS = 140
_SALT = "snoopi.mail.unsubscribe"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written in one mail."""

    subject: str
    text: str
    html: str


def letter_of(kind: str, facts: dict[str, Any]) -> Letter:
    """Write the letter of a kind; the same facts give the same letter."""
    said = _plain(facts)
    return Letter(
        _subject(kind, said),
        fold(render_to_string(f"mail/{kind}.txt", said).strip()),
        render_to_string(f"mail/{kind}.html", said),
    )


def subject_of(kind: str, facts: dict[str, Any]) -> str:
    """The subject of that letter alone."""
    return _subject(kind, _plain(facts))


def _subject(kind: str, said: dict[str, Any]) -> str:
    text = one_line(render_to_string(f"mail/{kind}_subject.txt", said))
    return shortened(text, SUBJECT_COLUMNS)


def _plain(value: Any) -> Any:
    """The facts with every text on one line, however deep it lies."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return one_line(value) if isinstance(value, str) else value


def mail_of(notice: Notice) -> EmailMultiAlternatives:
    """The mail of a notice, always under the same Message-ID; raises ValueError for none."""
    letter = letter_of(notice.kind, notice.facts)
    mail = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        settings.DEFAULT_FROM_EMAIL,
        [notice.address],
        headers={"Message-ID": notice.message_id, **_headers(notice)},
    )
    mail.attach_alternative(letter.html, "text/html")
    return mail


def _headers(notice: Notice) -> dict[str, str]:
    headers = {"Auto-Submitted": "auto-generated"}
    if notice.is_optional and notice.recipient_id:
        path = reverse("mail-unsubscribe", args=[unsubscribing(notice.recipient_id)])
        headers["List-Unsubscribe"] = f"<{settings.BASE_URL.rstrip('/')}{path}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def unsubscribing(account_id: int) -> str:
    """The part of an address that ends the optional mails of an account, whoever opens it."""
    return signing.dumps(account_id, salt=_SALT)


def unsubscriber(token: str) -> int | None:
    """The account that a link of ours stops the optional mails of; None for any other text."""
    try:
        return int(signing.loads(token, salt=_SALT))
    except (signing.BadSignature, TypeError, ValueError):
        return None
