"""Letters: golden files, the same words in both forms, and facts that try to break out."""

import html
import os
import re
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliveries.columns import COLUMNS, one_line, width
from deliveries.facts import Facts
from deliveries.letters import letter_of, mail_of, subject_of, unsubscriber
from deliveries.models import Notice, NoticeKind
from deliveries.models.notice import OPTIONAL
from tests.deliveries.mails import plain_facts

GOLDEN = Path(__file__).parent / "golden"
NASTY = "Bo\r\nBcc: eve@example.org\n.\nQUIT\u2028<script>alert(1)</script>{{ facts }}"
# Every kind as it mostly is, and those that read otherwise in other cases.
LETTERS: dict[str, tuple[str, Facts]] = {
    **{kind: (kind, {}) for kind in NoticeKind.values},
    "delivery_again": ("delivery", {"again": True, "generation": 2, "months": None}),
    "delivery_public": ("delivery", {"is_public": True, "release_date": "2024-02-29 12:30:15 UTC"}),
    "delivery_little_known": (
        "delivery",
        {
            **dict.fromkeys(("title", "scientist", "acknowledgement", "qa2"), ""),
            **dict.fromkeys(("support", "release_date", "months")),
            "sched_blocks": [],
        },
    ),
    "delivery_both_texts": (
        "delivery",
        {
            "sched_blocks": ["SgrB2_a_03_7M", "SgrB2_a_03_TM1"],
            "arc_acknowledgement": "We thank the European ARC for its help.",
        },
    ),
    "reminder_public": ("reminder", {"are_public": True}),
    "digest_sample": ("digest", {"is_sample": True, "number": 0, "codes": "", "projects": []}),
    "delegation_phase2": ("delegation", {"delegation": "PHASE2", "until": "", "support": None}),
    "delegation_over": ("delegation", {"is_over": True, "delegation": "TOO"}),
    # As facts were before the site had a page of its own for it.
    "delivery_by_portal": ("delivery", {"access_url": ""}),
    "added_value_public": ("added_value", {"is_public": True}),
    "qa3": ("qa3", {"what": "is being investigated"}),
    "qa3_dismissed": (
        "qa3",
        {"what": "was dismissed", "reasons": ["Supplied by the PI", "Data"], "comment": []},
    ),
    "qa2_taken_back": (
        "qa2",
        {"what": "decision taken back", "outcome": "", "comment": [], "managers": []},
    ),
}


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("form", ["txt", "html"])
def test_letter_is_as_its_golden_file(name, form):
    kind, facts = LETTERS[name]
    letter = letter_of(kind, plain_facts(**facts))
    written = f"{letter.subject}\n\n{letter.text}" if form == "txt" else letter.html
    golden = GOLDEN / f"{name}.{form}"
    if os.environ.get("SNOOPI_WRITE_GOLDEN"):
        golden.write_text(written)

    assert written == golden.read_text()


@pytest.mark.parametrize("name", LETTERS)
def test_text_and_html_say_the_same(name):
    kind, facts = LETTERS[name]
    letter = letter_of(kind, plain_facts(**facts))

    body = letter.html.partition("<body")[2].partition(">")[2]
    words = html.unescape(re.sub(r"<[^>]*>", " ", body)).split()
    assert "".join(words) == "".join(letter.text.split())


@pytest.mark.parametrize("kind", NoticeKind.values)
def test_first_two_lines_say_which_data_and_what_to_do(kind):
    first, second = letter_of(kind, plain_facts()).text.splitlines()[:2]

    assert "2023.1.00042.S" in first
    assert kind in OF_PROJECTS or "uid://A001/X121/X4bc" in first
    assert "https://" in second


ODD_TEXTS = {
    "long words": "word " * 60,
    "one long word": "x" * 300,
    "wide": "銀河" * 150,
    "accents of their own": "e\u0301" * 150,
    "right to left": "\u0634\u0645\u0633 " * 75,
    "turning": "\u202eevil\u2066 name\u2069\u202c \u200f" * 12,
    "lines": "ä\n" * 150,
    "all that ends a line": "a\rb\nc\r\nd\x0be\x0cf\x1cg\x85h\u2028i\u2029j",
    "NUL and its like": "a\x00b\x07c\x1b[31md\x7fe",
    "half a pair": "a\ud800b",
    "headers": "Bo\r\nBcc: eve@example.org\r\nSubject: Other\r\n\r\nNow a body",
    "protocol and markup": f"{NASTY} " * 5,
    "encoded words": "=?utf-8?q?Bcc=3A_eve=40example=2Eorg?= " * 9,
    "an address": f"https://example.org/{'a' * 280}",
}
TOLD = (
    *("title", "name", "code", "scientist", "acknowledgement", "arc_acknowledgement"),
    *("actor", "actor_word", "reducer", "reviewer", "outcome", "what", "role"),
    *("subject", "about", "sentence", "period", "in_time", "delegation", "until"),
    *("subject", "about", "sentence", "period", "in_time"),
)
# What is told of a project, not of one of its parts.
OF_PROJECTS = (NoticeKind.DELEGATION, NoticeKind.REMINDER, NoticeKind.DIGEST)
LINE_ENDS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def odd_facts(text):
    """The facts of a letter where everything that people write is ``text``."""
    support = {**plain_facts()["support"], "name": text, "contact": text}
    listed = {"sched_blocks": [text, "b_06_TM1"], "managers": [text], "comment": [text, text]}
    lines = [{**line, "sched_blocks": [text]} for line in plain_facts()["lines"]]
    projects = [
        {**one, "code": text, "title": text, "lines": lines} for one in plain_facts()["projects"]
    ]
    listed |= {"reasons": [text], "lines": lines, "projects": projects}
    return plain_facts(**dict.fromkeys((*TOLD, "codes"), text), **listed, support=support)


def is_whole(line):
    """Whether a line holds an address or a UID alone, which is never broken."""
    return len(line.split()) == 1 and line.strip().startswith(("https://", "http://", "uid://"))


def assert_well_laid(letter, text):
    """Nothing is too wide, nothing ends a line but what we end, and no word is lost."""
    wide = [line for line in letter.text.split("\n") if width(line) > COLUMNS]
    assert [line for line in wide if not is_whole(line)] == []
    assert LINE_ENDS.findall(letter.text) == []
    assert "".join(one_line(text).split()) in "".join(letter.text.split())
    assert one_line(letter.subject) == letter.subject
    assert width(letter.subject) <= 140


@pytest.mark.parametrize("kind", NoticeKind.values)
@pytest.mark.parametrize("case", ODD_TEXTS)
def test_no_line_is_wider_or_broken_whatever_people_write(kind, case):
    letter = letter_of(kind, odd_facts(ODD_TEXTS[case]))

    assert_well_laid(letter, ODD_TEXTS[case])
    assert "<script>" not in letter.html


@settings(max_examples=40)
@given(kind=st.sampled_from(NoticeKind.values), text=st.text(max_size=300))
def test_no_line_is_wider_or_broken_at_random(kind, text):
    assert_well_laid(letter_of(kind, odd_facts(text)), text)


def test_delivery_letter_tells_all_that_a_pi_needs():
    text = " ".join(letter_of("delivery", plain_facts()).text.split())

    for words in (
        "uid://A001/X121/X4bc",
        "SgrB2_a_03_7M",
        "2023.1.00042.S",
        "The centre of the Galaxy at 0.1 arcsec",
        "until 2025-02-28 12:30:15 UTC",
        "for 12 months",
        "add the person by user name or mail address",
        "https://snoopi.example.org/projects/2023.1.00042.S/access/",
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
    return _parsed(kind, plain_facts(**facts))


def _parsed(kind, facts):
    notice = Notice(
        kind=kind,
        address="jo@example.org",
        recipient_id=7,
        message_id="<notice.1@snoopi.example.org>",
        facts=facts,
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


HEADERS = (
    *("Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version"),
    *("Message-ID", "Subject", "To"),
)
ENDING = ("List-Unsubscribe", "List-Unsubscribe-Post")
PART_HEADERS = ["Content-Transfer-Encoding", "Content-Type", "MIME-Version"]


@pytest.mark.parametrize("kind", ["delivery", "first_observed", "qa2"])
@pytest.mark.parametrize("case", ODD_TEXTS)
def test_what_people_write_makes_no_header(kind, case):
    facts = odd_facts(ODD_TEXTS[case])
    raw, mail = _parsed(kind, facts)
    again = _parsed(kind, facts)[1]

    letter = letter_of(kind, facts)
    expected = [*HEADERS, *(ENDING if kind in OPTIONAL else ())]
    assert sorted(mail.keys()) == sorted(expected)
    assert [header.defects for header in mail.values() if header.defects] == []
    assert mail["To"] == "jo@example.org"
    assert " ".join(mail["Subject"].split()) == letter.subject
    assert mail["Message-ID"] == again["Message-ID"] == "<notice.1@snoopi.example.org>"
    assert max(map(len, raw.splitlines())) <= 998
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    for part in mail.iter_parts():
        assert sorted(part.keys()) == PART_HEADERS
        assert part.defects == []
    assert _content(mail, "plain") == letter.text


@pytest.mark.parametrize("kind", NoticeKind.values)
def test_only_optional_mails_can_be_ended_by_one_click(kind):
    _, mail = _mail(kind)

    is_optional = kind in OPTIONAL
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
