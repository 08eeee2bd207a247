"""Help: every state, shape and word, from the tables that the code enforces."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.rights import Right
from deliveries.models import DeliveryState, NoticeState
from projects.arrays import COLUMN_HINTS
from projects.moves import MOVES, Move
from projects.observatory import calendar
from projects.public import MEANINGS, public_label, staff_label
from projects.querysets.stage_ages import FEWEST_STAYS
from projects.states import Level, Meaning
from qa.explained import EXPLAINED
from qa.findings import TITLES
from qa.observatory import limits
from qa.plots.catalog import PLOTS
from snoopi.pages.doors import PageRequest, members_only
from snoopi.pages.glossary import (
    DELIVERY_MEANINGS,
    LEVEL_WORDS,
    NOTICE_MEANINGS,
    QA0_MEANINGS,
    QA2_MEANINGS,
    QA3_MEANINGS,
)


@dataclass(frozen=True, slots=True)
class Explained:
    """A word of one of the vocabularies with what it means."""

    word: str
    label: str
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class StepRow:
    """A legal step in words."""

    frm: str
    to: str
    move: Move


@require_safe
@members_only
def help_page(request: PageRequest) -> HttpResponse:
    """Every state, what it means, what comes next and who acts."""
    context = {
        "states": [
            Explained(state, public_label(Level.MEMBER_OUS, state), meaning)
            for state, meaning in MEANINGS.items()
        ],
        "qa0": [Explained(word, word, meaning) for word, meaning in QA0_MEANINGS.items()],
        "qa2": [Explained(word, word, meaning) for word, meaning in QA2_MEANINGS.items()],
        "qa3": [Explained(word, word, meaning) for word, meaning in QA3_MEANINGS.items()],
        "deliveries": [
            Explained(word, DeliveryState(word).label, meaning)
            for word, meaning in DELIVERY_MEANINGS.items()
        ],
        "mails": [
            Explained(word, NoticeState(word).label, meaning)
            for word, meaning in NOTICE_MEANINGS.items()
        ],
        "steps": _steps(request.user),
        "may_view_as": request.user.has_right(Right.VIEW_AS),
        "view_as_minutes": f"{settings.VIEW_AS_TIME.total_seconds() / 60:g}",
        "columns": COLUMN_HINTS.items(),
        "calendar": calendar(),
        "fewest_stays": FEWEST_STAYS,
        "figures": EXPLAINED.values(),
        "checks": TITLES.items(),
        "limits": limits(),
        "plots": PLOTS.values(),
    }
    return render(request, "pages/help.html", context)


def _steps(user: User) -> list[tuple[str, list[StepRow]]]:
    """For staff: the legal steps of each life cycle."""
    if not user.is_observatory_staff:
        return []
    return [
        (
            LEVEL_WORDS[level],
            [StepRow(staff_label(m.frm), staff_label(m.to), m) for m in moves.values()],
        )
        for level, moves in MOVES.items()
    ]
