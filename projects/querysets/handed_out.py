"""What of a member OUS's products people outside may know of."""

from django.db.models import Exists, F, OuterRef, Q

from projects.models.event import Event, EventKind
from projects.states import OUSState

HANDED_OUT = (OUSState.DELIVERED, OUSState.QA3_IN_PROGRESS)


def handed_out() -> Q:
    """The condition for rows with ``member_ous`` and ``generation`` that were delivered.

    Products come before their member OUS is judged, and nobody outside learns of that
    before they are delivered; while a later generation is made, the earlier one stays, also
    where only a source told that it was delivered. Of a member OUS without state only archives
    and lists of delivered files have told.
    """
    newest = F("member_ous__delivery_generation")
    counted = Q(member_ous__delivery_generation__isnull=False)
    earlier = counted & (Q(generation=None) | Q(generation__lte=newest))
    stands = Q(member_ous__state=None) | Q(member_ous__state__in=HANDED_OUT)
    before = Q(generation=None) & (Q(member_ous__delivered_at__isnull=False) | Q(was_handed_out()))
    return earlier | (~counted & (stands | before))


def was_handed_out() -> Exists:
    """Whether a row's member OUS was ever delivered, as the log has it."""
    steps = Event.objects.filter(
        member_ous=OuterRef("member_ous_id"), kind=EventKind.STATE, to=OUSState.DELIVERED
    )
    return Exists(steps)
