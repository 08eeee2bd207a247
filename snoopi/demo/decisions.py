"""What people of the demo observatory decide once its files have been read."""

from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from projects.models import LivingThing, MemberOUS, Project
from projects.services.states import move_state
from qa.services.judgements import decide_qa0
from snoopi.demo.living import code_of
from snoopi.demo.stories import STORIES
from snoopi.demo.story import Decision, Judged


def take_decisions(today: datetime) -> int:
    """Take all decisions of the living world in order; answer how many there were."""
    people = {user.username: user for user in User.objects.filter(is_demo=True)}
    taken = 0
    for story in STORIES:
        members = _members(code_of(story, today))
        for part, member_ous in zip(story.parts, members, strict=True):
            for judged in part.judgements:
                _judge(member_ous, judged, people[judged.by])
                taken += 1
            for decision in part.decisions:
                _take(member_ous, decision, people.get(decision.by))
                taken += 1
    return taken


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


def _take(member_ous: MemberOUS, decision: Decision, actor: User | None) -> None:
    thing: LivingThing = member_ous
    if decision.of_block:
        thing = member_ous.sched_blocks.get()
    move_state(
        thing,
        to=decision.to,
        actor=actor,
        way=decision.way,
        flag=decision.flag,
        note=decision.note,
        note_public=bool(decision.note),
    )
