"""Queries that every address costs: literal numbers, the same for 1, 3 and 300 of everything.

All GET rows of the access matrix, as the PI and as an administrator. One query of a call is
its token's; two of a page are its session's and its account's.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, User, ViewedPage, Viewing
from deliveries.models import ClockEntry, Delivery, Notice, ProductFile
from ingest.models import IngestJob, IngestProblem, IngestSource
from projects.models import (
    Assignment,
    Blockage,
    Event,
    JournalEntry,
    MemberOUS,
    Membership,
    Project,
    ProjectToken,
    SeasonAct,
    SeasonStep,
    Ticket,
)
from qa.models import PipelineRun, QA2Round
from snoopi.demo.plans import Goal, Tie
from snoopi.demo.snapshot import (
    block_now,
    execution_now,
    goal_now,
    group_now,
    member_now,
    named_block,
    named_goal,
    named_group,
    named_member,
    named_project,
    project_now,
)
from snoopi.demo.world import bring_in
from tests.access.matrix import ASKED, ROWS, Row
from tests.access.world import World, build_world, rolled_back
from tests.factories import check_keys_now, make_project, new_uid

pytestmark = pytest.mark.django_db

# What is asked for; queries for the PI, for an administrator.
_TABLE = """
GET healthz -                                       0      0
GET readyz -                                        0      0
GET home -                                          5      6
GET search -                                        2      2
GET search -+text                                   6      6
GET search -+csv                                    2      2
GET help -                                          2      2
GET ingest -                                        2      5
GET ingest -+csv                                    2      3
GET mail -                                          3      3
GET mail -+csv                                      3      3
GET mail-detail mail                                3      3
GET mail-html mail                                  3      3
GET mail-settings -                                 4      4
GET view-as -                                       2      2
GET view-as -+text                                  2      3
GET view-as-log -                                   2      3
GET view-as-log -+csv                               2      3
GET view-as-pages viewing                           2      4
GET view-as-pages viewing+csv                       2      4
GET projects:project-list -                         6      6
GET projects:project-list -+csv                     5      5
GET projects:project-detail project                 6      6
GET projects:project-detail project+then           12     12
GET projects:project-matrix project                 6      6
GET projects:project-matrix project+csv             6      6
GET projects:project-access project                 6      4
GET delegations -                                   4      4
GET api:project-access project                      4      3
GET api:project-access project+csv                  4      3
GET api:project-tokens project                      4      3
GET api:project-tokens project+csv                  4      3
GET projects:project-history project                4      4
GET projects:project-history project+csv            4      4
GET projects:sched-block-list -                     4      4
GET projects:sched-block-list -+csv                 3      3
GET projects:sched-block-detail block               5      5
GET projects:sched-block-detail block+csv           4      4
GET projects:sched-block-history block              4      4
GET projects:sched-block-history block+csv          4      4
GET projects:ous-detail member                     17     21
GET projects:ous-detail member+then                12     12
GET projects:ous-detail group                       6      6
GET projects:ous-detail goal                        7      7
GET projects:ous-detail member+csv                  4      4
GET projects:ous-detail goal+csv                    6      6
GET projects:ous-files member                       6      5
GET projects:ous-files goal                         8      7
GET projects:ous-files member+csv                   6      5
GET projects:ous-pipeline member                    4      4
GET projects:ous-pipeline member+csv                4      4
GET projects:ous-history member                     4      4
GET projects:ous-history group                      6      6
GET projects:ous-history member+csv                 4      4
GET projects:ous-journal member                     3      4
GET projects:ous-journal member+csv                 3      4
GET qa-queues -                                     2      4
GET qa-calibrations -                               2      4
GET qa-calibrations -+csv                           2      3
GET qa-calibration-new -                            2      2
GET qa-calibration calibration                      2      4
GET qa-turnaround -                                 2      6
GET qa-turnaround -+csv                             2      6
GET qa-turnaround -+json                            2      6
GET qa-seasons -                                    2      4
GET qa-season season                                2      7
GET qa-season season+csv                            2      4
GET qa-queue queue                                  2      5
GET qa-queue queue+csv                              2      4
GET deliveries -                                    3      4
GET deliveries -+text                               3      4
GET deliveries -+csv                                3      3
GET blankets -                                      2      3
GET product-file file                               5      4
GET product-file file+reason                        5      5
GET product-file public_file                        5      4
GET projects:ous-qa2-pdf member                    10     10
GET projects:ous-qa3 member                          4      4
GET projects:exec-block-plot plot                   3      3
GET projects:exec-block-plot plot+csv               3      3
GET projects:exec-block-plot plot+json              3      3
GET projects:exec-block-detail run                  6      6
GET projects:exec-block-report-pdf run              6      6
GET projects:exec-block-qa0 run                     3      3
GET accounts:login -                                2      2
GET accounts:settings -                             4      4
GET api:project-list -                              2      2
GET api:project-list -+csv                          2      2
GET api:project-detail project                      2      2
GET api:project-detail project+then                10     10
GET api:project-tree project                        2      2
GET api:project-tree project+then                  10     10
GET api:project-matrix project                      5      5
GET api:project-matrix project+csv                  5      5
GET api:ous-list -                                  2      2
GET api:ous-list -+csv                              2      2
GET api:ous-list -+votable                          2      2
GET api:ous-detail member                           2      2
GET api:ous-detail member+then                     14     14
GET api:ous-detail group                            4      4
GET api:ous-detail goal                             4      4
GET api:ous-status member                           2      2
GET api:ous-status member+then                     14     14
GET api:ous-status group                            4      4
GET api:ous-status group+then                      16     16
GET api:ous-history member                          3      3
GET api:ous-history member+csv                      3      3
GET api:ous-qa2 member                              6      6
GET api:ous-exec-blocks member                      3      3
GET api:ous-exec-blocks member+csv                  3      3
GET api:ous-exec-blocks member+votable              3      3
GET api:ous-files member                            5      4
GET api:ous-files goal                              7      6
GET api:ous-files member+csv                        5      4
GET api:ous-files member+votable                    5      4
GET api:file-list -                                 4      3
GET api:file-list -+csv                             4      3
GET api:file-list -+votable                         4      3
GET api:ous-work member                             2      5
GET api:ous-journal member                          2      3
GET api:ous-journal member+csv                      2      3
GET api:queue-list -                                1      2
GET api:queue-detail queue                          1      3
GET api:queue-detail queue+csv                      1      3
GET api:turnaround -                                1      5
GET api:turnaround -+csv                            1      5
GET api:turnaround-list -                           1      6
GET api:turnaround-list -+csv                       1      6
GET api:sched-block-list -                          2      2
GET api:sched-block-list -+csv                      2      2
GET api:sched-block-detail block                    3      3
GET api:sched-block-history block                   3      3
GET api:sched-block-history block+csv               3      3
GET api:exec-block-list -                           2      2
GET api:exec-block-list -+csv                       2      2
GET api:exec-block-list -+votable                   2      2
GET api:exec-block-detail run                       5      5
GET api:reason-list -                               1      1
GET api:late-verdict-list -                         1      3
GET api:late-verdict-list -+csv                     1      2
GET api:delivery-list -                             2      2
GET api:delivery-list -+csv                         2      2
GET api:calibration-list -                          1      2
GET api:calibration-list -+csv                      1      2
GET api:calibration-detail calibration              1      3
GET api:season-list -                               1      2
GET api:season-list -+csv                           1      2
GET api:season-detail season                        1      2
GET api:blanket-list -                              1      2
GET api:blanket-list -+csv                          1      2
GET api:ous-clock member                            6      5
GET api:event-feed -                                2      2
GET api:event-feed -+csv                            2      2
GET api:ingest-list -                               1      2
GET api:ingest-list -+csv                           1      2
GET api:ingest-job job                              1      4
GET api:source-list -                               1      2
GET api:source-detail source                        1      2
GET api:token-list -                                2      2
GET api:token-list -+csv                            2      2
GET api:viewing-list -                              1      2
GET api:viewing-requests viewing                    1      3
GET api:mail-list -                                 2      2
GET api:mail-list -+csv                             2      2
GET api:me -                                        1      1
GET api:schema -                                    1      1
GET api:docs -                                      1      1
304 GET api:project-detail project                  2      2
304 GET api:project-tree project                    2      2
304 GET api:project-matrix project                  2      2
304 GET api:project-matrix project+csv              2      2
304 GET api:ous-detail member                       2      2
304 GET api:ous-detail group                        4      4
304 GET api:ous-detail goal                         4      4
304 GET api:ous-status member                       2      2
304 GET api:ous-status group                        4      4
304 GET api:sched-block-detail block                2      2
304 GET api:exec-block-detail run                   2      2
POST api:ous-batch                                  3      3
"""
COSTS = {
    name.strip(): (int(for_pi), int(for_admin))
    for name, for_pi, for_admin in (line.rsplit(None, 2) for line in _TABLE.splitlines() if line)
}
TOKEN, SESSION = 1, 2
# PERFORMANCE G3, without the allowance for finding out who asks.
LIMITS = {
    "GET api:ous-status member": 1,
    "GET api:project-tree project": 5,
    "GET projects:project-detail project": 6,
    "GET home -": 6,
    "GET projects:project-list -": 4,
    "GET projects:sched-block-list -": 4,
    "GET api:project-list -": 2,
    "GET api:ous-list -": 2,
    "GET api:sched-block-list -": 2,
    "GET api:exec-block-list -": 2,
    "GET api:event-feed -": 2,
    "POST api:ous-batch": 3,
}
_TARGETS = (
    "-",
    "project",
    "member",
    "group",
    "goal",
    "block",
    "run",
    "plot",
    "file",
    "public_file",
    "job",
    "source",
    "viewing",
    "mail",
    "queue",
    "calibration",
    "season",
)
READ = [row for row in ROWS if row.method == "GET" and row.target in _TARGETS]
# The past has no version: its tag is read off the answer.
CONDITIONAL = [
    row
    for row in READ
    if row.variant != "then"
    and row.route
    in {
        "api:project-detail",
        "api:project-tree",
        "api:project-matrix",
        "api:ous-detail",
        "api:ous-status",
        "api:sched-block-detail",
        "api:exec-block-detail",
    }
]


@pytest.fixture(scope="module", params=[1, 3, 300])
def world_of(request: pytest.FixtureRequest, database: None) -> Iterator[World]:
    """A world with so many projects, parts of the project, events, tokens, jobs."""
    with rolled_back():
        world = build_world()
        _multiply(world, request.param)
        check_keys_now()
        yield world


def _multiply(world: World, number: int) -> None:
    project = world.projects["project"]
    more = number - 1
    _add_projects(world.users["pi"], more)
    _add_parts(project, more)
    _add_happenings(project, more)
    _add_viewings(world, more)
    _add_access(world, more)
    _add_products(project, number)
    _add_mails(world, more)
    _add_work(world, number)
    _add_deliveries(project, more)
    _add_acts(world, number)
    jobs = IngestJob.objects.bulk_create(IngestJob(source=f"{n}.json") for n in range(more))
    IngestProblem.objects.bulk_create(IngestProblem(job=job, reason="no UID") for job in jobs)
    IngestSource.objects.bulk_create(
        IngestSource(name=f"s{n}", kind="folder", address="/x", every_s=60, selection="x")
        for n in range(more)
    )
    ApiToken.objects.bulk_create(
        ApiToken(user=world.users[name], digest=f"{name}{n}", hint="x", expires_at=None)
        for name in ("pi", "admin")
        for n in range(more)
    )


def _add_acts(world: World, number: int) -> None:
    """Acts on seasons, and what the first of them did to things of the project."""
    drm, now = world.users["drm"], timezone.now()
    common = {"kind": "end", "reason": "x", "at": now, "done_at": now, "decided_by": drm}
    SeasonAct.objects.bulk_create(SeasonAct(cycle=f"{n}", **common) for n in range(1, number))
    own = Event.objects.filter(project=world.projects["project"], season_step=None)
    events = own.filter(level="member_ous")
    SeasonStep.objects.bulk_create(
        SeasonStep(act_id=world.things["season"], event=event, fate="timed_out")
        for event in events[:number]
    )


def _add_products(project: Project, number: int) -> None:
    """Files of the first member OUS, and runs of the pipeline on it, delivered as they are."""
    first = project.memberous_set.order_by("pk")[0]
    common = {"member_ous": first, "generation": 1, "source": "x"}
    ProductFile.objects.bulk_create(
        ProductFile(project=project, path=f"product/{n}.fits", name=f"{n}.fits", **common)
        for n in range(number)
    )
    stages = {"stages": [{"number": n, "score": 0.5} for n in range(number)]}
    PipelineRun.objects.bulk_create(
        PipelineRun(told=stages, digest="x", **common) for _ in range(number)
    )


def _add_deliveries(project: Project, more: int) -> None:
    """Deliveries of other projects and of this one's other member OUSs, and a longer ledger."""
    first, *others = project.memberous_set.order_by("pk")
    for member in others:
        round_ = QA2Round.objects.create(
            member_ous=member, number=99, opened_at=timezone.now(), closed_at=timezone.now()
        )
        Delivery.objects.create(member_ous=member, project=project, qa2_round=round_)
    ClockEntry.objects.bulk_create(
        ClockEntry(member_ous=first, kind="extension", at=timezone.now(), months=1, role_word="x")
        for _ in range(more)
    )


def _add_access(world: World, more: int) -> None:
    """More delegees of the project, more delegated to the PI, and more tokens of the project."""
    project, pi = world.projects["project"], world.users["pi"]
    until = timezone.now() + timedelta(days=1)
    tied = {"role": "DELEGEE", "kind": "DATA", "ends_at": until, "given_by": pi}
    Membership.objects.bulk_create(
        Membership(project=project, user=person, **tied)
        for person in (world.users["stranger"], pi)
        for _ in range(more)
    )
    ProjectToken.objects.bulk_create(
        ProjectToken(project=project, name="x", digest=f"key{n}", hint="x", issued_by=pi)
        for n in range(more)
    )


def _add_viewings(world: World, more: int) -> None:
    """More that staff saw as the PI, and more pages of the last."""
    last = Viewing.objects.get(pk=world.things["viewing"])
    facts = {"actor": last.actor, "actor_word": "x", "reason": "x", "ends_at": last.ends_at}
    Viewing.objects.bulk_create(Viewing(viewed=world.users["pi"], **facts) for _ in range(more))
    ViewedPage.objects.bulk_create(
        ViewedPage(viewing=last, method="GET", path=f"/{n}", status=200) for n in range(more)
    )


def _add_work(world: World, number: int) -> None:
    """Queues and journals, with as much in them."""
    project, admin = world.projects["project"], world.users["admin"]
    first = project.memberous_set.order_by("pk")[0]
    waiting = MemberOUS.objects.filter(state="ReadyForReview").order_by("pk")[0]
    crowd = make_project(members=[{"state": "ReadyForReview"}] * number)
    crowd.memberous_set.update(reducer=world.users["reducer"], reviewer=world.users["qa"])
    for member in (first, waiting):
        kept = {"member_ous": member, "by": admin}
        JournalEntry.objects.bulk_create(JournalEntry(text=f"{n}", **kept) for n in range(number))
        Ticket.objects.bulk_create(Ticket(reference=f"T-{n}", **kept) for n in range(number))
        over = {**kept, "person": admin, "role": "reducer", "until": timezone.now()}
        Assignment.objects.bulk_create(Assignment(**over) for _ in range(number))
        begun = {**kept, "reason": "pi", "state": "x", "since": timezone.now()}
        Blockage.objects.bulk_create(
            Blockage(until=timezone.now(), ended_by=admin, **begun) for _ in range(number)
        )


def _add_mails(world: World, more: int) -> None:
    """More of what was mailed to the PI."""
    notice = Notice.objects.get(pk=world.things["mail"])
    facts = {name: getattr(notice, name) for name in ("kind", "occasion", "address", "facts")}
    keys = {name: getattr(notice, name) for name in ("project", "member_ous", "recipient")}
    Notice.objects.bulk_create(
        Notice(**facts, **keys, state=notice.state, error="x", edition=n, message_id=f"<{n}>")
        for n in range(1, more + 1)
    )


def _add_projects(pi: User, more: int) -> None:
    ties = [Tie(username=pi.username, role="PI")]
    bring_in(
        *(project_now(f"2018.1.{number:05}.S", [_goal()], ties=ties) for number in range(more))
    )


def _goal() -> Goal:
    member = member_now(new_uid(), [block_now(new_uid())], state="ReadyForProcessing")
    return goal_now(new_uid(), [group_now(new_uid(), [member])])


def _add_parts(project: Project, more: int) -> None:
    """More member OUSs in the group, and more blocks and executions in the first of all."""
    first = project.memberous_set.select_related("group_ous").order_by("pk")[0]
    block = first.sched_blocks.order_by("pk")[0]
    runs = [execution_now(new_uid("A002"), number) for number in range(more)]
    blocks = [
        block_now(new_uid(), name=f"b{number}", state="Waiting", state_flag="ForP2G")
        for number in range(more)
    ]
    members = [named_member(first.uid, [named_block(block.uid, runs), *blocks])]
    members += [member_now(new_uid()) for _ in range(more)]
    group = named_group(first.group_ous.uid, members)
    bring_in(named_project(project.code, [named_goal(groups=[group])]))


def _add_happenings(project: Project, more: int) -> None:
    first = project.memberous_set.order_by("pk")[0]
    block = first.sched_blocks.order_by("pk")[0]
    at = timezone.now()
    words = {"kind": "state", "frm": "Reviewing", "to": "Verified", "actor_word": "QA reviewer"}
    public = {"public_frm": "BeingProcessed", "public_to": "Verified"}
    Event.objects.bulk_create(
        Event(project=project, at=at - timedelta(minutes=n), **subject, **words, **public)
        for n in range(more)
        for subject in (
            {"level": "member_ous", "member_ous": first},
            {"level": "sched_block", "sched_block": block},
        )
    )


def test_every_address_costs_the_same_whatever_there_is(world_of):
    costs = {str(row): _by_both(partial(_cost, world_of, row)) for row in READ}
    costs |= {f"304 {row}": _by_both(partial(_cost_of_304, world_of, row)) for row in CONDITIONAL}
    costs["POST api:ous-batch"] = _by_both(partial(_cost_of_batch, world_of))

    # A file is written in pieces of a thousand rows: its cost follows its length.
    files = {name for name in costs if name.endswith("+csv")}
    assert {name: cost for name, cost in costs.items() if name not in files} == {
        name: cost for name, cost in COSTS.items() if name not in files
    }
    assert all(max(costs[name]) <= max(COSTS[name]) + 3 for name in files)


@pytest.mark.parametrize("name", LIMITS)
def test_cost_keeps_within_the_limit(name):
    allowance = TOKEN if "api:" in name else SESSION

    assert max(COSTS[name]) <= LIMITS[name] + allowance


def test_answer_that_is_known_already_costs_one_query():
    costs = {name: max(cost) - TOKEN for name, cost in COSTS.items() if name.startswith("304")}

    # A ref does not tell its level: member OUSs are looked for first, then it is looked up.
    levels = {name: cost for name, cost in costs.items() if name.endswith((" group", " goal"))}
    assert max(levels.values()) <= 3
    assert {cost for name, cost in costs.items() if name not in levels} == {1}


def _by_both(cost_for: Callable[[str], int]) -> tuple[int, int]:
    return cost_for("pi"), cost_for("admin")


def _path(world: World, row: Row) -> str:
    args = world.args(row.target)
    return f"{reverse(row.route, args=args)}{ASKED.get(row.variant, {}).get('query', '')}"


def _cost(world: World, row: Row, actor: str, **headers: str) -> int:
    client = world.client(actor, "token" if row.is_api else "session")
    if not row.is_api:
        cache.clear()
        # What the frame of all pages keeps for a minute.
        client.get("/nothing/")
    with CaptureQueriesContext(connection) as queries:
        answer: Any = client.get(_path(world, row), headers=headers)
        if answer.streaming:
            list(answer.streaming_content)
    assert answer.status_code == (304 if headers else row.expected(actor))
    return len(queries)


def _cost_of_304(world: World, row: Row, actor: str) -> int:
    return _cost(world, row, actor, **{"if-none-match": "*"})


def _cost_of_batch(world: World, actor: str) -> int:
    refs = [
        *world.projects["project"].memberous_set.values_list("ref", flat=True),
        world.things["group"],
        world.things["goal"],
    ]
    client = world.client(actor, "token")
    with CaptureQueriesContext(connection) as queries:
        answer = client.post("/api/v1/ous/status/", {"uids": refs}, "application/json")
    assert all("error" not in found for found in answer.json()["results"])
    return len(queries)
