"""Executions side by side on the pages of their SB and member OUS."""

import csv
import re
from array import array
from dataclasses import replace

import pytest

from ingest.loader import load
from ingest.readers import Source, read_source
from projects.models import ExecBlock
from snoopi.demo.asdm import asdm_tar
from snoopi.demo.compose import Composer
from snoopi.demo.data_sets import executions_of
from snoopi.demo.native import native_bytes
from snoopi.demo.sgrb2 import sgrb2

pytestmark = pytest.mark.django_db
BLOCK = "SgrB2_a_03_7M"


def take(name, data):
    load(read_source(Source.from_bytes(name, data)))


@pytest.fixture
def runs(drm):
    """The four executions of the talk's SB, the last with temperatures twice as high."""
    plan = sgrb2(Composer(269))
    take("plan.json", native_bytes([plan]))
    said = {run.uid: run for run in executions_of([plan])}
    blocks = list(ExecBlock.objects.filter(sched_block__name=BLOCK).order_by("end"))
    for block in blocks:
        run = said[block.uid or ""]
        if block == blocks[-1]:
            hot = array("d", [2 * kelvin for kelvin in run.tsys.kelvin])
            run = replace(run, tsys=replace(run.tsys, kelvin=hot))
        take("night.asdm.sdm.tar", asdm_tar(run))
    return blocks


def rows(page):
    """The text of each body row of the table, by its cells."""
    table = re.search(r'<table class="plain across">(.*?)</table>', page, re.DOTALL).group(1)
    body = re.search(r"<tbody>(.*?)</tbody>", table, re.DOTALL).group(1)
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]


@pytest.mark.parametrize("of", ["sched_block", "member_ous"])
def test_odd_execution_is_marked_beside_the_others(of, runs, drm, logged_in):
    thing = getattr(runs[0], of)

    found = rows(logged_in(drm).get(thing.get_absolute_url()).content.decode())

    newest_first = [block.end.strftime("%Y-%m-%d %H:%M:%S") for block in reversed(runs)]
    assert [row[0] for row in found] == newest_first
    assert ["▲" in row[1] for row in found] == [True, False, False, False]
    assert "high: the median is" in found[0][1]


def test_figures_are_those_of_the_reports(runs, drm, logged_in):
    client = logged_in(drm)

    found = rows(client.get(runs[0].sched_block.get_absolute_url()).content.decode())[1]
    report = client.get(f"/api/v1/execblocks/{runs[-2].ref}/").json()

    array_told, tsys = report["array"], report["tsys"]["measured"]
    assert found[1] == f"{tsys['mean']:.1f}"
    assert found[4] == str(array_told["antennas"])
    assert found[5] == f"{array_told['angular_resolution_arcsec']:.2f}"
    assert found[6] == f"{array_told['max_recoverable_scale_arcsec']:.1f}"


def test_list_as_a_file_holds_the_figures_of_each_report(runs, drm, logged_in):
    client = logged_in(drm)

    answer = client.get("/api/v1/execblocks/?format=csv&project=2013.1.00269.S")
    rows = csv.DictReader(b"".join(answer.streaming_content).decode().splitlines())

    told = {row["ref"]: row for row in rows}
    for run in runs:
        row, report = told[run.ref], client.get(f"/api/v1/execblocks/{run.ref}/").json()
        assert float(row["tsys_k"]) == report["tsys"]["measured"]["mean"]
        assert float(row["elevation_deg"]) == report["elevation"]["min_deg"]
        for name in ("antennas", "angular_resolution_arcsec", "max_recoverable_scale_arcsec"):
            assert float(row[name]) == report["array"][name]


def test_nothing_is_set_side_by_side_before_a_data_set_was_read(drm, logged_in):
    take("plan.json", native_bytes([sgrb2(Composer(269))]))
    block = ExecBlock.objects.filter(sched_block__name=BLOCK)[0].sched_block

    page = logged_in(drm).get(block.get_absolute_url()).content.decode()

    assert "side by side" not in page


def test_run_without_a_data_set_stands_beside_one_that_has_it(client, drm):
    plan = sgrb2(Composer(269))
    take("plan.json", native_bytes([plan]))
    blocks = list(ExecBlock.objects.filter(sched_block__name=BLOCK).order_by("end"))
    (said,) = (run for run in executions_of([plan]) if run.uid == blocks[0].uid)
    take("night.asdm.sdm.tar", asdm_tar(said))
    client.force_login(drm)

    for thing in (blocks[0].sched_block, blocks[0].member_ous):
        answer = client.get(thing.get_absolute_url())
        assert (answer.status_code, "side by side" in answer.content.decode()) == (200, True)
