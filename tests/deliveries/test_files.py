"""Delivered files: what their rows hold, who sees them, how sources agree on them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection

from deliveries.models import ProductFile
from deliveries.naming import FOLDERS, class_and_kind, place_of
from deliveries.services.files import FileSaid, record_files
from projects.models import MemberOUS
from tests.factories import make_project, make_user

NOW = datetime(2026, 3, 1, tzinfo=UTC)

NAMES = {
    "member.uid___A001_X1_X2.README.txt": ("readme", "README"),
    "README": ("readme", "README"),
    "uid___A002_Xc0_Xea.asdm.sdm.tar": ("raw", "ASDM"),
    "uid___A002_Xc0_Xea.ms.split.cal": ("calibrated", "measurement set"),
    "uid___A002_Xc0_Xea.ms.tgz": ("calibrated", "measurement set"),
    "2016.1.90484.L_uid___A001_X1_X2_001_of_003.tar": ("product", "package tar"),
    "2016.1.90484.L_uid___A001_X1_X2_auxiliary.tar": ("auxiliary", "package tar"),
    "member.uid___A001_X1_X2.hifa_calimage.weblog.tar.gz": ("qa", "weblog"),
    "member.uid___A001_X1_X2.qa2_report.html": ("qa", "QA2 report"),
    "uid___A002_Xc0_Xea.qa0_report.pdf": ("qa", "QA0 report"),
    "uid___A002_Xc0_Xea__qa2_part3.png": ("qa", "QA2 plot"),
    "uid___A002_Xc0_Xea__textfile.txt": ("qa", "QA2 text"),
    "member.uid___A001_X1_X2.session_1.caltables.tgz": ("calibration", "calibration tables"),
    "member.uid___A001_X1_X2.session_1.auxcaltables.tgz": (
        *("calibration", "auxiliary calibration tables"),
    ),
    "uid___A002_Xc0_Xea_target.ms.auxcalapply.txt": ("calibration", "calibration commands"),
    "uid___A002_Xc0_Xea.calibration.plots.tgz": ("calibration", "calibration plots"),
    "uid___A002_Xc0_Xea_flagtargetstemplate.txt": ("calibration", "flag template"),
    "member.uid___A001_X1_X2.casa_commands.log": ("log", "CASA commands"),
    "casa-20170118-004134.log": ("log", "log"),
    "member.uid___A001_X1_X2.calimage.casa_commands.log.tgz": ("log", "log"),
    "member.uid___A001_X1_X2.hifa_calimage.casa_piperestorescript.py": (
        *("script", "restore script"),
    ),
    "uid___A002_Xc0_Xea.ms.scriptForCalibration.py": ("script", "reduction script"),
    "PPR_uid___A001_X1_X6a.xml": ("script", "processing request"),
    "member.uid___A001_X1_X2.PPR_uid___A001_X1_X6a.xml.tar": ("script", "processing request"),
    "member.uid___A001_X1_X2.a_sci.spw25.cube.I.mask.tgz": ("product", "mask"),
    "member.uid___A001_X1_X2.a_sci.spw25.mfs.I.pb.tt0.fits.gz": ("product", "primary beam"),
    "member.uid___A001_X1_X2.a_sci.spw25.cont.I.tt0.pbcor.fits": ("product", "image"),
    "member.uid___A001_X1_X2.antennapos.csv.tar": ("calibration", "antenna positions"),
    "something.else": ("", ""),
    "gz": ("", ""),
}


@pytest.mark.parametrize("name", NAMES)
def test_name_tells_class_and_kind(name):
    assert class_and_kind(name) == NAMES[name]


def test_place_is_the_one_in_the_package_wherever_the_copy_lies():
    weblog = "member.uid___A001_X1_X2.weblog.tgz"

    assert place_of([], weblog, known_home=False).path == f"qa/{weblog}"
    assert place_of(["downloads"], weblog, known_home=False).path == f"qa/{weblog}"
    assert place_of(["QA"], weblog, known_home=True).path == f"qa/{weblog}"
    assert place_of(["raw", "b4", "qa"], weblog, known_home=False).path == f"qa/{weblog}"
    assert place_of(["odd"], "a.fits", known_home=True).path == "odd/a.fits"
    assert place_of([], "README", known_home=False).path == "README"
    assert set(FOLDERS) == {"product", "calibration", "log", "qa", "script", "raw", "calibrated"}


@pytest.fixture
def project(db):
    return make_project(members=2)


def record(project, source="listing", **said):
    told = {"path": "product/a.fits", "name": "a.fits", **said}
    counts = record_files(project=project, files=[FileSaid(**told)], source=source, now=NOW)
    return {word: counter["product_file"] for word, counter in counts.items() if +counter}


def test_file_is_made_once_and_then_unchanged(project):
    member = project.memberous_set.first()

    assert record(project, member_ous=member, kind="image", file_class="product") == {"created": 1}
    assert record(project, member_ous=member, kind="image", file_class="product") == {
        "unchanged": 1
    }
    assert record(project, member_ous=member) == {"unchanged": 1}
    row = ProductFile.objects.get()
    assert (row.project, row.member_ous, row.path) == (project, member, "product/a.fits")
    assert (row.kind, row.size_bytes, row.sha256, row.generation) == ("image", None, "", None)


def test_source_corrects_itself_and_adds_to_what_others_left_open(project):
    member = project.memberous_set.first()
    record(project, member_ous=member, size_bytes=10)

    assert record(project, member_ous=member, size_bytes=11) == {"updated": 1}
    assert record(project, "manifest", member_ous=member, size_bytes=12) == {"unchanged": 1}
    assert record(project, "manifest", member_ous=member, sha256="a" * 64) == {"updated": 1}
    row = ProductFile.objects.get()
    assert (row.size_bytes, row.sha256, row.modified_at) == (11, "a" * 64, NOW)


def test_same_path_twice_in_one_batch_is_one_file(project):
    member = project.memberous_set.first()
    said = FileSaid(path="a.fits", name="a.fits", member_ous=member)
    again = FileSaid(path="a.fits", name="a.fits", member_ous=member, size_bytes=5)

    counts = record_files(project=project, files=[said, again], source="listing", now=NOW)

    assert counts["created"]["product_file"] == 1
    assert ProductFile.objects.get().size_bytes == 5


def test_source_without_generations_means_the_newest_that_has_the_file(project):
    member = project.memberous_set.first()
    common = {"project": project, "member_ous": member, "path": "product/a.fits", "source": "x"}
    for generation in (1, 2):
        ProductFile.objects.create(**common, name="a.fits", generation=generation)

    assert record(project, member_ous=member, size_bytes=7) == {"updated": 1}
    sizes = dict(ProductFile.objects.values_list("generation", "size_bytes"))
    assert sizes == {1: None, 2: 7}


def test_files_of_no_known_member_ous_belong_to_the_project(project):
    assert record(project) == {"created": 1}
    assert record(project, member_ous=project.memberous_set.first()) == {"created": 1}
    assert record(project) == {"unchanged": 1}


WRONG: dict[str, list[dict[str, Any]]] = {
    "product_file_in_generation": [{"generation": 1}, {"generation": 1}],
    "product_file_without_generation": [{}, {}],
    "product_file_of_project": [{"member_ous": None}, {"member_ous": None}],
    "product_file_class_known": [{"file_class": "novel"}],
    "product_file_has_path": [{"path": ""}],
}


@pytest.mark.parametrize("name", WRONG)
def test_database_refuses_what_must_not_be(project, name):
    usual = {
        "project": project,
        "member_ous": project.memberous_set.first(),
        "path": "product/a.fits",
        "name": "a.fits",
        "source": "x",
    }

    *before, last = WRONG[name]
    for facts in before:
        ProductFile.objects.create(**{**usual, **facts})

    with pytest.raises(IntegrityError, match=name if connection.vendor != "sqlite" else ""):
        ProductFile.objects.create(**{**usual, **last})


def test_files_are_seen_with_their_project(project):
    other = make_project()
    pi, admin = make_user(), make_user(roles=["admin"])
    from_pi = make_project(pi=pi, members=[{"state": "Delivered"}])
    for each in (project, other, from_pi):
        record(each, member_ous=each.memberous_set.first())

    assert [f.project for f in ProductFile.objects.visible_to(pi)] == [from_pi]
    assert ProductFile.objects.visible_to(admin).count() == 3
    assert ProductFile.objects.visible_to(make_user()).count() == 0


HELD_BACK = {
    # State and newest delivered generation of the member OUS, generation and class of the
    # file, whether people outside see it.
    "delivered": ("Delivered", None, None, "product", True),
    "under question": ("QA3InProgress", 1, 1, "product", True),
    "only listed": (None, None, None, "product", True),
    "in review": ("ReadyForReview", None, None, "product", False),
    "in the hold": ("Verified", None, 1, "qa", False),
    "raw data": ("PartiallyObserved", None, None, "raw", True),
    "earlier generation": ("Processing", 1, 1, "product", True),
    "later generation": ("Processing", 1, 2, "product", False),
    "later, not begun": ("Delivered", 1, 2, "product", False),
    "withdrawn": ("Deleted", None, None, "raw", False),
}


@pytest.mark.parametrize("name", HELD_BACK)
def test_people_outside_see_what_was_handed_out(db, name):
    state, delivered, generation, file_class, is_seen = HELD_BACK[name]
    pi, staff = make_user(), make_user(roles=["qa"])
    project = make_project(pi=pi, members=2)
    member = project.memberous_set.first()
    MemberOUS.objects.filter(pk=member.pk).update(state=state, delivery_generation=delivered)
    record(project, member_ous=member, file_class=file_class, generation=generation)

    seen = [ProductFile.objects.visible_to(user).exists() for user in (pi, staff)]

    assert seen == [is_seen, True]


def test_generations_are_files_of_their_own(project):
    member = project.memberous_set.first()

    assert record(project, "package", member_ous=member, generation=1, size_bytes=1) == {
        "created": 1
    }
    assert record(project, "package", member_ous=member, generation=2, size_bytes=2) == {
        "created": 1
    }
    assert record(project, "package", member_ous=member, generation=1, size_bytes=1) == {
        "unchanged": 1
    }
    sizes = ProductFile.objects.values_list("generation", "size_bytes")
    assert dict(sizes) == {1: 1, 2: 2}


def test_listed_file_becomes_part_of_the_first_generation_that_has_it(project):
    member = project.memberous_set.first()
    record(project, "listing", member_ous=member, size_bytes=3)

    assert record(project, "package", member_ous=member, generation=1, size_bytes=4) == {
        "updated": 1
    }
    assert record(project, "listing", member_ous=member, size_bytes=3) == {"unchanged": 1}
    assert record(project, "listing", member_ous=member) == {"unchanged": 1}
    row = ProductFile.objects.get()
    assert (row.generation, row.size_bytes, row.source) == (1, 4, "package")
