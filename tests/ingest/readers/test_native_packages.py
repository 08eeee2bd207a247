"""Files and pipeline runs in the ``json`` format."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.records import FileRecord
from qa.pipeline import Achieved, Flux, PipelineFacts, Stage, Topic
from tests.ingest.readers.makers import CODE, MEMBER, native, read

WHERE = "$.projects[0].member_ous[0]"
RUN = {
    "generation": 2,
    "recipe": "hifa_calimage",
    "ended_at": "2017-11-10T19:26:19Z",
    "stages": [{"number": 16, "name": "hifa_timegaincal", "score": 0.84, "reason": "X-Y"}],
    "topics": [{"name": "Imaging", "score": None}],
    "fluxes": [{"source": "J1", "window": "16", "flux_jy": 2.5}],
    "achieved": [
        {"source": "W3", "windows": ["16"], "kind": "representative", "sensitivity_mjy": 0.49}
    ],
}


def of_member(**parts):
    return read(native({"code": CODE, "member_ous": [{"uid": MEMBER, **parts}]}))


def test_files_are_told_by_path_and_what_is_left_out_by_name():
    digest = "AB" * 32
    reading = of_member(
        product_files=[
            {"path": "product/a.fits", "size": 12, "sha256": digest, "generation": 1},
            {"path": "x/y.odd", "class": "qa", "kind": "plot", "name": "y"},
        ]
    )

    (bundle,) = reading.bundles
    common: dict[str, Any] = {"member": WHERE}
    assert reading.rejected == ()
    assert list(bundle.files) == [
        FileRecord(
            path="product/a.fits",
            name="a.fits",
            file_class="product",
            kind="image",
            size_bytes=12,
            sha256=digest.lower(),
            generation=1,
            **common,
        ),
        FileRecord(path="x/y.odd", name="y", file_class="qa", kind="plot", **common),
    ]


def test_run_is_told_with_its_parts():
    (bundle,) = of_member(pipeline_runs=[RUN]).bundles

    (run,) = bundle.pipeline_runs
    assert (run.member, run.generation) == (WHERE, 2)
    assert run.facts == PipelineFacts(
        recipe="hifa_calimage",
        ended_at=datetime(2017, 11, 10, 19, 26, 19, tzinfo=UTC),
        stages=(Stage(number=16, name="hifa_timegaincal", score=0.84, reason="X-Y"),),
        topics=(Topic(name="Imaging"),),
        fluxes=(Flux(source="J1", window="16", flux_jy=2.5),),
        achieved=(
            Achieved(source="W3", windows=("16",), kind="representative", sensitivity_mjy=0.49),
        ),
    )


FILE = {"path": "product/a.fits"}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no path": ({"product_files": [{}]}, "product_files[0]"),
    "way out": ({"product_files": [{"path": "../a"}]}, "product_files[0]"),
    "from the root": ({"product_files": [{"path": "/a"}]}, "product_files[0]"),
    "backslash": ({"product_files": [{"path": "a\\b"}]}, "product_files[0]"),
    "sum": ({"product_files": [{**FILE, "sha256": "xyz"}]}, "product_files[0]"),
    "size": ({"product_files": [{**FILE, "size": -1}]}, "product_files[0]"),
    "half a byte": ({"product_files": [{**FILE, "size": 1.5}]}, "product_files[0]"),
    "class": ({"product_files": [{**FILE, "class": "novel"}]}, "product_files[0]"),
    "generation": ({"product_files": [{**FILE, "generation": 0}]}, "product_files[0]"),
    "twice": ({"product_files": [FILE, FILE]}, "product_files[1]"),
    "no list": ({"product_files": {}}, "product_files"),
    "says nothing": ({"pipeline_runs": [{"generation": 1}]}, "pipeline_runs[0]"),
    "backwards": (
        {"pipeline_runs": [{**RUN, "started_at": "2018-01-01T00:00:00Z"}]},
        "pipeline_runs[0]",
    ),
    "stage": ({"pipeline_runs": [{**RUN, "stages": [{"score": 1}]}]}, "pipeline_runs[0].stages[0]"),
    "score": (
        {"pipeline_runs": [{**RUN, "stages": [{"number": 1, "score": 2}]}]},
        "pipeline_runs[0].stages[0]",
    ),
    "figure": (
        {"pipeline_runs": [{**RUN, "achieved": [{"source": "W3", "rms": 1}]}]},
        "pipeline_runs[0].achieved[0]",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_part_is_refused_by_its_path_and_the_member_ous_is_kept(name):
    parts, where = BAD[name]

    reading = of_member(**parts)

    assert [row.record for row in reading.rejected] == [f"{WHERE}.{where}"]
    assert [member.uid for member in reading.bundles[0].member_ous] == [MEMBER]
