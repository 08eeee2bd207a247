"""QA0: what people decided on executions, why, and what came too late."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from projects.models import ExecBlock, MemberOUS
from projects.models.schedblock import FRACTION_HELP
from projects.progress import PROCESSING_BEGAN
from projects.querysets.project import Viewer, is_staff_viewer, sees_everything
from projects.states import QA0Status


class QA0DecisionQuerySet(models.QuerySet["QA0Decision"]):
    """Decisions on executions."""

    def newest_first(self) -> Self:
        """In order of the moments they were taken at, with persons and reasons."""
        return self.select_related("decided_by").prefetch_related("reasons").order_by("-at", "-pk")


class QA0Decision(models.Model):
    """One verdict of a person on one execution; never changed, never deleted.

    The newest counts; the execution block's row holds a copy of it.
    """

    exec_block = models.ForeignKey(
        ExecBlock, on_delete=models.PROTECT, related_name="qa0_decisions"
    )
    outcome = models.CharField(max_length=8, choices=[(word, word) for word in QA0Status])
    comment = models.TextField(blank=True)
    comment_public = models.BooleanField(
        default=False, help_text="Whether people on the project may read the comment."
    )
    execution_fraction = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True, help_text=FRACTION_HELP
    )
    proposed_fraction = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="What was proposed then; empty where too little was known.",
    )
    proposal = models.JSONField(
        default=list, blank=True, help_text="How the proposal came about, a sentence a factor."
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    role_word = models.CharField(
        max_length=40, help_text="Who it was, in a role's word: what people outside read."
    )
    at = models.DateTimeField(help_text="When it was decided, UTC.")
    recorded_at = models.DateTimeField(default=timezone.now, help_text="UTC.")

    objects = QA0DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes: ClassVar = [models.Index(fields=["exec_block", "-at"], name="qa0_decision_of")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=[*QA0Status]), name="qa0_decision_outcome_known"
            ),
            models.CheckConstraint(
                condition=models.Q(execution_fraction=None) | models.Q(execution_fraction__gte=0),
                name="qa0_decision_fraction_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(proposed_fraction=None) | models.Q(proposed_fraction__gte=0),
                name="qa0_decision_proposal_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} of {self.exec_block_id}"


class QA0Reason(models.Model):
    """One reason of a decision, worded as it was then: the table of reasons may change."""

    decision = models.ForeignKey(QA0Decision, on_delete=models.PROTECT, related_name="reasons")
    code = models.CharField(max_length=40)
    family = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "code"], name="qa0_reason_once"),
        ]

    def __str__(self) -> str:
        return self.code


class LateVerdictQuerySet(models.QuerySet["LateVerdict"]):
    """Verdicts that came too late."""

    def open(self) -> Self:
        """Keep what nobody has looked after yet."""
        return self.filter(settled_at=None)

    def visible_to(self, user: Viewer) -> Self:
        """Keep those of member OUSs that staff may track; others are told of none."""
        if not is_staff_viewer(user):
            return self.none()
        if sees_everything(user):
            return self
        seen = MemberOUS.objects.visible_to(user).order_by().values("pk")
        return self.filter(member_ous_id__in=seen)

    def with_things(self) -> Self:
        """With what a line tells: parents and reasons too, in a fixed number of queries."""
        found = self.with_verdicts().select_related("member_ous", "decision__exec_block__project")
        return found.prefetch_related("decision__reasons")

    def with_verdicts(self) -> Self:
        """With decision, execution and persons, newest first."""
        return self.select_related(
            "decision__exec_block", "decision__decided_by", "settled_by"
        ).order_by("-pk")


class LateVerdict(models.Model):
    """For staff: a QA0 verdict that changed when the member OUS was not moved by it any more.

    Somebody has to look whether its products still hold; they settle it with a note.
    """

    member_ous = models.ForeignKey(
        MemberOUS, on_delete=models.PROTECT, related_name="late_verdicts"
    )
    decision = models.OneToOneField(
        QA0Decision, on_delete=models.PROTECT, related_name="late_verdict"
    )
    frm = models.CharField(max_length=8, help_text="The verdict before.")
    state = models.CharField(max_length=24, help_text="Where the member OUS stood then.")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    settled_at = models.DateTimeField(null=True, blank=True, help_text="UTC.")
    note = models.TextField(blank=True, help_text="What came of it.")

    objects = LateVerdictQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(settled_at=None, settled_by=None)
                | models.Q(settled_at__isnull=False, settled_by__isnull=False),
                name="late_verdict_settled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.frm} → {self.decision} at {self.state}"

    @property
    def when_words(self) -> str:
        """Since when verdicts moved the member OUS no more."""
        began = self.state in PROCESSING_BEGAN
        return "after processing began" if began else "after observing had ended"
