"""Records become rows: counted, found again by identity, never doubled, never deleted."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingest.loader import load
from ingest.records import (
    ExecBlockRecord,
    MemberRecord,
    MembershipRecord,
    OUSRecord,
    ProjectBundle,
    ProjectRecord,
    Reading,
    SchedBlockRecord,
)
from projects.lookup import find
from projects.models import (
    Alias,
    Event,
    ExecBlock,
    GroupOUS,
    MemberOUS,
    Project,
    SchedBlock,
    ScienceGoal,
)
from tests.factories import make_project, make_user
from tests.ingest.bundles import (
    ALL_ONE,
    BLOCK,
    CODE,
    EXECUTION,
    GOAL,
    GROUP,
    MEMBER,
    a_block,
    a_bundle,
    a_member,
    a_project,
    an_execution,
    bare,
    everything,
    said_again,
    take,
    take_member,
)

pytestmark = pytest.mark.django_db


def test_new_project_becomes_one_row_on_every_level():
    report = take(a_bundle())

    execution = ExecBlock.objects.get()
    member_ous = execution.member_ous
    assert report.counts() == {"created": ALL_ONE, "updated": {}, "unchanged": {}, "superseded": {}}
    assert (execution.uid, execution.sched_block.uid, member_ous.uid) == (EXECUTION, BLOCK, MEMBER)
    assert (member_ous.group_ous.uid, member_ous.science_goal.uid) == (GROUP, GOAL)
    assert {row.project.ref for row in (execution, member_ous, member_ous.group_ous)} == {CODE}
    assert (execution.project.cycle, execution.project.title) == ("2013.1", "Cold dust")
    assert (member_ous.executions_passed, member_ous.executions_expected) == (1, 2)


def test_execution_that_is_new_is_an_event_of_its_night():
    take(a_bundle())

    event = Event.objects.get(kind="execution")
    execution = ExecBlock.objects.get()
    assert (event.exec_block, event.at, event.frm, event.to) == (
        execution,
        execution.end,
        "",
        "Pass",
    )
    assert event.actor_word == "the archive"


def test_same_again_changes_nothing_at_all():
    take(a_bundle())
    before = everything()

    report = take(a_bundle())

    assert report.counts() == {"created": {}, "updated": {}, "unchanged": ALL_ONE, "superseded": {}}
    assert everything() == before


def test_other_value_of_the_same_origin_updates_that_thing_alone():
    take(a_bundle())
    versions = {model: model.objects.get().version for model in (Project, MemberOUS, SchedBlock)}

    report = take(said_again(a_bundle(), title="Warm dust"))

    assert report.updated == {"project": 1}
    assert report.unchanged == {kind: 1 for kind in ALL_ONE if kind != "project"}
    assert Project.objects.get().title == "Warm dust"
    assert Project.objects.get().version == versions[Project] + 1
    assert SchedBlock.objects.get().version == versions[SchedBlock]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"title": ""}, "Cold dust"),
        ({"title": "Other"}, "Other"),
    ],
)
def test_source_that_does_not_say_leaves_what_was_known(facts, expected):
    take(a_bundle())

    take(said_again(a_bundle(), **facts))

    assert Project.objects.get().title == expected


def test_source_that_only_names_things_takes_nothing_away():
    sky = {"bands": (6,), "array": "12m", "target_names": ("M83",), "ra_deg": 204.25}
    take(
        a_bundle(
            member_ous=(a_member(**sky, qa2="Pass"),),
            sched_blocks=(a_block(**sky),),
            exec_blocks=(an_execution(**sky, antenna_names=("DA41",)),),
        )
    )
    before = everything()

    take(
        bare(
            project=ProjectRecord(code=CODE),
            member_ous=(MemberRecord(key=MEMBER, uid=MEMBER),),
            sched_blocks=(SchedBlockRecord(key=BLOCK, uid=BLOCK, member=MEMBER),),
            exec_blocks=(ExecBlockRecord(key=EXECUTION, uid=EXECUTION),),
        )
    )

    assert everything() == before


def test_parent_learnt_later_is_filled_in():
    take(bare(member_ous=(a_member(group=""),)))
    assert MemberOUS.objects.get().group_ous is None

    report = take(a_bundle(), origin="ot")

    member_ous = MemberOUS.objects.get()
    assert (member_ous.group_ous.uid, member_ous.science_goal.uid) == (GROUP, GOAL)
    assert report.updated == {"project": 1, "member_ous": 1}


def test_uid_that_arrives_later_readdresses_the_thing_and_the_old_ref_still_resolves():
    goals = (OUSRecord(key="g", part_id="X10", name="Goal"),)
    members = (a_member(key="m", uid="", part_id="X11", group=""),)
    take(bare(science_goals=goals, member_ous=members), origin="ot")
    former = {model: model.objects.get().ref for model in (ScienceGoal, MemberOUS)}
    assert [ref.startswith("local___") for ref in former.values()] == [True, True]

    known = (replace(goals[0], uid=GOAL), replace(members[0], uid=MEMBER))
    report = take(bare(science_goals=known[:1], member_ous=known[1:]), origin="ot")

    assert (report.created, report.updated["member_ous"]) == ({}, 1)
    for model, uid in ((ScienceGoal, GOAL), (MemberOUS, MEMBER)):
        row = model.objects.get()
        assert (row.uid, row.ref) == (uid, uid.replace("://", "___").replace("/", "_"))
        assert find(model.objects.all(), former[model]) == row
        assert find(model.objects.all(), uid) == row


def test_domain_and_status_uid_name_the_same_thing_whichever_comes_first():
    domain = "uid://A001/X7/X7"
    take_member(uid=domain)

    report = take_member(uid=MEMBER, other_uids=(domain,), origin="ot")

    row = MemberOUS.objects.get()
    assert report.created == {}
    assert {find(MemberOUS.objects.all(), uid) for uid in (domain, MEMBER)} == {row}


def test_aliases_of_uids_are_kept_and_not_doubled():
    other = ("uid://A001/X7/X7", "uid://A001/X7/X8")
    for _ in range(2):
        take(said_again(a_bundle(member_ous=(a_member(other_uids=other),)), other_uids=other[:1]))

    assert sorted(Alias.objects.values_list("level", "ref")) == [
        ("member_ous", "uid___A001_X7_X7"),
        ("member_ous", "uid___A001_X7_X8"),
        ("project", "uid___A001_X7_X7"),
    ]


def test_project_uid_and_code_find_the_same_project():
    take(bare(project=ProjectRecord(code=CODE, uid="uid://A001/Xa0/Xb45")))

    take(bare(project=ProjectRecord(uid="uid://A001/Xa0/Xb45", title="Found by UID")))

    assert [row.title for row in Project.objects.all()] == ["Found by UID"]
    assert Project.objects.get().ref == CODE


def test_plan_without_code_is_a_draft_until_it_gets_its_code():
    plan = ProjectRecord(uid="uid://A001/Xa0/Xb45", draft_key="plan", title="A plan")
    take(bare(project=plan), origin="ot")
    draft = Project.objects.get()
    assert (draft.code, draft.ref[:6], len(draft.ref)) == (None, "DRAFT-", 18)

    report = take(bare(project=replace(plan, code=CODE)), origin="ot")

    project = Project.objects.get()
    assert (report.created, report.updated) == ({}, {"project": 1})
    assert (project.pk, project.code, project.ref, project.cycle) == (
        draft.pk,
        CODE,
        CODE,
        "2013.1",
    )
    for name in (draft.ref, CODE, "uid://A001/Xa0/Xb45"):
        assert find(Project.objects.all(), name) == project


def test_plans_that_name_nothing_are_told_apart_by_their_key():
    for key in ("one", "two", "one"):
        take(bare(project=ProjectRecord(draft_key=key, title="Test")), origin="ot")

    assert Project.objects.filter(code=None).count() == 2


def test_execution_may_stand_alone_and_is_adopted_later():
    orphan = ExecBlockRecord(key=EXECUTION, uid=EXECUTION, qa0="Pass")
    take(bare(project=None, exec_blocks=(orphan,)), origin="asdm")
    row = ExecBlock.objects.get()
    assert (row.project, row.member_ous, row.sched_block) == (None, None, None)

    report = take(a_bundle())

    row.refresh_from_db()
    assert report.created["exec_block"] == 0
    assert (row.project.code, row.member_ous.uid, row.sched_block.uid) == (CODE, MEMBER, BLOCK)
    assert MemberOUS.objects.get().executions_passed == 1


def test_block_may_stand_alone_and_is_adopted_later():
    take(bare(project=None, sched_blocks=(a_block(member=""),)))

    take(a_bundle())

    block = SchedBlock.objects.get()
    assert (block.project.code, block.member_ous.uid) == (CODE, MEMBER)


def test_ous_without_a_project_is_refused_and_executions_beside_it_are_kept():
    loose = bare(
        project=None, member_ous=(a_member(),), exec_blocks=(an_execution(sched_block=""),)
    )

    report = take(loose)

    assert [(row.record, row.reason) for row in report.rejected] == [
        (MEMBER, "No project is named for this OUS.")
    ]
    assert (MemberOUS.objects.count(), ExecBlock.objects.count()) == (0, 1)


def test_block_without_uid_is_known_by_its_member_and_name():
    nameless = a_block(uid="", key="b")
    take(bare(member_ous=(a_member(group=""),), sched_blocks=(nameless,)))

    report = take(bare(member_ous=(a_member(group=""),), sched_blocks=(nameless,)))
    learnt = take(bare(member_ous=(a_member(group=""),), sched_blocks=(a_block(),)), origin="ot")

    assert report.unchanged["sched_block"] == 1
    assert learnt.created == {}
    assert SchedBlock.objects.get().uid == BLOCK


def test_same_name_under_another_member_is_another_block():
    other = "uid://A001/X1/X13"
    members = (a_member(group=""), a_member(key=other, uid=other, group=""))
    blocks = (a_block(uid="", key="b1"), a_block(uid="", key="b2", member=other))

    for _ in range(2):
        take(bare(member_ous=members, sched_blocks=blocks))

    assert SchedBlock.objects.filter(name="Disk_a_06_TM1").count() == 2


def test_two_uids_are_two_things_however_alike():
    blocks = (a_block(), a_block(uid="uid://A001/X1/X14", key="b2"))

    take(a_bundle(sched_blocks=blocks))

    assert SchedBlock.objects.count() == 2


def test_uid_known_in_another_project_is_refused_by_name_and_the_rest_kept():
    take(a_bundle())
    other = ProjectBundle(
        project=ProjectRecord(code="2013.1.90002.S"),
        member_ous=(a_member(group=""), a_member(key="n", uid="uid://A001/X1/X15", group="")),
    )

    report = take(other)

    assert [row.record for row in report.rejected] == [f"member_ous {MEMBER}"]
    assert "another project" in report.rejected[0].reason
    assert MemberOUS.objects.get(uid=MEMBER).project.code == CODE
    assert MemberOUS.objects.get(uid="uid://A001/X1/X15").project.code == "2013.1.90002.S"


def test_dry_run_reports_the_same_and_changes_nothing():
    before = everything()

    report = take(a_bundle(), dry_run=True)

    assert report.created == ALL_ONE
    assert everything() == before


def test_progress_is_told_project_by_project():
    done: list[int] = []
    bundles = [bare(project=ProjectRecord(code=f"2013.1.9000{number}.S")) for number in range(3)]

    load(Reading("json", "archive", tuple(bundles)), progress=done.append)

    assert done == [1, 2, 3]


def test_nothing_that_a_source_omits_is_deleted():
    take(a_bundle())

    take(bare())

    assert [model.objects.count() for model in (GroupOUS, MemberOUS, ExecBlock)] == [1, 1, 1]


def test_states_above_the_members_follow_what_was_loaded():
    members = tuple(
        a_member(key=uid, uid=uid, state=state)
        for uid, state in ((MEMBER, "Delivered"), ("uid://A001/X1/X13", "Ready"))
    )

    take(a_bundle(project=a_project(state="Ready"), member_ous=members))

    project = Project.objects.get()
    assert [GroupOUS.objects.get().state, ScienceGoal.objects.get().state] == [
        "PartiallyObserved",
        "PartiallyObserved",
    ]
    assert (project.state, project.members_total, project.members_delivered) == ("InProgress", 2, 1)


def test_memberships_are_made_by_user_name_and_unknown_names_refused():
    ada = make_user("Ada")
    ties = [{"username": "ada", "role": "PI"}, {"username": "nobody", "role": "COI"}]
    bundle = said_again(a_bundle(), memberships=memberships(*ties))

    reports = [take(bundle, origin="json") for _ in range(2)]

    assert list(Project.objects.get().memberships.values_list("user", "role")) == [(ada.pk, "PI")]
    for report in reports:
        assert [row.reason for row in report.rejected] == ["There is no account “nobody”."]
    assert Event.objects.filter(kind="membership").count() == 1


def test_account_made_after_the_first_load_gets_what_the_file_gives_it():
    ties = memberships({"username": "late", "role": "COI"})
    record = a_project(memberships=ties, contact_scientist="late")
    bundle = a_bundle(project=record, member_ous=(a_member(reducer="late"),))
    take(bundle, origin="json")
    late = make_user("late", roles=["reducer", "cs"])

    report = take(bundle, origin="json")

    project = Project.objects.get()
    assert {project.contact_scientist, MemberOUS.objects.get().reducer} == {late}
    assert [row.user for row in project.memberships.current()] == [late]
    assert report.rejected == []


def test_membership_that_cannot_be_is_refused_and_the_rest_kept():
    make_user("ada")
    ties = [{"username": "ada", "role": "DELEGEE"}, {"username": "ada", "role": "COI"}]

    report = take(said_again(a_bundle(), memberships=memberships(*ties)), origin="json")

    assert len(report.rejected) == 1
    assert [row.role for row in Project.objects.get().memberships.all()] == ["COI"]


def memberships(*ties: dict[str, Any]) -> tuple[MembershipRecord, ...]:
    """Ties as a source gives them."""
    return tuple(MembershipRecord(**tie) for tie in ties)


def test_name_of_a_pi_in_a_source_gives_nobody_access():
    person = make_user("api", name="A. PI")

    take(a_bundle())

    assert list(Project.objects.visible_to(person)) == []


def test_contact_scientist_and_reducer_are_taken_by_user_name():
    cs, reducer = make_user("cs", roles=["cs"]), make_user("red", roles=["reducer"])
    bundle = a_bundle(
        project=a_project(contact_scientist="CS"), member_ous=(a_member(reducer="red"),)
    )

    take(bundle)

    assert Project.objects.get().contact_scientist == cs
    assert MemberOUS.objects.get().reducer == reducer


def test_unknown_contact_scientist_or_reducer_is_refused_and_the_rest_kept():
    bundle = a_bundle(
        project=a_project(contact_scientist="who"), member_ous=(a_member(reducer="whom"),)
    )

    report = take(bundle)

    assert sorted((row.record, row.reason) for row in report.rejected) == [
        ("contact_scientist who", "There is no account “who”."),
        ("reducer whom", "There is no account “whom”."),
    ]
    assert ExecBlock.objects.count() == 1


@pytest.mark.postgresql
def test_queries_do_not_grow_with_the_project():
    taken = []
    for size in (1, 40):
        uids = [f"uid://A001/X{size}/X{number:x}" for number in range(size)]
        bundle = bare(
            project=ProjectRecord(code=f"2013.1.{size:05d}.S"),
            member_ous=tuple(a_member(key=uid, uid=uid, group="", state="Ready") for uid in uids),
            sched_blocks=tuple(
                a_block(key=uid, uid=uid.replace("X", "Xb", 1), member=uid) for uid in uids
            ),
            exec_blocks=tuple(
                an_execution(key=uid, uid=uid.replace("A001", "A002"), sched_block=uid)
                for uid in uids
            ),
        )
        with CaptureQueriesContext(connection) as queries:
            take(bundle)
        taken.append(len(queries))

    assert taken[0] == taken[1]


def test_projects_of_others_stay_untouched():
    other = make_project(exec_blocks=1)
    before = Project.objects.filter(pk=other.pk).values().get()

    take(a_bundle())

    assert Project.objects.filter(pk=other.pk).values().get() == before


@pytest.mark.parametrize(
    ("member", "execution", "shown"),
    [
        ({"reducer": "red"}, {}, False),
        ({"state": "Reviewing"}, {}, False),
        ({}, {"qa0_comment": "cold front"}, False),
        ({"name": "Ring"}, {}, True),
        ({"state": "Verified"}, {}, True),
        ({}, {"qa0": "Fail"}, True),
    ],
)
def test_version_outside_grows_only_with_what_is_seen_there(member, execution, shown):
    make_user("red", roles=["reducer"])
    models = (Project, ScienceGoal, GroupOUS, MemberOUS, ExecBlock)

    def versions() -> dict[str, Any]:
        found = [(model.objects.get(), model.__name__) for model in models]
        return {
            name: (row.version, row.public_version, row.public_modified_at) for row, name in found
        }

    take(a_bundle(member_ous=(a_member(state="ReadyForReview"),)))
    before = versions()
    told = {"state": "ReadyForReview", **member}
    take(a_bundle(member_ous=(a_member(**told),), exec_blocks=(an_execution(**execution),)))
    after = versions()

    assert after["Project"][0] > before["Project"][0]
    outside = {name for name in after if after[name][1:] != before[name][1:]}
    assert ("Project" in outside) is shown
    assert shown or outside == set()
