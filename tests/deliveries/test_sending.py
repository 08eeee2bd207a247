"""Sending: claimed, handed over once, whatever breaks in between."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from deliveries import post
from deliveries.models import Notice
from deliveries.services import sending
from deliveries.services.notices import resend
from deliveries.services.sending import BATCH, LEASE, claim_batch, send_due
from tests.deliveries.mails import deliver, make_member, make_pi
from tests.factories import make_user
from tests.servers.odd_smtp import OddServer
from tests.servers.processes import free_port

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours runs after it."""


@pytest.fixture
def odd(settings):
    """A function that starts an odd server which mail then goes to."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 0.3
    started = []

    def start(**at):
        server = OddServer(at)
        settings.EMAIL_PORT = server.port
        started.append(server)
        return server

    yield start
    for server in started:
        server.close()


@pytest.fixture
def written():
    """A function that writes so many notices to so many people."""
    member = make_member(make_pi())
    admin = make_user(roles=["admin"])
    (first,) = deliver(member)

    def write(number=1):
        return [first, *(resend(first, actor=admin) for _ in range(number - 1))]

    return write


def _later(*notices):
    """Let the pause of what was put off, or the lease of who died, be over."""
    past = timezone.now() - LEASE - timedelta(seconds=1)
    Notice.objects.filter(state="pending").update(not_before=past)
    Notice.objects.filter(state__in=["claimed", "handing_over"]).update(claimed_at=past)


def _states():
    return list(Notice.objects.order_by("pk").values_list("state", "possibly_twice"))


def test_notices_are_sent_over_one_connection(odd, written):
    server = odd()
    written(3)

    done = send_due()

    assert (done.sent, done.failed, done.put_off, done.problem) == (3, 0, 0, "")
    assert _states() == [("sent", False)] * 3
    assert server.connections == 1
    sent = [mail["Message-ID"] for mail in server.mails]
    assert sorted(sent) == sorted(Notice.objects.values_list("message_id", flat=True))


def test_mail_arrives_as_it_was_written(smtp_sink, written):
    (notice,) = written()

    send_due()

    (received,) = smtp_sink.wait_for(1)
    assert received.recipients == ("pi@example.org",)
    assert received.message["Message-ID"] == notice.message_id
    assert "2025-02-28 12:30:15 UTC" in received.message.get_body(("plain",)).get_content()
    assert send_due().sent == 0
    assert len(smtp_sink.received) == 1


def test_more_than_a_batch_is_sent_in_one_go(odd, written):
    odd()
    written(BATCH + 1)

    assert send_due().sent == BATCH + 1


def test_other_ways_of_sending_are_taken_too(settings, tmp_path, written):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    written(2)

    assert send_due().sent == 2
    assert sum(file.read_text().count("Message-ID") for file in tmp_path.iterdir()) == 2


def test_what_is_claimed_is_claimed_by_one(written):
    written(2)

    assert len(claim_batch()) == 2
    assert claim_batch() == []


def test_worker_killed_before_handing_over_is_followed_silently(odd, written, monkeypatch):
    server = odd()
    written(2)
    with monkeypatch.context() as broken:
        broken.setattr(post.Post, "announce", _raise_killed)
        with pytest.raises(Killed):
            send_due()
    assert _states() == [("claimed", False)] * 2
    assert send_due().sent == 0

    _later()

    assert send_due().sent == 2
    assert _states() == [("sent", False)] * 2
    assert len(server.mails) == 2


def _raise_killed(*_args, **_facts):
    raise Killed


def test_worker_killed_while_handing_over_is_followed_with_a_flag(odd, written, monkeypatch):
    server = odd()
    (notice,) = written()
    with monkeypatch.context() as broken:
        broken.setattr(sending, "_end", _raise_killed)
        with pytest.raises(Killed):
            send_due()
    assert _states() == [("handing_over", False)]

    _later()
    send_due()

    assert _states() == [("sent", True)]
    assert [mail["Message-ID"] for mail in server.mails] == [notice.message_id] * 2


@pytest.mark.parametrize("state", ["claimed", "handing_over"])
def test_claim_of_a_dead_process_of_this_machine_ends_with_it(odd, written, state):
    odd()
    written(2)
    first, second = claim_batch()
    host = first.claim.split(":")[0]
    Notice.objects.filter(pk=first.pk).update(claim=f"{host}:{2**22 + 1}:x", state=state)

    assert send_due().sent == 1
    assert _states() == [("sent", state == "handing_over"), ("claimed", False)]
    assert Notice.objects.get(pk=second.pk).claim == second.claim


def test_claim_that_was_lost_is_not_handed_over(odd, written, monkeypatch):
    server = odd()
    written(2)
    begin = sending._begin

    def lose_first(notice):
        if not server.mails and notice.edition == 0:
            Notice.objects.filter(pk=notice.pk).update(claim="another")
        return begin(notice)

    monkeypatch.setattr(sending, "_begin", lose_first)

    assert send_due().sent == 1
    assert [state for state, _ in _states()] == ["claimed", "sent"]


@pytest.mark.parametrize(
    ("at", "is_doubtful"),
    [
        ({"CONNECT": "421 too busy"}, False),
        ({"CONNECT": "554 no service"}, False),
        ({"MAIL": "drop"}, False),
        ({"RCPT": "stall"}, False),
        ({"RCPT": "421 closing"}, False),
        ({"BODY": "drop"}, True),
        ({"END": "drop"}, True),
        ({"END": "stall"}, True),
    ],
    ids=str,
)
def test_server_that_breaks_off_loses_nothing(odd, written, at, is_doubtful):
    odd(**at)
    written(2)

    done = send_due()

    assert done.sent == 0
    assert done.problem
    assert _states() == [("pending", is_doubtful), ("pending", False)]
    assert Notice.objects.filter(not_before__gt=timezone.now()).count() == 2
    assert send_due().put_off == 0

    server = odd()
    _later()
    assert send_due().sent == 2
    assert _states() == [("sent", is_doubtful), ("sent", False)]
    assert len(server.mails) == 2


def test_server_that_is_not_there_is_waited_for(odd, written, settings):
    odd()
    settings.EMAIL_PORT = free_port()
    written()

    done = send_due()

    assert "ConnectionRefused" in done.problem
    assert _states() == [("pending", False)]
    assert "ConnectionRefused" in Notice.objects.get().error


def test_waiting_grows_and_has_an_end():
    waits = [sending._pause(attempts, 300).total_seconds() for attempts in (0, 1, 5, 40)]

    assert waits == [5, 10, 160, 300]


def test_address_that_is_refused_for_good_fails_with_the_reason(odd, written):
    server = odd(RCPT="550 no such user")
    written(2)

    done = send_due()

    assert (done.sent, done.failed, server.mails) == (0, 2, [])
    assert _states() == [("failed", False)] * 2
    assert {notice.error for notice in Notice.objects.all()} == {"550 no such user"}


@pytest.mark.parametrize(
    "at", [{"RCPT": "450 later"}, {"DATA": "451 later"}, {"END": "452 full"}, {"MAIL": "550 no"}]
)
def test_no_that_may_become_a_yes_is_tried_again(odd, written, at):
    odd(**at)
    written(2)

    assert send_due().problem == ""
    assert _states() == [("pending", False)] * 2

    odd()
    _later()
    assert send_due().sent == 2
    assert _states() == [("sent", False)] * 2


def test_lasting_no_to_the_mail_itself_ends_some_time(odd, written):
    odd(END="554 we take no such thing")
    written()

    for _ in range(sending.MOST_REFUSALS):
        assert _states() == [("pending", False)]
        _later()
        send_due()

    notice = Notice.objects.get()
    assert (notice.state, notice.refusals) == ("failed", sending.MOST_REFUSALS)
    assert notice.error == "554 we take no such thing"


def test_address_that_is_none_fails_with_the_reason(odd, written):
    server = odd()
    (first, _) = written(2)
    Notice.objects.filter(pk=first.pk).update(address="jo@example.org\nBcc: eve@example.org")

    done = send_due()

    assert (done.sent, done.failed, len(server.mails)) == (1, 1, 1)
    assert "cannot be written" in Notice.objects.get(pk=first.pk).error


def test_post_tells_refusals_from_absence(odd):
    odd(MAIL="550 not you")
    mail = EmailMessage("s", "b", "a@example.org", ["b@example.org"])

    with post.Post() as open_post, pytest.raises(post.Refused, match="550 not you") as refused:
        open_post.announce(mail)

    assert (refused.value.is_lasting, refused.value.is_of_address) == (True, False)
