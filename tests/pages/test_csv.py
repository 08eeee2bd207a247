"""Every list that a page shows can be had as a CSV file."""

import csv
import io

import pytest
from django.test import Client

from ingest.models import IngestJob, IngestProblem
from projects.models import Event, ExecBlock, Project
from projects.services.states import move_state
from snoopi import keyset
from tests.factories import make_project, make_token, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def pi():
    return make_user("the_pi")


@pytest.fixture
def project(pi, drm):
    project = make_project("2019.1.90001.S", members=2, exec_blocks=3, pi=pi, title="=Orion")
    for member in project.memberous_set.order_by("pk"):
        move_state(member, to="ObservingTimedOut", actor=drm, note="too late")
    return project


def rows_of(answer) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_executions_of_a_scheduling_block(project, pi, logged_in):
    block = project.sched_blocks.order_by("pk")[0]

    head, *rows = rows_of(logged_in(pi).get(f"{block.get_absolute_url()}?format=csv"))

    runs = ExecBlock.objects.filter(sched_block=block).newest_first()
    assert head[1:4] == ["End time [UTC]", "Duration [min]", "Execution Block UID"]
    assert [row[3] for row in rows] == [run.uid for run in runs]
    assert rows[0][1] == runs[0].end.isoformat().replace("+00:00", "Z")
    assert float(rows[0][2]) == pytest.approx(runs[0].duration_min, abs=1e-4)
    assert {tuple(row[4:7]) for row in rows} == {(block.member_ous.uid, block.name, "Pass")}


@pytest.mark.parametrize(("level", "runs"), [("member", 3), ("group", 6), ("goal", 6)])
def test_executions_below_an_ous(project, pi, logged_in, level, runs):
    member = project.memberous_set.order_by("pk")[0]
    thing = {"member": member, "group": member.group_ous, "goal": member.science_goal}[level]

    _, *rows = rows_of(logged_in(pi).get(f"{thing.get_absolute_url()}?format=csv"))

    assert len({row[3] for row in rows}) == len(rows) == runs


@pytest.mark.parametrize("which", ["project", "member", "block"])
def test_history_in_the_words_of_who_asks(project, pi, drm, logged_in, which):
    member = project.memberous_set.order_by("pk")[0]
    thing = {"project": project, "member": member, "block": member.sched_blocks.get()}[which]
    url = f"{thing.get_absolute_url()}history/?format=csv"

    head, *outside = rows_of(logged_in(pi).get(url))
    _, *inside = rows_of(logged_in(drm).get(url))

    assert head == ["Time [UTC]", "Level", "Ref", "Kind", "From", "To", "Label", "By", "Note"]
    about = {"project": {"project": project}}.get(which, {thing.LEVEL.value: thing})
    assert len(outside) == Event.objects.visible_to(pi).filter(**about).count()
    assert len(inside) == Event.objects.visible_to(drm).filter(**about).count()
    assert "too late" not in {row[8] for row in outside}
    if which != "block":
        assert "too late" in {row[8] for row in inside}
        assert {row[0][-1] for row in inside} == {"Z"}


def test_search_gives_all_that_was_found(pi, logged_in):
    for number in range(14):
        make_project(f"2019.1.900{number:02d}.S", pi=pi, title=f"Orion {number}")

    head, *rows = rows_of(logged_in(pi).get("/search/?q=orion&format=csv"))

    assert head == ["Level", "Ref", "UID", "Name", "Project", "PI", "State", "Targets"]
    assert [row[0] for row in rows] == ["project"] * 14
    assert rows_of(logged_in(pi).get("/search/?format=csv")) == [head]
    named = Project.objects.order_by("pk")[0].ref
    (row,) = rows_of(logged_in(pi).get(f"/search/?q={named}&scope=projects&format=csv"))[1:]
    assert row[1] == named


def test_jobs_and_refused_records(logged_in):
    admin = make_user(roles=["admin"])
    job = IngestJob.objects.create(source="a.csv", report={})
    other = IngestJob.objects.create(source="=b.csv", failure="It is empty.")
    IngestProblem.objects.create(job=job, record="row 7", reason="no code")
    IngestProblem.objects.create(job=other, reason="It is empty.")
    client = logged_in(admin)

    _, *jobs = rows_of(client.get("/ingest/?format=csv"))
    _, *problems = rows_of(client.get("/ingest/?format=csv&list=problems"))
    _, *chosen = rows_of(client.get(f"/ingest/?format=csv&list=problems&job={job.pk}"))

    assert [(row[0], row[1], row[8], row[9]) for row in jobs] == [
        (str(other.pk), "'=b.csv", "1", "It is empty."),
        (str(job.pk), "a.csv", "1", ""),
    ]
    assert [row[2:4] for row in problems] == [["", "It is empty."], ["row 7", "no code"]]
    assert [row[2:4] for row in chosen] == [["row 7", "no code"]]


@pytest.mark.parametrize("path", ["/projects/", "/schedblocks/"])
def test_list_is_given_whole_in_the_order_of_the_page(pi, logged_in, monkeypatch, path):
    for number in range(8):
        make_project(f"2019.1.9000{number}.S", pi=pi, title=f"{number % 3} title")
    monkeypatch.setattr(keyset, "PART", 3)
    client = logged_in(pi)

    _, *rows = rows_of(client.get(f"{path}?format=csv&sort=state"))
    _, *again = rows_of(client.get(f"{path}?format=csv&sort=-state"))

    assert len({tuple(row) for row in rows}) == len(rows) == 8
    assert again == rows[::-1]


@pytest.mark.parametrize("credentials", ["good", "bad"])
def test_files_take_a_token(project, pi, credentials):
    text = make_token(pi, "read") if credentials == "good" else "nonsense"
    client = Client(headers={"authorization": f"Token {text}"})
    block = project.sched_blocks.order_by("pk")[0]
    paths = (f"{block.get_absolute_url()}history/", block.get_absolute_url(), "/search/")

    answers = [client.get(f"{path}?format=csv") for path in paths]

    assert {answer.status_code for answer in answers} == {200 if credentials == "good" else 302}


def test_pages_lead_to_their_files(project, pi, logged_in):
    client = logged_in(pi)
    block = project.sched_blocks.order_by("pk")[0]
    pages = {
        block.get_absolute_url(): f'href="{block.get_absolute_url()}?format=csv"',
        f"{project.get_absolute_url()}history/": 'history/?format=csv"',
        "/search/?q=Orion": "q=Orion&amp;format=csv",
    }

    for path, link in pages.items():
        assert link in client.get(path).content.decode(), path
