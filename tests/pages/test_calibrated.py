"""The report of an execution tells how it stands to QA1: page, PDF and data, a query more."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import ExecBlock
from qa.calibrations import CalibrationFacts
from qa.services.calibrations import correct_calibration, enter_calibration
from tests.factories import make_user
from tests.pages.test_exec_pdf import words
from tests.pages.test_exec_report import REF, pi

__all__ = ["pi"]
pytestmark = pytest.mark.django_db
KINDS = ("baselines", "delays", "pointing", "focus")


@pytest.fixture
def block(pi):
    return ExecBlock.objects.get(ref=REF)


def enter(block: ExecBlock, actor: Any, **values: Any) -> Any:
    said = {"measured_at": block.start, "valid_from": block.start, "summary": "as before", **values}
    return enter_calibration(facts=CalibrationFacts(**said), actor=actor)


def report(client: Client) -> dict[str, Any]:
    kinds = client.get(f"/api/v1/execblocks/{REF}/").json()["calibrations"]
    return {kind["kind"]: kind for kind in kinds}


def test_report_tells_what_is_valid_stale_and_missing_to_its_pi(block, pi, logged_in):
    aod = make_user("aod2", roles=["aod"])
    for kind in KINDS[:3]:
        enter(block, aod, kind=kind)
    enter(block, aod, kind="focus", valid_until=block.start + timedelta(minutes=1))
    enter(block, aod, kind="beams", array="12m")
    enter(
        block,
        aod,
        kind="fluxes",
        source="j1733-130",
        flux_jy=2.5,
        frequency_ghz=91.5,
        summary="",
    )
    client = logged_in(pi)

    found = report(client)
    page = client.get(f"/execblocks/{REF}/").content.decode()
    pdf = words(client.get(f"/execblocks/{REF}/report.pdf").content)

    standings = {kind: one["standing"] for kind, one in found.items()}
    assert standings == {
        **dict.fromkeys((*KINDS[:3], "fluxes"), "valid"),
        "focus": "stale",
        "beams": "missing",
    }
    (flux,) = found["fluxes"]["records"]
    assert (flux["source"], flux["flux_jy"], flux["number"]) == ("j1733-130", 2.5, None)
    assert {one["rule"] for one in found.values()} == {"no rule on file"}
    for told in ("Focus curves (QA1): Out of date for all", "Beam patterns (QA1): None is on"):
        assert told in page
    assert "2.5 Jy at 91.5 GHz" in page
    assert "Beam patterns missing None is on file for all" in pdf
    assert "aod2" not in page


def test_kind_that_was_never_recorded_is_no_warning(block, pi, logged_in):
    client, aod = logged_in(pi), make_user("aod2", roles=["aod"])

    nothing = {kind: one["standing"] for kind, one in report(client).items()}
    enter(block, aod, kind="focus", array="12m")
    enter(block, aod, kind="beams", valid_from=block.end + timedelta(days=1))
    some = report(client)
    page = client.get(f"/execblocks/{REF}/").content.decode()

    assert {standing for kind, standing in nothing.items() if kind != "fluxes"} == {"not kept"}
    assert {kind: one["standing"] for kind, one in some.items()} == {
        **dict.fromkeys(nothing, "not kept"),
        "focus": "missing",
    }
    assert some["beams"]["text"] == "No records of this kind were kept here then."
    assert "Focus curves (QA1): None is on file" in page
    assert "Delays (QA1)" not in page


def test_number_of_records_costs_no_query(block, pi, logged_in):
    client, aod = logged_in(pi), make_user("aod2", roles=["aod"])

    def cost(path):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    paths = (f"/execblocks/{REF}/", f"/api/v1/execblocks/{REF}/")
    # The first page that somebody opens notes their visit.
    before = [cost(path) for path in (paths[0], *paths)][1:]
    for antenna in block.antennas[:5]:
        enter(block, aod, kind="focus", antenna=antenna)
        enter(block, aod, kind="focus", antenna=antenna, valid_from=block.start - timedelta(days=9))
    assert [cost(path) for path in paths] == before

    assert len(report(client)["focus"]["records"]) == 5


def test_tag_of_a_report_changes_with_what_is_entered_and_corrected(block, pi, logged_in):
    client, aod = logged_in(pi), make_user("aod2", roles=["aod"])
    path = f"/api/v1/execblocks/{REF}/"

    def again(tag):
        return client.get(path, headers={"if-none-match": tag})

    first = client.get(path)["ETag"]
    late = enter(block, aod, kind="focus", valid_from=block.end + timedelta(days=1))
    assert again(first).status_code == 304
    kept = enter(block, aod, kind="focus")
    second = again(first)
    assert second.status_code == 200
    facts = CalibrationFacts(
        kind="focus", measured_at=block.start, valid_from=late.valid_from, summary="x"
    )
    correct_calibration(kept, facts=facts, reason="x", actor=aod, expected=kept.pk)
    third = again(second["ETag"])

    assert third.status_code == 200
    assert {one["kind"]: one["standing"] for one in third.json()["calibrations"]}["focus"] == (
        "missing"
    )
