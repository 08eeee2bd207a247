"""Questions to pages and to the interface, and all that an answer says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.access.world import World


@dataclass(frozen=True)
class Probe:
    """One question: to a page, or to the interface where the path starts with "api/"."""

    path: str
    uids: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def is_api(self) -> bool:
        """Whether a program asks."""
        return self.path.startswith("api/")

    def __str__(self) -> str:
        told = [self.path, *(f"{name}={value}" for name, value in self.headers)]
        return " ".join([*told, "batch" if self.uids else ""]).strip()


# A request's own name, and a length that follows a token of its own.
EACH_TIME = ("Content-Length", "X-Request-ID")


def ask(world: World, actor: str, probe: Probe, names: Mapping[str, str]) -> str:
    """Answer status, headers and body, without what differs each time."""
    path = probe.path.format(**names)
    path = f"/api/v1/{path.removeprefix('api/')}" if probe.is_api else f"/{path}"
    client = world.client(actor, "token" if probe.is_api else "session")
    headers = dict(probe.headers)
    if probe.uids:
        answer = client.post(path, {"uids": probe.uids}, "application/json", headers=headers)
    else:
        answer = client.get(path, headers=headers)
    told = sorted(item for item in answer.headers.items() if item[0] not in EACH_TIME)
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", whole(answer))
    return f"{answer.status_code} {told}\n{text}"


def whole(answer: Any) -> str:
    """The text of an answer, of one that is sent in pieces too; of a PDF what looks like text."""
    body: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode(errors="replace")
