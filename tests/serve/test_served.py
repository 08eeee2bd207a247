"""`make serve` as an operator meets it: through nginx, and with each process killed in turn."""

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.conf import settings

from snoopi.serve.binaries import Missing, find_nginx, find_postgresql, find_redis
from tests import plugin
from tests.servers import report
from tests.servers.processes import new_folder
from tests.servers.production import PATIENCE_S, Answer, Production, Visitor

PASSWORD = "correct horse battery"
CODE = "2016.1.99998.S"
UIDS = [f"uid://A001/Xffe{n:x}/X1" for n in range(12)]
RECORDS = {
    "snoopi": 1,
    "projects": [
        {
            "code": CODE,
            "title": "A project behind nginx",
            "state": "InProgress",
            "member_ous": [{"uid": uid, "state": "Ready", "name": f"Part {uid}"} for uid in UIDS],
        }
    ],
}
STATUS = f"/api/v1/ous/{UIDS[0].replace('://', '___').replace('/', '_')}/"
TREE = f"/api/v1/projects/{CODE}/tree/"
BODY_BYTES = 200_000


@pytest.fixture(scope="module")
def site(pytestconfig: pytest.Config) -> Iterator[Production]:
    """The whole layout, two web servers behind nginx."""
    found = pytestconfig.stash[report.KEY]
    nginx = find_nginx()
    if nginx is None:
        report.do_without(pytestconfig, "nginx", "it is not installed")
    try:
        find_postgresql(), find_redis()
    except Missing as problem:
        report.do_without(pytestconfig, "nginx", f"nothing stands behind it: {problem}")
    said = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr
    found.ran["nginx"] = said.strip().rpartition("/")[2]
    folder = new_folder("serve")
    sink = pytestconfig.stash[plugin.SINK]
    variables = {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "INGEST_MAX_BYTES": str(BODY_BYTES)}
    served = Production(folder / "var", variables)
    try:
        served.start("--web", "2", "--workers", "1")
        yield served
    finally:
        served.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def token(site: Production) -> str:
    """A token of somebody who may ingest and observe; the records of this module are read."""
    said = site.manage(
        *("account", "drm", "--role", "admin", "--role", "drm", "--password-stdin"),
        *("--token", "write"),
        stdin=PASSWORD + "\n",
    )
    token = f"Token {said.splitlines()[-1]}"
    post_records(site, token)
    return token


def post_records(site: Production, token: str) -> None:
    """Post the records and wait until they are read."""
    body = json.dumps(RECORDS).encode()
    posted = site.ask("/api/v1/ingest/", body, Authorization=token, Content_Type="application/json")
    assert posted.status == 202, posted
    job = f"/api/v1/ingest/{posted.data['id']}/"
    site.wait_until(
        lambda: site.ask(job, Authorization=token).data.get("state") in ("done", "failed")
    )
    assert site.ask(job, Authorization=token).data["state"] == "done"


def is_ready(site: Production) -> bool:
    return site.ask("/readyz").status == 200


def test_start_names_the_servers_the_address_and_where_things_are(site):
    printed = site.printed.read_text()

    assert re.search(r"PostgreSQL \d+\S*, Redis \d+\.", printed)
    assert f"SnooPI serves {site.url} (Ctrl-C ends it)" in printed
    assert f"{site.var}/serve/manage account" in printed
    assert "Mail is not configured" not in printed


def test_every_part_is_ready(site):
    told = {}

    def all_is_well() -> bool:
        told.update(site.ask("/readyz").data)
        return bool(told["ready"])

    site.wait_until(all_is_well)
    parts = ("database", "migrations", "broker", "worker", "deliverer", "mail")
    assert told["checks"] == dict.fromkeys(parts, "ok")


def test_log_in_through_nginx(site, token):
    visitor = Visitor(site)

    landed = visitor.log_in("drm", PASSWORD)
    page = visitor.get(f"/projects/{CODE}/")

    assert landed.status == 200
    assert (page.status, "A project behind nginx" in page.body.decode()) == (200, True)


def test_guesser_is_locked_out_whatever_address_he_invents(site, token):
    site.manage("account", "guessed", "--password-stdin", stdin=PASSWORD + "\n")

    answers = [
        Visitor(site).log_in("guessed", f"wrong {number}", X_Forwarded_For=f"10.0.0.{number}")
        for number in range(settings.AXES_FAILURE_LIMIT)
    ]

    assert [answer.status for answer in answers] == [200] * (len(answers) - 1) + [429]


def test_poll_with_the_strong_and_the_weakened_tag(site, token):
    plain = site.ask(TREE, Authorization=token, Accept_Encoding="identity")
    packed = site.ask(TREE, Authorization=token, Accept_Encoding="gzip")
    strong, weak = plain.headers["etag"], packed.headers["etag"]
    again = [
        site.ask(TREE, Authorization=token, If_None_Match=tag, Accept_Encoding=coding).status
        for tag in (strong, weak)
        for coding in ("identity", "gzip")
    ]

    assert weak == f"W/{strong}"
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert again == [304] * 4
    assert site.ask(TREE, Authorization=token, If_None_Match='W/"other"').status == 200


def test_step_with_the_weakened_tag(site, token):
    path = f"{STATUS}status/"
    tag = site.ask(path, Authorization=token).headers["etag"]

    def step(to: str, if_match: str) -> int:
        body = json.dumps({"to": to}).encode()
        sent = {"Content_Type": "application/json", "If_Match": if_match}
        answer: Answer = site.ask(f"{STATUS}state/", body, Authorization=token, **sent)
        return answer.status

    answers = [step("ObservingTimedOut", f"W/{tag}"), step("Ready", f"W/{tag}")]
    fresh = site.ask(path, Authorization=token).headers["etag"]

    assert answers == [200, 412]
    assert step("Ready", fresh) == 200


def test_request_keeps_its_name_on_the_whole_way(site, token):
    name = "a-name-from-outside.1"
    answer = site.ask("/api/v1/me/", Authorization=token, X_Request_ID=name)
    replaced = site.ask("/api/v1/me/", Authorization=token, X_Request_ID="bad name")

    assert answer.headers["x-request-id"] == name
    assert re.fullmatch(r"[0-9a-f]{32}", replaced.headers["x-request-id"])
    site.wait_until(lambda: name in (site.folders.log / "nginx.log").read_text())
    of_nginx = [line for line in site.log("nginx") if line["request_id"] == name]
    of_web = [
        line
        for program in ("web-1", "web-2")
        for line in site.log(program)
        if line.get("request_id") == name
    ]
    assert [line["status"] for line in of_nginx] == [200]
    assert [(line["path"], line["address"]) for line in of_web] == [("/api/v1/me/", "127.0.0.1")]


def test_no_secret_stands_in_any_log(site, token):
    secret = token.removeprefix("Token ")
    site.ask(f"/projects/?token={secret}")
    logs = "".join(path.read_text() for path in site.folders.log.glob("*.log"))

    kept = [site.folders.secret(name) for name in ("postgres", "snoopi", "redis")]
    assert [word for word in (secret, PASSWORD, *kept) if word in logs] == []


def test_static_files_come_from_nginx_hashed_and_immutable(site):
    page = site.ask("/login/").body.decode()
    [sheet, *_] = re.findall(r'href="(/static/[^"]+\.css)"', page)

    answer = site.ask(sheet, Accept_Encoding="gzip")

    assert re.search(r"\.[0-9a-f]{12}\.css$", sheet)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "x-request-id" not in answer.headers
    assert site.ask("/static/.stamp").status == 404


def test_body_that_is_too_large_is_refused_as_a_problem(site, token):
    def post(size: int) -> tuple[int, str]:
        answer = site.ask(
            "/api/v1/ingest/", b" " * size, Authorization=token, Content_Type="application/json"
        )
        return answer.status, answer.headers.get("content-type", "")

    assert post(BODY_BYTES + 1) == (413, "application/problem+json")
    assert post(BODY_BYTES + 2 * 1024 * 1024) == (413, "application/problem+json")


def test_second_start_is_refused_in_one_line(site):
    done = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=settings.BASE_DIR,
        env=site.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert re.fullmatch(
        rf"CommandError: SnooPI already serves from {site.var} \(process \d+\); stop it first\.\n",
        done.stderr,
    )


def kill(site: Production, program: str) -> None:
    """Kill a program, and come back when it has been started again."""
    before = site.pids()[program]
    os.kill(before, signal.SIGKILL)
    site.wait_until(lambda: site.pids()[program] not in (0, before))


def answers_while(site: Production, token: str, program: str) -> list[int]:
    """Kill a program; answer what polls were told until it ran again and a second longer."""
    before = site.pids()[program]
    os.kill(before, signal.SIGKILL)
    told, until = [], float("inf")
    while time.monotonic() < until:
        told.append(site.ask(f"{STATUS}status/", Authorization=token).status)
        if until == float("inf") and site.pids()[program] not in (0, before):
            until = time.monotonic() + 1
    return told


@pytest.mark.parametrize("program", ["web-1", "worker-1", "beat", "redis"])
def test_kill_of_what_pages_do_without_is_not_noticed(site, token, program):
    told = answers_while(site, token, program)

    assert set(told) == {200}
    assert len(told) >= 3


def test_worker_of_a_web_server_is_replaced(site, token):
    main = site.pids()["web-2"]
    site.wait_until(lambda: len(site.working("web-2")) == 2)
    [worker] = [pid for pid in site.working("web-2") if pid != main]
    os.kill(worker, signal.SIGKILL)

    site.wait_until(lambda: len(site.working("web-2")) == 2 and worker not in site.working("web-2"))
    site.wait_until(lambda: site.ask(f"{STATUS}status/", Authorization=token).status == 200)


@pytest.mark.parametrize("program", ["nginx", "postgresql"])
def test_site_comes_back_after_a_kill_of(site, token, program):
    kill(site, program)

    site.wait_until(lambda: site.ask(f"{STATUS}status/", Authorization=token).status == 200)


def test_nothing_is_lost_with_broker_and_worker(site, token):
    for program in ("redis", "worker-1"):
        os.kill(site.pids()[program], signal.SIGKILL)

    post_records(site, token)


def test_site_comes_back_after_a_kill_of_the_supervisor(site, token):
    supervisor = (site.folders.run / "supervisord.pid").read_text()
    os.kill(int(supervisor), signal.SIGKILL)

    site.wait_until(lambda: site.printed.read_text().count("SnooPI serves") == 2)
    assert site.ask(f"{STATUS}status/", Authorization=token).status == 200
    site.wait_until(lambda: len(site.working("beat")) == 1)
    site.wait_until(lambda: is_ready(site))


def test_everything_ends_with_the_command_and_starts_again_with_its_data(site, token):
    assert site.process is not None
    site.process.kill()
    site.process.wait()
    deadline = time.monotonic() + PATIENCE_S
    while left := site.all_processes():
        assert time.monotonic() < deadline, left
        time.sleep(0.2)

    site.start("--web", "1", "--workers", "1")

    assert site.ask(f"{STATUS}status/", Authorization=token).status == 200
    assert len(site.working("beat")) == 1


def test_ctrl_c_leaves_nothing_behind(site):
    site.stop()

    assert site.process is not None
    assert site.process.returncode == 0
    assert site.all_processes() == []
