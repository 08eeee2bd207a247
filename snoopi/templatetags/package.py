"""How runs of the pipeline and files of packages look: scores, sizes, durations."""

from collections.abc import Mapping
from types import MappingProxyType

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from projects.states import Family
from qa.scores import ScoreWord
from snoopi.pages.markup import shape
from snoopi.templatetags.display import NOT_KNOWN

register = template.Library()

_FAMILIES: Mapping[ScoreWord, Family] = MappingProxyType(
    {
        ScoreWord.GOOD: Family.GOOD,
        ScoreWord.SUB_OPTIMAL: Family.OBSERVED,
        ScoreWord.WARNING: Family.QUESTION,
        ScoreWord.ERROR: Family.BAD,
        ScoreWord.NOT_COMPUTED: Family.BAD,
        ScoreWord.NO_SCORE: Family.NOTHING_YET,
        ScoreWord.NO_RULE: Family.UNKNOWN,
    }
)
_STEPS = ("B", "kB", "MB", "GB", "TB", "PB")
_STEP = 1000


@register.simple_tag
def score_badge(word: ScoreWord) -> SafeString:
    """What a score stands for, as shape, word and color."""
    family = _FAMILIES[word]
    return format_html(
        '<span class="badge f-{}">{}<span>{}</span></span>', family.value, shape(family), word.value
    )


@register.filter
def score(value: float | None) -> str:
    """A score with two decimals."""
    return NOT_KNOWN if value is None else f"{value:.2f}"


@register.filter
def digits(value: float | None, number: int = 4) -> str:
    """A number with so many significant digits, without an exponent where it can do without."""
    if value is None:
        return NOT_KNOWN
    text = f"{value:.{number}g}"
    return text if "e-" in text else f"{float(text):.10g}"


@register.filter
def file_size(size_bytes: int | None) -> str:
    """A size with three digits, in powers of a thousand."""
    if size_bytes is None:
        return NOT_KNOWN
    size, step = float(size_bytes), 0
    # 999.5 and more would be printed as 1000.
    while size >= _STEP - 0.5 and step < len(_STEPS) - 1:
        size, step = size / _STEP, step + 1
    return f"{size:.3g}\N{NO-BREAK SPACE}{_STEPS[step]}" if step else f"{size:g}\N{NO-BREAK SPACE}B"


@register.filter
def lasted(seconds: int | None) -> str:
    """A duration as hours, minutes and seconds."""
    if seconds is None:
        return NOT_KNOWN
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
