"""Composes plans from a few words: UIDs, dates, executions and positions follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from snoopi.demo import lives, sky
from snoopi.demo.plans import Block, Execution, Goal, Group, Member, Setup, Step
from snoopi.demo.uids import Numbers

_MINUTES = {"12m": 62.0, "7m": 74.0, "TP": 68.0}
_PADS = {
    "12m": [f"A{number:03d}" for number in range(1, 60)],
    "7m": [f"N60{n}" for n in range(1, 7)] + [f"J50{n}" for n in range(1, 7)],
    "TP": ["T701", "T702", "T703", "T704"],
}
_ANTENNAS = {
    "12m": [f"DA{n}" for n in range(41, 66)] + [f"DV{n:02d}" for n in range(1, 26)],
    "7m": [f"CM{n:02d}" for n in range(1, 13)],
    "TP": [f"PM{n:02d}" for n in range(1, 5)],
}
_IN_ARRAY = {"12m": (40, 47), "7m": (9, 11), "TP": (3, 4)}
_SUFFIX = {"7m": "7M", "TP": "TP", "12m": "TM1"}
_FIRST_NIGHT = timedelta(days=1)
_WORST_PWV_MM = {1: 6.0, 2: 5.0, 3: 4.5, 4: 3.5, 5: 2.8, 6: 2.5, 7: 1.3, 8: 0.8, 9: 0.6, 10: 0.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A member OUS with one SB, in a few words.

    ``at`` is when it entered the last state of ``path``, ``known`` when it entered others;
    ``verdicts`` are the QA0 verdicts of its executions in order of time. ``waits`` is a
    later state of the SB with its flag and date.
    """

    setup: Setup
    path: tuple[str, ...]
    at: datetime
    verdicts: tuple[str, ...] = ()
    expected: Decimal | None = None
    letter: str = "a"
    suffix: str = ""
    block_name: str = ""
    source_name: str = ""
    notes: dict[str, str] = field(default_factory=dict)
    known: dict[str, datetime] = field(default_factory=dict)
    qa2: str = ""
    reducer: str = ""
    period_months: int = 12
    spacing: timedelta = timedelta(days=2)
    waits: tuple[str, str, datetime] | None = None
    uid: str = ""
    block_uid: str = ""
    executions: tuple[Execution, ...] = ()
    # Of a goal that asks for the finest of several configurations, what this one is for.
    asks_own: bool = False


def setup_of(
    target: str,
    band: int,
    *,
    array: str = "12m",
    configuration: str = "C-3",
    rep_freq_ghz: float | None = None,
    place: tuple[float, float] | None = None,
) -> Setup:
    """A physically valid set-up on a target of ``sky.TARGETS``, or at another ``place``."""
    ra_deg, dec_deg = place or sky.TARGETS[target]
    freq = rep_freq_ghz or sky.FREQUENCIES_GHZ[band][0]
    return Setup(
        target=target,
        ra_deg=ra_deg,
        dec_deg=dec_deg,
        band=band,
        rep_freq_ghz=freq,
        array=array,
        configurations=(configuration,) if array == "12m" else (),
        resolution_arcsec=sky.resolution_arcsec(freq, array, configuration),
        largest_scale_arcsec=sky.largest_scale_arcsec(freq, array, configuration),
    )


class Composer:
    """Composes the parts of one project; the same seed gives the same parts."""

    def __init__(self, serial: int, seed: int = 1) -> None:
        self.numbers = Numbers(serial)
        self.rng = Random(f"{seed}:{serial}")

    def member(self, sketch: Sketch) -> Member:
        """Compose a member OUS with its SB and executions."""
        # What is known keeps its UID, and the numbers of all else do not depend on it.
        uid, block_uid = self.numbers.structure(), self.numbers.structure()
        status_uid = self.numbers.structure()
        steps, executions = self._life(sketch)
        block = Block(
            uid=sketch.block_uid or block_uid,
            status_uid=status_uid,
            name=sketch.block_name or _block_name(sketch),
            setup=sketch.setup,
            history=_block_history(steps, sketch),
            flag=sketch.waits[1] if sketch.waits else "",
            expected=sketch.expected or _expected(sketch),
            minutes=_MINUTES[sketch.setup.array],
            executions=executions,
        )
        delivered = dict(steps).get("Delivered")
        months = sketch.period_months
        return Member(
            uid=sketch.uid or uid,
            part_id=self.numbers.part(),
            name=f"Member OUS ({sketch.source_name or sketch.setup.target})",
            history=_history(steps, sketch.notes),
            blocks=(block,),
            qa2=sketch.qa2 or ("Pass" if {"Verified", "Delivered"} & set(sketch.path) else ""),
            delivered_at=delivered,
            release_date=lives.one_year_after(delivered, months) if delivered else None,
            reducer=sketch.reducer,
            more=_own_goals(sketch),
        )

    def group(self, members: Sequence[Member], uid: str = "") -> Group:
        """Compose a group OUS."""
        own = self.numbers.structure()
        return Group(uid=uid or own, part_id=self.numbers.part(), members=tuple(members))

    def goal(self, title: str, groups: Sequence[Group], *, uid: str = "", name: str = "") -> Goal:
        """Compose a science goal; its sensitivity suits its band."""
        own = self.numbers.structure()
        bands = [m.blocks[0].setup.band for group in groups for m in group.members]
        return Goal(
            uid=uid or own,
            part_id=self.numbers.part(),
            name=name or f"SG OUS ({title})",
            title=title,
            groups=tuple(groups),
            sensitivity_mjy=round(0.4 * max(bands, default=3) * self.rng.uniform(0.6, 1.6), 2),
            bandwidth_mhz=self.rng.choice((0.977, 1.953, 7500.0)),
            window=self.rng.choice(("CO", "continuum", "HCN", "SiO")),
        )

    def execution(
        self,
        setup: Setup,
        near: datetime,
        *,
        qa0: str = "Pass",
        pads: Sequence[tuple[str, str]] = (),
    ) -> Execution:
        """Compose one execution while the target is up, within half a day of ``near``."""
        middle = sky.when_up(near, setup.ra_deg, self.rng.uniform(-1.8, 1.8))
        seconds = round(_MINUTES[setup.array] * 60 * self.rng.uniform(0.85, 1.12))
        start = middle - timedelta(seconds=seconds // 2)
        worst = _WORST_PWV_MM[setup.band]
        return Execution(
            uid=self.numbers.execution(),
            start=start,
            end=start + timedelta(seconds=seconds),
            qa0=qa0,
            comment=_COMMENTS.get(qa0, ""),
            fraction=Decimal(1) if qa0 == "Pass" else None,
            pwv_mm=round(self.rng.uniform(0.25, 1.0) * worst, 2),
            antennas=tuple(pads) or self._antennas(setup.array),
        )

    def _antennas(self, array: str) -> tuple[tuple[str, str], ...]:
        count = self.rng.randint(*_IN_ARRAY[array])
        pads = sorted(self.rng.sample(_PADS[array], count))
        names = sorted(self.rng.sample(_ANTENNAS[array], count))
        return tuple(zip(pads, names, strict=True))

    def _life(self, sketch: Sketch) -> tuple[lives.Dated, tuple[Execution, ...]]:
        """Date the steps and the executions, each after what leads to it."""
        observing = sketch.spacing * max(len(sketch.verdicts) - 1, 0)
        known = {**_judged(sketch.executions), **sketch.known}
        steps = lives.dated(sketch.path, sketch.at, self.rng, observing=observing, known=known)
        if sketch.executions:
            return steps, sketch.executions
        executions = self._executions(sketch, dict(steps))
        judged = _judged(executions)
        return [(state, judged.get(state, at)) for state, at in steps], executions

    def _executions(self, sketch: Sketch, entered: dict[str, datetime]) -> tuple[Execution, ...]:
        near = entered.get("PartiallyObserved") or entered.get("Ready", sketch.at) + _FIRST_NIGHT
        found: list[Execution] = []
        for qa0 in sketch.verdicts:
            found.append(self.execution(sketch.setup, near, qa0=qa0))
            # Counted from the last one: two never fall into the same night.
            near = found[-1].start + sketch.spacing
        return tuple(found)


_COMMENTS = {
    "SemiPass": "The bandpass calibrator was hardly detected.",
    "Fail": "Stopped by wind after the first calibrators.",
    "Pending": "Antenna positions are being checked.",
}


def _own_goals(sketch: Sketch) -> Mapping[str, Any]:
    setup = sketch.setup
    if not sketch.asks_own or setup.resolution_arcsec is None:
        return {}
    least, most = setup.resolution_range_arcsec
    asked = {
        "resolution_arcsec": setup.resolution_arcsec,
        "min_resolution_arcsec": least,
        "max_resolution_arcsec": most,
    }
    return {"asked": asked}


def _block_name(sketch: Sketch) -> str:
    suffix = sketch.suffix or _SUFFIX[sketch.setup.array]
    source = sketch.source_name or sketch.setup.target
    return f"{source}_{sketch.letter}_{sketch.setup.band:02d}_{suffix}"


def _expected(sketch: Sketch) -> Decimal:
    passes = sketch.verdicts.count("Pass")
    complete = "FullyObserved" in sketch.path
    return Decimal(max(passes, 1) if complete else passes + 2)


def _judged(executions: Sequence[Execution]) -> dict[str, datetime]:
    """When a member OUS came into the states that follow from executions that passed."""
    ends = [execution.end for execution in executions if execution.qa0 == "Pass"]
    if not ends:
        return {}
    return {
        "PartiallyObserved": ends[0] + timedelta(hours=2),
        "FullyObserved": ends[-1] + timedelta(hours=3),
    }


def _history(steps: lives.Dated, notes: dict[str, str]) -> tuple[Step, ...]:
    return tuple(Step(at=at, to=state, note=notes.get(state, "")) for state, at in steps)


def _block_history(steps: lives.Dated, sketch: Sketch) -> tuple[Step, ...]:
    history = _history(lives.of_sched_block(steps), {})
    if sketch.waits is None:
        return history
    state, _, at = sketch.waits
    return (*history, Step(at=at, to=state, note=sketch.notes.get(state, "")))
