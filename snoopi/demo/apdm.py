"""Writes plans as Observing Tool archives: ALMA's project data model in a zip file.

Only elements of the model that a plan of ours has something to say in are written.
"""

import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from snoopi.demo.apdm_blocks import sched_block_document
from snoopi.demo.apdm_status import status_documents
from snoopi.demo.apdm_xml import document, number_of, reference
from snoopi.demo.plans import Goal, Group, Member, ProjectPlan

# Zip entries carry a date; a fixed one keeps the bytes the same for the same plan.
_ZIP_DATE = (2015, 7, 2, 0, 0, 0)


def write_archive(folder: Path, plan: ProjectPlan) -> Path:
    """Write ``<code>.aot`` into a folder and answer its path."""
    path = folder / f"{plan.code}.aot"
    path.write_bytes(archive_bytes(plan))
    return path


def archive_bytes(plan: ProjectPlan) -> bytes:
    """The Observing Tool archive of a plan, with its status documents."""
    documents = {
        "ObsProject.xml": _project(plan),
        "ObsProposal.xml": _proposal(plan),
        **{
            f"SchedBlock{number}.xml": sched_block_document(block, goal, plan)
            for number, (goal, block) in enumerate(plan.blocks_by_goal)
        },
        **status_documents(plan),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in documents.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _project(plan: ProjectPlan) -> str:
    goals = "".join(_science_goal(goal, plan) for goal in plan.goals)
    sets = "".join(_goal_set(goal) for goal in plan.goals)
    created = f"{plan.history[0].at:%Y-%m-%d %H:%M:%S}"
    body = f"""
  {reference("prj:ObsProjectEntity", plan.uid, "ObsProject")}
  {reference("prj:ObsProposalRef", plan.proposal_uid, "ObsProposal")}
  {reference("prj:ProjectStatusRef", plan.status_uid, "ProjectStatus")}
  <prj:projectName>{escape(plan.title)}</prj:projectName>
  <prj:pI>{escape(plan.pi_name)}</prj:pI>
  <prj:code>{plan.code}</prj:code>
  <prj:timeOfCreation>{created}</prj:timeOfCreation>
  <prj:letterGrade>{plan.grade}</prj:letterGrade>
  <prj:ObsProgram>{goals}
    <prj:ObsPlan status="NewPhase2" entityPartId="X1" almatype="APDM::ObsUnitSet">
      <prj:name>ObsUnitSet</prj:name>
      {reference("prj:OUSStatusRef", plan.root_uid, "OUSStatus")}{sets}
    </prj:ObsPlan>
  </prj:ObsProgram>
"""
    return document("prj:ObsProject", body, status=plan.state)


def _proposal(plan: ProjectPlan) -> str:
    people = "".join(
        f"\n  <prp:CoInvestigator><prp:fullName>{escape(name)}</prp:fullName></prp:CoInvestigator>"
        for name in plan.authors
    )
    body = f"""
  {reference("prp:ObsProposalEntity", plan.proposal_uid, "ObsProposal")}
  {reference("prp:ObsProjectRef", plan.uid, "ObsProject")}
  <prp:abstract>{escape(plan.abstract)}</prp:abstract>
  <prp:cycle>{plan.code[:6]}</prp:cycle>
  <prp:proposalTypeCode>{plan.code[-1]}</prp:proposalTypeCode>
  <prp:scientificCategoryString>{escape(plan.category)}</prp:scientificCategoryString>
  <prp:PrincipalInvestigator associatedExec={quoteattr(plan.executive)}>
    <prp:fullName>{escape(plan.pi_name)}</prp:fullName>
  </prp:PrincipalInvestigator>{people}
"""
    return document("prp:ObsProposal", body)


def _science_goal(goal: Goal, plan: ProjectPlan) -> str:
    setups = [block.setup for m in _members(goal) for block in m.blocks]
    first = setups[0]
    finest = [s.resolution_arcsec for s in setups if s.array == "12m" and s.resolution_arcsec]
    scales = [s.largest_scale_arcsec for s in setups if s.largest_scale_arcsec]
    resolution = min(finest, default=first.resolution_arcsec)
    return f"""
    <prj:ScienceGoal>
      <prj:name>{escape(goal.title)}</prj:name>
      {reference("prj:ObsUnitSetRef", plan.uid, "ObsProject", goal.part_id)}
      <prj:requiredReceiverBands>ALMA_RB_{first.band:02d}</prj:requiredReceiverBands>
      <prj:PerformanceParameters desiredSensitivityFrequencyMeasure="User">
        {number_of("prj:desiredAngularResolution", resolution, "arcsec")}
        {number_of("prj:desiredLargestScale", max(scales, default=None), "arcsec")}
        {number_of("prj:desiredSensitivity", goal.sensitivity_mjy, "mJy")}
        {number_of("prj:representativeFrequency", first.rep_freq_ghz, "GHz")}
        {number_of("prj:desiredSensitivityReferenceFrequencyWidth", goal.bandwidth_mhz, "MHz")}
      </prj:PerformanceParameters>
      <prj:SpectralSetupParameters type="full">
        {number_of("prj:representativeFrequency", first.rep_freq_ghz, "GHz")}
        <prj:ScienceSpectralWindow>
          <prj:transitionName>{escape(goal.window)}</prj:transitionName>
          {number_of("prj:centerFrequency", first.rep_freq_ghz, "GHz")}
          <prj:representativeWindow>true</prj:representativeWindow>
        </prj:ScienceSpectralWindow>
      </prj:SpectralSetupParameters>
      <prj:TargetParameters type="F_SinglePoint">
        <prj:sourceName>{escape(first.target)}</prj:sourceName>
      </prj:TargetParameters>
    </prj:ScienceGoal>"""


def _members(goal: Goal) -> list[Member]:
    return [member for group in goal.groups for member in group.members]


def _goal_set(goal: Goal) -> str:
    inner = "".join(_group_set(group) for group in goal.groups)
    return _unit_set(goal.part_id, goal.name, goal.uid, inner)


def _group_set(group: Group) -> str:
    inner = "".join(_member_set(member) for member in group.members)
    return _unit_set(group.part_id, group.name, group.uid, inner)


def _member_set(member: Member) -> str:
    refs = [reference("prj:SchedBlockRef", block.uid, "SchedBlock") for block in member.blocks]
    return _unit_set(member.part_id, member.name, member.uid, "\n".join(["", *refs]))


def _unit_set(part_id: str, name: str, status_uid: str, inner: str) -> str:
    return f"""
<prj:ObsUnitSet entityPartId="{part_id}" almatype="APDM::ObsUnitSet">
  <prj:name>{escape(name)}</prj:name>
  {reference("prj:OUSStatusRef", status_uid, "OUSStatus")}{inner}
</prj:ObsUnitSet>"""
