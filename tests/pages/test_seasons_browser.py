"""A season is ended and taken back in a real browser: axe, both schemes, a phone."""

import pytest

from snoopi.tasks import end_seasons
from tests.factories import make_user
from tests.seasons import bring, part
from tests.servers.browser import axe_violations

pytestmark = pytest.mark.django_db(transaction=True)


def test_season_is_ended_and_taken_back(browse):
    bring(1, "B", part("idle_TM1"), part("partial_TM1", runs=1), part("ran_TM1", state="Running"))
    bring(2, "A", part("carried_TM1"))
    page = browse(make_user("drm", roles=["drm"]))

    page.goto("/qa/seasons/")
    page.select_option("select[name=cycle]", "2023.1")
    page.fill("input[name=reason]", "it is over")
    page.click("button[value=preview]")
    assert _problems(page) == []
    page.click("button[value=decide]")
    end_seasons()
    page.reload()
    assert _problems(page) == []
    page.get_by_role("button", name="Undo all of it").click()
    end_seasons()
    page.reload()
    assert page.get_by_text("taken back", exact=True).is_visible()
    assert _problems(page) == []


def _problems(page):
    """What axe finds, light and dark, and whether a phone would scroll sideways."""
    found = axe_violations(page)
    page.emulate_media(color_scheme="dark")
    found += axe_violations(page, "color-contrast")
    page.emulate_media(color_scheme="light")
    size = page.viewport_size
    page.set_viewport_size({"width": 360, "height": 740})
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    page.set_viewport_size(size)
    return found
