"""Links of added-value products in the ``json`` format: kept by source, beside what staff say."""

import pytest

from deliveries.models import AddedValue, Notice
from deliveries.services.added_value import enter_added_value
from ingest.loader import load
from projects.services.memberships import tie
from tests.deliveries.mails import deliver
from tests.factories import make_project, make_user
from tests.ingest.readers.makers import native, read

pytestmark = pytest.mark.django_db

LINKS = {
    "calibrated_ms": "https://na.example.org/ms",
    "weblog": "https://na.example.org/weblog",
    "admit": "https://na.example.org/admit",
    "article": "https://help.example.org/412",
}


@pytest.fixture
def member(db):
    project = make_project()
    tie(project=project, user=make_user("pi", arc="NA", email="pi@example.org"), role="PI")
    return project.memberous_set.get()


def say(member, origin="naasc", **links):
    """Load what a source says of the links, and answer the report."""
    record = {"uid": member.uid, "added_value": links}
    project = {"code": member.project.code, "member_ous": [record]}
    return load(read(native(project, origin=origin)))


def kinds():
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def newest():
    return AddedValue.objects.order_by("-pk")[0]


def test_links_are_kept_with_their_source_and_bring_the_mail_once_all_are_there(member):
    deliver(member)

    say(member, **{**LINKS, "article": None})
    before = kinds()
    report = say(member, article=LINKS["article"])
    again = say(member, article=LINKS["article"])

    assert (newest().source, newest().entered_by) == ("naasc", None)
    assert {name: getattr(newest(), name) for name in LINKS} == LINKS
    assert (before, kinds()) == (["delivery"], ["delivery", "added_value"])
    assert (report.updated["member_ous"], again.unchanged["member_ous"]) == (1, 1)
    assert AddedValue.objects.count() == 2
    member.refresh_from_db()
    assert member.facts["naasc"]["added_value weblog"][0] == LINKS["weblog"]


def test_links_that_are_there_before_go_along_with_the_delivery(member):
    say(member, **LINKS)
    assert kinds() == []

    deliver(member)

    assert kinds() == ["delivery", "added_value"]


def test_what_staff_put_in_place_stays_and_the_difference_is_shown(member, client):
    drm = make_user("drm", roles=["drm"])
    say(member, **LINKS)
    own = "https://na.example.org/better"
    enter_added_value(member, links={"weblog": own}, actor=drm)

    say(member, **LINKS)
    say(member, **{**LINKS, "weblog": "https://na.example.org/third", "admit": "https://x.org/a"})

    assert (newest().weblog, newest().admit) == (own, "https://x.org/a")
    client.force_login(drm)
    page = client.get(member.get_absolute_url()).content.decode()
    assert "“naasc” says of the weblog: https://na.example.org/third" in page
    assert "of the ADMIT products" not in page


def test_source_corrects_itself_and_others_add(member):
    say(member, weblog="https://old.example.org/")
    say(member, weblog=LINKS["weblog"])
    say(member, "archive copy", weblog="https://copy.example.org/", admit=LINKS["admit"])

    assert (newest().weblog, newest().admit) == (LINKS["weblog"], LINKS["admit"])
    assert newest().source == "archive copy"


@pytest.mark.parametrize(
    ("links", "reason"),
    [
        ({"weblog": "javascript:alert(1)"}, "must be an address"),
        ({"weblog": 7}, "must be a text"),
        ({"weblog": "https://a.org/" + "x" * 500}, "must not be longer"),
        ({"weblog": "https://a.org/ b"}, "must be an address"),
        ({"home": "https://a.org/"}, "is not known"),
    ],
    ids=str,
)
def test_link_that_cannot_be_is_refused_and_the_rest_is_taken(member, links, reason):
    report = say(member, **links)

    (rejected,) = report.rejected
    assert reason in rejected.reason
    assert not AddedValue.objects.exists()
    assert report.updated["member_ous"] + report.unchanged["member_ous"] == 1
