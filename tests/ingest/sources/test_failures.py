"""Sources that are away, slow or lie: only they stop, and nothing is doubled or lost."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from ingest.models import IngestJob, IngestProblem, IngestSource, JobState
from ingest.sources import tap_client
from ingest.sources.errors import SourceBusy
from ingest.sources.ledger import due_names
from ingest.sources.poll import poll
from projects.models import Event, Project
from tests.ingest.bundles import everything
from tests.ingest.sources.observatory import archive_rows, code_of, counts, read, tap_setting
from tests.servers.tap import TapService, tap_service

pytestmark = pytest.mark.django_db
EVERYTHING = (7, 14, 14, 28)

# What the service does instead of its third page, and what staff read of it.
TROUBLES = {
    "html": "It answered with an HTML page, no VOTable.",
    "half": "Its answer cannot be used: Its XML is not well-formed: ",
    "dropped": "Its reply broke off.",
    "error": "The database is being mended.",
    "away": "It answers 503: Service Unavailable.",
    "columns": "It answered with other columns than it was asked for: no proposal_id.",
    "trickle": "It is too slow: its reply was not there within 1 s.",
    "silent": "It ",
    "enormous": "Its reply is longer than 2 MB.",
    "unordered": "It gives its rows in another order than it was asked for.",
}


@pytest.mark.parametrize("mode", TROUBLES)
def test_bad_page_stops_the_round_and_the_next_goes_on_from_there(tap, mode, monkeypatch):
    monkeypatch.setattr(tap_client, "MAX_BYTES", 2 << 20)
    timeout = "1s" if mode in ("trickle", "silent") else "60s"
    setting = tap_setting(tap.url, f"rows=20&timeout={timeout}")
    tap.service.fail(mode, after=3)

    outcome = read(setting)

    source = IngestSource.objects.get()
    assert TROUBLES[mode] in outcome.failure
    assert (source.problem, source.failures, source.claim) == (outcome.failure, 1, "")
    assert source.succeeded_at is None
    # Two pages of two projects were good, and nothing of the third is there.
    assert [row.code for row in Project.objects.order_by("code")] == [
        code_of(number) for number in range(1, 5)
    ]
    assert source.cursor["after"] == code_of(4)
    job = IngestJob.objects.get()
    assert (job.state, job.failure, job.projects_done) == (JobState.FAILED, outcome.failure, 4)
    tap.service.release.set()
    tap.service.recover()
    tap.service.queries.clear()

    again = read(tap_setting(tap.url, "rows=20"))

    source.refresh_from_db()
    assert again.failure == ""
    assert counts() == EVERYTHING
    assert again.report.created["project"] == 3
    assert f"proposal_id > '{code_of(4)}'" in tap.service.queries[1]
    assert (source.problem, source.failures) == ("", 0)
    assert Event.objects.count() == len({*Event.objects.values_list("pk", flat=True)})


def test_same_page_again_and_again_ends_the_round_and_keeps_what_was_good(tap):
    setting = tap_setting(tap.url, "rows=20")
    tap.service.fail("same", after=1)

    outcome = read(setting)

    assert outcome.failure == "It gave the same page twice: the rest cannot be read."
    assert counts()[0] == 2
    assert len(tap.service.queries) == 3
    tap.service.recover()
    read(setting)
    assert counts() == EVERYTHING


def test_service_that_repeats_the_last_key_of_a_page_is_read_whole(tap):
    tap.service.fail("greedy")

    outcome = read(tap_setting(tap.url, "rows=30"))

    assert outcome.failure == ""
    assert counts() == EVERYTHING


def test_result_after_every_kind_of_trouble_is_that_of_an_honest_service(tap):
    setting = tap_setting(tap.url, "rows=20")
    for mode in ("html", "half", "error", "same", "columns"):
        tap.service.queries.clear()
        tap.service.fail(mode, after=2)
        read(setting)
    tap.service.recover()
    read(setting)
    whole = everything()

    read(tap_setting(tap.url, "rows=5000", name="other"))

    assert counts() == EVERYTHING
    assert everything() == whole


def test_stopped_service_is_away_until_it_is_back(tap):
    service = TapService(archive_rows(1))
    with tap_service(service) as url:
        setting = tap_setting(url)
        port = int(url.rsplit(":", 1)[1].partition("/")[0])
        read(setting)
    before = IngestSource.objects.get().succeeded_at

    away = read(setting)

    assert away.failure == "It does not answer: connection refused."
    assert IngestSource.objects.get().succeeded_at == before
    back = TapService([*archive_rows(1), *archive_rows(2, modified="2026-04-01T00:00:00.000")])
    with tap_service(back, port):
        assert read(setting).failure == ""
    assert counts()[0] == 2


def test_unknown_host_is_named_as_such():
    outcome = read(tap_setting("http://nowhere.invalid/tap"))

    assert outcome.failure.startswith("It does not answer")
    assert "nowhere.invalid" not in outcome.failure


def test_table_without_the_archives_columns_is_refused(tap):
    tap.service.put([{"name": "Vega", "magnitude": 0.03}])

    outcome = read(tap_setting(tap.url))

    assert outcome.failure == (
        "Its table has no project code and no member OUS (it has name, magnitude)."
    )


def test_table_that_is_not_there_is_told_in_the_services_words(tap):
    outcome = read(tap_setting(tap.url, "table=ivoa.missing"))

    assert outcome.failure.startswith("It answers 400: ")
    assert "no such table: ivoa.missing" in outcome.failure


def test_failing_source_leaves_one_job_until_it_fails_in_another_way(tap):
    setting = tap_setting(tap.url)
    tap.service.fail("html")
    for _ in range(3):
        read(setting)
    assert (IngestJob.objects.count(), IngestProblem.objects.count()) == (1, 1)
    assert IngestSource.objects.get().failures == 3

    tap.service.fail("error")
    read(setting)

    assert IngestJob.objects.count() == 2


@pytest.mark.parametrize("text", ["7200", "Fri, 02 Jan 2026 16:04:00 GMT"])
def test_service_that_asks_for_time_gets_it(tap, text):
    tap.service.fail("away", retry_after=text)
    start = datetime(2026, 1, 2, 14, 4, tzinfo=UTC)
    with time_machine.travel(start, tick=False):
        setting = tap_setting(tap.url)
        read(setting)

        source = IngestSource.objects.get()
        assert source.next_at == source.not_before == start + timedelta(hours=2)
        assert due_names(start + timedelta(hours=1)) == []
        assert due_names(start + timedelta(hours=3)) == ["alma"]
        with pytest.raises(SourceBusy):
            poll(setting)


def test_password_and_query_are_shown_nowhere(tap, caplog):
    secret = tap.url.replace("http://", "http://robot:s3cret-word@")
    setting = tap_setting(secret)
    tap.service.fail("html")

    outcome = read(setting)

    source = IngestSource.objects.get()
    shown = [outcome.failure, source.address, source.host, source.problem, repr(setting)]
    shown += [str(value) for value in IngestJob.objects.values_list("source", "failure")]
    assert "s3cret-word" not in "".join([*shown, caplog.text])
    assert "robot" not in "".join([*shown, caplog.text])
    assert source.address == tap.url
