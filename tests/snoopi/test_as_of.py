"""A project at a moment, against what was told at that moment.

``AS_OF_TIMES`` in the environment asks for more random moments than the suite has time for.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import time_machine

from deliveries.errors import ClockRefused
from deliveries.services.clock import extend_clock, release_early
from deliveries.services.delivering import deliver_due
from projects.errors import BadSeason, SeasonRefused
from projects.models import Event, ExecBlock, MemberOUS, Project, SchedBlock
from projects.permissions import open_steps
from projects.querysets.lines import tree_of
from projects.services.blockages import block_work
from projects.services.memberships import tie
from projects.services.season_acts import carry_on, decide_act, planned_act, undo_act
from projects.services.states import move_state
from projects.states import OUS_LEVELS
from qa.services.judgements import decide_qa0
from qa.services.reviews import decide_qa2
from snoopi.api.documents.common import waits
from snoopi.api.documents.ous import status
from snoopi.api.documents.projects import project_line, tree
from snoopi.as_of import tree_then
from snoopi.status_then import project_then, set_statuses
from tests.deliveries.packages import packaged
from tests.factories import (
    make_exec_block,
    make_member_ous,
    make_project,
    make_sched_block,
    make_user,
    say,
)

pytestmark = pytest.mark.django_db
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
TIMES = int(os.environ.get("AS_OF_TIMES", "40"))
STEPS = 45
ENDS = ("Canceled", "DoNotObserve", "Deleted", "ObservingTimedOut", "Broken", "NotObserved")
WAY = ("FullyObserved", "ReadyForProcessing", "Processing", "ReadyForReview", "Reviewing")
CODE = "2024.1.00001.S"


class History:
    """A project that lives through a year, and what its PI and staff were told on the way."""

    def __init__(self, clock, seed):
        self.clock, self.random = clock, Random(seed)
        self.more = {"delivery", "clock"} if seed == 1 else set()
        self.pi = make_user("pi")
        self.drm = make_user("drm", roles=["drm"])
        self.qa = make_user("qa", roles=["qa"], qualifications=["QA2APPRV"])
        make_project(CODE, members=2, grade="A" if seed == 1 else "B")
        tie(project=self.project, user=self.pi, role="PI")
        self.told = []
        self.look()
        for _ in range(STEPS):
            clock.shift(timedelta(hours=self.random.randint(1, 200)))
            self.random.choice(
                [
                    *(self.move, self.move, self.move, self.observe, self.judge, self.review),
                    *(self.review, self.review, self.deliver, self.keep, self.hold_up),
                    *(self.declare, self.declare, self.add, self.end_season),
                ]
            )()
            self.look()

    @property
    def project(self):
        return Project.objects.get(code=CODE)

    @property
    def now(self):
        return datetime.now(UTC)

    def one_of(self, rows):
        found = list(rows.order_by("pk"))
        return self.random.choice(found) if found else None

    def move(self):
        rows = self.random.choice([MemberOUS.objects.all(), SchedBlock.objects.all()])
        thing = self.one_of(rows)
        steps = open_steps(self.drm, thing)
        # Few end what they are about, or there would soon be nothing left to happen.
        going_on = [step for step in steps if step.to not in ENDS]
        steps = going_on if going_on and self.random.random() < 0.8 else steps
        if steps:
            to = self.random.choice(steps).to
            move_state(thing, to=to, actor=self.drm, note="as it must be")

    def observe(self):
        end = self.now - timedelta(seconds=1)
        start = end - timedelta(hours=1)
        make_exec_block(self.one_of(SchedBlock.objects.all()), start=start, end=end, qa0="Unset")

    def judge(self):
        run = self.one_of(ExecBlock.objects.all())
        if run:
            fraction = self.random.choice([None, Decimal("0.5"), Decimal("0.85")])
            decide_qa0(run, outcome="Pass", execution_fraction=fraction, actor=self.qa)

    def review(self):
        member = self.one_of(MemberOUS.objects.filter(state="Reviewing"))
        if member is None:
            taken = self.one_of(MemberOUS.objects.filter(state__in=WAY))
            for to in WAY[WAY.index(taken.state) + 1 :] if taken else ():
                move_state(taken, to=to, actor=self.qa if to == "Reviewing" else self.drm)
                taken.refresh_from_db()
            return
        block = member.sched_blocks.order_by("pk").first()
        outcome = self.random.choice(["Pass", "Fail"] if block else ["Pass"])
        more: dict[str, Any] = {"reasons": ["rms_above_request"], "extra_executions": Decimal(1)}
        words = more if outcome == "Fail" else {}
        decide_qa2(member, outcome=outcome, actor=self.qa, **words)

    def add(self):
        group = self.project.groupous_set.order_by("pk")[0]
        member = make_member_ous(self.project, group, state="Ready", state_since=self.now)
        make_sched_block(member, state="Ready", state_since=self.now)

    def declare(self):
        for block in SchedBlock.objects.filter(member_ous=self.one_of(MemberOUS.objects.all())):
            if "FullyObserved" in [step.to for step in open_steps(self.drm, block)]:
                move_state(block, to="FullyObserved", actor=self.drm, note="the target has set")

    def deliver(self):
        member = self.one_of(MemberOUS.objects.filter(state="Verified"))
        if member:
            generation = (member.delivery_generation or 0) + 1
            if not member.product_files.filter(generation=generation).exists():
                packaged(member, generation)
            deliver_due()

    def keep(self):
        member = self.one_of(MemberOUS.objects.all())
        with suppress(ClockRefused):
            if self.random.random() < 0.5:
                release_early(member, actor=self.drm)
            else:
                extend_clock(member, actor=self.drm, reason="a storm", months=1)

    def hold_up(self):
        member = self.one_of(MemberOUS.objects.filter(state__in=[*WAY[1:], "Verified"]))
        if member:
            told = self.random.random() < 0.5
            block_work(member, reason="software", note_public=told, actor=self.drm)

    def end_season(self):
        kind = self.random.choice(["end", "put_back"])
        with suppress(SeasonRefused, BadSeason):
            planned = planned_act(kind=kind, cycle="2024.1", reason="over", actor=self.drm)
            carry_on(act := decide_act(planned))
            self.look()
            self.clock.shift(timedelta(hours=self.random.randint(1, 200)))
            if self.random.random() < 0.7:
                carry_on(undo_act(act, actor=self.drm))

    def look(self):
        told = [_now(self.project, user) for user in (self.pi, self.drm)]
        self.told.append((self.now, told))

    def told_at(self, moment):
        return next(told for at, told in reversed(self.told) if at <= moment)


def _now(project, user):
    things = tree_of(Project.objects.filter(pk=project.pk), user)
    line = project_line(Project.objects.get(pk=project.pk), user)
    return tree(things, user), _statuses(things, user), line | {"version": None}


def _then(project, user, moment):
    things = project_then(project, user, moment)
    set_statuses(things, project, moment)
    statuses = _statuses(things, user, moment)
    return tree(things, user), statuses, project_line(project, user, moment)


def _statuses(things, user, moment=None):
    """The statuses of the OUSs by ref, and what they wait for."""
    return {
        one.ref: status(one, user, moment) | {"version": None, "waits": waits(one, user)}
        for one in things
        if one.LEVEL in OUS_LEVELS
    }


def _unlike(then, told):
    """The facts of statuses and of the project's line that are not what was told."""
    pairs = zip(map(_facts, then), map(_facts, told), strict=True)
    return [
        (name, fact, known.get(name))
        for found, known in pairs
        for name, fact in found.items()
        if fact != known.get(name)
    ]


def _facts(answers):
    _, statuses, line = answers
    told = {(ref, name): fact for ref, one in statuses.items() for name, fact in one.items()}
    return told | line


def _lines(node, above=""):
    """A tree as lines, for a difference that can be read."""
    counts = " ".join(map(str, node["executions"].values()))
    line = f"{above}{node['ref']} {node['state']} “{node['label']}” {counts}"
    return [line, *(below for child in node["children"] for below in _lines(child, above + "."))]


@pytest.fixture(params=[1, 3])
def history(request, settings, tmp_path):
    # In the second history verdicts stay in the hold, of which people outside know nothing.
    settings.DELIVERY_HOLD_SECONDS = 0 if request.param == 1 else 366 * 86400
    settings.DATA_DIR = tmp_path
    with time_machine.travel(BEGIN, tick=False) as clock:
        yield History(clock, request.param)


def test_any_moment_reads_as_it_was_told_at_that_moment(history):
    random, span = Random(5), history.now - BEGIN

    for _ in range(TIMES):
        moment = BEGIN + span * random.random()
        told = history.told_at(moment)
        then = [_then(history.project, user, moment) for user in (history.pi, history.drm)]
        assert [_lines(node) for node, *_ in then] == [_lines(node) for node, *_ in told], moment
        assert _unlike(then, told) == [], moment
    events = Event.objects.filter(project=history.project)
    assert events.filter(kind="state").count() > STEPS / 2
    kinds = {*events.values_list("kind", flat=True)}
    assert kinds >= {"execution", "qa2", "blocked", *history.more}


def test_what_is_learnt_later_counts_from_when_it_happened():
    project = make_project("2019.1.00001.S", members=1, exec_blocks=0)
    member = project.memberous_set.get()
    drm = make_user(roles=["drm"])
    month = timedelta(days=30)
    Event.objects.filter(project=project, level="member_ous").delete()
    common = {"level": "member_ous", "member_ous": member, "project": project, "kind": "state"}
    for number, (frm, to) in enumerate(
        [("", "Ready"), ("Ready", "FullyObserved"), ("FullyObserved", "Delivered")]
    ):
        Event.objects.create(
            at=BEGIN + number * month, frm=frm, to=to, public_to=to, actor_word="x", **common
        )

    states = [_state_of_member(project, drm, BEGIN + n * month) for n in (0, 0.9, 1, 1.9, 2)]

    assert states == ["Ready", "Ready", "FullyObserved", "FullyObserved", "Delivered"]
    assert _state_of_member(project, drm, BEGIN - month) is None


def test_word_outside_follows_the_executions_of_then():
    with time_machine.travel(BEGIN, tick=False) as clock:
        project = make_project("2019.1.00003.S", members=1)
        clock.shift(timedelta(days=10))
        night: dict[str, Any] = {
            "start": BEGIN + timedelta(days=2),
            "end": BEGIN + timedelta(days=2, hours=1),
        }
        make_exec_block(SchedBlock.objects.get(), qa0="Pass", **night)
        pi = make_user("pi")

        words = [
            {thing.then.state for thing in tree_then(project, pi, BEGIN + timedelta(days=days))}
            for days in (1, 3)
        ]

    assert ["PartiallyObserved" in found for found in words] == [False, True]


def _state_of_member(project, user, moment):
    things = tree_then(project, user, moment)
    return next((thing.then.state for thing in things if thing.LEVEL == "member_ous"), None)


def test_people_outside_do_not_see_what_was_withdrawn_then_and_see_what_was_later():
    with time_machine.travel(BEGIN, tick=False) as clock:
        project = make_project("2019.1.00002.S", members=2)
        gone = project.memberous_set.order_by("pk")[0]
        pi, drm = make_user("pi"), make_user("drm", roles=["drm"])
        clock.shift(timedelta(days=10))
        say(gone, state="Deleted", state_since=BEGIN + timedelta(days=9))
        gone.refresh_from_db()
        assert gone.state == "Deleted"

        def members(user, days):
            things = tree_then(project, user, BEGIN + timedelta(days=days))
            return sum(thing.LEVEL == "member_ous" for thing in things)

        assert [members(pi, 1), members(pi, 9.5)] == [2, 1]
        assert [members(drm, 1), members(drm, 9.5)] == [2, 2]
