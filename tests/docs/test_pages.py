"""What the documents say and what the code does stay the same."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from snoopi.environment import VARIABLES
from snoopi.management.commands.states import state_pages

ROOT = Path(settings.BASE_DIR)


def test_states_page_is_what_the_tables_say() -> None:
    page = (ROOT / "docs" / "states.md").read_text()

    assert page.splitlines() == list(state_pages())


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md"])
def test_settings_table_has_every_variable_with_its_default(page: str) -> None:
    table = (ROOT / page).read_text().rpartition("| variable | default | meaning |")[2]
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \|$", table, re.MULTILINE)

    assert rows == [(row.name, row.default, row.meaning) for row in VARIABLES]


def test_every_variable_that_is_read_is_in_the_table() -> None:
    sources = [(ROOT / "snoopi" / name).read_text() for name in ("environment.py", "settings.py")]
    pattern = r"(?:env\.\w+|read_\w+)\(\s*\"([A-Z_]{4,})\""
    read = {name for source in sources for name in re.findall(pattern, source)}

    assert read - {"SNOOPI_DEMO_PASSWORD"} == {row.name for row in VARIABLES}


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CHANGELOG.md",
        "docs/api.md",
        "docs/architecture.md",
        "docs/json-format.md",
        "docs/listings.md",
        "docs/observatory.md",
        "docs/operations.md",
        "docs/packages.md",
        "docs/sources.md",
    ],
)
def test_links_between_documents_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    links = re.findall(r"\]\((?!https?://)([^)#]+)", text)

    missing = [link for link in links if not ((ROOT / page).parent / link).exists()]

    assert missing == []
