"""Files of packages."""

from typing import Any

from snoopi.api.documents.common import identity
from snoopi.api.shapes.files import FileLine


def file_line(product_file: Any) -> FileLine:
    """A file; read it ``for_reading`` and let ``with_access`` say whether it may be read."""
    return FileLine(
        {
            "name": product_file.name,
            "class": product_file.file_class or None,
            "kind": product_file.kind or None,
            "size": product_file.size_bytes,
            "sha256": product_file.sha256 or None,
            "generation": product_file.generation,
            "access_url": product_file.access_url,
            "readable": product_file.may_be_read,
            "path": product_file.path,
            "project": product_file.project.ref,
            "member_ous": identity(product_file.member_ous),
            "changed_at": product_file.modified_at,
        }
    )
