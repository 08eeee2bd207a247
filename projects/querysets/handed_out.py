"""What of a member OUS's products people outside may know of."""

from django.db.models import F, Q

from projects.states import OUSState

HANDED_OUT = (OUSState.DELIVERED, OUSState.QA3_IN_PROGRESS)


def handed_out() -> Q:
    """The condition for rows with ``member_ous`` and ``generation`` that were delivered.

    Products come before their member OUS is judged, and nobody outside learns of that
    before they are delivered; while a later generation is made, the earlier one stays. Of
    a member OUS without state only archives and lists of delivered files have told.
    """
    delivered = Q(generation__lte=F("member_ous__delivery_generation"))
    undated = Q(generation=None) | Q(member_ous__delivery_generation=None)
    stands = Q(member_ous__state=None) | Q(member_ous__state__in=HANDED_OUT)
    return delivered | (undated & stands)
