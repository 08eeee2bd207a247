"""What is delivered: files, who read them, and how long they are the PI's alone."""

from deliveries.models.access import FileHold, FileReading
from deliveries.models.clock_entry import ClockEntry, entries_of
from deliveries.models.delivery import (
    Delivery,
    DeliveryPlace,
    DeliveryState,
    MissingFile,
    Shortcoming,
)
from deliveries.models.product_file import ProductFile

__all__ = [
    "ClockEntry",
    "Delivery",
    "DeliveryPlace",
    "DeliveryState",
    "FileHold",
    "FileReading",
    "MissingFile",
    "ProductFile",
    "Shortcoming",
    "entries_of",
]
