"""Mail goes out while the checks of a delivery take long."""

import os
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as site
from django.core import mail
from django.db import connection
from pytest_django import Settings

from deliveries.configured import Mirror
from deliveries.models import Delivery
from projects.models import MemberOUS
from snoopi import bell
from snoopi.celery import app
from snoopi.serve import programs
from tests.deliveries.mails import deliver, make_member, make_pi
from tests.deliveries.packages import lay, manifest, passed
from tests.factories import make_project
from tests.servers.processes import Server, new_folder
from tests.servers.slow_mirror import SlowMirror
from tests.servers.smtp import SmtpSink
from tests.servers.worker import WorkerSilent, ping

CONTENT = {"product/a.fits": b"SIMPLE = T"}
SLOW = programs.SLOW[0]


@pytest.fixture
def mirror() -> Iterator[SlowMirror]:
    with SlowMirror(len(CONTENT["product/a.fits"])) as mirror:
        yield mirror


def await_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def large_package() -> MemberOUS:
    """A member OUS with a package that waits to be delivered."""
    project = make_project(exec_blocks=2, pi=make_pi("large"))
    member: MemberOUS = passed(project.memberous_set.get())
    manifest(member, contents=CONTENT)
    lay(site.DATA_DIR, member, contents=CONTENT)
    return member


@pytest.fixture
def deliverer(worker: None, mirror: SlowMirror) -> Iterator[Server]:
    """The layout's worker of deliveries, with the slow mirror; the suite's does the rest."""
    app.control.cancel_consumer(SLOW, reply=True, timeout=10, limit=1)
    base = os.environ["DATABASE_URL"].rpartition("/")[0]
    own = {
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "ARC_MIRRORS": f"EU={mirror.url}",
        "PYTHONPATH": str(site.BASE_DIR),
    }
    command = programs.worker("deliverer", programs.SLOW)
    server = Server(command, folder=new_folder("deliverer"), environment=os.environ | own)
    try:
        server.await_answer(lambda: ping(app, "deliverer"), refused=WorkerSilent)
        yield server
    finally:
        mirror.release()
        server.stop()
        app.control.add_consumer(SLOW, reply=True, timeout=10, limit=1)


def test_worker_mails_while_another_checks_a_delivery(
    deliverer: Server, mirror: SlowMirror, smtp_sink: SmtpSink, settings: Settings
) -> None:
    settings.DELIVERY_HOLD_SECONDS = 0
    member = large_package()
    bell.ring_deliveries()
    await_until(mirror.is_waited_for)

    deliver(make_member(make_pi("small")))
    bell.ring_mail()
    (sent,) = smtp_sink.wait_for(1)

    assert sent.recipients == ("small@example.org",)
    assert mirror.is_waited_for()
    assert Delivery.objects.get(member_ous=member).state == "checking"
    mirror.release()
    assert smtp_sink.wait_for(2)[1].recipients == ("large@example.org",)


@pytest.mark.django_db(transaction=True)
def test_embedded_server_mails_and_sweeps_while_it_checks_a_delivery(
    mirror: SlowMirror, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DELIVERY_HOLD_SECONDS, settings.REDIS_URL = 0, ""
    settings.ARC_MIRRORS = (Mirror("EU", mirror.url),)
    monkeypatch.setattr(bell, "SWEEP_SECONDS", 0.01)
    large_package()
    thread = bell.BackgroundThread()
    thread.start()
    await_until(mirror.is_waited_for)

    deliver(make_member(make_pi("small")))
    await_until(lambda: len(mail.outbox) == 1)

    assert mail.outbox[0].to == ["small@example.org"]
    assert mirror.is_waited_for()
    mirror.release()
    await_until(lambda: len(mail.outbox) == 2)
    thread.stop()
    assert mail.outbox[1].to == ["large@example.org"]
