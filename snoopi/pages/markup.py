"""Small pieces of HTML that Python writes itself, because a page has hundreds of them. Pure."""

import re

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from projects.states import Family


def shape(family: Family, done: int | None = None) -> SafeString:
    """The shape of a family of states; half-filled by ``done`` percent where it is known."""
    if family == Family.IN_PROGRESS and done is not None:
        return format_html(
            '<svg class="shape" viewBox="0 0 16 16" aria-hidden="true">'
            '<circle class="line" cx="8" cy="8" r="6.25"/>'
            '<circle class="pie" cx="8" cy="8" r="2.5" pathLength="100"'
            ' stroke-dasharray="{} 100"/></svg>',
            done,
        )
    return mark_safe(  # noqa: S308 - the families are ours
        f'<svg class="shape" aria-hidden="true"><use href="#s-{family.value}"/></svg>'
    )


def marked(text: str, query: str) -> SafeString:
    """The escaped text with <mark> around each place that holds ``query``."""
    parts = re.split(f"({re.escape(query)})", text, flags=re.IGNORECASE)
    pieces = [
        f"<mark>{escape(part)}</mark>" if place % 2 else escape(part)
        for place, part in enumerate(parts)
    ]
    return mark_safe("".join(pieces))  # noqa: S308 - every part was escaped above
