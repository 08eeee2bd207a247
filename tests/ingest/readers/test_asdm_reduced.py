"""Quick-reduction results of data sets: fluxes and phase noise, as written and as odd."""

import math
from dataclasses import replace
from functools import cache

import pytest

from qa.observed import Execution, Flux
from qa.stored import as_json, from_json
from snoopi.demo.asdm_xml import Table, table_document
from tests.ingest.readers.asdm_files import execution, read_back

FLUX = {
    "sourceName": "J1924-2914",
    "startValidTime": "1000",
    "endValidTime": "3000",
    "numFrequencyRanges": "2",
    "numStokes": "1",
    "frequencyRanges": "2 2 2 90e9 92e9 101e9 103e9",
    "fluxMethod": "RELATIVE",
    "flux": "2 1 2 3.5 3.25",
    "fluxError": "2 1 2 0.1 0.0",
    "stokes": "1 1 I",
}
PHASE = {
    "basebandName": "BB_1",
    "receiverBand": "ALMA_RB_03",
    "atmPhaseCorrection": "AP_CORRECTED",
    "startValidTime": "1000",
    "endValidTime": "3000",
    "numBaseline": "3",
    "numReceptor": "2",
    "frequencyRange": "1 2 90e9 92e9",
    "phaseRMS": "2 3 2 0.1 0.2 0.3 0.4 0.5 0.6",
}


@cache
def said() -> Execution:
    return execution()


def document(table: str, *rows: dict[str, str]) -> bytes:
    return table_document(Table(table, rows), "uid://A002/X1/X9", "uid://A002/X1/X2")


def fluxes(**changed: str) -> tuple[Flux, ...]:
    found, _ = read_back(said(), CalFlux=document("CalFlux", {**FLUX, **changed}))
    return found.fluxes


def test_flux_is_one_a_frequency_with_its_error():
    assert fluxes() == (
        Flux("J1924-2914", 2000, 91.0, 3.5, 0.1, "I", "RELATIVE"),
        Flux("J1924-2914", 2000, 102.0, 3.25, None, "I", "RELATIVE"),
    )


def test_flux_whose_axes_are_the_other_way_round_reads_the_same():
    assert fluxes(flux="2 2 1 3.5 3.25", fluxError="2 2 1 0.1 0.0") == fluxes()


@pytest.mark.parametrize("jansky", ["0.0", "nan", "-1.0", "inf"])
def test_flux_that_is_no_measurement_is_left_out(jansky: str):
    assert [flux.flux_jy for flux in fluxes(flux=f"2 1 2 {jansky} 3.25")] == [3.25]


@pytest.mark.parametrize("edges", ["0.0 0.0", "nan 92e9"])
def test_frequency_that_is_none_is_not_known(edges: str):
    ranges = f"2 2 2 90e9 92e9 {edges}"

    assert [flux.frequency_ghz for flux in fluxes(frequencyRanges=ranges)] == [91.0, None]


def test_polarization_may_be_negative():
    found = fluxes(
        numStokes="2",
        stokes="1 2 I Q",
        flux="2 2 2 3.5 3.25 -0.1 0.1",
        fluxError="2 2 2 0.1 0.1 0.1 0.1",
    )

    assert [(flux.stokes, flux.flux_jy) for flux in found] == [
        ("I", 3.5),
        ("I", 3.25),
        ("Q", -0.1),
        ("Q", 0.1),
    ]


def test_flux_of_another_size_than_it_states_is_rejected():
    found, tables = read_back(said(), CalFlux=document("CalFlux", {**FLUX, "flux": "2 1 3 1 2 3"}))

    assert found.fluxes == ()
    assert [problem.reason for problem in tables.rejected] == [
        "flux is not an array of Stokes parameters and frequencies: “2 1 3 1 2 3”"
    ]


def test_phase_noise_is_the_median_and_the_worst_in_degrees():
    found, _ = read_back(said(), CalPhase=document("CalPhase", PHASE))

    (noise,) = found.phases
    assert noise.median_deg == pytest.approx(math.degrees(0.35))
    assert noise.worst_deg == pytest.approx(math.degrees(0.6))
    assert (noise.frequency_ghz, noise.baselines, noise.time_ns) == (91.0, 3, 2000)


def test_phase_noise_counts_only_what_was_measured():
    rms = "2 3 2 0.0 nan 0.3 0.3 0.3 0.3"
    found, _ = read_back(said(), CalPhase=document("CalPhase", {**PHASE, "phaseRMS": rms}))
    none, _ = read_back(said(), CalPhase=document("CalPhase", {**PHASE, "phaseRMS": "2 1 1 0.0"}))

    assert found.phases[0].median_deg == pytest.approx(math.degrees(0.3))
    assert none.phases == ()


def test_missing_tables_are_not_known_with_the_reason():
    found, _ = read_back(said(), CalFlux=None, CalPhase=document("CalPhase"))

    assert (found.fluxes, found.phases) == ((), ())
    assert found.missing["CalFlux"] == "The data set has no CalFlux table."
    assert found.missing["CalPhase"] == "The data set's CalPhase table is empty."


def test_results_are_kept_and_older_reports_without_them_still_read():
    kept = as_json(replace(said(), fluxes=fluxes()))

    assert from_json(kept).execution.fluxes == fluxes()
    assert from_json(kept).execution.phases == said().phases
    del kept["fluxes"], kept["phases"]
    assert from_json(kept).execution.fluxes == ()


def test_position_that_is_no_number_is_no_position():
    first, *others = said().antennas
    found, tables = read_back(replace(said(), antennas=(replace(first, x_m=math.nan), *others)))

    assert found.antennas == tuple(others)
    assert [problem.record for problem in tables.rejected] == [
        "night: Station row 1",
        "night: Antenna row 1",
    ]
    assert "a station with a position" in tables.rejected[1].reason
