"""What the panels and pages of OUS, scheduling block and execution block show."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from accounts.permissions import can_view_as
from deliveries.links import LINK_TITLES
from deliveries.models import AddedValue
from deliveries.permissions import can_enter_added_value
from deliveries.presentation import delivery_of
from projects.models import (
    ExecBlock,
    GroupOUS,
    LivingThing,
    MemberOUS,
    Membership,
    ObsUnitSet,
    Project,
    Role,
    SchedBlock,
    ScienceGoal,
    Tracked,
)
from projects.permissions import delegates, open_steps
from projects.presentation import executions, qa2_of, sched_block_of, version_of, waiting
from projects.querysets.project import is_staff_viewer
from qa.calibrated import calibrations_of
from qa.models import LateVerdict
from qa.permissions import can_decide_qa0, can_settle_late_verdict, can_triage
from qa.pipeline_told import runs_told, software_of
from qa.presentation import array_told, report_of
from qa.problems_told import reports_of
from qa.side_by_side import side_by_side, with_figures
from qa.verdicts import VerdictTold, verdict_of
from qa.whole import whole_report
from qa.windows import is_handed_out
from snoopi.pages.glossary import goal_name, title_of
from snoopi.pages.packages import files_told
from snoopi.pages.plots import plot_row
from snoopi.seasons import season_told
from snoopi.support import citation_of, contact_of
from snoopi.usual import usual_for
from snoopi.work_told import work_of


@dataclass(frozen=True, slots=True)
class Crumb:
    """A link up the tree."""

    name: str
    url: str


def crumbs(
    project: Project | None, above: list[ObsUnitSet | SchedBlock | None], ref: str
) -> list[Crumb]:
    """The way down from the project, whose tree opens at ``ref``; unknown levels are left out."""
    steps = (
        [] if project is None else [Crumb(project.ref, f"{project.get_absolute_url()}?node={ref}")]
    )
    known = [thing for thing in above if thing is not None]
    return [*steps, *(Crumb(_crumb_name(thing), thing.get_absolute_url()) for thing in known)]


def _crumb_name(thing: ObsUnitSet | SchedBlock) -> str:
    if isinstance(thing, SchedBlock):
        return str(thing)
    return title_of(thing.LEVEL, thing.name)


def _above_member(member_ous: MemberOUS | None) -> list[ObsUnitSet | SchedBlock | None]:
    return [member_ous.science_goal, member_ous.group_ous] if member_ous else []


ARCHIVE_QUERY = "https://almascience.org/aq/"
_CHILDREN_SHOWN = 200
_EXEC_BLOCKS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing the PI asked for."""

    title: str
    value: str


_ASKED_TITLES: dict[str, tuple[str, str]] = {
    "sensitivity_mjy": ("Sensitivity", "mJy"),
    "sensitivity_bandwidth_mhz": ("in a bandwidth of", "MHz"),
    "sensitivity_measure": ("measured over", ""),
    "resolution_arcsec": ("Angular resolution", "″"),
    "min_resolution_arcsec": ("Finest resolution", "″"),
    "max_resolution_arcsec": ("Coarsest resolution", "″"),
    "largest_scale_arcsec": ("Largest scale", "″"),
    "rep_freq_ghz": ("Representative frequency", "GHz"),
    "rep_source": ("Representative source", ""),
    "rep_window": ("Representative window", ""),
    "configurations": ("Configurations", ""),
}


def asked_facts(asked: dict[str, Any]) -> list[Asked]:
    """What was asked for, in the table's order, with units; other names are left out."""
    facts = []
    for name, (title, unit) in _ASKED_TITLES.items():
        value = asked.get(name)
        if value not in (None, "", []):
            facts.append(Asked(title, _with_unit(value, unit)))
    return facts


def _with_unit(value: Any, unit: str) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    gap = "" if unit in {"", "″"} else "\N{NO-BREAK SPACE}"
    return f"{text}{gap}{unit}"


def archive_query_url(uid: str | None) -> str:
    """Where ALMA's archive lists a member OUS; empty without a UID."""
    return f"{ARCHIVE_QUERY}?{urlencode({'member_ous_id': uid}, safe=':/')}" if uid else ""


@dataclass(frozen=True, slots=True)
class Difference:
    """An upstream source that says another state than the one that counts here."""

    origin: str
    word: str
    learnt: datetime | None


def upstream_differences(thing: LivingThing, user: User) -> list[Difference]:
    """For staff: the sources whose last word on the state is not the state."""
    return _differences(thing, "state", thing.state) if is_staff_viewer(user) else []


def verdict_differences(exec_block: ExecBlock, user: User) -> list[Difference]:
    """For staff: the sources whose last word on QA0 is not what was decided here."""
    if not is_staff_viewer(user) or exec_block.qa0_decided_at is None:
        return []
    return _differences(exec_block, "qa0", exec_block.qa0)


def _differences(thing: Tracked, name: str, value: str | None) -> list[Difference]:
    said = ((origin, fields[name]) for origin, fields in thing.facts.items() if name in fields)
    return [
        Difference(origin, word, parse_datetime(str(learnt)))
        for origin, (word, learnt) in said
        if word != value
    ]


@dataclass(frozen=True, slots=True)
class LinkDifference(Difference):
    """A link of added-value products that a source says, and another one counts."""

    name: str


def link_differences(member_ous: MemberOUS, added: AddedValue | None) -> list[LinkDifference]:
    """The sources' last words on links that are not the links."""
    return [
        LinkDifference(one.origin, one.word, one.learnt, title)
        for name, title in LINK_TITLES.items()
        for one in _differences(member_ous, f"added_value {name}", getattr(added, name, ""))
    ]


def sched_block_panel(sched_block: SchedBlock, user: User) -> dict[str, Any]:
    """The SB panel; two queries, for the executions and the usual age."""
    member_ous = sched_block.member_ous
    asked = {**(member_ous.asked if member_ous else {}), **sched_block.asked}
    return {
        "thing": sched_block,
        "sched_block": sched_block,
        "member_ous": member_ous,
        "goal_name": goal_name(member_ous.science_goal if member_ous else None),
        "executions": executions(sched_block),
        "steps": open_steps(user, sched_block),
        **_waits(sched_block, user),
        "season": season_told(sched_block),
        "asked": asked_facts(asked),
        "archive_query": archive_query_url(member_ous.uid if member_ous else None),
        "crumbs": crumbs(
            sched_block.project, [*_above_member(member_ous), member_ous], sched_block.ref
        ),
        **_exec_blocks(ExecBlock.objects.filter(sched_block=sched_block), user, asked),
    }


def _exec_blocks(rows: QuerySet[ExecBlock], user: User, asked: dict[str, Any]) -> dict[str, Any]:
    found = list(with_figures(rows).newest_first()[: _EXEC_BLOCKS_SHOWN + 1])  # type: ignore[attr-defined]
    for row in found:
        row.shown_block = sched_block_of(row, user)
    return {
        "exec_blocks": found[:_EXEC_BLOCKS_SHOWN],
        "exec_blocks_cut": len(found) > _EXEC_BLOCKS_SHOWN,
        "across": side_by_side(found[:_EXEC_BLOCKS_SHOWN], asked),
    }


def _waits(thing: ObsUnitSet | SchedBlock, user: User) -> dict[str, Any]:
    """What a thing waits for, and how long that usually takes; at most one query."""
    found, cycle = waiting(thing, user), thing.project.cycle if thing.project else ""
    counted = found is not None and isinstance(thing, MemberOUS | SchedBlock)
    return {"waiting": found, "usual": usual_for(thing, cycle, user) if counted else None}


def ous_panel(ous: ObsUnitSet, user: User) -> dict[str, Any]:
    """The panel of an OUS on any level; at most four queries."""
    common = {
        "thing": ous,
        "ous": ous,
        "shown_version": version_of(ous, user),
        **_waits(ous, user),
        "asked": asked_facts(ous.asked),
        "differences": upstream_differences(ous, user),
        "steps": open_steps(user, ous),
        "contact": contact_of(ous.project),
        "citation": citation_of(ous.project),
        "crumbs": ous_crumbs(ous),
    }
    if isinstance(ous, MemberOUS):
        return {**common, **_member_panel(ous, user)}
    if isinstance(ous, GroupOUS | ScienceGoal):
        return {**common, **_upper_panel(ous, user)}
    return common


def ous_crumbs(ous: ObsUnitSet) -> list[Crumb]:
    """The way down to an OUS on any level."""
    return crumbs(ous.project, _above_ous(ous), ous.ref)


def _above_ous(ous: ObsUnitSet) -> list[ObsUnitSet | SchedBlock | None]:
    if isinstance(ous, MemberOUS):
        return _above_member(ous)
    return [ous.science_goal] if isinstance(ous, GroupOUS) else []


def _member_panel(member_ous: MemberOUS, user: User) -> dict[str, Any]:
    blocks = SchedBlock.objects.filter(member_ous=member_ous).order_by("name", "pk")
    late = LateVerdict.objects.filter(member_ous=member_ous).with_verdicts()
    if not is_staff_viewer(user):
        blocks = blocks.not_deleted()
    is_out = is_handed_out(member_ous)
    runs = cache(partial(runs_told, member_ous, user))
    return {
        "member_ous": member_ous,
        "hides_qa2": qa2_of(member_ous, user) is None,
        "goal_name": goal_name(member_ous.science_goal),
        "executions": executions(member_ous),
        "archive_query": archive_query_url(member_ous.uid),
        "sched_blocks": blocks[:_CHILDREN_SHOWN],
        # Called by the template where it shows them: not in the tree.
        "pipeline_runs": runs,
        "software": lambda: software_of(
            (told.run for told in runs()), member_ous.delivery_generation
        ),
        "package_files": partial(files_told, Q(member_ous=member_ous), user),
        "work": partial(work_of, member_ous, user),
        # Nobody can report a problem with what was never delivered.
        "problems": partial(reports_of, member_ous, user),
        "is_handed_out": is_out,
        "may_triage": can_triage(user),
        "late_verdicts": late if is_staff_viewer(user) else (),
        "may_settle": can_settle_late_verdict(user),
        "may_add_value": can_enter_added_value(user),
        "added": partial(_added, member_ous),
        # Asked for by the page alone, not by the tree: it costs queries of its own.
        "delivery": partial(delivery_of, member_ous, user, timezone.now()),
        **_exec_blocks(ExecBlock.objects.filter(member_ous=member_ous), user, member_ous.asked),
    }


def _added(member_ous: MemberOUS) -> dict[str, Any]:
    """The links of added-value products with what sources say of them; one query."""
    newest = member_ous.added_values.select_related("entered_by").order_by("-pk").first()
    return {"links": newest, "differences": link_differences(member_ous, newest)}


def _upper_panel(ous: GroupOUS | ScienceGoal, user: User) -> dict[str, Any]:
    members = MemberOUS.objects.filter(**{ous.LEVEL.value: ous}).order_by("pk")
    shown = members if is_staff_viewer(user) else members.not_deleted()
    groups: QuerySet[GroupOUS] | None = None
    if isinstance(ous, ScienceGoal):
        groups = GroupOUS.objects.filter(science_goal=ous).with_progress().order_by("pk")
        groups = groups if is_staff_viewer(user) else groups.not_deleted()
        groups = groups[:_CHILDREN_SHOWN]
    goal = ous.science_goal if isinstance(ous, GroupOUS) else ous
    return {
        "executions": executions(ous),
        "goal_name": goal_name(goal),
        "groups": groups,
        "members": shown[:_CHILDREN_SHOWN],
    }


def runs_below(ous: ObsUnitSet) -> Q:
    """The condition for the executions of an OUS on any level."""
    level = ous.LEVEL.value
    return Q(**{level if isinstance(ous, MemberOUS) else f"member_ous__{level}": ous})


def exec_block_panel(
    exec_block: ExecBlock, user: User, verdict: VerdictTold | None = None
) -> dict[str, Any]:
    """An execution block with its report, its verdict and the way down to it.

    At most three queries: two for the verdict where it is not given, one for calibrations.
    """
    told = report_of(exec_block)
    return {
        "thing": exec_block,
        "exec_block": exec_block,
        "told": told,
        "array": told.array if told else array_told(exec_block, None),
        "whole": whole_report(exec_block, told),
        "plot_row": plot_row(exec_block, told.array) if told else None,
        "sched_block": sched_block_of(exec_block, user),
        "verdict": verdict or verdict_of(exec_block, user),
        "may_judge": can_decide_qa0(user),
        # Asked for by the report alone, not by the form of QA0: it costs a query.
        "calibrations": cache(partial(calibrations_of, exec_block, told)),
        "differences": verdict_differences(exec_block, user),
        "problem_url": problem_url(exec_block.member_ous, exec_block.ref),
        "crumbs": exec_block_crumbs(exec_block, user),
    }


def problem_url(member_ous: MemberOUS | None, about: str = "") -> str:
    """Where a problem with something of a member OUS is reported; "" before it is delivered."""
    if member_ous is None or not is_handed_out(member_ous):
        return ""
    page = reverse("projects:ous-qa3", args=[member_ous.ref])
    return f"{page}?{urlencode({'about': about})}" if about else page


def exec_block_crumbs(exec_block: ExecBlock, user: User) -> list[Crumb]:
    """The way down to an execution block, which shows the SB to who may see it."""
    member_ous, block = exec_block.member_ous, sched_block_of(exec_block, user)
    node = block or member_ous
    above = [*_above_member(member_ous), member_ous, block]
    return crumbs(exec_block.project, above, node.ref if node else "")


def project_panel(project: Project, user: User) -> dict[str, Any]:
    """The facts of a project with everybody tied to it; one query."""
    ties = list(Membership.objects.current().filter(project=project).select_related("user"))
    for tie in ties:
        tie.is_viewable = can_view_as(user, tie.user)  # type: ignore[attr-defined]
    return {
        "thing": project,
        "project": project,
        "memberships": sorted(ties, key=lambda tie: (_ROLE_ORDER[tie.role], str(tie.user))),
        "may_delegate": delegates(user, project, [tie.user for tie in ties if tie.role == Role.PI]),
        "keywords": project.science_keywords,
        "contact": contact_of(project),
        "citation": citation_of(project),
        "differences": upstream_differences(project, user),
    }


_ROLE_ORDER = {"PI": 0, "COPI": 1, "COI": 2, "DELEGEE": 3}
