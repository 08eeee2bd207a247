"""QA3: problems that were reported with delivered data, and how they were looked into."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from projects.models import Event, ExecBlock, MemberOUS, Project
from projects.querysets.project import Viewer, sees_everything
from qa.problems import (
    INVESTIGATED,
    LONGEST_SUBJECT,
    ONGOING,
    STATE_WORDS,
    AboutKind,
    Initiative,
    Outcome,
    QA3State,
)

_INITIATIVES = [(one.value, one.value) for one in Initiative]


class InvestigationQuerySet(models.QuerySet["Investigation"]):
    """Investigations."""

    def running(self) -> Self:
        """Keep those that are not over: one at most for each member OUS."""
        return self.filter(ended_at=None)


class Investigation(models.Model):
    """QA3 of a member OUS, from its opening until it is aborted or the next delivery.

    ``outcome`` is empty until staff decide; a fix or a failure ends with the delivery of
    what came of it.
    """

    member_ous = models.ForeignKey(
        MemberOUS, on_delete=models.PROTECT, related_name="investigations"
    )
    initiative = models.CharField(max_length=24, choices=_INITIATIVES)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(help_text="UTC.")
    outcome = models.CharField(
        max_length=8, blank=True, choices=[(word.value, word.value) for word in Outcome]
    )
    extra_executions = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Executions more that a failure asks for.",
    )
    decided_at = models.DateTimeField(null=True, blank=True, help_text="UTC.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty where a delivery came before any decision.",
    )
    ended_at = models.DateTimeField(null=True, blank=True, help_text="UTC; empty while it runs.")
    ended_generation = models.PositiveIntegerField(
        null=True, blank=True, help_text="Of the products that were delivered in the end."
    )

    objects = InvestigationQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member_ous"],
                condition=models.Q(ended_at=None),
                name="investigation_one_running",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["", *Outcome]), name="investigation_outcome_known"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", decided_at=None, ended_at=None)
                | ~models.Q(outcome="") & models.Q(decided_at__isnull=False),
                name="investigation_decided_before_its_end",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome=Outcome.ABORTED)
                | models.Q(ended_at__isnull=False, ended_generation=None),
                name="investigation_abort_ends_it",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome=Outcome.FAIL, extra_executions__isnull=False)
                & models.Q(extra_executions__gt=0)
                | ~models.Q(outcome=Outcome.FAIL) & models.Q(extra_executions=None),
                name="investigation_extra_for_failure",
            ),
        ]

    def __str__(self) -> str:
        return f"QA3 of {self.member_ous_id} since {self.opened_at:%Y-%m-%d}"


class ProblemReportQuerySet(models.QuerySet["ProblemReport"]):
    """Problem reports."""

    def visible_to(self, user: Viewer) -> Self:
        """Keep those of member OUSs that ``user`` may track: all who may follow them."""
        if sees_everything(user):
            return self
        seen = MemberOUS.objects.visible_to(user).order_by().values("pk")
        return self.filter(member_ous_id__in=seen)

    def ongoing(self) -> Self:
        """Keep those that are not settled."""
        return self.filter(state__in=ONGOING)

    def numbers_in(self, project: Project) -> dict[int, int]:
        """How many are not settled, by the id of the member OUS; one query."""
        rows = self.ongoing().filter(project=project).order_by().values_list("member_ous_id")
        return dict(rows.annotate(number=models.Count("pk")))

    def with_things(self) -> Self:
        """With what is told of them, newest first; five queries however many there are."""
        steps = ProblemStep.objects.select_related("event__actor").prefetch_related("reasons")
        return (
            self.select_related("reporter", "exec_block", "investigation", "member_ous", "project")
            .prefetch_related(models.Prefetch("steps", steps.order_by("pk")))
            .order_by("-pk")
        )


def _about_fits() -> models.Q:
    """What each kind of subject names."""
    return (
        models.Q(about=AboutKind.MEMBER_OUS, exec_block=None, plot="", file="")
        | models.Q(about=AboutKind.EXEC_BLOCK, exec_block__isnull=False, plot="", file="")
        | models.Q(about=AboutKind.PLOT, exec_block__isnull=False, file="") & ~models.Q(plot="")
        | models.Q(about=AboutKind.FILE, exec_block=None, plot="") & ~models.Q(file="")
    )


class ProblemReport(models.Model):
    """One problem with delivered data, as somebody reported it.

    Whether it was in time is decided as it comes in, and kept with the rule of that day.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="problem_reports")
    member_ous = models.ForeignKey(
        MemberOUS, on_delete=models.PROTECT, related_name="problem_reports"
    )
    about = models.CharField(
        max_length=12,
        choices=[(kind.value, kind.value) for kind in AboutKind],
        default=AboutKind.MEMBER_OUS,
    )
    exec_block = models.ForeignKey(
        ExecBlock, null=True, blank=True, on_delete=models.PROTECT, related_name="problem_reports"
    )
    plot = models.CharField(max_length=40, blank=True, help_text="Name of a plot of the execution.")
    file = models.CharField(max_length=1000, blank=True, help_text="Place in the package.")
    subject = models.CharField(max_length=LONGEST_SUBJECT)
    description = models.TextField()
    initiative = models.CharField(max_length=24, choices=_INITIATIVES, default=Initiative.USER)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="problem_reports"
    )
    role_word = models.CharField(
        max_length=40, help_text="Who it was, in a role's word: what people outside read."
    )
    reported_at = models.DateTimeField(help_text="UTC, to the second.")
    recorded_at = models.DateTimeField(default=timezone.now, help_text="UTC.")
    state = models.CharField(
        max_length=14,
        choices=[(state.value, STATE_WORDS[state]) for state in QA3State],
        default=QA3State.OPEN,
        db_index=True,
    )
    investigation = models.ForeignKey(
        Investigation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reports",
    )
    generation = models.PositiveIntegerField(
        null=True, blank=True, help_text="The newest delivered one then; empty if unknown."
    )
    delivered_at = models.DateTimeField(
        null=True, blank=True, help_text="Of that generation, UTC; empty if unknown."
    )
    window_months = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How long after delivery it is in time, by the rule."
    )
    window_until = models.DateTimeField(
        null=True, blank=True, help_text="The last second in time, UTC."
    )
    window_rule = models.CharField(max_length=300, blank=True, help_text="The rule's source.")
    is_timely = models.BooleanField(
        null=True, blank=True, help_text="Empty where delivery or rule is not known."
    )

    objects = ProblemReportQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["member_ous", "state"], name="problem_report_of"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=[*QA3State]), name="problem_report_state_known"
            ),
            models.CheckConstraint(condition=_about_fits(), name="problem_report_about_one_thing"),
            models.CheckConstraint(
                condition=~models.Q(subject="") & ~models.Q(description=""),
                name="problem_report_says_something",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    is_timely=None, window_until=None, window_months=None, window_rule=""
                )
                | models.Q(
                    is_timely=True,
                    window_months__isnull=False,
                    window_until__gte=models.F("reported_at"),
                )
                | models.Q(
                    is_timely=False,
                    window_months__isnull=False,
                    window_until__lt=models.F("reported_at"),
                ),
                name="problem_report_in_time_or_late",
            ),
            models.CheckConstraint(
                condition=models.Q(investigation__isnull=False, state__in=INVESTIGATED)
                | models.Q(investigation=None) & ~models.Q(state__in=INVESTIGATED),
                name="problem_report_investigated_by_one",
            ),
        ]

    def __str__(self) -> str:
        return f"problem report {self.pk}: {self.subject}"


class ProblemStep(models.Model):
    """One step of a report, beside its event in the log, which says who, when and what."""

    report = models.ForeignKey(ProblemReport, on_delete=models.PROTECT, related_name="steps")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="problem_step")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"step of {self.report_id}"


class ProblemReason(models.Model):
    """One reason of a step, worded as it was then: the table of reasons may change."""

    step = models.ForeignKey(ProblemStep, on_delete=models.PROTECT, related_name="reasons")
    code = models.CharField(max_length=40)
    family = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["step", "code"], name="problem_reason_once"),
        ]

    def __str__(self) -> str:
        return self.code
