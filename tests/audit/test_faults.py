"""Each check: one row is spoiled in the database, and the audit names just that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from deliveries.models import (
    ClockEntry,
    Delivery,
    DeliveryPlace,
    LogPlace,
    MailLine,
    Notice,
    ProductFile,
)
from deliveries.places import package_folder
from ingest.services import note_unreadable
from projects.models import (
    Event,
    GroupOUS,
    MemberOUS,
    Membership,
    Project,
    ProjectToken,
    SchedBlock,
    ScienceGoal,
)
from projects.months import add_months
from qa.models import Investigation, ProblemReport, QA0Decision, QA2Decision, QA2Round
from tests.audit.asking import audit, faults
from tests.factories import make_user


@dataclass(frozen=True)
class Spoiled:
    """What is spoiled, and what the audit says of it; names are attributes of the observatory."""

    named: str
    spoil: Callable[[Any], Any]
    told: tuple[str, ...]


def row(model, which, **values):
    """Spoil the row of ``model`` that belongs to a member OUS of the observatory."""

    def spoil(observatory):
        member = getattr(observatory, which)
        keys = {MemberOUS: "pk", GroupOUS: "member_ous_set", ScienceGoal: "member_ous_set"}
        rows = model.objects.filter(**{keys.get(model, "member_ous"): member.pk}).order_by("pk")
        assert model.objects.filter(pk=rows[0].pk).update(**values) == 1

    return spoil


def of(rows, **values):
    """Spoil the only row that ``rows`` finds."""

    def spoil(observatory):
        assert rows(observatory).update(**values) == 1

    return spoil


def notice(kind, **values):
    return of(lambda o: Notice.objects.filter(kind=kind, member_ous=o.delivered), **values)


def last_event(which, kind, **values):
    def spoil(observatory):
        rows = Event.objects.filter(member_ous=getattr(observatory, which), kind=kind)
        Event.objects.filter(pk=rows.order_by("-pk")[0].pk).update(**values)

    return spoil


def drop(rows):
    """Delete what no service ever deletes."""

    def spoil(observatory):
        assert rows(observatory).delete()[0] >= 1

    return spoil


def readme(observatory):
    return ProductFile.objects.filter(member_ous=observatory.delivered, name="README.txt")


def passed(observatory):
    rows = Notice.objects.filter(kind="processed_and_reviewed", member_ous=observatory.delivered)
    return rows.get().pk


def takes_back_the_first(_observatory):
    first = Event.objects.order_by("pk")[0]
    assert Event.objects.filter(kind="qa0").update(undoes=first) == 1


def questioned_since(observatory):
    return observatory.questioned.delivered_at


def first_run(observatory):
    return observatory.delivered.exec_blocks.order_by("pk")[0]


MEMBER = "member_ous {delivered}: "
HELD = "member_ous {held}: "
CASES = [
    # Seasons
    Spoiled(
        "where a block is carried over to",
        of(lambda _: SchedBlock.objects.filter(carried_to="2024.1"), carried_to="2031.1"),
        ("seasons: sched_block {carried}: carried_to is 2031.1, should be 2024.1",),
    ),
    Spoiled(
        "a block that nobody carried over",
        of(lambda o: o.delivered.sched_blocks.all(), carried_to="2031.1"),
        ("seasons: sched_block {block}: carried_to is 2031.1, should be nothing",),
    ),
    Spoiled(
        "a step that takes back another one",
        takes_back_the_first,
        (
            "undone: project {project}: log is event {judged} from Pass to Fail, "
            "should be from PI to nothing, of the same thing",
        ),
    ),
    # States
    Spoiled(
        "a word that is none",
        row(SchedBlock, "observed", state="Sleeping"),
        (
            "words: sched_block {block}: state is Sleeping, should be a word of its life cycle",
            "log: sched_block {block}: state is Sleeping, should be Ready",
        ),
    ),
    Spoiled(
        "a group",
        row(GroupOUS, "delivered", state="Delivered"),
        (
            "sets: group_ous {group}: state is Delivered, should be PartiallyObserved",
            "log: group_ous {group}: state is Delivered, should be PartiallyObserved",
        ),
    ),
    Spoiled(
        "a science goal",
        row(ScienceGoal, "delivered", state_flag="InHold"),
        ("sets: science_goal {goal}: state_flag is InHold, should be nothing",),
    ),
    Spoiled(
        "a project's counts",
        of(lambda o: Project.objects.filter(pk=o.project.pk), members_delivered=4),
        ("projects: project {project}: members_delivered is 4, should be 1",),
    ),
    Spoiled(
        "a project's total",
        of(lambda o: Project.objects.filter(pk=o.project.pk), members_total=1),
        ("projects: project {project}: members_total is 1, should be 4",),
    ),
    # The log
    Spoiled(
        "since when",
        row(MemberOUS, "held", state_since=None),
        ("log: " + HELD + "state_since is nothing, should be {held_since}",),
    ),
    Spoiled(
        "a step of the log",
        last_event("held", "state", frm="Processing"),
        (
            "log: " + HELD + "log is event {step} from Processing to Verified, "
            "should be a step from Reviewing",
            "steps: " + HELD + "log is event {step} from Processing to Verified, "
            "should be a legal step",
        ),
    ),
    Spoiled(
        "the word for people outside",
        last_event("held", "state", public_to="Verified"),
        ("log: " + HELD + "public state is BeingProcessed, should be Verified",),
    ),
    Spoiled(
        "since when people outside read their word",
        row(MemberOUS, "delivered", public_since=datetime(2031, 2, 3, tzinfo=UTC)),
        ("log: " + MEMBER + "public_since is 2031-02-03 00:00:00 UTC, should be {public}",),
    ),
    Spoiled(
        "that of a group",
        row(GroupOUS, "delivered", public_since=None),
        ("log: group_ous {group}: public_since is nothing, should be {group_told}",),
    ),
    Spoiled(
        "a version",
        row(MemberOUS, "delivered", version=1, public_version=1),
        (
            "versions: " + MEMBER + "version is 1, should be 5 or more",
            "versions: " + MEMBER + "public_version is 1, should be 3 or more",
        ),
    ),
    # Executions
    Spoiled(
        "what passed",
        row(SchedBlock, "delivered", executions_passed=7),
        ("counts: sched_block {block}: executions_passed is 7.00, should be 2",),
    ),
    Spoiled(
        "how many",
        row(MemberOUS, "delivered", executions_count=3),
        ("counts: " + MEMBER + "executions_count is 3, should be 2",),
    ),
    Spoiled(
        "how many are expected",
        row(MemberOUS, "delivered", executions_expected=9),
        ("counts: " + MEMBER + "executions_expected is 9.00, should be {expected}",),
    ),
    Spoiled(
        "a decision",
        of(lambda o: QA0Decision.objects.filter(exec_block__member_ous=o.observed), comment="no"),
        ("decisions: exec_block {run}: qa0_comment is nothing, should be no",),
    ),
    Spoiled(
        "a verdict without an event",
        of(lambda o: o.delivered.exec_blocks.filter(pk=first_run(o).pk), qa0="Fail"),
        (
            "verdicts: exec_block {first_run}: qa0 is Fail, should be Pass",
            "counts: sched_block {block}: executions_passed is 2.00, should be 1",
            "counts: " + MEMBER + "executions_passed is 2.00, should be 1",
        ),
    ),
    # Addresses and homes
    Spoiled(
        "another project",
        lambda o: readme(o).update(project=o.other),
        (
            "homes: product_file {delivered}: project beside its member_ous is {other}, "
            "should be {project}",
        ),
    ),
    # What sources say
    Spoiled(
        "a date of a source's",
        of(lambda o: o.other.memberous_set.all(), release_date=datetime(2030, 1, 1, tzinfo=UTC)),
        (
            "sources: member_ous {other_member}: release_date is 2030-01-01 00:00:00 UTC, "
            "should be 2031-02-03T00:00:00+00:00",
        ),
    ),
    Spoiled(
        "a ref",
        row(GroupOUS, "delivered", ref="elsewhere"),
        ("addresses: group_ous {group}: ref is elsewhere, should be {group_ref}",),
    ),
    # QA3
    Spoiled(
        "where a problem report stands",
        row(ProblemReport, "questioned", state="fixed"),
        (
            "reports: member_ous {questioned}: problem report {report} is fixed, should be "
            "investigating",
        ),
    ),
    Spoiled(
        "a window",
        row(ProblemReport, "questioned", window_months=3),
        (
            "reports: member_ous {questioned}: window of problem report {report} is "
            "{window}, should be {longer}",
        ),
    ),
    Spoiled(
        "an investigation that nobody ended",
        row(
            Investigation,
            "questioned",
            outcome="aborted",
            decided_at=datetime(2031, 2, 3, tzinfo=UTC),
            ended_at=datetime(2031, 2, 3, tzinfo=UTC),
        ),
        (
            "QA3: member_ous {questioned}: clock is held open by QA3, should be not held: no QA3 "
            "goes on",
        ),
    ),
    # QA2
    Spoiled(
        "a verdict",
        row(MemberOUS, "delivered", qa2="SemiPass"),
        ("rounds: " + MEMBER + "qa2 is SemiPass, should be Pass",),
    ),
    Spoiled(
        "a round",
        of(lambda o: QA2Round.objects.filter(member_ous=o.delivered), number=3),
        (
            "rounds: " + MEMBER + "number of a QA2 round is 3, should be 1",
            "rounds: " + MEMBER + "qa2 is Pass, should be nothing",
        ),
    ),
    Spoiled(
        "what holds work up",
        row(MemberOUS, "held", blocked_on="pi", blocked_since=datetime(2031, 2, 3, tzinfo=UTC)),
        ("work: " + HELD + "blocked_on is pi, should be nothing",),
    ),
    Spoiled(
        "a hold without a verdict",
        of(
            lambda o: QA2Decision.objects.filter(round__member_ous=o.held),
            undone_at=F("at"),
            undone_by=F("decided_by"),
        ),
        (
            "rounds: " + HELD + "qa2 is Pass, should be nothing",
            "holds: " + HELD + "state_flag is InHold at Verified, "
            "should be without a hold: no verdict stands",
        ),
    ),
    Spoiled(
        "a verdict told too soon",
        last_event("held", "qa2", for_public=True),
        ("holds: " + HELD + "QA2 verdict is told to people outside, should be kept until {until}",),
    ),
    # Clocks
    Spoiled(
        "an end",
        row(MemberOUS, "delivered", release_date=None),
        ("clocks: " + MEMBER + "release_date is nothing, should be {release}",),
    ),
    Spoiled(
        "since when the ledger is kept",
        row(MemberOUS, "delivered", clock_kept_at=None),
        ("clocks: " + MEMBER + "clock_kept_at is nothing, should be {kept}",),
    ),
    Spoiled(
        "a line of the ledger",
        drop(lambda o: ClockEntry.objects.filter(member_ous=o.delivered, kind="extension")),
        (
            "clocks: " + MEMBER + "release_date is {release}, should be {unextended}",
            "clocks: " + MEMBER + "clock_kept_at is {kept}, should be {started}",
            "clocks: " + MEMBER + "clock entries is 2 in the log, "
            "should be the 1 of the ledger, same times",
        ),
    ),
    # Deliveries
    Spoiled(
        "a generation",
        row(MemberOUS, "delivered", delivery_generation=2),
        ("deliveries: " + MEMBER + "delivery_generation is 2, should be 1",),
    ),
    Spoiled(
        "a generation of nothing",
        row(MemberOUS, "observed", delivery_generation=1),
        (
            "deliveries: member_ous {observed}: delivery_generation is 1, "
            "should be nothing: no delivery is on file",
        ),
    ),
    Spoiled(
        "an event of a delivery",
        last_event("delivered", "delivery", to="generation 8"),
        (
            "deliveries: " + MEMBER + "events of deliveries is delivery of generation 8 at {at}, "
            "should be delivery of generation 1 at {at}",
        ),
    ),
    Spoiled(
        "a delivery under way",
        of(lambda o: Delivery.objects.filter(member_ous=o.checking), state="failed"),
        (
            "under way: member_ous {checking}: state is DeliveryInProgress, "
            "should be one of a delivery: none is under way",
        ),
    ),
    Spoiled(
        "a claim",
        of(
            lambda o: Delivery.objects.filter(member_ous=o.checking),
            state="waiting",
            claim="somebody",
        ),
        (
            "under way: member_ous {checking}: state is DeliveryInProgress, "
            "should be one of a delivery: none is under way",
            "under way: member_ous {checking}: claim on delivery {checking_number} is held, "
            "should be free: it is waiting",
        ),
    ),
    # Files
    Spoiled(
        "a file of the manifest",
        drop(readme),
        ("manifests: " + MEMBER + "files of generation 1 is 2, should be 3",),
    ),
    Spoiled(
        "a checksum that is none",
        of(lambda o: ProductFile.objects.filter(member_ous=o.delivered, name="a.fits"), sha256=""),
        ("manifests: " + MEMBER + "file product/a.fits is 10 bytes, , should be size and SHA-256",),
    ),
    Spoiled(
        "another checksum",
        of(
            lambda o: ProductFile.objects.filter(member_ous=o.delivered, name="a.fits"),
            sha256="0" * 64,
        ),
        (
            "store: " + MEMBER + "file product/a.fits of generation 1 is SHA-256 {fits}, "
            "should be " + "0" * 64,
        ),
    ),
    Spoiled(
        "a place",
        of(lambda o: DeliveryPlace.objects.filter(delivery__member_ous=o.delivered), missing=1),
        (
            "manifests: " + MEMBER + "place store of delivery {number} is incomplete, "
            "should be complete",
        ),
    ),
    # Notices
    Spoiled(
        "a notice",
        drop(lambda o: Notice.objects.filter(kind="delivery", member_ous=o.delivered)),
        (
            "notices: " + MEMBER + "notices of delivery {number} is 0, should be 1",
            "notices: " + MEMBER + "notice {added} is of added value, "
            "should be one with links and a delivery",
        ),
    ),
    Spoiled(
        "its occasion",
        notice("added_value", occasion="delivery 0"),
        (
            "notices: " + MEMBER + "occasion of notice {added} is delivery 0, "
            "should be a delivery of its own",
            "notices: " + MEMBER + "notice {added} is of added value, "
            "should be one with links and a delivery",
        ),
    ),
    Spoiled(
        "its reader",
        lambda o: Notice.objects.filter(kind="delivery").update(recipient=make_user("somebody")),
        (
            "notices: " + MEMBER + "recipient of notice {told} is somebody, "
            "should be the project's PI",
        ),
    ),
    Spoiled(
        "a notice of links",
        drop(lambda o: Notice.objects.filter(kind="added_value")),
        (
            "notices: " + MEMBER + "added-value notice beside notice {told} is nothing, "
            "should be one: all links are there",
        ),
    ),
    Spoiled(
        "the reader of an optional mail",
        lambda o: Notice.objects.filter(pk=passed(o)).update(recipient=make_user("somebody")),
        (
            "optional: " + MEMBER + "recipient of notice {passed} is somebody, "
            "should be the PI, or a delegee",
        ),
    ),
    Spoiled(
        "the step of an optional mail",
        lambda o: Notice.objects.filter(pk=passed(o)).update(kind="first_observed"),
        ("optional: " + MEMBER + "event of notice {passed} is Verified, should be first_observed",),
    ),
    Spoiled(
        "the switch for Co-Is",
        of(lambda o: Project.objects.filter(pk=o.project.pk), cois_download=False),
        (
            "access: project {project}: cois_download is Co-Is may not download, "
            "should be Co-Is may download",
        ),
    ),
    Spoiled(
        "a token of a project",
        of(lambda o: ProjectToken.objects.filter(name="weekly"), revoked_at=timezone.now()),
        ("access: project {project}: tokens made and revoked is (2, 2), should be (2, 1)",),
    ),
    Spoiled(
        "a delegation",
        of(lambda o: Membership.objects.filter(role="DELEGEE"), user=F("given_by")),
        (
            "access: project {project}: log of delegation {delegation} is nothing, "
            "should be an event that tells of it",
        ),
    ),
    Spoiled(
        "an end of a delegation that the log does not tell of",
        lambda o: Membership.objects.filter(role="DELEGEE").update(
            ends_at=timezone.now(), is_end_told=True
        ),
        ("access: project {project}: ends of tie {delegation} in the log is 0, should be 1",),
    ),
    Spoiled(
        "the reader of a reminder",
        lambda o: MailLine.objects.update(recipient=make_user("somebody")),
        ("lines: " + MEMBER + "mail of line {line} is another's, should be one to its own person",),
    ),
    Spoiled(
        "the project of a reminder",
        lambda o: MailLine.objects.update(project=o.other),
        (
            "lines: " + MEMBER + "mail of line {line} is another's, "
            "should be one to its own person",
            "lines: " + MEMBER + "project of line {line} is another, "
            "should be that of its member OUS",
        ),
    ),
    Spoiled(
        "the reader of a delegation",
        lambda o: Notice.objects.filter(kind="delegation").update(recipient=o.pi),
        (
            "optional: project {project}: recipient of notice {delegated} is {pi}, "
            "should be whom it was delegated to",
        ),
    ),
    Spoiled(
        "its claim",
        notice("delivery", state="claimed"),
        (
            "claims: " + MEMBER + "claim of notice {told} is not that of one claimed, "
            "should be its worker's",
        ),
    ),
    Spoiled(
        "the reader of the log",
        of(lambda o: LogPlace.objects.filter(reader="notices"), event_id=10**9),
        ("claims: log notices: place is 1000000000, should be {newest} or before",),
    ),
]


def names(observatory, case):
    """What stands in the sentences of a case, read before it spoils anything."""
    delivered, held, checking = observatory.delivered, observatory.held, observatory.checking
    observed = observatory.observed
    which = observed if "words" in case.told[0] else delivered
    delivery = Delivery.objects.get(member_ous=delivered)
    report = ProblemReport.objects.get(member_ous=observatory.questioned)
    entries = [*ClockEntry.objects.filter(member_ous=delivered).order_by("pk")]
    return {
        "delivered": delivered,
        "held": held,
        "checking": checking,
        "observed": observed,
        "questioned": observatory.questioned,
        "report": report.pk,
        "window": told(report.window_until),
        "longer": told(add_months(questioned_since(observatory), 3)),
        "project": observatory.project.ref,
        "line": MailLine.objects.get().pk,
        "delegation": observatory.project.memberships.get(role="DELEGEE").pk,
        "group": delivered.group_ous,
        "group_ref": delivered.group_ous.ref,
        "public": told(Event.objects.filter(member_ous=delivered, kind="state").latest("pk").at),
        "group_told": told(delivered.group_ous.public_since),
        "goal": delivered.science_goal,
        "block": which.sched_blocks.get().uid,
        "run": observed.exec_blocks.get(qa0="Fail").uid,
        "first_run": first_run(observatory).uid,
        "other": observatory.other.ref,
        "other_member": observatory.other.memberous_set.get(),
        "expected": delivered.executions_expected,
        "held_since": told(held.state_since),
        "step": Event.objects.filter(member_ous=held, kind="state").order_by("-pk")[0].pk,
        "until": told(QA2Decision.objects.get(round__member_ous=held).hold_until),
        "release": told(delivered.release_date),
        "unextended": told(add_months(delivered.delivered_at, 12)),
        "kept": told(delivered.clock_kept_at),
        "started": told(entries[0].recorded_at),
        "at": f"{delivery.delivered_at:%Y-%m-%d %H:%M:%S}",
        "number": delivery.pk,
        "checking_number": Delivery.objects.get(member_ous=checking).pk,
        "fits": ProductFile.objects.get(member_ous=delivered, name="a.fits").sha256,
        "added": Notice.objects.get(kind="added_value").pk,
        "told": Notice.objects.get(kind="delivery").pk,
        "passed": passed(observatory),
        "delegated": Notice.objects.get(kind="delegation").pk,
        "pi": observatory.pi.username,
        "carried": SchedBlock.objects.get(project__code="2023.1.00001.S").uid,
        "judged": Event.objects.get(kind="qa0").pk,
        "newest": Event.objects.order_by("-pk")[0].pk,
    }


def told(moment):
    return moment.isoformat(sep=" ").replace("+00:00", " UTC")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.named)
def test_spoiled_row_is_named_and_nothing_else(case, observatory):
    known = names(observatory, case)

    case.spoil(observatory)

    assert faults() == [line.format(**known) for line in case.told]


def stored(observatory, path):
    member = observatory.delivered
    return package_folder(observatory.store, member.ref, 1) / path


STORED = "store: member_ous {member}: file {path} of generation 1 is {found}, should be {expected}"


@pytest.mark.parametrize(
    ("content", "words", "found", "expected"),
    [
        (None, (), "missing in the store", "there"),
        (b"longer than it was", (), "18 bytes", "10 bytes"),
        (b"SIMPLE = F", (), "SHA-256 {changed}", "{sha256}"),
        (b"SIMPLE = F", ("--read", "all"), "SHA-256 {changed}", "{sha256}"),
        (b"SIMPLE = F", ("--read", "0"), "", ""),
    ],
)
def test_stored_bytes_are_held_against_the_manifest(content, words, found, expected, observatory):
    path = "product/a.fits"
    file = stored(observatory, path)
    whole = file.read_bytes()
    known = {"changed": sha256(content or b"").hexdigest(), "sha256": sha256(whole).hexdigest()}
    try:
        file.unlink()
        if content:
            file.write_bytes(content)
        said = faults(*words)
    finally:
        file.write_bytes(whole)

    sentence = STORED.format(
        member=observatory.delivered,
        path=path,
        found=found.format(**known),
        expected=expected.format(**known),
    )
    assert said == ([sentence] if found else [])


def test_what_a_problem_row_tells_is_listed_and_not_counted(observatory):
    group = observatory.delivered.group_ous
    GroupOUS.objects.filter(pk=group.pk).update(ref="elsewhere")
    job = note_unreadable(source="a list", reason="bad")
    job.problems.update(record=f"group_ous {group.uid}, field ref")

    lines, status = audit()

    assert (lines[-1], status) == ("clean", 0)
    line = f"known addresses: group_ous {group.uid}: ref is elsewhere, should be {group.ref}"
    assert line in lines
    note_unreadable(source="a list", reason="read again, and it is not in there any more")
    assert faults() == [line.removeprefix("known ")]
