"""How the numbers of an execution's report look: explained, as ranges, as shares."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from projects.states import Family
from qa.blocks import Range
from qa.calibrations import Coverage
from qa.explained import EXPLAINED
from qa.findings import Finding, Verdict
from snoopi.pages.markup import shape
from snoopi.templatetags.display import NOT_KNOWN, quantity

register = template.Library()

_TSYS = re.compile(r"Tsys(,\w+)?")
FAMILIES: Mapping[Verdict, Family] = MappingProxyType(
    {
        Verdict.WARNING: Family.QUESTION,
        Verdict.FINE: Family.GOOD,
        Verdict.NO_RULE: Family.NOTHING_YET,
        Verdict.NOT_APPLICABLE: Family.STOPPED,
        Verdict.NOT_KNOWN: Family.UNKNOWN,
    }
)


COVERED: Mapping[Coverage, Family] = MappingProxyType(
    {
        Coverage.MISSING: Family.QUESTION,
        Coverage.STALE: Family.QUESTION,
        Coverage.UNKNOWN: Family.UNKNOWN,
        Coverage.VALID: Family.GOOD,
        Coverage.NOT_KEPT: Family.NOTHING_YET,
        Coverage.NOT_APPLICABLE: Family.STOPPED,
    }
)


@register.simple_tag
def coverage_badge(standing: Coverage) -> SafeString:
    """How an execution stands to calibrations, as shape, word and color."""
    return _badge(COVERED[standing], standing.value)


def _badge(family: Family, word: str) -> SafeString:
    return format_html(
        '<span class="badge f-{}">{}<span>{}</span></span>', family.value, shape(family), word
    )


@register.filter
def figure_name(name: str) -> SafeString:
    """A number's name, with Tsys as it is printed."""
    return mark_safe(  # noqa: S308 - escaped before the marks were put in
        _TSYS.sub(r"T<sub>sys\1</sub>", escape(name))
    )


@register.inclusion_tag("pages/_about.html")
def about(key: str) -> dict[str, Any]:
    """The name of a number, which opens its formula, unit and source."""
    explained = EXPLAINED[key]
    return {"about": explained, "label": figure_name(explained.name)}


@register.simple_tag
def finding_badge(finding: Finding) -> SafeString:
    """A verdict as shape, word and color."""
    return _badge(FAMILIES[finding.verdict], finding.verdict.value)


@register.simple_tag
def spread(found: Range | None, unit: str, decimals: int = 2) -> SafeString:
    """The least and the most of some readings, once where they are the same."""
    if not found:
        return escape(NOT_KNOWN)
    least, most = (f"{value:.{decimals}f}" for value in (found.least, found.most))
    if least == most:
        return quantity(found.least, unit, decimals)
    low, high = (quantity(value, unit, decimals) for value in (found.least, found.most))
    return format_html("{} to {}", low, high)


@register.simple_tag
def percent(share: float | None) -> SafeString:
    """A share in percent: two digits below ten."""
    if share is None:
        return escape(NOT_KNOWN)
    return quantity(share * 100, "%", 2 if share < 0.1 else 1)
