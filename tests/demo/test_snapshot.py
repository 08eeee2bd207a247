"""Plans of how things stand: valid as they are, and whatever a source could say on top."""

import pytest

from projects.models import Event, ExecBlock, MemberOUS, Project, SchedBlock
from snoopi.demo.sky import BAND_EDGES_GHZ
from snoopi.demo.snapshot import (
    block_now,
    execution_now,
    goal_now,
    group_now,
    member_now,
    named_block,
    named_goal,
    named_group,
    named_member,
    named_project,
    project_now,
)
from snoopi.demo.world import bring_in
from tests.demo.validity import is_valid

pytestmark = pytest.mark.django_db
CODE = "2019.1.90600.S"
MEMBER, BLOCK, RUN = "uid://A001/X9/X1", "uid://A001/X9/X2", "uid://A002/X9/X3"
SKY = ("ra_deg", "dec_deg", "rep_freq_ghz", "bands")


def whole(**wanted: object) -> None:
    """Bring in a project with one thing on every level; ``wanted`` is the member OUS's."""
    block = block_now(BLOCK, [execution_now(RUN)])
    group = group_now("uid://A001/X9/X5", [member_now(MEMBER, [block], **wanted)])
    bring_in(project_now(CODE, [goal_now("uid://A001/X9/X4", [group])]))


def test_snapshot_is_valid_and_tells_of_no_past():
    whole()

    for model in (MemberOUS, SchedBlock, ExecBlock):
        assert is_valid(*model.objects.values_list(*SKY).get())
    states = Event.objects.filter(kind="state", for_staff=True).values_list("frm", "to")
    assert sorted(states) == [("", "InProgress"), *[("", "Ready")] * 4]


@pytest.mark.parametrize("band", BAND_EDGES_GHZ)
def test_wanted_band_brings_a_frequency_inside_it(band):
    whole(bands=[band])

    assert is_valid(*MemberOUS.objects.values_list(*SKY).get())


def test_what_is_not_wanted_is_not_said():
    whole(state=None, name=None, dec_deg=None)

    member = MemberOUS.objects.get()
    assert (member.state, member.name, member.dec_deg) == (None, "", None)


def test_levels_that_nobody_knows_stay_unknown():
    member = named_member(MEMBER, [named_block(executions=[execution_now(RUN)])])

    bring_in(named_project(CODE, [named_goal(groups=[named_group(members=[member])])]))

    row, run = MemberOUS.objects.get(), ExecBlock.objects.get()
    assert (row.project.code, row.group_ous, row.science_goal) == (CODE, None, None)
    assert (run.member_ous, run.sched_block) == (row, None)


def test_part_is_added_without_a_word_about_what_holds_it():
    whole(name="Member OUS (M83)")
    before = Project.objects.get().facts, MemberOUS.objects.get().facts

    member = named_member(MEMBER, [block_now("uid://A001/X9/X6")])
    bring_in(named_project(CODE, [named_goal(groups=[named_group(members=[member])])]))

    assert MemberOUS.objects.get().sched_blocks.count() == 2
    assert (Project.objects.get().facts, MemberOUS.objects.get().facts) == before


def test_execution_of_nobody_knows_what_stands_alone():
    bring_in(loose=[named_block(executions=[execution_now(RUN)])])

    run = ExecBlock.objects.get()
    assert (run.project, run.member_ous, run.sched_block) == (None, None, None)


def test_what_ingest_refuses_is_no_world():
    with pytest.raises(ValueError, match=r"ra_deg must be from 0 to 360"):
        whole(ra_deg=361)
