"""What people want of optional mails: now, in a digest, or never; by project or by default."""

from dataclasses import dataclass

from django.db import models, transaction

from accounts.models import User
from deliveries.models import MailRule
from projects.models import Membership, Project, Role

THE_PI, A_DELEGEE = "the PI", "a delegee"
Wish = MailRule.Wish
_ASKING = (Role.PI, Role.DELEGEE)


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who wants optional mails of a project, as what, and when."""

    person: User
    role: str
    wish: str


def askers_of(project: Project) -> list[Asker]:
    """The PI and the delegees of a project who want optional mails of it; two queries."""
    ties = Membership.objects.current().filter(
        project=project, role__in=_ASKING, user__is_active=True
    )
    roles: dict[User, str] = {}
    for tie in ties.exclude(user__email="").select_related("user").order_by("pk"):
        if roles.get(tie.user) != THE_PI:
            roles[tie.user] = THE_PI if tie.role == Role.PI else A_DELEGEE
    wishes = _wishes([person.pk for person in roles], project)
    found = [Asker(one, role, wishes.get(one.pk, Wish.NEVER)) for one, role in roles.items()]
    return [one for one in found if one.wish != Wish.NEVER]


def projects_with_askers() -> models.QuerySet[Project]:
    """The projects that anybody could want optional mails of: no query, and no last word."""
    wanting = MailRule.objects.exclude(wish=Wish.NEVER).order_by().values("user_id")
    ties = Membership.objects.current().filter(role__in=_ASKING, user_id__in=wanting)
    return Project.objects.filter(pk__in=ties.order_by().values("project_id")).order_by()


def _wishes(ids: list[int], project: Project) -> dict[int, str]:
    """The wishes of people for a project: its own rule, else the default."""
    rules = MailRule.objects.filter(
        models.Q(project=project) | models.Q(project=None), user_id__in=ids
    )
    # The default comes first, and the project's own rule after it.
    ordered = rules.order_by(models.F("project_id").asc(nulls_first=True))
    return {rule.user_id: rule.wish for rule in ordered}


def set_wish(*, user: User, wish: str, project: Project | None = None) -> None:
    """Note when a person wants optional mails, "" for as on all other projects."""
    if not wish:
        MailRule.objects.filter(user=user, project=project).delete()
        return
    word = {"wish": Wish(wish)}
    MailRule.objects.update_or_create(user=user, project=project, defaults=word)


def stop_optional(*, user: User) -> None:
    """End all optional mails to a person; safe twice."""
    with transaction.atomic():
        MailRule.objects.filter(user=user).exclude(project=None).delete()
        set_wish(user=user, wish=Wish.NEVER)
