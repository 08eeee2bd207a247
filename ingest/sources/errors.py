"""What can be wrong with a source, in a sentence for staff."""


class SourceTrouble(Exception):
    """A source that is away, lies, or answers what is no answer; what was good stays.

    ``retry_after_s`` is how long the service asks to be left alone.
    """

    def __init__(self, reason: str, retry_after_s: float = 0) -> None:
        self.reason = reason
        self.retry_after_s = retry_after_s
        super().__init__(reason)


class SourceBusy(Exception):
    """Somebody else is asking this source, or this host, at the moment."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is being read by somebody else at the moment.")


class ClaimLost(Exception):
    """This poll was taken for dead and another one goes on in its place."""
