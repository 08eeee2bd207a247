"""What a test run ran against, and what it had to leave out."""

import os
from dataclasses import asdict, dataclass, field
from typing import Any, NoReturn

import pytest

PARTS = ("PostgreSQL", "Redis", "Celery worker", "SMTP sink", "Chromium", "nginx")


@dataclass
class Report:
    """The parts that ran with their versions, and those that did not with the reason."""

    ran: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Return the closing lines of the run."""
        named = [f"{part} {self.ran[part]}".strip() for part in PARTS if part in self.ran]
        unused = [part for part in PARTS if part not in self.ran and part not in self.missing]
        return [
            f"Ran against {', '.join(named) or 'nothing'}",
            *([f"No test of this run needed: {', '.join(unused)}"] if unused else []),
            *(f"Did not run: {part} ({reason})" for part, reason in self.missing.items()),
            *(f"Did not run: {what}, {count} in all" for what, count in self.left_out.items()),
        ]

    def merge(self, other: dict[str, Any]) -> None:
        """Take over what a process of the same run reports."""
        self.ran |= other["ran"]
        self.missing |= other["missing"]
        self.left_out |= other["left_out"]

    def as_plain(self) -> dict[str, Any]:
        """Return the report in the types that may cross to another process."""
        return asdict(self)


KEY = pytest.StashKey[Report]()


def everything_required() -> bool:
    """Say whether a part that cannot be had fails the run instead of skipping its tests."""
    return os.environ.get("CI") == "true" or os.environ.get("SNOOPI_REQUIRE_ALL") == "1"


def do_without(config: pytest.Config, part: str, reason: str) -> NoReturn:
    """Note that a part cannot be had and end the test that asked for it."""
    config.stash[KEY].missing[part] = reason
    if everything_required():
        pytest.fail(f"{part} cannot be had: {reason}", pytrace=False)
    pytest.skip(f"{part} cannot be had: {reason}")
