"""Data sets ingested: reports on execution blocks, wherever their plans stand."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ingest.loader import load
from ingest.readers import Source, read_source
from ingest.report import Report
from projects.models import Event, ExecBlock, MemberOUS, SchedBlock
from qa.figures import source_times
from qa.models import ExecReport
from qa.observed import Execution
from snoopi.demo.asdm import asdm_tar
from snoopi.demo.compose import Composer
from snoopi.demo.native import native_bytes
from snoopi.demo.sgrb2 import SEVEN_METER_UID, sgrb2
from tests.ingest.readers.asdm_files import XEFE, execution

pytestmark = pytest.mark.django_db


def take(data: bytes, name: str) -> Report:
    return load(read_source(Source.from_bytes(name, data)))


def take_data_set(said: Execution) -> Report:
    return take(asdm_tar(said), "night.asdm.sdm.tar")


def take_plan() -> Report:
    plan = replace(sgrb2(Composer(269)), ties=(), contact_scientist="")
    return take(native_bytes([plan]), "plan.json")


def the_report() -> ExecReport:
    return ExecReport.objects.select_related("exec_block").get(exec_block__uid=XEFE)


def test_data_set_gives_its_execution_block_a_report() -> None:
    take_plan()

    counts = take_data_set(execution()).counts()

    report = the_report()
    assert counts["updated"]["exec_block"] == 1
    assert counts["created"] == {}
    assert report.antenna_count == 10
    assert report.shortest_m == pytest.approx(8.86, abs=0.005)
    assert report.longest_m == pytest.approx(48.95, abs=0.005)
    assert report.l80_m == pytest.approx(36.93, abs=0.005)
    assert report.exec_block.sched_block == SchedBlock.objects.get(name="SgrB2_a_03_7M")
    assert 30 < (report.elevation_min_deg or 0) < 90


def test_seed_data_set_shows_the_seed_numbers() -> None:
    take_data_set(execution())

    report = the_report()
    minutes = {
        (time.intent, time.source): round(time.minutes, 3)
        for time in source_times(report.kept().execution.scans)
    }
    assert report.tsys_mean_k == pytest.approx(41.79, abs=0.005)
    assert report.tsys_std_k == pytest.approx(21.35, abs=0.005)
    assert (report.tsys_min_k, report.tsys_max_k) == (None, 64.55)
    assert (report.tsys_measured or {})["mean"] == pytest.approx(52.24, abs=0.005)
    assert minutes == {
        ("OBSERVE_TARGET", "SgrB2"): 26.208,
        ("CALIBRATE_AMPLI", "J1733-130"): 5.04,
        ("CALIBRATE_FLUX", "J1733-130"): 5.04,
        ("CALIBRATE_ATMOSPHERE", "J1733-130"): 0.288,
        ("CALIBRATE_ATMOSPHERE", "J1700-2610"): 0.288,
        ("CALIBRATE_ATMOSPHERE", "SgrB2"): 0.576,
        ("CALIBRATE_BANDPASS", "J1700-2610"): 10.08,
        ("CALIBRATE_PHASE", "J1744-3116"): 5.04,
        ("CALIBRATE_POINTING", "J1700-2610"): 2.016,
    }


def test_same_data_set_again_changes_nothing() -> None:
    take_plan()
    take_data_set(execution())
    before = the_report().recorded_at, the_report().exec_block.version

    counts = take_data_set(execution()).counts()

    assert counts["unchanged"] == {"project": 1, "exec_block": 1}
    assert counts["updated"] == {}
    assert (the_report().recorded_at, the_report().exec_block.version) == before


def test_other_tables_in_the_same_data_set_give_other_figures() -> None:
    take_plan()
    take_data_set(execution())
    before = the_report()
    warmer = execution()
    for place in range(len(warmer.tsys)):
        warmer.tsys.kelvin[place] += 10

    counts = take_data_set(warmer).counts()

    assert counts["updated"]["exec_block"] == 1
    assert the_report().tsys_mean_k == pytest.approx((before.tsys_mean_k or 0) + 10)
    assert the_report().exec_block.version == before.exec_block.version + 1


def test_data_set_before_its_plan_is_adopted_by_it() -> None:
    take_data_set(execution())
    alone = ExecBlock.objects.get(uid=XEFE)
    assert (alone.sched_block, alone.member_ous, alone.project) == (None, None, None)

    take_plan()

    found = ExecBlock.objects.get(uid=XEFE)
    member = MemberOUS.objects.get(uid=SEVEN_METER_UID)
    assert found.pk == alone.pk
    assert found.member_ous == member
    assert found.sched_block.executions_count == 4
    assert ExecBlock.objects.filter(member_ous=member).count() == 4


def test_unknown_execution_joins_the_sched_block_that_it_names() -> None:
    take_plan()
    block = SchedBlock.objects.get(name="SgrB2_a_03_7M")

    take_data_set(execution(uid="uid://A002/X85dcf7/Xfff"))

    found = ExecBlock.objects.get(uid="uid://A002/X85dcf7/Xfff")
    block.refresh_from_db()
    assert (found.sched_block, found.project) == (block, block.project)
    assert block.executions_count == 5
    assert Event.objects.filter(exec_block=found, project=block.project).count() == 1


def test_kept_facts_come_back_as_they_were_said() -> None:
    take_data_set(execution())

    kept = the_report().kept()

    said = execution()
    assert kept.execution.scans == said.scans
    assert kept.execution.antennas == said.antennas
    assert kept.execution.windows == said.windows
    assert kept.execution.pwv_mm == said.pwv_mm
    assert kept.tsys_antennas == tuple(said.tsys.antennas)
    assert kept.tsys[0][0].n == 2 * len({*said.tsys.time_ns})


def test_times_keep_their_nanoseconds() -> None:
    said = execution(start_ns=4911080139800000001, end_ns=4911083984000000003)

    take_data_set(said)

    assert the_report().kept().execution.start_ns == 4911080139800000001
    assert the_report().exec_block.start == datetime(2014, 7, 3, 4, 55, 39, 800000, tzinfo=UTC)
