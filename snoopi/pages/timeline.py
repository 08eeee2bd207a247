"""What happened, line by line, as the timelines of pages have it."""

from dataclasses import dataclass

from accounts.models import User
from projects.models import Event, EventKind, Tracked
from projects.presentation import Told, told
from projects.public import UNKNOWN_MEANING, meaning_of, public_label, staff_label
from projects.querysets.project import is_staff_viewer
from projects.states import Level, Meaning
from snoopi.pages.glossary import QA0_MEANINGS, QA2_MEANINGS, QA3_MEANINGS


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline; ``meaning`` gives shape and hue."""

    event: Event
    subject: Tracked
    told: Told
    before: str
    meaning: Meaning


def step_of(event: Event, user: User) -> Step:
    """An event as a line for ``user``; read it ``with_subjects``."""
    found = told(event, user)
    return Step(event, event.subject, found, _before(event, found, user), _meaning(event))


def _meaning(event: Event) -> Meaning:
    """What gives the line its shape: the state, or the verdict."""
    if event.kind in {EventKind.EXECUTION, EventKind.QA0}:
        return QA0_MEANINGS.get(event.to, UNKNOWN_MEANING)
    if event.kind == EventKind.QA2:
        return QA2_MEANINGS.get(event.to, UNKNOWN_MEANING)
    if event.kind == EventKind.QA3:
        return QA3_MEANINGS.get(event.to, UNKNOWN_MEANING)
    return meaning_of(event.public_to)


def _before(event: Event, found: Told, user: User) -> str:
    """What it was before, in the viewer's words."""
    if not found.frm or event.kind != EventKind.STATE:
        return found.frm or ""
    if found.frm == found.to:
        return ""
    if is_staff_viewer(user):
        return staff_label(found.frm)
    return public_label(Level(event.level), found.frm)
