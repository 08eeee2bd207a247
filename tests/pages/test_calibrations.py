"""The array's calibration state over time: what is shown, filtered, entered and corrected."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from qa.calibrations import CalibrationFacts
from qa.models import Calibration
from qa.services.calibrations import correct_calibration, enter_calibration
from tests.factories import make_token, make_user

pytestmark = pytest.mark.django_db
PAGE = "/qa/calibrations/"
TYPED = {
    "kind": "fluxes",
    "source": "Titan",
    "band": "7",
    "flux_jy": "2.1",
    "frequency_ghz": "343.5",
    "measured_at": "2026-03-01 12:00",
    "valid_from": "2026-03-01",
    "valid_until": "2026-03-15T00:00:00Z",
}


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def aod():
    return make_user("aod", roles=["aod"])


@pytest.fixture
def client(aod, logged_in):
    return logged_in(aod)


@pytest.fixture
def focus(aod):
    """Focus curves: of the whole array until June, of DV07 in Band 7 from April on."""

    def kept(**values: Any) -> Calibration:
        facts = CalibrationFacts(kind="focus", measured_at=values["valid_from"], **values)
        return enter_calibration(facts=facts, actor=aod)

    whole = kept(valid_from=day("2026-01-01"), valid_until=day("2026-06-01"), summary="whole")
    one = kept(valid_from=day("2026-04-01"), antenna="DV07", band=7, summary="only one")
    return whole, one


def found(client: Any, query: str) -> list[str]:
    """What was found by the records of a page, from its file."""
    answer = client.get(f"{PAGE}?format=csv&{query}")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    return [line.split(",")[12] for line in lines[1:]]


def test_filters_show_what_counts_on_a_day(client, focus):
    assert found(client, "day=2026-03-01") == ["whole"]
    assert found(client, "day=2026-05-01") == ["whole", "only one"]
    assert found(client, "day=2026-05-01&antenna=dv08") == ["whole"]
    assert found(client, "day=2026-05-01&band=6") == ["whole"]
    assert found(client, "day=2026-05-01&kind=beams") == []
    assert found(client, "day=2026-05-20&show=ending") == ["whole"]
    assert found(client, "day=2026-05-01&show=ending") == []
    assert found(client, "day=2026-06-01") == ["only one"]
    assert found(client, "day=2026-06-01&show=ended") == ["whole"]
    page = client.get(f"{PAGE}?day=2026-05-20").content.decode()
    assert "As of " in page
    assert "DV07, Band 7" in page
    assert client.get(f"{PAGE}?day=soon").status_code == 200


def test_history_keeps_what_was_corrected(client, focus, aod):
    whole, _ = focus
    facts = CalibrationFacts(
        kind="focus", measured_at=whole.measured_at, valid_from=whole.valid_from, summary="better"
    )
    newest = correct_calibration(whole, facts=facts, reason="refitted", actor=aod, expected=None)

    assert found(client, "day=2026-03-01") == ["better"]
    assert sorted(found(client, "show=all")) == ["better", "only one", "whole"]
    page = client.get(f"{PAGE}{whole.pk}/").content.decode()
    assert f"superseded by {newest.pk}" in page
    assert "refitted" in page


def test_staff_enter_and_correct_by_form(client):
    wrong = client.post(f"{PAGE}new/", {**TYPED, "flux_jy": "", "valid_from": "spring"})
    told = client.post(f"{PAGE}new/", {**TYPED, "flux_jy": "0"})
    assert (wrong.status_code, told.status_code) == (400, 400)
    assert "It is no time: write 2026-12-31 12:00:00." in wrong.content.decode()
    assert "A flux is above 0" in told.content.decode()

    client.post(f"{PAGE}new/", TYPED)
    row = Calibration.objects.get()
    assert (row.source, row.band, row.flux_jy) == ("Titan", 7, 2.1)
    assert (row.valid_from, row.valid_until) == (day("2026-03-01"), day("2026-03-15"))

    said = {**TYPED, "withdrawn": "on", "reason": "a wrong source", "version": row.pk}
    assert client.post(f"{PAGE}{row.pk}/", said).status_code == 302
    assert client.post(f"{PAGE}{row.pk}/", {**said, "withdrawn": ""}).status_code == 412
    assert [one.is_withdrawn for one in Calibration.objects.order_by("pk")] == [False, True]


def test_programs_read_enter_and_correct(aod):
    client = Client(headers={"authorization": f"Token {make_token(aod)}"})
    url = "/api/v1/calibrations/"

    def post(address: str, body: Any, **headers: str) -> Any:
        return client.post(address, body, content_type="application/json", headers=headers)

    said = {"kind": "focus", "valid_from": "2026-03-01T00:00:00Z", "summary": "x", "antenna": None}
    made = post(url, said)
    number = made.json()["number"]
    assert made.status_code == 201
    assert post(url, {**said, "band": 11}).json()["errors"][0]["field"] == "band"
    assert post(url, {**said, "kind": "x"}).status_code == 400
    assert post(url, {**said, "valid_from": None}).status_code == 400

    one = f"{url}{number}/"
    better = {**said, "summary": "y", "reason": "refitted"}
    tag = client.get(one)["ETag"]
    assert post(one, better).status_code == 428
    assert post(one, better, **{"if-match": '"0-staff-1"'}).status_code == 412
    corrected = post(one, better, **{"if-match": tag})
    assert corrected.status_code == 200
    assert [row["summary"] for row in corrected.json()["history"]] == ["y", "x"]
    assert post(one, better, **{"if-match": tag}).status_code == 412
    assert client.get(one, headers={"if-none-match": corrected["ETag"]}).status_code == 304
    listed = client.get(f"{url}?kind=focus&day=2026-03-02").json()["results"]
    assert [row["summary"] for row in listed] == ["y"]
    assert client.get(f"{url}999999/").status_code == 404
