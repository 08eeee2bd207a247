"""Who is written to, about what, exactly once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from deliveries.errors import BadLinks
from deliveries.models import AddedValue, MailRule, Notice
from deliveries.services.added_value import enter_added_value
from deliveries.services.notices import mark_bounced, resend, write_delivery_notices
from projects.errors import NotAllowed
from projects.services.memberships import tie
from tests.deliveries.mails import (
    DELIVERED_AT,
    RELEASE,
    deliver,
    make_delivery,
    make_member,
    make_pi,
)
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db

LINKS = {
    "calibrated_ms": "https://na.example.org/ms",
    "weblog": "https://na.example.org/weblog",
    "admit": "https://na.example.org/admit",
    "article": "https://help.example.org/412",
}


def _na_member():
    return make_member(make_pi(arc="NA"))


def _enter(member, **links):
    arc = make_user(roles=["arc"], arc="NA")
    return enter_added_value(member, links=links, actor=arc)


def _kinds():
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def test_delivery_is_told_to_the_pi_alone():
    pi = make_pi()
    member = make_member(pi)
    for role, kind in (("COPI", ""), ("COI", ""), ("DELEGEE", "DATA")):
        other = make_user(email=f"{role}@example.org")
        tie(project=member.project, user=other, role=role, kind=kind)

    (notice,) = deliver(member)

    assert (notice.recipient, notice.address, notice.state) == (pi, "pi@example.org", "pending")
    assert (notice.project, notice.member_ous, notice.kind) == (member.project, member, "delivery")
    told = {name: notice.facts[name] for name in ("code", "uid", "qa2", "months", "release_date")}
    assert told == {
        "code": member.project.code,
        "uid": member.uid,
        "qa2": "Pass",
        "months": 12,
        "release_date": "2025-02-28 12:30:15 UTC",
    }
    assert notice.facts["sched_blocks"] == [str(member.sched_blocks.get())]
    assert notice.facts["support"]["name"] == "European ALMA Regional Centre (ESO)"
    assert f"ADS/JAO.ALMA#{member.project.code}" in notice.facts["acknowledgement"]


def test_writing_the_same_again_is_silent():
    member = make_member(make_pi())
    (first,) = deliver(member)

    (again,) = deliver(member)
    (other,) = deliver(member, generation=2)

    assert (again.pk, again.message_id) == (first.pk, first.message_id)
    assert other.pk != first.pk
    assert other.message_id != first.message_id


def test_text_is_frozen():
    member = make_member(make_pi())
    (notice,) = deliver(member)
    before = notice.facts

    member.release_date = None
    member.save(update_fields=["release_date"])

    assert Notice.objects.get().facts == before
    assert deliver(member)[0].facts == before


def test_pi_without_an_address_is_on_file_as_such():
    (notice,) = deliver(make_member(make_pi(email="")))

    assert (notice.state, notice.address) == ("failed", "")
    assert notice.error == "No e-mail address is on file for this person."


def test_project_without_a_pi_is_on_file_as_such():
    member = make_member(None, pi_name="Jo Smith")

    (notice,) = deliver(member)

    assert (notice.recipient, notice.state) == (None, "failed")
    assert notice.error == "The project's PI has no account here."
    assert notice.facts["name"] == "Jo Smith"
    assert deliver(member)[0].pk == notice.pk


def test_history_counts_as_sent_then():
    delivery = make_delivery(make_member(make_pi()))

    (notice,) = write_delivery_notices(delivery, is_history=True)

    assert (notice.state, notice.sent_at) == ("sent", DELIVERED_AT)


def test_period_of_another_length_is_told_by_its_end_alone():
    member = make_member(make_pi())
    member.release_date = RELEASE + timedelta(days=1)
    member.save(update_fields=["release_date"])

    (notice,) = deliver(member)

    assert (notice.facts["months"], notice.facts["release_date"]) == (
        None,
        "2025-03-01 12:30:15 UTC",
    )


def test_delivery_that_a_source_reports_writes_nothing():
    pi = make_pi()
    make_project(members=[{"state": "Delivered", "delivered_at": DELIVERED_AT}], pi=pi)

    assert _kinds() == []


def test_added_value_waits_for_all_links_and_for_the_delivery():
    member = _na_member()
    _enter(member, **LINKS)
    assert _kinds() == []

    deliver(member)
    assert _kinds() == ["delivery", "added_value"]

    deliver(member)
    assert _kinds() == ["delivery", "added_value"]


def test_added_value_follows_once_the_last_link_is_entered():
    member = _na_member()
    deliver(member)
    _enter(member, **{**LINKS, "article": ""})
    assert _kinds() == ["delivery"]

    _enter(member, article=LINKS["article"])
    _enter(member, article="https://help.example.org/413")

    assert _kinds() == ["delivery", "added_value"]
    assert Notice.objects.get(kind="added_value").facts["links"] == LINKS


def test_next_delivery_waits_for_links_of_its_own():
    member = _na_member()
    deliver(member)
    _enter(member, **LINKS)
    deliver(member, generation=2)
    assert _kinds() == ["delivery", "added_value", "delivery"]

    _enter(member, calibrated_ms="https://na.example.org/ms2")

    assert _kinds()[3:] == ["added_value"]


@pytest.mark.parametrize(
    ("arc", "executive", "kinds"),
    [
        ("NA", "NA", ["delivery", "added_value"]),
        ("NA", "EU", ["delivery", "added_value"]),
        ("", "NA", ["delivery", "added_value"]),
        ("EU", "NA", ["delivery"]),
        ("", "OTHER", ["delivery"]),
    ],
)
def test_added_value_is_for_pis_of_the_north_american_arc(arc, executive, kinds):
    member = make_member(make_pi(arc=arc, executive=executive))
    deliver(member)

    _enter(member, **LINKS)

    assert _kinds() == kinds


@pytest.mark.parametrize(
    "links",
    [
        {},
        {"weblog": ""},
        {"weblog": "javascript:alert(1)"},
        {"weblog": "https://a b"},
        {"weblog": "https://x.org/\nBcc:"},
        {"weblog": "https://" + "x" * 500},
        {"weblog": "https://[x"},
        {"elsewhere": "https://x.org"},
    ],
)
def test_links_that_cannot_be_are_refused(links):
    with pytest.raises(BadLinks):
        _enter(_na_member(), **links)

    assert not AddedValue.objects.exists()


def test_only_staff_enter_links():
    member = _na_member()

    with pytest.raises(NotAllowed):
        enter_added_value(member, links=LINKS, actor=make_user())


def test_mail_sent_again_is_a_row_of_its_own_to_the_address_of_now():
    pi, admin = make_pi(), make_user(roles=["admin"])
    (notice,) = deliver(make_member(pi))
    pi.email = "new@example.org"
    pi.save(update_fields=["email"])

    again = resend(notice, actor=admin)
    third = resend(again, actor=admin)

    assert [again.edition, third.edition] == [1, 2]
    assert (again.address, again.state, again.asked_by) == ("new@example.org", "pending", admin)
    assert again.facts == notice.facts
    assert len({notice.message_id, again.message_id, third.message_id}) == 3


def test_mail_to_nobody_goes_to_the_pi_who_came_later():
    member = make_member(None)
    (notice,) = deliver(member)
    admin = make_user(roles=["admin"])
    with pytest.raises(ValueError, match="no account"):
        resend(notice, actor=admin)

    pi = make_pi()
    tie(project=member.project, user=pi, role="PI")

    assert resend(notice, actor=admin).recipient == pi


def test_only_what_was_sent_can_have_come_back():
    (notice,) = deliver(make_member(make_pi()))
    assert not mark_bounced(notice, reason="unknown user")

    Notice.objects.update(state="sent", sent_at=DELIVERED_AT)

    assert mark_bounced(notice, reason="unknown user")
    notice.refresh_from_db()
    assert (notice.state, notice.error) == ("bounced", "unknown user")


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "postcard"},
        {"state": "lost"},
        {"state": "sent", "sent_at": None},
        {"address": "", "state": "pending"},
    ],
)
def test_row_that_cannot_be_is_refused_by_the_database(facts):
    (notice,) = deliver(make_member(make_pi()))

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**facts)


@pytest.mark.parametrize("has_pi", [True, False])
def test_second_row_of_the_same_is_refused_by_the_database(has_pi):
    (notice,) = deliver(make_member(make_pi() if has_pi else None))
    notice.pk, notice.message_id = None, "<other@testserver>"

    with pytest.raises(IntegrityError), transaction.atomic():
        notice.save(force_insert=True)


@pytest.mark.parametrize("of_project", [True, False])
def test_second_rule_for_the_same_is_refused_by_the_database(of_project):
    pi = make_pi()
    facts = {"user": pi, "project": make_project() if of_project else None}
    MailRule.objects.create(**facts, wish="now")

    with pytest.raises(IntegrityError), transaction.atomic():
        MailRule.objects.create(**facts, wish="never")


def test_rule_that_is_none_is_refused_by_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        MailRule.objects.create(user=make_pi(), wish="monthly")


def test_added_value_without_a_link_is_refused_by_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        AddedValue.objects.create(member_ous=_na_member(), entered_by=make_user())
