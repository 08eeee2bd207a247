"""Which column of a matrix a member OUS stands in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.arrays import ArrayColumn, Observing, column_of, columns_of_group

TM1, TM2, SEVEN, TP, TWELVE, UNKNOWN = ArrayColumn


@pytest.mark.parametrize(
    ("array", "blocks", "column"),
    [
        ("12m", [("SgrB2_a_03_TM1", "12m")], TM1),
        ("12m", [("SgrB2_a_03_TM2", "12m")], TM2),
        ("12m", [("SgrB2_a_03_TE", "12m")], TM1),
        ("12m", [("SgrB2_a_03_TC", "12m")], TM2),
        ("7m", [("SgrB2_a_03_7M", "7m")], SEVEN),
        ("TP", [("3c454.3_SgrB2_a_03_TP", "TP")], TP),
        # A name in small letters, a source that ends like an array, a name without one.
        ("", [("sgrb2_a_03_tm1", "")], TM1),
        ("12m", [("TP_a_03_TM2", "12m")], TM2),
        ("12m", [("W51_TE_continuum", "12m")], TWELVE),
        ("12m", [("TM1", "12m")], TM1),
        # One says nothing, the other does.
        ("12m", [("first try", ""), ("SgrB2_a_03_TM2", "")], TWELVE),
        ("", [("first try", ""), ("SgrB2_a_03_TM2", "")], TM2),
        # What sources say of the array beats the name.
        ("7m", [("SgrB2_a_03_TM1", "7m")], SEVEN),
        ("12m", [("SgrB2_a_03_7M", "12m")], TWELVE),
        ("7m", [("SgrB2_a_03_TM1", "")], SEVEN),
        # Several SBs that differ.
        ("12m", [("S_a_03_TM1", "12m"), ("S_b_03_TM2", "12m")], TWELVE),
        ("7m", [("S_a_03_TM1", "12m"), ("S_b_03_7M", "7m")], SEVEN),
        ("", [("S_a_03_TM1", "12m"), ("S_b_03_7M", "7m")], UNKNOWN),
        # No SB.
        ("12m", [], TWELVE),
        ("TP", [], TP),
        ("", [], UNKNOWN),
        ("ngVLA", [("x", "ngVLA")], UNKNOWN),
    ],
)
def test_column_follows_array_and_names(array, blocks, column):
    assert column_of(Observing(array, tuple(blocks))) == column


def plain(*configurations: str) -> Observing:
    return Observing("12m", (("continuum", "12m"),), configurations)


NAMED = Observing("12m", (("S_a_03_TM1", ""),))


@pytest.mark.parametrize(
    ("group", "columns"),
    [
        ([plain("C43-6"), plain("C43-3")], [TM1, TM2]),
        ([plain("C-2", "C-3"), plain("C-5", "C-6")], [TM2, TM1]),
        ([plain("C36-1"), Observing("7m"), plain("C36-4")], [TM2, SEVEN, TM1]),
        # The same, overlapping, unknown, oddly named: no guess.
        ([plain("C-3"), plain("C-3")], [TWELVE, TWELVE]),
        ([plain("C-2", "C-5"), plain("C-4")], [TWELVE, TWELVE]),
        ([plain("C-6"), plain()], [TWELVE, TWELVE]),
        ([plain("C-6"), plain("compact")], [TWELVE, TWELVE]),
        ([plain("C-6")], [TWELVE]),
        ([plain("C-6"), plain("C-3"), plain("C-1")], [TWELVE] * 3),
        # One that is named already leaves nothing to compare with.
        (
            [plain("C-6"), plain("C-3"), Observing("12m", (("S_a_03_TM1", ""),))],
            [TWELVE, TWELVE, TM1],
        ),
        ([], []),
    ],
)
def test_configurations_tell_two_unnamed_ones_of_a_group_apart(group, columns):
    assert columns_of_group(group) == columns


SUFFIXES = ["TM1", "TM2", "TE", "TC", "7M", "TP", "", "x"]
observing = st.builds(
    Observing,
    st.sampled_from(["12m", "7m", "TP", "", "other"]),
    st.lists(
        st.tuples(
            st.sampled_from([f"S_a_03_{suffix}" for suffix in SUFFIXES]),
            st.sampled_from(["12m", "7m", "TP", ""]),
        ),
        max_size=3,
    ).map(tuple),
    st.lists(st.sampled_from(["C-1", "C43-5", "C-9", "odd"]), max_size=2).map(tuple),
)


@given(st.lists(observing, max_size=4))
def test_group_only_ever_names_what_stood_under_the_plain_12m_array(group):
    alone = [column_of(one) for one in group]

    for before, after in zip(alone, columns_of_group(group), strict=True):
        assert after == before or (before, after) in {(TWELVE, TM1), (TWELVE, TM2)}


@given(observing, st.permutations(range(3)))
def test_order_of_blocks_does_not_matter(one, order):
    shuffled = tuple(one.blocks[place] for place in order if place < len(one.blocks))

    assert column_of(Observing(one.array, shuffled)) == column_of(one)
