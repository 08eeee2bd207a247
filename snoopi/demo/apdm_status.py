"""Writes the status documents that the observatory keeps beside a plan."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from snoopi.demo.apdm_xml import reference, status_document
from snoopi.demo.plans import Block, Goal, Group, Member, ProjectPlan


def status_documents(plan: ProjectPlan) -> dict[str, str]:
    """ProjectStatus, OUSStatus and SBStatus documents by file name."""
    documents = [_project(plan), *_sets(plan)]
    return {f"Status{number}.xml": text for number, text in enumerate(documents)}


def _project(plan: ProjectPlan) -> str:
    body = f"""
  <Status State="{plan.state}"/>
  {reference("ProjectStatusEntity", plan.status_uid, "ProjectStatus")}
  {reference("ObsProjectRef", plan.uid, "ObsProject")}
  {reference("ObsProposalRef", plan.proposal_uid, "ObsProposal")}
  {reference("ObsProgramStatusRef", plan.root_uid, "OUSStatus")}
"""
    return status_document("ProjectStatus", body)


def _sets(plan: ProjectPlan) -> Iterator[str]:
    yield _ous(plan, plan.root_uid, "X1", below=plan.goals)
    for goal in plan.goals:
        yield _ous(plan, goal.uid, goal.part_id, above=plan.root_uid, below=goal.groups)
        for group in goal.groups:
            yield _ous(plan, group.uid, group.part_id, above=goal.uid, below=group.members)
            for member in group.members:
                yield _member(plan, member, group)
                yield from (_sched_block(plan, block, member) for block in member.blocks)


def _member(plan: ProjectPlan, member: Member, group: Group) -> str:
    refs = [reference("SBStatusRef", block.status_uid, "SBStatus") for block in member.blocks]
    return _ous(
        plan, member.uid, member.part_id, above=group.uid, state=member.state, block_refs=refs
    )


def _ous(
    plan: ProjectPlan,
    uid: str,
    part_id: str,
    *,
    above: str = "",
    state: str = "",
    below: Sequence[Goal | Group | Member] = (),
    block_refs: Sequence[str] = (),
) -> str:
    containing = reference("ps:ContainingObsUnitSetRef", above, "OUSStatus") if above else ""
    refs = [reference("OUSStatusRef", part.uid, "OUSStatus") for part in below]
    body = f"""
  <ps:Status State="{state}"/>
  <ps:hasExecutionCount>false</ps:hasExecutionCount>
  {containing}
  {reference("ps:ProjectStatusRef", plan.status_uid, "ProjectStatus")}
  {reference("OUSStatusEntity", uid, "OUSStatus")}
  {reference("ObsUnitSetRef", plan.uid, "ObsProject", part_id)}
  {"".join([*refs, *block_refs])}
"""
    return status_document("OUSStatus", body)


def _sched_block(plan: ProjectPlan, block: Block, member: Member) -> str:
    expected = block.expected or Decimal(0)
    body = f"""
  <ps:Status State="{block.state}"/>
  <ps:executionsRemaining>{max(expected - block.passed, 0)}</ps:executionsRemaining>
  <ps:successfulExecutions>{block.passed}</ps:successfulExecutions>
  <ps:hasExecutionCount>true</ps:hasExecutionCount>
  <ps:bookkeepingInitialized>{str(expected > 0).lower()}</ps:bookkeepingInitialized>
  {reference("ps:ContainingObsUnitSetRef", member.uid, "OUSStatus")}
  {reference("ps:ProjectStatusRef", plan.status_uid, "ProjectStatus")}
  {reference("SBStatusEntity", block.status_uid, "SBStatus")}
  {reference("SchedBlockRef", block.uid, "SchedBlock")}
"""
    return status_document("SBStatus", body)
