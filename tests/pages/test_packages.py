"""Pipeline runs and files on pages: what is told, to whom, and as files."""

import pytest
from django.conf import settings

from deliveries.models import ProductFile
from deliveries.places import package_folder
from ingest.loader import load
from ingest.readers import Source, read_source
from projects.models import MemberOUS
from qa.models import PipelineRun
from qa.pipeline_told import Software, software_of
from snoopi.templatetags.package import digits, file_size, lasted, score
from tests.factories import make_project, make_user
from tests.ingest.packages import STAGE, aquareport, manifest, plain, write_package

STAGES = (
    STAGE.format(number=1, name="hifa_importdata", score="1.0")
    + '<Stage Number="16" Name="hifa_timegaincal" Score="0.84"><RepresentativeScore Score="0.84" '
    'Reason="X-Y &lt;b&gt; deviation"/></Stage>'
    + STAGE.format(number=17, name="hifa_targetflag", score="0.2")
    + STAGE.format(number=18, name="hif_export", score="None")
)
FIGURES = (
    "<ImageSensitivity><SensitivityEstimates Origin='hif_makeimages' StageNumber='20'>"
    "<Sensitivity Field='W3' BwMode='repBW' MsSpwId='16' SensitivityJyPerBeam='0.00049' "
    "BandwidthHz='1875000000' BeamMajArcsec='7.06' BeamMinArcsec='5.24'/>"
    "</SensitivityEstimates></ImageSensitivity>"
)


@pytest.fixture
def pi(db):
    return make_user("pi")


@pytest.fixture
def member(pi):
    return make_project("2017.1.90001.S", pi=pi).memberous_set.get()


@pytest.fixture
def package(member, tmp_path):
    report = aquareport(member.uid, stages=STAGES, figures=FIGURES)
    files = {
        "qa/pipeline_aquareport.xml": report,
        "script/pipeline_manifest.xml": manifest(member.uid),
        "product/a.fits": "x" * 2_500,
    }
    home = write_package(tmp_path, files, f"{plain(member.uid)}/1")
    assert load(read_source(Source.from_path(home))).rejected == []
    MemberOUS.objects.filter(pk=member.pk).update(state="ReadyForReview")
    return member


def page(client, user, path, **query):
    client.force_login(user)
    answer = client.get(path, query)
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode()


def test_page_tells_what_is_worth_a_look_and_what_images_reach(client, package):
    text = page(client, make_user(roles=["qa"]), package.get_absolute_url())

    assert "4 stages: 1 error, 1 sub-optimal, 1 good, 1 no QA." in text
    assert "X-Y &lt;b&gt; deviation" in text
    assert "hifa_targetflag" in text
    assert "hifa_importdata" not in text
    for words in (
        "0.49",
        "7.06 × 5.24",
        "1875",
        "hifa_calimage",
        "a.fits",
        "2.5\N{NO-BREAK SPACE}kB",
    ):
        assert words in text


def test_people_outside_see_neither_before_delivery(client, pi, package):
    for path in ("", "files/", "pipeline/"):
        text = page(client, pi, f"{package.get_absolute_url()}{path}")
        assert "hifa_" not in text
        assert "a.fits" not in text

    MemberOUS.objects.update(state="Delivered", delivery_generation=1)

    text = page(client, pi, package.get_absolute_url())
    assert "hifa_targetflag" in text
    assert "a.fits" in text


def test_citing_box_names_the_versions_of_the_run_that_may_be_read(client, pi, package):
    run = package.pipeline_runs.get()
    path, said = package.get_absolute_url(), "The data were reduced with CASA"
    assert "CASA and pipeline versions: not on file." in page(client, pi, path)
    inside = page(client, make_user(roles=["qa"]), path)

    MemberOUS.objects.update(state="Delivered", delivery_generation=1)

    sentence = f"{said} {run.casa_version} and the ALMA pipeline {run.pipeline_version}."
    for text in (inside, page(client, pi, path)):
        # In sight, and in what the button copies.
        assert text.count(sentence) == 2


def test_versions_cited_are_those_of_the_generation_that_was_delivered():
    runs = [PipelineRun(generation=n, casa_version=f"6.{n}") for n in (3, 2, None)]

    assert software_of(runs, 2) == Software("6.2", "")
    assert software_of(runs, 7) == Software("6.3", "")
    assert software_of([], 1) is None


def test_page_of_runs_has_all_stages(client, package):
    text = page(client, make_user(roles=["qa"]), f"{package.get_absolute_url()}pipeline/")

    assert text.count("hifa_importdata") == 1
    assert "not computed" not in text


def test_stages_and_figures_are_files_too(client, package):
    staff = make_user(roles=["qa"])
    path = f"{package.get_absolute_url()}pipeline/"

    stages = page(client, staff, path, format="csv").splitlines()
    figures = page(client, staff, path, format="csv", table="figures").splitlines()

    assert len(stages) == 5
    assert stages[2].split(",")[1:6] == ["1", "16", "hifa_timegaincal", "0.84", "sub-optimal"]
    assert figures[1].split(",")[1:5] == ["1", "20", "W3", "16"]


def test_file_is_a_link_where_it_may_be_read_and_is_in_the_store(client, pi, package):
    MemberOUS.objects.update(state="Delivered", delivery_generation=1)
    place = package_folder(settings.DATA_DIR, package.ref, 1) / "product"
    place.mkdir(parents=True)
    (place / "a.fits").write_text("x")
    row = ProductFile.objects.get(name="a.fits")

    text = page(client, pi, f"{package.get_absolute_url()}files/")

    assert f'href="/files/{row.pk}/a.fits"' in text
    assert text.count('href="/files/') == 1


def test_files_of_the_levels_above_are_those_below(client, package):
    staff = make_user(roles=["admin"])

    text = page(client, staff, f"{package.group_ous.get_absolute_url()}files/", format="csv")

    names = sorted(line.split(",")[0] for line in text.splitlines()[1:])
    assert names == ["a.fits", "pipeline_aquareport.xml", "pipeline_manifest.xml"]
    client.force_login(staff)
    assert client.get(f"{package.group_ous.get_absolute_url()}pipeline/").status_code == 404


@pytest.mark.parametrize(
    ("size", "words"),
    [(None, "N/A"), (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (2_100_000_000, "2.1 GB")],
)
def test_size_is_told_with_three_digits(size, words):
    assert file_size(size).replace("\N{NO-BREAK SPACE}", " ") == words


def test_numbers_are_told_as_they_were_measured():
    assert [score(None), score(-0.1), score(1.0)] == ["N/A", "-0.10", "1.00"]
    assert [digits(0.49), digits(1875.0), digits(223.5004, 7), digits(None)] == [
        *("0.49", "1875", "223.5004", "N/A"),
    ]
    assert [lasted(22407), lasted(None)] == ["6:13:27", "N/A"]
