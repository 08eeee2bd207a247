"""Posting records, and what is told of the job."""

import json

import pytest

from ingest.models import IngestJob, IngestProblem, JobState
from ingest.services import claim_job, fail_job

PATH = "/api/v1/ingest/"
JSON = "application/json"


@pytest.fixture
def client(client_for, admin):
    return client_for(admin)


def test_post_is_taken_as_a_queued_job(client, admin):
    body = json.dumps({"projects": []}).encode()

    answer = client.post(f"{PATH}?source=night.json", body, JSON)

    job = IngestJob.objects.get()
    assert (answer.status_code, answer["Location"]) == (202, f"{PATH}{job.pk}/")
    assert bytes(job.body or b"") == body
    assert job.requested_by == admin
    told = answer.json()
    assert told.pop("created_at") == job.created_at.isoformat().replace("+00:00", "Z")
    assert told == {
        "id": job.pk,
        "source": "night.json",
        "format": None,
        "state": "queued",
        "progress": {"done": 0, "total": None},
        "started_at": None,
        "finished_at": None,
        "failure": None,
        "created": {},
        "updated": {},
        "unchanged": {},
        "superseded": {},
        "rejected": [],
        "rejected_count": 0,
    }


@pytest.mark.parametrize("content_type", [JSON, "text/csv", "application/x-votable+xml", "a/b"])
def test_post_takes_any_type_of_body_as_it_is(client, content_type):
    answer = client.generic("POST", PATH, b"\x00\xff", content_type=content_type)

    assert answer.status_code == 202
    assert bytes(IngestJob.objects.get().body or b"") == b"\x00\xff"
    assert answer.json()["source"] == "posted by admin"


@pytest.mark.parametrize("query", ["source=%00", f"source={'x' * 501}"])
def test_post_with_an_impossible_source_is_400(client, query):
    assert client.post(f"{PATH}?{query}", b"{}", JSON).status_code == 400


def test_post_of_nothing_is_400(client):
    answer = client.post(PATH, b"", JSON)

    assert answer.status_code == 400
    assert not IngestJob.objects.exists()


def test_post_over_the_limit_is_413(client, settings):
    settings.INGEST_MAX_BYTES = 10

    refused = client.post(PATH, b" " * 11, JSON)
    taken = client.post(PATH, b" " * 10, JSON)

    assert (refused.status_code, taken.status_code) == (413, 202)
    assert refused.json()["detail"] == "A body may have at most 10 bytes."


@pytest.mark.parametrize("name", ["pi", "stranger", "aod", "reducer", "qa", "drm", "arc", "cs"])
def test_ingest_is_for_administrators(client_for, somebody, name):
    client = client_for(somebody(name))
    job = IngestJob.objects.create(source="x")

    answers = [
        client.get(PATH),
        client.post(PATH, b"{}", JSON),
        client.get(f"{PATH}{job.pk}/"),
        client.get(f"{PATH}{job.pk + 1}/"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]


def test_job_tells_progress_report_and_refused_records(client):
    job = IngestJob.objects.create(
        source="night.json",
        state=JobState.DONE,
        format="json",
        projects_done=3,
        projects_total=3,
        report={"created": {"project": 3}, "unchanged": {"exec_block": 7}},
    )
    IngestProblem.objects.bulk_create(
        IngestProblem(job=job, record=f"row {number}", reason="no UID") for number in range(1002)
    )

    told = client.get(f"{PATH}{job.pk}/").json()

    assert told["progress"] == {"done": 3, "total": 3}
    assert (told["created"], told["updated"]) == ({"project": 3}, {})
    assert told["unchanged"] == {"exec_block": 7}
    assert told["rejected_count"] == 1002
    assert len(told["rejected"]) == 1000
    assert told["rejected"][0] == {"record": "row 0", "reason": "no UID"}


def test_failed_job_says_why(client):
    job = IngestJob.objects.create(source="broken.xml")
    claim_job(job.pk)
    fail_job(pk=job.pk, reason="XML not well-formed: line 3")

    told = client.get(f"{PATH}{job.pk}/").json()

    assert (told["state"], told["failure"]) == ("failed", "XML not well-formed: line 3")


@pytest.mark.parametrize("number", ["999999999", "99999999999999999999999999"])
def test_unknown_job_is_404(client, number):
    assert client.get(f"{PATH}{number}/").status_code == 404


def test_jobs_are_listed_newest_first(client):
    jobs = [IngestJob.objects.create(source=f"{number}") for number in range(3)]

    body = client.get(f"{PATH}?page_size=2").json()

    assert [job["id"] for job in body["results"]] == [jobs[2].pk, jobs[1].pk]
    assert "report" not in body["results"][0]
