"""Runs of the pipeline as pages, files and reviewers read them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from projects.models import MemberOUS
from projects.querysets.project import Viewer
from qa.models import PipelineRun
from qa.observatory import score_bands
from qa.pipeline import Achieved, PipelineFacts, Stage, Topic
from qa.scores import ScoreWord, word_of

# Runs are redone for a reason; more than a few of them are looked up in the files.
_RUNS_SHOWN = 5
_ORDER = ("representative", "continuum", "cube", "")


@dataclass(frozen=True, slots=True)
class StageTold:
    """A stage with what its score stands for."""

    stage: Stage
    word: ScoreWord

    @property
    def is_worth_a_look(self) -> bool:
        """Whether its score says anything but that all is well."""
        return self.word not in (ScoreWord.GOOD, ScoreWord.NO_SCORE)


@dataclass(frozen=True, slots=True)
class TopicTold:
    """A topic with what its score stands for."""

    topic: Topic
    word: ScoreWord


@dataclass(frozen=True, slots=True)
class RunTold:
    """One run; ``figures`` are what its images of science targets reach."""

    run: PipelineRun
    facts: PipelineFacts
    stages: list[StageTold]
    topics: list[TopicTold]
    figures: list[Achieved]
    foreseen: list[Achieved]

    @property
    def notable(self) -> list[StageTold]:
        """The stages that are worth a look, in their order."""
        return [told for told in self.stages if told.is_worth_a_look]

    @property
    def counts_words(self) -> str:
        """How many stages stand for what, such as "35 stages: 25 good, 9 no QA"."""
        counts = Counter(told.word for told in self.stages)
        words = ", ".join(f"{counts[word]} {word}" for word in ScoreWord if counts[word])
        noun = "stage" if len(self.stages) == 1 else "stages"
        return f"{len(self.stages)} {noun}: {words}" if self.stages else ""


@dataclass(frozen=True, slots=True)
class Software:
    """What the products of a member OUS were made with; "" where no report says."""

    casa: str
    pipeline: str

    @property
    def text(self) -> str:
        """A sentence for a paper."""
        named = (("CASA", self.casa), ("the ALMA pipeline", self.pipeline))
        words = " and ".join(f"{name} {version}" for name, version in named if version)
        return f"The data were reduced with {words}."


def software_of(runs: Iterable[PipelineRun], generation: int | None) -> Software | None:
    """The versions that made a generation of products, else those of the newest run.

    Give the newest run first. None where no report names any.
    """
    named = [run for run in runs if run.casa_version or run.pipeline_version]
    current = [run for run in named if run.generation == generation]
    run = next(iter(current or named), None)
    return Software(run.casa_version, run.pipeline_version) if run else None


def runs_told(member_ous: MemberOUS, user: Viewer) -> list[RunTold]:
    """The newest runs on a member OUS that a viewer may read, newest first; one query.

    Read the member OUS with its project.
    """
    rows = PipelineRun.objects.filter(member_ous=member_ous).shown_to(user).newest_first()
    cycle = member_ous.project.cycle
    return [told(row, cycle) for row in rows[:_RUNS_SHOWN]]


def told(run: PipelineRun, cycle: str) -> RunTold:
    """A run with its scores in words, as of a project's cycle."""
    facts, bands = run.facts(), score_bands()
    return RunTold(
        run,
        facts,
        [StageTold(stage, word_of(stage.score, bands, cycle)) for stage in facts.stages],
        [TopicTold(topic, word_of(topic.score, bands, cycle)) for topic in facts.topics],
        figures_of(facts),
        [one for one in facts.achieved if one.is_estimate and one.is_of_target],
    )


def figures_of(facts: PipelineFacts) -> list[Achieved]:
    """What the images of science targets reach, one an image, what was asked for first.

    Where several stages made the same image the last one counts.
    """
    found: dict[tuple[str, str, str], Achieved] = {}
    for one in sorted(_measured(facts.achieved), key=lambda one: one.stage or 0):
        found[one.source, one.window, one.kind] = one
    return sorted(found.values(), key=_in_order)


def _measured(achieved: Iterable[Achieved]) -> Iterable[Achieved]:
    return (one for one in achieved if one.is_of_target and not one.is_estimate)


def _in_order(one: Achieved) -> tuple[bool, int, str, str]:
    return not one.is_representative, _ORDER.index(one.kind), one.source, one.window


def newest_facts(member_ous: MemberOUS) -> PipelineFacts | None:
    """What the newest run on a member OUS tells, None where there is none; for staff."""
    run = PipelineRun.objects.filter(member_ous=member_ous).newest_first().first()
    return run.facts() if run else None
