"""Reminders and digests: who is told of what and when, once, however often and late beat runs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from deliveries.models import ClockEntry, MailLine, Notice
from deliveries.services.clock import correct_clock, extend_clock
from deliveries.services.digests import send_sample, tell_waiting
from deliveries.services.following import follow_log
from deliveries.services.reminding import note_periods
from deliveries.services.wishes import set_wish, stop_optional
from projects.models import MemberOUS, Project
from projects.services.memberships import tie, untie
from qa.services.judgements import decide_qa0
from snoopi.tasks import remind
from tests.deliveries.mails import make_delivery, make_pi
from tests.factories import make_exec_block, make_project, make_user

pytestmark = pytest.mark.django_db
# A Tuesday; twelve months later lies a Wednesday.
DELIVERED = datetime(2030, 1, 1, 12, tzinfo=UTC)
END = datetime(2031, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def pi():
    return make_pi()


@pytest.fixture
def clock(time_machine):
    """Answer what sets the time, and lets beat run as often as asked."""

    def at(moment, *, rounds=2):
        time_machine.move_to(moment, tick=False)
        for _ in range(rounds):
            remind()

    at(DELIVERED, rounds=0)
    return at


@pytest.fixture
def project(pi, clock):
    """Two member OUSs that were delivered from here at one moment."""
    project = make_project("2029.1.00001.S", members=2, sched_blocks=0, pi=pi)
    for member in project.memberous_set.all():
        _deliver(member)
    return project


def _deliver(member):
    """Deliver it now: what the delivery's own services leave behind."""
    make_delivery(member)
    now = timezone.now()
    ClockEntry.objects.filter(member_ous=member).update(at=now, recorded_at=now)
    MemberOUS.objects.filter(pk=member.pk).update(release_date=END, clock_kept_at=now)


def mails(**about):
    rows = Notice.objects.filter(kind__in=["reminder", "digest"], **about).order_by("pk")
    return [(row.kind, row.recipient.username, len(_lines(row))) for row in rows]


def _lines(notice):
    if notice.kind == "reminder":
        return notice.facts["lines"]
    return [line for project in notice.facts["projects"] for line in project["lines"]]


def test_each_stage_is_told_once_by_one_mail_a_project(project, pi, clock):
    set_wish(user=pi, wish="now")
    assert set(project.memberous_set.values_list("release_date", flat=True)) == {END}
    told = []

    for days in (91, 90, 89, 30, 29, 8, 7, 6, 1, 0, -1, -6, -30):
        clock(END - days * DAY)
        told.append((days, len(mails())))

    assert told == [
        (91, 0),
        (90, 1),
        (89, 1),
        (30, 2),
        (29, 2),
        (8, 2),
        (7, 3),
        (6, 3),
        (1, 3),
        (0, 4),
        (-1, 4),
        (-6, 4),
        (-30, 4),
    ]
    assert mails() == [("reminder", "pi", 2)] * 4
    last = Notice.objects.latest("pk").facts
    assert (last["are_public"], last["role"]) == (True, "the PI")
    assert {line["at"] for line in last["lines"]} == {"2031-01-01 12:00:00 UTC"}
    assert MailLine.objects.filter(notice=None).count() == 0


def test_stage_begins_with_its_second(project, pi, clock):
    set_wish(user=pi, wish="now")

    clock(END - 7 * DAY - timedelta(microseconds=1))
    before = len(mails())
    clock(END - 7 * DAY)

    assert (before, len(mails())) == (0, 1)


def test_late_beat_tells_what_still_holds_and_nothing_of_long_ago(project, pi, clock):
    set_wish(user=pi, wish="now")

    told = []
    for days in (83, 24, 23, -20):
        clock(END - days * DAY)
        told.append(len(mails()))

    assert told == [0, 1, 1, 1]


def test_nobody_is_told_who_did_not_ask(project, pi, clock):
    coi, silent = make_user("coi", email="c@example.org"), make_user("sil", email="s@example.org")
    tie(project=project, user=coi, role="COI")
    tie(project=project, user=silent, role="DELEGEE", kind="DATA")
    set_wish(user=coi, wish="now")
    set_wish(user=pi, wish="now")
    set_wish(user=pi, wish="never", project=project)

    for days in (90, 30, 7, 0):
        clock(END - days * DAY)

    assert (mails(), MailLine.objects.count()) == ([], 0)


def test_what_only_sources_know_is_told_to_nobody(pi, clock):
    members = [{"state": "Delivered", "release_date": END, "delivered_at": DELIVERED}] * 3
    make_project(members=members, sched_blocks=0, pi=pi)
    set_wish(user=pi, wish="now")

    for days in (90, 30, 7, 0):
        clock(END - days * DAY)

    assert (mails(), MailLine.objects.count()) == ([], 0)


def test_longer_period_tells_its_own_stages(project, pi, clock):
    first, second = project.memberous_set.order_by("pk")
    set_wish(user=pi, wish="now")
    clock(END - 7 * DAY)
    drm = make_user(roles=["drm"])
    extend_clock(first, actor=drm, months=1, reason="x")
    later = END + 31 * DAY

    clock(END)
    assert mails()[1:] == [("reminder", "pi", 1)]
    for days in (30, 7, 0):
        clock(later - days * DAY)

    assert mails()[2:] == [("reminder", "pi", 1)] * 3
    uids = [_lines(row)[0]["uid"] for row in Notice.objects.filter(kind="reminder").order_by("pk")]
    assert uids[1:] == [second.uid, first.uid, first.uid, first.uid]


def test_period_that_is_cut_short_tells_no_stage_that_lay_before(project, pi, clock):
    member = project.memberous_set.order_by("pk")[0]
    set_wish(user=pi, wish="now")
    clock(DELIVERED + 10 * DAY)
    admin = make_user(roles=["admin"])
    correct_clock(member, actor=admin, until=DELIVERED + 15 * DAY, reason="DDT")

    clock(DELIVERED + 10 * DAY + timedelta(hours=1))
    before = mails()
    clock(DELIVERED + 15 * DAY)

    assert (before, mails()) == ([], [("reminder", "pi", 1)])


def test_second_reminder_of_a_project_waits_for_the_next_day(project, pi, clock):
    member = project.memberous_set.order_by("pk")[1]
    set_wish(user=pi, wish="now")
    MemberOUS.objects.filter(pk=member.pk).update(release_date=END + timedelta(hours=3))

    clock(END - 7 * DAY)
    clock(END - 7 * DAY + timedelta(hours=3))
    same_day = len(mails())
    clock(datetime(2030, 12, 25, 23, 59, 59, tzinfo=UTC))
    last_second = len(mails())
    clock(datetime(2030, 12, 26, tzinfo=UTC))

    assert (same_day, last_second, mails()) == (1, 1, [("reminder", "pi", 1)] * 2)


@pytest.mark.parametrize(
    ("wish", "due"),
    [
        ("daily", datetime(2030, 12, 26, 6, tzinfo=UTC)),
        ("weekly", datetime(2030, 12, 30, 6, tzinfo=UTC)),
    ],
)
def test_digest_comes_at_its_hour(project, pi, clock, wish, due):
    # The stage of seven days is at noon of a Wednesday.
    set_wish(user=pi, wish=wish)
    clock(END - 7 * DAY)
    clock(due - timedelta(seconds=1))
    before = mails()

    clock(due, rounds=3)

    assert (before, mails()) == ([], [("digest", "pi", 2)])
    clock(due + timedelta(hours=23))
    assert len(mails()) == 1


def test_late_digest_is_one_and_leaves_out_what_no_longer_holds(project, pi, clock):
    set_wish(user=pi, wish="weekly")
    first = project.memberous_set.order_by("pk")[0]
    clock(END - 7 * DAY)
    drm = make_user(roles=["drm"])
    extend_clock(first, actor=drm, months=6, reason="x")
    clock(END, rounds=0)
    note_periods(timezone.now())

    clock(END + 20 * DAY)

    assert mails() == [("digest", "pi", 1)]
    (line,) = _lines(Notice.objects.get(kind="digest"))
    assert (line["words"], line["at"]) == ("public now", "2031-01-01 12:00:00 UTC")
    assert MailLine.objects.filter(dropped_at__isnull=False).count() == 2


def test_who_lost_the_project_or_asks_no_more_is_told_nothing_of_it(project, pi, clock):
    delegee = make_user("delegee", email="d@example.org")
    tie(project=project, user=delegee, role="DELEGEE", kind="DATA")
    for user in (pi, delegee):
        set_wish(user=user, wish="daily")
    clock(END - 7 * DAY)
    assert MailLine.objects.waiting().count() == 4
    untie(project=project, user=delegee)
    stop_optional(user=pi)

    clock(END - 6 * DAY)

    assert (mails(), MailLine.objects.waiting().count()) == ([], 0)


def test_steps_to_the_data_wait_for_the_digest_of_who_wants_one(pi, clock):
    delegee = make_user("delegee", email="d@example.org")
    project = make_project(members=[{"state": "Ready"}], pi=pi)
    tie(project=project, user=delegee, role="DELEGEE", kind="PHASE2")
    set_wish(user=pi, wish="daily")
    set_wish(user=delegee, wish="now")
    block = project.memberous_set.get().sched_blocks.get()
    block.executions_expected = 1
    block.save(update_fields=["executions_expected"])
    follow_log()
    run = make_exec_block(block, qa0="Unset")
    decide_qa0(run, outcome="Pass", reasons=[], actor=make_user(roles=["aod"]))

    follow_log()
    follow_log()
    clock(DELIVERED + timedelta(hours=1))
    before = mails()
    clock(DELIVERED + DAY)

    at_once = Notice.objects.filter(kind__in=["first_observed", "fully_observed"])
    assert set(at_once.values_list("recipient__username", flat=True)) == {"delegee"}
    assert (before, mails()) == ([], [("digest", "pi", 2)])
    words = [line["words"] for line in _lines(Notice.objects.get(kind="digest"))]
    assert words == ["first data taken", "all data taken"]


def test_two_rounds_at_one_moment_write_one_mail(project, pi, clock):
    set_wish(user=pi, wish="daily")
    clock(END - 7 * DAY, rounds=1)
    now = END - 6 * DAY
    clock(now, rounds=0)
    assert tell_waiting(now) == 1
    # As if another worker had read the lines before the mail took them.
    MailLine.objects.update(notice=None)

    assert tell_waiting(now) == 0

    assert len(mails()) == 1


def test_sample_is_made_of_what_happened_once_in_ten_minutes(project, pi, clock):
    first = send_sample(person=pi)
    assert (first.kind, first.address, first.facts["is_sample"]) == ("digest", pi.email, True)
    assert [line["words"] for line in _lines(first)] == ["proprietary period ends"] * 2
    assert send_sample(person=pi) is None
    clock(DELIVERED + timedelta(minutes=10), rounds=0)
    assert send_sample(person=pi) is not None

    stranger = make_user("stranger", email="x@example.org")
    assert _lines(send_sample(person=stranger)) == []
    with pytest.raises(ValueError, match="address"):
        send_sample(person=make_user("homeless"))
    assert not MailLine.objects.exists()


def test_database_keeps_a_line_from_being_written_or_ended_twice(project, pi, clock):
    set_wish(user=pi, wish="now")
    clock(END)
    line = MailLine.objects.order_by("pk")[0]
    again = {field: getattr(line, field) for field in ("kind", "occasion", "at")}

    for spoil in (
        lambda: MailLine.objects.create(
            **again, recipient=pi, project=project, member_ous=line.member_ous
        ),
        lambda: MailLine.objects.filter(pk=line.pk).update(dropped_at=END),
        lambda: MailLine.objects.filter(pk=line.pk).update(kind="x"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            spoil()
    assert User.objects.get(pk=pi.pk).mail_lines.count() == 2
    assert Project.objects.count() == 1
