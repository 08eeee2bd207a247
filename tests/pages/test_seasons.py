"""The pages on seasons: what an act would do, that it is decided, done, and taken back."""

import pytest
from django.test import Client

from projects.models import SchedBlock, SeasonAct
from projects.services.season_acts import carry_on_acts
from snoopi.tasks import end_seasons
from tests.factories import make_user
from tests.seasons import bring, part, pending

pytestmark = pytest.mark.django_db
PATH = "/qa/seasons/"
ASKED = {"kind": "end", "cycle": "2023.1", "reason": "the season is over"}


@pytest.fixture
def client(db):
    bring(
        1,
        "B",
        part("idle_TM1"),
        part("partial_TM1", runs=1),
        part("running_TM1", state="Running"),
        part("unjudged_TM1", executions=[pending()]),
    )
    bring(2, "A", part("carried_TM1"))
    bring(3, "", part("unruled_TM1"))
    client = Client()
    client.force_login(make_user("drm", roles=["drm"]))
    return client


def text(answer):
    return " ".join(answer.content.decode().split())


def decide(client, **asked):
    return client.post(PATH, {**ASKED, "act": "decide", **asked})


def test_preview_tells_numbers_reasons_and_cautions_and_writes_nothing(client):
    page = text(client.post(PATH, {**ASKED, "act": "preview"}))

    assert (
        "3 scheduling blocks timed out, 1 scheduling block carried over, "
        "3 member OUSs timed out, 1 member OUS sent to processing, 1 project timed out"
    ) in page
    assert "1: is being observed now" in page
    assert "1: has an execution that waits for QA0" in page
    assert "1 of the blocks that would time out is of a grade without a carry-over rule" in page
    assert "idle_TM1" in page
    assert "End the season: 9 steps" in page
    assert not SeasonAct.objects.exists()
    assert set(SchedBlock.objects.values_list("state", flat=True)) == {"Ready", "Running"}


def test_preview_warns_of_a_season_that_goes_on(client):
    bring(1, "B", part("new_TM1"), cycle="2026.1")
    asked = {**ASKED, "cycle": "2026.1", "act": "preview"}

    assert "Cycle 13 (2026.1) is not over: its last day is 2027-09-30." in text(
        client.post(PATH, asked)
    )


def test_act_is_decided_done_by_a_worker_and_undone(client):
    answer = decide(client)
    act = SeasonAct.objects.get()
    assert (answer.status_code, answer.url) == (302, f"{PATH}{act.pk}/")
    assert "under way" in text(client.get(answer.url))

    end_seasons()
    page = text(client.get(answer.url))
    assert "3 timed out, 1 carried over, 0 put back" in page
    assert "carried over to 2024.1" in page
    lines = client.get(f"{answer.url}?format=csv").getvalue().decode().splitlines()
    assert len(lines) == 1 + act.steps.count()

    assert client.post(answer.url).status_code == 302
    assert "being taken back" in text(client.get(answer.url))
    end_seasons()
    assert "</b> taken back" not in text(client.get(answer.url))
    assert "Undo all of it" not in text(client.get(answer.url))
    assert set(SchedBlock.objects.values_list("state", flat=True)) == {"Ready", "Running"}
    assert "taken back" in text(client.get(PATH))


def test_undo_is_not_offered_once_somebody_has_acted(client):
    decide(client)
    carry_on_acts()
    act = SeasonAct.objects.get()
    block = SchedBlock.objects.get(name="idle_TM1")
    version = f"W/{block.version}"
    client.post(f"/schedblocks/{block.ref}/state/", {"to": "Ready", "version": version[2:]})

    page = text(client.get(f"{PATH}{act.pk}/"))
    assert "can no longer be undone as one" in page
    assert "Undo all of it" not in page
    answer = client.post(f"{PATH}{act.pk}/", follow=True)
    assert "Something has happened since with" in text(answer)


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"cycle": "1999.1"}, 400, "Nothing of a cycle"),
        ({"kind": "both"}, 400, "One of end, put_back"),
        ({"reason": " "}, 400, "Say why"),
        ({"configurations": "C-99"}, 400, "know “C-99”"),
        ({"kind": "put_back"}, 409, "Nothing would change"),
    ],
)
def test_what_cannot_be_is_refused_in_words(client, asked, status, words):
    answer = decide(client, **asked)

    assert answer.status_code == status
    assert words in text(answer)
    assert "the season is over" in text(answer) or "reason" in asked


def test_pi_reads_that_a_block_is_carried_over(client):
    decide(client)
    carry_on_acts()
    block = SchedBlock.objects.get(name="carried_TM1")

    page = text(client.get(f"/schedblocks/{block.ref}/"))
    assert "Carried over to Cycle 11 (2024.1). Grade A is carried over" in page
    history = text(client.get(f"/schedblocks/{block.ref}/history/"))
    assert "Carried over to Cycle 11 (2024.1)." in history
