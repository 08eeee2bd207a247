"""What belongs to the demo observatory in the database, and how it is taken out again."""

from django.db import models, transaction

from accounts.models import User
from deliveries.models import (
    AddedValue,
    ClockEntry,
    Delivery,
    DeliveryPlace,
    FileHold,
    FileReading,
    MailLine,
    MailRule,
    MissingFile,
    Notice,
    ProductFile,
)
from projects.models import (
    Alias,
    Assignment,
    Blockage,
    Event,
    ExecBlock,
    GroupOUS,
    JournalEntry,
    MemberOUS,
    Membership,
    Project,
    ProjectToken,
    SchedBlock,
    ScienceGoal,
    Ticket,
)
from qa.models import (
    Calibration,
    ExecReport,
    Investigation,
    LateVerdict,
    PipelineRun,
    ProblemReason,
    ProblemReport,
    ProblemStep,
    QA0Decision,
    QA0Reason,
    QA2Decision,
    QA2Reason,
    QA2Round,
)
from snoopi.demo.people import PEOPLE
from snoopi.demo.plans import ORIGIN

# What quality assurance and delivery keep, by the way to the project.
_JUDGED: tuple[tuple[type[models.Model], str], ...] = (
    (MailLine, "project_id__in"),
    (Notice, "project_id__in"),
    (MailRule, "project_id__in"),
    (AddedValue, "member_ous__project_id__in"),
    (MissingFile, "place__delivery__project_id__in"),
    (DeliveryPlace, "delivery__project_id__in"),
    (Delivery, "project_id__in"),
    (ProblemReason, "step__report__project_id__in"),
    (ProblemStep, "report__project_id__in"),
    (ProblemReport, "project_id__in"),
    (Investigation, "member_ous__project_id__in"),
    (QA2Reason, "decision__round__member_ous__project_id__in"),
    (QA2Decision, "round__member_ous__project_id__in"),
    (QA2Round, "member_ous__project_id__in"),
    (LateVerdict, "member_ous__project_id__in"),
    (QA0Reason, "decision__exec_block__project_id__in"),
    (QA0Decision, "exec_block__project_id__in"),
    (ExecReport, "exec_block__project_id__in"),
    (PipelineRun, "member_ous__project_id__in"),
    (ClockEntry, "member_ous__project_id__in"),
    (Assignment, "member_ous__project_id__in"),
    (Blockage, "member_ous__project_id__in"),
    (Ticket, "member_ous__project_id__in"),
    (JournalEntry, "member_ous__project_id__in"),
    (FileHold, "member_ous__project_id__in"),
    (FileReading, "product_file__project_id__in"),
)
# What points at a thing goes before the thing.
_BELOW: tuple[type[models.Model], ...] = (
    Event,
    Alias,
    Membership,
    ProjectToken,
    ProductFile,
    ExecBlock,
    SchedBlock,
    MemberOUS,
    GroupOUS,
    ScienceGoal,
)
SIMULATED = "simulation"


class OthersAreHere(Exception):
    """The database holds what is no demonstration; ``str()`` says what."""


def refuse_others() -> None:
    """Raise OthersAreHere where the database holds projects or accounts of other origin."""
    others = Project.objects.filter(models.Q(is_demo=False) | models.Q(facts__has_key=SIMULATED))
    _refuse_projects(others)
    names = [person.username for person in PEOPLE]
    taken = User.objects.filter(username__in=names, is_demo=False).values_list(
        "username", flat=True
    )
    if taken:
        raise OthersAreHere(f"These accounts are no demo accounts: {', '.join(sorted(taken))}.")


def refuse_all_but_simulated() -> None:
    """Raise OthersAreHere where the database holds projects that were not simulated."""
    _refuse_projects(Project.objects.exclude(facts__has_key=SIMULATED))


def _refuse_projects(others: "models.QuerySet[Project]") -> None:
    count = others.count()
    if count:
        first = others.order_by("pk").values_list("ref", flat=True)[0]
        raise OthersAreHere(
            f"The database holds {count} other projects, {first} for one; "
            "nothing invented is put beside them."
        )


@transaction.atomic
def wipe_demo() -> int:
    """Delete the demo projects with all below them; answer how many there were.

    Accounts stay, so that sessions and tokens of the people go on.
    """
    demo = Project.objects.filter(is_demo=True)
    ids = list(demo.order_by().values_list("pk", flat=True))
    for model, way in _JUDGED:
        model._default_manager.filter(**{way: ids}).order_by().delete()
    for model in _BELOW:
        model._default_manager.filter(project_id__in=ids).order_by().delete()
    Project.objects.filter(pk__in=ids).order_by().delete()
    _wipe_calibrations()
    return len(ids)


def _wipe_calibrations() -> None:
    """Delete what the demonstration says of the array, the last words first."""
    demo = models.Q(origin=ORIGIN) | models.Q(entered_by__is_demo=True)
    begun = Calibration.objects.filter(demo, first=None).order_by().values_list("pk", flat=True)
    ids = list(begun)
    rows = Calibration.objects.filter(models.Q(pk__in=ids) | models.Q(first_id__in=ids))
    while last := list(rows.filter(later=None, superseded_by=None, set_aside=None).values("pk")):
        rows.filter(pk__in=[row["pk"] for row in last]).delete()
