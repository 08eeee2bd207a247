"""The rights that the code grants are those of the table that people are shown."""

import pytest

from accounts.models import User
from accounts.rights import (
    NEEDS_QUALIFICATION,
    RIGHTS,
    STAFF_ROLE_WORDS,
    Qualification,
    Right,
    Scope,
    StaffRole,
    scopes_of,
)

ROLES = ("aod", "reducer", "qa", "drm", "arc", "cs", "admin")

# SEMANTICS, "Roles and rights": the columns are ROLES, a hyphen stands for an empty cell.
TABLE = """
track      all  assigned  all  all  arc  named  all
qa0        all  -         all  all  -    -      -
observing  -    -         -    all  -    -      all
qa1        all  -         all  all  -    -      all
processing -    own       own  all  -    -      -
assign     -    own       own  all  -    -      -
review     -    -         own  all  -    -      -
qa2        -    -         all  all  -    -      -
qa3_triage -    -         all  all  -    -      -
ingest     -    -         -    -    -    -      all
accounts   -    -         -    -    -    -      all
mail       -    -         -    -    -    -      all
clock      -    -         -    all  -    -      all
correct_clock - -         -    -    -    -      all
files      -    -         -    -    arc  named  all
view_as    -    -         -    -    all  all    all
on_behalf  -    -         -    -    arc  named  -
"""
EXPECTED = {
    (right, role): scope
    for right, *scopes in map(str.split, TABLE.strip().splitlines())
    for role, scope in zip(ROLES, scopes, strict=True)
}


@pytest.mark.parametrize(("right", "role"), EXPECTED)
def test_right_of_role_reaches_as_far_as_the_table_says(right, role):
    scopes = scopes_of([role], Right(right))

    assert " ".join(scopes) == EXPECTED[right, role].strip("-")


def test_table_names_every_right_and_every_role():
    assert {right for right, _ in EXPECTED} == {right.value for right in Right}
    assert list(RIGHTS) == list(Right)
    assert tuple(StaffRole) == ROLES
    assert list(STAFF_ROLE_WORDS) == list(StaffRole)


def test_several_roles_add_up():
    assert scopes_of(["reducer", "qa"], Right.TRACK) == {Scope.ASSIGNED, Scope.ALL}
    assert scopes_of(["reducer", "cs"], Right.TRACK) == {Scope.ASSIGNED, Scope.NAMED}
    assert scopes_of([], Right.TRACK) == frozenset()


def test_role_that_is_unknown_is_refused():
    with pytest.raises(ValueError, match="operator"):
        scopes_of(["operator"], Right.TRACK)


def test_qa2_alone_needs_a_qualification():
    assert dict(NEEDS_QUALIFICATION) == {Right.QA2: Qualification.QA2APPRV}


@pytest.mark.parametrize(
    ("qualifications", "allowed"),
    [([], False), (["WLREVIEW", "MANIMG", "MANCAL"], False), (["QA2APPRV"], True)],
)
def test_qa2_of_a_reviewer_hangs_on_the_approval(qualifications, allowed):
    reviewer = User(username="vera", roles=["qa"], qualifications=qualifications)

    assert reviewer.has_right(Right.QA2) is allowed
    assert reviewer.has_right(Right.QA3_TRIAGE) is True


def test_approval_alone_gives_no_right():
    trained = User(username="vera", roles=[], qualifications=["QA2APPRV"])

    assert trained.scopes(Right.QA2) == frozenset()


def test_inactive_account_has_no_right_left():
    former = User(username="ada", roles=["admin"], is_active=False)

    assert [right for right in Right if former.scopes(right)] == []


def test_scope_short_of_everything_is_no_general_right():
    reducer = User(username="rosa", roles=["reducer"])

    assert reducer.has_right(Right.TRACK) is False
    assert reducer.scopes(Right.TRACK) == {Scope.ASSIGNED}
