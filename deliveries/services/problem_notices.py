"""Mails on problem reports (QA3): to who reported one and the PI, and to staff."""

from collections.abc import Iterator

from accounts.models import User
from accounts.rights import StaffRole
from deliveries.facts import Facts, facts_about, moment, own_address
from deliveries.models import FileHold, NoticeKind
from deliveries.services.ledger import account_of
from deliveries.services.notices import Addressee, Occasion, pi_of, write_notices
from projects.models import Event, MemberOUS, Project
from qa.models import ProblemReport, ProblemStep
from qa.problems import QA3State
from qa.problems_told import FIXING, about_words, in_time_words, step_words

_SENTENCES = {
    "was reported": "A problem with delivered data of your project was reported. The observatory "
    "looks at it and answers.",
    "was answered": "The observatory has answered a problem report. Nothing changes with the data.",
    "was dismissed": "The observatory has looked at a problem report and will not follow it "
    "further, for the reasons below.",
    "is being investigated": "The observatory investigates the problem (QA3).",
    FIXING: "The observatory found the problem and processes the data again. A new delivery "
    "follows; nothing is for you to do.",
    "was investigated: the data stand": "The observatory has investigated the problem and found "
    "that the delivered data stand. They are as they were before.",
    "led to a new delivery": "The problem is fixed: the data were processed again and delivered "
    "anew. The page shows what changed.",
    "led to new observations": "The problem cannot be mended in the data: they are to be observed "
    "again.",
}
_WITHHELD = " The files are withheld meanwhile."


def tell_of_problem(event: Event) -> None:
    """Write the mails that follow from one step of a problem report."""
    rows = ProblemStep.objects.select_related("report__reporter", "report__exec_block")
    step = rows.prefetch_related("reasons").filter(event=event).first()
    member = event.member_ous
    if step is None or member is None:
        return
    facts = {**facts_about(member), **_facts(step, event)}
    _tell(NoticeKind.QA3, event, {**facts, **_for_team(step, event)}, _team(step.report, event))
    if not event.frm:
        managers = [person for person in _staff() if StaffRole.DRM in person.roles]
        told = {"managers": [str(one) for one in managers], "actor": str(step.report.reporter)}
        comment = {"comment": step.report.description.splitlines()}
        people = _concerned(member, event, managers)
        _tell(NoticeKind.QA3_STAFF, event, {**facts, **told, **comment}, people)


def _tell(kind: NoticeKind, event: Event, facts: Facts, people: Iterator[Addressee]) -> None:
    member = event.member_ous
    told = list(people)
    if member is not None and told:
        key = f"event {event.pk}"
        write_notices(
            Occasion(kind=kind, key=key, member_ous=member, facts=facts, event=event), told
        )


def _facts(step: ProblemStep, event: Event) -> Facts:
    report = step.report
    return {
        "subject": report.subject,
        "about": about_words(report),
        "in_time": in_time_words(report),
        "report_url": own_address("projects:ous-qa3-report", report.member_ous.ref, str(report.pk)),
        "at": moment(event.at),
    }


def _for_team(step: ProblemStep, event: Event) -> Facts:
    """What the people of a project read: who it was by role word, and what is marked for them."""
    report, words = step.report, step_words(event.frm, event.to)
    note = event.note if event.note_public and event.frm else ""
    said = report.description if not event.frm else note
    holds = event.to == QA3State.INVESTIGATING
    withheld = holds and FileHold.objects.open().filter(member_ous=report.member_ous).exists()
    return {
        "what": words,
        "sentence": _SENTENCES[words] + (_WITHHELD if withheld else ""),
        "actor": event.actor_word,
        "reasons": [reason.name for reason in step.reasons.all()],
        "comment": said.splitlines(),
        "period": _period(report.member_ous),
    }


def _period(member: MemberOUS) -> str:
    period = account_of(member).period
    if period.is_withdrawn:
        return "the data are withdrawn; no period runs"
    if period.is_held:
        return "it lasts at least until QA3 is over"
    release = moment(member.release_date)
    return f"until {release}" if release else "its end is not known"


def _team(report: ProblemReport, event: Event) -> Iterator[Addressee]:
    """Who reported it, and the PI: each once, if they may see it, and not who did the step."""
    roles: dict[User, str] = {report.reporter: "who reported the problem"}
    pi = pi_of(report.member_ous.project)
    if pi is not None:
        roles.setdefault(pi, "the PI")
    for person, word in roles.items():
        if person.pk != event.actor_id and _may_know(person, report):
            yield Addressee(person, {"role": word})


def _may_know(person: User, report: ProblemReport) -> bool:
    return Project.objects.visible_to(person).filter(pk=report.project_id).exists()


def _staff() -> list[User]:
    return list(User.objects.filter(is_active=True).exclude(roles=[]).order_by("username"))


def _concerned(member: MemberOUS, event: Event, managers: list[User]) -> Iterator[Addressee]:
    """The managers, the contact scientist, and who reviewed the data: not who reported it."""
    scientist = event.project.contact_scientist if event.project else None
    roles: dict[User, str] = {}
    for person, word in (
        (member.reviewer, "the reviewer"),
        (scientist, "the contact scientist"),
        *((person, "a data reduction manager") for person in managers),
    ):
        if person is not None and person.is_active and person.pk != event.actor_id:
            roles.setdefault(person, word)
    yield from (Addressee(person, {"role": word}) for person, word in roles.items())
