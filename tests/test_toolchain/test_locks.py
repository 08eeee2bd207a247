import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("bootstrap", "dev", "run")
PIN = re.compile(
    r"^(?P<name>[a-z0-9._-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$", re.MULTILINE
)


def read_lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def read_pins(name: str) -> set[tuple[str, ...]]:
    return set(PIN.findall(read_lock(name)))


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_address(name):
    assert re.findall(r"\w+://|^-|^--index|@ ", read_lock(name), re.MULTILINE) == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_every_requirement_by_hash(name):
    requirements = [
        line for line in read_lock(name).splitlines() if line and not line.startswith((" ", "#"))
    ]
    following = re.findall(
        r"^\S.*\\\n    --hash=sha256:[0-9a-f]{64}", read_lock(name), re.MULTILINE
    )

    assert len(read_pins(name)) == len(requirements) == len(following)


def test_dev_lock_holds_the_run_lock_unchanged():
    assert read_pins("run") - read_pins("dev") == set()


def test_bootstrap_lock_is_uv_alone():
    assert [pin[0] for pin in read_pins("bootstrap")] == ["uv"]
