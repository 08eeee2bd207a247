"""Who has access to a project: what its PI says stands as the log says that it was said."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from projects.models import Event, EventKind, Membership, Project, ProjectToken, Role
from projects.services.delegations import MAY_DOWNLOAD, MAY_NOT_DOWNLOAD, TOKEN_WORD
from projects.states import Level
from snoopi.audit.faults import Fault, Named, Tally, compare, fault, stream

_SWITCH = (MAY_DOWNLOAD, MAY_NOT_DOWNLOAD)
_NAMES = ("uid", "ref")
# A tie in the log: its project, whom it is with, and what as.
_Tie = tuple[int | None, int | None, str]
_TELLING_TAKES = timedelta(hours=1)
_WRITING_TOOK = timedelta(seconds=5)


def access_agrees(tally: Tally) -> Iterator[Fault]:
    """The switch for Co-Is, the tokens and the delegations are those that the log tells of."""
    yield from _switches(tally)
    yield from _tokens(tally)
    yield from _delegations(tally)
    yield from _ends(tally)


def _switches(tally: Tally) -> Iterator[Fault]:
    said = Event.objects.filter(kind=EventKind.MEMBERSHIP, project=OuterRef("pk"), to__in=_SWITCH)
    last = said.order_by("-pk").values("to")[:1]
    rows = Project.objects.annotate(said=Subquery(last)).filter(
        Q(said__isnull=False) | Q(cois_download=True)
    )
    for uid, ref, may, said in stream(
        rows.order_by("pk").values_list(*_NAMES, "cois_download", "said")
    ):
        tally.looked += 1
        found = MAY_DOWNLOAD if may else MAY_NOT_DOWNLOAD
        yield from compare(Named(Level.PROJECT, uid, ref), "cois_download", found, said)


def _tokens(tally: Tally) -> Iterator[Fault]:
    """As many tokens were made and revoked as the log has lines of it."""
    told = Q(kind=EventKind.MEMBERSHIP, project__isnull=False)
    lines = Event.objects.filter(told, Q(to=TOKEN_WORD) | Q(frm=TOKEN_WORD)).order_by("project_id")
    counted = lines.values("project_id").annotate(
        made=Count("pk", filter=Q(to=TOKEN_WORD)), revoked=Count("pk", filter=Q(frm=TOKEN_WORD))
    )
    logged = {row["project_id"]: (row["made"], row["revoked"]) for row in counted}
    rows = ProjectToken.objects.order_by("project_id").values("project_id", "project__ref")
    there = rows.annotate(made=Count("pk"), revoked=Count("revoked_at"))
    found = {row["project_id"]: (row["made"], row["revoked"]) for row in there}
    for pk in sorted({*logged, *found}):
        tally.looked += 1
        if found.get(pk, (0, 0)) != logged.get(pk, (0, 0)):
            project = Project.objects.get(pk=pk)
            named = Named(Level.PROJECT, project.uid, project.ref)
            yield fault(named, "tokens made and revoked", found.get(pk), logged.get(pk))


def _delegations(tally: Tally) -> Iterator[Fault]:
    """Every delegation that a person gave stands in the log, with whom it concerns."""
    told = Event.objects.filter(
        kind=EventKind.MEMBERSHIP,
        project=OuterRef("project"),
        person=OuterRef("user"),
        actor=OuterRef("given_by"),
        to__startswith=Role.DELEGEE.label,
    )
    given = Membership.objects.filter(given_by__isnull=False)
    tally.looked += given.count()
    rows = given.annotate(line=Subquery(told.order_by("pk").values("pk")[:1])).filter(line=None)
    names = ("project__uid", "project__ref", "pk")
    for uid, ref, number in stream(rows.order_by("pk").values_list(*names)):
        thing = Named(Level.PROJECT, uid, ref)
        yield fault(thing, f"log of delegation {number}", None, "an event that tells of it")


def _ends(tally: Tally) -> Iterator[Fault]:
    """The log tells once of each end that has come, at that end."""
    logged: dict[_Tie, list[datetime]] = defaultdict(list)
    ends = Event.objects.filter(kind=EventKind.MEMBERSHIP, to="").exclude(frm="").order_by("pk")
    for project, person, words, at in stream(
        ends.values_list("project_id", "person_id", "frm", "at")
    ):
        logged[project, person, words].append(at)
    ties: dict[tuple[_Tie, datetime], list[Membership]] = defaultdict(list)
    rows = Membership.objects.filter(ends_at__lte=timezone.now()).select_related("project")
    for tie in stream(rows.order_by("pk")):
        tally.looked += 1
        end = max(tie.ends_at or tie.created_at, tie.created_at)
        ties[(tie.project_id, tie.user_id, str(tie)), end].append(tie)
    for (key, end), same in ties.items():
        told = sum(tie.is_end_told or end < timezone.now() - _TELLING_TAKES for tie in same)
        found = logged[key].count(end)
        if found < told:
            # Of before the log took the very moment, and named whom it concerns.
            older = [*logged[key], *logged[key[0], None, key[2]]]
            found += sum(end < at < end + _WRITING_TOOK for at in older)
            found = min(found, told)
        thing = Named(Level.PROJECT, same[0].project.uid, same[0].project.ref)
        yield from compare(thing, f"ends of tie {same[0].pk} in the log", found, told)
