"""Acts on a season: planned, seen, decided, carried out project by project, undone as one."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.rights import Right
from projects.errors import BadSeason, NotAllowed, SeasonRefused
from projects.models import Project, SeasonAct
from projects.observatory import calendar
from projects.season import configuration_name
from projects.season_acts import SeasonKind
from projects.services.season_plans import (
    known_configurations,
    projects_of,
    season_cycles,
    would_change,
)
from projects.services.season_since import acted_on, named
from projects.services.season_steps import carry_out, take_back

LONGEST_REASON = 2000
MOST_CONFIGURATIONS = 30
SLICE = 50
NAMED = 3


def planned_act(
    *,
    kind: str,
    cycle: str,
    actor: User,
    reason: str,
    configurations: Sequence[str] = (),
    spares_unruled: bool = False,
    at: datetime | None = None,
) -> SeasonAct:
    """Answer an act as it would be, unsaved. Raises NotAllowed, BadSeason."""
    need_right(actor)
    if kind not in [*SeasonKind]:
        raise BadSeason("kind", f"One of {', '.join(SeasonKind)}.")
    cycle, words = cycle.strip(), reason.strip()
    if cycle not in season_cycles():
        raise BadSeason("cycle", f"Nothing of a cycle “{cycle[:40]}” can end or be put back.")
    if not words or len(words) > LONGEST_REASON:
        raise BadSeason("reason", f"Say why, in at most {LONGEST_REASON} characters.")
    return SeasonAct(
        kind=kind,
        cycle=cycle,
        configurations=_known(cycle, configurations),
        spares_unruled=spares_unruled,
        at=at or timezone.now(),
        reason=words,
        decided_by=actor,
    )


def need_right(actor: User) -> None:
    """Raise NotAllowed where the states of observing are not somebody's to change."""
    if not actor.has_right(Right.OBSERVING):
        raise NotAllowed("Ending a season is not yours.")


def _known(cycle: str, texts: Sequence[str]) -> list[str]:
    names = list(dict.fromkeys(configuration_name(text) for text in texts if text.strip()))
    if len(names) > MOST_CONFIGURATIONS:
        raise BadSeason("configurations", f"At most {MOST_CONFIGURATIONS}.")
    known = known_configurations(cycle) if names else set()
    for name in names:
        if name not in known:
            raise BadSeason(
                "configurations", f"Neither schedule nor plans of {cycle} know “{name[:40]}”."
            )
    return names


def decide_act(act: SeasonAct) -> SeasonAct:
    """Keep a planned act, for ``carry_on`` to do. Raises SeasonRefused.

    Refused while another act on the cycle is under way, and where nothing is to be done.
    """
    if SeasonAct.objects.under_way().filter(cycle=act.cycle).exists():
        raise SeasonRefused(f"Another act on the season of {act.cycle} is still under way.")
    if not would_change(act):
        raise SeasonRefused("Nothing would change.")
    try:
        with transaction.atomic():
            act.save()
    except IntegrityError:
        sentence = f"Another act on the season of {act.cycle} is still under way."
        raise SeasonRefused(sentence) from None
    return act


def undo_act(act: SeasonAct, *, actor: User) -> SeasonAct:
    """Let all that an act did be taken back, for ``carry_on`` to do.

    Raises NotAllowed, and SeasonRefused while it is not done, once it is undone, and once
    something has happened with anything that it moved; the sentence names some of it.
    """
    need_right(actor)
    with transaction.atomic():
        act = SeasonAct.objects.select_for_update().get(pk=act.pk)
        if act.undone_at is not None:
            raise SeasonRefused("It is undone already.")
        if act.done_at is None:
            raise SeasonRefused("It is still under way: undo it once it is done.")
        _refuse_acted_on(act)
        act.undone_by, act.undone_at, act.reached = actor, timezone.now(), 0
        act.save(update_fields=["undone_by", "undone_at", "reached"])
    return act


def _refuse_acted_on(act: SeasonAct) -> None:
    steps = acted_on(act)
    if steps:
        names = named(steps, NAMED)
        others = " and others" if len(steps) > len(names) else ""
        raise SeasonRefused(
            f"Something has happened since with {', '.join(names)}{others}: "
            "it can no longer be undone as one."
        )


def carry_on_acts() -> bool:
    """Do the next part of every act under way; answer whether there is more to do."""
    acts = list(SeasonAct.objects.under_way().order_by("pk"))
    for act in acts:
        carry_on(act)
    return bool(acts) and SeasonAct.objects.under_way().exists()


def carry_on(act: SeasonAct, most: int | None = SLICE) -> int:
    """Do, or take back, the next part of an act and answer how many steps it took.

    A transaction for each project, done once whoever else does the same: it may be killed
    at any point and carried on.
    """
    act.refresh_from_db()
    back = act.undone_at is not None
    rows = _touched(act) if back else projects_of(act, calendar())
    ids = list(rows.filter(pk__gt=act.reached).values_list("pk", flat=True)[:most])
    taken = sum(take_back(act, pk) if back else carry_out(act, pk) for pk in ids)
    own = SeasonAct.objects.filter(pk=act.pk, undone_at=act.undone_at)
    if ids:
        own.filter(reached__lt=ids[-1]).update(reached=ids[-1])
    if most is None or len(ids) < most:
        column = "undo_done_at" if back else "done_at"
        own.filter(**{column: None}).update(**{column: timezone.now()})
    act.refresh_from_db()
    return taken


def _touched(act: SeasonAct) -> QuerySet[Project]:
    steps = act.steps.order_by().values("event__project_id")
    return Project.objects.filter(pk__in=steps).order_by("pk")
