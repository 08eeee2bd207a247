"""The one answer to who may read which file: a person, files, and what the database knows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.rights import Right, Scope, StaffRole
from deliveries.clock import ClockKind
from deliveries.models import ClockEntry, FileHold, ProductFile
from deliveries.naming import FileClass
from deliveries.rights import Access, FileFacts, Standing, file_access
from projects.models import MemberOUS, Membership, Project, Role
from projects.public import data_rights
from projects.querysets.handed_out import was_handed_out
from projects.querysets.project import Viewer, sees_everything
from projects.visitors import ProjectVisitor

_ASSIGNED_ROLES = frozenset({StaffRole.REDUCER, StaffRole.QA, StaffRole.DRM})
_OUT_STATES = ("Delivered", "QA3InProgress")


def for_reading(files: QuerySet[ProductFile]) -> QuerySet[ProductFile]:
    """The files with all of their own that decides on who may read them."""
    member = OuterRef("member_ous_id")
    early = ClockEntry.objects.filter(member_ous_id=member, kind=ClockKind.EARLY_RAW)
    held = FileHold.objects.open().filter(member_ous_id=member)
    return files.select_related("member_ous", "project").annotate(
        is_released_early=Exists(early),
        is_withheld=Exists(held),
        was_handed_out=was_handed_out(),
    )


@dataclass(slots=True)
class Reader:
    """A person before files of a few projects; make it by ``reader_of``."""

    user: Viewer
    now: datetime
    own: frozenset[int] = frozenset()
    seen: frozenset[int] = frozenset()
    of_center: frozenset[int] = frozenset()
    scopes: frozenset[Scope] = field(default_factory=frozenset)

    def access(self, product_file: Any, reason: str = "") -> Access:
        """Answer whether the person may read a file, read ``for_reading``. No query."""
        facts = facts_of(product_file, self.now)
        return file_access(self._standings(product_file), facts, reason)

    def _standings(self, product_file: ProductFile) -> set[Standing]:
        user, project = self.user, product_file.project
        if isinstance(user, ProjectVisitor):
            return self._standings_of_visitor(user, project)
        if not isinstance(user, User) or not user.is_active:
            return {Standing.OUTSIDER}
        found = {Standing.LOOKER if project.pk in self.seen else Standing.OUTSIDER}
        if project.pk in self.own and project.pk in self.seen:
            found.add(Standing.OWNER)
        if _is_assigned(user, product_file.member_ous):
            found.add(Standing.ASSIGNED)
        if self._may_give_reason(project):
            found.add(Standing.WITH_REASON)
        return found

    def _standings_of_visitor(self, visitor: ProjectVisitor, project: Project) -> set[Standing]:
        """A project token reads what a Co-I does."""
        if visitor.project_id != project.pk or project.pk not in self.seen:
            return {Standing.OUTSIDER}
        return {Standing.OWNER if project.cois_download else Standing.LOOKER}

    def _may_give_reason(self, project: Project) -> bool:
        if Scope.ALL in self.scopes:
            return True
        if Scope.NAMED in self.scopes and project.contact_scientist_id == self.user.pk:
            return True
        return Scope.ARC in self.scopes and project.pk in self.of_center


def reader_of(user: Viewer, projects: Iterable[int], now: datetime) -> Reader:
    """Answer a person before the files of some projects; at most three queries."""
    if isinstance(user, ProjectVisitor):
        found = Project.objects.visible_to(user).filter(pk__in=set(projects)).order_by()
        return Reader(user, now, seen=frozenset(found.values_list("pk", flat=True)))
    if not isinstance(user, User) or not user.is_active:
        return Reader(user, now)
    ids = set(projects)
    mine = Membership.objects.of(user).giving_files().filter(project_id__in=ids)
    scopes = user.scopes(Right.FILES)
    visible = Project.objects.visible_to(user).filter(pk__in=ids).order_by()
    return Reader(
        user,
        now,
        own=frozenset(mine.order_by().values_list("project_id", flat=True)),
        seen=frozenset(ids if sees_everything(user) else visible.values_list("pk", flat=True)),
        of_center=_of_center(user, ids) if Scope.ARC in scopes and user.arc else frozenset(),
        scopes=scopes,
    )


def _of_center(user: User, ids: set[int]) -> frozenset[int]:
    pis = Membership.objects.current().filter(role=Role.PI, user__arc=user.arc)
    theirs = Q(arc=user.arc) | Q(pk__in=pis.order_by().values("project_id"))
    rows = Project.objects.filter(theirs, pk__in=ids).order_by()
    return frozenset(rows.values_list("pk", flat=True))


def _is_assigned(user: User, member_ous: MemberOUS | None) -> bool:
    if member_ous is None or not _ASSIGNED_ROLES & set(map(StaffRole, user.roles)):
        return False
    return user.pk in (member_ous.reducer_id, member_ous.reviewer_id)


def facts_of(product_file: Any, now: datetime) -> FileFacts:
    """What decides on a file, read ``for_reading``; what was withdrawn from view is not out."""
    member, project = product_file.member_ous, product_file.project
    is_raw = product_file.file_class == FileClass.RAW
    if member is None or project.code is None or "Deleted" in (member.state, project.state):
        return FileFacts(is_raw=is_raw)
    return FileFacts(
        is_raw=is_raw,
        is_delivered=is_delivered(product_file, member),
        is_released_early=product_file.is_released_early,
        is_public=data_rights(member.release_date, now) == "Public",
        is_withheld=product_file.is_withheld,
    )


def is_delivered(product_file: Any, member: MemberOUS) -> bool:
    """Whether a file's generation was delivered, here or as far as sources know.

    Products that are still being reviewed belong to a generation that was not. What was
    delivered stays so while it is processed again: who withholds it says so. Read the file
    ``for_reading``.
    """
    newest = member.delivery_generation
    if newest is not None:
        return product_file.generation is None or product_file.generation <= newest
    if member.state in _OUT_STATES:
        return True
    told = member.delivered_at or (member.release_date if member.clock_kept_at is None else None)
    was = told is not None or product_file.was_handed_out
    return product_file.generation is None and was
