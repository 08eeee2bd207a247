"""Finding one thing by any spelling of any of its names, for those who may see it."""

from typing import TypeVar

from django.db import models
from django.db.models.functions import Coalesce

from accounts.querysets import the_one
from projects.identity import Uid, parse_project_code
from projects.models import Alias, Project, Tracked

Thing = TypeVar("Thing", bound=Tracked)


def canonical_ref(text: str) -> str:
    """Answer the form of a name that stands in URLs; what is no UID or code stays as it is."""
    cleaned = text.strip().rstrip("/")
    code = parse_project_code(cleaned)
    if code:
        return code
    uid = Uid.parse_or_none(cleaned)
    return uid.ref if uid else cleaned


def project_id_of(text: str) -> Coalesce:
    """An expression for the id of the project that ``text`` names, by its ref or an alias.

    Computed inside the query that uses it; null where there is none.
    """
    ref = canonical_ref(text)
    own = Project.objects.filter(ref=ref).order_by().values("pk")
    former = Alias.objects.target_ids(Project.LEVEL, ref).order_by()
    return Coalesce(models.Subquery(own), models.Subquery(former))


def is_storable(text: str) -> bool:
    """Whether a database could hold the text at all: no NUL, no lone surrogate."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def find(rows: "models.QuerySet[Thing]", text: str) -> Thing | None:
    """Answer the thing among ``rows`` that ``text`` names, by its ref or an alias.

    One query where ``text`` is its ref in any spelling, a small one more where it is nothing,
    two more for an alias. Pass rows that went through ``visible_to``: what they do not hold is
    not found.
    """
    ref = canonical_ref(text)
    if not is_storable(ref):
        return None
    thing = the_one(rows.filter(ref=ref))
    if thing is None:
        former = Alias.objects.target_ids(rows.model.LEVEL, ref).first()
        thing = the_one(rows.filter(pk=former)) if former else None
    return thing
