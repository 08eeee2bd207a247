"""The pages in a real browser: accessibility, keys, phone, the security policy."""

import re

import pytest
from playwright.sync_api import Page, expect

from ingest.models import IngestJob, IngestProblem
from projects.models import Event, SchedBlock
from qa.services.judgements import decide_qa0
from tests.factories import make_project, make_user
from tests.servers.browser import axe_violations

pytestmark = pytest.mark.django_db(transaction=True)
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def world(kept_rows):
    """A PI with projects in many states, and an administrator with jobs to look after."""
    pi = make_user("owner", name="Ann Owner")
    members = [
        {"state": "Delivered", "qa2": "Pass"},
        {"state": "ReadyForReview"},
        {"state": "PartiallyObserved"},
        {"state": "QA3InProgress", "name": "Member OUS (A source with a rather long name)"},
    ]
    project = make_project(
        "2013.1.00269.S",
        members=members,
        exec_blocks=2,
        pi=pi,
        abstract="We shall look.",
        authors="Jones, Ann; Doe, Jo",
        is_demo=True,
    )
    for state in ("Canceled", "ObservingTimedOut", "Completed", "Approved"):
        make_project(pi=pi, state=state, title="A title that goes on for quite a while " * 3)
    make_project(pi=pi, members=80, title="A large one")
    waiting = project.sched_blocks.order_by("pk")[2]
    SchedBlock.objects.filter(pk=waiting.pk).update(state="Waiting", state_flag="ForP2G")
    Event.objects.create(
        level="project",
        project=project,
        kind="state",
        actor_word="the system",
        at=project.created_at,
        frm="Ready",
        to="Completed",
        public_frm="Ready",
        public_to="Completed",
    )
    admin = make_user("boss", roles=["admin"])
    judge = make_user("judge", roles=["drm"])
    for run in project.exec_blocks.order_by("pk")[:2]:
        for outcome, reasons in (("Pending", ["awaits_check"]), ("Fail", ["pointing", "opacity"])):
            decide_qa0(run, outcome=outcome, reasons=reasons, comment="Off source.", actor=judge)
    job = IngestJob.objects.create(source="rows.tsv", state="failed", failure="Cut off.")
    IngestProblem.objects.create(job=job, record="row 7", reason="no code")
    return {"pi": pi, "admin": admin, "drm": judge, "project": project}


def addresses(project):
    """(who, address) of every page."""
    member = project.memberous_set.order_by("pk")[1]
    block = member.sched_blocks.get()
    home = project.get_absolute_url()
    own = ["/", "/projects/", "/projects/?q=nothing", "/schedblocks/", "/search/?q=SgrB2"]
    things = [member, member.group_ous, member.science_goal, block, block.exec_blocks.all()[0]]
    nodes = [f"{home}?node={thing.ref}" for thing in things[:4]]
    histories = [f"{thing.get_absolute_url()}history/" for thing in (project, member, block)]
    matrices = [f"{home}matrix/", f"{home}matrix/?by=target"]
    pages = [home, *nodes, *matrices, *[thing.get_absolute_url() for thing in things], *histories]
    return [
        (None, "/login/"),
        *(("pi", url) for url in [*own, *pages, "/help/", "/settings/", "/projects/nothing/"]),
        *(("admin", url) for url in ["/", member.get_absolute_url(), "/help/", "/ingest/"]),
        *(("drm", url) for url in _judged(project)),
    ]


def _judged(project):
    """The pages of a judged execution, of its late verdict, and of a block to be declared."""
    run = project.exec_blocks.order_by("pk")[0]
    things = [run, run.member_ous, run.sched_block]
    pages = [thing.get_absolute_url() for thing in things]
    return [*pages, f"{pages[0]}qa0/"]


# What a scheme can change of a page is its colors.
CONTRASTS = ("color-contrast", "link-in-text-block")


@pytest.mark.parametrize(
    ("viewport", "schemes"), [(WIDE, ["light", "dark"]), (PHONE, ["light"])], ids=["wide", "phone"]
)
def test_axe_finds_nothing_on_any_page(viewport, schemes, world, browse, page_problems):
    pages = {who: browse(world.get(who), viewport=viewport) for who in (None, "pi", "admin", "drm")}

    found, wide = {}, []
    for who, url in addresses(world["project"]):
        page = pages[who]
        page.goto(url)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            if violations := axe_violations(page, *(CONTRASTS if scheme == "dark" else ())):
                found[url, scheme] = violations
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append((url, scheme))

    page_problems.found[:] = [text for text in page_problems.found if " 404 " not in text]
    assert found == {}
    # No page scrolls sideways.
    assert wide == []


def test_axe_finds_nothing_behind_what_opens(world, browse):
    page = browse(world["pi"])
    page.goto(world["project"].get_absolute_url())
    page.locator("details.why summary").first.click()
    page.locator("details.menu summary").first.click()
    page.locator("summary", has_text="Abstract").click()

    assert axe_violations(page) == []


def test_log_in_leads_back_to_the_deep_link(world, browse):
    world["pi"].set_password("correct horse battery")
    world["pi"].save()
    page = browse(None)
    target = world["project"].get_absolute_url()

    page.goto(target)
    page.get_by_label("User name").fill("owner")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Log in").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("2013.1.00269.S")
    page.locator("details.menu summary", has_text="Ann Owner").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.querySelector('b')?.textContent ?? ''"))


def test_tree_is_walked_with_the_keys(world, browse):
    page = browse(world["pi"])
    page.goto(world["project"].get_absolute_url())
    page.locator("[role=treeitem][tabindex='0']").focus()

    walked = [focused(page)]
    for key in ("ArrowDown", "ArrowDown", "ArrowLeft", "ArrowDown", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
        walked.append(focused(page))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    walked.append(focused(page))
    page.keyboard.press("End")
    walked.append(focused(page))
    page.keyboard.press("ArrowLeft")
    walked.append(focused(page))
    page.keyboard.press("Home")
    walked.append(focused(page))
    page.keyboard.type("sgr")
    walked.append(focused(page))

    goal, group = "SG OUS (CH3CN 5-4 & isotopologues)", "Group OUS (Group of SgrB2)"
    member = "Member OUS (A source with a rather long name)"
    assert walked == [
        "2013.1.00269.S",
        goal,
        group,
        group,
        group,
        goal,
        group,
        "Member OUS (SgrB2_a_03_7M)",
        "SgrB2_a_03_7M",
        member,
        "2013.1.00269.S",
        "SgrB2_a_03_7M",
    ]
    assert page.locator("[role=treeitem][tabindex='0']").count() == 1


def test_node_opens_beside_the_tree_without_a_new_page(world, browse):
    page = browse(world["pi"])
    page.goto(world["project"].get_absolute_url())
    page.evaluate("window.same = true")
    block = world["project"].sched_blocks.order_by("pk")[0]

    item = page.locator(f"[role=treeitem][href='?node={block.ref}']")
    item.focus()
    page.keyboard.press("Enter")

    expect(page.locator("#node h2").first).to_have_text("SgrB2_a_03_7M")
    expect(item).to_have_attribute("aria-current", "page")
    expect(page.locator("#node .copy").first).to_be_visible()
    assert page.url.endswith(f"?node={block.ref}")
    assert page.evaluate("window.same") is True
    page.go_back()
    expect(page.locator("#node h2").first).to_have_text("Facts")


def test_large_tree_is_found_in_while_typing(world, browse):
    page = browse(world["pi"])
    page.goto("/projects/?q=large")
    page.locator("#rows a").first.click()
    page.wait_for_load_state()

    page.get_by_label("Find in the tree").fill("no such part")

    expect(page.locator("[role=treeitem]")).to_have_count(1)


def test_list_is_filtered_while_typing_and_walked_with_keys(world, browse):
    page = browse(world["pi"])
    page.goto("/projects/")

    page.keyboard.press("/")
    page.keyboard.type("00269")
    expect(page.locator("#rows > tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/projects/\?q=00269$"))
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Find").blur()
    page.keyboard.press("j")
    # Leaving a field whose text is asked for already asks nothing: the row keeps the focus.
    expect(page.locator("#rows > tr a:focus")).to_have_count(1)
    assert asked == []
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("2013.1.00269.S")


def test_list_is_filtered_by_what_is_picked(world, browse):
    page = browse(world["pi"])
    page.goto("/projects/")

    for field in ("role", "active"):
        page.locator(f"#filters [name={field}]").first.check()
        expect(page).to_have_url(re.compile(f"{field}="))
    page.locator("#f-state").select_option(index=1)
    expect(page).to_have_url(re.compile("state="))


def test_more_rows_join_the_table(world, browse):
    page = browse(world["pi"])
    page.goto("/schedblocks/")

    page.get_by_role("link", name="More", exact=True).click()

    expect(page.locator("#rows > tr:not(.more)")).to_have_count(88)


def test_color_scheme_is_chosen_and_kept(world, browse):
    page = browse(world["pi"], color_scheme="light")
    page.goto("/")
    page.locator("details.menu summary").first.click()

    page.get_by_label("Dark").check()

    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto("/help/")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_tree_is_a_sheet_on_a_phone(world, browse):
    page = browse(world["pi"], viewport=PHONE)
    page.goto(world["project"].get_absolute_url())
    expect(page.get_by_role("tree")).to_be_hidden()

    page.get_by_role("link", name="Show the tree").click()
    expect(page.get_by_role("tree")).to_be_visible()
    page.get_by_role("treeitem", name="Group OUS").click()

    expect(page.locator("#node h2").first).to_have_text("Group OUS (Group of SgrB2)")
    expect(page.get_by_role("tree")).to_be_hidden()


def test_menus_close_with_escape(world, browse):
    page = browse(world["pi"])
    page.goto(world["project"].get_absolute_url())
    badge = page.locator("details.why").first
    badge.locator("summary").press("Enter")
    expect(badge).to_have_attribute("open", "")

    page.keyboard.press("Escape")

    expect(badge).not_to_have_attribute("open", "")


def test_pages_work_without_javascript(world, browse):
    page = browse(world["pi"], java_script_enabled=False)
    page.goto("/projects/")
    page.get_by_label("Find").fill("00269")
    page.get_by_role("button", name="Show", exact=True).click()
    page.locator("#rows a").first.click()

    page.locator("[role=treeitem]", has_text="Group OUS").click()

    expect(page.locator("#node h2").first).to_have_text("Group OUS (Group of SgrB2)")
    page.locator("details.why summary").first.click()
    expect(page.locator("details.why .sheet").first).to_be_visible()


def test_execution_is_judged_without_javascript(world, browse, page_problems):
    run = world["project"].exec_blocks.order_by("pk")[2]
    page = browse(world["drm"], java_script_enabled=False)
    page.goto(run.get_absolute_url())
    page.get_by_role("link", name="Judge this execution").click()

    page.get_by_role("radio", name="SemiPass").check()
    page.get_by_role("button", name="Record the verdict").click()
    expect(page.get_by_role("alert")).to_have_text("SemiPass needs at least one reason.")
    expect(page.get_by_role("radio", name="SemiPass")).to_be_checked()
    page.get_by_role("checkbox", name="Too much water vapor").check()
    page.get_by_role("textbox", name="Comment").fill("Clouds came in.")
    page.get_by_role("button", name="Record the verdict").click()

    expect(page.locator("#qa0")).to_contain_text("Too much water vapor (Atmosphere)")
    expect(page.locator("#qa0")).to_contain_text("by Judge")
    page_problems.found[:] = [text for text in page_problems.found if " 400 " not in text]
