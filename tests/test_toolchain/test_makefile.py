import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROMISED = ("run", "serve", "test", "lint", "drill", "lock", "clean")


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("target", PROMISED)
def test_make_knows_each_promised_target(target):
    done = make("--dry-run", target)

    assert (done.returncode, done.stderr) == (0, "")


def test_make_help_lists_each_promised_target():
    listed = re.findall(r"^(\w+)  +\S", make("help").stdout, re.MULTILINE)

    assert set(PROMISED) - set(listed) == set()


def test_make_run_passes_the_port_on():
    lines = make("--dry-run", "run", "PORT=8123").stdout.splitlines()

    assert lines[-1] == ".venv/bin/python manage.py up --port 8123"


def test_make_serve_passes_its_wishes_on():
    plain = make("--dry-run", "serve").stdout
    asked = make("--dry-run", "serve", "PORT=8123", "WEB=2", "WORKERS=3", "DEMO=1").stdout

    def words(printed: str) -> list[str]:
        return printed.replace("\\\n", " ").partition("manage.py serve")[2].split()

    assert words(plain) == "--address 127.0.0.1 --port 8000 --web 1 --workers 1".split()
    assert words(asked) == ("--address 127.0.0.1 --port 8123 --web 2 --workers 3 --demo".split())


def test_install_of_an_unknown_lock_is_refused():
    done = subprocess.run(
        [ROOT / "requirements" / "install.sh", "nothing"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (2, "usage: install.sh run | dev | servers\n")


def test_install_without_a_fitting_python_says_what_it_needs(tmp_path):
    (tmp_path / "requirements").mkdir()
    shutil.copy(ROOT / "requirements" / "install.sh", tmp_path / "requirements")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("dirname", "cmp"):
        (programs / name).symlink_to(str(shutil.which(name)))
    (programs / "python3").write_text("#!/bin/sh\necho Python 3.9.2\nexit 1\n")
    (programs / "python3").chmod(0o755)

    done = subprocess.run(
        ["/bin/sh", "requirements/install.sh", "run"],
        cwd=tmp_path,
        env={"PATH": str(programs), "PYTHON": "python3"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.splitlines()[1] == "SnooPI needs Python 3.11 or newer. Found: Python 3.9.2."
