"""The model: an observatory in which anything may happen next, and what must always hold."""

from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import time_machine
from django.db import transaction
from django.db.models import F
from django.test import override_settings
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from deliveries.configured import Mirror
from deliveries.errors import BadClockEntry, BadLinks, ClockRefused, NotDeliverable
from deliveries.models import Delivery
from deliveries.places import package_folder
from deliveries.services.added_value import enter_added_value
from deliveries.services.blankets import carry_on, open_blanket, planned_blanket
from deliveries.services.clock import (
    correct_clock,
    extend_clock,
    release_early,
    renew_clock,
    withdraw,
)
from deliveries.services.delivering import deliver_due
from deliveries.services.following import follow_log
from deliveries.services.opening import retry_delivery
from projects.errors import (
    BadSeason,
    IllegalMove,
    NotAllowed,
    NoteMissing,
    NotNow,
    SeasonRefused,
)
from projects.models import Event, ExecBlock, MemberOUS, Project, SchedBlock, SeasonAct
from projects.moves import find_move
from projects.permissions import open_steps
from projects.presentation import qa2_of, standing
from projects.season_acts import SeasonKind
from projects.services.memberships import tie
from projects.services.season_acts import carry_on as carry_on_act
from projects.services.season_acts import decide_act, planned_act, undo_act
from projects.services.states import move_state
from projects.states import Level
from qa.errors import BadJudgement
from qa.models import ProblemReport
from qa.problems import Act
from qa.services.judgements import decide_qa0
from qa.services.problems import report_problem
from qa.services.reviews import decide_qa2, release_verdicts, undo_qa2
from snoopi.audit.checks import CHECKS
from snoopi.audit.faults import Tally
from snoopi.audit.store import store_check
from snoopi.problem_acts import ACTS
from tests.factories import make_user
from tests.model import said

BEGINNING = datetime(2024, 1, 31, 12, 0, 0, tzinfo=UTC)
HOLD_S = 600
REFUSALS = (
    NotNow,
    *(IllegalMove, NotAllowed, NoteMissing, BadJudgement),
    *(BadClockEntry, BadLinks, ClockRefused, NotDeliverable),
    *(BadSeason, SeasonRefused),
)
OUTCOMES = ("Pass", "SemiPass", "Fail")
REASONS = {"SemiPass": ["flux_scale"], "Fail": ["rms_above_request"]}
LINKS = {
    name: f"https://example.org/{name}" for name in ("calibrated_ms", "weblog", "admit", "article")
}
PASSES = (
    *(timedelta(seconds=30), timedelta(seconds=HOLD_S), timedelta(hours=3)),
    *(timedelta(days=29), timedelta(days=200)),
)
MONTHS = st.sampled_from((1, 3, 13))
TO_REVIEW = ("ReadyForProcessing", "Processing", "ReadyForReview", "Reviewing")
GENERATIONS = st.sampled_from((1, 2, 3))
FILES = {"README.txt": b"read me", "product/a.fits": b"SIMPLE = T"}
_numbers = count(1)


class ObservatoryMachine(RuleBasedStateMachine):
    """One project with three member OUSs, its PI, staff, sources, a store and a mirror."""

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(TemporaryDirectory()))
        self.store, self.mirror = folder / "store", folder / "mirror"
        self.store.mkdir()
        self.mirror.mkdir()
        self.stack.enter_context(
            override_settings(
                DATA_DIR=self.store,
                ARC_MIRRORS=(Mirror("EU", str(self.mirror)),),
                DELIVERY_HOLD_SECONDS=HOLD_S,
                DELIVERY_ATTEMPTS=3,
            )
        )
        self.clock = self.stack.enter_context(time_machine.travel(BEGINNING, tick=False))
        self.stack.enter_context(transaction.atomic())

    def teardown(self):
        transaction.set_rollback(True)
        self.stack.close()

    @initialize(
        stage=st.sampled_from((("Ready", 0), ("FullyObserved", 2), ("ReadyForReview", 2))),
        grade=st.sampled_from("AB"),
    )
    def begin(self, stage, grade):
        mark = f"{next(_numbers)}"
        self.pi = make_user(f"pi{mark}", email="pi@example.org", executive="NA", arc="NA")
        self.qa = make_user(f"qa{mark}", roles=["qa"], qualifications=["QA2APPRV"])
        self.drm = make_user(f"drm{mark}", roles=["drm"])
        self.admin = make_user(f"admin{mark}", roles=["admin"])
        said.take({**said.beginning(*stage), "grade": grade})
        tie(project=self.project, user=self.pi, role="PI")

    # What is there

    @property
    def project(self):
        return Project.objects.get(code=said.CODE)

    def member(self, number):
        return MemberOUS.objects.get(uid=said.uid(number))

    def try_it(self, act, *things, **words):
        """Do something that may be refused: then nothing of it may stay."""
        self.clock.shift(1)
        with suppress(*REFUSALS), transaction.atomic():
            act(*things, **words)

    # What sources say

    @rule(
        number=said.members,
        word=st.sampled_from(said.MEMBER_WORDS),
        days=said.days_ago,
        past=said.steps(said.MEMBER_WORDS),
        origin=said.origins,
    )
    def source_tells_of_member(self, number, word, days, past, origin):
        self.clock.shift(1)
        state = said.dated(word, days)
        said.take(said.of_member(number, **state, history=said.history(past)), origin)

    @rule(
        number=said.members,
        facts=st.fixed_dictionaries(
            {},
            optional={
                "qa2": st.sampled_from(OUTCOMES[:2]),
                "qa2_passed": st.booleans(),
                "release_date": st.sampled_from(("2024-06-01", "2025-02-28T01:02:03Z")),
                "delivered_at": st.just("2023-12-01T00:00:00Z"),
            },
        ),
        origin=said.origins,
    )
    def source_tells_of_delivery(self, number, facts, origin):
        self.clock.shift(1)
        said.take(said.of_member(number, **facts), origin)

    @rule(
        number=said.blocks,
        word=st.sampled_from(said.BLOCK_WORDS),
        days=said.days_ago,
        past=said.steps(said.BLOCK_WORDS),
        origin=said.origins,
    )
    def source_tells_of_block(self, number, word, days, past, origin):
        self.clock.shift(1)
        facts = {**said.dated(word, days), "history": said.history(past)}
        said.take(said.of_block(number, **facts), origin)

    @rule(number=said.blocks, expected=st.sampled_from((1, 3.5)), origin=said.origins)
    def source_tells_what_is_expected(self, number, expected, origin):
        self.clock.shift(1)
        said.take(said.of_block(number, executions_expected=expected), origin)

    @rule(word=st.sampled_from(said.PROJECT_WORDS), days=said.days_ago, origin=said.origins)
    def source_tells_of_project(self, word, days, origin):
        self.clock.shift(1)
        said.take({"code": said.CODE, **said.dated(word, days)}, origin)

    @rule(
        block=said.blocks,
        number=st.integers(0, said.RUNS),
        qa0=st.sampled_from(said.VERDICTS),
        days=said.days_ago,
        state=st.none() | st.sampled_from(said.BLOCK_WORDS),
    )
    def source_tells_of_execution(self, block, number, qa0, days, state):
        self.clock.shift(1)
        run = {"uid": said.run_uid(block, number), "qa0": qa0, "execution_fraction": 0.6}
        if days is not None:
            run |= {"start": said.ago(days + 0.05), "end": said.ago(days)}
        facts = {"state": state} if state else {}
        said.take(said.of_block(block, exec_blocks=[run], **facts))

    @rule(number=said.members, generation=GENERATIONS)
    def source_lists_files(self, number, generation):
        self.clock.shift(1)
        files = [
            {
                "path": path,
                "size": len(data),
                "sha256": sha256(data).hexdigest(),
                "generation": generation,
            }
            for path, data in FILES.items()
        ]
        said.take(said.of_member(number, product_files=files))

    # What people decide

    @rule(
        block=said.blocks,
        number=st.integers(0, said.RUNS),
        outcome=st.sampled_from(said.VERDICTS),
        fraction=st.none() | st.sampled_from(said.FRACTIONS),
    )
    def somebody_judges(self, block, number, outcome, fraction):
        run = ExecBlock.objects.filter(uid=said.run_uid(block, number)).first()
        if run is not None:
            part = None if fraction is None else Decimal(str(fraction))
            reasons = [] if outcome in ("Unset", "Pass") else ["weather"]
            words = {"outcome": outcome, "execution_fraction": part, "reasons": reasons}
            self.try_it(decide_qa0, run, actor=self.qa, **words)

    @rule(which=st.integers(0, 7), place=st.integers(0, 20), by_qa=st.booleans())
    def somebody_takes_a_step(self, which, place, by_qa):
        things = [self.project, *self._members(), *SchedBlock.objects.order_by("pk")]
        thing, actor = things[which % len(things)], self.qa if by_qa else self.drm
        steps = open_steps(actor, thing)
        if steps:
            to = steps[place % len(steps)].to
            self.try_it(move_state, thing, to=to, actor=actor, note="so it is")

    def _members(self):
        return [*MemberOUS.objects.order_by("pk")]

    @rule(number=said.members, until=st.sampled_from(TO_REVIEW))
    def it_goes_on(self, number, until):
        """The usual way to review, as far as it is legal from where it stands."""
        for to in TO_REVIEW[: TO_REVIEW.index(until) + 1]:
            self.try_it(move_state, self.member(number), to=to, actor=self.drm)

    @rule(number=said.members, outcome=st.sampled_from(OUTCOMES))
    def reviewer_decides(self, number, outcome):
        self.it_goes_on(number, TO_REVIEW[-1])
        self.try_it(
            decide_qa2,
            self.member(number),
            outcome=outcome,
            reasons=REASONS.get(outcome, []),
            comment="seen",
            extra_executions=Decimal("1.5") if outcome == "Fail" else None,
            actor=self.qa,
        )

    @rule(number=said.members, generation=GENERATIONS)
    def it_passes_and_is_delivered(self, number, generation):
        self.package_comes(number, generation)
        self.reviewer_decides(number, "Pass")
        self.clock.shift(HOLD_S + 1)
        self.worker_delivers()

    @rule(number=said.members)
    def reviewer_takes_it_back(self, number):
        self.try_it(undo_qa2, self.member(number), actor=self.qa)

    @rule(number=said.members)
    def somebody_reports_a_problem(self, number):
        words = {"subject": "A shift", "description": "By 2 arcsec."}
        self.try_it(report_problem, self.member(number), actor=self.drm, **words)

    @rule(number=said.members, act=st.sampled_from([*Act]))
    def somebody_decides_on_a_report(self, number, act):
        report = ProblemReport.objects.filter(member_ous=self.member(number)).first()
        more: dict[Act, dict[str, Any]] = {
            Act.ANSWER: {"text": "It stands."},
            Act.DISMISS: {"reasons": ["data"]},
            Act.ABORT: {"reasons": ["data"]},
            Act.INVESTIGATE: {"withhold": "wrong"},
            Act.FAIL: {"extra_executions": Decimal(1)},
        }
        if report is not None:
            self.try_it(ACTS[act], report, actor=self.drm, **more.get(act, {}))

    # Deliveries and clocks

    @rule(number=said.members, generation=GENERATIONS, path=st.none() | st.sampled_from([*FILES]))
    def store_gets_files(self, number, generation, path):
        self._lay(self.store, number, generation, path)

    @rule(number=said.members, generation=GENERATIONS, path=st.none() | st.sampled_from([*FILES]))
    def mirror_gets_files(self, number, generation, path):
        self._lay(self.mirror, number, generation, path)

    def _lay(self, root, number, generation, only):
        folder = package_folder(root, self.member(number).ref, generation)
        for path, data in FILES.items():
            if only in (None, path):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(data)

    @rule(number=said.members, generation=GENERATIONS)
    def package_comes(self, number, generation):
        """All of a package, everywhere."""
        self.source_lists_files(number, generation)
        self.store_gets_files(number, generation, None)
        self.mirror_gets_files(number, generation, None)

    @rule()
    def worker_delivers(self):
        self.clock.shift(1)
        Delivery.objects.filter(state="checking").update(next_at=timezone.now())
        deliver_due()
        follow_log()

    @rule()
    def worker_ends_holds(self):
        self.clock.shift(1)
        release_verdicts()

    @rule()
    def somebody_tries_again(self):
        for delivery in Delivery.objects.filter(state="failed"):
            self.try_it(retry_delivery, delivery, actor=self.admin, now=timezone.now())

    @rule(duration=st.sampled_from(PASSES))
    def time_goes_by(self, duration):
        self.clock.shift(duration)

    @rule(number=said.members)
    def pi_wants_raw_data(self, number):
        self.try_it(release_early, self.member(number), actor=self.pi)

    @rule(number=said.members, months=MONTHS)
    def director_extends(self, number, months):
        self.try_it(extend_clock, self.member(number), actor=self.drm, months=months, reason="why")

    @rule(number=said.members, days=st.sampled_from((1, 400)))
    def it_is_renewed(self, number, days):
        until = timezone.now() + timedelta(days=days)
        self.try_it(renew_clock, self.member(number), actor=self.drm, until=until, reason="why")

    @rule(number=said.members)
    def it_is_withdrawn(self, number):
        self.try_it(withdraw, self.member(number), actor=self.drm, reason="why")

    @rule(number=said.members, days=st.sampled_from((-30, 30)))
    def it_is_corrected(self, number, days):
        until = timezone.now() + timedelta(days=days)
        self.try_it(correct_clock, self.member(number), actor=self.admin, until=until, reason="why")

    @rule(months=MONTHS, days=st.sampled_from((0, 300)))
    def all_are_extended(self, months, days):
        def extend():
            blanket = planned_blanket(
                name=f"storm {next(_numbers)}",
                actor=self.drm,
                reason="why",
                months=months,
                not_public_at=timezone.now() - timedelta(days=days),
            )
            carry_on(open_blanket(blanket))

        self.try_it(extend)

    @rule(kind=st.sampled_from(SeasonKind), cycle=st.sampled_from(("2021.1", "2022.1")))
    def season_is_ended_or_begun(self, kind, cycle):
        def act():
            planned = planned_act(kind=kind, cycle=cycle, reason="why", actor=self.drm)
            carry_on_act(decide_act(planned))

        self.try_it(act)

    @rule()
    def last_act_on_a_season_is_undone(self):
        def undo():
            act = SeasonAct.objects.order_by("-pk").first()
            if act is not None:
                carry_on_act(undo_act(act, actor=self.drm))

        self.try_it(undo)

    @rule(number=said.members)
    def centre_adds_links(self, number):
        self.try_it(enter_added_value, self.member(number), links=LINKS, actor=self.admin)

    # What must always hold

    @invariant()
    def audit_is_clean(self):
        checks = (*CHECKS, store_check(None))
        assert [str(fault) for check in checks for fault in check.run(Tally())] == []

    @invariant()
    def people_take_legal_steps_alone(self):
        taken = Event.objects.filter(kind="state", actor__isnull=False, for_staff=True)
        taken = taken.filter(undoes=None).exclude(frm=F("to"))
        for level, frm, to in taken.values_list("level", "frm", "to").distinct().order_by():
            assert find_move(Level(level), frm, to) is not None

    @invariant()
    def pi_sees_nothing_of_what_is_held(self):
        for member in MemberOUS.objects.filter(state_flag="InHold"):
            told = standing(member, self.pi)
            assert (told.state, qa2_of(member, self.pi)) == ("BeingProcessed", None)
            for above in filter(None, (member.group_ous, member.science_goal)):
                assert standing(above, self.pi).state != "Verified" or above.state_flag == ""
