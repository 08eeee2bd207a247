"""Real files, against the counts that an independent parser found in them."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from ingest.readers import Source, UnreadableSource, expand, read_source

pytestmark = pytest.mark.fixtures

LEVELS = ("science_goals", "group_ous", "member_ous", "sched_blocks", "exec_blocks")
COUNTS = {
    "archive_votable/m83_March25_2015.votable.xml": (5, 0, 0, 12, 0, 88),
    "archive_votable/ngc4945.xml": (11, 0, 12, 17, 17, 17),
    "archive_votable/alma-shapes.xml": (5, 0, 0, 0, 0, 0),
    "archive_votable/alma-onerow.txt": (1, 0, 1, 1, 1, 1),
    "archive_votable/alma-empty.txt": (0, 0, 0, 0, 0, 0),
    "archive_tables/survey_BH.tsv": (1, 0, 7, 12, 12, 0),
    "archive_tables/qso_metadata.csv": (10, 0, 22, 23, 23, 0),
    "archive_tables/alma_target_result_first1.csv": (5, 0, 0, 0, 0, 0),
    "apdm/2012.1.00501.S": (1, 3, 3, 6, 6, 0),
    "apdm/R81Template": (1, 0, 0, 1, 1, 0),
    "apdm/APDM13Template": (1, 0, 0, 1, 1, 0),
    "apdm/aot/Fake.aot": (1, 0, 0, 1, 1, 0),
    "apdm/aot/R80m39.aot": (1, 0, 0, 4, 4, 0),
    "apdm/aot/R80t37.aot": (1, 0, 0, 3, 3, 0),
    "apdm/aot/R81d01.aot": (1, 0, 0, 27, 27, 0),
}


@pytest.fixture
def reading(fixtures_dir):
    return lambda path: read_source(Source.from_path(fixtures_dir / path))


def rows(found, level):
    return [row for bundle in found for row in getattr(bundle, level)]


@pytest.mark.parametrize("path", COUNTS)
def test_real_file_has_the_counts_of_an_independent_parser(reading, path):
    found = reading(path)

    assert (len(found.bundles), *(len(rows(found, level)) for level in LEVELS)) == COUNTS[path]
    assert found.rejected == ()


def test_m83_has_31_exec_blocks_in_its_largest_member_ous(reading):
    found = reading("archive_votable/m83_March25_2015.votable.xml")

    members = Counter(block.member for block in rows(found, "exec_blocks"))
    assert members["uid://A002/X5a9a13/X68b"] == 31
    starts = [block.start for block in rows(found, "exec_blocks")]
    assert min(starts) == datetime(2012, 3, 27, 7, 12, 59, tzinfo=UTC)
    assert max(starts) == datetime(2015, 1, 31, 10, 7, 34, tzinfo=UTC)
    assert {band for m in rows(found, "member_ous") for band in m.bands} == {3, 6}


def test_ngc4945_has_its_release_dates_and_names(reading):
    found = reading("archive_votable/ngc4945.xml")

    first = found.bundles[0]
    assert (first.project.code, first.project.pi_name) == ("2011.0.00121.S", "Hagiwara, Yoshiaki")
    assert first.member_ous[0].release_date == datetime(2013, 8, 21, tzinfo=UTC)
    assert first.exec_blocks[0].uid == "uid://A002/X41e287/Xd1"
    assert (first.member_ous[0].bands, first.member_ous[0].array) == ((7,), "12m")
    assert len({block.name for block in rows(found, "sched_blocks")}) == 14
    assert [member.group for member in rows(found, "member_ous")].count("") == 1


def test_survey_has_semipasses(reading):
    found = reading("archive_tables/survey_BH.tsv")

    assert Counter(m.qa2 for m in rows(found, "member_ous")) == {"Pass": 9, "SemiPass": 3}
    groups = Counter(m.group for m in rows(found, "member_ous"))
    assert Counter(groups.values()) == {2: 5, 1: 2}
    targets = {name for m in rows(found, "member_ous") for name in m.target_names}
    assert len(targets) == 7


def test_qso_rows_are_12m_with_total_power_antennas_among_them(reading):
    found = reading("archive_tables/qso_metadata.csv")

    members = rows(found, "member_ous")
    assert Counter(band for m in members for band in m.bands) == {6: 16, 8: 4, 4: 1, 7: 2}
    assert {m.array for m in members} == {"12m"}


def test_one_row_of_obscore_is_unwrapped(reading):
    (bundle,) = reading("archive_votable/alma-onerow.txt").bundles

    (member,), (block,) = bundle.member_ous, bundle.exec_blocks
    assert member.release_date == datetime(2020, 3, 3, 3, 20, 58, tzinfo=UTC)
    assert (member.qa2, member.qa2_passed, member.array) == ("", True, "12m")
    assert (block.uid, block.start) == ("uid://A002/Xd74c3f/Xcf20", None)
    assert len(block.antenna_names) == len(set(block.antenna_names))


def test_plan_has_the_states_of_its_status_documents(reading):
    found = reading("apdm/2012.1.00501.S")

    (bundle,) = found.bundles
    assert bundle.project.state == "InProgress"
    assert [ous.state for ous in bundle.science_goals] == [
        "PartiallyObserved",
        "Ready",
        "PartiallyObserved",
    ]
    states = {m.uid: m.state for m in bundle.member_ous}
    assert states["uid://A002/X5d5f8a/X12"] == "PartiallyObserved"
    assert Counter(states.values()) == {"Ready": 4, "PartiallyObserved": 2}
    assert {block.state for block in bundle.sched_blocks} == {"Ready"}
    assert Counter(b.array for b in bundle.sched_blocks) == {"12m": 3, "7m": 1, "TP": 2}
    assert {block.executions_expected for block in bundle.sched_blocks} == {None}
    assert found.superseded() == Counter(science_goal=3, group_ous=3, member_ous=6, sched_block=6)
    asked = bundle.science_goals[2].asked
    assert (asked.sensitivity_mjy, asked.resolution_arcsec) == (4.2, 3.7)
    assert (asked.sensitivity_bandwidth_mhz, asked.rep_freq_ghz) == (
        pytest.approx(3.4392542990524465, rel=1e-9),
        114.5625,
    )


def test_drafts_are_told_apart(reading):
    paths = ("apdm/aot/R81d01.aot", "apdm/R81Template", "apdm/APDM13Template")

    keys = [reading(path).bundles[0].project.draft_key for path in paths]

    assert len(set(keys)) == 3
    assert all(keys)


def test_folder_of_plans_expands(fixtures_dir):
    found = expand(Source.from_path(fixtures_dir / "apdm"))

    assert len(found) == 7


@pytest.mark.parametrize("folder", ["datalink", "archive_html", "hierarchy", "array"])
def test_other_forms_are_refused_as_unknown(fixtures_dir, folder):
    sources = expand(Source.from_path(fixtures_dir / folder))
    sources = [source for source in sources if not source.name.endswith("ms_file_key.txt")]

    reasons = []
    for source in sources:
        with pytest.raises(UnreadableSource) as caught:
            read_source(source)
        reasons.append(caught.value.reason)
    assert {reason.startswith("Its form is not known") for reason in reasons} == {True}
