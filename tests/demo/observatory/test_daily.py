"""The demo shows what a PI looks at every day."""

from collections import Counter

from accounts.models import User
from projects.arrays import ArrayColumn
from projects.models import Project, SchedBlock, StageAge
from projects.season import Season
from snoopi.demo.build import Built
from snoopi.matrix import By, matrix_of
from snoopi.pages.project_list import PROJECT_COLUMNS
from snoopi.seasons import season_for


def test_the_talks_project_has_a_cell_for_each_array(observatory: Built) -> None:
    john = User.objects.get(username="jsmith")
    project = Project.objects.get(code="2013.1.00269.S")

    (row,) = matrix_of(project, john, By.GOAL).rows

    cells = {column: cell.words() if cell else None for column, cell in row.cells.items()}
    assert cells == {
        ArrayColumn.TM1: "All data taken",
        ArrayColumn.TM2: "Delivered, QA2 Pass",
        ArrayColumn.SEVEN: "Delivered, QA2 Pass",
        ArrayColumn.TP: "2: 1 Partly observed, 1 Ready",
    }


def test_large_programme_has_38_targets_with_all_four_arrays(observatory: Built) -> None:
    napi = User.objects.get(username="napi")
    project = Project.objects.get(code__endswith=".90111.L")

    rows = matrix_of(project, napi, By.TARGET).rows

    assert len(rows) == 38
    assert all(all(row.cells.values()) for row in rows)


def test_living_world_has_seasons_of_every_sort(observatory: Built, settings) -> None:
    settings.DEMO_DIR = observatory.folder / "observatory"
    napi = User.objects.get(username="napi")
    blocks = SchedBlock.objects.visible_to(napi).with_parents().filter(state="Ready")

    kinds = Counter(kind for block in blocks for kind in _kinds(season_for(block)))

    assert {"carried over", "ended", "any time", "scheduled"} <= kinds.keys()


def _kinds(season: Season) -> list[str]:
    return [
        *(["any time"] if season.any_time else []),
        *(["scheduled"] if season.now or season.next else []),
        *(["carried over"] if season.carried_over and season.is_over else []),
        *(["ended"] if season.carried_over is False else []),
    ]


def test_some_waits_stand_beside_a_median(observatory: Built) -> None:
    shown = StageAge.objects.worth_showing()

    assert {row.vocabulary for row in shown} == {"staff", "public"}
    assert shown.filter(level="member_ous", stage="ReadyForProcessing").exists()


def test_my_projects_show_delivery_and_wait_at_first() -> None:
    shown = [column.key for column in PROJECT_COLUMNS if column.at_first]

    assert {"delivered", "wait"} <= set(shown)
