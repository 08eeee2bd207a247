"""The QA2 report's pictures, the clock's forms and blanket extensions in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deliveries.services.blankets import carry_on, open_blanket, planned_blanket
from projects.services.memberships import tie
from tests.factories import make_user
from tests.pages.test_evidence import deliver
from tests.servers.browser import axe_violations

pytestmark = pytest.mark.django_db(transaction=True)
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 780}
VIEWS = [("light", WIDE), ("dark", PHONE)]


@pytest.fixture
def member(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.ARC_MIRRORS, settings.DELIVERY_HOLD_SECONDS = (), 0
    return deliver()


@pytest.fixture
def drm(member):
    return make_user("drm", roles=["drm"])


@pytest.mark.parametrize(("scheme", "viewport"), VIEWS)
def test_report_shows_its_pictures_and_is_clean(browse, member, drm, scheme, viewport):
    pi = make_user("pi", name="P. Investigator")
    tie(project=member.project, user=pi, role="PI")
    planned = planned_blanket(name="Closure of 2020", actor=drm, months=3, reason="x")
    carry_on(open_blanket(planned))
    page = browse(pi, color_scheme=scheme, viewport=viewport)
    page.goto(member.get_absolute_url())
    for summary in page.locator("#qa2 summary").all():
        summary.click()
    for picture in page.locator("#pictures img").all():
        picture.scroll_into_view_if_needed()
        # Ends when it is there to be shown, and fails where it is no picture.
        picture.evaluate("one => one.decode()")

    assert page.locator("#pictures img").count() == 2
    assert "Closure of 2020" in page.locator("#delivery").inner_text()
    assert axe_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize(("scheme", "viewport"), VIEWS)
def test_blanket_extension_is_seen_before_it_is_decided(browse, member, drm, scheme, viewport):
    page = browse(drm, color_scheme=scheme, viewport=viewport)
    page.goto("/deliveries/")
    page.get_by_role("link", name="Blanket extensions").click()
    page.get_by_label("Name, which everybody reads").fill("Closure of 2020")
    page.get_by_label("By months").fill("3")
    day = timezone.now() - timedelta(days=1)
    page.get_by_label("For what was not public at").fill(f"{day:%Y-%m-%d}")
    page.get_by_label("Reason, for staff").fill("nobody may go up")
    page.get_by_role("button", name="Show what would change").click()

    assert "1 period would be lengthened" in page.locator("#preview").inner_text()
    assert axe_violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("button", name="Lengthen 1 period").click()
    assert "is decided" in page.locator("main").inner_text()
    assert axe_violations(page) == []
    page.goto(member.get_absolute_url())
    for summary in page.locator("#delivery summary").all():
        summary.click()
    assert axe_violations(page) == []
