"""The spine: what happened, append-only; and the other names things go by."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from projects.models.ous import GroupOUS, MemberOUS, ScienceGoal
from projects.models.project import Project
from projects.models.schedblock import ExecBlock, SchedBlock
from projects.models.tracked import Tracked
from projects.querysets.below import AliasQuerySet, EventQuerySet
from projects.states import Level

SUBJECT_FIELDS = tuple(level.value for level in Level)


def _only_subject_is(level: Level) -> models.Q:
    """The row's foreign keys below the project name one thing, on this level."""
    others = {f"{name}__isnull": True for name in SUBJECT_FIELDS[1:] if name != level}
    return models.Q(level=level, **others, **{f"{level}__isnull": False})


_ABOUT_ONE_THING = _only_subject_is(Level.PROJECT)
for _level in list(Level)[1:]:
    _ABOUT_ONE_THING |= _only_subject_is(_level)


class AboutOneThing(models.Model):
    """A row about a thing on any of the six levels, with real foreign keys.

    ``project`` is set as well wherever the thing belongs to one.
    """

    level = models.CharField(max_length=12, choices=[(level, level) for level in Level])
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    science_goal = models.ForeignKey(
        ScienceGoal, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    group_ous = models.ForeignKey(
        GroupOUS, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    member_ous = models.ForeignKey(
        MemberOUS, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sched_block = models.ForeignKey(
        SchedBlock, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    exec_block = models.ForeignKey(
        ExecBlock, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def subject(self) -> Tracked:
        """The thing itself."""
        thing: Tracked = getattr(self, self.level)
        return thing


class Alias(AboutOneThing):
    """Another name of a thing: a former ref, a domain UID, a status UID."""

    ref = models.CharField(max_length=120, help_text="The other name in its URL form.")

    objects = AliasQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "aliases"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["level", "ref"], name="alias_unique_in_level"),
            models.CheckConstraint(condition=_ABOUT_ONE_THING, name="alias_about_one_thing"),
        ]

    def __str__(self) -> str:
        return self.ref


class EventKind(models.TextChoices):
    """What sort of thing happened."""

    STATE = "state", "State"
    EXECUTION = "execution", "Execution"
    QA0 = "qa0", "QA0"
    QA2 = "qa2", "QA2"
    QA3 = "qa3", "QA3"
    DELIVERY = "delivery", "Delivery"
    REDELIVERY = "redelivery", "Redelivery"
    CLOCK = "clock", "Proprietary period"
    MEMBERSHIP = "membership", "Membership"
    REDUCER = "reducer", "Data reducer"
    REVIEWER = "reviewer", "Reviewer"
    BLOCKED = "blocked", "Held up by"
    TICKET = "ticket", "Ticket"
    JOURNAL = "journal", "Journal"


class Event(AboutOneThing):
    """One thing that happened; never changed, never deleted.

    ``at`` is when it happened, ``recorded_at`` and ``id`` (the feed's cursor) when we
    learnt it. ``for_staff`` and ``for_public`` say whom it is a change for: a step
    between two internal states that look alike from outside is none for the public.
    """

    kind = models.CharField(max_length=12, choices=EventKind)
    at = models.DateTimeField(help_text="When it happened, UTC.")
    recorded_at = models.DateTimeField(default=timezone.now, help_text="When we learnt it, UTC.")
    frm = models.CharField(max_length=40, blank=True)
    to = models.CharField(max_length=40, blank=True)
    public_frm = models.CharField(max_length=40, blank=True)
    public_to = models.CharField(max_length=40, blank=True)
    qa2 = models.CharField(max_length=8, blank=True, help_text="QA2 verdict that stood then.")
    for_staff = models.BooleanField(default=True)
    for_public = models.BooleanField(default=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Whom it concerns: whose tie to the project began, changed or ended.",
    )
    actor_word = models.CharField(
        max_length=40, help_text="Who it was, in a role's word: what people outside read."
    )
    note = models.TextField(blank=True)
    note_public = models.BooleanField(default=False)
    undoes = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="undone",
        db_index=False,
        help_text="The step that this one takes back: all is as it was before, since then too.",
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes: ClassVar = [
            models.Index(fields=["project", "id"], name="event_project_cursor"),
            models.Index(fields=["project", "at"], name="event_project_at"),
            models.Index(fields=["member_ous", "at"], name="event_member_at"),
            models.Index(fields=["sched_block", "at"], name="event_sched_block_at"),
            models.Index(
                fields=["person", "at"],
                condition=models.Q(person__isnull=False),
                name="event_person_at",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=_ABOUT_ONE_THING, name="event_about_one_thing"),
            models.CheckConstraint(
                condition=models.Q(kind__in=EventKind.values), name="event_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(for_staff=True) | models.Q(for_public=True),
                name="event_for_somebody",
            ),
            models.UniqueConstraint(
                fields=["undoes"],
                condition=models.Q(undoes__isnull=False),
                name="event_undone_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.frm} → {self.to}"
