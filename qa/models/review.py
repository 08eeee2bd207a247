"""QA2: the rounds of review of a member OUS, and what people decided in each."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from projects.models import Event, MemberOUS
from projects.states import QA2Outcome

GOOD_OUTCOMES = (QA2Outcome.PASS, QA2Outcome.SEMI_PASS)
_DELIVERS = models.Q(outcome__in=GOOD_OUTCOMES)


class QA2RoundQuerySet(models.QuerySet["QA2Round"]):
    """Rounds of review."""

    def with_decisions(self) -> Self:
        """Newest first, with decisions, reasons and persons."""
        decisions = QA2Decision.objects.newest_first()
        return self.prefetch_related(models.Prefetch("decisions", decisions)).order_by("-number")


class QA2Round(models.Model):
    """One round of review: it ends when the member OUS goes back to be observed or processed.

    The newest is the current one; a verdict counts in its own round alone.
    """

    member_ous = models.ForeignKey(MemberOUS, on_delete=models.PROTECT, related_name="qa2_rounds")
    number = models.PositiveSmallIntegerField(help_text="From 1 on, for each member OUS.")
    opened_by = models.OneToOneField(
        Event,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The step back that began it; empty for the first.",
    )
    opened_at = models.DateTimeField(help_text="UTC.")
    closed_at = models.DateTimeField(null=True, blank=True, help_text="UTC; empty while current.")

    objects = QA2RoundQuerySet.as_manager()

    class Meta:
        ordering = ("member_ous_id", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member_ous", "number"], name="qa2_round_number_once"),
            models.UniqueConstraint(
                fields=["member_ous"],
                condition=models.Q(closed_at=None),
                name="qa2_round_one_current",
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="qa2_round_from_one"),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of {self.member_ous_id}"


class QA2DecisionQuerySet(models.QuerySet["QA2Decision"]):
    """Decisions on member OUSs."""

    def newest_first(self) -> Self:
        """In order of the moments they were taken at, with persons and reasons."""
        people = self.select_related("decided_by", "undone_by")
        return people.prefetch_related("reasons").order_by("-at", "-pk")

    def standing(self) -> Self:
        """Keep those that were not taken back, of rounds that are still current."""
        return self.filter(undone_at=None, round__closed_at=None)

    def for_delivery(self) -> Self:
        """Keep the Pass or SemiPass that counts: at most one for each member OUS."""
        return self.standing().filter(_DELIVERS)

    def past_hold(self, now: datetime) -> Self:
        """Keep those that nobody can take back any more."""
        return self.filter(hold_until__lte=now)


class QA2Decision(models.Model):
    """One verdict of a person on the products of a member OUS; never changed, never deleted.

    It may be taken back while its hold runs. What was asked and got, how that compared, the
    checks and the suggestion are kept as they were shown then.
    """

    round = models.ForeignKey(QA2Round, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=8, choices=[(word, word) for word in QA2Outcome])
    comment = models.TextField(blank=True)
    comment_public = models.BooleanField(
        default=False, help_text="Whether people on the project may read the comment."
    )
    extra_executions = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Executions more that a Fail asks for.",
    )
    figures = models.JSONField(
        default=list, blank=True, help_text="What was asked and got, and how that compared."
    )
    checks = models.JSONField(
        default=list, blank=True, help_text="The checks of calibration and images, as ticked."
    )
    suggestion = models.JSONField(
        default=dict, blank=True, help_text="The outcome that was suggested, and why."
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    role_word = models.CharField(
        max_length=40, help_text="Who it was, in a role's word: what people outside read."
    )
    at = models.DateTimeField(help_text="When it was decided, UTC.")
    recorded_at = models.DateTimeField(default=timezone.now, help_text="UTC.")
    hold_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Until when it can be taken back and is kept from people outside, UTC.",
    )
    undone_at = models.DateTimeField(null=True, blank=True, help_text="UTC.")
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = QA2DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes: ClassVar = [models.Index(fields=["hold_until"], name="qa2_decision_hold")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=[*QA2Outcome]), name="qa2_decision_outcome_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    outcome=QA2Outcome.FAIL,
                    extra_executions__isnull=False,
                    extra_executions__gt=0,
                )
                | (_DELIVERS & models.Q(extra_executions=None)),
                name="qa2_decision_extra_for_fail",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome=QA2Outcome.FAIL, hold_until=None)
                | models.Q(_DELIVERS, hold_until__isnull=False, hold_until__gte=models.F("at")),
                name="qa2_decision_hold_unless_fail",
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at=None, undone_by=None)
                | (models.Q(undone_at__isnull=False, undone_by__isnull=False) & _DELIVERS),
                name="qa2_decision_undone_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["round"],
                condition=models.Q(undone_at=None),
                name="qa2_decision_one_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} in round {self.round_id}"


class QA2Reason(models.Model):
    """One reason of a decision, worded as it was then: the table of reasons may change."""

    decision = models.ForeignKey(QA2Decision, on_delete=models.PROTECT, related_name="reasons")
    code = models.CharField(max_length=40)
    family = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "code"], name="qa2_reason_once"),
        ]

    def __str__(self) -> str:
        return self.code
