"""The cockpit of QA2, taking back, the section for everybody, the report as PDF."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.utils import timezone
from pypdf import PdfReader

from projects.models import ExecBlock, MemberOUS
from projects.services.states import move_state
from qa.models import PipelineRun, QA2Decision
from qa.services.judgements import decide_qa0
from qa.services.reviews import release_verdicts
from tests.factories import settle

NOW = "2026-03-01T12:00:00Z"


@pytest.fixture(autouse=True)
def still():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def member(cast_project, qa, aod):
    """The first member OUS, with goals, one run that failed QA0, and a pipeline report."""
    asked = {"sensitivity_mjy": 1.0, "resolution_arcsec": 0.5}
    cast_project.memberous_set.update(state="FullyObserved", asked=asked, bands=[3])
    cast_project.pi_name = "J. Smith"
    cast_project.save(update_fields=["pi_name"])
    first = cast_project.memberous_set.order_by("pk")[0]
    failed = first.exec_blocks.order_by("pk")[0]
    decide_qa0(failed, outcome="Fail", reasons=["pointing"], actor=aod)
    MemberOUS.objects.filter(pk=first.pk).update(state="ReadyForReview")
    settle(cast_project)
    PipelineRun.objects.create(
        member_ous=first,
        recipe="hifa_calimage",
        casa_version="5.1.1-5",
        pipeline_version="40896",
        source="package",
        digest="x",
        told=TOLD,
    )
    return move_state(first, to="Reviewing", actor=qa)


@pytest.fixture
def reviewer(logged_in, qa):
    return logged_in(qa)


BEAM = {"beam_major_arcsec": 0.5, "beam_minor_arcsec": 0.45}
TOLD = {
    "stages": [
        {"number": 16, "name": "hifa_timegaincal", "score": 0.84, "reason": "X-Y deviation"},
        {"number": 1, "name": "hifa_importdata", "score": 1.0},
        {"number": 2, "name": "hifa_flagdata"},
    ],
    "achieved": [
        {"source": "SgrB2", "windows": ["17"], "kind": "cube", "sensitivity_mjy": 4.0, **BEAM},
        {
            "source": "SgrB2",
            "windows": ["17", "19"],
            "kind": "continuum",
            "sensitivity_mjy": 1.08,
            **BEAM,
        },
        {"source": "J1700-2610", "intent": "CHECK", "sensitivity_mjy": 9.0, "kind": "continuum"},
        {"source": "Foreseen", "is_estimate": True, "sensitivity_mjy": 9.0, "kind": "continuum"},
    ],
}


def page_of(member, rest="qa2/"):
    return f"/ous/{member.ref}/{rest}"


def decide(client, member, outcome, **said):
    member.refresh_from_db()
    return client.post(page_of(member), {"version": member.version, "outcome": outcome, **said})


def text_of(answer):
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_cockpit_sets_asked_got_and_decision_side_by_side(logged_in, qa, member):
    page = text_of(logged_in(qa).get(page_of(member)))

    assert "1 mJy/beam" in page
    assert "rms 8 % above request, tolerance 10 %, judged up to 40 %" not in page
    assert "rms 8 % above request, tolerance 10 %" in page
    assert page.index("SgrB2, window 17, 19") < page.index("SgrB2, window 17</b>")
    assert "J1700-2610" not in page
    assert "Foreseen" not in page
    assert "no: QA0 Fail: Pointing" in page
    assert "QA0: 1 Pass, 1 Fail" in page
    assert "hifa_calimage, CASA 5.1.1-5, pipeline 40896" in page
    assert "16 hifa_timegaincal" in page
    assert page.index("<h2>Got</h2>") < page.index("<h2>Suggestion</h2>")
    for button in (
        "Pass: deliver to J. Smith after 10 minutes",
        "SemiPass: deliver to J. Smith after 10 minutes, with the reasons",
    ):
        assert button in page
    assert 'type="checkbox" name="reasons"' in page
    form = page[page.index('<form class="judge"') :]
    assert " checked" not in form
    assert 'type="radio"' not in form


def test_cockpit_with_no_report_says_so(logged_in, qa, member):
    PipelineRun.objects.all().delete()

    page = text_of(logged_in(qa).get(page_of(member)))

    assert "No pipeline report tells of images" in page
    assert "reduced by hand, or not read yet" in page


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "at once"), (60, "after 1 minute"), (90, "after 90 seconds"), (600, "after 10 minutes")],
)
def test_button_says_how_long_the_hold_is(seconds, words, reviewer, member, settings):
    settings.DELIVERY_HOLD_SECONDS = seconds

    assert f"Pass: deliver to J. Smith {words}<" in text_of(reviewer.get(page_of(member)))


def test_decision_of_the_page_is_recorded_with_checks_and_typed_figures(logged_in, qa, member):
    answer = decide(
        logged_in(qa),
        member,
        "Pass",
        **{"check-bandpass": "on", "check-gains-comment": "fine", "comment": "good"},
        **{"f0-source": "SgrB2", "f0-window": "17, 19", "f0-kind": "continuum"},
        **{"f0-sensitivity_mjy": "1.02", "f0-note": "by hand"},
        **{"n0-source": "B", "n0-kind": "cube", "n0-sensitivity_mjy": "3"},
        reasons=["tsys"],
        extra_executions="1",
    )

    assert (answer.status_code, answer["Location"]) == (302, f"/ous/{member.ref}/")
    kept = QA2Decision.objects.get()
    ticked = {row["code"]: (row["ok"], row["comment"]) for row in kept.checks}
    assert (ticked["bandpass"], ticked["gains"]) == ((True, ""), (False, "fine"))
    got = {
        (row["got"]["source"], row["got"]["kind"]): row["got"]["sensitivity_mjy"]
        for row in kept.figures
    }
    assert got == {("SgrB2", "continuum"): 1.02, ("SgrB2", "cube"): 4.0, ("B", "cube"): 3.0}
    assert kept.figures[0]["replaced"]["sensitivity_mjy"] == 1.08
    assert (kept.outcome, kept.reasons.count(), kept.extra_executions) == ("Pass", 0, None)


@pytest.mark.parametrize(
    ("outcome", "said", "sentence"),
    [
        ("SemiPass", {}, "SemiPass needs at least one reason."),
        ("Fail", {"reasons": ["tsys"]}, "Fail says how many executions more are needed."),
        ("", {}, "This is no QA2 outcome."),
        ("Pass", {"n0-sensitivity_mjy": "-3"}, "“-3” is no number that it can be."),
        ("Pass", {"n0-sensitivity_mjy": "nan"}, "“nan” is no number that it can be."),
        (
            "Pass",
            {"f0-source": "SgrB2", "f0-window": "17, 19", "f0-kind": "continuum",
             "f0-sensitivity_mjy": "1"},
            "Say why, for SgrB2.",
        ),
    ],
)  # fmt: skip
def test_typed_text_survives_a_refusal(outcome, said, sentence, reviewer, member):
    typed = {"comment": "long thought", "check-tsys": "on", "n1-note": "of mine", **said}

    answer = decide(reviewer, member, outcome, **typed)

    page = text_of(answer)
    assert (answer.status_code, sentence in page) == (400, True)
    assert "long thought" in page
    assert 'name="check-tsys" checked' in page
    assert 'name="n1-note" value="of mine"' in page
    assert not QA2Decision.objects.exists()


def test_stale_form_is_shown_again_with_what_was_typed(logged_in, qa, member):
    body = {"version": member.version - 1, "outcome": "Pass", "comment": "long thought"}

    answer = logged_in(qa).post(page_of(member), body)

    assert answer.status_code == 412
    assert "long thought" in text_of(answer)
    assert not QA2Decision.objects.exists()


def test_decision_at_the_wrong_time_is_refused(logged_in, qa, member):
    MemberOUS.objects.filter(pk=member.pk).update(state="Processing")

    answer = decide(logged_in(qa), member, "Pass")

    assert answer.status_code == 409
    assert "It is not under review." in text_of(answer)


def test_decision_in_hold_is_taken_back_from_the_page(logged_in, qa, member):
    client = logged_in(qa)
    decide(client, member, "Pass")
    page = text_of(client.get(page_of(member)))
    assert "QA2 Pass is in hold until" in page
    assert "2026-03-01 12:10:00 UTC" in page
    member.refresh_from_db()

    answer = client.post(page_of(member, "qa2/undo/"), {"version": member.version, "note": "no"})

    member.refresh_from_db()
    assert (answer.status_code, member.state) == (302, "Reviewing")
    page = text_of(client.get(page_of(member)))
    assert "taken back" in page
    late = client.post(page_of(member, "qa2/undo/"), {"version": member.version})
    assert late.status_code == 409


def test_who_reduced_the_data_finds_no_button(logged_in, qa, member):
    MemberOUS.objects.filter(pk=member.pk).update(reducer=qa)

    assert "You reduced these data" in text_of(logged_in(qa).get(page_of(member)))
    assert decide(logged_in(qa), member, "Pass").status_code == 403


def _pages(client, member):
    paths = ["", "history/", "qa2.pdf"]
    pages = [f"/ous/{member.ref}/{path}" for path in paths]
    pages += ["/", "/projects/", "/schedblocks/", f"/projects/{member.project.code}/"]
    pages += [f"/projects/{member.project.code}/{part}/" for part in ("history", "matrix")]
    pages += [f"/ous/{member.group_ous.ref}/", f"/ous/{member.science_goal.ref}/"]
    return {path: client.get(path).getvalue() for path in pages}


def _plain(pages):
    """Without what changes from request to request anyhow."""
    return {
        path: b"" if path.endswith(".pdf") else _without_tokens(page)
        for path, page in pages.items()
    }


def _without_tokens(page):
    lines = page.decode().splitlines()
    return [line for line in lines if "csrf" not in line]


def test_pages_are_the_same_to_people_outside_before_and_during_the_hold(logged_in, qa, pi, member):
    client = logged_in(pi)
    before = _pages(client, member)

    decide(logged_in(qa), member, "SemiPass", reasons=["flux_scale"], comment="x", public="on")

    during = _pages(client, member)
    assert _plain(during) == _plain(before)
    pdf = f"/ous/{member.ref}/qa2.pdf"
    assert words(during[pdf]) == words(before[pdf])
    assert "not decided, or not known" in words(during[pdf])
    release_verdicts(timezone.now() + timedelta(minutes=10))
    page = client.get(f"/ous/{member.ref}/").content.decode()
    assert "SemiPass" in page
    assert "SemiPass" not in str(_plain(during))


def words(pdf):
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return " ".join(text.split())


def test_page_of_the_pi_says_asked_got_and_what_fell_short(logged_in, qa, pi, member):
    PipelineRun.objects.update(
        told={"achieved": [{**TOLD["achieved"][1], "sensitivity_mjy": 1.25}]}
    )
    decide(logged_in(qa), member, "SemiPass", reasons=["rms_above_request"], comment="inside")
    release_verdicts(timezone.now() + timedelta(minutes=10))

    page = text_of(logged_in(pi).get(f"/ous/{member.ref}/"))

    assert "Asked for 1 mJy/beam and 0.5″; got 1.25 mJy/beam and 0.5″ × 0.45″" in page
    assert "<li>rms 25 % above request, tolerance 10 %, judged up to 40 %</li>" in page
    assert "Noise above the request" in page
    assert "by QA reviewer" in page
    assert "inside" not in page
    assert "outside of quality assurance" in page


def test_report_as_pdf_names_what_the_observatory_names(logged_in, qa, member):
    client = logged_in(qa)
    decide(client, member, "Fail", reasons=["tsys"], comment="hot", extra_executions="0.01")

    answer = client.get(page_of(member, "qa2.pdf"))

    assert answer["Content-Type"] == "application/pdf"
    text = words(answer.getvalue())
    runs = ExecBlock.objects.filter(member_ous=member)
    for name in (
        "Status Fail", "Round 1, ended", member.uid, member.group_ous.uid, member.science_goal.uid,
        member.project.code, str(member.sched_blocks.get()), "PI J. Smith", "hifa_calimage",
        "5.1.1-5", "40896", "rms asked for 1 mJy/beam", "rms got 1.08 mJy/beam",
        "Beam asked for 0.5″", "0.5″ × 0.45″", "Executions more 0.01", "Comment hot",
        "scriptForPI.py", "outside of quality assurance", "System temperatures",
        *(run.uid for run in runs), "no, QA0 Fail: Pointing", "1 (not recorded)",
    ):  # fmt: skip
        assert name in text, name


def test_groups_have_no_cockpit_and_no_report(logged_in, qa, member):
    client = logged_in(qa)

    assert client.get(page_of(member.group_ous)).status_code == 404
    assert client.get(page_of(member.group_ous, "qa2.pdf")).status_code == 404
