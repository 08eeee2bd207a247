"""Plotly's script among the static files: the one file of its package that pages load."""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

PREFIX = "plotly"
FILE = "plotly.min.js"


def _folder() -> Path:
    # The package itself takes a quarter of a second to import, and nothing else is used of it.
    found = find_spec(PREFIX)
    folders = found.submodule_search_locations if found else None
    return Path(next(iter(folders or [""]))) / "package_data"


class PlotlyFinder(BaseFinder):
    """Finds ``plotly/plotly.min.js``; the package's samples and templates stay outside."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=_folder())
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing is configured."""
        return []

    def find(self, path: str, find_all: Any = False) -> Any:
        """Answer where the script lies when it is asked for."""
        found = [self.storage.path(FILE)] if path == f"{PREFIX}/{FILE}" else []
        # As Django's own finders do: an empty list where there is nothing.
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """Yield the script."""
        yield FILE, self.storage
