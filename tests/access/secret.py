"""A project that nobody may hear of, and everything that could give it away.

Every text of it holds the marker. ``PROBES`` are questions whose answers would betray it;
``{…}`` are its own refs and names, known to whoever guesses them.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from ingest.models import IngestJob, IngestProblem
from projects.models import Project, SchedBlock
from projects.services.blockages import block_work
from projects.services.delegations import issue_project_token, let_cois_download
from projects.services.entering import Account, state_event
from projects.services.events import append_events
from projects.services.memberships import tie
from projects.services.notes import add_ticket, write_journal
from projects.services.states import move_state
from qa.calibrations import CalibrationFacts
from qa.services.calibrations import enter_calibration
from tests.access.asking import Probe
from tests.factories import (
    make_exec_block,
    make_group_ous,
    make_member_ous,
    make_project,
    make_sched_block,
    make_science_goal,
    make_token,
    make_user,
)

MARK = "zqxw"
# When all of it is there.
NOW = "2026-03-01T12:00:00Z"
CODE = "2021.1.77777.S"
UIDS = {
    "project": "uid://A001/X7e57/X1",
    "goal": "uid://A001/X7e57/X2",
    "group": "uid://A001/X7e57/X3",
    "member": "uid://A001/X7e57/X4",
    "block": "uid://A001/X7e57/X5",
    "run": "uid://A002/X7e57/X6",
}
REFS = {word: uid.replace("://", "___").replace("/", "_") for word, uid in UIDS.items()}
NAMES = {
    **REFS,
    "code": CODE,
    "uid": UIDS["member"],
    "bare": UIDS["member"].removeprefix("uid://"),
    "piped": UIDS["member"].replace("/", "|"),
    "shouted": UIDS["member"].upper(),
    "prefixed": f"member.{REFS['member']}",
    "part": "X7e57",
    "mark": MARK,
}
# What must stand in no answer; a marker is in each text, and these are the names.
TELLTALES = (MARK, "77777", "x7e57")


_LISTS = [
    "",
    "?news=300",
    "projects/",
    "projects/?format=csv&columns=code&columns=title&columns=pi",
    "projects/?q={mark}",
    "projects/?q={code}",
    "projects/?state=InProgress",
    "projects/?sort=pi",
    "schedblocks/",
    "schedblocks/?format=csv&columns=name&columns=targets",
    "schedblocks/?q={mark}",
    "schedblocks/?q={uid}",
    "schedblocks/?q={code}",
    "schedblocks/?state=Ready",
    "schedblocks/?member_state=Reviewing",
    "search/?q={mark}",
    "search/?q={mark}&scope=projects",
    "search/?q={mark}&scope=schedblocks",
    "search/?q={code}",
    "search/?q=2021.1.777",
    *[f"search/?q={{{word}}}" for word in ("uid", "bare", "piped", "shouted", "prefixed")],
    *[f"search/?q={{{word}}}" for word in UIDS],
    "search/?q={part}",
    "api/projects/?count=true",
    "api/projects/?count=true&cycle=2021.1",
    "api/projects/?count=true&active=true",
    "api/projects/?count=true&state=InProgress",
    "api/projects/?page_size=1&count=true",
    *[f"api/ous/?count=true&level={level}" for level in ("member", "group", "science_goal")],
    "api/ous/?count=true&project={code}",
    "api/ous/?count=true&target={mark}",
    "api/ous/?count=true&level=group&target={mark}",
    "api/ous/?count=true&band=6&array=TP",
    "api/ous/?count=true&qa2=null&changed_after=2000-01-01",
    "api/schedblocks/?count=true",
    "api/schedblocks/?count=true&project={code}",
    "api/schedblocks/?count=true&ous={group}",
    "api/schedblocks/?count=true&target={mark}",
    "api/execblocks/?count=true",
    "api/execblocks/?count=true&ous={member}",
    "api/execblocks/?count=true&ous={goal}&qa0=Pass",
    "search/?q={mark}&format=csv",
    "search/?q={code}&format=csv",
    "api/projects/?format=csv",
    *[f"api/ous/?format=csv&level={level}" for level in ("member", "group", "science_goal")],
    *[f"api/ous/?format=votable&level={level}" for level in ("member", "group", "science_goal")],
    "api/ous/?format=csv&project={code}",
    "api/schedblocks/?format=csv",
    "api/schedblocks/?format=csv&ous={group}",
    "api/execblocks/?format=csv",
    "api/execblocks/?format=votable&ous={member}",
    "api/events/?format=csv",
    "api/events/?count=true",
    "api/events/?count=true&project={code}",
    "api/events/?count=true&kind=membership",
    "api/events/?count=true&kind=journal",
    "qa/",
    "qa/?q={mark}",
    *[f"qa/{name}/" for name in ("ready-for-review", "reviewing")],
    "qa/reviewing/?q={mark}",
    "qa/reviewing/?format=csv",
    "qa/turnaround/",
    "qa/turnaround/?format=csv&of=each",
    "api/turnaround/",
    "api/turnaround/?by=band&format=csv",
    "api/turnaround/ous/?count=true",
    "api/turnaround/ous/?format=csv&band=6",
    "api/queues/",
    "api/queues/reviewing/?count=true",
    "api/queues/reviewing/?q={mark}",
    "api/queues/reviewing/?format=csv",
]
# All staff read the calibrations of the array, and people outside none of them.
_OF_STAFF = [
    "qa/calibrations/",
    "qa/calibrations/?antenna={mark}",
    "qa/calibrations/?format=csv&shown=all",
    "api/calibrations/?count=true",
    "api/calibrations/?format=csv",
    "api/calibrations/?antenna={mark}",
]
_THINGS = [
    *_OF_STAFF,
    "projects/{code}/",
    "projects/{code}/?node={member}",
    "projects/{code}/?find={mark}",
    "projects/{code}/history/",
    "projects/{code}/access/",
    "projects/{project}/",
    "schedblocks/{block}/",
    "schedblocks/{block}/history/",
    *[f"ous/{{{level}}}/" for level in ("goal", "group", "member")],
    "ous/{uid}/",
    "ous/{prefixed}/",
    "ous/{shouted}/",
    "ous/{member}/history/",
    "ous/{member}/journal/",
    "ous/{member}/journal/?format=csv",
    "api/ous/{member}/work/",
    "api/ous/{member}/journal/",
    "execblocks/{run}/",
    "api/projects/{code}/",
    "api/projects/{code}/tree/",
    "api/projects/{code}/access/",
    "api/projects/{code}/tokens/",
    "api/projects/{project}/",
    *[f"api/ous/{{{level}}}/" for level in ("goal", "group", "member")],
    *[f"api/ous/{{{level}}}/status/" for level in ("goal", "group", "member")],
    *[f"api/{path}/?at={NOW}" for path in ("projects/{code}", "projects/{code}/tree")],
    *[f"api/ous/{{member}}/{part}?at={NOW}" for part in ("", "status/")],
    "projects/{code}/?at=" + NOW,
    "ous/{member}/?at=" + NOW,
    "api/ous/{member}/history/",
    "api/ous/{group}/execblocks/",
    "api/schedblocks/{block}/",
    "api/schedblocks/{block}/history/",
    "api/execblocks/{run}/",
    "projects/{code}/history/?format=csv",
    "schedblocks/{block}/?format=csv",
    "schedblocks/{block}/history/?format=csv",
    *[f"ous/{{{level}}}/?format=csv" for level in ("goal", "group", "member")],
    "ous/{member}/history/?format=csv",
    "api/ous/{member}/history/?format=csv",
    "api/ous/{group}/execblocks/?format=csv",
    "api/ous/{group}/execblocks/?format=votable",
    "api/schedblocks/{block}/history/?format=csv",
]
_SAME_FOR_ALL = [
    "help/",
    "settings/",
    "settings/delegations/",
    "healthz",
    "projects/?role=PI&active=on",
    "api/ous/{uid}/status/",
    "api/schema/?format=json",
    "api/docs/",
    "api/me/",
    "api/tokens/?count=true",
    "api/ous/?state=Nonsense",
    "api/ous/?cursor={mark}",
    "api/events/?after={mark}",
    "api/nothing/{mark}/",
    "nothing/{mark}/",
    "projects/?cursor={mark}",
]
_DATE = "Fri, 01 Jan 2100 00:00:00 GMT"
_BATCH = (*UIDS.values(), *NAMES.values())
LISTS = tuple(Probe(path) for path in _LISTS)
REVEALING = (
    *LISTS,
    *[Probe(path) for path in _THINGS],
    Probe("api/ous/{member}/status/", headers=(("if-none-match", "*"),)),
    Probe("api/ous/{member}/status/", headers=(("if-modified-since", _DATE),)),
    Probe("api/ous/status/", uids=_BATCH),
)
SAME_FOR_ALL = tuple(Probe(path) for path in _SAME_FOR_ALL)


def plant(expired: User) -> Project:
    """The secret project, complete; ``expired`` had a hand in it until yesterday."""
    pi = make_user(f"{MARK}_pi", name=f"{MARK.title()} Piname", email=f"{MARK}@alma.invalid")
    project = make_project(CODE, pi=pi, members=0, **_project_texts())
    _mark_below(project)
    project.refresh_from_db()
    _happen(project, pi)
    _surround(project, pi, expired)
    return project


def _project_texts() -> dict[str, Any]:
    return {
        "uid": UIDS["project"],
        "title": f"{MARK} title",
        "abstract": f"{MARK} abstract",
        "authors": f"{MARK} author",
        "science_keywords": f"{MARK} keyword",
        "science_category": f"{MARK} category",
        "executive": "EA",
        "arc": "EA",
        "facts": {"archive": {"state": [f"{MARK}State", "2021-01-01T00:00:00Z"]}},
        "contact_scientist": make_user(f"{MARK}_cs", roles=["cs"]),
    }


def _mark_below(project: Project) -> None:
    target: dict[str, Any] = {"target_names": f"{MARK}Target"}
    goal = make_science_goal(project, uid=UIDS["goal"], name=f"{MARK} goal")
    group = make_group_ous(project, goal, uid=UIDS["group"], name=f"{MARK} group")
    member = make_member_ous(
        project,
        group,
        uid=UIDS["member"],
        name=f"{MARK}_a_06_TP",
        state="ReadyForReview",
        bands=[6],
        array="TP",
        asked={"rep_source": f"{MARK} source"},
        reducer=make_user(f"{MARK}_reducer", roles=["reducer"]),
        reviewer=make_user(f"{MARK}_reviewer", roles=["qa"]),
        **target,
    )
    block = make_sched_block(member, uid=UIDS["block"], name=f"{MARK} block", **target)
    said = {**target, "antenna_names": f"{MARK}01", "qa0_comment": f"{MARK} comment"}
    for number, uid in enumerate((UIDS["run"], None)):
        make_exec_block(block, uid=uid, number=number, **said)


def _happen(project: Project, pi: User) -> None:
    """Events of every kind, with notes that everybody on the project may read."""
    reviewer = make_user(f"{MARK}_drm", roles=["drm"])
    member = project.memberous_set.get()
    move_state(member, to="Reviewing", actor=reviewer, note=f"{MARK} note", note_public=True)
    write_journal(member, text=f"{MARK} entry", actor=reviewer)
    add_ticket(member, reference=f"{MARK}-1", url=f"https://{MARK}.example.org/", actor=reviewer)
    block_work(member, reason="other", note=f"{MARK} hindrance", actor=reviewer, note_public=True)
    block = SchedBlock.objects.get(project=project)
    account = Account(actor=pi, word=f"{MARK} word", note=f"{MARK} note", note_public=True)
    at = timezone.now()
    append_events(
        [
            state_event(thing, frm="", public_frm="Ready", at=at, account=account)
            for thing in (project, block)
        ]
    )


def _surround(project: Project, pi: User, expired: User) -> None:
    """What hangs on it elsewhere: a former delegee, tokens, an ingest job."""
    ended = timezone.now() - timedelta(days=1)
    tie(project=project, user=expired, role="DELEGEE", kind="DATA", ends_at=ended)
    make_token(pi, label=f"{MARK} label")
    issue_project_token(project, name=f"{MARK} token", actor=pi)
    let_cois_download(project, may=True, actor=pi)
    now = timezone.now()
    facts = CalibrationFacts(
        kind="focus", measured_at=now, valid_from=now, summary=f"{MARK} summary"
    )
    enter_calibration(facts=facts, actor=make_user(f"{MARK}_aod", roles=["aod"]))
    job = IngestJob.objects.create(source=f"{MARK}.json", requested_by=pi, failure=f"{MARK} why")
    IngestProblem.objects.create(job=job, record=f"{MARK} record", reason=f"{MARK} reason")
