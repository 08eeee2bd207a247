"""Acts on seasons: what they marked is marked, and what was taken back leads back."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from projects.models import Event, SchedBlock, SeasonStep
from projects.models.event import SUBJECT_FIELDS
from projects.states import Level
from snoopi.audit.faults import Fault, Named, Tally, compare, fault, grouped, stream

_BLOCK = "event__sched_block"
_NAMES = (f"{_BLOCK}__uid", f"{_BLOCK}__ref", f"{_BLOCK}__carried_to")


def carried_over_as_told(tally: Tally) -> Iterator[Fault]:
    """A block is carried over to where the last act on it said, or nowhere."""
    steps = SeasonStep.objects.filter(event__level=Level.SCHED_BLOCK)
    rows = steps.order_by(f"{_BLOCK}_id", "event_id").values_list(
        f"{_BLOCK}_id", *_NAMES, "carried_to", "was_carried_to", "event__undone__pk"
    )
    for _, found in grouped(stream(rows)):
        tally.looked += 1
        _, uid, ref, stored, after, before, undone = found[-1]
        thing = Named(Level.SCHED_BLOCK, uid, ref)
        yield from compare(thing, "carried_to", stored, before if undone else after)
    own = SeasonStep.objects.filter(event__sched_block=OuterRef("pk"))
    marked = SchedBlock.objects.filter(~Q(carried_to=""), ~Exists(own)).order_by("pk")
    for uid, ref, stored in stream(marked.values_list("uid", "ref", "carried_to")):
        yield fault(Named(Level.SCHED_BLOCK, uid, ref), "carried_to", stored, "nothing")


def undone_leads_back(tally: Tally) -> Iterator[Fault]:
    """What takes a step back is of the same thing, from where that one led to where it began."""
    rows = Event.objects.filter(undoes__isnull=False).order_by("pk")
    tally.looked += rows.count()
    other = ~Q(frm=F("undoes__to"), to=F("undoes__frm"))
    for field in SUBJECT_FIELDS:
        other |= Q(**{f"{field}__isnull": False}) & ~Q(**{field: F(f"undoes__{field}")})
    names = ("project__ref", "pk", "frm", "to", "undoes__frm", "undoes__to")
    for ref, number, frm, to, began, led in stream(rows.filter(other).values_list(*names)):
        words = f"event {number} from {frm or 'nothing'} to {to or 'nothing'}"
        back = f"from {led or 'nothing'} to {began or 'nothing'}, of the same thing"
        yield fault(Named(Level.PROJECT, None, ref), "log", words, back)
