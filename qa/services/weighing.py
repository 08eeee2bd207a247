"""A member OUS under review: what was asked and got, by which rules, and what that suggests."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from projects.models import MemberOUS, SchedBlock
from projects.presentation import executions
from projects.states import SchedBlockState
from qa.asked_got import Compared, Got, Rules, Suggestion, compare, suggest
from qa.criteria import Goals, positive
from qa.models import PipelineRun
from qa.observatory import criteria
from qa.pipeline import Achieved, PipelineFacts

LEFT_OUT = (SchedBlockState.DELETED, SchedBlockState.CANCELED, SchedBlockState.DO_NOT_OBSERVE)


@dataclass(frozen=True, slots=True)
class Weighed:
    """All figures of a member OUS held against the request."""

    goals: Goals
    rules: Rules
    rows: list[Compared]
    suggestion: Suggestion
    blocks: Sequence[SchedBlock]
    run: PipelineRun | None


def counted_blocks(member_ous: MemberOUS) -> QuerySet[SchedBlock]:
    """The scheduling blocks of a member OUS that count, in their order."""
    rows: QuerySet[SchedBlock] = member_ous.sched_blocks.exclude(state__in=LEFT_OUT)
    return rows.order_by("pk")


def weigh(member_ous: MemberOUS, typed: Iterable[Got] = ()) -> Weighed:
    """Hold what was got against what was asked for; ``typed`` goes before what is told.

    Read the member OUS with its project and science goal; two queries more.
    """
    blocks = list(counted_blocks(member_ous))
    goals, rules = Goals.of(asked_of(member_ous, blocks)), rules_of(member_ous)
    run = PipelineRun.objects.filter(member_ous=member_ous).newest_first().first()
    rows = compare(goals, told_figures(run.facts()) if run else (), typed, rules)
    timed_out = any(block.state == SchedBlockState.OBSERVING_TIMED_OUT for block in blocks)
    suggestion = suggest(rows, missing=_missing(member_ous), can_observe=not timed_out)
    return Weighed(goals, rules, rows, suggestion, blocks, run)


def told_figures(facts: PipelineFacts) -> list[Got]:
    """What the images of the targets reach; of one image told twice the later stage counts."""
    found = {}
    for image in sorted(facts.achieved, key=lambda one: one.stage or 0):
        if image.is_of_target and not image.is_estimate:
            got = _got(image)
            found[got.key] = got
    return list(found.values())


def _got(image: Achieved) -> Got:
    return Got(
        source=image.source,
        window=", ".join(image.windows),
        kind=image.kind,
        is_representative=image.is_representative,
        sensitivity_mjy=positive(image.sensitivity_mjy),
        bandwidth_mhz=positive(image.bandwidth_mhz),
        beam_major_arcsec=positive(image.beam_major_arcsec),
        beam_minor_arcsec=positive(image.beam_minor_arcsec),
        beam_angle_deg=image.beam_angle_deg,
    )


def asked_of(member_ous: MemberOUS, blocks: Sequence[SchedBlock]) -> Mapping[str, Any]:
    """What was asked for: the SB goes before the member OUS, that before the science goal."""
    goal = member_ous.science_goal
    above = {**(goal.asked if goal else {}), **member_ous.asked}
    return {**above, **(blocks[0].asked if blocks else {})}


def rules_of(member_ous: MemberOUS) -> Rules:
    """The rules on file for its cycle and band."""
    tables, cycle = criteria(), member_ous.project.cycle
    has_beam = member_ous.array != "TP"
    return Rules(tables.rms(cycle, member_ous.bands), tables.beam(cycle), has_beam)


def _missing(member_ous: MemberOUS) -> str:
    told = executions(member_ous)
    tolerance = Decimal(str(settings.EXECUTION_TOLERANCE))
    if told.expected is None or told.passed >= told.expected - tolerance:
        return ""
    return f"executions {told}: fewer passed QA0 than are expected"
