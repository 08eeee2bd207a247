from pytest_django.live_server_helper import LiveServer

from tests.servers.browser import axe_violations

PAGE = "<!doctype html><html lang=en><title>Page</title><main><h1>Page</h1>{}</main></html>"


def test_page_with_an_error_on_its_console_is_noted(open_page, page_problems):
    page = open_page()

    page.set_content(PAGE.format("<script>console.error('broken'); missing()</script>"))
    page.wait_for_function("true")

    noted = [problem.partition(" at ")[0] for problem in page_problems.found]
    page_problems.clear()
    assert noted[0] == "console: broken"
    assert noted[1].startswith("exception: ")
    assert "missing is not defined" in noted[1]


def test_page_that_calls_another_host_is_noted(open_page, page_problems):
    page = open_page()
    page.route("**/*", lambda route: route.fulfill(body=""))

    page.set_content(PAGE.format("<img alt='' src='http://elsewhere.example/x.png'>"))

    noted = list(page_problems.found)
    page_problems.clear()
    assert noted == ["request to another host: http://elsewhere.example/x.png"]


def test_axe_names_the_rule_and_the_place(open_page):
    page = open_page()

    page.set_content(PAGE.format("<img id=bare src='data:,'>"))

    assert axe_violations(page) == ["image-alt: #bare"]


def test_axe_finds_nothing_on_an_accessible_page(open_page):
    page = open_page()

    page.set_content(PAGE.format("<p>Text</p>"))

    assert axe_violations(page) == []


def test_page_without_scripts_runs_none(open_page):
    page = open_page(java_script_enabled=False)

    page.set_content(PAGE.format("<script>document.title = 'Script'</script>"))

    assert page.title() == "Page"


def test_page_starts_at_the_live_server(page, live_server: LiveServer):
    response = page.request.get("/healthz")

    assert response.url == f"{live_server.url}/healthz"
