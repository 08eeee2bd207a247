"""The report of an execution block as PDF, opened and read."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from snoopi.sheet import Column, Facts, Sheet, Table, pdf_of
from tests.factories import make_project, make_token, make_user
from tests.pages.test_exec_report import REF, pi

__all__ = ["pi"]
PATH = f"/execblocks/{REF}/report.pdf"


def words(data: bytes) -> str:
    """The text of a PDF, its blanks made one."""
    pages = PdfReader(BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture
def text(pi, logged_in):
    answer = logged_in(pi).get(PATH)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return words(answer.content)


@pytest.mark.django_db
def test_pdf_tells_the_numbers_of_the_page(text):
    for shown in (
        "Execution block uid://A002/X85dcf7/Xefe",
        "2013.1.00269.S · Observing the centre of the galaxy with ALMA",
        "Average Tsys 41.79",
        "σ 21.35",
        "Tsys, min N/A",
        "Tsys, max 64.55",
        "Shortest baseline 8.86 m",
        "Longest baseline 48.95 m",
        "L80 36.93 m",
        "Angular resolution 10.53″",
        "Science Target SgrB2",
        "26.21",
        "64 samples are zero or no number: not measured.",
    ):
        assert shown in text, shown


@pytest.mark.django_db
def test_pdf_tells_verdict_and_checks(text):
    assert "Verdict Pass" in text
    assert "Execution fraction" in text
    assert "Other checks:" in text or "Limit" in text


@pytest.mark.django_db
def test_pdf_is_named_after_its_execution(pi, logged_in):
    answer = logged_in(pi).get(PATH)

    assert answer["Content-Disposition"] == f'inline; filename="{REF}.report.pdf"'
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
def test_script_gets_the_pdf_with_its_token(pi, client):
    token = make_token(pi, scope="read")

    told = client.get(PATH, headers={"Authorization": f"Token {token}"})
    stranger = make_token(make_user(), scope="read")
    refused = client.get(PATH, headers={"Authorization": f"Token {stranger}"})
    bad = client.get(PATH, headers={"Authorization": "Token nonsense"})

    assert told.content[:5] == b"%PDF-"
    assert (refused.status_code, bad.status_code) == (404, 302)


@pytest.mark.django_db
def test_pdf_without_a_data_set_says_so(drm, logged_in):
    run = make_project(exec_blocks=1).exec_blocks.get()

    text = words(logged_in(drm).get(f"/execblocks/{run.ref}/report.pdf").content)

    assert "No ASDM has been read for this execution block." in text
    assert "Average Tsys N/A" in text


def test_no_text_of_a_project_is_read_as_markup():
    evil = '#panic("x") $a$ *b* \\u{41} "quoted" <label> @ref /* c */ [d] `e`'
    sheet = Sheet(
        evil,
        [evil],
        [Facts(evil, [(evil, evil)]), Table(evil, [Column(evil, wide=True)], [[evil]])],
        [evil],
    )

    told = words(pdf_of(sheet))

    assert told.count('#panic("x") $a$ *b* \\u{41} "quoted" <label> @ref') == 9


def test_long_sheet_goes_over_pages_with_its_head_repeated():
    rows = [[f"row {number}"] for number in range(200)]
    pages = PdfReader(BytesIO(pdf_of(Sheet("T", [], [Table("P", [Column("Head")], rows)])))).pages

    assert len(pages) > 2
    assert all("Head" in page.extract_text() for page in pages)


def test_pdf_has_a_title_and_is_tagged():
    reader = PdfReader(BytesIO(pdf_of(Sheet("Report of Xefe", [], []))))

    assert reader.metadata.title == "Report of Xefe"
    assert "/StructTreeRoot" in reader.root_object
