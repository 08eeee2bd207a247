"""Deliveries: one for each round of review that ended well, with what still hinders it."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone

from deliveries.models.clock_entry import ClockEntry
from deliveries.models.product_file import ProductFile
from projects.models import MemberOUS, Project
from projects.querysets.project import Viewer, is_staff_viewer, sees_everything
from qa.models import QA2Round

# A generation says where a file lies in the store, and which others go with it.
LOOSE_FILES = "Files without a generation are known: none is delivered before a manifest names it."


class DeliveryState(models.TextChoices):
    """How far a delivery has come."""

    WAITING = "waiting", "waiting for products"
    CHECKING = "checking", "being checked"
    DELIVERED = "delivered", "delivered"
    FAILED = "failed", "failed"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries."""

    def visible_to(self, user: Viewer) -> Self:
        """Keep those of projects that ``user`` may track; for others than staff once delivered."""
        found = self if is_staff_viewer(user) else self.filter(state=DeliveryState.DELIVERED)
        if sees_everything(user):
            return found
        return found.filter(project_id__in=Project.objects.visible_to(user).order_by().values("pk"))

    def with_things(self) -> Self:
        """With project, member OUS and ``hindrance``, to be read without another query."""
        loose = ProductFile.objects.filter(
            member_ous_id=models.OuterRef("member_ous_id"), generation=None
        )
        found = self.select_related("project", "member_ous")
        return found.annotate(has_loose_files=models.Exists(loose))

    def due(self, now: datetime) -> Self:
        """Keep those that may be checked now and that nobody has."""
        return self.filter(state=DeliveryState.CHECKING, claim="", next_at__lte=now)


class Delivery(models.Model):
    """The delivery of one generation of a member OUS's products.

    There is one for each round of QA2 that ended in Pass or SemiPass here; what is known as
    delivered from sources alone has none.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="deliveries")
    member_ous = models.ForeignKey(MemberOUS, on_delete=models.PROTECT, related_name="deliveries")
    qa2_round = models.ForeignKey(QA2Round, on_delete=models.PROTECT, related_name="deliveries")
    generation = models.PositiveIntegerField(
        null=True, blank=True, help_text="Of the products; empty while none are known."
    )
    state = models.CharField(
        max_length=10, choices=DeliveryState, default=DeliveryState.WAITING, db_index=True
    )
    words = models.TextField(blank=True, help_text="What it waits for, or why it failed.")
    opened_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True, help_text="Last check, UTC.")
    delivered_at = models.DateTimeField(null=True, blank=True, help_text="UTC.")
    clock_entry = models.OneToOneField(
        ClockEntry,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="delivery",
        help_text="Its line in the ledger of the proprietary period.",
    )
    attempts = models.PositiveIntegerField(default=0, help_text="Checks that found something.")
    next_at = models.DateTimeField(default=timezone.now, help_text="Next check, UTC.")
    claim = models.CharField(max_length=120, blank=True, help_text="The worker that checks it.")
    heartbeat_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    # Read by ``with_things``.
    has_loose_files: bool

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["state", "next_at"], name="delivery_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member_ous", "qa2_round"], name="delivery_once_a_round"
            ),
            models.UniqueConstraint(
                fields=["member_ous"],
                condition=models.Q(state__in=["waiting", "checking"]),
                name="delivery_one_under_way",
            ),
            models.UniqueConstraint(
                fields=["member_ous", "generation"],
                condition=models.Q(state="delivered"),
                name="delivery_once_a_generation",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=DeliveryState.values), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="delivered", delivered_at__isnull=False, claim="")
                & models.Q(generation__isnull=False, clock_entry__isnull=False)
                | models.Q(delivered_at=None, clock_entry=None) & ~models.Q(state="delivered"),
                name="delivery_delivered_with_all",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="checking") | models.Q(generation__isnull=False),
                name="delivery_checks_something",
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.generation or '?'} of {self.member_ous_id}"

    @property
    def hindrance(self) -> str:
        """What it waits for, or why it failed; of a row read ``with_things``."""
        is_waiting = self.state == DeliveryState.WAITING
        return f"{self.words} {LOOSE_FILES}" if is_waiting and self.has_loose_files else self.words


class DeliveryPlace(models.Model):
    """One place that must have every file before something counts as delivered."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="places")
    name = models.CharField(max_length=40, help_text="“store”, or the mirror's name.")
    files = models.PositiveIntegerField(default=0, help_text="How many it must have.")
    missing = models.PositiveIntegerField(default=0, help_text="How many are not as they must be.")
    problem = models.CharField(
        max_length=500, blank=True, help_text="Why it could not be asked; empty where it was."
    )
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery", "name"], name="delivery_place_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.delivery_id}"

    @property
    def is_complete(self) -> bool:
        """Whether it has every file."""
        return not self.missing and not self.problem


class Shortcoming(models.TextChoices):
    """What is wrong with a file at a place."""

    MISSING = "missing", "missing"
    SIZE = "size", "another size"
    CHECKSUM = "checksum", "another checksum"
    UNKNOWN = "unknown", "the manifest has no size or checksum of it"
    UNREADABLE = "unreadable", "it cannot be read"


class MissingFile(models.Model):
    """One file that is not, or not as it must be, at one place."""

    place = models.ForeignKey(DeliveryPlace, on_delete=models.CASCADE, related_name="missing_files")
    product_file = models.ForeignKey(ProductFile, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=10, choices=Shortcoming)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "product_file"], name="missing_file_once"),
            models.CheckConstraint(
                condition=models.Q(what__in=Shortcoming.values), name="missing_file_what_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_file_id}: {self.what}"
