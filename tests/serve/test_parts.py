"""The parts of the production layout, each by itself."""

import configparser
import os
import shlex
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.core.management import CommandError, call_command

from projects.models import Project
from snoopi.management.commands import prepare
from snoopi.serve import binaries, keeper, layout, nginx, postgresql, site, supervision
from snoopi.serve.binaries import Missing
from snoopi.serve.launch import end_leftovers, find_leftovers
from snoopi.serve.layout import Folders
from snoopi.serve.ports import check_free, free_port
from snoopi.serve.site import Wanted
from snoopi.serve.supervision import LAUNCH, Program, launched

TEMPLATES = Path(site.__file__).parents[2] / "deploy" / "nginx"
SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]


@pytest.fixture
def stay() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes of a test, ended with it."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def start(command: list[str], started: list[subprocess.Popen[bytes]], **options: object) -> int:
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        start_new_session=True,
        **options,  # type: ignore[call-overload]
    )
    started.append(process)
    assert process.stdout.readline() == b"up\n"
    return int(process.pid)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def await_end(pid: int) -> None:
    deadline = time.monotonic() + 60
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_launched_program_works_in_its_folder_under_the_same_number(tmp_path, stay):
    pid = start([*launched(tmp_path / "one"), *SLEEPER], stay)

    assert find_leftovers(tmp_path / "one") == [pid]
    assert find_leftovers(tmp_path) == []


def test_launch_ends_what_an_earlier_run_left(tmp_path, stay):
    old = start(SLEEPER, stay, cwd=tmp_path)

    new = start([*launched(tmp_path), *SLEEPER], stay)

    assert (is_running(old), find_leftovers(tmp_path)) == (False, [new])


def test_leftovers_may_end_by_themselves(tmp_path, stay):
    pid = start(["sh", "-c", "trap 'exit 0' TERM; echo up; sleep 0.3"], stay, cwd=tmp_path)

    end_leftovers(tmp_path, patience_s=60)

    assert stay[0].wait(timeout=60) == 0
    assert not is_running(pid)


AT_A_TERMINAL = """
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.chdir(sys.argv[1])
    os.execvp("sh", ["sh", "-c", "echo here; sleep 600"])
os.read(terminal, 4)
print("up", flush=True)
time.sleep(600)
"""


def test_shell_of_a_person_who_looks_in_is_left_alone(tmp_path, stay):
    start([sys.executable, "-c", AT_A_TERMINAL, str(tmp_path)], stay)

    end_leftovers(tmp_path)

    inside = [
        entry.name
        for entry in Path("/proc").glob("[0-9]*")
        if os.path.lexists(entry / "cwd") and _cwd(entry) == str(tmp_path)
    ]
    assert inside != []


def _cwd(entry: Path) -> str:
    try:
        return str((entry / "cwd").readlink())
    except OSError:
        return ""


def test_program_ends_with_the_process_that_started_it(tmp_path, stay):
    command = shlex.join([*launched(tmp_path), *SLEEPER])
    start(["sh", "-c", f"{command} & wait"], stay)
    [child] = find_leftovers(tmp_path)

    stay[0].kill()

    await_end(child)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_launch_gives_up_being_root(tmp_path, stay):
    tmp_path.chmod(0o755)
    pid = start([*launched(tmp_path, user="nobody"), "sh", "-c", "echo up; exec sleep 600"], stay)

    words = Path(f"/proc/{pid}/status").read_text().split("Uid:")[1].split()
    assert set(words[:4]) == {"65534"}


def test_launch_script_stands_on_the_standard_library_alone():
    imports = [
        line for line in LAUNCH.read_text().splitlines() if line.startswith(("from", "import"))
    ]

    named = {line.split()[1].partition(".")[0] for line in imports}
    assert named <= sys.stdlib_module_names


def test_supervisor_reads_what_was_written(tmp_path):
    programs = [
        Program("first", ["echo", "100%", 'it\'s; "quoted"'], stop_signal="INT", at_once=True),
        Program("second", ["sleep", "1"], stop_s=60),
    ]
    path = tmp_path / "supervisord.conf"
    supervision.write_configuration(
        path, programs, run=tmp_path / "run", log=tmp_path, socket=tmp_path / "s.sock"
    )
    parser = configparser.RawConfigParser()
    parser.read(path)

    first, second = parser["program:first"], parser["program:second"]
    words = shlex.split(first["command"].replace("%%", "%"))
    assert words[-3:] == ["echo", "100%", 'it\'s; "quoted"']
    assert words[words.index("--signal") + 1] == "INT"
    assert (first["autostart"], second["autostart"]) == ("true", "false")
    assert int(first["priority"]) < int(second["priority"])
    assert second["stopwaitsecs"] == "60"
    assert (tmp_path / "run" / "second").is_dir()


def test_templates_are_filled_in_completely(tmp_path):
    nginx.write_configuration(
        tmp_path,
        TEMPLATES,
        listen="127.0.0.1:8000",
        sockets=[Path("/x/web-1.sock"), Path("/x/web-2.sock")],
        static=Path("/x/var/static"),
        data=Path("/x/data"),
        body_bytes=5,
        behind_tls=False,
    )

    text = (tmp_path / "site.conf").read_text()
    assert nginx.names_in(text + (tmp_path / "nginx.conf").read_text()) == set()
    assert text.count('server "unix:/x/web-') == 2
    assert f"client_max_body_size {5 + 1024 * 1024};" in text
    assert 'root "/x/var";' in text
    assert 'alias "/x/data/";' in text
    assert "$http_x_request_id" in text


@pytest.mark.skipif(binaries.find_nginx() is None, reason="nginx is not installed")
@pytest.mark.parametrize("behind_tls", [True, False])
def test_nginx_takes_its_configuration(tmp_path, behind_tls):
    folder = tmp_path / "a folder"
    folder.mkdir()
    path = nginx.write_configuration(
        folder,
        TEMPLATES,
        listen=f"127.0.0.1:{free_port()}",
        sockets=[folder / "web-1.sock"],
        static=tmp_path / "static",
        data=tmp_path / "data",
        body_bytes=5,
        behind_tls=behind_tls,
    )

    done = subprocess.run(
        [str(binaries.find_nginx()), "-t", "-e", "stderr", "-p", str(folder), "-c", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_socket_folder_with_a_long_path_moves_and_is_the_users_own(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deep = tmp_path / ("x" * 100)

    first, second = Folders.under(deep).sockets, Folders.under(deep).sockets
    near = Folders.under(tmp_path).sockets

    assert first == second
    assert len(str(first / "supervisor.sock")) <= 107 or len(str(tmp_path)) > 60
    assert not first.is_relative_to(deep)
    assert stat.S_IMODE(first.stat().st_mode) == 0o700
    assert near == tmp_path / "serve" / "sockets" or not near.is_relative_to(deep)


def test_secrets_are_made_once_and_for_their_owner_only(tmp_path):
    folders = Folders.under(tmp_path)

    first, again, other = (folders.secret(name) for name in ("a", "a", "b"))

    assert first == again != other
    assert len(first) >= 24
    kept = tmp_path / "serve" / "secrets" / "a"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_web_servers_share_the_cores(tmp_path, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 6)
    folders = Folders.under(tmp_path)

    programs, sockets = layout.web_programs(folders, 2)
    direct = layout.direct_web("127.0.0.1", 8000, 2)

    assert [program.command[-1] for program in programs] == ["3", "3"]
    assert [path.name for path in sockets] == ["web-1.sock", "web-2.sock"]
    assert direct.command[-1] == "6"


@pytest.mark.parametrize(
    ("find", "package"),
    [(binaries.find_postgresql, "postgresql"), (binaries.find_redis, "redis-server")],
)
def test_missing_server_is_one_line_with_the_way_to_get_it(monkeypatch, find, package):
    monkeypatch.setattr(Path, "glob", lambda *_: iter(()))
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    monkeypatch.setattr(binaries, "find_spec", lambda _: None)

    with pytest.raises(Missing, match=f"apt install {package}") as problem:
        find()

    assert len(str(problem.value).splitlines()) == 1
    assert binaries.find_nginx() is None


def test_wheel_is_taken_where_nothing_is_installed(monkeypatch):
    monkeypatch.setattr(Path, "glob", lambda *_: iter(()))
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)

    assert binaries.find_postgresql().parts[-2:] == ("pginstall", "bin")


def test_right_to_serve_is_held_by_one_and_given_back(tmp_path):
    refusal = rf"\(process {os.getpid()}\); stop it first"
    with keeper.alone(tmp_path), pytest.raises(CommandError, match=refusal), keeper.alone(tmp_path):
        pass
    with keeper.alone(tmp_path):
        assert (tmp_path / "serve" / "lock").read_text() == f"{os.getpid()}\n"


def test_port_that_is_taken_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} cannot be used"):
            check_free("127.0.0.1", port)

    check_free("127.0.0.1", free_port())


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
    ],
)
def test_address_that_this_machine_asks(tmp_path, address, url):
    wanted = Wanted(address, 8000, 1, 1, demo=False, with_nginx=True)
    built = site.Site(wanted, Folders.under(tmp_path), [], {}, None, None)

    assert built.url == url


@pytest.fixture
def elsewhere(settings, monkeypatch, tmp_path):
    """A layout whose servers are somebody else's."""
    settings.VAR_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    settings.REDIS_URL = "redis://elsewhere/0"
    return {"DATABASE_URL": "postgres://u:it's@h/x", "REDIS_URL": "redis://elsewhere/0", "PATH": ""}


def test_servers_that_are_named_are_not_started(elsewhere, tmp_path):
    wanted = Wanted("127.0.0.1", 8123, 1, 2, demo=False, with_nginx=False)

    built = site.build_site(wanted, elsewhere)

    assert [program.name for program in built.programs] == [
        *("worker-1", "worker-2", "deliverer", "beat", "web-1"),
    ]
    assert built.environment["DATABASE_URL"] == elsewhere["DATABASE_URL"]
    assert built.environment["BASE_URL"] == "http://127.0.0.1:8123"
    # Nobody stands before the web server, so nobody's word about addresses is taken.
    assert built.environment["TRUSTED_PROXIES"] == "0"


def test_manage_script_hands_the_settings_on_and_is_its_owners_only(elsewhere, tmp_path):
    wanted = Wanted("127.0.0.1", 8123, 1, 1, demo=False, with_nginx=False)

    script = site.build_site(wanted, elsewhere).manage

    assert stat.S_IMODE(script.stat().st_mode) == 0o700
    exports = [line for line in script.read_text().splitlines() if line.startswith("export ")]
    done = subprocess.run(
        ["sh", "-c", "\n".join(exports) + '\nprintf %s "$DATABASE_URL"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == elsewhere["DATABASE_URL"]


@pytest.mark.skipif(binaries.find_nginx() is None, reason="nginx is not installed")
@pytest.mark.parametrize(("secure", "proxies"), [(False, "1"), (True, "2")])
def test_proxies_are_counted_with_nginx(elsewhere, settings, secure, proxies):
    settings.SECURE_SITE = secure
    wanted = Wanted("127.0.0.1", 8123, 2, 1, demo=False, with_nginx=True)

    built = site.build_site(wanted, elsewhere)

    assert built.environment["TRUSTED_PROXIES"] == proxies
    assert [program.name for program in built.programs] == [
        *("web-1", "web-2", "worker-1", "deliverer", "beat", "nginx"),
    ]


def test_cluster_is_closed_and_kept(tmp_path, monkeypatch):
    user = postgresql.unprivileged_user()
    monkeypatch.setattr(postgresql, "ELSEWHERE", tmp_path / "elsewhere")
    seen: list[tuple[str, ...]] = []
    monkeypatch.setattr(postgresql, "run", lambda *words, user: seen.append(tuple(map(str, words))))
    data = postgresql.initialize_closed(Path("/bin"), tmp_path, user, "s3cret")
    again = postgresql.initialize_closed(Path("/bin"), tmp_path, user, "other")

    assert (data, again) == (tmp_path / "data", tmp_path / "data")
    [words] = seen
    assert "--auth=scram-sha-256" in words
    assert "s3cret" not in " ".join(words)
    assert not (tmp_path / "password.new").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_cluster_that_its_user_cannot_reach_lies_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(postgresql, "ELSEWHERE", tmp_path / "elsewhere")
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)

    home = postgresql.home_of(closed / "serve" / "postgresql", postgresql.unprivileged_user())

    assert home.parent == tmp_path / "elsewhere"
    assert home == postgresql.home_of(
        closed / "serve" / "postgresql", postgresql.unprivileged_user()
    )


@pytest.mark.django_db(transaction=True)
def test_prepare_migrates_collects_and_rings(monkeypatch, capsys):
    done: list[str] = []
    monkeypatch.setattr(prepare, "collect_static", lambda *, clear: done.append(f"static {clear}"))
    monkeypatch.setattr(prepare, "ring_sweep", lambda: done.append("ring"))

    call_command("prepare")

    assert done == ["static False", "ring"]
    assert Project.objects.count() == 0


@pytest.mark.parametrize("words", [["--web", "0"], ["--workers", "many"], ["--port", "x"]])
def test_number_that_is_none_is_refused(words):
    with pytest.raises(CommandError):
        call_command("serve", *words)


def test_probe_says_by_its_exit_whether_an_address_answers(live_server):
    def probe(url: str) -> int:
        words = [sys.executable, "-m", "snoopi.serve.probe", url]
        return subprocess.run(words, capture_output=True, check=False).returncode

    # The first answer of a site takes what its start takes; the probe waits four seconds.
    urlopen(f"{live_server.url}/healthz", timeout=120).close()
    answers = [
        probe(f"{live_server.url}/healthz"),
        probe(f"{live_server.url}/nothing-here"),
        probe(f"http://127.0.0.1:{free_port()}/healthz"),
    ]

    assert answers == [0, 1, 1]
