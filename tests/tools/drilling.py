"""The drill itself: member OUSs are judged while all fails, and then the ledgers compared."""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client

from accounts.models import User
from deliveries.clock import ClockKind
from deliveries.links import LINKS
from deliveries.models import AddedValue, ClockEntry, Delivery, DeliveryState, Notice, NoticeKind
from deliveries.models.notice import ON_THE_WAY, NoticeState
from projects.models import Event, EventKind, MemberOUS
from qa.models import QA2Decision
from tests.deliveries.packages import lay, packaged
from tests.factories import make_project, make_token, make_user
from tests.servers.stage import ODD_WAYS, Stage

TO_PI = (NoticeKind.DELIVERY, NoticeKind.ADDED_VALUE)
MEMBERS_EACH = 10
PATIENCE_S = 900


@dataclass
class Drill:
    """One drill: what is to happen, and what has."""

    stage: Stage
    chance: random.Random
    members: list[MemberOUS] = field(default_factory=list)
    outcomes: dict[int, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    def set_up(self, number: int) -> None:
        """Make so many member OUSs under review, with products, PIs and a reviewer."""
        call_command("migrate", verbosity=0)
        judge = make_user(
            "judge", roles=["qa"], qualifications=["QA2APPRV"], email="qa@example.org"
        )
        make_user("manager", roles=["drm"], email="drm@example.org")
        header = {"authorization": f"Token {make_token(judge)}"}
        self.client = Client(headers=header, raise_request_exception=False)
        for start in range(0, number, MEMBERS_EACH):
            self._set_up_project(start, min(MEMBERS_EACH, number - start), judge)

    def _set_up_project(self, start: int, number: int, judge: User) -> None:
        arc = ("EU", "NA", "EA")[start // MEMBERS_EACH % 3]
        pi = make_user(f"pi{start}", email=f"pi{start}@example.org", arc=arc)
        project = make_project(members=[{"state": "Reviewing"}] * number, exec_blocks=1, pi=pi)
        for member in project.memberous_set.order_by("pk"):
            lay(settings.ARC_MIRRORS[0].address, packaged(member))
            self.members.append(member)
            if member.pk % 2:
                links = {name: f"https://na.example.org/{member.pk}/{name}" for name in LINKS}
                AddedValue.objects.create(member_ous=member, entered_by=judge, **links)

    def judge(self, member: MemberOUS) -> None:
        """Post a verdict until it is kept: whoever was told nothing asks again."""
        outcome = self.chance.choices(("Pass", "SemiPass", "Fail"), (80, 15, 5))[0]
        reasons = [] if outcome == "Pass" else ["tsys"]
        body: dict[str, object] = {"outcome": outcome, "reasons": reasons}
        body |= {"extra_executions": 1} if outcome == "Fail" else {}
        address = f"/api/v1/ous/{member.ref}/"
        deadline = time.monotonic() + PATIENCE_S
        while not self._is_judged(member):
            assert time.monotonic() < deadline, f"{member} could not be judged"
            tag = self.client.get(f"{address}status/").get("ETag", "")
            header = {"if-match": tag}
            self.client.post(f"{address}qa2/", body, "application/json", headers=header)
            time.sleep(0.02)
        self.outcomes[member.pk] = outcome

    def _is_judged(self, member: MemberOUS) -> bool:
        try:
            return QA2Decision.objects.filter(round__member_ous=member).exists()
        except DatabaseError:
            connection.close()
            time.sleep(0.2)
            return False

    def go_on(self, number: int) -> None:
        """Judge the next so many."""
        for member in self.members[len(self.outcomes) :][:number]:
            self.judge(member)

    def run(self, kills: int, flushes: int, restarts: int, odd: int) -> None:
        """Judge all, and do something bad after every few, in an order of chance."""
        ways = self.chance.sample([*ODD_WAYS], odd)
        bad: list[tuple[str, Callable[[], None]]] = [
            *[("worker killed", self.stage.kill_worker)] * kills,
            *[("Redis flushed", self.stage.flush_redis)] * flushes,
            *[("PostgreSQL restarted", self._restart_postgresql)] * restarts,
            *((way, partial(self._be_odd, way)) for way in ways),
        ]
        self.chance.shuffle(bad)
        each = -(-len(self.members) // (len(bad) + 1))
        for words, do in bad:
            before = len(self.stage.smtp.mails)
            self.go_on(each)
            self._wait_for_more_than(before)
            time.sleep(self.chance.uniform(0, 1))
            print(f"{len(self.outcomes)} judged, {len(self.stage.smtp.mails)} mails: {words}")
            do()
        self.go_on(len(self.members))

    def _wait_for_more_than(self, mails: int) -> None:
        """Come back when the worker is at work, or has nothing to do."""
        deadline = time.monotonic() + 60
        while len(self.stage.smtp.mails) == mails and time.monotonic() < deadline:
            time.sleep(0.05)

    def _restart_postgresql(self) -> None:
        self.stage.restart_postgresql()
        connection.close()

    def _be_odd(self, way: str) -> None:
        self.stage.smtp.at = ODD_WAYS[way]
        self.go_on(3)
        time.sleep(self.chance.uniform(2, 6))
        self.stage.smtp.at = {}

    def wait_for_quiet(self) -> None:
        """Come back when nothing is under way any more; fail when that never comes."""
        deadline = time.monotonic() + PATIENCE_S
        while under_way():
            assert time.monotonic() < deadline, f"never quiet: {under_way()}"
            time.sleep(0.5)


def under_way() -> dict[str, int]:
    """What waits or is being done, by name; nothing where all is quiet."""
    passed = QA2Decision.objects.exclude(outcome="Fail").count()
    notices = Notice.objects.filter(state__in=[NoticeState.PENDING, *ON_THE_WAY]).count()
    delivered = Delivery.objects.filter(state=DeliveryState.DELIVERED).count()
    found = {"deliveries": passed - delivered, "notices": notices}
    return {name: number for name, number in found.items() if number}


def faults(drill: Drill) -> Iterator[str]:
    """Compare what was judged with the ledgers, and these with what the mail server took."""
    for member in MemberOUS.objects.select_related("project").order_by("pk"):
        yield from _faults_of(member, drill.outcomes[member.pk])
    taken = Counter(mail["Message-ID"] for mail in drill.stage.smtp.mails)
    for notice in Notice.objects.order_by("pk"):
        times = taken.pop(notice.message_id, 0)
        if notice.state != NoticeState.SENT or not times:
            yield f"{notice}: {notice.state}, came {times} times"
        if times > 1 and not notice.possibly_twice:
            yield f"{notice}: came {times} times, which nobody was told"
    yield from (f"{number} mails that are on no ledger: {name}" for name, number in taken.items())
    addresses = dict(Notice.objects.values_list("message_id", "address"))
    for mail, to in zip(drill.stage.smtp.mails, drill.stage.smtp.recipients, strict=True):
        if to != (addresses.get(mail["Message-ID"]),):
            yield f"{mail['Message-ID']} went to {to}"


def _faults_of(member: MemberOUS, outcome: str) -> Iterator[str]:
    """A delivery, a start of the clock, an event and a mail to the PI where it passed."""
    has_passed = outcome != "Fail"
    mails = Notice.objects.filter(member_ous=member)
    pi = member.project.memberships.get(role="PI").user
    has_links = has_passed and pi.arc == "NA" and member.added_values.exists()
    counts = {
        "deliveries": (member.deliveries.filter(state="delivered").count(), has_passed),
        "deliveries in all": (member.deliveries.count(), has_passed),
        "starts of the clock": (_starts(member), has_passed),
        "events": (_told(member, EventKind.DELIVERY), has_passed),
        "verdicts": (_told(member, EventKind.QA2), True),
        "delivery mails": (
            mails.filter(kind=NoticeKind.DELIVERY, recipient=pi).count(),
            has_passed,
        ),
        "added-value mails": (mails.filter(kind=NoticeKind.ADDED_VALUE).count(), has_links),
        "Delivered": (int(member.state == "Delivered"), has_passed),
    }
    for what, (number, wanted) in counts.items():
        if number != int(wanted):
            yield f"{member}, {outcome}: {number} {what}"


def _starts(member: MemberOUS) -> int:
    return ClockEntry.objects.filter(member_ous=member, kind=ClockKind.DELIVERY).count()


def _told(member: MemberOUS, kind: str) -> int:
    return Event.objects.filter(member_ous=member, kind=kind, for_staff=True).count()


def figures(drill: Drill) -> str:
    """What came of it, in a line."""
    taken = Counter(mail["Message-ID"] for mail in drill.stage.smtp.mails)
    doubles = sum(1 for number in taken.values() if number > 1)
    flagged = Notice.objects.filter(possibly_twice=True).count()
    delivered = Delivery.objects.filter(state=DeliveryState.DELIVERED).count()
    return (
        f"{delivered} delivered of {len(drill.members)} judged, {len(taken)} mails, "
        f"{doubles} of them came more than once, {flagged} flagged"
    )


def main() -> None:
    """Drill as the arguments say; exit 1 with every fault named."""
    parser = argparse.ArgumentParser(prog="drill")
    parser.add_argument("--deliveries", type=int, default=500)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--flushes", type=int, default=2)
    parser.add_argument("--restarts", type=int, default=1)
    parser.add_argument(
        "--odd", type=int, default=len(ODD_WAYS), help="in how many ways the mail server fails"
    )
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    options = parser.parse_args()
    started, stage = time.monotonic(), Stage()
    print(f"seed {options.seed}, data under {Path(settings.DATA_DIR).parent}", flush=True)
    try:
        found = _drilled(Drill(stage, random.Random(options.seed)), options)
    finally:
        stage.stop()
    print("\n".join(found) or "no fault", f"after {time.monotonic() - started:.0f} s")
    sys.exit(1 if found else 0)


def _drilled(drill: Drill, options: argparse.Namespace) -> list[str]:
    drill.stage.start()
    drill.set_up(options.deliveries)
    drill.stage.smtp.pause_s = 0.05
    drill.stage.work()
    print(f"{len(drill.members)} member OUSs are under review", flush=True)
    drill.run(options.kills, options.flushes, options.restarts, options.odd)
    drill.wait_for_quiet()
    print(figures(drill))
    found = list(faults(drill))
    try:
        call_command("audit")
    except SystemExit:
        found.append("the audit has found faults")
    return found
