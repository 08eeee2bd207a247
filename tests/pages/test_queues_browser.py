"""The queues in a real browser: axe, a phone, the navigation, without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from projects.models import JournalEntry, MemberOUS
from projects.services.blockages import block_work
from projects.services.notes import add_ticket, write_journal
from tests.factories import make_user
from tests.servers.browser import axe_violations

pytestmark = pytest.mark.django_db(transaction=True)
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 780}


@pytest.fixture
def boss(db):
    """Somebody with every place in the navigation, who may also review and assign."""
    return make_user("boss", roles=["admin", "drm", "qa", "arc"], qualifications=["QA2APPRV"])


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
