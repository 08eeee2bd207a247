"""From a verdict to the PI's inbox: REST, worker and mail server as they are in the field."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from deliveries.links import LINKS
from deliveries.models import Notice
from projects.models import MemberOUS
from projects.services.memberships import tie
from qa.models import QA2Decision
from snoopi.bell import ring_deliveries, ring_mail
from tests.access.world import bearing
from tests.deliveries.mails import deliver, make_member, make_pi
from tests.deliveries.packages import packaged
from tests.factories import make_project, make_token, make_user
from tests.servers.odd_smtp import STALL, OddServer
from tests.servers.smtp import Received, SmtpSink

ADDED = {name: f"https://na.example.org/{name}" for name in LINKS}
COMMENT = "The noise is a little high, which only staff may read."
REASONS: dict[str, list[str]] = {"Pass": [], "SemiPass": ["flux_scale"], "Fail": ["tsys"]}


@dataclass(frozen=True)
class Judged:
    """A member OUS under review with its products in the store, and its PI."""

    member: MemberOUS
    pi: User

    @classmethod
    def made(cls, name: str, arc: str = "EU") -> "Judged":
        """One whose project has a Co-PI, a Co-I and a delegee with addresses as well."""
        pi = make_pi(name, arc=arc)
        project = make_project(members=[{"state": "Reviewing"}], exec_blocks=2, pi=pi, title=name)
        for role, kind in (("COPI", ""), ("COI", ""), ("DELEGEE", "DATA")):
            other = make_user(email=f"{role.lower()}-of-{name}@example.org")
            tie(project=project, user=other, role=role, kind=kind)
        return cls(packaged(project.memberous_set.get()), pi)


@pytest.fixture
def reviewer(worker: None) -> Client:
    """A program of a reviewer's, who may enter links as well."""
    facts: dict[str, Any] = {"roles": ["qa", "arc"], "qualifications": ["QA2APPRV"], "arc": "NA"}
    person = make_user("judge", email="judge@example.org", **facts)
    return Client(headers=bearing(make_token(person)))


def post(client: Client, member: MemberOUS, what: str, body: dict[str, Any]) -> None:
    """Write as a program does: read the tag, then post."""
    address = f"/api/v1/ous/{member.ref}/"
    tag = {"if-match": client.get(f"{address}status/")["ETag"]}
    answer = client.post(f"{address}{what}/", body, "application/json", headers=tag)
    assert answer.status_code == 201, answer.content


def decide(client: Client, judged: Judged, outcome: str) -> None:
    more = {"extra_executions": 1} if outcome == "Fail" else {}
    body = {"outcome": outcome, "reasons": REASONS[outcome], "comment": COMMENT, **more}
    post(client, judged.member, "qa2", body)


def words_of(mail: Received) -> str:
    return " ".join(mail.message.get_body(("plain",)).get_content().split())


def test_pass_and_semipass_reach_the_pi_alone_as_the_hold_ends(
    reviewer: Client, smtp_sink: SmtpSink, settings: Settings
) -> None:
    settings.DELIVERY_HOLD_SECONDS = 2
    cases = {outcome: Judged.made(outcome.lower()) for outcome in ("Fail", "Pass", "SemiPass")}
    for outcome, judged in cases.items():
        decide(reviewer, judged, outcome)
    latest = QA2Decision.objects.exclude(hold_until=None).latest("hold_until").hold_until

    received = smtp_sink.wait_for(2)

    assert latest is not None
    assert timezone.now() >= latest
    by_address = {mail.recipients: mail for mail in received}
    assert set(by_address) == {("pass@example.org",), ("semipass@example.org",)}
    for outcome in ("Pass", "SemiPass"):
        member = MemberOUS.objects.get(pk=cases[outcome].member.pk)
        mail = by_address[(cases[outcome].pi.email,)]
        assert member.state == "Delivered"
        assert mail.message["To"] == cases[outcome].pi.email
        for words in (
            f"{member.uid}",
            member.sched_blocks.get().name,
            member.project.ref,
            f"QA2: {outcome}",
            f"until {member.release_date:%Y-%m-%d %H:%M:%S} UTC",
        ):
            assert words in words_of(mail)
        assert COMMENT not in words_of(mail)
    assert not Notice.objects.filter(member_ous=cases["Fail"].member).exists()
    assert len(smtp_sink.received) == 2


def test_pi_of_the_na_arc_gets_two_mails_once_the_links_are_there(
    reviewer: Client, smtp_sink: SmtpSink, settings: Settings
) -> None:
    settings.DELIVERY_HOLD_SECONDS = 0
    early, late, without = (Judged.made(name, "NA") for name in ("early", "late", "without"))
    elsewhere = Judged.made("elsewhere")
    for judged in (early, elsewhere):
        post(reviewer, judged.member, "added-value", ADDED)
    for judged in (early, late, without, elsewhere):
        decide(reviewer, judged, "Pass")
    smtp_sink.wait_for(5)

    page = Client()
    page.force_login(User.objects.get(username="judge"))
    late.member.refresh_from_db()
    form = {**ADDED, "version": late.member.version}
    assert page.post(f"/ous/{late.member.ref}/added-value/", form).status_code == 302
    received = smtp_sink.wait_for(6)

    told = sorted((mail.recipients[0], mail.message["Subject"][:11]) for mail in received)
    assert told == [
        ("early@example.org", "ALMA data d"),
        ("early@example.org", "Added-value"),
        ("elsewhere@example.org", "ALMA data d"),
        ("late@example.org", "ALMA data d"),
        ("late@example.org", "Added-value"),
        ("without@example.org", "ALMA data d"),
    ]
    for mail in received:
        if mail.message["Subject"].startswith("Added-value"):
            assert all(link in words_of(mail) for link in ADDED.values())


LISTS = ("projects", "ous", "schedblocks", "files", "events", "deliveries", "mail")
PARTS = ("status", "history", "qa2", "files", "clock", "")


def seen(client: Client, member: MemberOUS) -> dict[str, Any]:
    """All that programs of a person can read of a member OUS and about it."""
    paths = [*(f"{name}/" for name in LISTS), *(f"ous/{member.ref}/{name}/" for name in PARTS)]
    paths += [f"ous/{row.ref}/status/" for row in (member.group_ous, member.science_goal)]
    paths += [f"projects/{member.project.ref}/", f"projects/{member.project.ref}/tree/"]
    answers = {path: client.get(f"/api/v1/{path.replace('//', '/')}") for path in paths}
    found = {path: (reply.get("ETag"), reply.json()) for path, reply in answers.items()}
    # What would be if one asked now is different every second.
    del found[f"ous/{member.ref}/clock/"][1]["if_released_now"]
    return found


def test_nothing_is_to_be_seen_while_the_hold_runs(
    reviewer: Client, smtp_sink: SmtpSink, settings: Settings
) -> None:
    settings.DELIVERY_HOLD_SECONDS = 3600
    judged = Judged.made("pi")
    program, browser = Client(headers=bearing(make_token(judged.pi))), Client()
    browser.force_login(judged.pi)
    before = seen(program, judged.member)

    decide(reviewer, judged, "SemiPass")
    ring_deliveries()
    during = seen(program, judged.member)
    pages = ["/", "/projects/", "/schedblocks/", "/deliveries/", "/mail/", "/search/?q=a_"]
    pages += [f"/ous/{judged.member.ref}/", f"/ous/{judged.member.ref}/history/"]
    pages += [f"/ous/{judged.member.ref}/qa2.pdf", f"/projects/{judged.member.project.ref}/"]
    told = [browser.get(path).content.decode(errors="replace") for path in pages]

    assert during == before
    assert during[f"ous/{judged.member.ref}/status/"][1]["state"] == "BeingProcessed"
    for words in (COMMENT, "SemiPass", "Verified", "QA2 passed"):
        assert [path for path, page in zip(pages, told, strict=True) if words in page] == []

    QA2Decision.objects.update(hold_until=timezone.now())
    ring_deliveries()
    (mail,) = smtp_sink.wait_for(1)
    assert mail.recipients == (judged.pi.email,)
    assert seen(program, judged.member) != before


# What a worker's process does for a ring, in a process that can be killed by itself.
A_TASK = "import django; django.setup(); from snoopi.tasks import send_mail; send_mail()"
KILLED_AT = {"between claim and handing over": "RCPT", "inside the handing over": "END"}


@pytest.mark.parametrize("moment", KILLED_AT)
def test_mail_of_a_worker_that_was_killed_arrives(
    worker: None, smtp_sink: SmtpSink, moment: str
) -> None:
    (notice,) = deliver(make_member(make_pi()))
    stalling = OddServer({KILLED_AT[moment]: STALL})
    base = os.environ["DATABASE_URL"].rpartition("/")[0]
    environment = os.environ | {
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "EMAIL_URL": f"smtp://127.0.0.1:{stalling.port}",
        "MAIL_TIMEOUT_SECONDS": "60",
        "PYTHONPATH": str(site.BASE_DIR),
        "DJANGO_SETTINGS_MODULE": "snoopi.settings",
    }
    doomed = subprocess.Popen([sys.executable, "-c", A_TASK], env=environment)

    stalling.wait_for(stalled=1)
    doomed.kill()
    doomed.wait()
    stalling.close()
    ring_mail()
    (mail,) = smtp_sink.wait_for(1)

    is_doubtful = moment.startswith("inside")
    assert [one["Message-ID"] for one in stalling.mails] == [notice.message_id] * is_doubtful
    assert mail.message["Message-ID"] == notice.message_id
    _await(lambda: Notice.objects.get().state == "sent")
    assert Notice.objects.get().possibly_twice == is_doubtful


def _await(holds: Callable[[], bool]) -> None:
    """Wait for what a worker writes after the mail has come."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
