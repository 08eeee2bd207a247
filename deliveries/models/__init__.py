"""What is delivered: files, and how long they are the PI's alone."""

from deliveries.models.product_file import ProductFile

__all__ = ["ProductFile"]
