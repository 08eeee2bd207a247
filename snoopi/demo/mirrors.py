"""The mirrors of the demo observatory: folders beside its files, one for each ARC."""

from pathlib import Path

_ARCS = ("EA", "EU", "NA")


def demo_mirrors(var: Path) -> str:
    """Answer them as the setting ARC_MIRRORS names mirrors."""
    return ",".join(f"{arc}={var / 'demo' / 'mirrors' / arc}" for arc in _ARCS)
