"""What an execution's page warns of and explains, as its PI reads it and as scripts do."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.services import upsert_account
from ingest.loader import load
from ingest.readers import Source, read_source
from projects.models import ExecBlock, SchedBlock
from qa.explained import EXPLAINED
from qa.findings import TITLES
from qa.observed import Execution, Flagged, TsysSamples
from qa.services.reports import record_report
from snoopi.demo.asdm import asdm_tar
from snoopi.demo.compose import Composer
from snoopi.demo.native import native_bytes
from snoopi.demo.sgrb2 import sgrb2
from tests.ingest.readers.asdm_files import execution

pytestmark = pytest.mark.django_db
REF = "uid___A002_X85dcf7_Xefe"


@pytest.fixture
def pi() -> User:
    """The PI of the talk's project; its plan is read, its data set is not."""
    user, _ = upsert_account(username="jsmith", name="John Smith")
    upsert_account(username="coi", name="Demo Co-I")
    upsert_account(username="cs", name="Demo Contact")
    take("plan.json", native_bytes([sgrb2(Composer(269))]))
    return user


def take(name: str, data: bytes) -> None:
    load(read_source(Source.from_bytes(name, data)))


def observe(said: Execution) -> None:
    take("night.asdm.sdm.tar", asdm_tar(said))


def block() -> SchedBlock:
    return SchedBlock.objects.get(exec_blocks__uid="uid://A002/X85dcf7/Xefe")


def report(client: Client, user: User) -> Any:
    client.force_login(user, backend="accounts.backends.AccountBackend")
    return client.get(f"/api/v1/execblocks/{REF}/").json()


def page(client: Client, user: User) -> str:
    client.force_login(user, backend="accounts.backends.AccountBackend")
    return client.get(f"/execblocks/{REF}/").content.decode()


def check(found: Any, code: str) -> Any:
    return next(row for row in found["warnings"] if row["code"] == code)


def test_report_of_the_talk_has_every_block(client: Client, pi: User) -> None:
    said = execution()
    observe(said)

    found = report(client, pi)

    assert [row["code"] for row in found["warnings"]] == [*TITLES]
    assert {row["verdict"] for row in found["warnings"]} <= {
        *("fine", "no rule on file", "not known", "not applicable")
    }
    assert found["elevation"]["min_deg"] == pytest.approx(57.8, abs=0.1)
    kelvin = [sample.temperature_k or 0 for sample in said.weather]
    assert found["weather"]["temperature_c"]["n"] == len(kelvin)
    assert found["weather"]["temperature_c"]["max"] == pytest.approx(max(kelvin) - 273.15)
    water = [sample.value for sample in said.pwv_mm]
    assert (found["pwv"]["n"], found["pwv"]["table"]) == (len(water), "CalWVR")
    assert found["pwv"]["max_mm"] == pytest.approx(max(water))
    assert [row["center_ghz"] for row in found["windows"]] == pytest.approx(
        [window.center_ghz for window in said.windows]
    )
    assert [row["flux_jy"] for row in found["fluxes"]] == [flux.flux_jy for flux in said.fluxes]
    assert [row["correction"] for row in found["phase_rms"]] == ["AP_CORRECTED", "AP_UNCORRECTED"]
    assert found["flags"]["fraction"] == pytest.approx(
        sum(row["fraction"] for row in found["flags"]["by_reason"])
    )


def test_nominal_values_stand_beside_the_computed_ones(client: Client, pi: User) -> None:
    observe(execution())

    (nominal,) = report(client, pi)["nominal"]

    assert nominal["configuration"] == "7M"
    assert nominal["angular_resolution_arcsec"] == pytest.approx(12.5 * 100 / 91.28)
    assert nominal["max_recoverable_scale_arcsec"] == pytest.approx(66.7 * 100 / 91.28)
    assert "13.69" in page(client, pi)


def test_configuration_that_is_not_on_file_is_said(client: Client, pi: User) -> None:
    array = ExecBlock.objects.filter(uid="uid://A002/X85dcf7/Xefe")
    array.update(array="12m")
    observe(replace(execution(), configuration="C36-2"))

    found = report(client, pi)

    assert found["nominal"] == []
    assert found["reasons"]["nominal"] == "No nominal values are on file for C36-2 in cycle 2013.1."


def test_warnings_come_first_and_are_shown_to_the_pi(client: Client, pi: User) -> None:
    said = execution()
    asked = {"min_resolution_arcsec": 1.0, "max_resolution_arcsec": 2.0}
    SchedBlock.objects.filter(pk=block().pk).update(
        asked=asked, estimated_time_min=400.0, executions_expected=4
    )
    everyone = tuple(antenna.name for antenna in said.antennas)
    part = (said.end_ns - said.start_ns) // 4
    no_phase = tuple(scan for scan in said.scans if "CALIBRATE_PHASE" not in scan.intents)
    flags = (Flagged(said.start_ns, said.start_ns + part, everyone, "late"),)
    observe(replace(said, scans=no_phase, flags=flags))

    found, shown = report(client, pi), page(client, pi)

    warned = [row["code"] for row in found["warnings"] if row["verdict"] == "warning"]
    assert warned == [
        "missing_calibrator",
        "resolution_out_of_range",
        "flagged_data",
        "short_observation",
    ]
    assert warned == [row["code"] for row in found["warnings"]][:4]
    resolution = check(found, "resolution_out_of_range")
    assert (resolution["least"], resolution["most"], resolution["unit"]) == (1.0, 2.0, "arcsec")
    assert resolution["value"] == pytest.approx(10.53, abs=0.01)
    assert check(found, "flagged_data")["value"] == pytest.approx(0.25)
    assert check(found, "short_observation")["value"] == pytest.approx(0.6407, abs=1e-4)
    for words in ("No Phase Calibrator.", "25.0% of antenna time", "64.1 min of 100.0 min planned"):
        assert words in shown


def test_operators_limits_count_at_once(client: Client, pi: User, settings, tmp_path) -> None:
    observe(execution())
    assert check(report(client, pi), "tsys_out_of_range")["verdict"] == "no rule on file"

    settings.OBSERVATORY_DATA = tmp_path
    (tmp_path / "limits.csv").write_text(
        "code,first_cycle,array,band,least,most,unit,confidence,source\n"
        "tsys_out_of_range,2011.0,7m,3,30,50,K,default,our own\n"
    )

    found = check(report(client, pi), "tsys_out_of_range")
    assert (found["verdict"], found["most"], found["limit_source"]) == ("warning", 50, "our own")
    assert found["value"] == pytest.approx(52.24, abs=0.005)
    assert check(report(client, pi), "low_elevation")["verdict"] == "no rule on file"


def test_bare_data_set_says_why_each_block_is_not_known(client: Client, pi: User) -> None:
    missing = dict.fromkeys(("CalWVR", "Weather", "Flag", "CalFlux", "CalPhase"), "left out")
    bare = replace(
        execution(), weather=(), pwv_mm=(), flags=None, fluxes=(), phases=(), missing=missing
    )
    observe(bare)

    found, shown = report(client, pi), page(client, pi)

    assert [found[name] for name in ("weather", "pwv", "flags")] == [None, None, None]
    assert (found["fluxes"], found["phase_rms"]) == ([], [])
    assert set(found["reasons"]) >= {"weather", "pwv", "flags", "fluxes", "phases"}
    for table in ("Weather", "CalAtmosphere", "Flag", "CalFlux", "CalPhase"):
        assert f"N/A: The data set has no {table} table." in shown.replace("&#x27;", "'")


def test_total_power_has_no_resolution_and_no_array_checks(client: Client, pi: User) -> None:
    said = execution()
    one = replace(said.antennas[0], name="PM01", dish_m=12.0)
    ExecBlock.objects.update(array="")
    SchedBlock.objects.update(array="")
    observe(replace(said, antennas=(one,), tsys=type(said.tsys)(), flags=(), phases=()))

    found, shown = report(client, pi), page(client, pi)

    assert found["array"]["name"] == "TP"
    assert found["array"]["angular_resolution_arcsec"] is None
    codes = ("shadowing", "resolution_out_of_range", "scale_out_of_range", "phase_rms")
    assert {check(found, code)["verdict"] for code in codes} == {"not applicable"}
    assert shown.count("not applicable") >= 3


def test_report_without_data_set_warns_of_nothing(client: Client, pi: User) -> None:
    found = report(client, pi)

    assert (found["warnings"], found["windows"], found["weather"]) == ([], [], None)
    assert 'id="warnings"' not in page(client, pi)


def test_every_number_is_explained_on_the_page_and_in_the_help(client: Client, pi: User) -> None:
    observe(execution())

    shown = page(client, pi)
    helped = client.get("/help/").content.decode()

    assert shown.count('<details class="why about">') >= len(EXPLAINED) - 1
    for explained in EXPLAINED.values():
        assert explained.formula.partition("'")[0] in helped.replace("&#x27;", "'")
    assert "Nominal values of configurations, 11 rows" in helped
    assert all(f"<code>{code}</code>" in helped for code in TITLES)


def test_large_array_costs_no_more_queries_than_a_small_one(client: Client, pi: User) -> None:
    said, exec_block = execution(), ExecBlock.objects.get(uid="uid://A002/X85dcf7/Xefe")
    # Once before: the frame of all pages remembers what it has asked.
    page(client, pi)
    costs = []
    for each in (said, large(said)):
        record_report(exec_block=exec_block, execution=each, now=timezone.now())
        for path in (f"/execblocks/{REF}/", f"/api/v1/execblocks/{REF}/"):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            costs.append(len(asked))

    assert costs[:2] == costs[2:]
    assert "66 antennas of the 7m array" in page(client, pi)


def large(said: Execution) -> Execution:
    """66 antennas in 20 windows, with 100 000 temperatures, some of them no numbers."""
    antennas = tuple(
        replace(said.antennas[0], name=f"DV{n:02d}", pad=f"A{n:03d}", x_m=2.2e6 + 37.0 * n)
        for n in range(66)
    )
    windows = tuple(replace(said.windows[0], ref=f"SpectralWindow_{n}") for n in range(20))
    tsys = TsysSamples([one.name for one in antennas], [window.ref for window in windows])
    odd = {7: float("nan"), 11: 0.0, 13: -5.0}
    for n in range(100_000):
        tsys.antenna.append(n % 66)
        tsys.window.append(n % 20)
        tsys.receptor.append(n % 2)
        tsys.time_ns.append(said.start_ns + n)
        tsys.kelvin.append(odd.get(n % 1000, 60.0))
    return replace(said, antennas=antennas, windows=windows, tsys=tsys, flags=())
