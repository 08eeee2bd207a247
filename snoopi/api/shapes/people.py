"""Who is asking, and tokens."""

from datetime import datetime
from typing import Annotated, TypedDict

from snoopi.api.shapes.words import TokenScopeWord


class Me(TypedDict):
    """Who is asking."""

    username: str
    name: str
    email: Annotated[str, "Left empty for staff who look as this person."]
    executive: str
    arc: str | None
    roles: list[str]
    qualifications: list[str]
    staff: Annotated[bool, "Whether states are told in ALMA's own words."]
    scope: Annotated[TokenScopeWord, "What these credentials allow."]
    viewed_by: Annotated[str | None, "The user name of staff who look as this person."]


class Token(TypedDict):
    """An API token; its text is not kept."""

    id: int
    label: str
    hint: Annotated[str, "Its first letters."]
    scope: TokenScopeWord
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewToken(Token):
    """A token just made."""

    token: Annotated[str, "Shown this once."]


class TokenRequest(TypedDict, total=False):
    """What the token is for; all of it may be left out."""

    label: str
    scope: TokenScopeWord
    expires_at: datetime | None


class Viewing(TypedDict):
    """A time that staff saw the site as somebody else."""

    id: int
    actor: Annotated[str, "User name of who looked."]
    viewed: Annotated[str, "User name of the person looked as."]
    reason: str
    started_at: datetime
    ends_at: Annotated[datetime, "When it ends by itself."]
    ended_at: Annotated[datetime | None, "`null` while it goes on."]
    end: Annotated[str | None, "How it ended, in words."]
    requests: Annotated[int, "How many requests were made."]


class ViewedPage(TypedDict):
    """A request that staff made as somebody else."""

    at: datetime
    method: str
    path: Annotated[str, "With its query."]
    status: Annotated[int, "What was answered."]
