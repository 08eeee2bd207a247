import os
import signal
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP

import pytest
from django.core.mail import send_mail
from django.db import connection

from snoopi.celery import app
from tests.servers.processes import Server, ServerUnavailable, new_folder
from tests.servers.worker import ping

ROOT = Path(__file__).resolve().parents[2]

START_AND_TELL = """
import sys
from tests.servers.processes import Server, new_folder

sleeper = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
server = Server(sleeper, folder=new_folder("sleeper"))
pid = server.await_answer(lambda: int(server.log.read_text()), refused=ValueError)
print(pid, server.log.parent, flush=True)
input()
"""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def start_and_tell() -> tuple[subprocess.Popen[str], int, Path]:
    """Return a process that keeps a server, with the server's process id and folder."""
    owner = subprocess.Popen(
        [sys.executable, "-c", START_AND_TELL],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert owner.stdout is not None
    pid, folder = owner.stdout.readline().split()
    return owner, int(pid), Path(folder)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_server_ends_with_its_owner_however_that_ends(end):
    owner, pid, folder = start_and_tell()
    running = is_running(pid)

    owner.send_signal(end)
    owner.communicate()

    # The folder goes last, after the server itself.
    deadline = time.monotonic() + 60
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (running, is_running(pid)) == (True, False)


def test_server_that_gives_up_is_not_waited_for():
    server = Server(["sh", "-c", "echo no room >&2; exit 3"], folder=new_folder("quitter"))

    with pytest.raises(ServerUnavailable, match="no answer: refused\nno room"):
        server.await_answer(refuse, refused=ConnectionError)

    assert not server.log.parent.exists()


def refuse() -> None:
    raise ConnectionError("refused")


@pytest.mark.postgresql
def test_database_is_a_test_database_of_the_suites_own_server(db):
    assert connection.vendor == "postgresql"
    assert connection.settings_dict["NAME"].startswith("test_")
    assert connection.settings_dict["PORT"] != 5432


def test_smtp_sink_keeps_what_the_wire_brought(smtp_sink):
    message = EmailMessage()
    message["Subject"] = "Fertig – 86 GHz"
    message.set_content("Grüße\n")

    with SMTP("127.0.0.1", smtp_sink.port) as client:
        client.send_message(message, "from@example.org", ["to@example.org", "cc@example.org"])

    [received] = smtp_sink.wait_for(1)
    assert received.sender == "from@example.org"
    assert received.recipients == ("to@example.org", "cc@example.org")
    assert received.message["Subject"] == "Fertig – 86 GHz"
    assert received.message.get_content() == "Grüße\n"


def test_smtp_sink_receives_what_django_sends(smtp_sink):
    send_mail("Subject", "Text", "from@example.org", ["to@example.org"])

    assert [mail.message["Subject"] for mail in smtp_sink.received] == ["Subject"]


def test_worker_answers_over_redis(worker):
    assert ping(app) == [{"ok": "pong"}]
