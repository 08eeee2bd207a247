"""Small worlds for tests: what is wanted, composed as a plan, through the same ingest."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ingest.loader import load
from ingest.readers import Source, read_source
from projects.models import Project
from snoopi.demo.apdm import archive_bytes
from snoopi.demo.compose import Composer, Sketch, setup_of
from snoopi.demo.lives import PATHS
from snoopi.demo.native import native_bytes
from snoopi.demo.plans import Block, Member, ProjectPlan, Tie
from snoopi.demo.projects import Frame, project
from snoopi.demo.reading import take

CODE = "2019.1.90500.S"
_ENTERED = datetime(2019, 12, 3, 9, 41, tzinfo=UTC)
_PROJECT_STATES = {
    **dict.fromkeys(("NewPhase2", "Phase2Submitted"), "Phase2Submitted"),
    "Ready": "Ready",
    "Delivered": "Completed",
    "NotObserved": "NotObserved",
}


def bring_in(*plans: ProjectPlan, loose: Iterable[Block] = ()) -> None:
    """Load what plans say, and SBs whose project nobody knows, in one go.

    Through the ``json`` format and the ordinary ingest. Raises ValueError where a record
    is refused: what one wanted would be missing.
    """
    source = Source.from_bytes("plans.json", native_bytes(plans, loose=loose))
    report = load(read_source(source))
    if report.rejected:
        raise ValueError("; ".join(f"{row.record}: {row.reason}" for row in report.rejected))


def small_world(*, code: str = CODE, files: Iterable[str] = ("json",), **size: Any) -> Project:
    """Make one project as ``small_plan`` says and answer its row.

    ``files`` are the formats it is read from: "json" for dates and people, "aot" for the
    plan. The accounts that it names must be there.
    """
    plan = small_plan(code=code, **size)
    written = {"json": lambda: native_bytes([plan]), "aot": lambda: archive_bytes(plan)}
    for kind in files:
        take(read_source(Source.from_bytes(f"{code}.{kind}", written[kind]())))
    return Project.objects.get(code=code)


def small_plan(
    *,
    code: str = CODE,
    members: int = 1,
    sched_blocks: int = 1,
    exec_blocks: int = 0,
    state: str = "",
    pi: str = "",
    cois: Iterable[str] = (),
    delegees: Iterable[str] = (),
) -> ProjectPlan:
    """Compose a project with so many member OUSs, SBs in each and executions of each.

    All member OUSs are in ``state``: Ready without executions, else PartiallyObserved,
    where it is not given. UIDs follow from the running number of ``code``.
    """
    composer = Composer(int(code.split(".")[2]))
    state = state or ("PartiallyObserved" if exec_blocks else "Ready")
    verdicts = ("Pass",) * exec_blocks
    parts = [_member(composer, number, sched_blocks, state, verdicts) for number in range(members)]
    goal = composer.goal("CO in M83", [composer.group(parts)])
    ties = [Tie(username=pi, role="PI")] if pi else []
    ties += [Tie(username=name, role="COI") for name in cois]
    ties += [Tie(username=name, role="DELEGEE", kind="DATA") for name in delegees]
    frame = Frame(
        code=code,
        title="Molecular gas in M83",
        state=_PROJECT_STATES.get(state, "InProgress"),
        at=_ENTERED,
        ties=tuple(ties),
    )
    return project(frame, composer, [goal] if members else [])


def _member(
    composer: Composer, number: int, sched_blocks: int, state: str, verdicts: tuple[str, ...]
) -> Member:
    letter = chr(ord("a") + number % 26)
    sketches = [
        Sketch(
            setup=setup_of("M83", 6, configuration="C-3"),
            path=PATHS[state],
            at=_ENTERED,
            verdicts=verdicts,
            letter=letter,
            suffix=f"TM{block + 1}",
        )
        for block in range(sched_blocks)
    ]
    found = [composer.member(sketch) for sketch in sketches]
    return replace(found[0], blocks=tuple(block for member in found for block in member.blocks))
