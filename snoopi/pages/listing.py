"""What lists share: columns, sorting, filters that live in the URL, chips, pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import HttpRequest, QueryDict

from accounts.models import User
from projects.models import Membership, Role
from projects.public import PublicState, public_label, staff_label
from projects.querysets.project import is_staff_viewer
from projects.querysets.states import in_state, state_words
from projects.states import STATES_OF, Level
from snoopi.keyset import Page, page

PAGE_SIZE = 50
COUNT_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a list can show; ``sort`` are the fields it sorts by."""

    key: str
    title: str
    sort: tuple[str, ...]
    at_first: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: where a click leads, how it is sorted now ("" means not by it)."""

    column: Column
    url: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set; ``url`` is the list without it."""

    label: str
    url: str


class ListForm(forms.Form):
    """What every list takes from the URL; what is not understood is left out."""

    q = forms.CharField(required=False, max_length=200, label="Find")
    role = forms.MultipleChoiceField(
        required=False,
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        label="My role",
    )
    state = forms.ChoiceField(required=False, label="State")
    active = forms.BooleanField(required=False, label="Only active")
    columns = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="Columns"
    )
    sort = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict, *, user: User, level: Level, columns: Sequence[Column]
    ) -> None:
        super().__init__(data, auto_id="f-%s")
        self.state_words = dict(state_choices(level, user))
        _choices(self.fields["state"], [("", "any"), *self.state_words.items()])
        _choices(self.fields["columns"], [(column.key, column.title) for column in columns])
        self.full_clean()

    def value(self, name: str) -> Any:
        """What was asked for, empty where it was nothing sensible."""
        return self.cleaned_data.get(name) or ([] if name in {"role", "columns"} else "")


def _choices(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared so above
    field.choices = choices


def state_choices(level: Level, user: User) -> list[tuple[str, str]]:
    """The states that a viewer can filter by: (word, label) in their vocabulary."""
    if is_staff_viewer(user):
        return [(state.value, staff_label(state)) for state in STATES_OF[level]]
    words = [*_PUBLIC_WORDS[level]]
    return [(word.value, public_label(level, word)) for word in PublicState if word in words]


_OF_PROJECTS = frozenset(
    {
        PublicState.PHASE1_SUBMITTED,
        PublicState.APPROVED,
        PublicState.REJECTED,
        PublicState.PHASE2_SUBMITTED,
        PublicState.READY,
        PublicState.IN_PROGRESS,
        PublicState.OBSERVING_TIMED_OUT,
        PublicState.COMPLETED,
        PublicState.PARTIALLY_COMPLETED,
        PublicState.NOT_OBSERVED,
        PublicState.DO_NOT_OBSERVE,
        PublicState.CANCELED,
    }
)
_OF_BLOCKS = frozenset(
    {
        PublicState.PHASE2_SUBMITTED,
        PublicState.READY,
        PublicState.PARTIALLY_OBSERVED,
        PublicState.WAITING_FOR_PI,
        PublicState.WAITING_FOR_TRIGGER,
        PublicState.FULLY_OBSERVED,
        PublicState.OBSERVING_TIMED_OUT,
        PublicState.NOT_OBSERVED,
        PublicState.DO_NOT_OBSERVE,
        PublicState.CANCELED,
    }
)
_PUBLIC_WORDS: Mapping[Level, frozenset[PublicState]] = {
    Level.PROJECT: _OF_PROJECTS,
    Level.SCHED_BLOCK: _OF_BLOCKS,
}


def role_on(user: User, project_field: str) -> Subquery:
    """The person's foremost current role on the project that ``project_field`` names."""
    ranks = [When(role=role, then=Value(rank)) for rank, role in enumerate(Role)]
    mine = Membership.objects.of(user).filter(project_id=OuterRef(project_field))
    return Subquery(mine.order_by(Case(*ranks), "pk").values("role")[:1])


def state_rank(level: Level, user: User) -> Case:
    """The place of a state, as ``user`` is told it, in the life cycle: to sort by."""
    words = state_words(level, user)
    ranks = [
        When(in_state(level, word, user), then=Value(rank)) for rank, word in enumerate(words, 1)
    ]
    return Case(*ranks, output_field=IntegerField())


def in_roles(user: User, roles: Iterable[str]) -> QuerySet[Membership, Any]:
    """A sub-query for the projects where the person holds one of ``roles``."""
    return Membership.objects.of(user).filter(role__in=roles).order_by().values("project_id")


def text_in(text: str, *fields: str) -> Q:
    """The condition that one of ``fields`` holds ``text``, whatever the letter case."""
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__icontains": text})
    return found


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list with everything that stands around it."""

    page: Page[Any]
    counted: str
    heads: list[Head]
    shown: list[str]
    picks: list[tuple[Column, bool]]
    chips: list[Chip]
    sort: str
    kept: list[tuple[str, str]]
    next_url: str
    previous_url: str
    first_url: str
    csv_url: str


def listing(
    request: HttpRequest, form: ListForm, rows: QuerySet[Any], columns: Sequence[Column], usual: str
) -> Listing:
    """Answer a page of ``rows``, already filtered: one query for it, one to count.

    ``usual`` is the sorting where none is asked for. Raises BadCursor.
    """
    sort = sort_asked(form, columns, usual)
    cursor = request.GET.get("cursor")
    found = page(rows, order=_order(sort, columns), cursor=cursor, size=PAGE_SIZE)
    params = request.GET
    shown = [column.key for column in shown_columns(form, columns)]
    return Listing(
        page=found,
        counted=_counted(rows),
        heads=_heads(params, shown_columns(form, columns), sort),
        shown=shown,
        picks=[(column, column.key in shown) for column in columns],
        chips=_chips(params, form),
        sort=str(form.value("sort")),
        kept=[(name, value) for name, value in _pairs(params) if name not in _NOT_KEPT],
        next_url=changed(params, cursor=found.next) if found.next else "",
        previous_url=changed(params, cursor=found.previous) if found.previous else "",
        first_url=changed(params) if cursor else "",
        csv_url=changed(params, format="csv"),
    )


# What choosing columns does not carry along.
_NOT_KEPT = frozenset({"columns", "cursor", "format"})


def _pairs(params: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name, values in params.lists() for value in values if value]


def order_asked(form: ListForm, columns: Sequence[Column], usual: str) -> list[str]:
    """The fields by which the URL sorts."""
    return _order(sort_asked(form, columns, usual), columns)


def _counted(rows: QuerySet[Any]) -> str:
    # Counting stops early: nothing on a page may grow with the observatory.
    number = rows.order_by()[: COUNT_LIMIT + 1].count()
    return f"more than {COUNT_LIMIT}" if number > COUNT_LIMIT else str(number)


def sort_asked(form: ListForm, columns: Sequence[Column], usual: str) -> str:
    """The sorting of the URL, "code" or "-code", or the usual one ("": newest first)."""
    asked = str(form.value("sort"))
    return asked if asked.lstrip("-") in {column.key for column in columns} else usual


def _order(sort: str, columns: Sequence[Column]) -> list[str]:
    if not sort:
        return ["-pk"]
    fields = {column.key: column.sort for column in columns}[sort.lstrip("-")]
    if not sort.startswith("-"):
        return list(fields)
    return [field[1:] if field.startswith("-") else f"-{field}" for field in fields]


def shown_columns(form: ListForm, columns: Sequence[Column]) -> list[Column]:
    """The columns asked for, in the list's own order."""
    asked = form.value("columns")
    return [column for column in columns if (column.key in asked if asked else column.at_first)]


def changed(params: QueryDict, **changes: str | None) -> str:
    """The URL's query with ``changes``; always from the first page unless told otherwise."""
    query = params.copy()
    for name in ("cursor", "format"):
        query.pop(name, None)
    for name in [name for name, values in query.lists() if not any(values)]:
        del query[name]
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return "?" + query.urlencode()


def _heads(params: QueryDict, columns: Sequence[Column], sort: str) -> list[Head]:
    heads = []
    for column in columns:
        now = {column.key: "ascending", f"-{column.key}": "descending"}.get(sort, "")
        other = f"-{column.key}" if now == "ascending" else column.key
        heads.append(Head(column, changed(params, sort=other), now))
    return heads


def _chips(params: QueryDict, form: ListForm) -> list[Chip]:
    chips = []
    if form.value("q"):
        chips.append(Chip(f"“{form.value('q')}”", changed(params, q=None)))
    chips += [Chip(Role(role).label, _without(params, "role", role)) for role in form.value("role")]
    if form.value("state"):
        label = form.state_words[form.value("state")]
        chips.append(Chip(label, changed(params, state=None)))
    if form.value("active"):
        chips.append(Chip("Only active", changed(params, active=None)))
    return chips


def _without(params: QueryDict, name: str, value: str) -> str:
    query = params.copy()
    query.setlist(name, [kept for kept in query.getlist(name) if kept != value])
    return changed(query)
