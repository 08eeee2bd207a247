"""Writes SchedBlock documents."""

from xml.sax.saxutils import escape

from snoopi.demo.apdm_xml import document, number_of, reference
from snoopi.demo.plans import Block, Goal, ProjectPlan, Setup

_ARRAYS = {"12m": "TWELVE-M", "7m": "SEVEN-M", "TP": "TP-ARRAY"}
_FIELD, _SCIENCE, _TARGET = "X101", "X102", "X103"


def sched_block_document(block: Block, goal: Goal, plan: ProjectPlan) -> str:
    """The document of an SB: one science target, its limits, and what its goal asks for."""
    setup = block.setup
    body = f"""
  <prj:name>{escape(block.name)}</prj:name>
  <prj:ObsUnitControl arrayRequested="{_ARRAYS[setup.array]}">
    {number_of("prj:estimatedExecutionTime", _hours(block), "h")}
  </prj:ObsUnitControl>
  {reference("prj:ObsProjectRef", plan.uid, "ObsProject")}
  {reference("sbl:SchedBlockEntity", block.uid, "SchedBlock")}
  {reference("sbl:SBStatusRef", block.status_uid, "SBStatus")}
  <sbl:pIName>{escape(plan.pi_name)}</sbl:pIName>
  <sbl:FieldSource entityPartId="{_FIELD}" almatype="APDM::FieldSource">
    {_place("sbl:sourceCoordinates", setup)}
    <sbl:sourceName>{escape(setup.target)}</sbl:sourceName>
  </sbl:FieldSource>
  <sbl:ScienceParameters entityPartId="{_SCIENCE}" almatype="APDM::ObservingParameters">
    <sbl:name>Science Parameters</sbl:name>
    {number_of("sbl:representativeBandwidth", goal.bandwidth_mhz, "MHz")}
    {number_of("sbl:representativeFrequency", setup.rep_freq_ghz, "GHz")}
    {number_of("sbl:sensitivityGoal", goal.sensitivity_mjy, "mJy")}
  </sbl:ScienceParameters>
  {_limits(block)}
  <sbl:Target entityPartId="{_TARGET}" almatype="APDM::Target">
    {reference("sbl:FieldSourceRef", block.uid, "SchedBlock", _FIELD)}
    {reference("sbl:ObservingParametersRef", block.uid, "SchedBlock", _SCIENCE)}
  </sbl:Target>
"""
    return document("sbl:SchedBlock", body, status="Phase2Submitted")


def _hours(block: Block) -> float:
    """The estimate of all executions together, as plans give it."""
    return round(block.minutes * float(block.expected or 1) / 60, 4)


def _limits(block: Block) -> str:
    setup = block.setup
    least, most = setup.resolution_range_arcsec
    configurations = "".join(
        f"\n    <sbl:nominalConfiguration>{name}</sbl:nominalConfiguration>"
        for name in setup.configurations
    )
    return f"""<sbl:SchedulingConstraints representativeReceiverBand="ALMA_RB_{setup.band:02d}">
    {number_of("sbl:representativeFrequency", setup.rep_freq_ghz, "GHz")}
    {number_of("sbl:minAcceptableAngResolution", least, "arcsec")}
    {number_of("sbl:maxAcceptableAngResolution", most, "arcsec")}
    {_place("sbl:representativeCoordinates", setup)}{configurations}
    {reference("sbl:representativeTargetRef", block.uid, "SchedBlock", _TARGET)}
  </sbl:SchedulingConstraints>"""


def _place(name: str, setup: Setup) -> str:
    return (
        f'<{name} system="J2000" type="ABSOLUTE">'
        f"{number_of('val:longitude', setup.ra_deg, 'deg')}"
        f"{number_of('val:latitude', setup.dec_deg, 'deg')}</{name}>"
    )
