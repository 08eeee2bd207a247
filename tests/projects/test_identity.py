"""UIDs and codes in every spelling that people, files and services use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.identity import (
    BadUid,
    Uid,
    array_of,
    array_of_antennas,
    cycle_of,
    draft_ref,
    local_ref,
    parse_identity,
    parse_project_code,
)

CANONICAL = "uid://A001/X121/X4bc"
HEX = st.integers(0, 2**32).map(lambda number: f"X{number:x}")
ALMA_UIDS = st.builds("uid://A{:03d}/{}/{}".format, st.integers(0, 999), HEX, HEX)
SPELLINGS = (
    lambda uid: uid,
    lambda uid: uid.replace("://", "___").replace("/", "_"),
    lambda uid: uid.removeprefix("uid://"),
    lambda uid: uid + "/",
    lambda uid: uid.upper(),
    lambda uid: uid.lower(),
    lambda uid: uid.replace("/", "|"),
    lambda uid: uid.replace("/", "%7C").replace(":", "%3A"),
    lambda uid: "member." + uid.replace("://", "___").replace("/", "_"),
    lambda uid: "science_goal." + uid.replace("://", "___").replace("/", "_"),
    lambda uid: f"  {uid}\n",
    lambda uid: "2013.1.00308.S_" + uid.replace("://", "___").replace("/", "_") + "_auxiliary.tar",
    lambda uid: uid.replace("://", "___").replace("/", "_") + ".ms.split.cal",
)


@pytest.mark.parametrize("spell", SPELLINGS)
@given(uid=ALMA_UIDS)
def test_uid_in_any_spelling_is_canonical(spell, uid):
    assert Uid.parse(spell(uid)).text == uid


@given(uid=ALMA_UIDS)
def test_uid_ref_reads_back(uid):
    ref = Uid.parse(uid).ref

    assert Uid.parse(ref).text == uid


@pytest.mark.parametrize(
    "text", ["uid://evla/sdm/X1", "fakeuid://X127/X91825784/X6", "uid://X0/Xb/X17"]
)
def test_uid_of_somebody_else_is_kept_as_written(text):
    assert parse_identity(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A001",
        "A001/X121",
        "uid://",
        "A001/X121/Xg",
        "A00١/X1/X2",
        "uid___A001_X1_X2_and_uid___A001_X3_X4",
        "2013.1.00308.S",
        "1",
    ],
)
def test_uid_from_other_text_is_bad(text):
    with pytest.raises(BadUid) as caught:
        Uid.parse(text)

    assert caught.value.text == text


@given(text=st.text())
def test_uid_of_any_text_parses_or_is_bad(text):
    found = Uid.parse_or_none(text)

    assert found is None or Uid.parse(found.text) == found


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "None Assigned",
        "null",
        "entityId_1467432980",
        "uid://X0/X0/X0",
        "uid://A000/X0/X0",
    ],
)
def test_identity_of_placeholder_is_nothing(text):
    assert parse_identity(text) == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2013.1.00308.S", "2013.1.00308.S"),
        (" 2013.a.00308.t ", "2013.A.00308.T"),
        ("2010.3.99007.CSV", "2010.3.99007.CSV"),
        ("2011.0.0123.S", "2011.0.0123.S"),
        ("2013.1.00308", ""),
        ("2013.1.00308.S.x", ""),
        ("２０１３.1.00308.S", ""),
        ("None Assigned", ""),
        (None, ""),
    ],
)
def test_project_code_from_text_is_upper_or_nothing(text, code):
    assert parse_project_code(text) == code


def test_cycle_of_code_is_its_first_two_parts():
    assert [cycle_of("2019.2.00072.S"), cycle_of("")] == ["2019.2", ""]


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("SgrB2_a_03_7M", "7m"),
        ("SgrB2_a_03_TE", "12m"),
        ("J0842+12_c_06_TM2", "12m"),
        ("query_a_03_TP", "TP"),
        ("Boomerang_115_ACA", ""),
        ("", ""),
    ],
)
def test_array_from_sched_block_name_follows_its_end(name, array):
    assert array_of(name) == array


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_refs_of_different_parts_differ(one, other):
    pairs = [(local_ref(*one), local_ref(*other)), (draft_ref(*one), draft_ref(*other))]

    assert all((a == b) == ("\x1f".join(one) == "\x1f".join(other)) for a, b in pairs)


@pytest.mark.parametrize(
    ("names", "array"),
    [
        (("DA41", "DV02", "dv03"), "12m"),
        (("DA41", "CM01"), "12m"),
        (("DA41", "CM01", "CM02"), "7m"),
        (("CM01", "PM01", "PM02", "PM03"), "7m"),
        (("DV01", "PM01", "PM02"), "12m"),
        (("PM01", "PM02"), "TP"),
        (("PM01", "ea01"), ""),
        (("ea01", "ea02"), ""),
        ((), ""),
    ],
)
def test_antennas_tell_their_array(names, array):
    assert array_of_antennas(names) == array
