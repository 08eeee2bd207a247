"""How values look on a page: badges, coordinates, times, UIDs, numbers with units.

Only format: what is shown was decided in ``projects.presentation`` or in a view. The
tags are built in (settings), so templates need no ``load``.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from deliveries.models import DeliveryState, NoticeState
from projects.models import LivingThing, ObsUnitSet, Tracked
from projects.presentation import Standing, format_count, standing
from projects.states import Family, Meaning
from projects.work import HINDRANCES
from qa.across import Apart, Compared
from qa.criteria import Answer
from snoopi import coordinates
from snoopi.pages.glossary import (
    ANSWER_MEANINGS,
    ARRAY_WORDS,
    DELIVERY_MEANINGS,
    LEVEL_WORDS,
    NOTICE_MEANINGS,
    QA0_MEANINGS,
    QA2_MEANINGS,
    QA3_MEANINGS,
    title_of,
)
from snoopi.pages.markup import marked, shape
from snoopi.usual import days_words

register = template.Library()

NOT_KNOWN = "N/A"
# A template hands on "" where a thing has no such part.
Number = float | Decimal | None
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b", re.ASCII)
_SIDES = {Apart.HIGH: "▲", Apart.LOW: "▼"}
_CLOSE_UNITS = frozenset({"°", "′", "″"})


def _standing(context: Context, thing: LivingThing | Standing) -> Standing:
    return thing if isinstance(thing, Standing) else standing(thing, context["user"])


@register.simple_tag(takes_context=True)
def badge(context: Context, thing: LivingThing | Standing) -> SafeString:
    """A state as shape, word and color; its meaning on hovering."""
    found = _standing(context, thing)
    return _badge(found.meaning, found.label, _done_of(thing))


@register.inclusion_tag("pages/_explained.html", takes_context=True)
def explain(context: Context, thing: LivingThing | Standing) -> dict[str, Any]:
    """A badge that opens what the state means, what comes next and who acts."""
    found = _standing(context, thing)
    face = _badge(found.meaning, found.label, _done_of(thing), with_title=False)
    return {"face": face, "meaning": found.meaning}


@register.filter
def hindrance(code: str) -> str:
    """What holds work up, in words."""
    return HINDRANCES[code].what


@register.filter
def qa0_badge(word: str) -> SafeString:
    """A QA0 verdict as shape, word and color."""
    return _badge(QA0_MEANINGS[word], word)


@register.filter
def qa2_badge(word: str) -> SafeString:
    """A QA2 verdict as shape, word and color."""
    return _badge(QA2_MEANINGS[word], word)


@register.filter
def qa3_badge(word: str) -> SafeString:
    """How far a problem report has come, as shape, word and color."""
    return _badge(QA3_MEANINGS[word], word)


@register.filter
def delivery_badge(word: str) -> SafeString:
    """How far a delivery has come, as shape, word and color."""
    return _badge(DELIVERY_MEANINGS[word], DeliveryState(word).label)


@register.filter
def notice_badge(word: str) -> SafeString:
    """What became of a mail, as shape, word and color."""
    return _badge(NOTICE_MEANINGS[word], NoticeState(word).label)


@register.filter
def answer_badge(answer: Answer) -> SafeString:
    """What a comparison with the request came to, as shape, word and color."""
    return _badge(ANSWER_MEANINGS[answer], answer)


@register.filter
def plain(value: Number) -> str:
    """A number with four significant digits and no idle zeros, or "N/A"."""
    return NOT_KNOWN if value is None else f"{value:.4g}"


@register.simple_tag
def meaning_badge(meaning: Meaning, label: str) -> SafeString:
    """A badge for the tables of the help page."""
    return _badge(meaning, label, with_title=False)


def _done_of(thing: object) -> int | None:
    expected = getattr(thing, "executions_expected", None)
    passed = getattr(thing, "executions_passed", Decimal(0))
    return min(100, round(100 * passed / expected)) if expected else None


def _badge(
    meaning: Meaning, label: str, done: int | None = None, *, with_title: bool = True
) -> SafeString:
    title = format_html(' title="{}"', meaning.means) if with_title else SafeString()
    return format_html(
        '<span class="badge f-{}"{}>{}<span>{}</span></span>',
        meaning.family.value,
        title,
        shape(meaning.family, done),
        label,
    )


@register.simple_tag(name="shape")
def shape_tag(family: Family) -> SafeString:
    """The shape of a family of states."""
    return shape(family)


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of our own icons; the words stand beside it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.filter
def hms(ra_deg: float | None, decimals: int = 3) -> str:
    """A right ascension, with so many decimals of a second."""
    return NOT_KNOWN if ra_deg is None else coordinates.format_ra(ra_deg, decimals)


@register.filter
def dms(dec_deg: float | None, decimals: int = 3) -> str:
    """A declination, with so many decimals of an arcsecond."""
    return NOT_KNOWN if dec_deg is None else coordinates.format_dec(dec_deg, decimals)


@register.filter
def utc(moment: datetime | None, form: str = "minutes") -> str:
    """A moment to the minute with its zone; "seconds", "date" and "bare" say otherwise."""
    if moment is None:
        return NOT_KNOWN
    patterns = {
        "minutes": "%Y-%m-%d %H:%M UTC",
        "seconds": "%Y-%m-%d %H:%M:%S UTC",
        "bare": "%Y-%m-%d %H:%M:%S",
        "date": "%Y-%m-%d",
    }
    moment = moment.astimezone(timezone.get_default_timezone())
    return format_html(
        '<time datetime="{}">{}</time>',
        moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        moment.strftime(patterns[form]),
    )


@register.filter
def age(moment: datetime | None) -> str:
    """How long ago a moment was, in whole days."""
    if moment is None:
        return "since an unknown date"
    days = (timezone.now() - moment).days
    return {0: "since today", 1: "for 1 day"}.get(days, f"for {days} days")


@register.filter
def days(moment: datetime | None) -> str:
    """How many whole days ago a moment was: the short form for tables."""
    if moment is None:
        return "date unknown"
    number = (timezone.now() - moment).days
    return "1 day" if number == 1 else f"{number} days"


@register.filter
def dated(text: str) -> SafeString:
    """A sentence whose days are marked as such, and never broken in the middle."""
    return mark_safe(  # noqa: S308 - the text was escaped before the marks were put in
        _DAY.sub(r'<time datetime="\g<0>">\g<0></time>', escape(text))
    )


@register.filter
def usual_days(number: float) -> str:
    """A median in days or hours."""
    return days_words(number)


@register.filter
def uid(thing: Tracked | str | None) -> SafeString:
    """A UID in monospace that is copied with one click."""
    text = (thing.uid or thing.ref) if isinstance(thing, Tracked) else thing
    if not text:
        return mark_safe(NOT_KNOWN)  # noqa: S308 - our own constant
    return format_html(
        '<span class="uid"><code>{0}</code>'
        '<button type="button" class="copy" data-copy="{0}" hidden>Copy'
        '<span class="sr-only"> {0}</span></button></span>',
        text,
    )


@register.simple_tag
def quantity(value: Number, unit: str, decimals: int = 2) -> SafeString:
    """A number with its unit, or "N/A"."""
    if value is None:
        return mark_safe(NOT_KNOWN)  # noqa: S308 - our own constant
    number = f"{value:.{decimals}f}".replace("-", coordinates.MINUS)
    gap = "" if unit in _CLOSE_UNITS else "\N{NO-BREAK SPACE}"
    return format_html('{}{}<span class="unit">{}</span>', number, gap, unit)


@register.filter
def fixed(value: Number, decimals: int = 2) -> str:
    """A number with so many decimals; for columns whose head names the unit."""
    return NOT_KNOWN if value is None else f"{value:.{decimals}f}"


@register.simple_tag
def beside(figure: Compared) -> SafeString:
    """A figure of a column, marked where it stands apart from those of the other runs."""
    number = fixed(figure.value, figure.column.decimals)
    if figure.apart is None:
        return escape(number)
    words = f"{figure.apart}: the median is {fixed(figure.usual, figure.column.decimals)}"
    return format_html(
        '<strong class="apart" title="{0}"><span aria-hidden="true">{1}</span> {2}'
        '<span class="sr-only"> {0}</span></strong>',
        words,
        _SIDES[figure.apart],
        number,
    )


@register.filter
def count(number: Decimal | None) -> str:
    """A count of executions without idle zeros, "?" where unknown."""
    return format_count(number)


@register.filter
def bands(numbers: list[int]) -> str:
    """Receiver bands: "3", "3, 6"."""
    return ", ".join(map(str, numbers)) or NOT_KNOWN


@register.filter
def array_words(array: str) -> str:
    """An array as the observatory calls it: "7m Array"."""
    return ARRAY_WORDS.get(array, array or NOT_KNOWN)


@register.filter(name="called")
def called(thing: Tracked) -> str:
    """How a thing is called in a heading or a link."""
    name = getattr(thing, "name", "")
    if isinstance(thing, ObsUnitSet):
        return title_of(thing.LEVEL, name)
    return name or str(thing)


@register.filter
def level_words(thing: Tracked) -> str:
    """What sort of thing it is."""
    return LEVEL_WORDS[thing.LEVEL]


@register.filter
def highlight(text: str, query: str) -> SafeString:
    """A text with every place marked that holds the query."""
    return marked(text, query) if query else escape(text)
