"""Every page of what real files tell opens, however much of it they leave out."""

import re

import pytest

from ingest.loader import load
from ingest.readers import Source, read_source
from projects.models import ExecBlock, GroupOUS, MemberOUS, Project, SchedBlock, ScienceGoal
from tests.access.asking import whole

FILES = (
    "asdm/16A-459_TEST_1hr_000.57633.66130137732.scan7.cut1",
    "archive_votable/m83_March25_2015.votable.xml",
    "apdm/2012.1.00501.S",
    "apdm/aot/Fake.aot",
)
LEVELS = (Project, ScienceGoal, GroupOUS, MemberOUS, SchedBlock, ExecBlock)
# Of each level the first and the last few: what they leave out is alike.
_SOME = 4


@pytest.fixture
def client(drm, logged_in, fixtures_dir):
    for name in FILES:
        load(read_source(Source.from_path(fixtures_dir / name)))
    return logged_in(drm)


def addresses():
    for level in LEVELS:
        rows = level.objects.order_by("pk")
        for thing in {*rows[:_SOME], *rows.reverse()[:_SOME]}:
            url = thing.get_absolute_url()
            yield url
            yield f"/api/v1{url}"
            if level is ExecBlock:
                yield from (f"{url}report.pdf", f"{url}qa0/")


@pytest.mark.fixtures
@pytest.mark.django_db
def test_every_page_opens(client):
    found = {url: client.get(url).status_code for url in addresses()}

    assert {url: status for url, status in found.items() if status != 200} == {}
    assert len(found) > 50


@pytest.mark.fixtures
@pytest.mark.django_db
def test_every_plot_opens_in_every_form(client):
    run = ExecBlock.objects.exclude(report=None).get()
    page = client.get(run.get_absolute_url()).content.decode()
    plots = sorted(set(re.findall(r'href="([^"?]*/plots/[^"?]*)"', page)))

    told = {
        f"{plot}{form}": client.get(f"{plot}{form}")
        for plot in plots
        for form in ("", "?format=csv", "?format=json")
    }

    assert {answer.status_code for answer in told.values()} == {200}
    assert all(whole(answer) for answer in told.values())
    assert len(plots) == 7
