"""Who has access to a project."""

from datetime import datetime
from typing import Annotated, Required, TypedDict

from projects.models import DelegationKind, Role
from snoopi.api.shapes.words import Words

RoleWord = Annotated[str, Words("Role", tuple(Role.values))]
KindWord = Annotated[str, Words("DelegationKind", tuple(DelegationKind.values))]


class Tie(TypedDict):
    """Somebody with access to a project."""

    id: int
    name: str
    role: RoleWord
    kind: Annotated[str | None, "Of delegees: DATA, PHASE2 or TOO."]
    downloads: Annotated[bool, "Whether it gives proprietary files."]
    since: datetime
    ends_at: Annotated[datetime | None, "The first moment at which it no longer holds."]
    given_by: Annotated[str | None, "Who delegated; null where the observatory says so."]


class DelegationRequest(TypedDict, total=False):
    """Whom to make a delegee."""

    to: Required[Annotated[str, "A user name or mail address, whole."]]
    kind: Required[KindWord]
    ends_at: Annotated[datetime | None, "None: until it is revoked."]


class CoIDownload(TypedDict):
    """Whether Co-PIs, Co-Is and project tokens read proprietary files."""

    cois_download: bool


class ProjectToken(TypedDict):
    """A token of a project; its text is not kept."""

    id: int
    name: str
    hint: Annotated[str, "Its first letters."]
    issued_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewProjectToken(ProjectToken):
    """A token just made."""

    token: Annotated[str, "Shown this once."]


class ProjectTokenRequest(TypedDict, total=False):
    """What the token is for."""

    name: Required[str]
    expires_at: datetime | None
