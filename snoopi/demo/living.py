"""Composes the living world: the NA PI's projects, in dates relative to a given day."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from snoopi.demo import lives
from snoopi.demo.compose import Composer, Sketch, setup_of
from snoopi.demo.cycles import season_year
from snoopi.demo.plans import Goal, Member, ProjectPlan, Setup, Tie
from snoopi.demo.projects import Frame, project, simple_project
from snoopi.demo.stories import (
    LARGE_ARRAYS,
    LARGE_CLOUDS,
    LARGE_NUMBER,
    LARGE_STATES,
    LARGE_TIES,
    LARGE_TITLE,
    STORIES,
)
from snoopi.demo.story import PASS, Packed, Part, Story

_LETTERS = "abcdefghijklmnop"
# A season's data still come in weeks after its end.
_SEASON_LAG = timedelta(days=100)
_LARGE_PLACE = (246.2, -24.9)
_FIRST_SERIAL = 0x300


def living_world(today: datetime, seed: int = 1) -> list[ProjectPlan]:
    """All projects of the NA PI as they stand on ``today``."""
    told = [_told(story, today, seed) for story in STORIES]
    return sorted([*told, _large(today, seed)], key=lambda plan: plan.code[7:])


def code_of(story: Story, today: datetime) -> str:
    """The code of a story's project: its cycle follows from the day."""
    year = season_year(today - _SEASON_LAG) - story.seasons_ago
    return f"{year}.{story.period}.{story.number}.{story.kind}"


def packed_in(
    plans: Iterable[ProjectPlan], today: datetime
) -> Iterator[tuple[ProjectPlan, list[tuple[Member, Packed]]]]:
    """Answer which packages come in for the projects of the stories."""
    known = {plan.code: plan for plan in plans}
    for story in STORIES:
        plan = known[code_of(story, today)]
        told = zip(plan.members, story.parts, strict=True)
        yield (
            plan,
            [(m, act) for m, part in told for act in part.decisions if isinstance(act, Packed)],
        )


def _told(story: Story, today: datetime, seed: int) -> ProjectPlan:
    composer = Composer(_FIRST_SERIAL + story.number % 1000, seed)
    sketches = [
        _sketch(story, part, _LETTERS[number], today) for number, part in enumerate(story.parts)
    ]
    own = (Tie(username=story.pi, role="PI"),) if story.pi else ()
    frame = Frame(
        code=code_of(story, today),
        title=story.title,
        state=story.state,
        at=_ago(today, story.days),
        pi_name=story.pi_name,
        authors=("Demo Co-I",),
        executive="NA",
        arc="NA",
        grade=story.grade,
        category=story.category,
        contact_scientist="cs" if story.number % 2 else "",
        ties=(*own, *story.ties),
        note=story.note,
    )
    return simple_project(frame, composer, sketches)


def _sketch(story: Story, part: Part, letter: str, today: datetime) -> Sketch:
    setup = setup_of(story.target, story.band, array=part.array, configuration=part.configuration)
    waits = part.waits
    # What upstream remarks stands beside the last step that it is about.
    noted = waits[0] if waits else "Verified" if part.qa2 else part.state
    return Sketch(
        setup=setup,
        path=part.path or lives.PATHS[part.state],
        at=_ago(today, part.days),
        verdicts=part.verdicts,
        expected=None if part.expected is None else Decimal(part.expected),
        letter=letter,
        known={state: _ago(today, days) for state, days in part.known},
        notes={noted: part.note} if part.note else {},
        qa2=part.qa2,
        reducer=part.reducer,
        period_months=story.period_months,
        spacing=timedelta(days=part.every_days),
        waits=(waits[0], waits[1], _ago(today, waits[2])) if waits else None,
        asks_own=True,
    )


def _ago(today: datetime, days: float) -> datetime:
    return (today - timedelta(days=days)).replace(microsecond=0)


def _large(today: datetime, seed: int) -> ProjectPlan:
    composer = Composer(_FIRST_SERIAL + LARGE_NUMBER % 1000, seed)
    members = _large_members(composer, today)
    half = LARGE_CLOUDS // 2
    goals = [
        _large_goal(composer, title, [next(members) for _ in range(half)])
        for title in ("Cores in the north of the cloud", "Cores in the south of the cloud")
    ]
    frame = Frame(
        code=f"{season_year(today - _SEASON_LAG)}.1.{LARGE_NUMBER}.L",
        title=LARGE_TITLE,
        state="InProgress",
        pi_name="Demo NA PI",
        authors=("Demo Co-I",),
        executive="NA",
        arc="NA",
        grade="A",
        contact_scientist="cs",
        ties=(Tie(username="napi", role="PI"), *LARGE_TIES),
    )
    return project(frame, composer, goals)


def _large_goal(composer: Composer, title: str, clouds: list[list[Member]]) -> Goal:
    return composer.goal(title, [composer.group(members) for members in clouds])


def _large_members(composer: Composer, today: datetime) -> Iterator[list[Member]]:
    """Yield the member OUSs of one cloud after the other."""
    states = iter([(state, days) for count, state, days in LARGE_STATES for _ in range(count)])
    ra_deg, dec_deg = _LARGE_PLACE
    for cloud in range(LARGE_CLOUDS):
        place = (round(ra_deg + 0.05 * (cloud % 8), 4), round(dec_deg + 0.05 * (cloud // 8), 4))
        members = []
        for array, configuration in LARGE_ARRAYS:
            setup = setup_of(
                f"Core{cloud + 1:02d}", 6, array=array, configuration=configuration, place=place
            )
            state, days = next(states)
            at = _ago(today, days * composer.rng.uniform(0.8, 1.6))
            members.append(composer.member(_large_sketch(setup, state, at)))
        yield members


def _large_sketch(setup: Setup, state: str, at: datetime) -> Sketch:
    observed = state not in ("Ready", "PartiallyObserved")
    count = {"12m": 1, "7m": 2, "TP": 3}[setup.array] if observed else int(state != "Ready")
    return Sketch(
        setup=setup,
        path=lives.PATHS[state],
        at=at,
        verdicts=(PASS,) * count,
        suffix="TM2" if setup.configurations == ("C-1",) else "",
        asks_own=True,
    )
