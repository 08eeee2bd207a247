"""The cockpit of QA2 in a real browser: axe, a phone, Enter in a field."""

import pytest
from playwright.sync_api import expect

from projects.models import MemberOUS
from projects.services.states import move_state
from qa.models import PipelineRun, QA2Decision
from tests.pages.test_qa2 import TOLD
from tests.servers.browser import axe_violations

pytestmark = pytest.mark.django_db(transaction=True)
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 780}


@pytest.fixture
def member(cast_project, qa):
    """A member OUS under review with a pipeline report."""
    asked = {"sensitivity_mjy": 1.0, "resolution_arcsec": 0.5}
    cast_project.memberous_set.update(state="ReadyForReview", asked=asked, bands=[3])
    first = MemberOUS.objects.order_by("pk")[0]
    PipelineRun.objects.create(member_ous=first, source="package", digest="x", told=TOLD)
    return move_state(first, to="Reviewing", actor=qa)


@pytest.mark.parametrize(
    ("scheme", "viewport"), [("light", WIDE), ("dark", WIDE), ("light", PHONE)]
)
def test_cockpit_is_clean_and_fits(scheme, viewport, browse, qa, member):
    page = browse(qa, color_scheme=scheme, viewport=viewport)
    page.goto(f"/ous/{member.ref}/qa2/")
    for summary in page.locator("details.figures > summary").all():
        summary.click()

    assert axe_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_enter_in_a_field_decides_nothing_and_a_button_does(browse, qa, member):
    page = browse(qa)
    page.goto(f"/ous/{member.ref}/qa2/")

    page.get_by_label("Comment on Proper bandpass corrections").press("Enter")
    expect(page.get_by_role("heading", name="Decision", exact=True)).to_be_visible()
    assert not QA2Decision.objects.exists()
    page.get_by_role("button", name="Pass: deliver", exact=False).first.click()

    expect(page.locator("#qa2")).to_contain_text("Pass")
    assert QA2Decision.objects.get().outcome == "Pass"
    page.goto(f"/ous/{member.ref}/qa2/")
    assert axe_violations(page) == []
