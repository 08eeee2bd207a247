"""Web addresses: fetched when they have changed, refused whole when they are bad."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from ingest.models import IngestJob, IngestSource
from projects.models import MemberOUS, Project
from tests.ingest.readers.makers import native, tarred
from tests.ingest.sources.observatory import a_setting, read
from tests.servers.tap import PAGE, serving

pytestmark = pytest.mark.django_db
CODE = "2013.1.90001.S"
BODY = native({"code": CODE, "member_ous": [{"uid": "uid://A001/X1/X3"}]})


class Site:
    """What stands at one address, and who asked for it with which headers."""

    def __init__(self) -> None:
        self.body, self.etag, self.status = BODY.encode(), '"v1"', 200
        self.kind = "application/json"
        self.asked: list[dict[str, str]] = []
        self.url = ""


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            site.asked.append(dict(self.headers))
            known = site.etag and self.headers.get("If-None-Match") == site.etag
            self.send_response(304 if known else site.status)
            if site.etag:
                self.send_header("ETag", site.etag)
            self.send_header("Content-Type", site.kind)
            self.end_headers()
            if not known:
                self.wfile.write(site.body)

    with serving(Handler) as root:
        site.url = f"{root}/status.json?key=open-sesame"
        yield site


def test_address_is_read_once_and_asked_by_its_version(site):
    setting = a_setting(f"site={site.url}")

    first, second = read(setting), read(setting)

    assert (first.failure, second.failure) == ("", "")
    assert [row.code for row in Project.objects.all()] == [CODE]
    assert site.asked[1]["If-None-Match"] == '"v1"'
    assert IngestJob.objects.count() == 1
    assert IngestSource.objects.get().address.endswith("/status.json?…")


def test_new_version_is_read(site):
    setting = a_setting(f"site={site.url}")
    read(setting)
    site.body = BODY.replace("X1/X3", "X1/X4").encode()
    site.etag = '"v2"'

    read(setting)

    assert MemberOUS.objects.count() == 2
    assert IngestJob.objects.count() == 2


def test_same_content_without_a_version_is_not_read_again(site):
    site.etag = ""
    setting = a_setting(f"site={site.url}")

    for _ in range(3):
        read(setting)

    assert len(site.asked) == 3
    assert IngestJob.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (PAGE.encode(), 200, "Its form is not known (html document)"),
        (b"", 200, "It answered with nothing."),
        (BODY[:-5].encode(), 200, ""),
        (b"gone", 404, "It answers 404: Not Found."),
        (tarred({"good.json": BODY, "bad.json": BODY[:-5]}), 200, ""),
    ],
)
def test_bad_answer_is_refused_whole_and_asked_for_again(site, body, status, words):
    setting = a_setting(f"site={site.url}")
    site.body, site.status = body, status

    outcome = read(setting)

    assert outcome.failure
    assert words in outcome.failure
    assert "open-sesame" not in outcome.failure
    assert Project.objects.count() == 0
    site.body, site.status = BODY.encode(), 200
    assert read(setting).failure == ""
    assert "If-None-Match" not in site.asked[1]
    assert Project.objects.count() == 1
