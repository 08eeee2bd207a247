"""The syntax of INGEST_SOURCES: what it means, what is refused, what is never printed."""

from datetime import date

import pytest

from ingest.configured import BadSetting, SourceKind, parse_sources

ALL = """
alma=tap+https://almascience.org/tap#every=15m&table=ivoa.obscore,
status=https://robot:pass%20word@ops.example.org:8443/s.json?token=abc123&x=1#every=5m;
drop=/data/in%20coming
"""


def test_three_kinds_with_their_options():
    alma, status, drop = parse_sources(ALL)

    assert (alma.name, alma.kind, alma.address) == (
        "alma",
        SourceKind.TAP,
        "https://almascience.org/tap",
    )
    assert (alma.every_s, alma.table, alma.host) == (900, "ivoa.obscore", "almascience.org")
    assert (status.kind, status.every_s, status.host) == (
        SourceKind.URL,
        300,
        "ops.example.org:8443",
    )
    assert status.address == (
        "https://robot:pass%20word@ops.example.org:8443/s.json?token=abc123&x=1"
    )
    assert (drop.kind, drop.address, drop.every_s) == (SourceKind.FOLDER, "/data/in coming", 60)


@pytest.mark.parametrize(
    ("address", "kind", "plain"),
    [
        ("https://a.example/tap", "tap", "https://a.example/tap"),
        ("https://a.example/tap/", "tap", "https://a.example/tap"),
        ("tap+https://a.example/argus/sync", "tap", "https://a.example/argus"),
        ("TAP+http://127.0.0.1:8080/x", "tap", "http://127.0.0.1:8080/x"),
        ("https://a.example/tape.json", "url", "https://a.example/tape.json"),
        ("file:///srv/drop/", "folder", "/srv/drop"),
        ("/", "folder", "/"),
    ],
)
def test_kind_is_seen_by_the_address(address, kind, plain):
    (found,) = parse_sources(f"x={address}")

    assert (found.kind, found.address) == (kind, plain)


def test_options_of_a_tap_source():
    (found,) = parse_sources(
        "x=tap+https://a.example/t#project=2013.1.00308.S,2015.1.00121.S"
        "&since=2026-03-01&rows=100&pause=2s&timeout=30s"
    )

    assert found.projects == ("2013.1.00308.S", "2015.1.00121.S")
    assert found.since == date(2026, 3, 1)
    assert (found.page_rows, found.pause_s, found.timeout_s) == (100, 2, 30)


@pytest.mark.parametrize("text", ["", "  ", " ,\n; "])
def test_nothing_is_no_source(text):
    assert parse_sources(text) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://a.example/x", "source 1 is not written as name=address"),
        ("alma", "source 1 is not written as name=address"),
        ("=https://a.example", "source 1 is not written as name=address"),
        ("a b=https://a.example", "source 1 is not written as name=address"),
        ("x=", "source 1 is not written as name=address"),
        ("x=https://a.example,X=/data", "two sources are called x"),
        ("x=ftp://a.example", "x: its address is none of"),
        ("x=data/incoming", "x: its address is none of"),
        ("x=https://", "x: its address has no usable host"),
        ("x=https://h:port/", "x: its address has no usable host"),
        ("x=tap+https://h/tap?a=b", "x: the address of a TAP service has no query"),
        ("x=file://h/data", "x: write a folder as"),
        ("x=/data,nonsense", "x: its address has blanks or marks in it"),
        ("x=/data#every", "x: write its options as"),
        ("x=/data#every=soon", "x: every must be a time such as"),
        ("x=/data#every=0s", "x: every must be 1s or longer"),
        ("x=https://h/a#every=9s", "x: every must be 10s or longer"),
        ("x=https://h/a#table=t", "x: “table” is no option of a url source"),
        ("x=/data#color=red", "x: “color” is no option of a folder source"),
        ("x=https://h/tap#table=a;drop", "x: table must be a table such as"),
        ("x=https://h/tap#since=yesterday", "x: since must be a day such as"),
        ("x=https://h/tap#since=2026-02-30", "x: since must be a day such as"),
        ("x=https://h/tap#project=all", "x: project must be project codes"),
        ("x=https://h/tap#rows=0", "x: rows must be a number from 1"),
        ("x=https://h/tap#timeout=2h", "x: timeout must be a time"),
    ],
)
def test_bad_setting_is_refused_in_words_that_name_the_source(text, words):
    with pytest.raises(BadSetting) as refused:
        parse_sources(text)

    assert str(refused.value).startswith(words)


@pytest.mark.parametrize(
    "text",
    [
        "x=https://robot:s3cret@h:port/?token=s3cret",
        "x=https://robot:s3cret@h/a?token=s3cret#every=never",
        "x=ftp://robot:s3cret@h/",
        "robot:s3cret@h/?s3cret",
        "x=https://robot:s3 cret@h/",
    ],
)
def test_refusal_never_prints_the_address(text):
    with pytest.raises(BadSetting) as refused:
        parse_sources(text)

    assert "cret" not in str(refused.value)


def test_address_is_shown_without_user_password_and_query():
    _, status, _ = parse_sources(ALL)

    assert status.shown == "https://ops.example.org:8443/s.json?…"
    assert "pass" not in repr(status)
    said = "no abc123 for robot:pass%20word, nor for pass word at token=abc123&x=1"
    assert status.without_secrets(said) == "no … for …, nor for … at …"
