"""The run that the talk goes through stage by stage: member OUS A001/X1296/X499.

Its identity, sessions, antennas, versions, stages, scores, images and sizes are the talk's.
Code, title, people, positions, executions' UIDs and the months after are made up.
"""

from datetime import UTC, datetime
from decimal import Decimal

from projects.identity import Uid
from qa.pipeline import Achieved, PipelineFacts
from snoopi.demo import lives
from snoopi.demo.compose import Composer, Sketch, setup_of
from snoopi.demo.observing import Turn
from snoopi.demo.package_names import calibrator_names, image_names, member_prefix, pipeline_names
from snoopi.demo.packages import Package, documents_of
from snoopi.demo.pipelines import (
    APPLYING,
    CALIBRATOR_IMAGES,
    GAINS,
    RECIPE,
    TASKS,
    stages_scored,
    topics_of,
)
from snoopi.demo.plans import Execution, ProjectPlan, Setup
from snoopi.demo.projects import Frame, simple_project
from snoopi.demo.small_files import content_of, tar_of

WEBLOG_CODE = "2017.1.90201.S"
WEBLOG_UID = "uid://A001/X1296/X499"
_BLOCK_UID = "uid://A001/X1296/X47f"
PHASE, BANDPASS, TARGET = "J0019+2021", "J2253+1608", "SciTarget"
# start, end, and the sizes of all data and of those of the target, as the weblog words them
SESSIONS = (
    ("2017-11-03T01:26:42", "2017-11-03T02:46:58", "2.1 GB", "836.9 MB"),
    ("2017-11-04T01:30:20", "2017-11-04T02:50:43", "2.1 GB", "836.9 MB"),
    ("2017-11-08T01:01:01", "2017-11-08T02:21:18", "1.8 GB", "713.2 MB"),
)
_PADS = ("J501", "J502", "J503", "J504", "J505", "N601", "N602", "N603", "N604", "N605", "N606")
_LEFT_OUT_LAST = "J502"
_ENDED = datetime(2017, 11, 10, 19, 26, 19, tzinfo=UTC)
_PROCESSING_S = (6 * 60 + 13) * 60 + 27
_DELIVERED = datetime(2017, 11, 28, 15, 20, tzinfo=UTC)
# window, GHz, beam in arcsec and its angle, rms and what was computed in mJy per beam
_IMAGES = (
    ("16", 223.5004, 7.06, 5.24, 86.4, 0.49, 0.40),
    ("18", 225.3654, 7.00, 5.17, 85.9, 0.44, 0.38),
    ("20", 239.2502, 6.64, 4.82, 85.8, None, 0.43),
)
WINDOWS = ("16", "18", "20", "22")
# 0:49:57 on the target of 1:14:20 on all sources.
TURNS = (
    Turn(("CALIBRATE_ATMOSPHERE",), BANDPASS, 1, 19.0),
    Turn(("CALIBRATE_BANDPASS", "CALIBRATE_FLUX"), BANDPASS, 30, 19.0),
    Turn(("CALIBRATE_ATMOSPHERE",), PHASE, 1, 19.0),
    Turn(("CALIBRATE_PHASE",), PHASE, 12, 19.0),
    Turn(("CALIBRATE_ATMOSPHERE",), TARGET, 1, 19.0),
    *(
        Turn(intents, source, subscans, seconds)
        for _ in range(3)
        for intents, source, subscans, seconds in (
            (("OBSERVE_TARGET",), TARGET, 37, 27.0),
            (("CALIBRATE_PHASE",), PHASE, 10, 19.0),
        )
    ),
    Turn(("CALIBRATE_PHASE",), PHASE, 2, 19.0),
)
PLACES = {PHASE: (4.9077, 20.3626), BANDPASS: (343.4906, 16.1482)}


def weblog_project(composer: Composer) -> ProjectPlan:
    """The project of the member OUS, delivered and public."""
    setup = setup_of(TARGET, 6, array="7m", rep_freq_ghz=_IMAGES[0][1], place=(15.497, 18.63))
    sketch = Sketch(
        setup=setup,
        path=lives.PATHS["Delivered"],
        at=_DELIVERED,
        executions=_executions(composer, setup),
        expected=Decimal(3),
        known={
            "Processing": _ENDED.replace(hour=13, minute=12, second=52),
            "ReadyForReview": _ENDED,
            "Reviewing": _ENDED.replace(day=20),
            "Verified": _ENDED.replace(day=23),
            "DeliveryInProgress": _ENDED.replace(day=24),
        },
        uid=WEBLOG_UID,
        block_uid=_BLOCK_UID,
    )
    frame = Frame(
        code=WEBLOG_CODE,
        title="The weblog of the talk, stage by stage",
        state="Completed",
        at=_DELIVERED,
        about=(
            "The member OUS, its SB, sessions, antennas, pipeline run and images are those of the "
            "talk on ALMA's data products; all else is made up for the demonstration."
        ),
    )
    return simple_project(frame, composer, [sketch], "Band 6 towards a science target")


def _executions(composer: Composer, setup: Setup) -> tuple[Execution, ...]:
    found = []
    for number, (start, end, *_) in enumerate(SESSIONS):
        is_last = number == len(SESSIONS) - 1
        pads = [pad for pad in _PADS if not (is_last and pad == _LEFT_OUT_LAST)]
        near = datetime.fromisoformat(start).replace(tzinfo=UTC)
        made = composer.execution(
            setup, near, pads=[(pad, f"CM{n:02d}") for n, pad in enumerate(pads, 1)]
        )
        until = datetime.fromisoformat(end).replace(tzinfo=UTC)
        found.append(
            Execution(
                uid=made.uid,
                start=near,
                end=until,
                fraction=Decimal(1),
                pwv_mm=made.pwv_mm,
                antennas=made.antennas,
            )
        )
    return tuple(found)


def weblog_run() -> PipelineFacts:
    """What the pipeline's own report of it says."""
    stages = stages_scored({GAINS: (0.84, "X-Y deviation"), APPLYING: (0.99, "")})
    return PipelineFacts(
        recipe=RECIPE,
        casa_version="5.1.1-5 r40000",
        pipeline_version="40896 (Pipeline-CASA51-P2-B)",
        ended_at=_ENDED,
        processing_s=_PROCESSING_S,
        stages=stages,
        topics=topics_of(stages),
        achieved=tuple(map(_image, _IMAGES)),
    )


def _image(row: tuple[str, float, float, float, float, float | None, float]) -> Achieved:
    window, frequency_ghz, major, minor, angle, noise_mjy, theoretical_mjy = row
    prefix = f"{Uid(WEBLOG_UID).ref}.s{CALIBRATOR_IMAGES}_0_{PHASE}_ph"
    return Achieved(
        source=PHASE,
        windows=(window,),
        kind="continuum",
        intent="PHASE",
        sensitivity_mjy=noise_mjy,
        theoretical_mjy=theoretical_mjy,
        bandwidth_mhz=2000.0,
        frequency_ghz=frequency_ghz,
        beam_major_arcsec=major,
        beam_minor_arcsec=minor,
        beam_angle_deg=angle,
        array="7m",
        image=f"{prefix}.spw{window}.mfs.I.iter1.image",
        origin=TASKS[CALIBRATOR_IMAGES - 1],
        stage=CALIBRATOR_IMAGES,
    )


def weblog_package(plan: ProjectPlan) -> Package:
    """Its package, with the first page of the weblog inside the weblog's tar."""
    names = [Uid(run.uid).ref for run in plan.blocks[0].executions]
    paths = [
        *pipeline_names(WEBLOG_UID, names),
        *image_names(WEBLOG_UID, TARGET, WINDOWS),
        *calibrator_names(WEBLOG_UID, PHASE, WINDOWS[:3]),
    ]
    files = {path: content_of(path) for path in paths}
    run = weblog_run()
    files |= documents_of(run, code=plan.code, member_uid=WEBLOG_UID, data_sets=names)
    prefix = member_prefix(WEBLOG_UID)
    files[f"qa/{prefix}.{RECIPE}.weblog.tgz"] = tar_of(_pages(names))
    return Package(WEBLOG_UID, 1, files)


def _pages(names: list[str]) -> dict[str, bytes]:
    """The weblog's first page: which sessions there were, how large they are."""
    rows = "".join(
        f"<tr><td>session_{number}</td><td>{name}.ms</td><td>{start}</td><td>{end}</td>"
        f"<td>{len(_PADS) - (number == len(SESSIONS))}</td><td>{whole}</td><td>{target}</td></tr>"
        for number, (name, (start, end, whole, target)) in enumerate(
            zip(names, SESSIONS, strict=True), 1
        )
    )
    heads = ("Session", "Measurement set", "Start", "End", "Antennas", "Size", "Size of the target")
    head = "".join(f"<th>{word}</th>" for word in heads)
    page = (
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Weblog</title>'
        f"<h1>OUS status entity {WEBLOG_UID}</h1><table><tr>{head}</tr>{rows}</table>"
        "<p>Elevation 44.37 to 48.35 degrees.</p></html>\n"
    )
    return {"pipeline-20171110T131234/html/t1-1.html": page.encode()}
