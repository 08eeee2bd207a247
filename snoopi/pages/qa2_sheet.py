"""The QA2 report of a member OUS as a sheet: what its page shows the same person."""

from collections.abc import Sequence

from accounts.models import User
from projects.models import MemberOUS
from qa.asked_got import Compared, decisive
from qa.asked_got_words import beam_words, image_words, range_words, rms_words
from qa.reviews_told import ReviewTold, rounds_of, verdict_told
from qa.services.weighing import counted_blocks
from snoopi.pages.evidence import PackageTold, package_told, pictures_of
from snoopi.pages.qa2_panel import RunUsed, fraction_words, runs_used, shown, versions_of
from snoopi.sheet import Column, Facts, Sheet, Table

_NOT_KNOWN = "N/A"
OUTSIDE = (
    "Errors in what the PI supplied (coordinates, frequency set-up, sensitivity asked for) are "
    "outside of quality assurance."
)


def qa2_sheet(member_ous: MemberOUS, user: User, *, with_pictures: bool = True) -> Sheet:
    """Answer the report as ``user`` may read it; without a verdict it says so."""
    told = verdict_told(rounds_of(member_ous, user))
    runs = runs_used(member_ous)
    parts: list[Facts | Table] = [_status(told), _identity(member_ous)]
    package = package_told(member_ous, user)
    if told:
        reduced = Facts("Data reduction", versions_of(package.run, package.reduced))
        parts += [reduced, _asked_got(told), _images(told), _checks(told)]
    notes = [*_in_words(told), _restore(package), OUTSIDE]
    return Sheet(
        title=f"QA2 report of member OUS {member_ous}",
        lines=_lines(member_ous),
        parts=[*parts, _executions(runs)],
        notes=notes,
        pictures=pictures_of(member_ous, user) if with_pictures else (),
    )


def _in_words(told: ReviewTold | None) -> list[str]:
    """Asked and got in a sentence, and what fell short."""
    if told is None:
        return []
    verdict = shown(told)
    return [*([verdict.sentence] if verdict.sentence else []), *verdict.short]


def _restore(package: PackageTold) -> str:
    return f"To restore the calibrated data: {' '.join(package.steps)}"


def _lines(member_ous: MemberOUS) -> list[str]:
    project = member_ous.project
    named = [f"{project.ref} · {project.title}"]
    return [*named, f"PI {project.pi_name}"] if project.pi_name else named


def _status(told: ReviewTold | None) -> Facts:
    if told is None:
        return Facts("QA2 status", [("Status", "not decided, or not known")])
    rows = [
        ("Status", told.outcome),
        ("Round", f"{told.round_number}{'' if told.is_current else ', ended'}"),
        ("Decided", f"{told.at:%Y-%m-%d %H:%M} UTC by {told.by}"),
        ("Reasons", "; ".join(reason.name for reason in told.reasons) or "none given"),
    ]
    if told.comment:
        rows.append(("Comment", told.comment))
    if told.extra_executions is not None:
        rows.append(("Executions more", f"{told.extra_executions.normalize():f}"))
    return Facts("QA2 status", rows)


def _identity(member_ous: MemberOUS) -> Facts:
    blocks = ", ".join(map(str, counted_blocks(member_ous)))
    return Facts(
        "Identity",
        [
            ("Member OUS", str(member_ous)),
            ("Group OUS", str(member_ous.group_ous or "unknown")),
            ("Science goal OUS", str(member_ous.science_goal or "unknown")),
            ("Project", member_ous.project.ref),
            ("Scheduling Block", blocks or "unknown"),
            ("PI", member_ous.project.pi_name or "unknown"),
        ],
    )


def _asked_got(told: ReviewTold) -> Facts:
    goals, first = told.kept.goals, decisive(told.kept.rows)
    got = first[0].got if first else None
    rms = rms_words(got.sensitivity_mjy, got.bandwidth_mhz) if got else ""
    return Facts(
        "Asked and got",
        [
            ("rms asked for", rms_words(goals.sensitivity_mjy, goals.bandwidth_mhz) or _NOT_KNOWN),
            ("rms got", rms or _NOT_KNOWN),
            ("Beam asked for", range_words(goals) or _NOT_KNOWN),
            ("Beam got", (beam_words(got) if got else "") or _NOT_KNOWN),
            ("Image", (image_words(got) if got else "") or _NOT_KNOWN),
        ],
    )


def _images(told: ReviewTold) -> Table:
    columns = [
        Column("Image", wide=True),
        Column("rms"),
        Column("Beam"),
        Column("Against the request", wide=True),
    ]
    rows = [_image(row) for row in told.kept.rows]
    return Table("Images", columns, rows, "No figures are on file.")


def _image(row: Compared) -> Sequence[str]:
    got = row.got
    return [
        image_words(got) or _NOT_KNOWN,
        rms_words(got.sensitivity_mjy, got.bandwidth_mhz) or _NOT_KNOWN,
        beam_words(got) or _NOT_KNOWN,
        "; ".join(f"{one.answer}: {one.sentence}" for one in row.judged),
    ]


def _checks(told: ReviewTold) -> Table:
    columns = [Column("Check", wide=True), Column("Ticked"), Column("Comment", wide=True)]
    rows = [[row.check.name, "yes" if row.ok else "no", row.comment] for row in told.checks]
    return Table("Checks of calibration and images", columns, rows)


def _executions(runs: Sequence[RunUsed]) -> Table:
    columns = [
        Column("Execution block", mono=True),
        Column("End [UTC]"),
        Column("QA0"),
        Column("Fraction"),
        Column("Used", wide=True),
    ]
    rows = [
        [
            str(run.exec_block),
            f"{run.exec_block.end:%Y-%m-%d %H:%M}" if run.exec_block.end else _NOT_KNOWN,
            run.exec_block.qa0,
            fraction_words(run),
            "yes" if run.is_used else f"no, {run.why_not}",
        ]
        for run in runs
    ]
    return Table("Execution blocks", columns, rows, "None is known.")
