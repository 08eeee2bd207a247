"""The queues in a real browser: axe, a phone, the navigation, without JavaScript."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from projects.models import JournalEntry, MemberOUS
from projects.services.blockages import block_work
from projects.services.memberships import tie
from projects.services.notes import add_ticket, write_journal
from qa.calibrations import CalibrationFacts
from qa.services.calibrations import enter_calibration
from qa.services.problems import report_problem
from tests.factories import make_user
from tests.servers.browser import axe_violations

pytestmark = pytest.mark.django_db(transaction=True)
# What a scheme can change of a page is its colors.
CONTRASTS = ("color-contrast", "link-in-text-block")
# And what a narrow window can.
OF_LAYOUT = ("heading-order", "scrollable-region-focusable", "target-size", "landmark-unique")
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 780}


@pytest.fixture
def boss(db):
    """Somebody with every place in the navigation, who may also review and assign."""
    roles = ["admin", "drm", "qa", "arc"]
    return make_user("boss", roles=roles, arc="EU", qualifications=["QA2APPRV"])


@pytest.fixture
def member(cast_project, boss):
    cast_project.memberous_set.update(state="ReadyForReview")
    first = MemberOUS.objects.order_by("pk")[0]
    block_work(first, reason="software", note="CAS-1", actor=boss)
    add_ticket(first, reference="PRTSPR-1", url="https://jira.example.org/1", actor=boss)
    write_journal(first, text="Phase jumps in DV04.", actor=boss)
    return first


@pytest.mark.parametrize(
    ("scheme", "viewport"), [("light", WIDE), ("dark", WIDE), ("light", PHONE), ("dark", PHONE)]
)
def test_pages_of_the_work_are_clean_and_fit(scheme, viewport, browse, boss, member):
    page = browse(boss, color_scheme=scheme, viewport=viewport)
    found = {}
    for path in ("/qa/", "/qa/ready-for-review/", f"/ous/{member.ref}/journal/"):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[path] = (axe_violations(page), wide)
    page.goto(f"/ous/{member.ref}/")
    for summary in page.locator("#work details > summary").all():
        summary.click()
    found["work"] = (axe_violations(page), False)

    assert found == dict.fromkeys(found, ([], False))


@pytest.fixture
def newer_pages(boss, member):
    """The pages of QA3, access, calibrations, turnaround and of the past."""
    project = member.project
    tie(project=project, user=make_user("helper"), role="DELEGEE", kind="DATA", given_by=boss)
    delivered = MemberOUS.objects.exclude(pk=member.pk).order_by("pk")[0]
    at = timezone.now() - timedelta(days=9)
    MemberOUS.objects.filter(pk=delivered.pk).update(state="Delivered", delivered_at=at)
    problem = report_problem(
        MemberOUS.objects.get(pk=delivered.pk), subject="A shift", description="x", actor=boss
    )
    facts = CalibrationFacts(kind="focus", measured_at=at, valid_from=at, summary="+1 mm")
    record = enter_calibration(facts=facts, actor=boss)
    return (
        f"/ous/{delivered.ref}/qa3/",
        f"/ous/{delivered.ref}/qa3/{problem.pk}/",
        f"/projects/{project.ref}/access/",
        "/settings/delegations/",
        "/qa/calibrations/",
        "/qa/calibrations/new/",
        f"/qa/calibrations/{record.pk}/",
        "/qa/turnaround/",
        f"/ous/{member.ref}/?at=2020-01-01",
        f"/projects/{project.ref}/?at=2020-01-01",
    )


def test_newer_pages_are_clean_and_fit_in_light_and_dark_wide_and_on_a_phone(
    browse, boss, newer_pages
):
    page, found = browse(boss, color_scheme="light", viewport=WIDE), {}

    def fits():
        return page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    for path in newer_pages:
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")
        assert page.goto(path).ok, path
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        faults = [*axe_violations(page), *([] if fits() else ["too wide"])]
        page.emulate_media(color_scheme="dark")
        faults += [f"dark: {one}" for one in axe_violations(page, *CONTRASTS)]
        page.set_viewport_size(PHONE)
        faults += [f"phone: {one}" for one in axe_violations(page, *OF_LAYOUT)]
        faults += [] if fits() else ["phone: too wide"]
        found[path] = faults

    assert [(path, one) for path, faults in found.items() for one in faults] == []


def test_every_place_is_reached_on_a_phone(browse, boss, member):
    page = browse(boss, viewport=PHONE)
    page.goto("/qa/")
    bar = page.get_by_role("navigation", name="Main")

    assert not page.evaluate(
        "[...document.querySelectorAll('.nav li a, .nav summary')].some("
        "one => one.offsetParent && (one.scrollWidth > one.clientWidth"
        " || one.getBoundingClientRect().right > innerWidth))"
    )
    bar.get_by_text("More").click()
    assert axe_violations(page) == []
    bar.get_by_role("link", name="View as").click()

    expect(page).to_have_url(re.compile(r"/view-as/$"))


def test_work_is_done_without_javascript(browse, boss, member):
    page = browse(boss, java_script_enabled=False)
    page.goto("/qa/ready-for-review/")
    page.get_by_role("row").filter(has_text="PRTSPR-1").get_by_role("button").click()
    expect(page.locator("#work")).to_contain_text("Boss")

    page.get_by_label("A new entry").fill("Looked at it.")
    page.get_by_role("button", name="Write it").click()
    page.get_by_text("Held up by something else").click()
    page.get_by_role("button", name="Nothing holds it up any more").click()

    member.refresh_from_db()
    assert (member.reviewer, member.blocked_on) == (boss, "")
    assert JournalEntry.objects.count() == 2
