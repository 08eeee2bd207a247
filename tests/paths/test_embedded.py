"""The embedded observatory as a newcomer meets it: one command, SQLite, no Redis."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest
from django.conf import settings

START_S = 180
REPLY = """<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE type="results">
<INFO name="QUERY_STATUS" value="OK"/><TABLE>
<FIELD name="Project code" datatype="char" arraysize="*"/>
<FIELD name="Member ous id" datatype="char" arraysize="*"/>
<FIELD name="Asdm uid" datatype="char" arraysize="*"/>
<FIELD name="Release date"/>
<DATA><TABLEDATA><TR><TD>2016.1.99999.S</TD><TD>uid://A001/Xfff1/X1</TD>
<TD>uid://A002/Xfff1/X2</TD><TD>2018-01-02</TD></TR></TABLEDATA></DATA>
</TABLE></RESOURCE></VOTABLE>
"""


@dataclass(frozen=True)
class Observatory:
    """A running embedded server."""

    url: str
    environment: dict[str, str]
    printed: Path
    process: subprocess.Popen[bytes]

    def command(self, *words: str, stdin: str = "") -> str:
        """Run a management command beside the server and answer what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR,
            env=self.environment,
            input=stdin,
            text=True,
            capture_output=True,
            check=True,
        )
        return done.stdout

    def api(self, path: str, token: str, body: bytes | None = None) -> tuple[int, Any]:
        """Answer (status, JSON) of an API request."""
        headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        request = Request(f"{self.url}/api/v1/{path}", data=body, headers=headers)
        return _sent(build_opener(), request)


def _sent(opener: OpenerDirector, request: Request) -> tuple[int, Any]:
    try:
        with opener.open(request, timeout=30) as reply:
            return reply.status, json.loads(reply.read())
    except HTTPError as problem:
        return problem.code, json.loads(problem.read())


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes], printed: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, printed.read_text()
        try:
            with build_opener().open(f"{url}/healthz", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"no answer within {START_S} s: {printed.read_text()}")


@pytest.fixture(scope="module")
def observatory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observatory]:
    folder = tmp_path_factory.mktemp("embedded")
    port = _free_port()
    kept = {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}
    environment = {name: value for name, value in os.environ.items() if name in kept}
    environment |= {"VAR_DIR": str(folder / "var"), "PYTHONUNBUFFERED": "1"}
    printed = folder / "printed"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process, printed)
        yield Observatory(url, environment, printed, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def test_start_prints_address_and_demo_log_ins(observatory: Observatory) -> None:
    printed = observatory.printed.read_text()

    assert observatory.url in printed
    assert re.search(r"^\s+jsmith\s+John Smith$", printed, re.MULTILINE)


def test_demo_pi_logs_in_and_lands_on_the_page_he_asked_for(observatory: Observatory) -> None:
    password = re.search(r"password (\S+)", observatory.printed.read_text())
    assert password is not None
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    deep = f"{observatory.url}/projects/2013.1.00269.S/"

    with opener.open(deep, timeout=30) as reply:
        form, asked = reply.read().decode(), reply.url
    hidden = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert hidden is not None
    fields = {"username": "jsmith", "password": password[1], "csrfmiddlewaretoken": hidden[1]}
    fields["next"] = "/projects/2013.1.00269.S/"
    with opener.open(
        Request(asked, data=urlencode(fields).encode(), headers={"Referer": asked}), timeout=30
    ) as reply:
        page, landed = reply.read().decode(), reply.url

    assert asked.startswith(f"{observatory.url}/login/")
    assert landed == deep
    assert "Observing the centre of the galaxy with ALMA" in page
    assert "SgrB2_a_03_7M" in page


@pytest.fixture(scope="module")
def token(observatory: Observatory) -> str:
    """The token of an administrator."""
    printed = observatory.command("account", "root", "--role", "admin", "--token", "write")
    return printed.splitlines()[-1]


def test_sqlite_keeps_calibrations_and_tells_reports_of_them(
    observatory: Observatory, token: str
) -> None:
    _, runs = observatory.api("execblocks/?project=2013.1.00269.S&page_size=1", token)
    run = runs["results"][0]
    before = observatory.api(f"execblocks/{run['ref']}/", token)[1]["calibrations"]
    said = {"kind": "beams", "valid_from": run["start"], "summary": "as modelled"}

    made, record = observatory.api("calibrations/", token, json.dumps(said).encode())
    after = observatory.api(f"execblocks/{run['ref']}/", token)[1]["calibrations"]
    _, listed = observatory.api("calibrations/?kind=beams", token)

    assert made == 201
    beams = [
        {one["number"] for kind in told if kind["kind"] == "beams" for one in kind["records"]}
        for told in (before, after)
    ]
    assert (record["number"] in beams[0], record["number"] in beams[1]) == (False, True)
    assert {one["standing"] for one in after if one["kind"] == "beams"} == {"valid"}
    assert record["number"] in [one["number"] for one in listed["results"]]


def test_sqlite_tells_the_past_and_how_long_things_took(
    observatory: Observatory, token: str
) -> None:
    _, now = observatory.api("ous/uid___A001_X121_X4bc/status/", token)
    _, past = observatory.api("ous/uid___A001_X121_X4bc/status/?at=2014-07-02", token)
    found, board = observatory.api("turnaround/", token)
    _, late = observatory.api("turnaround/ous/?late=yes&count=true", token)

    assert now["executions"]["count"] == 4
    assert (past["state"], past["executions"]["count"]) == ("PartiallyObserved", 1)
    assert (found, len(board["weeks"])) == (200, 12)
    assert late["count"] > 0


def test_posted_reply_is_read_by_the_background_thread(
    observatory: Observatory, token: str
) -> None:
    status, job = observatory.api("ingest/", token, REPLY.encode())
    deadline = time.monotonic() + 60
    while job["state"] not in ("done", "failed") and time.monotonic() < deadline:
        time.sleep(0.2)
        _, job = observatory.api(f"ingest/{job['id']}/", token)
    found, answer = observatory.api("ous/uid___A001_Xfff1_X1/status/", token)

    assert status == 202
    assert job["state"] == "done"
    assert found == 200
    assert (answer["state"], answer["release_date"]) == ("Delivered", "2018-01-02T00:00:00Z")
    assert answer["executions"]["count"] == 1


def test_bad_setting_stops_the_start_with_one_line_that_names_it(tmp_path: Path) -> None:
    environment = {**os.environ, "BASE_URL": "nowhere", "VAR_DIR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=settings.BASE_DIR,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )

    assert done.returncode != 0
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("BASE_URL")
