"""Plans: the tree of sets, states, what was asked for, and what is left behind."""

import bz2
import gzip
import lzma
from collections import Counter
from decimal import Decimal

import pytest

from ingest.readers import Source, read_source
from ingest.records import Asked, Rejected
from tests.ingest.readers import plans
from tests.ingest.readers.makers import read, tarred, zipped
from tests.ingest.readers.plans import goal, ous, plain_ref, project, sched_block, status

SB = "uid://A001/X10/Xb{}"


def blocks(*numbers):
    return "".join(plans.sched_block_ref(SB.format(number)) for number in numbers)


def block_files(*numbers):
    return {f"SchedBlock{n}.xml": sched_block(SB.format(n), f"Disk{n}_a_03_TM1") for n in numbers}


def only(files):
    reading = read(zipped(files), "plan.aot")
    (bundle,) = reading.bundles
    return bundle, reading.rejected


def test_full_plan_has_three_levels_and_no_root():
    member = ous("Member OUS (Disk)", "X3", blocks(1))
    plan = ous("SG OUS (Disk)", "X1", ous("Group OUS", "X2", member))

    bundle, rejected = only({"ObsProject.xml": project(plan), **block_files(1)})

    (science_goal,), (group,), (member_ous,) = (
        bundle.science_goals,
        bundle.group_ous,
        bundle.member_ous,
    )
    assert (science_goal.name, science_goal.part_id) == ("SG OUS (Disk)", "X1")
    assert (group.parent, member_ous.group) == (science_goal.key, group.key)
    assert member_ous.science_goal == science_goal.key
    assert [block.member for block in bundle.sched_blocks] == [member_ous.key]
    assert rejected == ()


LEVELS = {
    "no level above": (ous("m93-SI", "X1", blocks(1)), 0, 0),
    "named SG OUS": (ous("SG OUS (x)", "X1", ous("Member OUS", "X2", blocks(1))), 1, 0),
    "named Group": (ous("Group OUS", "X1", ous("Member OUS", "X2", blocks(1))), 0, 1),
    "named otherwise": (ous("Things", "X1", ous("Member OUS", "X2", blocks(1))), 1, 0),
    "a level too many": (
        ous("A", "X1", ous("B", "X2", ous("C", "X3", ous("D", "X4", blocks(1))))),
        1,
        1,
    ),
    "two members in a group": (
        ous("Group OUS", "X1", ous("M", "X2", blocks(1)) + ous("Member OUS", "X3")),
        0,
        1,
    ),
}


@pytest.mark.parametrize("case", LEVELS)
def test_set_with_sched_blocks_is_a_member_ous_at_any_depth(case):
    plan, goals, groups = LEVELS[case]

    bundle, _ = only({"ObsProject.xml": project(plan), **block_files(1)})

    assert (len(bundle.science_goals), len(bundle.group_ous)) == (goals, groups)
    member = next(m for m in bundle.member_ous if m.key == bundle.sched_blocks[0].member)
    assert (member.science_goal != "", member.group != "") == (bool(goals), bool(groups))


def test_group_that_a_science_goal_names_is_a_science_goal():
    plan = ous("Group OUS", "X1", ous("Member OUS", "X2", blocks(1)))

    bundle, _ = only({"ObsProject.xml": project(plan, goals=goal("Disk", "X1")), **block_files(1)})

    assert (len(bundle.science_goals), len(bundle.group_ous)) == (1, 0)
    assert bundle.science_goals[0].asked == Asked(goal="Disk")


def test_sets_without_sched_blocks_keep_their_levels():
    bundle, _ = only({"ObsProject.xml": project(ous("SG OUS (x)", "X1", ous("Group OUS", "X2")))})

    assert (len(bundle.science_goals), len(bundle.group_ous), len(bundle.member_ous)) == (1, 1, 0)


def test_science_goal_asks_in_the_units_of_the_record():
    wanted = (
        '<prj:PerformanceParameters desiredSensitivityFrequencyMeasure="User">'
        '<prj:desiredAngularResolution unit="arcmin">0.05</prj:desiredAngularResolution>'
        '<prj:desiredLargestScale unit="arcsec">Infinity</prj:desiredLargestScale>'
        '<prj:desiredSensitivity unit="Jy">2.0E-5</prj:desiredSensitivity>'
        '<prj:desiredSensitivityReferenceFrequencyWidth unit="GHz">0.0034'
        "</prj:desiredSensitivityReferenceFrequencyWidth>"
        '<prj:representativeFrequency unit="MHz">230538.0</prj:representativeFrequency>'
        "</prj:PerformanceParameters><prj:SpectralSetupParameters><prj:ScienceSpectralWindow>"
        "<prj:transitionName>continuum</prj:transitionName></prj:ScienceSpectralWindow>"
        "<prj:ScienceSpectralWindow><prj:transitionName>CO(2-1)</prj:transitionName>"
        "<prj:representativeWindow>true</prj:representativeWindow></prj:ScienceSpectralWindow>"
        "</prj:SpectralSetupParameters><prj:TargetParameters><prj:sourceName>Disk"
        "</prj:sourceName></prj:TargetParameters>"
    )
    text = project(ous("m-SI", "X1", blocks(1)), goals=goal("Goal", "X1", wanted))

    bundle, _ = only({"ObsProject.xml": text, **block_files(1)})

    assert bundle.science_goals == ()
    assert bundle.member_ous[0].asked == Asked(
        sensitivity_mjy=0.02,
        sensitivity_bandwidth_mhz=3.4,
        sensitivity_measure="User",
        resolution_arcsec=3.0,
        rep_freq_ghz=230.538,
        rep_source="Disk",
        rep_window="CO(2-1)",
        goal="Goal",
    )


@pytest.mark.parametrize("text", ["_FREQ_", "NaN", "Infinity", "0.0", "-1", ""])
def test_number_that_says_nothing_is_none(text):
    wanted = f'<prj:PerformanceParameters><prj:desiredAngularResolution unit="arcsec">{text}'
    wanted += "</prj:desiredAngularResolution></prj:PerformanceParameters>"
    files = {"ObsProject.xml": project(ous("m", "X1"), goals=goal("G", "X1", wanted))}

    bundle, rejected = only(files)

    assert (bundle.science_goals[0].asked, rejected) == (Asked(goal="G"), ())


def test_sched_block_facts_come_from_its_document():
    inner = (
        '<prj:ObsUnitControl arrayRequested="SEVEN-M">'
        '<prj:estimatedExecutionTime unit="h">1.5</prj:estimatedExecutionTime>'
        "</prj:ObsUnitControl>"
        '<sbl:FieldSource entityPartId="X7"><sbl:sourceName>Disk</sbl:sourceName>'
        '</sbl:FieldSource><sbl:FieldSource entityPartId="X8"><sbl:sourceName>query'
        "</sbl:sourceName></sbl:FieldSource>"
        '<sbl:ScienceParameters entityPartId="X9">'
        '<sbl:sensitivityGoal unit="uJy">20</sbl:sensitivityGoal></sbl:ScienceParameters>'
        '<sbl:SchedulingConstraints representativeReceiverBand="ALMA_RB_03">'
        '<sbl:representativeFrequency unit="GHz">91.28</sbl:representativeFrequency>'
        '<sbl:minAcceptableAngResolution unit="arcsec">0.5</sbl:minAcceptableAngResolution>'
        '<sbl:maxAcceptableAngResolution unit="arcsec">0.0</sbl:maxAcceptableAngResolution>'
        "<sbl:nominalConfiguration>C43-3</sbl:nominalConfiguration>"
        "<sbl:nominalConfiguration>C43-4</sbl:nominalConfiguration>"
        '<sbl:representativeCoordinates system="J2000" type="ABSOLUTE">'
        '<val:longitude unit="deg">266.83</val:longitude>'
        '<val:latitude unit="arcmin">-1700.4</val:latitude></sbl:representativeCoordinates>'
        "</sbl:SchedulingConstraints>"
        '<sbl:Target><sbl:FieldSourceRef partId="X8"/><sbl:ObservingParametersRef partId="X6"/>'
        '</sbl:Target><sbl:Target><sbl:FieldSourceRef partId="X7"/>'
        '<sbl:ObservingParametersRef partId="X9"/></sbl:Target>'
        "<sbl:SchedBlockControl><sbl:executionCount>9</sbl:executionCount></sbl:SchedBlockControl>"
    )
    files = {
        "ObsProject.xml": project(ous("m", "X1", blocks(1))),
        "SchedBlock0.xml": sched_block(SB.format(1), "Disk_a_03_7M", inner),
    }

    bundle, _ = only(files)

    (block,) = bundle.sched_blocks
    assert (block.uid, block.name, block.state) == (SB.format(1), "Disk_a_03_7M", "Ready")
    assert (block.bands, block.array, block.target_names) == ((3,), "7m", ("Disk",))
    assert (block.ra_deg, block.dec_deg, block.rep_freq_ghz) == (266.83, -28.34, 91.28)
    assert (block.estimated_time_min, block.executions_expected) == (90.0, None)
    assert block.asked == Asked(
        sensitivity_mjy=0.02,
        min_resolution_arcsec=0.5,
        rep_freq_ghz=91.28,
        rep_source="Disk",
        configurations=("C43-3", "C43-4"),
    )
    (member,) = bundle.member_ous
    assert (member.bands, member.array, member.ra_deg) == ((3,), "7m", 266.83)


def coordinates(longitude, latitude):
    return (
        f'<val:longitude unit="deg">{longitude}</val:longitude>'
        f'<val:latitude unit="deg">{latitude}</val:latitude>'
    )


@pytest.mark.parametrize(
    ("representative", "field", "found"),
    [
        ((10, 20), (30, 40), (10.0, 20.0)),
        ((0, 0), (30, 40), (30.0, 40.0)),
        (("_RA_", "_DEC_"), (30, 40), (30.0, 40.0)),
        ((400, 20), (0, 0), (None, None)),
    ],
)
def test_position_falls_back_to_the_representative_target(representative, field, found):
    inner = (
        "<sbl:SchedulingConstraints>"
        f"<sbl:representativeCoordinates>{coordinates(*representative)}"
        '</sbl:representativeCoordinates><sbl:representativeTargetRef partId="X5"/>'
        '</sbl:SchedulingConstraints><sbl:Target entityPartId="X5">'
        '<sbl:FieldSourceRef partId="X7"/></sbl:Target><sbl:FieldSource entityPartId="X7">'
        f"<sbl:sourceCoordinates>{coordinates(*field)}</sbl:sourceCoordinates></sbl:FieldSource>"
    )
    files = {
        "ObsProject.xml": project(ous("m", "X1", blocks(1))),
        "SchedBlock0.xml": sched_block(SB.format(1), "Disk", inner),
    }

    bundle, _ = only(files)

    assert (bundle.sched_blocks[0].ra_deg, bundle.sched_blocks[0].dec_deg) == found


OUS_STATUS, SB_STATUS, PROJECT_STATUS = (
    "uid://A001/X20/X1",
    "uid://A001/X20/X2",
    "uid://A001/X20/X3",
)


def test_status_documents_win_over_the_plans_own_words():
    counts = (
        "<executionsRemaining>1.5</executionsRemaining>"
        "<successfulExecutions>2</successfulExecutions>"
        "<hasExecutionCount>true</hasExecutionCount>"
        "<bookkeepingInitialized>true</bookkeepingInitialized>"
    )
    more = plans.ref("ProjectStatusRef", PROJECT_STATUS) + plans.ref(
        "ObsProposalRef", "uid://A001/X20/X4"
    )
    files = {
        "a.xml": project(ous("m", "X1", blocks(1), uid=OUS_STATUS), more=more),
        "b.xml": sched_block(SB.format(1), "Disk"),
        "c.xml": status("OUSStatus", OUS_STATUS, "PartiallyObserved"),
        "d.xml": status(
            "SBStatus", SB_STATUS, "Suspended", counts + plain_ref("SchedBlockRef", SB.format(1))
        ),
        "e.xml": status("ProjectStatus", PROJECT_STATUS, "InProgress"),
    }

    bundle, rejected = only(files)

    assert (bundle.project.state, bundle.project.uid) == ("InProgress", plans.PROJECT_UID)
    assert bundle.project.other_uids == (PROJECT_STATUS, "uid://A001/X20/X4")
    (member,), (block,) = bundle.member_ous, bundle.sched_blocks
    assert (member.uid, member.part_id, member.state) == (OUS_STATUS, "X1", "PartiallyObserved")
    assert (block.state, block.other_uids) == ("Suspended", (SB_STATUS,))
    assert block.executions_expected == Decimal("3.5")
    assert rejected == ()


@pytest.mark.parametrize(
    ("flag", "value"), [("hasExecutionCount", "false"), ("bookkeepingInitialized", "false")]
)
def test_expected_executions_without_bookkeeping_are_unknown(flag, value):
    flags = {"hasExecutionCount": "true", "bookkeepingInitialized": "true", flag: value}
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in flags.items())
    inner += "<executionsRemaining>1</executionsRemaining>"
    inner += "<successfulExecutions>0</successfulExecutions>"
    files = {
        "a.xml": project(ous("m", "X1", blocks(1))),
        **block_files(1),
        "s.xml": status(
            "SBStatus", SB_STATUS, "Ready", inner + plain_ref("SchedBlockRef", SB.format(1))
        ),
    }

    bundle, _ = only(files)

    assert bundle.sched_blocks[0].executions_expected is None


def test_missing_sched_block_is_made_from_its_reference_and_reported():
    bundle, rejected = only({"a.xml": project(ous("m", "X1", blocks(1)))})

    assert [(block.uid, block.name) for block in bundle.sched_blocks] == [(SB.format(1), "")]
    reason = "The plan refers to it, but its document is missing."
    assert rejected == (Rejected(f"SB {SB.format(1)}", reason),)


def test_sched_block_in_two_sets_keeps_its_first_place():
    plan = ous("m", "X1", blocks(1)) + ous("n", "X2", blocks(1))

    bundle, rejected = only({"a.xml": project(plan), **block_files(1)})

    assert [block.member for block in bundle.sched_blocks] == [bundle.member_ous[0].key]
    assert [problem.record for problem in rejected] == [f"SB {SB.format(1)}"]


def old_tree():
    """Write a Deleted tree of status documents: goal 1 > group 2 > member 3 > SB 4."""
    uid = "uid://A001/X30/X{}"
    root = status("OUSStatus", uid.format(0), "Ready", plain_ref("OUSStatusRef", uid.format(1)))
    return uid.format(0), {
        "s0.xml": root,
        "s1.xml": status(
            "OUSStatus", uid.format(1), "Deleted", plain_ref("OUSStatusRef", uid.format(2))
        ),
        "s2.xml": status(
            "OUSStatus", uid.format(2), "Ready", plain_ref("OUSStatusRef", uid.format(3))
        ),
        "s3.xml": status(
            "OUSStatus", uid.format(3), "Deleted", plain_ref("SBStatusRef", uid.format(4))
        ),
        "s4.xml": status(
            "SBStatus", uid.format(4), "Deleted", plain_ref("SchedBlockRef", SB.format(8))
        ),
    }


def test_deleted_status_tree_is_counted_once_each():
    root_uid, files = old_tree()
    files["a.xml"] = project(ous("m", "X1", blocks(1)), root=plans.ref("OUSStatusRef", root_uid))

    bundle, rejected = only({**files, **block_files(1, 8, 9)})

    assert len(bundle.sched_blocks) == 1
    assert bundle.superseded == Counter(science_goal=1, group_ous=1, member_ous=1, sched_block=2)
    assert rejected == ()


def test_deleted_set_of_the_plan_is_superseded_with_all_below():
    dead = ous("SG OUS", "X1", ous("Group", "X2", ous("M", "X3", blocks(1, 2))), state="Deleted")

    bundle, rejected = only(
        {"a.xml": project(dead + ous("m", "X4", blocks(3))), **block_files(1, 2, 3)}
    )

    assert [member.part_id for member in bundle.member_ous] == ["X4"]
    assert bundle.superseded == Counter(science_goal=1, group_ous=1, member_ous=1, sched_block=2)
    assert rejected == ()


def test_deleted_project_is_superseded_whole():
    files = {"a.xml": project(ous("m", "X1", blocks(1)), state="Deleted"), **block_files(1)}

    bundle, _ = only(files)

    assert (bundle.project, len(bundle)) == (None, 0)
    assert bundle.superseded == Counter(project=1, member_ous=1, sched_block=1)


def test_proposal_names_the_people():
    proposal = (
        '<prp:ObsProposal xmlns:prp="Alma/ObsPrep/ObsProposal"><prp:ObsProposalEntity '
        'entityId="uid://A001/X20/X4"/><prp:abstract>About discs.</prp:abstract>'
        "<prp:scientificCategoryString>Discs</prp:scientificCategoryString>"
        '<prp:PrincipalInvestigator associatedExec="{}"><prp:fullName>Example Person</prp:fullName>'
        "</prp:PrincipalInvestigator><prp:CoInvestigator><prp:fullName>Other Example"
        "</prp:fullName></prp:CoInvestigator></prp:ObsProposal>"
    )
    more = plans.ref("ObsProposalRef", "uid://A001/X20/X4")
    projects = [
        only({"a": project("", more=more), "b": proposal.format(executive)})[0].project
        for executive in ("EU", "CL", "NONALMA")
    ]
    found = [(p.executive, p.arc) for p in projects]

    assert found == [("EU", "EU"), ("CL", ""), ("OTHER", "")]
    people = [(p.pi_name, p.authors, p.abstract, p.science_category) for p in projects]
    assert people == [("Example Person", "Other Example", "About discs.", "Discs")] * 3


@pytest.mark.parametrize(("letter", "grade"), [("A", "A"), ("U", "U"), ("_GRADE_", ""), ("", "")])
def test_grade_is_one_of_almas_letters(letter, grade):
    bundle, _ = only({"a": project("", more=f"<prj:letterGrade>{letter}</prj:letterGrade>")})

    assert bundle.project.grade == grade


def draft(plan, **changes):
    bundle, _ = only({"a": project(plan, uid="entityId_14674", code="None Assigned", **changes)})
    return bundle.project


def test_plan_without_code_and_uid_has_a_steady_draft_key():
    first, again, other = (
        draft(ous("m", "X1")),
        draft(ous("m", "X1")),
        draft(ous("m", "X2")),
    )

    assert (first.code, first.uid, len(first.draft_key)) == ("", "", 12)
    assert first.draft_key == again.draft_key != other.draft_key


FILES = {"ObsProject.xml": project(ous("m", "X1", blocks(1))), **block_files(1)}


@pytest.mark.parametrize(
    "data",
    [
        zipped(FILES),
        tarred(FILES),
        gzip.compress(tarred(FILES)),
        lzma.compress(tarred(FILES)),
        bz2.compress(tarred({f"./plan/{name}": text for name, text in FILES.items()})),
        zipped({**FILES, "__MACOSX/._ObsProject.xml": b"\x00\x05", "notes.pdf": b"%PDF"}),
    ],
)
def test_plan_reads_from_any_container(data):
    reading = read(data)

    (bundle,) = reading.bundles
    assert (reading.format, reading.origin) == ("aot", "ot")
    assert (len(bundle.member_ous), len(bundle.sched_blocks)) == (1, 1)


def test_plan_reads_from_a_folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)

    (bundle,) = read_source(Source.from_path(tmp_path)).bundles

    assert len(bundle.sched_blocks) == 1


def test_folder_with_two_projects_keeps_their_documents_apart():
    other = "uid://A001/X50/X1"
    dead = sched_block(SB.format(7), "old", plans.ref("ObsProjectRef", other))
    files = {
        "a.xml": project(ous("m", "X1")),
        "b.xml": project(ous("m", "X1"), uid=other, code="2013.1.90002.S"),
        "c.xml": dead,
    }

    reading = read(zipped(files))

    assert [bundle.superseded["sched_block"] for bundle in reading.bundles] == [0, 1]
