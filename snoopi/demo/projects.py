"""Composes whole projects: identity, history, people, and the goals given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from snoopi.demo.compose import Composer, Sketch
from snoopi.demo.cycles import cycle_named
from snoopi.demo.lives import project_path
from snoopi.demo.plans import Goal, Member, ProjectPlan, Step, Tie

_BANNER = "This project is part of the demonstration; nobody proposed it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A project without its goals; ``at`` is when it came into its state, if nothing says."""

    code: str
    title: str
    state: str
    at: datetime | None = None
    pi_name: str = "Demo PI"
    authors: tuple[str, ...] = ()
    executive: str = "EU"
    arc: str = "EU"
    grade: str = "B"
    category: str = "ISM, star formation and astrochemistry"
    contact_scientist: str = ""
    ties: tuple[Tie, ...] = ()
    note: str = ""
    about: str = _BANNER


def project(frame: Frame, composer: Composer, goals: Sequence[Goal] = ()) -> ProjectPlan:
    """Compose a project around its goals."""
    numbers = composer.numbers
    members = [m for goal in goals for group in goal.groups for m in group.members]
    return ProjectPlan(
        code=frame.code,
        uid=numbers.structure(),
        status_uid=numbers.structure(),
        proposal_uid=numbers.structure(),
        root_uid=numbers.structure(),
        title=frame.title,
        history=_history(frame, members),
        abstract=frame.about,
        pi_name=frame.pi_name,
        authors=frame.authors,
        executive=frame.executive,
        arc=frame.arc,
        grade=frame.grade,
        category=frame.category,
        contact_scientist=frame.contact_scientist,
        ties=frame.ties,
        goals=tuple(goals),
    )


def simple_project(
    frame: Frame, composer: Composer, sketches: Sequence[Sketch], goal_title: str = ""
) -> ProjectPlan:
    """Compose a project with one science goal and one group OUS over all its members."""
    if not sketches:
        return project(frame, composer)
    members = [composer.member(sketch) for sketch in sketches]
    title = goal_title or f"{sketches[0].setup.target} in Band {sketches[0].setup.band}"
    goal = composer.goal(title, [composer.group(members)])
    return project(frame, composer, [goal])


def _history(frame: Frame, members: Sequence[Member]) -> tuple[Step, ...]:
    """Date a project's steps so that they come before what they allow."""
    submitted, approved, phase2 = _proposal_dates(frame, members)
    ready = _first(members, "Ready") or phase2 + timedelta(days=20)
    dates = {
        "Phase1Submitted": submitted,
        "Approved": approved,
        "Rejected": approved,
        "Phase2Submitted": phase2,
        "Ready": ready,
        "InProgress": _first(members, "PartiallyObserved") or ready,
    }
    last = max((step.at for m in members for step in m.history), default=ready)
    return tuple(
        Step(at=dates[state], to=state)
        if state in dates
        else Step(at=frame.at or last, to=state, note=frame.note)
        for state in project_path(frame.state)
    )


def _proposal_dates(frame: Frame, members: Sequence[Member]) -> tuple[datetime, ...]:
    """When Phase 1 was handed in, the proposal accepted, Phase 2 handed in.

    A cycle's calendar says so; director's time goes by its own dates.
    """
    phase2 = _first(members, "Phase2Submitted")
    if frame.at and frame.code[5].isalpha():
        phase2 = phase2 or frame.at + timedelta(days=33)
        return phase2 - timedelta(days=33), phase2 - timedelta(days=24), phase2
    cycle = cycle_named(frame.code[:6])
    phase2 = phase2 or cycle.results + timedelta(days=30)
    approved = min(phase2 - timedelta(days=24), cycle.results)
    return min(approved - timedelta(days=90), cycle.deadline), approved, phase2


def _first(members: Sequence[Member], state: str) -> datetime | None:
    dates = [step.at for member in members for step in member.history if step.to == state]
    return min(dates, default=None)
