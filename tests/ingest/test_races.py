"""Loads at the same time as each other, and as decisions of people."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction

from projects.models import Event, ExecBlock, GroupOUS, MemberOUS, Project, SchedBlock, ScienceGoal
from projects.services.states import move_state
from tests.factories import make_user
from tests.ingest.bundles import (
    ALL_ONE,
    BLOCK,
    MEMBER,
    a_block,
    a_bundle,
    a_member,
    bare,
    take,
)
from tests.ingest.waiting import wait_until

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def in_thread(work: Callable[[], object]) -> tuple[Thread, list[Any]]:
    """Start work on a connection of its own; its answer or error ends up in the list."""
    ends: list[Any] = []

    def run() -> None:
        try:
            ends.append(work())
        except Exception as problem:  # noqa: BLE001 - the test looks at whatever it was
            ends.append(problem)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread, ends


def await_somebody_waiting_for_a_lock(thread: Thread) -> None:
    """Return when another connection waits for a lock of this one, or its work has ended."""
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"

    def is_waiting() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(waits)
            return bool(cursor.fetchone()[0]) or not thread.is_alive()

    wait_until(is_waiting)


@pytest.mark.parametrize("attempt", range(3))
def test_two_loads_of_one_new_project_end_in_one_project(attempt):
    together = Barrier(2)

    def load_it() -> object:
        together.wait()
        return take(a_bundle())

    (first, ones), (second, others) = in_thread(load_it), in_thread(load_it)
    first.join()
    second.join()

    created = sorted(sum(report.created.values()) for report in (*ones, *others))
    assert created == [0, sum(ALL_ONE.values())]
    levels = (Project, ScienceGoal, GroupOUS, MemberOUS, SchedBlock, ExecBlock)
    assert [model.objects.count() for model in levels] == [1] * 6
    assert Event.objects.filter(kind="execution").count() == 1
    assert SchedBlock.objects.get().executions_passed == 1


def test_load_waits_for_a_decision_under_way_and_loses_neither():
    take(a_bundle(member_ous=(a_member(state="Ready"),)), origin="ot")
    drm = make_user("drm", roles=["drm"])
    news = a_bundle(member_ous=(a_member(state="Ready", name="Ring"),))

    with transaction.atomic():
        move_state(MemberOUS.objects.get(), to="ObservingTimedOut", actor=drm)
        loading, ends = in_thread(lambda: take(news, origin="ot"))
        await_somebody_waiting_for_a_lock(loading)
    loading.join()

    row = MemberOUS.objects.get()
    assert (row.state, row.name, ends[0].updated["member_ous"]) == ("ObservingTimedOut", "Ring", 1)


def test_load_of_a_block_without_its_project_loses_no_decision_under_way():
    take(a_bundle(sched_blocks=(a_block(state="Ready"),)), origin="ot")
    drm = make_user("drm", roles=["drm"])
    news = bare(project=None, sched_blocks=(a_block(member="", name="Renamed"),))

    with transaction.atomic():
        move_state(SchedBlock.objects.get(), to="Suspended", actor=drm)
        loading, _ = in_thread(lambda: take(news, origin="asdm"))
        await_somebody_waiting_for_a_lock(loading)
    loading.join()

    block = SchedBlock.objects.get(uid=BLOCK)
    assert (block.state, block.name) == ("Suspended", "Renamed")


def test_decision_waits_for_a_load_under_way_and_loses_neither():
    take(a_bundle(member_ous=(a_member(state="Ready"),)), origin="ot")
    drm = make_user("drm", roles=["drm"])
    news = a_bundle(member_ous=(a_member(state="Ready", name="Ring"),))
    member_ous = MemberOUS.objects.get()

    with transaction.atomic():
        take(news, origin="ot")
        deciding, _ = in_thread(lambda: move_state(member_ous, to="ObservingTimedOut", actor=drm))
        await_somebody_waiting_for_a_lock(deciding)
    deciding.join()

    row = MemberOUS.objects.get(uid=MEMBER)
    assert (row.state, row.name) == ("ObservingTimedOut", "Ring")
