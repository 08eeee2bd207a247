"""The generator's files: the same for the same seed, and read back as what they say."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.readers import Source, read_source
from ingest.records import ProjectBundle, Reading
from snoopi.demo.apdm import archive_bytes
from snoopi.demo.archive import archive_rows, write_csv, write_votable
from snoopi.demo.build import world_of, write_world
from snoopi.demo.compose import Composer
from snoopi.demo.john import johns_world
from snoopi.demo.living import living_world
from snoopi.demo.native import native_bytes
from snoopi.demo.plans import ProjectPlan, Step
from snoopi.demo.sgrb2 import SGRB2_CODE, sgrb2

TODAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def plans() -> list[ProjectPlan]:
    return [*johns_world(), *living_world(TODAY)]


@pytest.fixture(scope="module")
def plan() -> ProjectPlan:
    return sgrb2(Composer(1))


def read(name: str, data: bytes) -> Reading:
    return read_source(Source.from_bytes(name, data))


def sizes(bundle: ProjectBundle) -> tuple[int, ...]:
    parts = (bundle.science_goals, bundle.group_ous, bundle.member_ous, bundle.sched_blocks)
    return tuple(map(len, parts))


def planned_sizes(plan: ProjectPlan) -> tuple[int, ...]:
    groups = sum(len(goal.groups) for goal in plan.goals)
    return (len(plan.goals), groups, len(plan.members), len(plan.blocks))


def test_same_seed_and_day_write_the_same_bytes(tmp_path: Path) -> None:
    first = write_world(tmp_path / "first", world_of(TODAY))
    second = write_world(tmp_path / "second", world_of(TODAY))

    plans = [[path.name for path in files if path.suffix != ".tar"] for files in (first, second)]
    assert plans[0] == plans[1]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_another_seed_writes_other_dates_under_the_same_names(tmp_path: Path) -> None:
    first = write_world(tmp_path / "first", world_of(TODAY, seed=1))
    second = write_world(tmp_path / "second", world_of(TODAY, seed=2))

    plans = [[path.name for path in files if path.suffix != ".tar"] for files in (first, second)]
    assert plans[0] == plans[1]
    assert first[0].read_bytes() != second[0].read_bytes()


def test_writing_again_leaves_no_file_of_an_earlier_day(tmp_path: Path) -> None:
    write_world(tmp_path, world_of(TODAY))

    later = write_world(tmp_path, world_of(TODAY.replace(year=2028)))

    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(later)


def test_plan_is_read_back_from_its_observing_tool_archive(plan: ProjectPlan) -> None:
    reading = read(f"{plan.code}.aot", archive_bytes(plan))

    (bundle,) = reading.bundles
    assert (reading.format, reading.rejected) == ("aot", ())
    assert sizes(bundle) == (1, 1, 5, 5)
    assert bundle.project is not None
    assert (bundle.project.code, bundle.project.pi_name) == (SGRB2_CODE, "John Smith")
    assert [block.name for block in bundle.sched_blocks] == [b.name for b in plan.blocks]


def test_every_plan_is_read_back_with_its_states_and_counts(plans: list[ProjectPlan]) -> None:
    bundles = [read(plan.code, archive_bytes(plan)).bundles[0] for plan in plans]

    assert [sizes(bundle) for bundle in bundles] == [planned_sizes(plan) for plan in plans]
    assert [[m.state for m in bundle.member_ous] for bundle in bundles] == [
        [member.state for member in plan.members] for plan in plans
    ]
    assert [[b.executions_expected for b in bundle.sched_blocks] for bundle in bundles] == [
        [block.expected for block in plan.blocks] for plan in plans
    ]


def test_block_of_a_plan_keeps_position_frequency_and_array(plan: ProjectPlan) -> None:
    (bundle,) = read("plan.aot", archive_bytes(plan)).bundles

    block = bundle.sched_blocks[2]
    assert (block.name, block.bands, block.array) == ("SgrB2_a_03_7M", (3,), "7m")
    assert (block.ra_deg, block.dec_deg, block.rep_freq_ghz) == (266.83099167, -28.39160556, 91.28)


def test_native_file_is_read_back_without_a_rejected_record(plans: list[ProjectPlan]) -> None:
    reading = read("world.json", native_bytes(plans))

    runs = [len(b.executions) for plan in plans for b in plan.blocks]
    assert (reading.format, reading.origin, reading.rejected) == ("json", "the observatory", ())
    assert [sizes(bundle) for bundle in reading] == [planned_sizes(plan) for plan in plans]
    assert sum(len(bundle.exec_blocks) for bundle in reading) == sum(runs)


@pytest.mark.parametrize("write", [write_votable, write_csv])
def test_archive_reply_is_read_back_as_delivered_member_ous(
    plans: list[ProjectPlan],
    tmp_path: Path,
    write: Callable[[Path, Iterable[ProjectPlan]], Path],
) -> None:
    path = write(tmp_path / "reply", plans)

    reading = read_source(Source.from_path(path))

    delivered = [m.uid for plan in plans for m in plan.members if m.delivered_at]
    found = [member.uid for bundle in reading for member in bundle.member_ous]
    assert (reading.format, reading.rejected) == ("obscore", ())
    assert sorted(found) == sorted(delivered)


def test_archive_says_year_3000_while_qa3_goes_on(plans: list[ProjectPlan]) -> None:
    rows = archive_rows(plans)

    in_qa3 = {m.uid for plan in plans for m in plan.members if m.state == "QA3InProgress"}
    unknown = {row[5] for row in rows if row[17].startswith("3000")}
    assert len(in_qa3) == 1
    assert unknown == in_qa3


def test_uids_and_part_ids_of_all_plans_are_unique(plans: list[ProjectPlan]) -> None:
    uids = Counter(uid for plan in plans for uid in _uids(plan))

    assert [uid for uid, count in uids.items() if count > 1] == []


def _uids(plan: ProjectPlan) -> list[str]:
    goals = [goal.uid for goal in plan.goals]
    groups = [group.uid for goal in plan.goals for group in goal.groups]
    blocks = [uid for block in plan.blocks for uid in (block.uid, block.status_uid)]
    runs = [run.uid for block in plan.blocks for run in block.executions]
    own = [plan.uid, plan.status_uid, plan.proposal_uid, plan.root_uid]
    return [*own, *goals, *groups, *(m.uid for m in plan.members), *blocks, *runs]


@pytest.mark.parametrize("day", ["2026-03-01", "2026-10-02", "2028-02-29", "2031-12-31"])
def test_histories_are_in_order_and_past_on_any_day(day: str) -> None:
    today = datetime.fromisoformat(day).replace(hour=1, tzinfo=UTC)

    living = living_world(today)

    histories = [
        [step.at for step in history]
        for plan in (*johns_world(), *living)
        for history in _histories(plan)
    ]
    assert [dates for dates in histories if dates != sorted(dates)] == []
    assert max(max(dates) for dates in histories) <= today


def _histories(plan: ProjectPlan) -> list[Sequence[Step]]:
    members = [member.history for member in plan.members]
    return [plan.history, *members, *(block.history for block in plan.blocks)]


@pytest.mark.parametrize("day", ["2026-03-01", "2026-10-02"])
def test_executions_stand_between_ready_and_the_end_of_observing(day: str) -> None:
    today = datetime.fromisoformat(day).replace(hour=1, tzinfo=UTC)

    misfits = [
        block.name
        for plan in (*johns_world(), *living_world(today))
        for block in plan.blocks
        for run in block.executions
        if not _ready(block.history) < run.start < run.end < (_observed(block.history) or today)
    ]

    assert misfits == []


def _ready(history: Sequence[Step]) -> datetime:
    return min(step.at for step in history if step.to == "Ready")


def _observed(history: Sequence[Step]) -> datetime | None:
    ended = ("FullyObserved", "ObservingTimedOut")
    return min((step.at for step in history if step.to in ended), default=None)


def test_runs_of_one_block_do_not_overlap(plans: list[ProjectPlan]) -> None:
    overlaps = [
        block.name
        for plan in plans
        for block in plan.blocks
        for one, other in pairwise(block.executions)
        if other.start < one.end
    ]

    assert overlaps == []
