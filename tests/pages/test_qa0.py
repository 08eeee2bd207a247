"""Judging an execution from its page, declaring a block observed, settling late verdicts."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import Event, ExecBlock, MemberOUS, SchedBlock
from qa.models import ExecReport, LateVerdict, QA0Decision
from qa.observed import TsysSamples
from qa.services.judgements import decide_qa0
from qa.stored import as_json
from tests.ingest.readers.asdm_files import execution
from tests.pages.test_things import fact, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(cast_project):
    return cast_project.exec_blocks.order_by("pk")[0]


@pytest.fixture
def judge(aod, logged_in):
    return logged_in(aod)


@pytest.fixture
def as_somebody(somebody, logged_in):
    return lambda who: logged_in(somebody(who))


def address(run):
    return reverse("projects:exec-block-qa0", args=[run.ref])


def post(client, run, outcome="Fail", reasons=("pointing",), version=None, **form):
    data = {"outcome": outcome, "reasons": reasons, "version": version or run.version, **form}
    return client.post(address(run), data)


def shown(answer):
    return answer.content.decode()


def test_verdict_is_recorded_and_leads_back_to_the_report(aod, run, logged_in):
    answer = post(logged_in(aod), run, comment="off source", public="on", execution_fraction="0.25")

    decision = QA0Decision.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, run.get_absolute_url())
    assert (decision.outcome, decision.comment, decision.comment_public) == (
        "Fail",
        "off source",
        True,
    )
    assert (decision.execution_fraction, decision.decided_by) == (Decimal("0.25"), aod)
    assert [reason.code for reason in decision.reasons.all()] == ["pointing"]


def test_form_starts_with_the_verdict_that_counts(aod, run, logged_in):
    decide_qa0(run, outcome="SemiPass", reasons=["opacity"], comment="clouds", actor=aod)

    page = shown(logged_in(aod).get(address(run)))

    assert 'value="SemiPass" checked' in page
    assert 'value="opacity" checked' in page
    assert page.count(" checked>") == 3  # the color scheme is the third
    assert ">\nclouds</textarea>" in page
    assert f'name="version" value="{run.version}"' in page


@pytest.mark.parametrize(
    ("form", "said", "kept"),
    [
        ({"reasons": ()}, "Fail needs at least one reason.", 'value="Fail" checked'),
        ({"reasons": ("other",)}, "needs a comment", 'value="other" checked'),
        ({"outcome": "Pass"}, "Pass takes no reasons.", 'value="pointing" checked'),
        ({"reasons": ("nonsense",)}, "not one of the available", 'value="Fail" checked'),
        ({"reasons": ("awaits_check",)}, "no reason for Fail", 'value="awaits_check" checked'),
        ({"execution_fraction": "much"}, "Enter a number.", 'value="much"'),
        ({"execution_fraction": "100"}, "from 0 to 99.99", 'value="100"'),
        ({"outcome": ""}, "This is no QA0 verdict.", 'value="pointing" checked'),
        ({"comment": "a\0b"}, "Null characters", 'value="Fail" checked'),
    ],
)
def test_what_cannot_be_so_is_said_and_what_was_typed_is_kept(form, said, kept, judge, run):
    answer = post(judge, run, **form)

    assert answer.status_code == 400
    assert said in shown(answer)
    assert kept in shown(answer)
    assert not QA0Decision.objects.exists()


def test_stale_form_shows_the_new_verdict_keeps_what_was_typed_and_can_be_sent_again(
    aod, qa, run, logged_in
):
    old = run.version
    decide_qa0(run, outcome="SemiPass", reasons=["opacity"], actor=qa)
    client = logged_in(aod)

    answer = post(client, run, version=old, comment="antennas were off source")

    page = shown(answer)
    assert answer.status_code == 412
    assert "The verdict is now SemiPass, by Qa" in page
    assert "antennas were off source</textarea>" in page
    assert 'value="Fail" checked' in page
    assert f'name="version" value="{run.version}"' in page
    assert post(client, run, comment="antennas were off source").status_code == 302
    assert ExecBlock.objects.get(pk=run.pk).qa0 == "Fail"


@pytest.mark.parametrize("version", ["9" * 5000, "-1", "", "x", "²"])
def test_version_that_no_form_has_is_stale(version, aod, run, logged_in):
    answer = post(logged_in(aod), run, version=version or " ")

    assert answer.status_code == 412


@pytest.mark.parametrize(
    ("who", "status"), [("pi", 403), ("coi", 403), ("stranger", 404), ("arc", 403), ("admin", 403)]
)
def test_judging_is_not_theirs(who, status, somebody, run, logged_in):
    client = logged_in(somebody(who))
    run.refresh_from_db()

    assert client.get(address(run)).status_code == status
    assert post(client, run).status_code == status
    assert not QA0Decision.objects.exists()


@pytest.mark.parametrize(("who", "offered"), [("aod", True), ("pi", False), ("admin", False)])
def test_way_to_the_form_is_offered_to_who_may(who, offered, somebody, run, logged_in):
    page = text_of(logged_in(somebody(who)), run)

    assert ("Judge this execution" in page) is offered


def test_people_outside_read_verdict_reasons_and_role_and_a_public_comment(aod, pi, run, logged_in):
    given = {"outcome": "Fail", "reasons": ["pointing"], "actor": aod}
    decide_qa0(run, comment="a word among us", **given)
    inside, before = text_of(logged_in(aod), run), text_of(logged_in(pi), run)
    decide_qa0(run, comment="a word for all", comment_public=True, **given)
    after = text_of(logged_in(pi), run)

    assert fact(before, "Reasons") == "Pointing (Antenna)"
    assert "by astronomer on duty" in before
    assert "a word among us" in inside
    assert "by Aod" in inside
    assert "a word among us" not in before + after
    assert fact(after, "Comment") == "a word for all"
    assert "Earlier verdicts" in after


def test_form_shows_figures_and_how_the_fraction_comes_about(aod, run, logged_in):
    antennas = "\n".join(f"CM{number:02d}" for number in range(1, 10))
    ExecBlock.objects.filter(pk=run.pk).update(antenna_names=antennas)

    page = shown(logged_in(aod).get(address(run)))

    # 9 × 8 / (10 × 9) = 0.80
    assert 'name="execution_fraction" value="0.80"' in page
    assert "Antennas: 9 × 8 / (10 × 9) = 0.800" in page
    assert fact(page, "Array") == "7m Array, 9 antennas"


def test_difference_with_a_source_is_shown_to_staff(aod, pi, run, logged_in):
    decide_qa0(run, outcome="Fail", reasons=["pointing"], actor=aod)

    assert "the observatory: Pass, read" in text_of(logged_in(aod), run)
    assert "Upstream says otherwise" not in text_of(logged_in(pi), run)


@pytest.fixture
def late(cast_project, aod):
    member = cast_project.memberous_set.order_by("pk")[0]
    MemberOUS.objects.filter(pk=member.pk).update(state="Delivered")
    run = ExecBlock.objects.filter(member_ous=member)[0]
    decide_qa0(run, outcome="Fail", reasons=["pointing"], actor=aod)
    return LateVerdict.objects.get()


def settle(client, row, **form):
    path = reverse("projects:late-verdict", args=[row.member_ous.ref])
    return client.post(path, {"late": row.pk, "note": "the products stand", **form})


def test_late_verdict_is_shown_to_staff_and_settled_by_who_may(late, drm, aod, pi, logged_in):
    member = late.member_ous

    assert "the observatory may open a QA3" in text_of(logged_in(aod), member)
    assert "What came of it" not in text_of(logged_in(aod), member)
    assert "What came of it" in text_of(logged_in(drm), member)
    assert "Late QA0 verdicts" not in text_of(logged_in(pi), member)
    assert settle(logged_in(drm), late).status_code == 302
    assert settle(logged_in(drm), late).status_code == 409
    assert "the products stand" in text_of(logged_in(aod), member)


@pytest.mark.parametrize(
    ("who", "form", "status"),
    [
        ("drm", {"note": " "}, 400),
        ("drm", {"late": "x"}, 404),
        ("drm", {"late": "999999999"}, 404),
        ("aod", {}, 403),
        ("pi", {}, 403),
        ("stranger", {}, 404),
    ],
)
def test_late_verdict_that_cannot_be_settled_stays_open(who, form, status, late, as_somebody):
    assert settle(as_somebody(who), late, **form).status_code == status
    assert LateVerdict.objects.open().count() == 1


def declare(client, block, **form):
    data = {"to": "FullyObserved", "version": block.version, "note": "the target has set", **form}
    return client.post(reverse("projects:sched-block-state", args=[block.ref]), data)


def test_block_is_declared_observed_with_a_reason_and_takes_its_member_along(
    drm, cast_project, logged_in
):
    block = cast_project.sched_blocks.order_by("pk")[0]
    SchedBlock.objects.filter(pk=block.pk).update(state="Ready")
    client = logged_in(drm)

    missing = declare(client, block, note=" ")
    taken = declare(client, block)

    event = Event.objects.get(sched_block=block, to="FullyObserved")
    block.refresh_from_db()
    assert (missing.status_code, taken.status_code) == (400, 302)
    assert "needs a reason" in shown(missing)
    assert (block.state, block.member_ous.state) == ("FullyObserved", "FullyObserved")
    assert (event.note, event.actor) == ("the target has set", drm)


@pytest.mark.parametrize(("who", "offered"), [("drm", True), ("aod", True), ("pi", False)])
def test_steps_of_a_block_are_offered_to_who_may_take_them(
    who, offered, somebody, cast_project, logged_in
):
    SchedBlock.objects.update(state="Ready")
    block = cast_project.sched_blocks.order_by("pk")[0]
    page = text_of(logged_in(somebody(who)), block)

    assert ("Take a step" in page) is offered
    assert ('value="FullyObserved"' in page) is (who == "drm")


@pytest.mark.parametrize(
    ("who", "form", "status"),
    [
        ("drm", {"version": "1000"}, 412),
        ("drm", {"to": "Delivered"}, 409),
        ("aod", {}, 403),
        ("pi", {}, 403),
        ("stranger", {}, 404),
    ],
)
def test_declaration_that_is_refused_changes_nothing(who, form, status, cast_project, as_somebody):
    client = as_somebody(who)
    block = cast_project.sched_blocks.order_by("pk")[0]
    SchedBlock.objects.filter(pk=block.pk).update(state="Ready")

    assert declare(client, block, **form).status_code == status
    assert SchedBlock.objects.get(pk=block.pk).state == "Ready"


def test_form_opens_for_a_data_set_without_temperatures(judge, run):
    observed = as_json(execution(tsys=TsysSamples()))
    ExecReport.objects.create(
        exec_block=run, observed=observed, digest="x", recorded_at=timezone.now()
    )

    page = " ".join(shown(judge.get(address(run))).split())

    assert "<dt>Average T<sub>sys</sub></dt><dd>N/A</dd>" in page
