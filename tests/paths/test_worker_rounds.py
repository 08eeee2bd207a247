"""What beat sets off in a worker of its own: a reminder in the inbox, a season that ends."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from deliveries.services.wishes import set_wish
from projects.models import MemberOUS, SchedBlock, SeasonAct
from snoopi.ringing import ring
from snoopi.tasks import remind
from tests.access.world import bearing
from tests.deliveries.mails import make_delivery, make_pi
from tests.factories import make_project, make_token, make_user
from tests.seasons import bring, part
from tests.servers.smtp import SmtpSink

pytestmark = pytest.mark.django_db(transaction=True)


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_reminder_reaches_the_pi_who_asked_for_it(worker: None, smtp_sink: SmtpSink) -> None:
    pi = make_pi("owner")
    member = make_project(members=1, pi=pi).memberous_set.get()
    make_delivery(member)
    set_wish(user=pi, wish="now")
    now = timezone.now()
    until = now + timedelta(days=7) - timedelta(hours=1)
    kept = now - timedelta(hours=2)
    MemberOUS.objects.filter(pk=member.pk).update(release_date=until, clock_kept_at=kept)

    ring(remind)
    ring(remind)
    (mail,) = smtp_sink.wait_for(1)

    assert mail.recipients == (pi.email,)
    assert f"{until:%Y-%m-%d %H:%M}" in mail.message.get_body(("plain",)).get_content()


def test_season_that_is_ended_over_rest_is_ended_by_the_worker(worker: None) -> None:
    bring(1, "B", part("idle_TM1"), part("partial_TM1", runs=1))
    token = make_token(make_user("drm", roles=["drm"]))
    client = Client(headers=bearing(token))
    body: dict[str, Any] = {"kind": "end", "cycle": "2023.1", "reason": "it is over"}

    number = client.post("/api/v1/seasons/", body, "application/json").json()["number"]
    wait_until(lambda: SeasonAct.objects.get(pk=number).done_at is not None)
    assert set(SchedBlock.objects.values_list("state", flat=True)) == {"ObservingTimedOut"}
    client.post(f"/api/v1/seasons/{number}/undo/", {}, "application/json")
    wait_until(lambda: SeasonAct.objects.get(pk=number).undo_done_at is not None)
    assert set(SchedBlock.objects.values_list("state", flat=True)) == {"Ready"}
