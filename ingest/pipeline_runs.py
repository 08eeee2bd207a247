"""The pipeline runs of a bundle to rows: whose they are, and which are refused."""

from ingest.filing import LONGEST_SOURCE
from ingest.fitness import misfits
from ingest.records import PipelineRunRecord
from ingest.upserts import Context, Rows
from projects.lookup import find
from projects.models import MemberOUS
from projects.querysets.handed_out import handed_out
from projects.services.bulk import next_version
from projects.services.events import lock_project, touch
from qa.models import PipelineRun
from qa.services.pipeline_runs import record_run

KIND = "pipeline_run"
_TEXTS = ("recipe", "casa_version", "pipeline_version", "request_uid")


class Refused(Exception):
    """A run that is not taken; ``str()`` is a sentence."""


def take_runs(
    runs: tuple[PipelineRunRecord, ...], members: Rows[MemberOUS], context: Context
) -> None:
    """Bring the runs of a bundle into rows, once their member OUSs are there."""
    for run in runs:
        try:
            member = _member_of(run, members, context)
        except Refused as problem:
            context.report.reject(_called(run), str(problem))
            continue
        lock_project(member.project_id)
        recorded = record_run(
            member_ous=member,
            facts=run.facts,
            generation=run.generation,
            source=context.origin[:LONGEST_SOURCE],
            now=context.now,
        )
        getattr(context.report, recorded.word)[KIND] += 1
        if recorded.word != "unchanged":
            _touch(member, recorded.run, context)


def _member_of(run: PipelineRunRecord, members: Rows[MemberOUS], context: Context) -> MemberOUS:
    """The member OUS that a run's documents name, else that of its package."""
    reason = misfits(PipelineRun, {}, {name: getattr(run.facts, name) for name in _TEXTS})
    if reason:
        raise Refused(reason)
    home = members.get(run.member)
    found = _named(run.member_uid) or _named(run.domain_uid)
    if found is not None and home is not None and found != home:
        raise Refused(f"Its report is about {found}, but it lies in the package of {home}.")
    member = found or (None if run.member_uid else home)
    if member is None:
        raise Refused(_unknown(run))
    if context.project is not None and member.project_id != context.project.pk:
        raise Refused(f"Its report is about {member}, which is of another project.")
    return member


def _named(uid: str) -> MemberOUS | None:
    return find(MemberOUS.objects.all(), uid) if uid else None


def _unknown(run: PipelineRunRecord) -> str:
    names = [name for name in (run.member_uid, run.domain_uid, run.member) if name]
    if not names:
        return "It names no member OUS."
    return f"There is no member OUS {' or '.join(dict.fromkeys(names))} here."


def _called(run: PipelineRunRecord) -> str:
    facts = run.facts
    when = f"{facts.ended_at:%Y-%m-%d %H:%M:%S}" if facts.ended_at else ""
    whose = run.member_uid or run.domain_uid or run.member
    of = f"of {whose}" if whose else ""
    return " ".join(word for word in ("pipeline run", facts.recipe, when, of) if word)


def _touch(member: MemberOUS, run: PipelineRun, context: Context) -> None:
    """Give a new version to what shows the run: who judges must have seen it."""
    shown = PipelineRun.objects.filter(handed_out(), pk=run.pk).exists()
    rows = MemberOUS.objects.filter(pk=member.pk)
    rows.update(**next_version(context.now, shown=shown))
    touch([member], [member] if shown else [])
