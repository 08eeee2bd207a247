"""A TAP service of one's own for every test."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.ingest.sources.observatory import archive_rows
from tests.servers.tap import TapService, tap_service


@dataclass(frozen=True)
class Tap:
    """A running service and where it answers."""

    service: TapService
    url: str


@pytest.fixture
def tap() -> Iterator[Tap]:
    service = TapService(archive_rows(*range(1, 8)))
    with tap_service(service) as url:
        yield Tap(service, url)
