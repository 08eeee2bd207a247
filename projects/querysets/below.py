"""Reads of everything below the project; all of it is seen with its project."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models.functions import Cast, Coalesce

from projects.models.project import Project
from projects.querysets.project import Viewer, is_staff_viewer, sees_everything
from projects.states import ACTIVE_PROJECT_STATES, Level

if TYPE_CHECKING:
    from projects.models import (
        Alias,
        Event,
        ExecBlock,
        GroupOUS,
        MemberOUS,
        SchedBlock,
        ScienceGoal,
    )

Row = TypeVar("Row", bound=models.Model)
NOT_COUNTED = ("Deleted", "Canceled", "DoNotObserve")


class BelowProjectQuerySet(models.QuerySet[Row]):
    """What the levels below the project share."""

    def visible_to(self, user: Viewer) -> Self:
        """Keep what belongs to projects that ``user`` may track."""
        if sees_everything(user):
            return self
        shown = self.filter(project_id__in=Project.objects.visible_to(user).order_by().values("pk"))
        return shown if is_staff_viewer(user) else shown.not_deleted()

    def not_deleted(self) -> Self:
        """Drop what was withdrawn from view."""
        return self.filter(models.Q(state=None) | ~models.Q(state="Deleted"))

    def in_band(self, band: int) -> Self:
        """Keep what uses a receiver band."""
        # Both databases write [3, 6]; only PostgreSQL can look into it by itself.
        words = Cast("bands", models.TextField())
        return self.alias(band_words=words).filter(band_words__regex=f"[^0-9]{band}[^0-9]")


def _member_sums() -> dict[str, Any]:
    """Aggregates over the member OUSs that count, for group and science goal."""
    counts = models.Q(member_ous_set__state=None) | ~models.Q(member_ous_set__state__in=NOT_COUNTED)

    def over(aggregate: type[models.Aggregate], field: str, *only: models.Q) -> models.Aggregate:
        condition = counts
        for part in only:
            condition &= part
        return aggregate(f"member_ous_set__{field}", filter=condition)

    no_expected = models.Q(member_ous_set__executions_expected=None)
    no_release = models.Q(member_ous_set__release_date=None)
    return {
        "executions_passed": Coalesce(
            over(models.Sum, "executions_passed"), 0, output_field=models.DecimalField()
        ),
        "executions_count": Coalesce(over(models.Sum, "executions_count"), 0),
        "executions_known": over(models.Sum, "executions_expected"),
        "executions_unknown": over(models.Count, "pk", no_expected),
        "members_total": over(models.Count, "pk"),
        "members_delivered": over(models.Count, "pk", models.Q(member_ous_set__state="Delivered")),
        "newest_delivery": over(models.Max, "delivered_at"),
        "newest_release": over(models.Max, "release_date"),
        "releases_unknown": over(models.Count, "pk", no_release),
    }


def nothing(field: "models.Field[Any, Any]") -> models.expressions.Combinable:
    """A NULL of a known type, without which PostgreSQL takes it for text in a union."""
    return Cast(models.Value(None, field), field)


def _status_of_members() -> dict[str, Any]:
    """The facts of a status that follow from the sums: unknown where one member's is."""
    all_delivered = models.Q(members_total__gt=0, members_delivered=models.F("members_total"))
    return {
        "qa2": nothing(models.CharField()),
        "qa2_passed": nothing(models.BooleanField()),
        "delivery_generation": nothing(models.IntegerField()),
        "executions_expected": models.Case(
            models.When(executions_unknown=0, then=models.F("executions_known"))
        ),
        "delivered_at": models.Case(models.When(all_delivered, then=models.F("newest_delivery"))),
        "release_date": models.Case(
            models.When(releases_unknown=0, then=models.F("newest_release"))
        ),
    }


class ScienceGoalQuerySet(BelowProjectQuerySet["ScienceGoal"]):
    """Science goal OUSs."""

    def as_status(self) -> Self:
        """With what a status tells, under the names that a member OUS has for it."""
        return self.with_progress().annotate(**_status_of_members())

    def with_progress(self) -> Self:
        """With sums over the member OUSs and the project, to be read freely."""
        return self.select_related("project").annotate(**_member_sums())


class GroupOUSQuerySet(BelowProjectQuerySet["GroupOUS"]):
    """Group OUSs."""

    def as_status(self) -> Self:
        """With what a status tells, under the names that a member OUS has for it."""
        return self.with_progress().annotate(**_status_of_members())

    def with_progress(self) -> Self:
        """With sums over the member OUSs, project and science goal, to be read freely."""
        return self.select_related("project", "science_goal").annotate(**_member_sums())


class MemberOUSQuerySet(BelowProjectQuerySet["MemberOUS"]):
    """Member OUSs."""

    def as_status(self) -> Self:
        """With the project, to be read without another query."""
        return self.select_related("project")

    def with_parents(self) -> Self:
        """With project, science goal and group, to be read without another query."""
        return self.select_related("project", "science_goal", "group_ous")


class SchedBlockQuerySet(BelowProjectQuerySet["SchedBlock"]):
    """Scheduling blocks."""

    def with_parents(self) -> Self:
        """With project, member OUS and science goal, to be read without another query."""
        return self.select_related("project", "member_ous", "member_ous__science_goal")

    def of_active_projects(self) -> Self:
        """Keep those whose project is active: an SB is active when its project is."""
        return self.filter(project__state__in=ACTIVE_PROJECT_STATES)


class ExecBlockQuerySet(BelowProjectQuerySet["ExecBlock"]):
    """Execution blocks."""

    def not_deleted(self) -> Self:
        """All of them: an execution has no life cycle and is never withdrawn."""
        return self

    def with_parents(self) -> Self:
        """With SB, member OUS and project, to be read without another query."""
        return self.select_related(
            "project", "sched_block", "member_ous", "member_ous__science_goal"
        )

    def with_end(self) -> Self:
        """With ``ended``: the end, or the start where the end is unknown."""
        return self.annotate(ended=Coalesce("end", "start"))

    def newest_first(self) -> Self:
        """In order of end, or of start where the end is unknown; undated ones last."""
        return self.order_by(Coalesce("end", "start").desc(nulls_last=True), "-pk")


class AliasQuerySet(models.QuerySet["Alias"]):
    """Other names of things."""

    def target_ids(self, level: Level, ref: str) -> "models.QuerySet[Alias, int | None]":
        """A sub-query for the id of the thing on ``level`` that ``ref`` also names."""
        return self.filter(level=level, ref=ref).values_list(f"{level}_id", flat=True)


class EventQuerySet(models.QuerySet["Event"]):
    """What happened."""

    def visible_to(self, user: Viewer) -> Self:
        """Keep the changes that exist for ``user``, of projects they may track."""
        if sees_everything(user):
            return self.filter(for_staff=True)
        projects = Project.objects.visible_to(user).order_by().values("pk")
        return self.filter(project_id__in=projects).for_viewer(user)

    def for_viewer(self, user: Viewer) -> Self:
        """Keep the changes that exist in the viewer's vocabulary."""
        if is_staff_viewer(user):
            return self.filter(for_staff=True)
        return self.filter(for_public=True)

    def not_taken_back(self) -> Self:
        """Keep what stands: neither steps that were taken back, nor those that did it."""
        # Named so, the few that take something back are read from their own small index.
        back = self.model.objects.filter(undoes__isnull=False, undoes=models.OuterRef("pk"))
        return self.filter(~models.Exists(back), undoes=None)

    def with_subjects(self) -> Self:
        """With whatever thing each event is about, to be read without another query."""
        return self.select_related(*[level.value for level in Level], "actor")

    def in_feed_order(self) -> Self:
        """As the feed pages through them: in the order we learnt of them."""
        return self.order_by("pk")
