"""Records → rows: one transaction per project, in bulk, idempotent, nothing deleted."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import User
from ingest.added_value import take_added_value
from ingest.calibrations import take_calibrations
from ingest.data_sets import adopt_executions, keep_reports, named_sched_blocks
from ingest.filing import take_files
from ingest.homes import any_known, with_projects
from ingest.lifecycle import ORIGIN_WORDS, enter_states
from ingest.pipeline_runs import take_runs
from ingest.records import ProjectBundle, ProjectRecord, Reading
from ingest.report import Report
from ingest.saying import (
    People,
    say_exec_block,
    say_member,
    say_project,
    say_sched_block,
    say_set,
)
from ingest.upserts import Context, Rows, Said, take_over, write
from projects.errors import BadMembership
from projects.identity import Uid
from projects.models import (
    Alias,
    Event,
    EventKind,
    ExecBlock,
    GroupOUS,
    MemberOUS,
    Project,
    SchedBlock,
    ScienceGoal,
    Tracked,
)
from projects.progress import begins_round
from projects.services.entering import Account
from projects.services.events import append_events, lock_project, shown_subjects, touch
from projects.services.executions import recount_executions, recount_for_blocks
from projects.services.memberships import tie
from projects.services.states import roll_up
from qa.models import QA2Decision
from qa.services.rounds import keep_rounds

Progress = Callable[[int], None]


def load(
    reading: Reading, *, dry_run: bool = False, progress: Progress = lambda done: None
) -> Report:
    """Bring a whole reading into the database and answer what was done.

    Each project is one transaction, so pages keep answering meanwhile and a crash loses at
    most the project under way; the same reading again changes nothing. ``progress`` is
    called with the number of projects done.
    """
    report = Report(rejected=list(reading.rejected), superseded=reading.superseded())
    for done, bundle in enumerate(reading, start=1):
        for part in with_projects(bundle):
            report.add(_load_bundle(part, reading.origin, dry_run))
        progress(done)
    take_calibrations(reading, report, dry_run)
    return report


def _load_bundle(bundle: ProjectBundle, origin: str, dry_run: bool) -> Report:
    try:
        return _one_transaction(bundle, origin, dry_run)
    except IntegrityError:
        # Another load made the same thing first: now it is there to be found.
        return _one_transaction(bundle, origin, dry_run)


@transaction.atomic
def _one_transaction(bundle: ProjectBundle, origin: str, dry_run: bool) -> Report:
    context = Context(origin, timezone.now(), Report())
    people = _people(bundle, context)
    if bundle.project is None:
        _lock_owners(bundle)
    projects = _take_project(bundle.project, people, context)
    project = next(iter(projects.by_key.values()), None)
    if bundle.project is None or project is not None:
        is_first = bool(projects.new) and not any_known(bundle)
        below = replace(context, project=project, is_first=is_first)
        _take_below(bundle, projects, people, below)
    transaction.set_rollback(dry_run)
    return context.report


def _people(bundle: ProjectBundle, context: Context) -> People:
    """The accounts that a bundle names, by user name in lower case; unknown ones are rejected."""
    named = {record.reducer: "reducer" for record in bundle.member_ous}
    if bundle.project:
        named[bundle.project.contact_scientist] = "contact_scientist"
        named |= {tie.username: "membership" for tie in bundle.project.memberships}
    named.pop("", None)
    if not named:
        return {}
    wanted = {name.lower() for name in named}
    users = User.objects.annotate(lower=Lower("username")).filter(lower__in=wanted)
    known = {user.username.lower(): user for user in users}
    for name, what in named.items():
        if name.lower() not in known:
            context.report.reject(f"{what} {name}", f"There is no account “{name}”.")
    return known


def _take_project(record: ProjectRecord | None, people: People, context: Context) -> Rows[Project]:
    if record is None:
        return Rows()
    said = say_project(record, people)
    is_known = _lock_known(said)
    projects = take_over(Project, [said], replace(context, is_first=not is_known))
    for project in projects.by_key.values():
        _give_code(project, record.code, projects)
    write(Project, projects, context)
    return projects


def _lock_known(said: Said) -> bool:
    """Lock the project's row before anything of it is read, as every writer does.

    Answers whether there is one.

    Whatever the record's names find is locked, in one order: two projects may turn out to
    be named by one record.
    """
    uids = [uid for uid in (said.uid, *said.other_uids) if uid]
    refs = [said.local_ref, *(Uid(uid).ref for uid in uids)]
    former = Alias.objects.filter(level=Project.LEVEL, ref__in=refs).order_by()
    named = Q(ref__in=refs) | Q(uid__in=uids) | Q(pk__in=former.values("project_id"))
    rows = Project.objects.filter(named).order_by("pk").select_for_update()
    return bool(list(rows.values_list("pk")))


def _lock_owners(bundle: ProjectBundle) -> None:
    """Lock the projects of things that a source knows without their project."""
    blocks = SchedBlock.objects.filter(uid__in=[row.uid for row in bundle.sched_blocks])
    named = [row.sched_block_uid for row in bundle.exec_blocks if row.sched_block_uid]
    blocks |= SchedBlock.objects.filter(uid__in=named)
    runs = ExecBlock.objects.filter(uid__in=[row.uid for row in bundle.exec_blocks])
    owners = {*blocks.values_list("project_id", flat=True)}
    owners |= {*runs.values_list("project_id", flat=True)}
    for pk in sorted(owners - {None}, key=str):
        lock_project(pk)
    # One without a project is locked itself: somebody may be judging it.
    loose = runs.filter(project=None).order_by("pk")
    list(loose.select_for_update().values_list("pk"))


def _give_code(project: Project, code: str, projects: Rows[Project]) -> None:
    """A draft that got its code is addressed by it from now on."""
    if not code or project.code == code:
        return
    project.code = project.ref = code
    projects.fields.add("code")
    if project not in (*projects.new, *projects.changed):
        projects.changed.append(project)


def _take_below(
    bundle: ProjectBundle, projects: Rows[Project], people: People, context: Context
) -> None:
    """Upsert everything under the project, level by level; states and events last."""
    project = context.project
    goals, groups, members = _take_sets(bundle, people, context)
    blocks, adopted = _take_sched_blocks(bundle, members, context)
    named = named_sched_blocks(bundle, context)
    said = [say_exec_block(r, project, members, blocks, named) for r in bundle.exec_blocks]
    exec_blocks = take_over(ExecBlock, said, context)
    judged = _judgements(exec_blocks)
    write(ExecBlock, exec_blocks, context)
    kept = keep_reports(bundle, exec_blocks, context)
    levels: list[Rows[Any]] = [goals, groups, members, blocks, exec_blocks]
    reported = [*projects.states, *members.states, *blocks.states]
    events = _executions(exec_blocks, judged, context)
    events += _recount(exec_blocks, adopted, blocks, members)
    if reported or kept or any(rows.new or rows.changed for rows in (projects, *levels)):
        entered = enter_states(reported, context)
        withdrawn = _blocks_withdrawn(entered)
        events = [*entered, *events, *recount_for_blocks(withdrawn, known=members.rows())]
        # Of a new project nothing is there but what is in hand.
        sets = (goals.rows(), groups.rows(), members.rows()) if projects.new else None
        events += roll_up(project, sets) if project else []
        _touch(projects, levels, kept, events)
    for project in projects.by_key.values():
        _tie_new(project, projects, people, context)
    take_files(bundle.files, members, exec_blocks, context)
    take_runs(bundle.pipeline_runs, members, context)
    take_added_value(members, context)
    append_events(events)
    _keep_rounds(events, context.now)


def _keep_rounds(events: Iterable[Event], now: datetime) -> None:
    """Close the round of review of what a source has sent back: its verdict stands no more."""
    back = {event.subject.pk for event in events if _is_back(event)}
    if back:
        for member in MemberOUS.objects.filter(pk__in=back, qa2_rounds__isnull=False).distinct():
            keep_rounds(member, now)


def _is_back(event: Event) -> bool:
    return event.level == MemberOUS.LEVEL and begins_round(event.frm, event.to)


def _blocks_withdrawn(events: Iterable[Event]) -> list[SchedBlock]:
    """The scheduling blocks that are withdrawn from view now, or not any more."""
    return [
        event.subject
        for event in events
        if isinstance(event.subject, SchedBlock) and "Deleted" in (event.frm, event.to)
    ]


def _touch(
    projects: Rows[Project], levels: list[Rows[Any]], kept: list[ExecBlock], events: list[Event]
) -> None:
    """Give new versions to what shows the changes; ``kept`` got a new report alone."""
    changed: list[Tracked] = [row for rows in (projects, *levels) for row in rows.changed]
    changed += kept
    if projects.new:
        # Above a new thing of a new project there are new things only: nobody knows a version.
        touch(changed)
        return
    new = [row for rows in levels for row in rows.new]
    shown = [*kept, *(row for rows in levels for row in rows.shown)]
    touch([*changed, *new], [*filter(_is_there, shown), *shown_subjects(events)])


def _is_there(thing: Tracked) -> bool:
    """Whether people outside are shown a thing at all."""
    return getattr(thing, "state", None) != "Deleted"


def _take_sets(
    bundle: ProjectBundle, people: People, context: Context
) -> tuple[Rows[ScienceGoal], Rows[GroupOUS], Rows[MemberOUS]]:
    project = context.project
    if project is None:
        sets = [*bundle.science_goals, *bundle.group_ous]
        names = [row.uid or row.key for row in sets]
        names += [row.uid or row.key for row in bundle.member_ous]
        for name in names:
            context.report.reject(name, "No project is named for this OUS.")
        return Rows(), Rows(), Rows()
    nearby = Q(project=project) & ~Q(part_id="")
    said = [say_set(record, project, None) for record in bundle.science_goals]
    goals = take_over(ScienceGoal, said, context, nearby)
    write(ScienceGoal, goals, context)
    said = [say_set(record, project, goals) for record in bundle.group_ous]
    groups = take_over(GroupOUS, said, context, nearby)
    write(GroupOUS, groups, context)
    said = [say_member(record, project, goals, groups, people) for record in bundle.member_ous]
    members = take_over(MemberOUS, said, _with_reviewed(said, context), nearby)
    write(MemberOUS, members, context)
    return goals, groups, members


def _with_reviewed(said: Iterable[Said], context: Context) -> Context:
    """The context with the member OUSs that somebody here has decided on, where that matters."""
    if not any(each.values["qa2"] for each in said):
        return context
    decided = QA2Decision.objects.filter(round__member_ous__project=context.project).order_by()
    members = decided.values_list("round__member_ous_id", flat=True)
    return replace(context, reviewed=frozenset(members))


def _take_sched_blocks(
    bundle: ProjectBundle, members: Rows[MemberOUS], context: Context
) -> tuple[Rows[SchedBlock], list[ExecBlock]]:
    """Upsert the SBs; with the executions that were here before them."""
    said = [say_sched_block(r, context.project, members) for r in bundle.sched_blocks]
    known = [row.pk for row in members.by_key.values()]
    blocks = take_over(SchedBlock, said, context, Q(member_ous_id__in=known))
    write(SchedBlock, blocks, context)
    return blocks, adopt_executions(blocks)


def _judgements(exec_blocks: Rows[ExecBlock]) -> dict[int, str]:
    """The verdicts that stood before, by row id."""
    ids = [row.pk for row in exec_blocks.changed]
    if not ids:
        return {}
    return dict(ExecBlock.objects.filter(pk__in=ids).values_list("pk", "qa0"))


def _executions(
    exec_blocks: Rows[ExecBlock], judged: dict[int, str], context: Context
) -> list[Event]:
    """What happened to executions: they were taken, or judged."""
    events = [_execution_event(row, "", context) for row in exec_blocks.new]
    return events + [
        _execution_event(row, judged[row.pk], context)
        for row in exec_blocks.changed
        if judged[row.pk] != row.qa0
    ]


def _recount(
    exec_blocks: Rows[ExecBlock],
    adopted: list[ExecBlock],
    blocks: Rows[SchedBlock],
    members: Rows[MemberOUS],
) -> list[Event]:
    """Count executions again where they changed; answer what changed outside by it."""
    rows = [*exec_blocks.new, *exec_blocks.changed]
    # A new SB has no executions but those that came with it, or before it.
    block_ids = {row.sched_block_id for row in (*rows, *adopted)}
    block_ids |= {row.pk for row in blocks.changed}
    member_ids = {row.member_ous_id for row in rows}
    member_ids |= {row.member_ous_id for row in (*blocks.new, *blocks.changed)}
    return recount_executions(
        sched_block_ids=block_ids - {None},
        member_ous_ids=member_ids - {None},
        known=[*blocks.rows(), *members.rows()],
    )


def _execution_event(row: ExecBlock, before: str, context: Context) -> Event:
    kind = EventKind.QA0 if before else EventKind.EXECUTION
    taken: datetime = row.end or row.start or context.now
    return Event(
        level=ExecBlock.LEVEL,
        exec_block=row,
        project=row.project,
        kind=kind,
        at=context.now if before else taken,
        frm=before,
        to=row.qa0,
        public_frm=before,
        public_to=row.qa0,
        actor_word=ORIGIN_WORDS.get(context.origin, context.origin),
    )


def _tie_new(project: Project, projects: Rows[Project], people: People, context: Context) -> None:
    """Make the ties that the origin did not name last time; what people ended stays ended."""
    former = next(iter(projects.former.values()))
    if "memberships" not in former:
        return
    known = former["memberships"] or []
    ties = project.facts[context.origin]["memberships"][0]
    for username, role, kind, ends in (row for row in ties if row not in known):
        try:
            tie(
                project=project,
                user=people[username],
                role=role,
                kind=kind,
                ends_at=datetime.fromisoformat(ends) if ends else None,
                account=Account(word=ORIGIN_WORDS.get(context.origin, context.origin)),
            )
        except BadMembership as error:
            context.report.reject(f"membership {username}", str(error))
