"""Many at once, with real threads and real commits."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from projects.models import Assignment, ExecBlock, MemberOUS, SchedBlock
from projects.services.states import move_state
from qa.models import QA2Decision
from tests.factories import make_project, make_token, make_user, settle
from tests.log import FromNowOn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

WRITERS = 8
MOVES_EACH = 12
STEPS = ("ObservingTimedOut", "Ready")


def _closing(work, *arguments):
    """Do the work on this thread's own database connection, and close that."""
    try:
        return work(*arguments)
    finally:
        connection.close()


def _write(member_id, drm, start):
    start.wait()
    for number in range(MOVES_EACH):
        member = MemberOUS.objects.get(pk=member_id)
        move_state(member, to=STEPS[number % 2], actor=drm)


def _read(token, cursor, start, writers):
    client = Client(headers={"authorization": f"Token {token}"})
    seen, ended = [], False
    start.wait()
    while True:
        # Asked before the page is read: what they wrote last must still be on it.
        ended = all(writer.done() for writer in writers)
        body = client.get(f"/api/v1/events/?page_size=7&after={cursor}").json()
        seen += body["results"]
        cursor = body["cursor"]
        if ended and not body["results"]:
            return seen


def test_feed_reader_under_eight_writers_misses_none_and_repeats_none():
    drm = make_user("drm", roles=["drm"])
    token = make_token(drm)
    projects = [make_project() for _ in range(WRITERS)]
    members = [project.memberous_set.get().pk for project in projects]
    start, writers, logged = Barrier(WRITERS + 1), [], FromNowOn()
    reading = Client(headers={"authorization": f"Token {token}"})
    cursor = reading.get("/api/v1/events/?page_size=1000").json()["cursor"]

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        writers += [pool.submit(_closing, _write, pk, drm, start) for pk in members]
        reader = pool.submit(_closing, _read, token, cursor, start, writers)
        for writer in writers:
            writer.result()
        seen = reader.result()

    written = logged().order_by("pk")
    assert [line["recorded_at"] for line in seen] == [
        event.recorded_at.isoformat().replace("+00:00", "Z") for event in written
    ]
    moves = [line for line in seen if line["level"] == "member"]
    assert len(moves) == WRITERS * MOVES_EACH
    assert len({line["cursor"] for line in seen}) == len(seen)


def _post(token, ref, tag, to, start):
    client = Client(
        headers={"authorization": f"Token {token}", "if-match": tag}, raise_request_exception=False
    )
    start.wait()
    path = f"/api/v1/ous/{ref}/state/"
    return client.post(path, {"to": to}, "application/json").status_code


@pytest.mark.parametrize("targets", [("Canceled", "Canceled"), ("Canceled", "DoNotObserve")])
@pytest.mark.parametrize("tag", ["current", "*"])
def test_two_writers_on_one_ous_one_wins(targets, tag):
    tokens = [make_token(make_user(f"drm{n}", roles=["drm"])) for n in range(2)]
    member = make_project().memberous_set.get()
    reading = Client(headers={"authorization": f"Token {tokens[0]}"})
    if tag == "current":
        tag = reading.get(f"/api/v1/ous/{member.ref}/status/")["ETag"]
    start, logged = Barrier(2), FromNowOn()

    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(_closing, _post, token, member.ref, tag, to, start)
            for token, to in zip(tokens, targets, strict=True)
        ]
        answers = sorted(one.result() for one in asked)

    assert answers[0] == 200
    assert answers[1] in (409, 412)
    assert logged(member_ous=member).count() == 1
    member.refresh_from_db()
    assert member.state in targets


def _judge(token, ref, tag, outcome, start):
    client = Client(
        headers={"authorization": f"Token {token}", "if-match": tag}, raise_request_exception=False
    )
    start.wait()
    body = {"outcome": outcome, "reasons": [] if outcome == "Pass" else ["pointing"]}
    return client.post(f"/api/v1/execblocks/{ref}/qa0/", body, "application/json").status_code


@pytest.mark.parametrize("outcomes", [("Fail", "Fail"), ("Fail", "Pass")])
def test_two_judges_of_one_execution_one_verdict_and_one_412(outcomes):
    tokens = [make_token(make_user(f"aod{n}", roles=["aod"])) for n in range(2)]
    run = make_project(exec_blocks=1).exec_blocks.get()
    reading = Client(headers={"authorization": f"Token {tokens[0]}"})
    tag = reading.get(f"/api/v1/execblocks/{run.ref}/")["ETag"]
    start, logged = Barrier(2), FromNowOn()

    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(_closing, _judge, token, run.ref, tag, outcome, start)
            for token, outcome in zip(tokens, outcomes, strict=True)
        ]
        answers = sorted(one.result() for one in asked)

    assert answers == [200, 412]
    assert run.qa0_decisions.count() == logged(kind="qa0").count() == 1
    run.refresh_from_db()
    assert run.qa0 == run.qa0_decisions.get().outcome


def _review(token, ref, tag, body, start):
    client = Client(
        headers={"authorization": f"Token {token}", "if-match": tag}, raise_request_exception=False
    )
    start.wait()
    return client.post(f"/api/v1/ous/{ref}/qa2/", body, "application/json").status_code


@pytest.mark.parametrize("outcomes", [("Pass", "Pass"), ("Pass", "Fail"), ("Fail", "SemiPass")])
def test_two_reviewers_of_one_member_ous_one_decision_and_one_412(outcomes):
    people = [make_user(roles=["qa"], qualifications=["QA2APPRV"]) for _ in range(2)]
    tokens = [make_token(person) for person in people]
    project = make_project(members=[{"state": "Reviewing"}], exec_blocks=1)
    member = project.memberous_set.get()
    reading = Client(headers={"authorization": f"Token {tokens[0]}"})
    tag = reading.get(f"/api/v1/ous/{member.ref}/qa2/")["ETag"]
    start, logged = Barrier(2), FromNowOn()
    more = {"Fail": {"extra_executions": 1}}
    given = {"Fail": ["tsys"], "SemiPass": ["tsys"], "Pass": []}
    bodies = [
        {"outcome": outcome, "reasons": given[outcome], **more.get(outcome, {})}
        for outcome in outcomes
    ]

    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(_closing, _review, token, member.ref, tag, body, start)
            for token, body in zip(tokens, bodies, strict=True)
        ]
        answers = sorted(one.result() for one in asked)

    assert answers == [201, 412]
    assert QA2Decision.objects.get().outcome in outcomes
    assert logged(kind="qa2").count() == 1


ROUNDS = 40


def _review_all(token, wanted, start):
    """Decide on one member OUS after the other, each at the moment of the other reviewer."""
    return [_review(token, ref, tag, body, start) for ref, tag, body in wanted]


def test_two_reviewers_at_the_same_moment_time_and_again():
    people = [make_user(roles=["qa"], qualifications=["QA2APPRV"]) for _ in range(2)]
    tokens = [make_token(person) for person in people]
    projects = [make_project(members=[{"state": "Reviewing"}] * 10) for _ in range(ROUNDS // 10)]
    members = [member for project in projects for member in project.memberous_set.all()]
    reading = Client(headers={"authorization": f"Token {tokens[0]}"})
    tags = [reading.get(f"/api/v1/ous/{member.ref}/qa2/")["ETag"] for member in members]
    bodies = cycle([{"outcome": "Pass"}, {"outcome": "SemiPass", "reasons": ["tsys"]}])
    wanted = [
        [(member.ref, tag, next(bodies)) for member, tag in zip(members, tags, strict=True)],
        [(member.ref, tag, {"outcome": "Pass"}) for member, tag in zip(members, tags, strict=True)],
    ]
    start = Barrier(2)

    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(_closing, _review_all, token, each, start)
            for token, each in zip(tokens, wanted, strict=True)
        ]
        answers = Counter(
            tuple(sorted(pair)) for pair in zip(*(one.result() for one in asked), strict=True)
        )

    assert answers == {(201, 412): ROUNDS}
    assert QA2Decision.objects.count() == ROUNDS
    decided = QA2Decision.objects.values("round__member_ous").distinct().count()
    assert decided == ROUNDS


def test_judges_of_all_executions_of_a_block_at_once_leave_counts_and_states_right():
    judges = [make_token(make_user(f"aod{n}", roles=["aod"])) for n in range(4)]
    project = make_project(exec_blocks=4)
    runs = list(project.exec_blocks.order_by("pk"))
    ExecBlock.objects.update(qa0="Unset")
    SchedBlock.objects.update(executions_expected=4)
    settle(project)
    start = Barrier(4)

    with ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(_closing, _judge, token, run.ref, "*", "Pass", start)
            for token, run in zip(judges, runs, strict=True)
        ]
        answers = [one.result() for one in asked]

    block, member = project.sched_blocks.get(), project.memberous_set.get()
    assert answers == [200] * 4
    assert [block.executions_passed, member.executions_passed] == [4, 4]
    assert [block.state, member.state] == ["FullyObserved", "FullyObserved"]


def _claim(token, ref, tag, start):
    client = Client(
        headers={"authorization": f"Token {token}", "if-match": tag}, raise_request_exception=False
    )
    start.wait()
    body = {"act": "claim", "role": "reviewer"}
    return client.post(f"/api/v1/ous/{ref}/assignment/", body, "application/json").status_code


@pytest.mark.parametrize(("tag", "lost"), [("current", 412), ("*", 409)])
def test_two_who_claim_the_same_one_has_it(tag, lost):
    people = [make_user(roles=["qa"], qualifications=["QA2APPRV"]) for _ in range(2)]
    tokens = [make_token(person) for person in people]
    member = make_project(members=[{"state": "ReadyForReview"}]).memberous_set.get()
    reading = Client(headers={"authorization": f"Token {tokens[0]}"})
    if tag == "current":
        tag = reading.get(f"/api/v1/ous/{member.ref}/work/")["ETag"]
    start, logged = Barrier(2), FromNowOn()

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(_closing, _claim, token, member.ref, tag, start) for token in tokens]
        answers = [one.result() for one in asked]

    assert sorted(answers) == [200, lost]
    winner = people[answers.index(200)]
    assert Assignment.objects.get().person == winner
    assert logged(kind="reviewer").get().actor == winner
