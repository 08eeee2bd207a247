"""The package store: where a file lies. Nothing outside a package's own folder is ever named."""

from pathlib import Path

from deliveries.models import ProductFile


def package_folder(root: Path, member_ref: str, generation: int) -> Path:
    """The folder of one generation of a member OUS's package."""
    return root / member_ref / str(generation)


def file_below(folder: Path, path: str) -> Path | None:
    """Answer the regular file at ``path`` below ``folder``, None where there is none.

    A path that leads out of the folder, by itself or through a link, leads nowhere.
    """
    if not path or "\0" in path:
        return None
    try:
        top, found = folder.resolve(), (folder / path).resolve()
        return found if found.is_relative_to(top) and found.is_file() else None
    except OSError:
        return None


def stored_file(root: Path, product_file: ProductFile) -> Path | None:
    """Answer where a file lies in the store, None where the store does not have it."""
    member = product_file.member_ous
    if member is None or product_file.generation is None or "/" in member.ref:
        return None
    return file_below(package_folder(root, member.ref, product_file.generation), product_file.path)
