"""What a form or a program says that a problem is about, and what a report would mean."""

from dataclasses import dataclass
from datetime import datetime

from deliveries.clock import account, told
from deliveries.models import ProductFile, entries_of
from deliveries.observatory import months_rule
from deliveries.policy import PeriodKind
from projects.lookup import canonical_ref, find, is_storable
from projects.models import ExecBlock, MemberOUS
from projects.querysets.project import Viewer
from qa.errors import BadJudgement
from qa.plots.catalog import PLOTS
from qa.problems import About, AboutKind
from qa.problems_told import months_words
from qa.windows import window_at

LONGEST_ABOUT = 1200
RENEWED = "A problem with these data was reported in time (QA3)."
_LEGAL = ("file:<place in the package>", "plot:<name>:<execution>", "<UID of an execution>")


@dataclass(frozen=True, slots=True)
class AboutTold:
    """What a report is about, in words, and as ``about_of`` takes it."""

    about: About
    text: str
    words: str


def about_of(member_ous: MemberOUS, text: str, viewer: Viewer) -> AboutTold:
    """Answer what a text names: the member OUS itself, an execution, a plot, or a file of it.

    An execution by its UID in any spelling, a plot as ``plot:tsys:<execution>``, a file as
    ``file:<place in the package>``; a file that the viewer may not know of is not there.
    Raises BadJudgement.
    """
    said = text.strip()
    if not is_storable(said) or len(said) > LONGEST_ABOUT:
        raise BadJudgement("about", "This names nothing here.", _LEGAL)
    if canonical_ref(said) in ("", member_ous.ref):
        return AboutTold(About(), "", "the member OUS as a whole")
    kind, _, rest = said.partition(":")
    if kind == "file":
        return _file(member_ous, rest, viewer)
    if kind == "plot":
        return _plot(member_ous, rest)
    return _exec_block(member_ous, said.removeprefix("execblock:"))


def _file(member_ous: MemberOUS, path: str, viewer: Viewer) -> AboutTold:
    rows = ProductFile.objects.visible_to(viewer).filter(member_ous=member_ous, path=path)
    if not rows.exists():
        raise BadJudgement("about", f"It has no file “{path[:100]}”.")
    return AboutTold(About(AboutKind.FILE, file=path), f"file:{path}", f"file {path}")


def _plot(member_ous: MemberOUS, text: str) -> AboutTold:
    name, _, uid = text.partition(":")
    if name not in PLOTS:
        raise BadJudgement("about", f"There is no plot “{name[:40]}”.", [*PLOTS])
    block = _found(member_ous, uid)
    about = About(AboutKind.PLOT, exec_block_id=block.pk, plot=name)
    words = f"plot {PLOTS[name].title} of execution {block}"
    return AboutTold(about, f"plot:{name}:{block.ref}", words)


def _exec_block(member_ous: MemberOUS, uid: str) -> AboutTold:
    block = _found(member_ous, uid)
    about = About(AboutKind.EXEC_BLOCK, exec_block_id=block.pk)
    return AboutTold(about, block.ref, f"execution {block}")


def _found(member_ous: MemberOUS, uid: str) -> ExecBlock:
    block = find(ExecBlock.objects.filter(member_ous=member_ous), uid)
    if block is None:
        raise BadJudgement("about", f"It has no execution “{uid[:100]}”.", _LEGAL)
    return block


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a report at a moment would mean: on which side it lies, and for the clock."""

    is_timely: bool | None
    side: str
    clock: str


def foreseen(member_ous: MemberOUS, moment: datetime) -> Foreseen:
    """Answer what a report would mean; at most one query."""
    window = window_at(member_ous, moment)
    if window is None:
        side = "Whether it is in time is not known: no date of delivery, or no rule, is on file."
        return Foreseen(None, side, _clock(member_ous, moment, None))
    months, is_timely = months_words(window.months), window.has(moment.replace(microsecond=0))
    if is_timely:
        side = f"A report now lies within {months} of the delivery: until {told(window.until)}."
    else:
        side = f"A report now lies later than {months} after the delivery: {told(window.until)}."
    return Foreseen(is_timely, side, _clock(member_ous, moment, is_timely))


_UNKNOWN = "How long the data are yours alone is then decided by hand."
_PUBLIC = (
    "The data are public: they may be withdrawn while the problem is investigated, but get no "
    "new proprietary period."
)
_LATE = (
    "If an investigation follows, the proprietary period lasts at least until it is over; after "
    "a fix it is not renewed: it ends when the fix is delivered, or as it would have."
)
_NO_RULE = "If the data are delivered again, no rule on file says how long the period is then."


def _clock(member_ous: MemberOUS, moment: datetime, is_timely: bool | None) -> str:
    entries = entries_of(member_ous.clock_entries.in_order())
    period = account(entries).period
    release = period.end if entries else member_ous.release_date
    if period.is_withdrawn or (release is not None and release <= moment and not period.is_held):
        return _PUBLIC
    if is_timely is None:
        return _UNKNOWN
    if not is_timely:
        return _LATE
    rule = months_rule(member_ous.project, PeriodKind.RENEWAL, moment)
    if rule is None:
        return _NO_RULE
    return (
        "If an investigation follows, the proprietary period lasts at least until it is over. If "
        "the data are delivered again with a fix, the period is renewed: "
        f"{months_words(rule.months)}, counted from the new delivery."
    )
