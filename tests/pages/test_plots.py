"""The plots of an execution block: pages, files, figures, and what a browser makes of them."""

import csv
import gzip
import io
import re
from array import array
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape
from playwright.sync_api import Page, expect

from accounts.models import User
from projects.models import ExecBlock, SchedBlock
from qa.observatory import limits
from qa.observed import Execution, TsysSamples, Window
from qa.plots.catalog import PLOTS
from qa.services.reports import record_report
from tests.factories import make_exec_block, make_project, make_user
from tests.ingest.readers.asdm_files import execution
from tests.pages.conftest import Browse, LoggedIn
from tests.qa.plots.executions import array_of
from tests.servers.browser import axe_violations

pytestmark = pytest.mark.django_db
PHONE = {"width": 390, "height": 780}


def make_run(pi: User, observed: Execution | None, **facts: Any) -> ExecBlock:
    """An execution block of the PI's, with the report of a data set where there is one."""
    run = make_exec_block(make_project(pi=pi).sched_blocks.get(), **facts)
    if observed:
        record_report(exec_block=run, execution=observed, now=timezone.now())
    return run


def plot_url(run: ExecBlock, name: str, form: str = "") -> str:
    return f"/execblocks/{run.ref}/plots/{name}/" + (f"?format={form}" if form else "")


@pytest.fixture
def pi(db: None) -> User:
    return make_user("owner", name="Ann Owner")


@pytest.fixture
def client(pi: User, logged_in: LoggedIn) -> Client:
    return logged_in(pi)


def rows_of(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.getvalue().decode())))


@pytest.mark.parametrize("name", PLOTS)
def test_page_has_the_table_and_the_way_to_file_and_figure(
    name: str, client: Client, pi: User
) -> None:
    run = make_run(pi, execution())

    page = client.get(plot_url(run, name)).content.decode()
    rows = rows_of(client.get(plot_url(run, name, "csv")))
    figure = client.get(plot_url(run, name, "json")).json()

    assert f"<h1>{PLOTS[name].title}</h1>" in page
    assert f'data-figure="{plot_url(run, name, "json")}"' in page
    assert f'href="{plot_url(run, name, "csv")}"' in page
    assert page.count('<tr><th scope="row">') == min(200, len(rows) - 1) > 0
    for heading in rows[0]:
        assert f">{heading}</th>" in page
    assert len(go.Figure(figure).data) > 0


def test_long_table_is_cut_on_the_page_and_whole_in_the_file(client: Client, pi: User) -> None:
    run = make_run(pi, execution())

    page = client.get(plot_url(run, "uv")).content.decode()
    rows = rows_of(client.get(plot_url(run, "uv", "csv")))

    assert len(rows) == 1 + 45 * 30
    assert f"{45 * 30 - 200} more rows are in the CSV file." in page
    assert rows[0][:4] == ["Time [UTC]", "Source", "Antenna 1", "Antenna 2"]


def test_file_runs_no_formula_of_a_source(client: Client, pi: User) -> None:
    seed = execution()
    scans = (seed.scans[0].__class__(1, seed.start_ns, seed.end_ns, ("TEST",), "=cmd|' /C x'!A0"),)
    run = make_run(pi, execution(scans=scans))

    answer = client.get(plot_url(run, "scans", "csv"))

    assert rows_of(answer)[1][2] == "'=cmd|' /C x'!A0"
    assert answer["Content-Disposition"] == f'attachment; filename="{run.ref}-scans.csv"'


def test_figure_that_is_known_already_is_not_sent_again(client: Client, pi: User) -> None:
    run = make_run(pi, execution())
    first = client.get(plot_url(run, "tsys", "json"))

    again = client.get(plot_url(run, "tsys", "json"), headers={"if-none-match": first["ETag"]})
    record_report(exec_block=run, execution=execution(tsys=TsysSamples()), now=timezone.now())
    changed = client.get(plot_url(run, "tsys", "json"), headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert "private" in again["Cache-Control"]
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_total_power_shows_what_applies_and_says_what_does_not(client: Client, pi: User) -> None:
    run = make_run(pi, execution(), array="TP")

    report = client.get(run.get_absolute_url()).content.decode()
    page = client.get(plot_url(run, "uv")).content.decode()

    assert [name for name in PLOTS if f'id="plot-{name}"' not in report] == ["uv", "baselines"]
    assert "uv coverage, Baseline lengths: not applicable." in report
    assert "Not applicable: a total power antenna" in page
    assert "N/A" not in page
    (header, (reason,)) = rows_of(client.get(plot_url(run, "uv", "csv")))
    assert header == ["Reason"]
    assert reason.startswith("Not applicable: ")
    assert client.get(plot_url(run, "uv", "json")).json()["data"] == []


def test_array_of_total_power_antennas_is_known_by_them(client: Client, pi: User) -> None:
    antennas = tuple(replace(one, name=f"PM0{n}") for n, one in enumerate(array_of(3)))
    run = make_run(pi, execution(antennas=antennas), array="")
    SchedBlock.objects.filter(exec_blocks=run).update(array="")

    page = client.get(plot_url(run, "baselines")).content.decode()

    assert "Not applicable: a total power antenna" in page
    assert "Baseline lengths</a>" not in client.get(run.get_absolute_url()).content.decode()


def test_elevation_has_the_line_of_the_rule_that_holds(client: Client, pi: User) -> None:
    run = make_run(pi, execution())

    figure = client.get(plot_url(run, "sky", "json")).json()

    (line,) = figure["layout"]["shapes"]
    rule = limits().limit("low_elevation", run.project.cycle, "7m")
    assert rule is not None
    assert line["y0"] == line["y1"] == rule.least
    assert escape(rule.source) in client.get(plot_url(run, "sky")).content.decode()


def test_block_without_a_data_set_has_no_row_of_plots_and_says_why(
    client: Client, pi: User
) -> None:
    run = make_run(pi, None)

    report = client.get(run.get_absolute_url()).content.decode()
    page = client.get(plot_url(run, "scans")).content.decode()

    assert 'id="plots"' not in report
    assert "N/A: No ASDM has been read" in page


def test_reason_of_the_data_set_is_told(client: Client, pi: User) -> None:
    gone = {"Weather": "The data set has no Weather table."}
    run = make_run(pi, execution(weather=(), pwv_mm=(), missing=gone))

    page = client.get(plot_url(run, "weather")).content.decode()

    assert "N/A: The data set has no Weather table." in page
    assert "data-figure" not in page


def test_other_spelling_leads_to_the_plot_and_unknown_plots_are_not_there(
    client: Client, pi: User
) -> None:
    run = make_run(pi, None)

    moved = client.get(f"/execblocks/{run.uid}/plots/uv/?format=csv")

    assert (moved.status_code, moved["Location"]) == (302, plot_url(run, "uv", "csv"))
    assert client.get(plot_url(run, "nothing")).status_code == 404


def test_htmx_gets_the_part_with_its_tab_marked(client: Client, pi: User) -> None:
    run = make_run(pi, execution())
    headers = {"hx-request": "true", "hx-target": "plots"}

    part = client.get(plot_url(run, "sky"), headers=headers).content.decode()

    assert part.strip().startswith('<section id="plots"')
    assert part.count("aria-current") == 1
    assert (
        f'hx-target="#plots" hx-swap="outerHTML" aria-current="true">{PLOTS["sky"].title}' in part
    )


def largest() -> Execution:
    """66 antennas, 20 windows, 100 000 rows of SysCal."""
    antennas, rows = array_of(66), 100_000
    windows = [f"SpectralWindow_{number}" for number in range(20)]
    samples = TsysSamples(
        [antenna.name for antenna in antennas],
        windows,
        array("H", [row % 66 for row in range(rows)]),
        array("H", [row // 66 % 20 for row in range(rows)]),
        array("B", bytes(rows)),
        array("q", [0] * rows),
        array("d", [50.0 + row % 7 for row in range(rows)]),
    )
    known = tuple(Window(ref, ref, "BB_1", 128, 91.28, 2000.0, None) for ref in windows)
    return execution(antennas=antennas, windows=known, tsys=samples)


def test_largest_report_costs_what_the_smallest_does_and_paints_without_plots(
    client: Client, pi: User
) -> None:
    small, large = make_run(pi, execution()), make_run(pi, largest())
    cache.clear()
    client.get("/help/")

    page = client.get(large.get_absolute_url()).content.decode()

    costs = [
        [queries(client, url) for url in (run.get_absolute_url(), *plot_urls(run))]
        for run in (small, large)
    ]
    assert costs[0] == costs[1]
    assert set(costs[0][1:]) == {3}
    assert "data-figure" not in page
    assert re.findall(r'src="[^"]*plotly', page) == []
    assert len(gzip.compress(page.encode())) < 50_000
    assert len(rows_of(client.get(plot_url(large, "tsys", "csv")))) == 1 + 66 * 20


def plot_urls(run: ExecBlock) -> list[str]:
    return [plot_url(run, name) for name in PLOTS]


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


@pytest.fixture
def shown(transactional_db: None) -> tuple[User, ExecBlock]:
    pi = make_user("owner", name="Ann Owner")
    return pi, make_run(pi, execution())


def test_every_plot_is_drawn_in_place_and_follows_the_color_scheme(
    shown: tuple[User, ExecBlock], browse: Browse
) -> None:
    pi, run = shown
    page = browse(pi, color_scheme="light")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(run.get_absolute_url())
    assert not any("plotly.min" in url or "/plots/" in url for url in asked)

    found = {}
    for name, kind in PLOTS.items():
        page.locator(f"#plot-{name}").press("Enter")
        expect(page.locator("#plots h3")).to_have_text(kind.title)
        await_drawing(page)
        assert marks(page) > 0, name
        assert page.evaluate("document.activeElement.id") == f"plot-{name}"
        found[name] = axe_violations(page)
    light = letters(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".canvas .xtick text").first).not_to_have_css("fill", light)
    found["dark"] = axe_violations(page)

    assert found == {name: [] for name in (*PLOTS, "dark")}
    assert sum("plotly.min" in url for url in asked) == 1
    with page.expect_download() as download:
        page.locator("#plots .picture").click()
    assert download.value.suggested_filename == f"{run.ref}-weather.svg"


def await_drawing(page: Page) -> None:
    """Wait until the plot is drawn; Plotly is large and machines are slow."""
    expect(page.locator(".plot .picture")).to_be_visible(timeout=60_000)


def marks(page: Page) -> int:
    """How many marks the plot has on the page: points, bars or the picture of a map."""
    return page.locator(".canvas").locator(".point, .points path, .heatmaplayer image").count()


def letters(page: Page) -> str:
    text = page.locator(".canvas .xtick text").first
    return str(text.evaluate("text => getComputedStyle(text).fill"))


def test_plot_fits_a_phone_and_its_own_page(shown: tuple[User, ExecBlock], browse: Browse) -> None:
    pi, run = shown
    page = browse(pi, viewport=PHONE, color_scheme="dark")

    for name in ("scans", "tsys"):
        page.goto(plot_url(run, name))
        await_drawing(page)
        assert marks(page) > 0
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert axe_violations(page) == []


def test_script_that_does_not_come_leaves_the_table_and_a_sentence(
    shown: tuple[User, ExecBlock], browse: Browse, page_problems: Any
) -> None:
    pi, run = shown
    page = browse(pi)
    page.route("**/plotly.min*", lambda route: route.abort())

    page.goto(plot_url(run, "scans"))

    expect(page.locator(".drawing [role=status]")).to_contain_text("could not be drawn")
    expect(page.locator(".numbers tbody tr").first).to_be_visible()
    page_problems.clear()


def test_tables_are_there_without_javascript(shown: tuple[User, ExecBlock], browse: Browse) -> None:
    pi, run = shown
    page = browse(pi, java_script_enabled=False)
    page.goto(run.get_absolute_url())

    page.locator("#plot-antennas").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Antenna map")
    expect(page.locator(".numbers tbody tr")).to_have_count(10)
    expect(page.locator(".drawing")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".on-paper")).to_contain_text("/plots/antennas/?format=csv")
