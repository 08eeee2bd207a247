"""The report of an execution block, as its PI reads it and as scripts do."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import upsert_account
from ingest.loader import load
from ingest.readers import Source, read_source
from projects.models import ExecBlock, Project
from projects.services.memberships import tie
from snoopi.demo.asdm import asdm_tar
from snoopi.demo.compose import Composer
from snoopi.demo.native import native_bytes
from snoopi.demo.sgrb2 import SGRB2_CODE, sgrb2
from tests.ingest.readers.asdm_files import execution

pytestmark = pytest.mark.django_db
REF = "uid___A002_X85dcf7_Xefe"


@pytest.fixture
def pi() -> User:
    """The PI of the talk's project, with its plan and one data set read."""
    user, _ = upsert_account(username="jsmith", name="John Smith")
    upsert_account(username="coi", name="Demo Co-I")
    upsert_account(username="cs", name="Demo Contact")
    take("plan.json", native_bytes([sgrb2(Composer(269))]))
    take("night.asdm.sdm.tar", asdm_tar(execution()))
    return user


def take(name: str, data: bytes) -> None:
    load(read_source(Source.from_bytes(name, data)))


def report(client: Client, user: User) -> Any:
    client.force_login(user, backend="accounts.backends.AccountBackend")
    return client.get(f"/api/v1/execblocks/{REF}/").json()


def test_report_holds_the_numbers_of_the_talk(client: Client, pi: User) -> None:
    found = report(client, pi)

    tsys, array = found["tsys"], found["array"]
    assert (round(tsys["mean"], 2), round(tsys["std"], 2)) == (41.79, 21.35)
    assert (tsys["min"], tsys["max"]) == (None, 64.55)
    assert (round(tsys["measured"]["mean"], 2), tsys["measured"]["missing"]) == (52.24, 64)
    assert array["antennas"] == 10
    lengths = [round(array[name], 2) for name in ("shortest_m", "longest_m", "l5_m", "l80_m")]
    assert lengths == [8.86, 48.95, 11.17, 36.93]
    assert array["angular_resolution_arcsec"] == pytest.approx(10.53, abs=0.01)
    assert array["max_recoverable_scale_arcsec"] == pytest.approx(59.60, abs=0.02)
    rows = [(row["intent"], row["name"], row["time_min"]) for row in found["sources"]]
    assert rows == [
        ("Science Target", "SgrB2", 26.208),
        ("Amplitude Calibrator", "J1733-130", 5.04),
        ("Atmospheric Calibrator", "J1700-2610", 0.288),
        ("Atmospheric Calibrator", "J1733-130", 0.288),
        ("Atmospheric Calibrator", "SgrB2", 0.576),
        ("Bandpass Calibrator", "J1700-2610", 10.08),
        ("Flux Calibrator", "J1733-130", 5.04),
        ("Phase Calibrator", "J1744-3116", 5.04),
        ("Pointing Calibrator", "J1700-2610", 2.016),
    ]


def test_page_shows_the_report_and_why_the_least_is_not_known(client: Client, pi: User) -> None:
    client.force_login(pi, backend="accounts.backends.AccountBackend")

    page = client.get(f"/execblocks/{REF}/").content.decode()

    for shown in ("41.79", "21.35", "64.55", "26.21", "8.86", "48.95", "36.93", "J1744-3116"):
        assert shown in page, shown
    assert "64 samples are zero or no number: not measured." in page
    assert "no ASDM has been read" not in page


def test_execution_without_data_set_says_so(client: Client, pi: User) -> None:
    client.force_login(pi, backend="accounts.backends.AccountBackend")
    other = ExecBlock.objects.exclude(uid="uid://A002/X85dcf7/Xefe").first()

    page = client.get(other.get_absolute_url()).content.decode()

    assert "no ASDM has been read" in page


def test_stranger_learns_nothing_of_the_report(client: Client, pi: User) -> None:
    stranger, _ = upsert_account(username="stranger", name="A Stranger")
    tie(project=Project.objects.get(code=SGRB2_CODE), user=pi, role="PI")

    assert report(client, stranger)["status"] == 404
