"""What is delivered: files, and how long they are the PI's alone."""

from deliveries.models.clock_entry import ClockEntry, entries_of
from deliveries.models.product_file import ProductFile

__all__ = ["ClockEntry", "ProductFile", "entries_of"]
