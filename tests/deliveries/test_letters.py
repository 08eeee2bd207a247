"""Letters: golden files, the same words in both forms, and facts that try to break out."""

import html
import os
import re
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from deliveries.columns import COLUMNS, width
from deliveries.letters import letter_of, mail_of, subject_of, unsubscriber
from deliveries.models import Notice, NoticeKind
from tests.deliveries.mails import plain_facts

GOLDEN = Path(__file__).parent / "golden"
NASTY = "Bo\r\nBcc: eve@example.org\n.\nQUIT\u2028<script>alert(1)</script>{{ facts }}"


@pytest.mark.parametrize("kind", NoticeKind.values)
@pytest.mark.parametrize("form", ["txt", "html"])
def test_letter_is_as_its_golden_file(kind, form):
    letter = letter_of(kind, plain_facts())
    written = f"{letter.subject}\n\n{letter.text}" if form == "txt" else letter.html
    golden = GOLDEN / f"{kind}.{form}"
    if os.environ.get("SNOOPI_WRITE_GOLDEN"):
        golden.write_text(written)

    assert written == golden.read_text()


@pytest.mark.parametrize("kind", NoticeKind.values)
def test_text_and_html_say_the_same(kind):
    letter = letter_of(kind, plain_facts())

    body = letter.html.partition("<body")[2].partition(">")[2]
    words = html.unescape(re.sub(r"<[^>]*>", " ", body)).split()
    assert "".join(words) == "".join(letter.text.split())


@pytest.mark.parametrize("kind", NoticeKind.values)
def test_first_two_lines_say_which_data_and_what_to_do(kind):
    first, second = letter_of(kind, plain_facts()).text.splitlines()[:2]

    assert "2023.1.00042.S" in first
    assert "uid://A001/X121/X4bc" in first
    assert "https://" in second


@pytest.mark.parametrize("kind", NoticeKind.values)
@pytest.mark.parametrize(
    "title", ["word " * 60, "x" * 300, "銀河" * 150, f"{NASTY} " * 5, "ä\n" * 150]
)
def test_no_line_is_wider_whatever_the_title(kind, title):
    facts = plain_facts(title=title, name=NASTY, sched_blocks=[title, "b_06_TM1"])
    letter = letter_of(kind, facts)

    assert [line for line in letter.text.splitlines() if width(line) > COLUMNS] == []
    assert len(letter.subject.splitlines()) == 1
    assert width(letter.subject) <= 140
    assert "<script>" not in letter.html


def test_delivery_letter_tells_all_that_a_pi_needs():
    text = " ".join(letter_of("delivery", plain_facts()).text.split())

    for words in (
        "uid://A001/X121/X4bc",
        "SgrB2_a_03_7M",
        "2023.1.00042.S",
        "The centre of the Galaxy at 0.1 arcsec",
        "until 2025-02-28 12:30:15 UTC",
        "for 12 months",
        "project delegation",
        "ADS/JAO.ALMA#2023.1.00042.S",
        "No acknowledgement text of your ARC is on file",
        "Visits are arranged there",
        "https://help.almascience.org/",
        "You are the PI of",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"release_date": None}, "Its end is not known yet"),
        ({"is_public": True}, "they are public since 2025-02-28 12:30:15 UTC"),
        ({"months": None}, "yours alone, until 2025-02-28 12:30:15 UTC"),
        ({"again": True, "generation": 2}, "This is delivery 2; it replaces"),
        ({"support": None}, "No ARC is on file for this project"),
        ({"qa2": ""}, "QA2: N/A"),
        ({"acknowledgement": ""}, "No acknowledgement text of ALMA is on file"),
    ],
)
def test_what_is_not_known_is_said(facts, sentence):
    assert sentence in " ".join(letter_of("delivery", plain_facts(**facts)).text.split())


def _mail(kind, **facts):
    notice = Notice(
        kind=kind,
        address="jo@example.org",
        recipient_id=7,
        message_id="<notice.1@snoopi.example.org>",
        facts=plain_facts(**facts),
    )
    raw = mail_of(notice).message().as_bytes()
    return raw, BytesParser(policy=policy.default).parsebytes(raw)


def test_mail_carries_both_forms_and_its_own_message_id():
    _, mail = _mail("delivery", name="Žofie 銀河")

    letter = letter_of("delivery", plain_facts(name="Žofie 銀河"))
    assert mail["Message-ID"] == "<notice.1@snoopi.example.org>"
    assert mail["To"] == "jo@example.org"
    assert mail["From"] == "snoopi@testserver"
    assert mail["Subject"] == letter.subject
    assert mail["Auto-Submitted"] == "auto-generated"
    assert _content(mail, "plain") == letter.text
    assert _content(mail, "html").strip() == letter.html.strip()


def _content(mail, form):
    return mail.get_body((form,)).get_content()


@pytest.mark.parametrize("kind", NoticeKind.values)
def test_facts_inject_no_header(kind):
    raw, mail = _mail(kind, title=NASTY, name=NASTY, sched_blocks=[NASTY], code=NASTY)

    assert mail["Bcc"] is None
    assert mail.get_all("To") == ["jo@example.org"]
    assert max(map(len, raw.splitlines())) <= 998


@pytest.mark.parametrize("kind", NoticeKind.values)
def test_only_optional_mails_can_be_ended_by_one_click(kind):
    _, mail = _mail(kind)

    is_optional = kind in ("first_observed", "fully_observed", "processed_and_reviewed")
    assert (mail["List-Unsubscribe"] is not None) == is_optional
    assert (mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click") == is_optional


def test_link_to_end_them_names_the_person_and_cannot_be_forged():
    _, mail = _mail("first_observed")
    token = mail["List-Unsubscribe"].replace("\n", "").rstrip("/>").rpartition("/")[2]

    assert unsubscriber(token) == 7
    assert unsubscriber(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert unsubscriber("7") is None


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("delivery", "ALMA data delivered: 2023.1.00042.S, SgrB2_a_03_7M"),
        ("qa2", "[AQUA] New QA2 decision for 2023.1.00042.S SgrB2_a_03_7M"),
        ("review_canceled", "[AQUA] Review canceled for 2023.1.00042.S SgrB2_a_03_7M"),
    ],
)
def test_subject_names_the_project_and_its_blocks(kind, subject):
    assert subject_of(kind, plain_facts()) == subject
