"""The ledger of mail, mail settings, and the link that ends optional mails."""

import csv

import pytest
from django.test import Client

from deliveries.letters import unsubscribing
from deliveries.models import AddedValue, MailRule, Notice
from deliveries.services.sending import send_due
from tests.deliveries.mails import deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(cast_project, pi):
    pi.email = "pi@example.org"
    pi.save(update_fields=["email"])
    member = cast_project.memberous_set.order_by("pk")[0]
    (found,) = deliver(member)
    return found


def _page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_person_reads_what_was_mailed_to_them(notice, pi, logged_in):
    page = _page(logged_in(pi), "/mail/")

    assert "ALMA data delivered: 2013.1.00269.S" in page
    assert "pi@example.org" not in page.partition("<main")[2]


def test_nobody_reads_what_was_mailed_to_others(notice, copi, logged_in):
    assert "Nothing was mailed to you yet" in _page(logged_in(copi), "/mail/")
    _page(logged_in(copi), f"/mail/{notice.pk}/", 404)
    _page(logged_in(copi), f"/mail/{notice.pk}/html/", 404)


def test_staff_find_mail_by_person_and_project(notice, drm, logged_in):
    client = logged_in(drm)

    for found in ("?q=pi@example", "?q=2013.1.00269", "?state=pending", "?kind=delivery"):
        assert f"/mail/{notice.pk}/" in _page(client, f"/mail/{found}")
    for none in ("?q=eve", "?state=sent", "?kind=qa2"):
        assert "No mail fits" in _page(client, f"/mail/{none}")


def test_ledger_comes_as_csv(notice, drm, logged_in):
    answer = logged_in(drm).get("/mail/?format=csv")

    (row,) = csv.DictReader(b"".join(answer.streaming_content).decode().splitlines())
    assert row["To"] == "pi@example.org"
    assert row["State"] == "pending"
    assert row["Subject"].startswith("ALMA data delivered: 2013.1.00269.S")


def test_mail_is_shown_as_text_and_in_a_box(notice, pi, logged_in):
    client = logged_in(pi)
    page = _page(client, f"/mail/{notice.pk}/")
    frame = client.get(f"/mail/{notice.pk}/html/")

    assert "Get them: http://testserver/ous/" in page
    assert f'src="/mail/{notice.pk}/html/" sandbox=' in page
    assert "Send again" not in page
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


def test_admin_sends_again_and_marks_what_came_back(notice, admin, logged_in, smtp_sink):
    client = logged_in(admin)
    send_due()

    again = client.post(f"/mail/{notice.pk}/resend/")
    marked = client.post(f"/mail/{notice.pk}/bounced/", {"reason": "550 unknown user"})

    second = Notice.objects.get(edition=1)
    assert again["Location"] == f"/mail/{second.pk}/"
    assert marked["Location"] == f"/mail/{notice.pk}/"
    notice.refresh_from_db()
    assert (notice.state, notice.error) == ("bounced", "550 unknown user")
    send_due()
    assert len(smtp_sink.wait_for(2)) == 2


def test_mail_without_an_address_is_not_sent_again(notice, pi, admin, logged_in):
    pi.email = ""
    pi.save(update_fields=["email"])

    page = logged_in(admin).post(f"/mail/{notice.pk}/resend/", follow=True)

    assert "No e-mail address is on file" in page.content.decode()
    assert Notice.objects.count() == 1


def test_wishes_are_kept_for_all_and_for_each_project(cast_project, pi, foreign_project, logged_in):
    client = logged_in(pi)
    form = {
        "default": "now",
        f"project-{cast_project.pk}": "never",
        f"project-{foreign_project.pk}": "now",
    }

    client.post("/settings/mail/", form)

    assert _wishes() == {None: "now", cast_project.pk: "never"}
    assert "2013.1.00269.S" in _page(client, "/settings/mail/")
    client.post("/settings/mail/", {f"project-{cast_project.pk}": "", "default": "often"})
    assert _wishes() == {None: "now"}


def _wishes():
    return dict(MailRule.objects.values_list("project_id", "wish"))


def test_link_of_a_mail_ends_optional_mails_only_when_posted(pi):
    MailRule.objects.create(user=pi, wish="now")
    client, path = Client(enforce_csrf_checks=True), f"/mail/unsubscribe/{unsubscribing(pi.pk)}/"

    asked = client.get(path)
    assert "End optional mails" in asked.content.decode()
    assert MailRule.objects.get().wish == "now"
    done = client.post(path, {"List-Unsubscribe": "One-Click"})

    assert done.status_code == 200
    assert MailRule.objects.get().wish == "never"


def test_link_that_is_none_of_ours_ends_nothing(pi):
    assert Client().post("/mail/unsubscribe/7/").status_code == 404
    assert Client().post(f"/mail/unsubscribe/{unsubscribing(0)}/").status_code == 404


def test_staff_enter_links_on_the_page_of_a_member_ous(cast_project, drm, logged_in):
    client, member = logged_in(drm), cast_project.memberous_set.order_by("pk")[0]
    path = f"/ous/{member.ref}/added-value/"
    assert path in _page(client, f"/ous/{member.ref}/")

    form = {"version": member.version, "weblog": "https://na.example.org/w"}
    kept = client.post(path, form)
    stale = client.post(path, form)
    member.refresh_from_db()
    bad = client.post(path, {"version": member.version, "weblog": "ftp://na.example.org"})

    assert [kept.status_code, stale.status_code, bad.status_code] == [302, 412, 400]
    assert AddedValue.objects.get().weblog == "https://na.example.org/w"
    assert "https://na.example.org/w" in _page(client, f"/ous/{member.ref}/")


def test_team_sees_no_form_for_links(cast_project, pi, logged_in):
    member = cast_project.memberous_set.order_by("pk")[0]

    assert "added-value" not in _page(logged_in(pi), f"/ous/{member.ref}/")


def test_person_chooses_a_digest_and_has_a_sample_sent(cast_project, pi, logged_in):
    client = logged_in(pi)
    choice = {"default": "weekly", f"project-{cast_project.pk}": "daily"}

    client.post("/settings/mail/", choice)
    homeless = client.post("/settings/mail/sample/", follow=True).content.decode()
    pi.email = "pi@example.org"
    pi.save(update_fields=["email"])
    sent, again = (
        client.post("/settings/mail/sample/", follow=True).content.decode() for _ in range(2)
    )

    assert dict(MailRule.objects.values_list("project", "wish")) == {
        None: "weekly",
        cast_project.pk: "daily",
    }
    assert "Enter a mail address in your settings first" in homeless
    assert "A sample is sent to pi@example.org" in sent
    assert "A sample is on its way already" in again
    assert Notice.objects.get().facts["is_sample"]
    assert client.get("/settings/mail/sample/").status_code == 405
