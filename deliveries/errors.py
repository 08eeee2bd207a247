"""The rules of delivery that can be broken, one error each; ``str()`` is a sentence for people."""


class DeliveryError(Exception):
    """Base of the errors below."""


class BadClockEntry(DeliveryError):
    """An entry of the ledger that cannot be as given; ``field`` names what is wrong with it."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


class ClockRefused(DeliveryError):
    """An entry that the ledger as it stands does not take."""


class NotDeliverable(DeliveryError):
    """A step of a delivery that it cannot take as it stands."""


class ClaimLost(DeliveryError):
    """A delivery that somebody else has taken over meanwhile, or that needs no check any more."""


class BadLinks(DeliveryError):
    """Links of added-value products that cannot be; ``field`` names the one."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)
