"""A data set with a bad cell in every table: it is taken, and everything of it opens."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import upsert_account
from ingest.loader import load
from ingest.readers import Source, read_source
from projects.models import ExecBlock
from qa.plots.catalog import PLOTS
from snoopi.demo.compose import Composer
from snoopi.demo.native import native_bytes
from snoopi.demo.sgrb2 import sgrb2
from tests.ingest.readers.asdm_files import folder_of
from tests.ingest.readers.odd_data_sets import (
    Place,
    as_xml,
    packed_folder,
    small,
    tables_of,
    typed,
    with_cell,
)

pytestmark = pytest.mark.django_db
REF = "uid___A002_X85dcf7_Xefe"
ODD = {
    "ExecBlock": ("siteLatitude", "9e9"),
    "SBSummary": ("frequency", "1e308"),
    "Antenna": ("dishDiameter", "1e308"),
    "Station": ("position", "1 3 NaN inf 1e308"),
    "Scan": ("startTime", "-5"),
    "Subscan": ("endTime", "9" * 30),
    "Source": ("direction", "1 2 x y"),
    "Field": ("phaseDir", "9 9 9"),
    "SpectralWindow": ("numChan", "-3"),
    "SysCal": ("tsysSpectrum", "2 3 3 1 2"),
    "CalWVR": ("water", "-1e300"),
    "CalAtmosphere": ("water", "garbage"),
    "CalFlux": ("flux", "2 1 1 1e308"),
    "CalPhase": ("phaseRMS", "2 1 1 inf"),
    "Weather": ("pressure", "<none>"),
    "Flag": ("antennaId", "1 1 Antenna_99"),
}


@pytest.fixture
def pi() -> User:
    user, _ = upsert_account(username="jsmith", name="John Smith")
    upsert_account(username="coi", name="Demo Co-I")
    upsert_account(username="cs", name="Demo Contact")
    load(read_source(Source.from_bytes("plan.json", native_bytes([sgrb2(Composer(269))]))))
    return user


def assert_everything_opens(client: Client, user: User) -> None:
    client.force_login(user, backend="accounts.backends.AccountBackend")
    plots = [reverse("projects:exec-block-plot", args=[REF, name]) for name in PLOTS]
    paths = [f"/execblocks/{REF}/", f"/execblocks/{REF}/report.pdf", f"/api/v1/execblocks/{REF}/"]
    paths += [f"{plot}{form}" for plot in plots for form in ("", "?format=csv", "?format=json")]
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_data_set_with_a_bad_cell_in_every_table_opens(client: Client, pi: User) -> None:
    tables = tables_of(small())
    for table, (column, cell) in ODD.items():
        tables[table] = with_cell(tables[table], Place(table, 0, column), cell)
    files = {f"{name}.xml": as_xml(name, rows) for name, rows in tables.items()}

    report = load(read_source(folder_of(files)))

    named = {problem.record.split()[1] for problem in report.rejected}
    # A flux above all bounds was not measured, and a flag may name whom it likes.
    assert named == set(ODD) - {"CalFlux", "Flag", "CalAtmosphere"}
    assert ExecBlock.objects.get(ref=REF).report.antenna_count == 2
    assert_everything_opens(client, pi)


def test_packed_text_with_a_nul_character_is_stored(client: Client, pi: User) -> None:
    tables = tables_of(small())
    rows = with_cell(typed("Antenna", tables["Antenna"]), Place("Antenna", 0, "name"), "CM01\0\0")
    files = {f"{name}.xml": as_xml(name, rows) for name, rows in tables.items()}

    report = load(read_source(packed_folder(files, "Antenna", rows)))

    assert report.rejected == []
    assert ExecBlock.objects.get(ref=REF).antennas[0] == "CM01"
    assert_everything_opens(client, pi)


def test_endless_names_are_refused_or_shown_but_break_nothing(client: Client, pi: User) -> None:
    tables = tables_of(small())
    tables["ExecBlock"] = with_cell(
        tables["ExecBlock"], Place("ExecBlock", 0, "configName"), "x" * 5000
    )
    tables["Scan"] = with_cell(tables["Scan"], Place("Scan", 0, "sourceName"), "y" * 5000)
    files = {f"{name}.xml": as_xml(name, rows) for name, rows in tables.items()}

    load(read_source(folder_of(files)))

    assert_everything_opens(client, pi)
