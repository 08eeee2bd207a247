"""Counts of executions on SBs and member OUSs, and the public word that follows them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Event, ExecBlock, MemberOUS, Project, SchedBlock
from projects.services.executions import recount_executions
from tests.factories import make_exec_block, make_project, make_sched_block
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(db: None) -> Project:
    return make_project(members=1, sched_blocks=1)


def uncounted(project: Project) -> None:
    """Put the copies of the counts back to what they were before anything was counted."""
    nothing = {"executions_passed": 0, "executions_count": 0}
    project.sched_blocks.update(**nothing)
    project.memberous_set.update(**nothing, executions_expected=None)


def recount(project: Project) -> list[Event]:
    """Count all of a project again."""
    return recount_executions(
        sched_block_ids=project.sched_blocks.values_list("pk", flat=True),
        member_ous_ids=project.memberous_set.values_list("pk", flat=True),
    )


@pytest.mark.parametrize(
    ("executions", "passed"),
    [
        ([], "0"),
        ([("Pass", None)], "1"),
        ([("Pass", "0.5"), ("Pass", None)], "1.5"),
        ([("Pass", "1.2"), ("Pass", "0.95")], "2.15"),
        ([("Pass", "0")], "0"),
        ([("SemiPass", "0.8"), ("Fail", "1"), ("Pending", None), ("Unset", None)], "0"),
        ([("Pass", "0.33"), ("Pass", "0.33"), ("Pass", "0.34"), ("Fail", "1")], "1"),
    ],
)
def test_passed_is_the_sum_of_fractions_that_passed_unknown_counting_one(
    project, executions, passed
):
    block = project.sched_blocks.get()
    for qa0, fraction in executions:
        make_exec_block(block, qa0=qa0, execution_fraction=fraction and Decimal(fraction))
    uncounted(project)

    recount(project)

    for row in (SchedBlock.objects.get(), MemberOUS.objects.get()):
        assert (row.executions_passed, row.executions_count) == (Decimal(passed), len(executions))


def test_member_counts_executions_of_all_its_blocks_and_those_without_one(project):
    member_ous = project.memberous_set.get()
    second = make_sched_block(member_ous, number=1)
    for block in (project.sched_blocks.first(), second):
        make_exec_block(block)
    make_exec_block(None, member_ous=member_ous)
    uncounted(project)

    recount(project)

    counts = [row.executions_passed for row in (*SchedBlock.objects.all(), MemberOUS.objects.get())]
    assert counts == [1, 1, 3]


@pytest.mark.parametrize(
    ("expected", "together"),
    [(["4", "2.5"], "6.5"), (["4", None], None), ([None, None], None)],
)
def test_member_expects_what_its_blocks_expect_unless_one_is_unknown(expected, together):
    project = make_project(sched_blocks=0)
    member_ous = project.memberous_set.get()
    for number, value in enumerate(expected):
        amount = value and Decimal(value)
        make_sched_block(member_ous, number=number, executions_expected=amount)
    uncounted(project)

    recount(project)

    assert MemberOUS.objects.get().executions_expected == (together and Decimal(together))


def test_deleted_block_is_expected_no_more(project):
    make_sched_block(project.memberous_set.get(), number=1, state="Deleted")
    uncounted(project)

    recount(project)

    assert MemberOUS.objects.get().executions_expected == 4


def test_first_pass_changes_the_public_word_only_and_says_when(project):
    last = make_exec_block(project.sched_blocks.get())
    uncounted(project)
    version = SchedBlock.objects.get().version

    events = recount(project)

    said = [
        (event.level, event.frm, event.to, event.public_frm, event.public_to) for event in events
    ]
    assert said == [
        ("sched_block", "Ready", "Ready", "Ready", "PartiallyObserved"),
        ("member_ous", "Ready", "Ready", "Ready", "PartiallyObserved"),
    ]
    assert {(event.for_staff, event.for_public, event.at) for event in events} == {
        (False, True, last.end)
    }
    assert SchedBlock.objects.get().version == version + 1


def test_second_pass_changes_counts_and_no_word(project):
    make_exec_block(project.sched_blocks.get())
    logged = FromNowOn()

    make_exec_block(project.sched_blocks.get(), number=1)

    assert [event.kind for event in logged()] == ["execution"]
    assert SchedBlock.objects.get().executions_passed == 2


def test_pass_taken_back_leads_the_public_word_back(project):
    execution = make_exec_block(project.sched_blocks.get())
    recount(project)
    ExecBlock.objects.filter(pk=execution.pk).update(qa0="Fail")

    events = recount(project)

    assert {(event.public_frm, event.public_to) for event in events} == {
        ("PartiallyObserved", "Ready")
    }


def test_counting_again_changes_nothing(project):
    make_exec_block(project.sched_blocks.get())
    recount(project)
    before = list(SchedBlock.objects.values()) + list(MemberOUS.objects.values())

    assert recount(project) == []
    assert list(SchedBlock.objects.values()) + list(MemberOUS.objects.values()) == before


def test_counting_many_takes_as_many_queries_as_counting_one():
    taken = []
    for members in (1, 30):
        project = make_project(members=members, exec_blocks=2)
        ExecBlock.objects.filter(project=project).update(qa0="Fail")
        blocks = list(project.sched_blocks.values_list("pk", flat=True))
        member_ouss = list(project.memberous_set.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as queries:
            recount_executions(sched_block_ids=blocks, member_ous_ids=member_ouss)
        taken.append(len(queries))

    assert taken[0] == taken[1]
