"""The template tags."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.template import Context, Template

from accounts.models import User
from projects.models import MemberOUS, SchedBlock
from projects.states import Family
from snoopi.pages.markup import marked, shape


def rendered(source: str, **names: object) -> str:
    """What a template makes of some values."""
    return Template(source).render(Context({"user": User(pk=1), **names})).strip()


@pytest.mark.parametrize(
    ("source", "value", "text"),
    [
        ("{{ v|hms }}", 266.8309916666667, "17h 47m 19.438s"),
        ("{{ v|dms }}", -28.391605555555557, "−28° 23′ 29.780″"),
        ("{{ v|hms }}", None, "N/A"),
        ("{{ v|dms }}", None, "N/A"),
        ("{{ v|fixed }}", 70.184, "70.18"),
        ("{{ v|fixed }}", None, "N/A"),
        ("{{ v|count }}", Decimal("1.50"), "1.5"),
        ("{{ v|count }}", None, "?"),
        ("{{ v|bands }}", [3, 6], "3, 6"),
        ("{{ v|bands }}", [], "N/A"),
        ("{{ v|array_words }}", "7m", "7m Array"),
        ("{{ v|array_words }}", "", "N/A"),
        ('{% quantity v "GHz" %}', 91.28, '91.28\xa0<span class="unit">GHz</span>'),
        ('{% quantity v "″" 1 %}', -0.04, '−0.0<span class="unit">″</span>'),
        ('{% quantity v "K" %}', None, "N/A"),
        ("{{ v|utc }}", None, "N/A"),
        ("{{ v|uid }}", None, "N/A"),
        ("{{ v|highlight:'a' }}", "<a>", "&lt;<mark>a</mark>&gt;"),
        ("{{ v|highlight:'' }}", "<a>", "&lt;a&gt;"),
    ],
)
def test_value_is_written_as(source, value, text):
    assert rendered(source, v=value) == text


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("minutes", "2014-07-03 05:59 UTC"),
        ("seconds", "2014-07-03 05:59:44 UTC"),
        ("bare", "2014-07-03 05:59:44"),
        ("date", "2014-07-03"),
    ],
)
def test_time_carries_its_exact_moment(form, text):
    moment = datetime(2014, 7, 3, 5, 59, 44, tzinfo=UTC)

    assert rendered(f'{{{{ v|utc:"{form}" }}}}', v=moment) == (
        f'<time datetime="2014-07-03T05:59:44Z">{text}</time>'
    )


@time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("hours", "age", "days"),
    [
        (23, "since today", "0 days"),
        (24, "for 1 day", "1 day"),
        (50, "for 2 days", "2 days"),
        (None, "since an unknown date", "date unknown"),
    ],
)
def test_age_is_in_whole_days(hours, age, days):
    moment = None if hours is None else datetime(2026, 3, 1, tzinfo=UTC) - timedelta(hours=hours)

    assert rendered("{{ v|age }}|{{ v|days }}", v=moment) == f"{age}|{days}"


def test_uid_is_copied_with_one_click():
    text = rendered("{{ v|uid }}", v=MemberOUS(uid="uid://A001/X1/X2", ref="uid___A001_X1_X2"))

    assert "<code>uid://A001/X1/X2</code>" in text
    assert 'data-copy="uid://A001/X1/X2" hidden' in text


def test_badge_has_shape_word_and_color():
    block = SchedBlock(state="FullyObserved")

    assert rendered("{% badge v %}", v=block) == (
        '<span class="badge f-observed" title="All data have been taken.">'
        '<svg class="shape" aria-hidden="true"><use href="#s-observed"/></svg>'
        "<span>All data taken</span></span>"
    )


def test_badge_fills_with_the_executions_that_passed():
    block = SchedBlock(state="Ready", executions_passed=Decimal(3), executions_expected=Decimal(8))

    assert 'stroke-dasharray="38 100"' in rendered("{% badge v %}", v=block)


def test_explained_badge_opens_meaning_next_step_and_actor():
    text = " ".join(rendered("{% explain v %}", v=SchedBlock(state="Ready")).split())

    for words in ("Everything is prepared", "<strong>Next</strong>", "weather and array"):
        assert words in text
    assert text.startswith('<details class="why">')


@pytest.mark.parametrize("family", [*Family])
def test_every_family_has_a_shape_in_the_sprite(family):
    sprite = rendered('{% include "_sprite.html" %}')

    assert f'id="s-{family.value}"' in sprite
    assert f'href="#s-{family.value}"' in shape(family)


@pytest.mark.parametrize(
    ("text", "query", "html"),
    [
        ("M83 and m83", "m83", "<mark>M83</mark> and <mark>m83</mark>"),
        ("a.c abc", "a.c", "<mark>a.c</mark> abc"),
        ("x & y", "&", "x <mark>&amp;</mark> y"),
    ],
)
def test_marks_stand_where_the_query_is(text, query, html):
    assert marked(text, query) == html
