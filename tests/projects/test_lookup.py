"""One thing found by any spelling of any of its names, by those who may see it."""

import pytest

from projects.lookup import canonical_ref, find
from projects.models import Alias, ExecBlock, MemberOUS, Project, SchedBlock
from projects.services.entering import subject_of
from tests.factories import make_exec_block, make_project, make_user

pytestmark = pytest.mark.django_db
UID = "uid://A001/X121/X4bc"
DOMAIN_UID = "uid://A001/X120/X4aa"
SPELLINGS = (
    "{uid}",
    "{uid}/",
    " {uid} ",
    "{ref}",
    "{short}",
    "{pipes}",
    "member.{ref}",
    "%7C%7C{short}",
)


def spelled(uid: str) -> list[str]:
    """A UID in the spellings of CONTRACT §2, in three letter cases."""
    short = uid.removeprefix("uid://")
    ref = uid.replace("://", "___").replace("/", "_")
    forms = {"uid": uid, "ref": ref, "short": short, "pipes": uid.replace("/", "|")}
    texts = [pattern.format(**forms) for pattern in SPELLINGS]
    return [case for text in texts for case in (text, text.upper(), text.lower())]


@pytest.fixture
def project(db: None) -> Project:
    project = make_project("2013.1.00269.S", members=2, exec_blocks=1)
    first = project.memberous_set.order_by("pk")[0]
    MemberOUS.objects.filter(pk=first.pk).update(uid=UID, ref="uid___A001_X121_X4bc")
    Alias.objects.create(ref="uid___A001_X120_X4aa", **subject_of(first))
    return project


@pytest.mark.parametrize("text", [*spelled(UID), *spelled(DOMAIN_UID)])
def test_member_ous_is_found_by_any_spelling_of_either_uid(project, text):
    assert find(MemberOUS.objects.all(), text).uid == UID


@pytest.mark.parametrize("text", ["2013.1.00269.S", "2013.1.00269.s", " 2013.1.00269.S/"])
def test_project_is_found_by_its_code(project, text):
    assert find(Project.objects.all(), text) == project


@pytest.mark.parametrize("text", spelled("uid://A001/Xa0/Xb45"))
def test_project_is_found_by_its_uid(project, text):
    Alias.objects.create(ref="uid___A001_Xa0_Xb45", **subject_of(project))

    assert find(Project.objects.all(), text) == project


def test_every_level_finds_its_own_kind_only(project):
    block = project.sched_blocks.first()
    execution = make_exec_block(block)

    assert find(SchedBlock.objects.all(), block.uid) == block
    assert find(ExecBlock.objects.all(), execution.ref) == execution
    assert find(MemberOUS.objects.all(), block.uid) is None
    assert find(SchedBlock.objects.all(), DOMAIN_UID) is None


def test_one_uid_may_name_things_of_two_kinds(project):
    block = project.sched_blocks.first()
    SchedBlock.objects.filter(pk=block.pk).update(uid=UID, ref="uid___A001_X121_X4bc")

    assert find(SchedBlock.objects.all(), UID).pk == block.pk
    assert find(MemberOUS.objects.all(), UID).uid == UID


@pytest.mark.parametrize(
    "text",
    ["", "/", "uid://A001/X121/X4bd", "nothing", "2013.1.00270.S", "X121", "\x00", "\ud800", "%"],
)
def test_name_of_nothing_finds_nothing(project, text):
    assert find(MemberOUS.objects.all(), text) is None
    assert find(Project.objects.all(), text) is None


@pytest.mark.parametrize("text", [UID, DOMAIN_UID])
def test_what_one_may_not_see_is_not_found(project, text):
    assert find(MemberOUS.objects.visible_to(make_user("stranger")), text) is None


def test_ref_costs_one_query_what_is_not_there_a_second_and_an_alias_a_third(
    project, django_assert_num_queries
):
    with django_assert_num_queries(1):
        find(MemberOUS.objects.all(), UID)
    with django_assert_num_queries(2):
        find(MemberOUS.objects.all(), "uid://A001/X1/X404")
    with django_assert_num_queries(3):
        find(MemberOUS.objects.all(), DOMAIN_UID)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("2013.1.00269.s", "2013.1.00269.S"),
        ("DRAFT-0123456789ab", "DRAFT-0123456789ab"),
        ("local___0123456789ab", "local___0123456789ab"),
        ("uid://evla/sdm/X1", "uid___evla_sdm_X1"),
        ("A001/X121/X4BC", "uid___A001_X121_X4bc"),
    ],
)
def test_name_has_one_form_for_addresses(text, ref):
    assert canonical_ref(text) == ref
