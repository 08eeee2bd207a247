"""UIDs that no archive has given out: everything invented stands in one hexadecimal range.

The middle part of an invented UID starts with ``de3`` and has eight digits, far above
anything ALMA's archives have counted to, so a demo thing is told by its UID alone.
"""

from collections import Counter

RESERVED = "Xde3"


class Numbers:
    """Hands out the UIDs of one project, in order."""

    def __init__(self, serial: int) -> None:
        self._middle = f"{RESERVED}{serial:05x}"
        self._last: Counter[str] = Counter()

    def structure(self) -> str:
        """A UID for an entity of the plan or its status (archive A001)."""
        return self._next("A001")

    def execution(self) -> str:
        """A UID for an execution block (archive A002)."""
        return self._next("A002")

    def part(self) -> str:
        """A part id inside the project's document."""
        self._last["part"] += 1
        return f"X{0xDE300000 + self._last['part']}"

    def _next(self, archive: str) -> str:
        self._last[archive] += 1
        return f"uid://{archive}/{self._middle}/X{self._last[archive]:x}"
