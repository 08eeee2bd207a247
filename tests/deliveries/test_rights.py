"""Who may read which file when: the pure table, then the whole cast through the door."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from deliveries.models import ClockEntry, FileReading, ProductFile
from deliveries.naming import FileClass
from deliveries.reading import for_reading, reader_of
from deliveries.rights import FileFacts, Standing, file_access
from deliveries.services.access import lift_hold, withhold_files
from deliveries.store import stored_file
from projects.errors import NotAllowed
from projects.models import MemberOUS
from projects.services.delegations import let_cois_download
from projects.visitors import ProjectVisitor
from tests.cast import CAST
from tests.factories import make_token, make_user

FACTS = [
    FileFacts(
        is_raw=raw,
        is_delivered=delivered,
        is_released_early=early,
        is_public=public,
        is_withheld=held,
    )
    for raw, delivered, early, public, held in product((False, True), repeat=5)
]


def is_out(facts):
    return facts.is_delivered or (facts.is_raw and facts.is_released_early)


@pytest.mark.parametrize("facts", FACTS, ids=str)
def test_each_standing_is_answered_as_the_table_says(facts):
    is_open = facts.is_public and is_out(facts) and not facts.is_withheld

    def may(standing, reason=""):
        return file_access([standing], facts, reason).may

    assert may(Standing.OUTSIDER) is is_open
    assert may(Standing.LOOKER) is is_open
    assert may(Standing.OWNER) is (is_out(facts) and not facts.is_withheld)
    assert may(Standing.ASSIGNED)
    assert may(Standing.WITH_REASON, "asked by the PI")
    assert may(Standing.WITH_REASON, "  ") is is_open
    assert file_access([Standing.ASSIGNED], facts).is_logged is not is_open
    assert file_access([Standing.WITH_REASON], facts, "x").is_logged is not is_open


@pytest.mark.parametrize("facts", FACTS, ids=str)
def test_more_ties_never_take_a_file_away(facts):
    for one, other in product(Standing, repeat=2):
        both = file_access([one, other], facts)
        assert both.may is (file_access([one], facts).may or file_access([other], facts).may)
        assert both.is_hidden is (
            file_access([one], facts).is_hidden and file_access([other], facts).is_hidden
        )


CLASSES = [*FileClass, ""]


@pytest.fixture
def member(cast_project):
    return cast_project.memberous_set.order_by("pk")[0]


@pytest.fixture
def files(member):
    """A file of every class, of the first generation."""
    return [
        ProductFile.objects.create(
            project_id=member.project_id,
            member_ous=member,
            path=f"x/{number}.dat",
            name=f"{number}.dat",
            file_class=word,
            generation=1,
            source="test",
        )
        for number, word in enumerate(CLASSES)
    ]


def readable(user, member, reason=""):
    """The classes of the files of a member OUS that somebody may read."""
    rows = for_reading(ProductFile.objects.filter(member_ous=member))
    reader = reader_of(user, [member.project_id], timezone.now())
    return {row.file_class for row in rows if reader.access(row, reason).may}


def put(member, **facts):
    MemberOUS.objects.filter(pk=member.pk).update(**facts)
    member.refresh_from_db()


def release_early(member):
    ClockEntry.objects.create(
        member_ous=member, kind="early_raw", at=timezone.now(), months=12, role_word="x"
    )


ALL, RAW = set(CLASSES), {"raw"}
NONE: set[str] = set()
OWNERS = ("pi", "data_delegee")
WITH_REASON = ("arc", "cs", "admin")
PAST, FUTURE = timedelta(seconds=-1), timedelta(days=1)

# What stands in the member OUS's row; what owners, and everybody, may read.
MOMENTS: dict[str, Any] = {
    "being observed": ({}, NONE, NONE),
    "verified": ({"state": "Verified"}, NONE, NONE),
    "delivered": ({"state": "Delivered", "delivery_generation": 1}, ALL, NONE),
    "under QA3": ({"state": "QA3InProgress", "delivery_generation": 1}, ALL, NONE),
    "reprocessed": ({"state": "Processing", "delivery_generation": 1}, ALL, NONE),
    "next generation verified": ({"state": "Verified", "delivery_generation": 0}, NONE, NONE),
    "public": ({"state": "Delivered", "delivery_generation": 1, "release": PAST}, ALL, ALL),
    "public in a day": (
        {"state": "Delivered", "delivery_generation": 1, "release": FUTURE},
        ALL,
        NONE,
    ),
    "early raw": ({"early": True, "release": FUTURE}, RAW, NONE),
    "early raw, public": ({"early": True, "release": PAST}, RAW, RAW),
    "delivered, says the archive": ({"state": "Delivered"}, ALL, NONE),
    "withdrawn from view": (
        {"state": "Deleted", "delivery_generation": 1, "release": PAST},
        NONE,
        NONE,
    ),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_cast_reads_each_class_at_each_moment_as_the_table_says(member, files, somebody, name):
    facts, owners, everybody = MOMENTS[name]
    facts = dict(facts)
    if facts.pop("early", False):
        release_early(member)
    if release := facts.pop("release", None):
        facts["release_date"] = timezone.now() + release
    put(member, **facts)

    found = {word: readable(somebody(word), member) for word in CAST}

    expected = {word: owners if word in OWNERS else everybody for word in CAST}
    assert found == {**expected, "reducer": ALL}
    for word in WITH_REASON:
        assert readable(somebody(word), member, "asked by the PI") == ALL


@pytest.mark.parametrize("word", ["qa", "drm", "aod"])
def test_reviewer_reads_what_is_assigned(member, files, somebody, word):
    user = somebody(word)
    put(member, reviewer=user)

    assert readable(user, member) == (NONE if word == "aod" else ALL)


@pytest.mark.parametrize("state", ["Delivered", "Verified"])
def test_cois_read_while_the_pi_lets_them(member, files, somebody, state):
    is_out = state == "Delivered"
    put(member, state=state, delivery_generation=int(is_out))
    people = [somebody(word) for word in ("copi", "coi")]
    people.append(ProjectVisitor(member.project_id))
    others = [somebody(word) for word in ("phase2_delegee", "expired_delegee", "stranger")]
    others.append(ProjectVisitor(others[-1].memberships.get().project_id))

    found = []
    for may in (False, True, False):
        let_cois_download(member.project, may=may, actor=somebody("pi"))
        found.append([readable(user, member) for user in people])
        assert [readable(user, member) for user in others] == [NONE] * 4

    assert found == [[NONE] * 3, [ALL if is_out else NONE] * 3, [NONE] * 3]


def test_staff_of_another_center_and_another_scientist_read_nothing(member, files):
    for user in (make_user(roles=["arc"], arc="NA"), make_user(roles=["cs"])):
        assert readable(user, member, "curious") == NONE


def test_withheld_files_are_for_staff_alone(member, files, pi, qa, arc):
    put(member, state="QA3InProgress", delivery_generation=1, release_date=timezone.now())
    withhold_files(member, actor=qa, reason="wrong target")

    assert readable(pi, member) == NONE
    assert readable(arc, member, "QA3") == ALL
    lift_hold(member, actor=qa)
    assert readable(pi, member) == ALL
    with pytest.raises(NotAllowed):
        withhold_files(member, actor=pi, reason="x")


@pytest.fixture
def delivered(member, files, settings, tmp_path):
    """The first file, in the store, and delivered."""
    settings.DATA_DIR = tmp_path
    put(member, state="Delivered", delivery_generation=1)
    place = tmp_path / member.ref / "1" / "x"
    place.mkdir(parents=True)
    (place / "0.dat").write_bytes(b"bytes of the file")
    return files[0]


def ask(user=None, path="", **headers):
    client = Client(headers=headers)
    if user is not None:
        client.force_login(user)
    answer: Any = client.get(path)
    answer.whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def test_owner_gets_the_bytes_and_nobody_is_logged(delivered, pi):
    answer = ask(pi, delivered.get_absolute_url())

    assert (answer.status_code, answer.whole) == (200, b"bytes of the file")
    assert answer["Content-Disposition"] == 'attachment; filename="0.dat"'
    assert answer["Content-Length"] == "17"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer["Cache-Control"]
    assert not FileReading.objects.exists()


def test_token_opens_the_door_and_a_bad_one_does_not(delivered, pi):
    path = delivered.get_absolute_url()

    good = ask(None, path, authorization=f"Token {make_token(pi, 'read')}")
    bad = ask(None, path, authorization="Token nonsense")

    assert (good.status_code, bad.status_code) == (200, 302)
    assert good.whole == b"bytes of the file"


def test_proprietary_file_is_hidden_refused_or_asks_for_a_reason(delivered, somebody):
    path = delivered.get_absolute_url()
    codes = {word: ask(somebody(word), path).status_code for word in CAST}

    assert codes == {
        **dict.fromkeys(CAST, 403),
        **dict.fromkeys((*OWNERS, "reducer"), 200),
        **dict.fromkeys(("stranger", "expired_delegee"), 404),
    }
    assert ask(None, path).status_code == 302
    # No more is told of a file that is there than of one that is not.
    assert ask(None, "/files/999999999/x").status_code == 302
    assert ask(somebody("stranger"), "/files/999999999/x").status_code == 404


def test_staff_readings_are_logged_with_their_reason(delivered, reducer, cs):
    path = delivered.get_absolute_url()
    first = ask(reducer, path)
    second = ask(cs, f"{path}?reason=asked+by+the+PI")

    assert (first.status_code, second.status_code) == (200, 200)
    logged = FileReading.objects.order_by("pk").values_list("user__username", "reason")
    assert [*logged] == [("reducer", ""), ("cs", "asked by the PI")]


def test_public_file_needs_no_log_in_and_no_log(delivered, member, admin):
    put(member, release_date=timezone.now())
    path = delivered.get_absolute_url()

    assert ask(None, path).whole == b"bytes of the file"
    assert ask(admin, path).status_code == 200
    assert not FileReading.objects.exists()


def test_head_tells_the_size_and_logs_nothing(delivered, reducer):
    client = Client()
    client.force_login(reducer)

    answer = client.head(delivered.get_absolute_url())

    assert (answer.status_code, answer["Content-Length"]) == (200, "17")
    assert not FileReading.objects.exists()


WHOLE = b"bytes of the file"
RANGES = [
    ("bytes=0-4", 206, b"bytes", "bytes 0-4/17"),
    ("bytes=13-", 206, b"file", "bytes 13-16/17"),
    ("bytes=-4", 206, b"file", "bytes 13-16/17"),
    ("bytes=-99", 206, WHOLE, "bytes 0-16/17"),
    ("bytes=16-999999999999999999", 206, b"e", "bytes 16-16/17"),
    ("Bytes= 0-0", 206, b"b", "bytes 0-0/17"),
    ("bytes=17-", 416, b"", "bytes */17"),
    ("bytes=-0", 416, b"", "bytes */17"),
    ("bytes=4-2", 200, WHOLE, None),
    ("bytes=0-1,3-4", 200, WHOLE, None),
    ("bytes=-", 200, WHOLE, None),
    ("bytes=٣-", 200, WHOLE, None),
    ("lines=1-2", 200, WHOLE, None),
    ("", 200, WHOLE, None),
]


def test_part_of_a_file_is_given_where_one_is_asked_for(delivered, reducer):
    path = delivered.get_absolute_url()

    for header, status, body, span in RANGES:
        answer = ask(reducer, path, range=header)
        assert (answer.status_code, answer.whole) == (status, body), header
        assert answer.headers.get("Content-Range") == span, header
        assert answer["Accept-Ranges"] == "bytes"
        if status != 416:
            assert answer["Content-Length"] == str(len(body))
    assert FileReading.objects.count() == len([row for row in RANGES if row[1] != 416])


def test_file_that_somebody_has_is_not_sent_again(delivered, reducer):
    path = delivered.get_absolute_url()
    tags = [ask(reducer, path)["ETag"]]
    ProductFile.objects.filter(pk=delivered.pk).update(size_bytes=17, sha256="ab" * 32)
    first = ask(reducer, path)
    tags.append(first["ETag"])
    logged = FileReading.objects.count()

    same = ask(reducer, path, if_none_match=first["ETag"])
    dated = ask(reducer, path, if_modified_since=first["Last-Modified"])
    other = ask(reducer, path, if_match='"other"')

    assert tags[1] == f'"{"ab" * 32}"' != tags[0]
    assert (same.status_code, same.whole, same["ETag"]) == (304, b"", first["ETag"])
    assert (dated.status_code, other.status_code) == (304, 412)
    assert FileReading.objects.count() == logged


def test_part_is_given_only_of_the_file_that_was_begun(delivered, pi):
    path = delivered.get_absolute_url()
    first = ask(pi, path)

    for known, status in [
        (first["ETag"], 206),
        (first["Last-Modified"], 206),
        ('"other"', 200),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 200),
    ]:
        assert ask(pi, path, range="bytes=0-4", if_range=known).status_code == status
    head = Client(headers={"range": "bytes=0-4"})
    head.force_login(pi)
    answer: Any = head.head(path)
    assert (answer.status_code, answer["Content-Length"]) == (200, "17")


def test_empty_file_is_given_whole(delivered, pi, tmp_path):
    (tmp_path / delivered.member_ous.ref / "1" / "x" / "0.dat").write_bytes(b"")

    whole = ask(pi, delivered.get_absolute_url())
    part = ask(pi, delivered.get_absolute_url(), range="bytes=0-")

    assert (whole.status_code, whole.whole, whole["Content-Length"]) == (200, b"", "0")
    assert (part.status_code, part["Content-Range"]) == (416, "bytes */0")


OUTSIDE = ("../../secret", "x/../../../secret", "/etc/passwd", "x/link", "x/nul\0", "x", "")


@pytest.mark.parametrize("path", OUTSIDE)
def test_path_never_leads_out_of_the_package(delivered, member, pi, tmp_path, path):
    (tmp_path / "secret").write_text("not for you")
    (tmp_path / member.ref / "secret").write_text("not for you")
    (tmp_path / member.ref / "1" / "x" / "link").symlink_to(tmp_path / "secret")
    delivered.path = path
    if path and "\0" not in path:
        delivered.save(update_fields=["path"])
        assert ask(pi, delivered.get_absolute_url()).status_code == 404
    assert stored_file(tmp_path, delivered) is None


def test_wrong_name_is_no_address(delivered, pi):
    assert ask(pi, f"/files/{delivered.pk}/other.dat").status_code == 404


NAMES = [
    "né “a” b/c%2f#?.fits",
    'a"b\\c;d.fits',
    "a\r\nX-Evil: 1.fits",
    "..%2f..%2fsecret",
    "%00.fits",
    " spaces  .fits ",
    "\u202egpj.fits",
    "last line break.fits\n",
    "x" * 255,
]


def test_name_of_any_letters_has_an_address(delivered, pi):
    for name in NAMES:
        delivered.name = name
        delivered.save(update_fields=["name"])
        answer = ask(pi, delivered.get_absolute_url())

        assert (answer.status_code, answer.whole) == (200, WHOLE), name
        disposition = answer["Content-Disposition"]
        assert disposition.startswith("attachment; filename")
        assert disposition.isascii()
        assert disposition.isprintable()
        assert "X-Evil" not in answer.headers


def test_nginx_sends_the_file_where_it_stands_before_the_site(delivered, pi, settings):
    settings.FILES_BY_NGINX = True

    answer = ask(pi, delivered.get_absolute_url())

    assert answer["X-Accel-Redirect"] == f"/stored/{delivered.member_ous.ref}/1/x/0.dat"
    assert answer.content == b""
    assert "X-Accel-Redirect" not in ask(None, delivered.get_absolute_url())
