"""What people of the demo observatory decide once its files have been read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from deliveries.services.added_value import enter_added_value
from deliveries.services.clock import extend_clock
from deliveries.services.delivering import deliver_due
from deliveries.services.following import follow_log
from deliveries.services.notices import count_as_sent
from ingest.report import Report
from projects.models import LivingThing, MemberOUS, Project
from projects.months import add_months
from projects.services.assignments import claim_work, hand_over
from projects.services.blockages import block_work, unblock_work
from projects.services.delegations import delegate
from projects.services.notes import add_ticket, write_journal
from projects.services.states import move_state
from qa.models import ProblemReport
from qa.problems import About, AboutKind
from qa.problems import Act as QA3Act
from qa.services.judgements import decide_qa0
from qa.services.problems import report_problem
from qa.services.reviews import decide_qa2
from snoopi.demo.living import code_of
from snoopi.demo.packages import Package, lose_a_file
from snoopi.demo.reading import read_files
from snoopi.demo.stories import STORIES
from snoopi.demo.story import (
    Act,
    Assigned,
    Blocked,
    Claimed,
    Decision,
    Delegated,
    Extended,
    Freed,
    Handed,
    Judged,
    Linked,
    Noted,
    Packed,
    Part,
    Reported,
    Reviewed,
    Ticketed,
    Triaged,
)
from snoopi.problem_acts import ACTS

_USUAL_HOLD = timedelta(minutes=10)
_YEAR_MONTHS = 12


@dataclass(slots=True)
class Stage:
    """Where the stories are played: the day, the people, and what comes in meanwhile."""

    today: datetime
    people: Mapping[str, User]
    packages: Mapping[tuple[str, int], Package]
    report: Report

    def ago(self, days: float) -> datetime:
        """The moment so many days before the day."""
        return (self.today - timedelta(days=days)).replace(microsecond=0)

    def when(self, act: Act) -> datetime:
        """When somebody does something; a step without days is taken now."""
        if isinstance(act, Handed) and act.days_left is not None:
            return add_months(self.ago(-act.days_left), -_YEAR_MONTHS)
        return self.ago(act.days or 0.0)


@transaction.atomic
def take_decisions(today: datetime, packages: Iterable[Package], report: Report) -> int:
    """Take all decisions of the living world in order; answer how many there were.

    Packages come in between, into ``report``. All in one transaction: nobody is mailed of
    what happened before, for nothing of it is seen before its mails count as sent.
    """
    people = {user.username: user for user in User.objects.filter(is_demo=True)}
    known = {(one.member_uid, one.generation): one for one in packages}
    stage = Stage(today, people, known, report)
    judged = list(_judgements(today))
    for member_ous, verdict in judged:
        _judge(member_ous, verdict, people[verdict.by])
    # In the order of time, as the log and the ledger of mails would have it.
    acts = sorted(_acts(today), key=lambda told: stage.when(told[1]))
    for member_ous, act in acts:
        _PLAYED[type(act)](stage, member_ous, act)
    follow_log()
    count_as_sent(Project.objects.filter(is_demo=True))
    return len(judged) + sum(not isinstance(act, Packed) for _, act in acts)


def _parts(today: datetime) -> Iterator[tuple[MemberOUS, Part]]:
    for story in STORIES:
        yield from zip(_members(code_of(story, today)), story.parts, strict=True)


def _judgements(today: datetime) -> Iterator[tuple[MemberOUS, Judged]]:
    return ((member, verdict) for member, part in _parts(today) for verdict in part.judgements)


def _acts(today: datetime) -> Iterator[tuple[MemberOUS, Act]]:
    return ((member, act) for member, part in _parts(today) for act in part.decisions)


def _members(code: str) -> list[MemberOUS]:
    project = Project.objects.get(code=code)
    return list(MemberOUS.objects.filter(project=project).order_by("pk"))


def _judge(member_ous: MemberOUS, judged: Judged, actor: User) -> None:
    run = member_ous.exec_blocks.order_by("end")[judged.execution]
    ended = run.end or run.created_at
    decide_qa0(
        run,
        outcome=judged.outcome,
        reasons=judged.reasons,
        comment=judged.comment,
        comment_public=judged.public,
        execution_fraction=None if judged.fraction is None else Decimal(judged.fraction),
        actor=actor,
        at=ended + timedelta(hours=judged.hours_after),
    )


def _step(stage: Stage, member_ous: MemberOUS, act: Decision) -> None:
    thing: LivingThing = member_ous
    if act.of_block:
        thing = member_ous.sched_blocks.get()
    move_state(
        thing,
        to=act.to,
        actor=stage.people.get(act.by),
        way=act.way,
        flag=act.flag,
        note=act.note,
        note_public=bool(act.note),
        at=None if act.days is None else stage.when(act),
    )


def _pack(stage: Stage, member_ous: MemberOUS, act: Packed) -> None:
    package = stage.packages[str(member_ous.uid), act.generation]
    stage.report.add(read_files([package.folder]))
    lose_a_file(package)


def _review(stage: Stage, member_ous: MemberOUS, act: Reviewed) -> None:
    decide_qa2(
        member_ous,
        outcome=act.outcome,
        reasons=act.reasons,
        comment=act.comment,
        comment_public=act.public,
        extra_executions=None if act.extra is None else Decimal(act.extra),
        actor=stage.people[act.by],
        at=stage.when(act),
        hold=_USUAL_HOLD if act.hold_days is None else timedelta(days=act.hold_days),
    )


def _hand_over(stage: Stage, _: MemberOUS, act: Handed) -> None:
    deliver_due(stage.when(act))


def _extend(stage: Stage, member_ous: MemberOUS, act: Extended) -> None:
    extend_clock(
        member_ous,
        actor=stage.people[act.by],
        reason=act.reason,
        months=act.months,
        at=stage.when(act),
    )


def _link(stage: Stage, member_ous: MemberOUS, act: Linked) -> None:
    below = f"https://archive.demo.example/{member_ous.ref}"
    links = {
        "calibrated_ms": f"{below}/calibrated.ms.tgz",
        "weblog": f"{below}/weblog/",
        "admit": f"{below}/admit/",
        "article": "https://help.demo.example/added-value",
    }
    enter_added_value(member_ous, links=links, actor=stage.people[act.by], at=stage.when(act))


def _delegate(stage: Stage, member_ous: MemberOUS, act: Delegated) -> None:
    delegate(
        member_ous.project,
        to=act.to,
        kind=act.kind,
        actor=stage.people[act.by],
        ends_at=stage.ago(-act.for_days),
        at=stage.when(act),
    )


def _claim(stage: Stage, member_ous: MemberOUS, act: Claimed) -> None:
    claim_work(member_ous, role=act.role, actor=stage.people[act.by], at=stage.when(act))


def _assign(stage: Stage, member_ous: MemberOUS, act: Assigned) -> None:
    hand_over(
        member_ous,
        role=act.role,
        to=stage.people[act.to],
        actor=stage.people[act.by],
        note=act.note,
        at=stage.when(act),
    )


def _block(stage: Stage, member_ous: MemberOUS, act: Blocked) -> None:
    block_work(
        member_ous,
        reason=act.reason,
        note=act.note,
        note_public=act.public,
        actor=stage.people[act.by],
        at=None if act.days is None else stage.when(act),
    )


def _free(stage: Stage, member_ous: MemberOUS, act: Freed) -> None:
    unblock_work(member_ous, actor=stage.people[act.by], note=act.note, at=stage.when(act))


def _note_ticket(stage: Stage, member_ous: MemberOUS, act: Ticketed) -> None:
    add_ticket(
        member_ous,
        reference=f"DEMO-{act.number}",
        url=f"https://tickets.demo.example/{act.number}",
        actor=stage.people[act.by],
        at=stage.when(act),
    )


def _note(stage: Stage, member_ous: MemberOUS, act: Noted) -> None:
    write_journal(member_ous, text=act.text, actor=stage.people[act.by], at=stage.when(act))


def _report(stage: Stage, member_ous: MemberOUS, act: Reported) -> None:
    about = About()
    if act.run is not None:
        run = member_ous.exec_blocks.order_by("end")[act.run]
        about = About(AboutKind.EXEC_BLOCK, exec_block_id=run.pk)
    report_problem(
        member_ous,
        subject=act.subject,
        description=act.description,
        about=about,
        actor=stage.people[act.by],
        at=stage.when(act),
    )


def _triage(stage: Stage, member_ous: MemberOUS, act: Triaged) -> None:
    report = ProblemReport.objects.filter(member_ous=member_ous).latest("pk")
    what = QA3Act(act.what)
    said: dict[str, Any] = {"comment": act.comment, "comment_public": bool(act.comment)}
    if what == QA3Act.ANSWER:
        said = {"text": act.comment}
    elif what in {QA3Act.DISMISS, QA3Act.ABORT}:
        said["reasons"] = act.reasons
    elif what == QA3Act.INVESTIGATE:
        said["withhold"] = act.withhold
    ACTS[what](report, actor=stage.people[act.by], at=stage.when(act), **said)


_PLAYED: Mapping[type[Act], Callable[[Stage, MemberOUS, Any], None]] = {
    Decision: _step,
    Packed: _pack,
    Reviewed: _review,
    Handed: _hand_over,
    Extended: _extend,
    Linked: _link,
    Delegated: _delegate,
    Claimed: _claim,
    Assigned: _assign,
    Blocked: _block,
    Freed: _free,
    Ticketed: _note_ticket,
    Noted: _note,
    Reported: _report,
    Triaged: _triage,
}
