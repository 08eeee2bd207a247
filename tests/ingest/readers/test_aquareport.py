"""Pipeline reports of all ages: scores, figures, and what is refused by name."""

from datetime import UTC, datetime

import pytest

from ingest.readers import Source, UnreadableSource
from ingest.readers.aquareport import Report, read_report
from qa.pipeline import Achieved, Flux, PipelineFacts, facts_of, parts_as_json

HEAD = """<?xml version="1.0" ?>
<PipelineAquaReport>
  <ProjectStructure>
    <ProposalCode>2017.1.90501.S</ProposalCode>
    <OusEntityId>uid://A001/X1296/X490</OusEntityId>
    <OusStatusEntityId>uid___A001_X1296_X499</OusStatusEntityId>
    <ProcessingRequestEntityId>Undefined</ProcessingRequestEntityId>
    <ProcessingProcedure>hifa_calimage</ProcessingProcedure>
  </ProjectStructure>
  <QaSummary>
    <ReportDate>2017-11-10 19:26:19</ReportDate>
    <ProcessingTime>6:13:27</ProcessingTime>
    <CasaVersion>5.1.1-5</CasaVersion>
    <PipelineVersion>40896 (Pipeline-CASA51-P2-B)</PipelineVersion>
    <FinalScore>Undefined</FinalScore>
  </QaSummary>
"""
OLD = (
    HEAD
    + """
  <QaPerStage>
    <Stage Number="2" Name="hifa_flagdata" Score="0.85">
      <Metric Name="%FlagReduction" Value="12.5" QaScore="0.85" Asdm="uid___A002_Xc0_Xea"
              Session="session_1"/>
      <Metric Name="other" Value="1" QaScore="1.0"/>
    </Stage>
    <Stage Number="1" Name="hifa_importdata" Score="None"/>
    <Stage Number="3" Name="hif_rawflagchans" Score="-0.1"/>
  </QaPerStage>
  <QaPerTopic>
    <Dataset Score="Undefined"/>
    <Flagging Score="0.85">
      <Stage Number="2" Name="hifa_flagdata" Score="0.85"/>
    </Flagging>
  </QaPerTopic>
</PipelineAquaReport>"""
)
MIDDLE = (
    HEAD
    + """
  <QaPerStage>
    <Stage Number="16" Name="hifa_timegaincal">
      <RepresentativeScore Score="0.84" Reason="X-Y deviation"/>
      <SubScore Score="1.0" Reason="fine"><Metric Name="m" Value="3" Units="deg"/></SubScore>
      <SubScore Score="0.84" Reason="X-Y deviation">
        <Metric Name="phase" Value="12" Units="deg"/>
        <DataSelection Asdm="uid___A002_Xc0_Xea" Session="session_1" Spw="16" Intent="PHASE"/>
      </SubScore>
    </Stage>
  </QaPerStage>
  <QaPerTopic>
    <Imaging Score="1.0">
      <FluxMeasurements>
        <FluxMeasurement SpwName="X1#1" MsSpwId="16" FluxJy="2.5" ErrorJy="0.1"
                         Asdm="uid___A002_Xc0_Xea" Field="J0019+2021" FrequencyGHz="223.5"/>
      </FluxMeasurements>
      <SensitivityEstimates Origin="hifa_imageprecheck" Number="19" Score="1.0">
        <Sensitivity Array="7m" BandwidthHz="1875000000.0" EffectiveBandwidthHz="N/A"
            BeamMajArcsec="7.0" BeamMinArcsec="5.1" BeamPosAngDeg="-80.5" BwMode="repBW"
            Field="W3" Robust="0.5" UVTaper="[]" MsSpwId="16" SensitivityJyPerBeam="0.0004"/>
      </SensitivityEstimates>
      <SensitivityEstimates Origin="hif_makeimages" Number="20" Score="1.0">
        <Sensitivity Array="7m" BandwidthHz="1875000000.0" EffectiveBandwidthHz="1.8e9"
            BeamMajArcsec="7.06" BeamMinArcsec="5.24" BeamPosAngDeg="-80.5" BwMode="mfs"
            Field="W3" MsSpwId="16,18" SensitivityJyPerBeam="0.00049"/>
      </SensitivityEstimates>
    </Imaging>
  </QaPerTopic>
</PipelineAquaReport>"""
)
NEW = (
    HEAD.replace("<PipelineAquaReport>", '<p:PipelineAquaReport xmlns:p="urn:pl">').replace(
        "</ProjectStructure>", "<ExecBlockId>uid://A002/Xc0/Xea</ExecBlockId></ProjectStructure>"
    )
    + """
  <ImageSensitivity>
    <ImageSensitivity Origin="hifa_imageprecheck" StageNumber="24" Score="1.0">
      <Sensitivity Field="W3" BwMode="repBW" MsSpwId="16" Intent="TARGET"
         TheoreticalSensitivityJyPerBeam="0.0004" ObservedSensitivityJyPerBeam="N/A"
         SensitivityJyPerBeam="0.0004"/>
    </ImageSensitivity>
    <ImageSensitivity Origin="hif_makeimages" StageNumber="33" Score="0.9">
      <Sensitivity Field="W3" BwMode="repBW" MsSpwId="16" Intent="TARGET" DataType="SELFCAL"
         IsRepresentative="True" ImageName="a.fits" BandwidthHz="1e6" BeamMajArcsec="N/A"
         TheoreticalSensitivityJyPerBeam="0.0004" ObservedSensitivityJyPerBeam="0.0005"/>
      <Sensitivity Field="J0019+2021" BwMode="cont" MsSpwId="16" Intent="CHECK"
         ObservedSensitivityJyPerBeam="0.0"/>
    </ImageSensitivity>
  </ImageSensitivity>
</p:PipelineAquaReport>"""
)


def read(text: str) -> Report:
    return read_report(Source.from_bytes("pipeline_aquareport.xml", text.encode()))


def test_head_tells_the_run_and_its_member_ous():
    report = read(OLD)

    facts = report.facts
    assert (report.code, report.rejected) == ("2017.1.90501.S", [])
    assert (report.status_uid, report.entity_uid) == (
        "uid://A001/X1296/X499",
        "uid://A001/X1296/X490",
    )
    assert (facts.recipe, facts.casa_version, facts.request_uid) == ("hifa_calimage", "5.1.1-5", "")
    assert facts.pipeline_version == "40896 (Pipeline-CASA51-P2-B)"
    assert facts.ended_at == datetime(2017, 11, 10, 19, 26, 19, tzinfo=UTC)
    assert facts.started_at == datetime(2017, 11, 10, 13, 12, 52, tzinfo=UTC)
    assert facts.processing_s == 22407


def test_old_report_has_metrics_below_its_stages():
    facts = read(OLD).facts

    assert [(s.number, s.score) for s in facts.stages] == [(1, None), (2, 0.85), (3, -0.1)]
    flagged = facts.stages[1]
    assert (flagged.sub_scores_total, len(flagged.sub_scores)) == (2, 2)
    worst = flagged.sub_scores[0]
    assert (worst.score, worst.metric, worst.value) == (0.85, "%FlagReduction", "12.5")
    assert worst.data == "uid___A002_Xc0_Xea, session_1"
    assert [(t.name, t.score) for t in facts.topics] == [("Dataset", None), ("Flagging", 0.85)]


def test_later_report_has_a_representative_score_with_its_reason():
    (stage,) = read(MIDDLE).facts.stages

    assert (stage.number, stage.score, stage.reason) == (16, 0.84, "X-Y deviation")
    assert [(sub.score, sub.metric, sub.units) for sub in stage.sub_scores] == [
        (0.84, "phase", "deg"),
        (1.0, "m", "deg"),
    ]
    assert stage.sub_scores[0].data == "uid___A002_Xc0_Xea, session_1, 16, PHASE"


def test_figures_tell_what_was_foreseen_from_what_was_measured():
    foreseen, measured = read(MIDDLE).facts.achieved

    assert foreseen == Achieved(
        source="W3",
        windows=("16",),
        kind="representative",
        is_estimate=True,
        theoretical_mjy=0.4,
        bandwidth_mhz=1875.0,
        beam_major_arcsec=7.0,
        beam_minor_arcsec=5.1,
        beam_angle_deg=-80.5,
        array="7m",
        robust="0.5",
        uv_taper="[]",
        origin="hifa_imageprecheck",
        stage=19,
    )
    assert (measured.kind, measured.windows, measured.stage) == ("continuum", ("16", "18"), 20)
    assert (measured.sensitivity_mjy, measured.theoretical_mjy) == (0.49, None)
    assert (measured.effective_bandwidth_mhz, measured.beam_major_arcsec) == (1800.0, 7.06)


def test_flux_is_told_with_its_window_and_execution():
    assert read(MIDDLE).facts.fluxes == (
        Flux(
            source="J0019+2021",
            window="16",
            frequency_ghz=223.5,
            flux_jy=2.5,
            error_jy=0.1,
            execution="uid___A002_Xc0_Xea",
        ),
    )


def test_newest_report_tells_observed_from_theoretical():
    facts = read(NEW).facts
    foreseen, target, check = facts.achieved

    assert (foreseen.is_estimate, foreseen.sensitivity_mjy, foreseen.theoretical_mjy) == (
        *(True, None, 0.4),
    )
    assert (target.sensitivity_mjy, target.theoretical_mjy, target.bandwidth_mhz) == (0.5, 0.4, 1.0)
    assert (target.is_representative, target.data_type, target.stage) == (True, "SELFCAL", 33)
    assert (target.beam_major_arcsec, target.image, target.is_of_target) == (None, "a.fits", True)
    assert (check.sensitivity_mjy, check.is_of_target, check.is_representative) == (
        *(None, False, None),
    )
    assert facts.executions == ("uid://A002/Xc0/Xea",)


@pytest.mark.parametrize("text", [OLD, MIDDLE, NEW])
def test_facts_are_kept_as_json_and_come_back(text):
    facts = read(text).facts
    columns = {
        name: getattr(facts, name)
        for name in (
            *("recipe", "casa_version", "pipeline_version", "request_uid"),
            *("started_at", "ended_at", "processing_s"),
        )
    }

    assert facts_of(columns, parts_as_json(facts)) == facts


def test_report_with_nothing_in_it_is_no_error():
    report = read("<PipelineAquaReport/>")

    assert (report.facts, report.rejected, report.status_uid) == (PipelineFacts(), [], "")


STAGE = '<Stage Number="{}" Name="x" Score="{}"/>'
BAD = {
    "score in words": (STAGE.format(1, "good"), "Stage 1 x", "Score is no number: “good”."),
    "score too high": (STAGE.format(1, "1.7"), "Stage 1 x", "Score lies outside -1 to 1: 1.7."),
    "no number": ('<Stage Name="x" Score="1"/>', "Stage x", "It has no Number."),
    "odd number": (STAGE.format("one", 1), "Stage one x", "Number is no whole number: “one”."),
    "twice": (STAGE.format(7, 1) * 2, "Stage 7 x", "Another stage has the same number."),
    "no field": ("<Sensitivity BwMode='cont'/>", "Sensitivity cont", "It names no Field."),
    "negative": (
        "<Sensitivity Field='W3' SensitivityJyPerBeam='-1'/>",
        "Sensitivity W3",
        "SensitivityJyPerBeam is out of bounds: “-1”.",
    ),
    "infinite": (
        "<Sensitivity Field='W3' BeamMajArcsec='inf'/>",
        "Sensitivity W3",
        "BeamMajArcsec is out of bounds: “inf”.",
    ),
    "flux": (
        "<FluxMeasurement Field='J1' FluxJy='2 Jy'/>",
        "FluxMeasurement J1",
        "FluxJy is no number: “2 Jy”.",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_record_is_refused_by_name_and_the_rest_is_kept(name):
    inside, record, reason = BAD[name]
    good = STAGE.format(5, 1)
    report = read(
        f"<PipelineAquaReport><QaPerStage>{inside}{good}</QaPerStage></PipelineAquaReport>"
    )

    assert [(row.record, row.reason) for row in report.rejected] == [(record, reason)]
    assert 5 in [stage.number for stage in report.facts.stages]


def test_date_that_is_none_is_refused_by_name():
    report = read(OLD.replace("2017-11-10 19:26:19", "last week").replace("6:13:27", "long"))

    assert [row.record for row in report.rejected] == ["ReportDate", "ProcessingTime"]
    assert (report.facts.ended_at, report.facts.started_at) == (None, None)


BROKEN = {
    "cut": OLD[:700],
    "entities": f'<!DOCTYPE x [<!ENTITY a "b">]>{"<PipelineAquaReport>&a;</PipelineAquaReport>"}',
    "deep": "<PipelineAquaReport>" + "<a>" * 200 + "</a>" * 200 + "</PipelineAquaReport>",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_or_hostile_xml_is_refused_whole(name):
    with pytest.raises(UnreadableSource):
        read(BROKEN[name])


def test_of_very_many_sub_scores_the_lowest_are_kept():
    subs = "".join(f'<SubScore Score="{n / 5000}" Reason="r{n}"/>' for n in range(5000, 0, -1))
    (stage,) = read(
        f'<PipelineAquaReport><QaPerStage><Stage Number="1">{subs}</Stage></QaPerStage>'
        "</PipelineAquaReport>"
    ).facts.stages

    assert (stage.sub_scores_total, len(stage.sub_scores)) == (5000, 50)
    assert [sub.reason for sub in stage.sub_scores[:2]] == ["r1", "r2"]
