"""The bottom of every change of a state: the thing in memory, its event, and saving both.

``enter`` alone changes a state. What is legal is asked before: by ``move_state`` for
decisions, by ``progress`` for what follows from verdicts; upstream facts come through
``record_state``, for what a source reports has happened, whatever MOVES says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from accounts.rights import STAFF_ROLE_WORDS, StaffRole
from projects.models import Event, EventKind, LivingThing, Project, Tracked
from projects.services.bulk import save_alike
from projects.services.events import shown_subjects

STATE_FIELDS = (
    "state",
    "state_flag",
    "state_since",
    "public_since",
    "state_decided_at",
    "resume_state",
)
SYSTEM_WORD = "the system"
MENDED = ("Broken", "Repaired")


@dataclass(frozen=True, slots=True)
class Account:
    """Who changed a state, and what they said: the part of an event that is not the step."""

    actor: User | None = None
    word: str = SYSTEM_WORD
    note: str = ""
    note_public: bool = False

    @classmethod
    def of(cls, user: User | None, note: str = "", note_public: bool = False) -> "Account":
        """The account of a person, by their first staff role, or of the system."""
        if user is None:
            return cls(note=note, note_public=note_public)
        word = STAFF_ROLE_WORDS[StaffRole(user.roles[0])] if user.roles else "project team"
        return cls(user, word, note, note_public)


def record_state(
    thing: LivingThing,
    *,
    to: str | None,
    at: datetime | None,
    account: Account,
    flag: str = "",
    public_frm: str | None = None,
) -> Event | None:
    """Take over a state that upstream reports; answer its event, None where nothing moved.

    Changes the thing in memory: the caller saves it with ``save_states``, and appends the
    event last. ``at`` None means that the source gives no date; ``public_frm`` is what
    people outside read before, where that is not what the thing counts now.
    """
    # A source that knows no flags does not take away what another one knows.
    if to is None or (to == thing.state and flag in ("", thing.state_flag)):
        return None
    before = public_frm or thing.public_state
    return enter(thing, to=to, at=at, account=account, flag=flag, public_frm=before)


def enter(
    thing: LivingThing,
    *,
    to: str,
    at: datetime | None,
    account: Account,
    flag: str = "",
    public_frm: str | None = None,
) -> Event:
    """Change a state in memory, whatever MOVES says; answer the unsaved event."""
    frm, public_frm = thing.state, public_frm or thing.public_state
    if to not in MENDED:
        thing.resume_state = ""
    elif frm not in MENDED:
        # People outside go on seeing the state before, flag and all.
        thing.resume_state, flag = frm or "", thing.state_flag
    thing.state, thing.state_flag = to, flag
    # A first sight without a date says nothing about since when.
    thing.state_since = at or (timezone.now() if frm else None)
    if thing.public_state != public_frm:
        thing.public_since = thing.state_since
    return state_event(
        thing,
        frm=frm,
        public_frm=public_frm,
        at=at or timezone.now(),
        account=account,
    )


def turn_outside(thing: LivingThing, *, flag: str, at: datetime | None, account: Account) -> Event:
    """Change what people outside are told of a state that stays; answer the unsaved event."""
    public_frm, moment = thing.public_state, at or timezone.now()
    thing.state_flag = flag
    thing.public_since = moment
    return state_event(thing, frm=thing.state, public_frm=public_frm, at=moment, account=account)


def state_event(
    thing: LivingThing,
    *,
    frm: str | None,
    public_frm: str | None,
    at: datetime,
    account: Account,
) -> Event:
    """An unsaved state event that leads from ``frm`` to the thing's state now."""
    public_to = thing.public_state
    return Event(
        **subject_of(thing),
        kind=EventKind.STATE,
        at=at,
        frm=frm or "",
        to=thing.state or "",
        public_frm=public_frm or "",
        public_to=public_to or "",
        qa2=getattr(thing, "qa2", None) or "",
        for_staff=frm != thing.state,
        for_public=thing.state != "Deleted" and (public_frm != public_to or frm == thing.state),
        actor=account.actor,
        actor_word=account.word,
        note=account.note,
        note_public=account.note_public,
    )


def subject_of(thing: Tracked) -> dict[str, object]:
    """The fields of an event (or alias) that name its thing."""
    fields: dict[str, object] = {"level": thing.LEVEL.value, thing.LEVEL.value: thing}
    if not isinstance(thing, Project):
        fields["project_id"] = getattr(thing, "project_id", None)
    return fields


def save_states(things: Sequence[LivingThing], events: Sequence[Event]) -> None:
    """Write the state fields of things, whatever their level, as ``events`` tell of them."""
    shown = {id(thing) for thing in shown_subjects(events)}
    save_alike(things, STATE_FIELDS, [thing for thing in things if id(thing) not in shown])
