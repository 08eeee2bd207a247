"""QA3 on pages: the form says beforehand what a report means, links fill it, triage works."""

import html
import re
from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from projects.models import MemberOUS
from qa.models import LateVerdict, ProblemReport
from qa.services.judgements import decide_qa0
from tests.access.world import new_session
from tests.deliveries.packages import manifest
from tests.problems import made, member, people, report

__all__ = ["made", "member", "people"]

pytestmark = pytest.mark.django_db
PROBLEM = {"subject": "A shift", "description": "By 2 arcsec."}


@pytest.fixture
def ask(people, client, settings):
    """Answer what somebody is answered; with a body it is sent as a form."""

    def asked(who, path, body=None):
        cache.clear()
        client.cookies[settings.SESSION_COOKIE_NAME] = new_session(people[who])
        return client.get(path) if body is None else client.post(path, body)

    return asked


def text(answer):
    words = re.sub(r"<[^>]*>", " ", answer.content.decode())
    return " ".join(html.unescape(words).split())


def page(member, more=""):
    return f"/ous/{member.ref}/qa3/{more}"


def put(member, **facts):
    MemberOUS.objects.filter(pk=member.pk).update(**facts)


SIDES = [
    ("2099-01-01", "2100-01-01", "lies within 2 months", "the period is renewed: 12 months"),
    (
        "2020-01-01",
        "2100-01-01",
        "lies later than 2 months after",
        "not renewed: it ends when the fix",
    ),
    ("2020-01-01", "2021-01-01", "lies later than 2 months after", "get no new proprietary period"),
    (None, "2100-01-01", "not known: no date of delivery", "decided by hand"),
]


@pytest.mark.parametrize("case", SIDES)
def test_form_says_beforehand_on_which_side_it_lies(member, ask, case):
    delivered, release, side, clock = case
    at, end = (
        datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
        for day in (delivered, release)
    )
    put(member, delivered_at=at, release_date=end)

    words = text(ask("pi", page(member)))

    assert side in words
    assert clock in words
    assert "coordinates, frequency set-up, sensitivity asked for" in words


def test_links_at_every_place_fill_the_form(member, people, ask):
    manifest(member)
    run = member.exec_blocks.order_by("pk")[0]
    places = {
        f"/ous/{member.ref}/": ("", "the member OUS as a whole"),
        f"/execblocks/{run.ref}/": (f"?about={run.ref}", f"execution {run}"),
        f"/execblocks/{run.ref}/plots/tsys/": (
            f"?about=plot%3Atsys%3A{run.ref}",
            f"of execution {run}",
        ),
        f"/ous/{member.ref}/files/": (
            "?about=file%3Aproduct%2Fa.fits",
            "file product/a.fits",
        ),
    }
    for path, (link, words) in places.items():
        assert f'href="{page(member, link)}"' in ask("pi", path).content.decode(), path
        filled = ask("pi", page(member, link))
        assert f"About: {words}" in text(filled) or words in text(filled)
    odd = text(ask("pi", page(member, "?about=file:none")))
    assert "It has no file “none”" in odd


def test_report_is_made_shown_and_followed_by_all_on_the_project(member, people, ask, made):
    body = {**PROBLEM, "version": member.public_version, "about": ""}
    bad = ask("coi", page(member), {**body, "subject": " "})
    assert (bad.status_code, "By 2 arcsec." in bad.content.decode()) == (400, True)
    stale = ask("coi", page(member), {**body, "version": member.public_version + 7})
    assert (stale.status_code, "By 2 arcsec." in stale.content.decode()) == (412, True)

    done = ask("coi", page(member), body)

    made_one = ProblemReport.objects.get()
    assert (done.status_code, done.url) == (302, page(member, f"{made_one.pk}/"))
    for who, by in (("phase2_delegee", "Co-I"), ("qa", "Coi")):
        found = text(ask(who, page(member, f"{made_one.pk}/")))
        assert "A shift" in found
        assert f"by {by}" in found
    assert "A shift" in text(ask("pi", f"/ous/{member.ref}/"))
    tree = text(ask("pi", f"/projects/{made.project.ref}/?node={member.ref}"))
    assert "1 problem report" in tree
    assert "A shift" in tree
    assert "What to do about it" not in text(ask("pi", page(member, f"{made_one.pk}/")))
    assert "QA3: open" in text(ask("pi", f"/ous/{member.ref}/history/"))


def test_who_may_not_report_reads_who_does(member, ask, made):
    words = text(ask("aod", page(member)))
    assert "Problems are reported by the PI" in words
    assert "Report the problem" not in words
    other = MemberOUS.objects.get(pk=made.other_id)
    assert "Nothing of it is delivered yet" in text(ask("pi", page(other)))
    assert "Report a problem" not in text(ask("pi", f"/ous/{other.ref}/"))


def test_staff_triage_on_the_page_and_in_their_queue(member, people, ask):
    made_one = report(member, people["pi"], subject="Mirrored line")
    path = page(member, f"{made_one.pk}/")
    assert "Mirrored line" in text(ask("qa", "/qa/qa3/"))
    fresh = MemberOUS.objects.get(pk=member.pk)

    bad = ask("qa", path, {"act": "dismiss", "comment": "typed", "version": fresh.version})
    assert (bad.status_code, "typed" in bad.content.decode()) == (400, True)
    assert "at least one reason" in text(bad)
    assert ask("qa", path, {"act": "fix", "version": fresh.version}).status_code == 409
    assert ask("qa", path, {"act": "answer", "comment": "x", "version": 0}).status_code == 412
    assert ask("qa", path, {"act": "none", "version": fresh.version}).status_code == 400
    done = ask(
        "qa",
        path,
        {"act": "investigate", "withhold": "wrong", "version": fresh.version},
    )
    assert done.status_code == 302
    words = text(ask("pi", f"/ous/{member.ref}/"))
    assert "The files are withheld" in words
    assert "QA3 in Progress" in words
    assert text(ask("qa", "/qa/qa3/")).count("Mirrored line") == 1
    fresh = MemberOUS.objects.get(pk=member.pk)
    body = {"act": "fail", "extra_executions": "1", "version": fresh.version}
    assert ask("qa", path, body).status_code == 302
    assert MemberOUS.objects.get(pk=member.pk).state == "PartiallyObserved"
    assert "Mirrored line" not in text(ask("qa", "/qa/qa3/"))


def test_late_verdict_offers_the_observatorys_own_qa3(member, people, ask):
    run = member.exec_blocks.order_by("pk")[0]
    decide_qa0(run, outcome="Fail", reasons=["pointing"], comment="off by far", actor=people["aod"])
    link = page(member, f"?about={run.ref}")
    assert link in ask("drm", f"/ous/{member.ref}/").content.decode()
    form = ask("drm", link).content.decode()
    assert f"QA0 of {run} changed after delivery: Pass → Fail" in html.unescape(form)
    assert "off by far" in form

    version = MemberOUS.objects.get(pk=member.pk).version
    ask("drm", page(member), {**PROBLEM, "about": run.ref, "version": version})

    assert ProblemReport.objects.get().initiative == "ObservatoryInitiated"
    assert LateVerdict.objects.get().settled_by == people["drm"]
