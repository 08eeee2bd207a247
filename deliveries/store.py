"""The package store: where a file lies. Nothing outside a package's own folder is ever named."""

from pathlib import Path

from deliveries.models import ProductFile
from deliveries.places import file_below, package_folder


def stored_file(root: Path, product_file: ProductFile) -> Path | None:
    """Answer where a file lies in the store, None where the store does not have it."""
    member = product_file.member_ous
    if member is None or product_file.generation is None or "/" in member.ref:
        return None
    return file_below(package_folder(root, member.ref, product_file.generation), product_file.path)
