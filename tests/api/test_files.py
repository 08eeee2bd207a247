"""Files over the interface: what is told of them, to whom, and how the lists narrow."""

import csv
import io

import pytest
import time_machine
from astropy.io.votable import parse
from django.conf import settings

from deliveries.models import ProductFile
from deliveries.places import package_folder
from ingest.loader import load
from ingest.readers import Source, read_source
from projects.models import MemberOUS
from tests.factories import make_project, make_user
from tests.ingest.packages import plain, write_package

FIELDS = {
    *("name", "class", "kind", "size", "sha256", "generation", "access_url", "readable"),
    *("path", "project", "member_ous", "changed_at"),
}


@pytest.fixture
def pi(db):
    return make_user("pi")


@pytest.fixture
def member(pi):
    return make_project("2019.1.90001.S", pi=pi, members=2).memberous_set.order_by("pk")[0]


def deliver(member, tmp_path, state="Delivered"):
    """Read a package of a member OUS and let it stand in a state."""
    files = {f"product/{name}": "x" * 3 for name in ("a.fits", "b.fits")}
    files |= {"log/a.log": "log", "raw/uid___A002_X9_Xa.asdm.sdm.tar": "raw"}
    home = write_package(tmp_path, files, f"{plain(member.uid)}/1")
    report = load(read_source(Source.from_path(home)))
    assert report.rejected == []
    MemberOUS.objects.filter(pk=member.pk).update(
        state=state, delivery_generation=1 if state == "Delivered" else None
    )


def names(answer):
    return sorted(row["name"] for row in answer.json()["results"])


def test_file_is_told_with_size_checksum_and_generation(client_for, pi, member, tmp_path):
    deliver(member, tmp_path)

    row = client_for(pi).get(f"/api/v1/ous/{member.ref}/files/?class=log").json()["results"][0]

    assert set(row) == FIELDS
    assert (row["name"], row["class"], row["kind"], row["size"]) == ("a.log", "log", "log", 3)
    assert row["sha256"] == ProductFile.objects.get(name="a.log").sha256
    assert (row["generation"], row["readable"], row["path"]) == (1, True, "log/a.log")
    assert (row["project"], row["member_ous"]) == ("2019.1.90001.S", member.uid)


def test_address_is_given_where_the_store_has_the_file(client_for, pi, member, tmp_path):
    deliver(member, tmp_path)
    client, path = client_for(pi), f"/api/v1/ous/{member.ref}/files/?class=log"
    assert client.get(path).json()["results"][0]["access_url"] is None
    place = package_folder(settings.DATA_DIR, member.ref, 1) / "log"
    place.mkdir(parents=True)
    (place / "a.log").write_text("log")

    url = client.get(path).json()["results"][0]["access_url"]

    assert url.startswith("http://testserver/files/")
    assert b"".join(client.get(url).streaming_content) == b"log"


def test_people_outside_see_nothing_but_raw_data_before_delivery(client_for, pi, member, tmp_path):
    deliver(member, tmp_path, state="ReadyForReview")
    staff = make_user(roles=["qa"])

    path = f"/api/v1/ous/{member.ref}/files/"
    assert names(client_for(pi).get(path)) == ["uid___A002_X9_Xa.asdm.sdm.tar"]
    assert client_for(pi).get(path).json()["results"][0]["readable"] is False
    assert len(names(client_for(staff).get(path))) == 4
    assert len(names(client_for(make_user()).get("/api/v1/files/"))) == 0


def test_lists_narrow_by_project_ous_class_and_time(client_for, pi, member, tmp_path):
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        deliver(member, tmp_path)
    client = client_for(pi)

    def found(query):
        return len(client.get(f"/api/v1/files/?{query}").json()["results"])

    assert found("project=2019.1.90001.S") == 4
    assert found("project=2019.1.90002.S") == 0
    assert found(f"ous={member.uid}") == 4
    assert found(f"ous={member.group_ous.uid}") == 4
    assert found("ous=uid://A001/X9/X9") == 0
    assert found("class=product") == 2
    assert found("class=product,raw") == 3
    assert found("changed_after=2025-12-31") == 4
    assert found("changed_after=2026-01-01T00:00:00Z") == 0
    assert client.get("/api/v1/files/?class=novel").status_code == 400


def test_file_that_is_handed_out_counts_as_changed(client_for, pi, member, tmp_path):
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        deliver(member, tmp_path)
    MemberOUS.objects.filter(pk=member.pk).update(delivered_at="2026-02-01T00:00:00Z")

    rows = client_for(pi).get("/api/v1/files/?changed_after=2026-01-15").json()["results"]

    assert len(rows) == 4


def test_files_as_csv_and_votable_have_the_same_rows(client_for, pi, member, tmp_path):
    deliver(member, tmp_path)
    ProductFile.objects.filter(name="a.fits").update(size_bytes=5_000_000_000)
    client, path = client_for(pi), f"/api/v1/ous/{member.ref}/files/"

    text = b"".join(client.get(f"{path}?format=csv").streaming_content).decode()
    table = parse(io.BytesIO(client.get(f"{path}?format=votable").content)).get_first_table()

    rows = list(csv.DictReader(text.splitlines()))
    assert set(rows[0]) == FIELDS
    sizes = {str(row["name"]): int(row["size"]) for row in table.array}
    assert sizes["a.fits"] == 5_000_000_000
    assert {row["name"]: int(row["size"]) for row in rows} == sizes
