"""QA2 of a member OUS as pages tell it: the cockpit of its reviewers, the section for all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Prefetch

from accounts.models import User
from projects.models import ExecBlock, MemberOUS, ObsUnitSet, SchedBlock
from projects.presentation import executions, format_count
from projects.states import QA0Status
from qa.asked_got_words import asked_and_got, goal_words, short_falls
from qa.findings import Finding
from qa.models import PipelineRun, QA0Decision
from qa.permissions import can_decide_qa2, can_review
from qa.pipeline import Stage
from qa.presentation import report_of
from qa.reviews_told import ReviewTold, rounds_of, verdict_told
from qa.services.rounds import rounds_told
from qa.services.weighing import weigh
from qa.warned import findings_of
from snoopi.pages.evidence import package_told
from snoopi.pages.panels import ous_crumbs
from snoopi.work_told import work_of

RUNS_SHOWN = 40
STAGES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class RunUsed:
    """One execution: whether it counts, why not, and what its checks warn of."""

    exec_block: ExecBlock
    is_used: bool
    why_not: str
    warnings: list[Finding] | None

    @property
    def warning_words(self) -> str:
        """The titles of its warnings."""
        if self.warnings is None:
            return "no data set read"
        return ", ".join(finding.title for finding in self.warnings) or "none"


def cockpit(member_ous: MemberOUS, user: User) -> dict[str, Any]:
    """All that a reviewer weighs; a fixed number of queries."""
    weighed, runs = weigh(member_ous), runs_used(member_ous)
    stages = weighed.run.facts().stages if weighed.run else ()
    return {
        "ous": member_ous,
        "weighed": weighed,
        "goal": goal_words(weighed.goals),
        "executions": executions(member_ous),
        "runs": runs,
        "runs_cut": member_ous.executions_count > len(runs),
        "mix": mix_words(runs),
        "run": weighed.run,
        "stages": lowest_stages(stages),
        "stages_total": len(stages),
        "rounds": rounds_of(member_ous, user),
        "round_number": len(rounds_told(member_ous)) or 1,
        "may_decide": can_decide_qa2(user, member_ous),
        "will": what_will_happen(member_ous, weighed.blocks),
        "crumbs": ous_crumbs(member_ous),
        "work": work_of(member_ous, user),
    }


def runs_used(member_ous: MemberOUS) -> list[RunUsed]:
    """The executions of a member OUS, newest first, with their warnings; four queries at most."""
    decisions = QA0Decision.objects.prefetch_related("reasons").order_by("-at", "-pk")
    rows = ExecBlock.objects.filter(member_ous=member_ous).with_parents().newest_first()
    told = rows.select_related("report").prefetch_related(Prefetch("qa0_decisions", decisions))
    return [_run_used(block) for block in told[:RUNS_SHOWN]]


def _run_used(block: ExecBlock) -> RunUsed:
    is_used = block.qa0 == QA0Status.PASS
    told = report_of(block)
    found = [one for one in findings_of(block, told) if one.is_warning] if told else None
    return RunUsed(block, is_used, "" if is_used else _why_not(block), found)


def _why_not(block: ExecBlock) -> str:
    if block.qa0 in {QA0Status.UNSET, QA0Status.PENDING}:
        return "not judged yet"
    latest = next(iter(block.qa0_decisions.all()), None)
    names = [reason.name for reason in latest.reasons.all()] if latest else []
    return f"QA0 {block.qa0}" + (f": {', '.join(names)}" if names else "")


def mix_words(runs: Sequence[RunUsed]) -> str:
    """How many executions have which verdict: “4 Pass, 1 SemiPass”."""
    counts = Counter(run.exec_block.qa0 for run in runs)
    return ", ".join(f"{counts[word]} {word}" for word in QA0Status if counts[word]) or "none"


def lowest_stages(stages: Sequence[Stage]) -> list[Stage]:
    """The stages of a run with the lowest scores, lowest first; those without one are left out."""
    scored = [stage for stage in stages if stage.score is not None]
    return sorted(scored, key=lambda stage: (stage.score or 0.0, stage.number))[:STAGES_SHOWN]


@dataclass(frozen=True, slots=True)
class WillHappen:
    """What each button does, in words."""

    good: str
    fail: str


def what_will_happen(member_ous: MemberOUS, blocks: Sequence[SchedBlock]) -> WillHappen:
    """Answer what follows a decision on this member OUS."""
    person = member_ous.project.pi_name or "the PI"
    name = str(blocks[0]) if len(blocks) == 1 else "the scheduling block"
    back = f"send {name} back" if blocks else "back to observing"
    return WillHappen(f"deliver to {person} {hold_words()}", back)


def hold_words() -> str:
    """When a good outcome goes on: “after 10 minutes”."""
    seconds = settings.DELIVERY_HOLD_SECONDS
    if not seconds:
        return "at once"
    if seconds < 60 or seconds % 60:
        return f"after {seconds:g} seconds"
    minutes = int(seconds // 60)
    return f"after {minutes} minute{'' if minutes == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class VerdictShown:
    """A verdict for all who see the member OUS: in one sentence, and what fell short."""

    told: ReviewTold
    sentence: str
    short: list[str]


def qa2_section(ous: ObsUnitSet, user: User) -> dict[str, Any]:
    """What the page of an OUS says of QA2; at most three queries, none above members.

    ``package`` costs five more where the page asks for it.
    """
    if not isinstance(ous, MemberOUS):
        return {}
    rounds = rounds_of(ous, user)
    told = verdict_told(rounds)
    return {
        "qa2_rounds": rounds,
        "qa2_verdict": shown(told) if told else None,
        "may_review": can_review(user),
        "package": partial(package_told, ous, user),
    }


def shown(told: ReviewTold) -> VerdictShown:
    """A verdict in sentences."""
    return VerdictShown(told, asked_and_got(told.kept), short_falls(told.kept.rows))


def versions_of(run: PipelineRun | None, reduced: str) -> list[tuple[str, str]]:
    """What reduced the data, by name; ``reduced`` where no run is known."""
    if run is None:
        return [("Reduced", reduced)]
    return [
        ("Recipe", run.recipe or "N/A"),
        ("CASA", run.casa_version or "N/A"),
        ("Pipeline", run.pipeline_version or "N/A"),
    ]


def fraction_words(run: RunUsed) -> str:
    """The execution fraction as it counts."""
    fraction = run.exec_block.execution_fraction
    if fraction is not None:
        return format_count(fraction)
    return "1 (not recorded)" if run.is_used else "N/A"
