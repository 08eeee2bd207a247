"""Who reads by a project token: nobody in particular, let into one project. Pure."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ProjectVisitor:
    """A script with a project token. It is no account, so every right of accounts is denied.

    It stands to its project as a Co-I does: it tracks it, and reads proprietary files only
    while the PI lets Co-Is download.
    """

    project_id: int
    pk: ClassVar[None] = None
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    is_active: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"a token of project {self.project_id}"
