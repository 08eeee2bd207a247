"""The turnaround board as documents."""

from collections.abc import Iterable, Sequence

from projects.turnaround import ServiceGoal, Stage, Week
from snoopi.api.shapes import turnaround as shapes
from snoopi.turnaround import Group, Line, Load


def board(
    goal: ServiceGoal | None,
    weeks: Iterable[Week],
    by: str,
    groups: Iterable[Group],
    loads: Iterable[Load],
) -> shapes.Turnaround:
    """The board."""
    return shapes.Turnaround(
        goal=_goal(goal) if goal else None,
        weeks=[_week(week) for week in weeks],
        by=by,
        durations=durations(groups),
        loads=[_load(load) for load in loads],
    )


def durations(groups: Iterable[Group]) -> list[shapes.Duration]:
    """The durations of each group, a row each."""
    return [_duration(group, stage) for group in groups for stage in Stage]


def _goal(goal: ServiceGoal) -> shapes.ServiceGoal:
    return shapes.ServiceGoal(
        percent=goal.percent,
        days=goal.days,
        first_day=goal.first_day,
        confidence=goal.confidence,
        source=goal.source,
    )


def _week(week: Week) -> shapes.TurnaroundWeek:
    return shapes.TurnaroundWeek(
        end=week.end,
        delivered=week.delivered,
        in_time=week.in_time,
        in_time_percent=_rounded(week.percent),
        open=week.open,
        late=week.late,
    )


def _duration(group: Group, stage: Stage) -> shapes.Duration:
    sums = group.sums[stage]
    return shapes.Duration(
        group=group.name,
        member_ous=group.number,
        stage=stage,
        number=sums.number,
        median_days=_rounded(sums.median),
        p80_days=_rounded(sums.p80),
        held_up_number=sums.held_up_number,
        held_up_days=_rounded(sums.held_up_days) or 0.0,
    )


def _load(load: Load) -> shapes.Load:
    return shapes.Load(
        person=load.person,
        role=load.role,
        number=load.number,
        held_up=load.held_up,
        oldest=load.oldest,
    )


def turnaround_row(line: Line) -> shapes.TurnaroundRow:
    """A member OUS with its course."""
    course = line.course
    return shapes.TurnaroundRow(
        ref=line.ref,
        uid=line.uid,
        name=line.name,
        project=line.project,
        cycle=line.cycle,
        arc=line.arc,
        bands=[*line.bands],
        array=line.array,
        reduction=line.reduction,
        state=line.state,
        state_since=line.state_since,
        blocked_on=line.blocked_on or None,
        reducer=line.reducer or None,
        reviewer=line.reviewer or None,
        observed=course.observed,
        staged=course.staged,
        begun=course.begun,
        analysed=course.analysed,
        verified=course.verified,
        delivered=course.delivered,
        days=_lengths([course.days(stage) for stage in Stage]),
        held_up_days=_lengths([course.held_up_days(stage) for stage in Stage]),
    )


def _lengths(days: Sequence[float | None]) -> shapes.Lengths:
    staging, assignment, analysis, review, delivery, whole = map(_rounded, days)
    return shapes.Lengths(
        staging=staging,
        assignment=assignment,
        analysis=analysis,
        review=review,
        delivery=delivery,
        obs_to_delivery=whole,
    )


def _rounded(days: float | None) -> float | None:
    return None if days is None else round(days, 4)
