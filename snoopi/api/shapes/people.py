"""Who is asking, and tokens."""

from datetime import datetime
from typing import Annotated, TypedDict

from snoopi.api.shapes.words import TokenScopeWord


class Me(TypedDict):
    """Who is asking."""

    username: str
    name: str
    email: str
    executive: str
    arc: str | None
    roles: list[str]
    qualifications: list[str]
    staff: Annotated[bool, "Whether states are told in ALMA's own words."]
    scope: Annotated[TokenScopeWord, "What these credentials allow."]


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
