"""Delivering: what is opened, what is checked, what follows, once, whatever is killed when."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from deliveries import places
from deliveries.clock import ClockKind
from deliveries.configured import BadMirror, Mirror, parse_mirrors
from deliveries.errors import ClaimLost, NotDeliverable
from deliveries.models import ClockEntry, Delivery, DeliveryPlace, MissingFile
from deliveries.places import package_folder
from deliveries.services import delivering
from deliveries.services.claims import FIRST_WAIT, claim_next
from deliveries.services.delivering import deliver, deliver_due
from deliveries.services.ledger import account_of
from deliveries.services.opening import open_deliveries, retry_delivery, start_deliveries
from projects.errors import NotAllowed
from projects.models import Event
from projects.moves import Way
from projects.services.states import move_state
from qa.services.reviews import undo_qa2
from tests.deliveries.packages import CONTENTS, lay, manifest, packaged, passed, verified
from tests.factories import make_project, make_user, say
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """An empty store, no mirrors, no hold."""
    settings.DATA_DIR = tmp_path / "store"
    settings.DATA_DIR.mkdir()
    settings.ARC_MIRRORS, settings.DELIVERY_HOLD_SECONDS = (), 0
    return settings.DATA_DIR


@pytest.fixture
def mirror(settings, tmp_path):
    """A mirror in a folder, empty."""
    folder = tmp_path / "eu"
    folder.mkdir()
    settings.ARC_MIRRORS = (Mirror("EU", str(folder)),)
    return folder


@pytest.fixture
def member(db):
    return verified()


def the(member):
    member.refresh_from_db()
    return member


def delivery_of(member):
    return Delivery.objects.get(member_ous=member)


def make_due():
    Delivery.objects.filter(state="checking").update(next_at=timezone.now())


def test_each_delivery_rings_as_it_is_committed(django_capture_on_commit_callbacks):
    for member in (verified(), verified()):
        packaged(member)
    verified()
    rung = []

    with django_capture_on_commit_callbacks(execute=True):
        deliver_due(on_delivery=lambda: rung.append("mail"))
        assert rung == []

    assert rung == ["mail", "mail"]


@pytest.mark.parametrize("outcome", ["Pass", "SemiPass"])
def test_what_passed_and_is_there_is_delivered(outcome):
    member, logged = packaged(verified(outcome=outcome)), FromNowOn()

    assert deliver_due() == 1

    assert the(member).state == "Delivered"
    delivery = delivery_of(member)
    assert (delivery.state, delivery.generation, delivery.claim) == ("delivered", 1, "")
    assert member.delivered_at == delivery.delivered_at == delivery.clock_entry.at
    assert member.delivery_generation == 1
    assert account_of(member).release_date == member.release_date
    assert member.release_date.year == member.delivered_at.year + 1
    kinds = list(logged(member_ous=member).order_by("pk").values_list("kind", "to"))
    assert kinds[:2] == [("state", "DeliveryInProgress"), ("state", "Delivered")]
    assert [kind for kind, _ in kinds[2:]] == ["clock", "delivery"]
    assert deliver_due() == 0


def test_history_is_told_with_its_own_time():
    at = datetime(2024, 2, 29, 12, 30, 5, tzinfo=UTC)
    with time_machine.travel(at - timedelta(hours=1), tick=False):
        member = packaged(verified())

    assert deliver_due(at) == 1

    assert the(member).delivered_at == at
    assert (member.state_since, member.release_date) == (at, at.replace(year=2025, day=28))


def test_nothing_is_opened_during_the_hold_nor_after_an_undo(settings, qa):
    settings.DELIVERY_HOLD_SECONDS = 600
    held, undone = packaged(verified()), packaged(verified())
    undo_qa2(undone, actor=qa)

    assert deliver_due() == 0
    assert not Delivery.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(seconds=601), tick=False):
        assert deliver_due() == 1
    assert (the(held).state, the(undone).state) == ("Delivered", "Reviewing")
    assert Delivery.objects.count() == 1


def test_fail_is_never_delivered(db):
    member = packaged(make_project(exec_blocks=1).memberous_set.get())

    assert deliver_due() == 0
    assert (the(member).release_date, Delivery.objects.count()) == (None, 0)


def test_without_products_it_waits_and_says_so(member):
    assert deliver_due() == 0

    delivery = delivery_of(member)
    assert (delivery.state, delivery.words) == (
        "waiting",
        "No products of a new generation are known yet.",
    )
    assert the(member).state == "Verified"
    packaged(member)
    assert deliver_due() == 1
    assert Delivery.objects.count() == 1


def spoil(path):
    path.write_bytes(b"x" * path.stat().st_size)


def shorten(path):
    path.write_bytes(path.read_bytes()[:-1])


SPOILT = {"missing": lambda path: path.unlink(), "size": shorten, "checksum": spoil}


@pytest.mark.parametrize("what", SPOILT)
@pytest.mark.parametrize("where", ["store", "EU"])
def test_file_that_is_not_as_it_must_be_hinders_and_is_named(member, store, mirror, what, where):
    packaged(member)
    lay(mirror, member)
    root = {"store": store, "EU": mirror}[where]
    SPOILT[what](package_folder(root, member.ref, 1) / "product/a.fits")

    assert deliver_due() == 0

    assert the(member).state == "DeliveryInProgress"
    found = MissingFile.objects.get()
    assert (found.place.name, found.product_file.path, found.what) == (
        where,
        "product/a.fits",
        what,
    )
    assert delivery_of(member).words == f"{where}: 1 of 3 files are not as they must be."
    assert not ClockEntry.objects.exists()
    lay(root, member)
    make_due()
    assert deliver_due() == 1
    assert not MissingFile.objects.exists()


def test_file_without_checksum_on_the_manifest_is_not_taken_for_good(member):
    packaged(member)
    member.product_files.filter(path="README.txt").update(sha256="")

    assert deliver_due() == 0
    assert MissingFile.objects.get().what == "unknown"


def test_mirror_whose_folder_is_gone_hinders_and_says_so(member, mirror):
    packaged(member)
    mirror.rmdir()

    assert deliver_due() == 0
    place = DeliveryPlace.objects.get(name="EU")
    assert (place.problem, place.missing) == ("Its folder is not there.", 0)
    assert delivery_of(member).words == "EU: its folder is not there."


def test_mirror_that_is_no_longer_configured_hinders_nothing(member, mirror, settings):
    packaged(member)
    assert deliver_due() == 0

    settings.ARC_MIRRORS = ()
    make_due()
    assert deliver_due() == 1


def test_bytes_are_read_once_and_again_where_the_manifest_changed(member, mirror, monkeypatch):
    packaged(member)
    lay(mirror, member, contents={"README.txt": CONTENTS["README.txt"]})
    read = []
    real = places.checksum

    def counted(path, beat):
        read.append(path.name)
        return real(path, beat)

    # A measuring stick at the only place where bytes are read.
    monkeypatch.setattr(places, "checksum", counted)
    deliver_due()
    assert sorted(read) == ["README.txt", "README.txt", "a.fits", "weblog.tgz"]
    read.clear()
    lay(mirror, member)
    member.product_files.filter(path="README.txt").update(modified_at=timezone.now())
    make_due()

    assert deliver_due() == 1
    assert sorted(read) == ["README.txt", "README.txt", "a.fits", "weblog.tgz"]


class Quiet(SimpleHTTPRequestHandler):
    """A mirror's server."""

    broken = False

    def do_HEAD(self):
        if self.broken:
            self.send_error(503)
            return
        super().do_HEAD()

    def log_message(self, *args):
        pass


@pytest.fixture
def web(tmp_path, settings):
    """A mirror behind a URL."""
    folder = tmp_path / "web"
    folder.mkdir()
    handler = type("Handler", (Quiet,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    settings.ARC_MIRRORS = (Mirror("NA", f"http://127.0.0.1:{server.server_port}"),)
    yield folder, handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_mirror_behind_a_url_is_asked_for_every_file(member, web):
    folder, handler = web
    packaged(member)
    lay(folder, member, contents={"README.txt": b"read me", "product/a.fits": b"short"})

    assert deliver_due() == 0
    found = MissingFile.objects.order_by("pk").values_list("product_file__path", "what")
    assert [*found] == [("product/a.fits", "size"), ("qa/weblog.tgz", "missing")]

    handler.broken = True
    make_due()
    assert deliver_due() == 0
    place = DeliveryPlace.objects.get(name="NA")
    # What was known of its files stays.
    assert (place.problem, place.missing, place.missing_files.count()) == ("It answers 503.", 2, 2)

    handler.broken = False
    lay(folder, member)
    make_due()
    assert deliver_due() == 1


def test_mirror_that_answers_nobody_hinders_and_says_so(member, settings):
    settings.ARC_MIRRORS = (Mirror("EA", "http://127.0.0.1:9"),)
    packaged(member)

    assert deliver_due() == 0
    assert DeliveryPlace.objects.get(name="EA").problem == "It does not answer (URLError)."


def test_after_the_last_check_it_goes_back_with_the_reason_until_tried_again(member, settings, drm):
    settings.DELIVERY_ATTEMPTS = 2
    manifest(member)
    logged = FromNowOn()

    deliver_due()
    make_due()
    deliver_due()

    delivery = delivery_of(member)
    assert (delivery.state, delivery.attempts, the(member).state) == ("failed", 2, "Verified")
    assert logged(member_ous=member, to="Verified").get().note == delivery.words
    assert deliver_due() == 0
    lay(settings.DATA_DIR, member)
    with pytest.raises(NotAllowed):
        retry_delivery(delivery, actor=make_user(roles=["qa"]), now=timezone.now())
    retry_delivery(delivery, actor=drm, now=timezone.now())
    assert deliver_due() == 1
    with pytest.raises(NotDeliverable):
        retry_delivery(delivery, actor=drm, now=timezone.now())


def test_package_that_is_not_there_is_left_alone_for_a_while(member):
    manifest(member)
    before = timezone.now()
    deliver_due()

    assert delivery_of(member).next_at - before >= FIRST_WAIT * 0.8
    assert deliver_due() == 0


def test_redelivery_is_a_new_generation_and_starts_no_clock(member):
    packaged(member)
    deliver_due()
    end, first = the(member).release_date, member.delivered_at
    logged = FromNowOn()
    with time_machine.travel(first + timedelta(days=30), tick=False):
        reprocessed(member)
        assert deliver_due() == 0
        packaged(member, 2, {**CONTENTS, "product/b.fits": b"new"})
        assert deliver_due() == 1

    assert (the(member).delivery_generation, member.release_date) == (2, end)
    assert member.delivered_at == first + timedelta(days=30)
    assert [line.effect for line in account_of(member).lines] == ["started", "none"]
    event = logged(kind="redelivery").get()
    assert (event.frm, event.to) == ("generation 1", "generation 2")


def reprocessed(member):
    """Back through QA3 and processing into a new round that ends well."""
    drm = make_user(roles=["drm"])
    for state in ("QA3InProgress", "ReadyForProcessing"):
        move_state(member, to=state, actor=drm, way=Way.QA3)
    return passed(member)


def test_early_raw_data_have_started_the_clock_already(member, drm):
    early = timezone.now() - timedelta(days=90)
    ClockEntry.objects.create(
        member_ous=member, kind=ClockKind.EARLY_RAW, at=early, months=12, role_word="x"
    )
    packaged(member)

    deliver_due()

    assert account_of(the(member)).starts == 1
    assert member.release_date - early < timedelta(days=367)


def test_delivery_known_from_a_source_is_none_of_ours(db):
    member = packaged(make_project(exec_blocks=1).memberous_set.get())
    say(member, state="Delivered")

    assert deliver_due() == 0
    assert (Delivery.objects.count(), ClockEntry.objects.count()) == (0, 0)


class Killed(BaseException):
    """What no handler of ours catches, like a signal that ends the process."""


STEPS = (
    "deliveries.services.delivering.check_places",
    "deliveries.services.delivering.enter_start",
    "deliveries.services.delivering.write_delivered",
    "deliveries.services.delivering._finish",
    "deliveries.services.delivering.move_state",
    "deliveries.services.delivering.append_events",
)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_it_is_delivered_once(member, monkeypatch, step, after):
    packaged(member)
    name = step.rpartition(".")[2]
    real = getattr(delivering, name)

    def killed(*args, **facts):
        if after:
            real(*args, **facts)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(step, killed)
        # A killed process gives nothing back either.
        patch.setattr("deliveries.services.claims.Claim.give_back", lambda claim: None)
        with pytest.raises(Killed):
            deliver_the_next()

    Delivery.objects.exclude(claim="").update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert deliver_due() == 1
    assert (ClockEntry.objects.count(), account_of(the(member)).starts) == (1, 1)
    assert Event.objects.filter(kind="delivery").count() == 1


def deliver_the_next():
    """What was committed before the end stays: only the last transaction is undone."""
    open_deliveries(timezone.now())
    start_deliveries(timezone.now())
    claim = claim_next(timezone.now())
    assert claim is not None
    delivering._deliver(claim, None)


def test_worker_that_lost_its_claim_writes_nothing(member):
    packaged(member)
    open_deliveries(timezone.now())
    start_deliveries(timezone.now())
    slow = claim_next(timezone.now())
    assert slow is not None
    assert claim_next(timezone.now()) is None
    Delivery.objects.update(claim="", next_at=timezone.now())
    assert deliver_due() == 1

    with pytest.raises(ClaimLost):
        deliver(slow)
    with pytest.raises(ClaimLost):
        slow.write(words="x")
    assert ClockEntry.objects.count() == 1


def test_claim_of_a_process_that_is_gone_ends_at_once(member):
    packaged(member)
    open_deliveries(timezone.now())
    start_deliveries(timezone.now())
    claim = claim_next(timezone.now())
    host = claim.token.split(":")[0]
    Delivery.objects.update(claim=f"{host}:999999999:x")

    assert deliver_due() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'")
def test_many_workers_at_once_deliver_each_once():
    members = [packaged(verified()) for _ in range(8)]
    done = []

    def work():
        try:
            done.append(deliver_due())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.append(deliver_due())

    assert sum(done) == 8
    assert {the(member).state for member in members} == {"Delivered"}
    assert ClockEntry.objects.count() == 8
    assert Event.objects.filter(kind="delivery").count() == 8


def test_command_delivers_and_tells_what_waits(member, capsys):
    other = packaged(verified())

    call_command("deliver")

    assert capsys.readouterr().out.splitlines() == [
        "1 delivered",
        f"{member}: waiting for products. No products of a new generation are known yet.",
    ]
    assert the(other).state == "Delivered"


MIRRORS = {
    "": [],
    "EU=/data/eu": ["EU"],
    " EU = /data/eu , NA=https://na.example.org/store/ ,": ["EU", "NA"],
}


@pytest.mark.parametrize("text", MIRRORS)
def test_setting_names_mirrors(text):
    assert [mirror.name for mirror in parse_mirrors(text)] == MIRRORS[text]


@pytest.mark.parametrize(
    "text",
    ["EU", "EU=", "=/x", "store=/x", "E U=/x", "EU=x/y", "EU=ftp://x", "EU=http://", "EU=/a,EU=/b"],
)
def test_mirror_that_cannot_be_used_is_refused(text):
    with pytest.raises(BadMirror):
        parse_mirrors(text)


def test_database_refuses_what_must_not_be(member):
    deliver_due()
    delivery = delivery_of(member)
    wrong = {
        "delivery_state_known": {"state": "novel"},
        "delivery_delivered_with_all": {"state": "delivered"},
        "delivery_checks_something": {"state": "checking"},
    }
    for name, facts in wrong.items():
        with (
            pytest.raises(IntegrityError, match=name if connection.vendor != "sqlite" else ""),
            transaction.atomic(),
        ):
            Delivery.objects.filter(pk=delivery.pk).update(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(
            member_ous=member, project_id=member.project_id, qa2_round=delivery.qa2_round
        )
