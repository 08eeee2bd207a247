"""The data sets of the demo observatory: which executions have one, and what they say."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from qa.observed import Execution
from snoopi.demo.asdm import write_asdm
from snoopi.demo.observing import Turn, observed
from snoopi.demo.plans import Block, ProjectPlan
from snoopi.demo.plans import Execution as Run
from snoopi.demo.reducing import reduced
from snoopi.demo.sgrb2 import SGRB2_CODE, W51_CODE
from snoopi.demo.weblog import PLACES, TURNS, WEBLOG_CODE

# Of all other SBs one execution has one, as in an archive that is being filled.
_WHOLE = frozenset({SGRB2_CODE, W51_CODE, WEBLOG_CODE})
# Of a large programme half of the SBs: its archive is being filled, and reading them all
# would take longer than all else.
_LARGE, _EVERY = 100, 2
_SEED_RUN = "uid://A002/X85dcf7/Xefe"

_FLUX, _BANDPASS, _PHASE, _TARGET = "J1733-130", "J1700-2610", "J1744-3116", "SgrB2"
_ATMOSPHERE = ("CALIBRATE_ATMOSPHERE",)
# What the talk's execution did (DEMO, "Xefe"): subscans of 30.24 s, atmospheres of 17.28 s.
_SEED_TURNS = (
    Turn(("CALIBRATE_POINTING",), _BANDPASS, 4),
    Turn(_ATMOSPHERE, _BANDPASS, 1, 17.28),
    Turn(("CALIBRATE_BANDPASS",), _BANDPASS, 20),
    Turn(_ATMOSPHERE, _FLUX, 1, 17.28),
    Turn(("CALIBRATE_AMPLI", "CALIBRATE_FLUX"), _FLUX, 10),
    Turn(("CALIBRATE_PHASE",), _PHASE, 4),
    Turn(_ATMOSPHERE, _TARGET, 1, 17.28),
    Turn(("OBSERVE_TARGET",), _TARGET, 26),
    Turn(("CALIBRATE_PHASE",), _PHASE, 3),
    Turn(_ATMOSPHERE, _TARGET, 1, 17.28),
    Turn(("OBSERVE_TARGET",), _TARGET, 26),
    Turn(("CALIBRATE_PHASE",), _PHASE, 3),
)
# Kelvin, antenna by antenna; two recorded nothing.
_SEED_KELVIN = (0.0, 0.0, 48.08, 48.78, 49.57, 50.48, 51.39, 52.18, 52.88, 64.55)
_SEED_PLACES = {
    _FLUX: ((17 + 33 / 60 + 2.7 / 3600) * 15, -(13 + 4 / 60 + 49.5 / 3600)),
    _BANDPASS: ((17 + 53.2 / 3600) * 15, -(26 + 10 / 60 + 51.7 / 3600)),
    _PHASE: ((17 + 44 / 60 + 23.6 / 3600) * 15, -(31 + 16 / 60 + 36.3 / 3600)),
}


def executions_of(plans: Iterable[ProjectPlan]) -> Iterator[Execution]:
    """Answer what the data sets of some projects say."""
    for plan in plans:
        blocks = [(member, block) for member in plan.members for block in member.blocks]
        for member, block in blocks[:: _EVERY if len(blocks) > _LARGE else 1]:
            for run in block.executions if plan.code in _WHOLE else _last(block):
                said = observed(member, block, run, **_known(plan, run))
                # Few data sets hold results: those of the projects that are shown first.
                yield reduced(said) if plan.code in _WHOLE else said


def _known(plan: ProjectPlan, run: Run) -> dict[str, Any]:
    """What the talk says of an execution."""
    if plan.code == WEBLOG_CODE:
        return {"turns": TURNS, "places": PLACES}
    if run.uid == _SEED_RUN:
        return {"turns": _SEED_TURNS, "kelvin": _SEED_KELVIN, "places": _SEED_PLACES}
    return {}


def _last(block: Block) -> Sequence[Run]:
    # By number, which does not depend on the seed as the nights do.
    return sorted(block.executions, key=lambda run: run.uid)[-1:]


def write_data_sets(folder: Path, plans: Iterable[ProjectPlan]) -> list[Path]:
    """Write the data sets of some projects into ``folder``; answer their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return [write_asdm(folder, execution) for execution in executions_of(plans)]
