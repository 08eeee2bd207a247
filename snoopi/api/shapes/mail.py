"""Mail, and what an ARC adds to delivered data."""

from datetime import datetime
from typing import Annotated, TypedDict

from deliveries.models import NoticeKind, NoticeState
from snoopi.api.shapes.words import Words

MailKind = Annotated[str, Words("MailKind", tuple(NoticeKind.values))]
MailState = Annotated[str, Words("MailState", tuple(NoticeState.values))]


class Mail(TypedDict):
    """One mail to one person."""

    id: int
    kind: MailKind
    subject: str
    to: Annotated[str, "The address as it was; empty where none was on file."]
    recipient: Annotated[str | None, "User name; null where the PI has no account."]
    project: Annotated[str | None, "The project's ref."]
    ous: Annotated[str | None, "Ref of the member OUS."]
    uid: Annotated[str | None, "UID of the member OUS."]
    state: MailState
    edition: Annotated[int, "0, or the how many-th time that staff sent it again."]
    created_at: datetime
    sent_at: datetime | None
    attempts: Annotated[int, "How often it was tried."]
    possibly_twice: Annotated[bool, "Handing it over was interrupted and done again."]
    problem: Annotated[str | None, "The last reason why it could not be sent."]
    message_id: str


class AddedValueRequest(TypedDict, total=False):
    """Links of added-value products; what is left out stays as it is."""

    calibrated_ms: str
    weblog: str
    admit: str
    article: str


class AddedValue(TypedDict):
    """Links of added-value products as they count now."""

    ref: Annotated[str, "Ref of the member OUS."]
    calibrated_ms: str
    weblog: str
    admit: str
    article: str
    entered_by: Annotated[str | None, "User name; null where a source said it."]
    source: Annotated[str | None, "Which source said it; null where a person did."]
    at: datetime
    complete: Annotated[bool, "Whether all links are there, so that the PI can be told."]
    mailed: Annotated[bool, "Whether the PI's mail of them is written."]
