"""How calibrated data are restored, as different packages tell it."""

import pytest

from deliveries.naming import picture_type
from deliveries.restoring import Packaged, restore_steps

FOR_PI = ("script for the PI", "member.uid___A001_X122e_X2945.scriptForPI.py")
BY_HAND = ("reduction script", "uid___A002_Xd81670_X867e.ms.scriptForCalibration.py")
REQUEST = ("processing request", "member.uid___A001_X1299_X39.hifa_calimage.pprequest.xml")
RESTORE = ("restore script", "member.uid___A001_X1299_X39.casa_piperestorescript.py")

CASES = {
    "pipeline": (
        Packaged(
            scripts=[REQUEST, FOR_PI],
            raw_files=3,
            casa_version="5.1.1-5",
            pipeline_version="40896 (Pipeline-CASA51-P2-B)",
        ),
        True,
        [
            "(3 files .asdm.sdm.tar)",
            "Start CASA 5.1.1-5 with its pipeline (40896 (Pipeline-CASA51-P2-B)).",
            f"run it with: casa --pipeline -c {FOR_PI[1]}",
        ],
    ),
    "manual": (
        Packaged(scripts=[BY_HAND, FOR_PI], raw_files=1, casa_version="5.4.0-70"),
        False,
        ["(1 file .asdm.sdm.tar)", "Start CASA 5.4.0-70.", f"run it with: casa -c {FOR_PI[1]}"],
    ),
    "script for the PI missing": (
        Packaged(scripts=[RESTORE]),
        True,
        [
            "(.asdm.sdm.tar)",
            "with its pipeline: which it was is not on file here",
            f"casa --pipeline -c {RESTORE[1]}",
        ],
    ),
    "no script to run": (
        Packaged(scripts=[BY_HAND]),
        False,
        ["(.asdm.sdm.tar)", "not on file here", "names no scriptForPI.py"],
    ),
    "nothing is known": (
        Packaged(),
        None,
        [
            "(.asdm.sdm.tar)",
            "with its pipeline where the pipeline reduced them",
            "casa -c scriptForPI.py",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_steps_are_those_of_the_package(name):
    packaged, by_pipeline, said = CASES[name]

    steps = restore_steps(packaged)

    assert packaged.is_by_pipeline is by_pipeline
    for step, words in zip(steps, said, strict=False):
        assert words in step
    assert steps[-1] == "The calibrated measurement sets are then in the folder calibrated."


@pytest.mark.parametrize(
    ("file_class", "name", "found"),
    [
        ("qa", "uid___A002_Xd81670_X867e__qa2_part1.png", "image/png"),
        ("qa", "PLOT.JPG", "image/jpeg"),
        ("qa", "a.svg", ""),
        ("qa", "a.png.html", ""),
        ("product", "a.png", ""),
        ("", "a.png", ""),
    ],
)
def test_pictures_are_of_two_types_among_the_qa_files(file_class, name, found):
    assert picture_type(file_class, name) == found
