"""A thing as one viewer is told of it: staff read ALMA's words, all others public ones.

Pages, REST, feeds and exports all come through here, so they cannot disagree.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from projects.models import (
    Event,
    ExecBlock,
    GroupOUS,
    LivingThing,
    MemberOUS,
    ObsUnitSet,
    SchedBlock,
    ScienceGoal,
    Tracked,
)
from projects.public import meaning_of, public_label, staff_label
from projects.querysets.project import Viewer, is_staff_viewer
from projects.states import WAITING_FLAGS, Meaning
from projects.work import HINDRANCES, WORKED_IN, Hindrance

Counted = MemberOUS | SchedBlock | GroupOUS | ScienceGoal


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a thing stands, in the viewer's vocabulary.

    ``state`` is None and ``label`` "N/A" where no source has said; ``public`` is the
    public word whoever looks: shape and hue follow it.
    """

    state: str | None
    label: str
    public: str | None
    since: datetime | None
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Executions:
    """Executions that passed QA0 (a sum of fractions), those expected, number of EBs."""

    passed: Decimal
    expected: Decimal | None
    count: int

    def __str__(self) -> str:
        return f"{format_count(self.passed)} / {format_count(self.expected)}"


def format_count(number: Decimal | None) -> str:
    """A count without idle zeros; "?" where it is unknown."""
    return "?" if number is None else f"{number.normalize():f}"


def standing(thing: LivingThing, viewer: Viewer) -> Standing:
    """Answer where a thing stands as ``viewer`` may be told; where it stood, if that was asked."""
    if thing.then is not None:
        then: Standing = thing.then
        return then
    public = thing.public_state
    qa2 = getattr(thing, "qa2", None)
    if is_staff_viewer(viewer):
        label = staff_label(thing.state, flag=thing.state_flag, qa2=qa2)
        return Standing(thing.state, label, public, thing.state_since, meaning_of(public))
    label = public_label(thing.LEVEL, public, qa2=qa2)
    return Standing(public, label, public, thing.public_since, meaning_of(public))


def qa2_of(ous: ObsUnitSet, viewer: Viewer) -> str | None:
    """QA2's verdict on an OUS as ``viewer`` may be told: people outside after the hold."""
    held = isinstance(ous, MemberOUS) and ous.is_in_hold
    told: str | None = getattr(ous, "qa2", None)
    return None if held and not is_staff_viewer(viewer) else told


def version_of(thing: Tracked, viewer: Viewer) -> int:
    """The count of changes that ``viewer`` may see."""
    return thing.version if is_staff_viewer(viewer) else thing.public_version


def modified_at_of(thing: Tracked, viewer: Viewer) -> datetime:
    """When the last change was that ``viewer`` may see."""
    return thing.modified_at if is_staff_viewer(viewer) else thing.public_modified_at


def executions(thing: Counted) -> Executions:
    """Answer the executions of an SB or OUS; groups and goals need ``with_progress``."""
    if isinstance(thing, MemberOUS | SchedBlock):
        return Executions(
            thing.executions_passed, thing.executions_expected, thing.executions_count
        )
    known = None if thing.executions_unknown else thing.executions_known  # type: ignore[union-attr]
    return Executions(thing.executions_passed, known, thing.executions_count)  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a thing waits for, on whom, since when (None: unknown).

    ``blocked_since`` and ``note`` are told where something holds the work up: since when
    it does, and what was said of it.
    """

    what: str
    on: str
    since: datetime | None
    blocked_since: datetime | None = None
    note: str = ""


_STAFF_WAITING = {
    "Processing": ("the end of processing", "the pipeline or the data reducer"),
    "ProcessingProblem": ("a way round the processing problem", "the data reducer"),
    "ReadyForReview": ("a QA2 reviewer", "QA2 reviewers"),
    "Reviewing": ("the QA2 decision", "the reviewer"),
    "DeliveryInProgress": ("all files at all mirrors", "the archives"),
    "Suspended": ("a QA0 judgement or a new go", "the astronomer on duty"),
}


def waiting(thing: LivingThing, viewer: Viewer) -> Waiting | None:
    """Answer what a thing waits for and on whom, None where nothing is waited for."""
    found = standing(thing, viewer)
    what, on = found.meaning.waits_for, found.meaning.on
    if isinstance(thing, SchedBlock) and found.public == "FullyObserved":
        # From here on it is the member OUS that goes on; the SB has done its work.
        return None
    blocked = hindrance_of(thing, viewer)
    if blocked is not None:
        row, since, note = blocked
        return Waiting(row.what, row.on, found.since, since, note)
    if is_staff_viewer(viewer) and thing.state in _STAFF_WAITING:
        what, on = _STAFF_WAITING[thing.state]
    return Waiting(what, on, found.since) if what else None


def hindrance_of(
    thing: LivingThing, viewer: Viewer
) -> tuple[Hindrance, datetime | None, str] | None:
    """What holds the work on a member OUS up, as ``viewer`` may be told; since when, and a note.

    People outside are told only what was marked for them.
    """
    if not isinstance(thing, MemberOUS) or thing.state not in WORKED_IN:
        return None
    told = thing.blocked_told or is_staff_viewer(viewer)
    row = HINDRANCES.get(thing.blocked_on) if told else None
    return (row, thing.blocked_since, thing.blocked_note) if row else None


def sched_block_of(exec_block: ExecBlock, viewer: Viewer) -> SchedBlock | None:
    """The SB that an execution ran, None where none is known or it was withdrawn from view."""
    block = exec_block.sched_block
    withdrawn = block is not None and block.state == "Deleted"
    return None if withdrawn and not is_staff_viewer(viewer) else block


def waits_for_pi(thing: LivingThing) -> bool:
    """Whether it is the PI who has to act: these come first on their home page."""
    return thing.state == "Waiting" and thing.state_flag in WAITING_FLAGS


@dataclass(frozen=True, slots=True)
class Told:
    """One event in the viewer's vocabulary; names and notes only where they may read them."""

    at: datetime
    frm: str | None
    to: str | None
    label: str
    actor: str
    note: str | None


def told(event: Event, viewer: Viewer) -> Told:
    """Answer an event as ``viewer`` may be told; read it ``with_subjects``."""
    staff = is_staff_viewer(viewer)
    frm, to = (event.frm, event.to) if staff else (event.public_frm, event.public_to)
    label = to
    if event.kind == "state":
        level, qa2 = event.subject.LEVEL, event.qa2 or None
        label = (
            staff_label(to or None, qa2=qa2) if staff else public_label(level, to or None, qa2=qa2)
        )
    elif event.kind == "blocked" and to in HINDRANCES:
        label = HINDRANCES[to].what
    actor = str(event.actor) if staff and event.actor else event.actor_word
    note = event.note if staff or event.note_public else ""
    return Told(event.at, frm or None, to or None, label, actor, note or None)
