"""The section "Delivery and clock", its forms, and the list of deliveries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from deliveries.configured import Mirror
from deliveries.models import BlanketExtension, ClockEntry, Delivery, FileHold
from deliveries.services.blankets import carry_on_blankets
from deliveries.services.clock import extend_clock
from deliveries.services.delivering import deliver_due
from projects.models import MemberOUS
from projects.services.memberships import tie
from tests.deliveries.packages import manifest, packaged, verified
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "store"
    settings.DATA_DIR.mkdir()
    settings.ARC_MIRRORS, settings.DELIVERY_HOLD_SECONDS = (), 0


@pytest.fixture
def member(db):
    return verified()


@pytest.fixture
def people(member):
    """Who stands how to the project: log in by name."""
    made = {name: make_user(roles=[name]) for name in ("drm", "admin", "qa")}
    for role in ("PI", "COI"):
        made[role] = make_user()
        tie(project=member.project, user=made[role], role=role)
    return made


@pytest.fixture
def page_of(client, member, people):
    """Answer the page of the member OUS as somebody sees it."""

    def show(name):
        client.force_login(people[name])
        return client.get(member.get_absolute_url()).content.decode()

    return show


@pytest.fixture
def list_of(client, people):
    """Answer the list of deliveries as somebody sees it."""

    def show(name):
        client.force_login(people[name])
        return client.get("/deliveries/").content.decode()

    return show


@pytest.fixture
def act(client, member, people):
    """Send one of the section's forms as somebody."""

    def send(name, act, **fields):
        client.force_login(people[name])
        member.refresh_from_db()
        given = {"act": act, "version": member.version, **fields}
        return client.post(f"{member.get_absolute_url()}clock/", given)

    return send


def section(page):
    return page.partition('<section id="delivery">')[2].partition("</section>")[0]


def test_ledger_is_told_line_by_line_to_the_second(member, people, page_of):
    packaged(member)
    deliver_due()
    member.refresh_from_db()
    until = member.release_date + timedelta(days=61, seconds=1)
    extend_clock(member, actor=people["drm"], until=until, reason="an internal reason")

    told = section(page_of("COI"))

    assert f"{until:%Y-%m-%d %H:%M:%S} UTC" in told
    assert "a period of 12 months starts and ends on" in told
    assert "data reduction manager" in told
    assert "an internal reason" not in told
    assert "an internal reason" in section(page_of("qa"))
    assert 'Delivery of generation 1 <span class="badge f-good"' in told


def test_what_is_missing_where_is_for_staff(member, page_of, settings, tmp_path):
    (tmp_path / "eu").mkdir()
    settings.ARC_MIRRORS = (Mirror("EU", str(tmp_path / "eu")),)
    packaged(member)
    deliver_due()

    told = section(page_of("drm"))

    assert "EU: 3 of 3 files are not as they must be." in told
    assert "product/a.fits" in told
    assert "every file is there" in told
    assert "EU" not in section(page_of("PI"))


def test_waiting_for_products_is_said(member, page_of):
    deliver_due()

    assert "No products of a new generation are known yet." in section(page_of("drm"))
    assert "waiting for products" not in section(page_of("PI"))


def test_files_without_a_generation_are_never_delivered_and_staff_read_why(
    member, page_of, list_of
):
    manifest(member, generation=None)
    assert deliver_due() == 0

    why = "Files without a generation are known: none is delivered before a manifest names it."
    assert why in section(page_of("drm"))
    assert why in list_of("drm")


def test_list_says_what_is_missing_where_to_staff(member, list_of, settings, tmp_path):
    (tmp_path / "eu").mkdir()
    settings.ARC_MIRRORS = (Mirror("EU", str(tmp_path / "eu")), Mirror("NA", "/nowhere"))
    packaged(member)
    deliver_due()

    page = list_of("drm")

    assert "EU: 3 of 3 files are not as they must be" in page
    assert "all 3 files are there" in page
    assert "NA: " in page
    assert "being checked</span></span>" in page
    assert "EU: 3" not in list_of("PI")


def test_what_if_is_for_who_may_ask(member, page_of):
    assert "Raw data now?" in section(page_of("PI"))
    assert "Raw data now?" not in section(page_of("COI"))
    assert "Release the raw data" in section(page_of("drm"))


def test_pi_releases_raw_data_once_and_must_be_sure(member, act):
    unsure = act("PI", "release_early")
    done = act("PI", "release_early", sure="on")
    again = act("PI", "release_early", sure="on")

    assert (unsure.status_code, done.status_code, again.status_code) == (400, 302, 409)
    assert ClockEntry.objects.get().kind == "early_raw"


TYPED = [
    ({"until": "2031-02-03 04:05:06"}, datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)),
    ({"until": "2031-02-03T04:05:06+02:00"}, datetime(2031, 2, 3, 2, 5, 6, tzinfo=UTC)),
    ({"until": "2031-02-03"}, datetime(2031, 2, 3, tzinfo=UTC)),
]


@pytest.mark.parametrize(("fields", "end"), TYPED)
def test_extension_takes_times_as_people_write_them(member, act, fields, end):
    act("drm", "release_early", sure="on")

    assert act("drm", "extend", reason="a flood", **fields).status_code == 302
    member.refresh_from_db()
    assert member.release_date == end


@pytest.mark.parametrize(
    ("name", "fields", "status"),
    [
        ("drm", {"until": "soon", "reason": "x"}, 400),
        ("drm", {"until": "2031-02-30", "reason": "x"}, 400),
        ("drm", {"until": "0001-01-01T00:00:00+14:00", "reason": "x"}, 400),
        ("drm", {"months": "-3", "reason": "x"}, 400),
        ("drm", {"months": "99999", "reason": "x"}, 400),
        ("drm", {"months": "3"}, 400),
        ("drm", {"reason": "x"}, 400),
        ("drm", {"until": "2021-01-01", "reason": "x"}, 409),
        ("drm", {"months": "3", "reason": "x", "version": "1"}, 412),
        ("qa", {"months": "3", "reason": "x"}, 403),
        ("PI", {"months": "3", "reason": "x"}, 403),
    ],
)
def test_extension_that_cannot_be_is_refused_and_what_was_typed_stays(
    member, act, name, fields, status
):
    act("drm", "release_early", sure="on")

    answer = act(name, "extend", **fields)

    assert answer.status_code == status
    assert ClockEntry.objects.count() == 1
    if status != 403:
        typed = fields.get("until") or fields.get("months")
        assert typed is None or f'value="{typed}"' in answer.content.decode()


def test_renewal_says_before_what_it_does_and_is_for_who_may(member, act, page_of):
    act("drm", "release_early", sure="on")
    assert "Renewal after QA3 of" in section(page_of("qa"))
    assert "Renewal after QA3 of" not in section(page_of("PI"))

    assert act("PI", "renew", reason="x").status_code == 403
    assert act("qa", "renew").status_code == 400
    assert act("qa", "renew", reason="x", until="2021-01-01").status_code == 409
    assert act("qa", "renew", reason="bad flux", until="2031-02-03").status_code == 302
    member.refresh_from_db()
    assert member.release_date == datetime(2031, 2, 3, tzinfo=UTC)
    assert "Renewal after QA3" in section(page_of("PI"))


def test_note_of_an_early_release_is_kept_for_staff(member, act, page_of):
    act("PI", "release_early", sure="on", reason="the thesis is due")

    assert "the thesis is due" in section(page_of("qa"))
    assert "the thesis is due" not in section(page_of("COI"))


def test_blanket_extension_is_shown_before_it_is_decided(member, act, client, people):
    act("drm", "release_early", sure="on")
    asked = {"name": "closure", "months": "3", "reason": "the telescope is closed"}

    def send(act, **fields):
        client.force_login(people["drm"])
        return client.post("/deliveries/blankets/", {**asked, "act": act, **fields})

    tried = send("preview")
    assert tried.status_code == 200
    assert "1 period would be lengthened" in tried.content.decode()
    assert "Lengthen 1 period" in tried.content.decode()
    assert not BlanketExtension.objects.exists()
    assert send("preview", projects="2099.1.00001.S").status_code == 400
    assert 'value="closure"' in send("preview", months="x").content.decode()

    assert send("decide").status_code == 302
    assert send("decide", months="4").status_code == 409
    assert carry_on_blankets() == 1
    page = client.get("/deliveries/blankets/").content.decode()
    assert "closure" in page
    assert "so far" not in page
    client.force_login(people["PI"])
    assert client.get("/deliveries/blankets/").status_code == 403
    told = section(client.get(member.get_absolute_url()).content.decode())
    assert "Blanket extension “closure” of" in told
    assert "the telescope is closed" not in told


def test_correction_is_for_administrators(member, act):
    fields = {"until": "2030-01-01", "reason": "a DDT"}

    assert act("drm", "correct", **fields).status_code == 403
    assert act("admin", "correct", until="", reason="x").status_code == 400
    assert act("admin", "correct", **fields).status_code == 302
    assert ClockEntry.objects.get().reason == "a DDT"


def test_files_are_withheld_and_given_back_during_qa3(member, act, page_of):
    assert act("qa", "withhold", reason="wrong target").status_code == 409
    MemberOUS.objects.filter(pk=member.pk).update(state="QA3InProgress")

    assert act("qa", "withhold").status_code == 400
    assert act("qa", "withhold", reason="wrong target").status_code == 302
    assert "files are withheld" in section(page_of("PI"))
    assert "wrong target" not in section(page_of("PI"))
    assert act("qa", "lift").status_code == 302
    assert act("qa", "lift").status_code == 409
    assert FileHold.objects.get().lifted_at is not None


def test_failed_delivery_is_tried_again(member, act, page_of, settings):
    settings.DELIVERY_ATTEMPTS = 1
    manifest(member)
    deliver_due()

    assert "Try the delivery again" in section(page_of("drm"))
    assert act("qa", "retry").status_code == 403
    assert act("drm", "retry").status_code == 302
    assert act("drm", "retry").status_code == 409
    assert act("drm", "novel").status_code == 400


def test_new_generation_names_what_changed(member, page_of):
    packaged(member)
    deliver_due()
    packaged(member, 2, {"README.txt": b"other", "product/b.fits": b"new"})
    first = Delivery.objects.get()
    round_ = member.qa2_rounds.model.objects.create(
        member_ous=member, number=2, opened_at=timezone.now(), closed_at=timezone.now()
    )
    entry = ClockEntry.objects.create(
        member_ous=member, kind="delivery", at=timezone.now(), months=12, role_word="x"
    )
    Delivery.objects.create(
        member_ous=member,
        project=first.project,
        qa2_round=round_,
        state="delivered",
        generation=2,
        delivered_at=entry.at,
        clock_entry=entry,
    )

    told = section(page_of("PI"))

    assert "<dt>Added</dt><dd>product/b.fits</dd>" in told
    assert "<dt>Removed</dt><dd>product/a.fits, qa/weblog.tgz</dd>" in told
    assert "<dt>Changed</dt><dd>README.txt</dd>" in told


def test_list_shows_staff_all_and_others_what_was_delivered(member, people, client):
    other = packaged(verified())
    deliver_due()
    client.force_login(people["drm"])
    staff = client.get("/deliveries/").content.decode()
    failed = client.get("/deliveries/?state=waiting").content.decode()
    found = client.get(f"/deliveries/?q={other.project.ref}").content.decode()
    client.force_login(people["PI"])
    pi = client.get("/deliveries/").content.decode()

    assert member.project.ref in staff
    assert other.project.ref in staff
    assert (member.project.ref in failed, other.project.ref in failed) == (True, False)
    assert (member.project.ref in found, other.project.ref in found) == (False, True)
    assert "Nothing of yours has been delivered" in pi
    packaged(member)
    deliver_due()
    pi = client.get("/deliveries/").content.decode()
    assert (member.project.ref in pi, other.project.ref in pi) == (True, False)


def test_list_as_csv_has_what_hinders_for_staff_alone(member, people, client):
    packaged(member)
    deliver_due()

    def rows(name):
        client.force_login(people[name])
        answer = client.get("/deliveries/?format=csv")
        return b"".join(answer.streaming_content).decode().splitlines()

    assert rows("PI")[0].endswith("Proprietary until [UTC]")
    assert rows("drm")[0].endswith("Checks in vain,What hinders")
    assert [len(rows(name)) for name in ("PI", "COI", "drm")] == [2, 2, 2]
