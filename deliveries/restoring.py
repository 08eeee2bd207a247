"""How the calibrated data of a package are restored, from what the package itself has. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

SCRIPT_FOR_PI = "script for the PI"
_RESTORE, _PIPELINE = "restore script", ("pipeline script", "processing request")
_BY_HAND = "reduction script"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaged:
    """What a package says of its own reduction; "" and None where nothing does.

    ``scripts`` are the names of its scripts by kind, ``raw_files`` how many executions' raw
    data are delivered.
    """

    scripts: Sequence[tuple[str, str]] = ()
    raw_files: int = 0
    casa_version: str = ""
    pipeline_version: str = ""
    recipe: str = ""

    def named(self, kind: str) -> str:
        """The first script of a kind, "" without one."""
        return next((name for each, name in self.scripts if each == kind), "")

    @property
    def is_by_pipeline(self) -> bool | None:
        """Whether the pipeline calibrated it; None where the package does not tell."""
        kinds = {kind for kind, _ in self.scripts}
        if self.recipe or self.pipeline_version or kinds & {_RESTORE, *_PIPELINE}:
            return True
        calibrated = [name for kind, name in self.scripts if kind == _BY_HAND]
        return False if any("scriptForCalibration" in name for name in calibrated) else None


def restore_steps(packaged: Packaged) -> list[str]:
    """Answer how to restore the calibrated data, step by step."""
    return [_unpack(packaged), _start(packaged), _run(packaged), _DONE]


_DONE = "The calibrated measurement sets are then in the folder calibrated."


def _unpack(packaged: Packaged) -> str:
    number = packaged.raw_files
    counted = f" ({number} file{'' if number == 1 else 's'} .asdm.sdm.tar)" if number else ""
    return (
        f"Unpack the auxiliary files and the raw data{counted or ' (.asdm.sdm.tar)'} of this "
        "member OUS into one tree; the raw data belong in its folder raw."
    )


def _start(packaged: Packaged) -> str:
    by = packaged.is_by_pipeline
    if not packaged.casa_version:
        with_pipeline = ", with its pipeline where the pipeline reduced them" if by is None else ""
        with_pipeline = ", with its pipeline" if by else with_pipeline
        return (
            f"Start the version of CASA that reduced the data{with_pipeline}: which it was is "
            "not on file here, the script checks it."
        )
    version = f"CASA {packaged.casa_version}"
    if not by:
        return f"Start {version}."
    pipeline = f" ({packaged.pipeline_version})" if packaged.pipeline_version else ""
    return f"Start {version} with its pipeline{pipeline}."


def _run(packaged: Packaged) -> str:
    name = packaged.named(SCRIPT_FOR_PI) or packaged.named(_RESTORE)
    option = " --pipeline" if packaged.is_by_pipeline else ""
    if name:
        return f"In the folder script run it with: casa{option} -c {name}"
    if packaged.scripts:
        return "The package names no scriptForPI.py: follow its README."
    return f"In the folder script run it with: casa{option} -c scriptForPI.py"
