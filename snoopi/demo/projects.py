"""Composes whole projects: identity, history, people, and the goals given."""

from collections.abc import Callable, Sequence
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
        abstract=_BANNER,
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
    cycle = cycle_named(frame.code[:6]) if frame.code[5].isdigit() else None
    last = max((step.at for m in members for step in m.history), default=frame.at)
    phase2 = _first(members, "Phase2Submitted") or (cycle.results + timedelta(30) if cycle else last)
    assert phase2 is not None  # noqa: S101 - without cycle there are members or a date
    approved = min(phase2 - timedelta(days=24), cycle.results if cycle else phase2)
    submitted = min(approved - timedelta(days=90), cycle.deadline if cycle else approved)
    ready = _first(members, "Ready") or phase2 + timedelta(days=20)
    dates: dict[str, Callable[[], datetime | None]] = {
        "Phase1Submitted": lambda: submitted,
        "Approved": lambda: approved,
        "Rejected": lambda: approved,
        "Phase2Submitted": lambda: phase2,
        "Ready": lambda: ready,
        "InProgress": lambda: _first(members, "PartiallyObserved") or ready,
    }
    steps = [
        Step(at=dates[state]() or ready, to=state) if state in dates else
        Step(at=frame.at or last or ready, to=state, note=frame.note)
        for state in project_path(frame.state)
    ]
    return tuple(steps)


def _first(members: Sequence[Member], state: str) -> datetime | None:
    dates = [step.at for member in members for step in member.history if step.to == state]
    return min(dates, default=None)
