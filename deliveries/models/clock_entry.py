"""The ledger of the proprietary period."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from deliveries.clock import KIND_WORDS, ClockKind, Entry
from deliveries.models.blanket import BlanketExtension
from projects.models import MemberOUS

if TYPE_CHECKING:
    from collections.abc import Iterable

_STARTS = (ClockKind.DELIVERY, ClockKind.EARLY_RAW)
_LENGTHENS = (ClockKind.EXTENSION, ClockKind.BLANKET, ClockKind.QA3_RENEWAL)
_NOTHING_MORE = models.Q(months=None, until=None)
_MONTHS_OR_UNTIL = models.Q(months__isnull=False, until=None) | models.Q(
    months=None, until__isnull=False
)


def _fits() -> models.Q:
    """What each kind of entry must and must not say of the end."""
    dated = (ClockKind.SOURCE, ClockKind.CORRECTION)
    qa3 = (ClockKind.QA3_OPENED, ClockKind.QA3_ABORTED, ClockKind.QA3_CLOSED)
    plain = (ClockKind.WITHDRAWAL, *qa3)
    return (
        models.Q(kind__in=_STARTS, until=None)
        | (models.Q(kind__in=_LENGTHENS) & _MONTHS_OR_UNTIL)
        | models.Q(kind__in=dated, months=None, until__isnull=False)
        | (models.Q(kind__in=plain) & _NOTHING_MORE)
    )


class ClockEntryQuerySet(models.QuerySet["ClockEntry"]):
    """Entries of the ledger."""

    def in_order(self) -> Self:
        """Oldest first, with persons and blanket extensions."""
        return self.select_related("decided_by", "blanket").order_by("at", "pk")


class ClockEntry(models.Model):
    """One entry of a member OUS's ledger; never changed, never deleted.

    The member OUS's release date is a copy of what all of them give (``deliveries.clock``).
    """

    member_ous = models.ForeignKey(
        MemberOUS, on_delete=models.PROTECT, related_name="clock_entries"
    )
    kind = models.CharField(
        max_length=12, choices=[(kind.value, KIND_WORDS[kind]) for kind in ClockKind]
    )
    at = models.DateTimeField(help_text="When it took effect, UTC.")
    months = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Length in calendar months; empty: no rule on file."
    )
    until = models.DateTimeField(
        null=True, blank=True, help_text="The end that it gives by itself, UTC."
    )
    not_public_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="A blanket extension counts for what was not public at this moment.",
    )
    blanket = models.ForeignKey(
        BlanketExtension,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entries",
        help_text="The blanket extension that it is part of.",
    )
    rule = models.CharField(
        max_length=300, blank=True, help_text="The source of the rule that gave the months."
    )
    reason = models.TextField(blank=True, help_text="For staff.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: the system.",
    )
    role_word = models.CharField(
        max_length=40, help_text="Who it was, in a role's word: what people outside read."
    )
    recorded_at = models.DateTimeField(default=timezone.now, help_text="UTC.")

    objects = ClockEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "clock entries"
        ordering = ("at", "id")
        indexes: ClassVar = [models.Index(fields=["member_ous", "at"], name="clock_entry_of")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[*ClockKind]), name="clock_entry_kind_known"
            ),
            models.CheckConstraint(condition=_fits(), name="clock_entry_says_what_it_must"),
            models.CheckConstraint(
                condition=models.Q(not_public_at=None) | models.Q(kind=ClockKind.BLANKET),
                name="clock_entry_day_for_blankets",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=ClockKind.CORRECTION) | ~models.Q(reason=""),
                name="clock_entry_correction_has_reason",
            ),
            models.UniqueConstraint(
                fields=["member_ous"],
                condition=models.Q(kind=ClockKind.EARLY_RAW),
                name="clock_entry_one_early_release",
            ),
            models.UniqueConstraint(
                fields=["member_ous"],
                condition=models.Q(kind=ClockKind.SOURCE),
                name="clock_entry_one_source",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=ClockKind.BLANKET, blanket__isnull=False)
                | (~models.Q(kind=ClockKind.BLANKET) & models.Q(blanket=None)),
                name="clock_entry_blanket_has_name",
            ),
            models.UniqueConstraint(
                fields=["member_ous", "blanket"], name="clock_entry_blanket_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.member_ous_id}"

    @property
    def entry(self) -> Entry:
        """The entry as the pure ledger takes it."""
        return Entry(
            kind=ClockKind(self.kind),
            at=self.at,
            sequence=self.pk or 0,
            months=self.months,
            until=self.until,
            not_public_at=self.not_public_at,
            reason=self.reason,
            rule=self.rule,
            name=self.blanket.name if self.blanket else "",
        )


def entries_of(rows: "Iterable[ClockEntry]") -> list[Entry]:
    """The entries of rows as the pure ledger takes them."""
    return [row.entry for row in rows]
