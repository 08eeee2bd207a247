"""The fixtures that every test may ask for."""

from tests.servers.fixtures import (
    browser,
    fixtures_dir,
    open_page,
    page,
    page_problems,
    smtp_sink,
    worker,
    worker_process,
)

__all__ = [
    "browser",
    "fixtures_dir",
    "open_page",
    "page",
    "page_problems",
    "smtp_sink",
    "worker",
    "worker_process",
]
