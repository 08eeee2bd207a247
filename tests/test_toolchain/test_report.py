import os
import subprocess
import sys
from pathlib import Path

from tests.servers.report import Report

ROOT = Path(__file__).resolve().parents[2]


def test_report_names_what_ran_in_a_fixed_order():
    report = Report(ran={"Chromium": "156.0", "SMTP sink": "", "PostgreSQL": "15.1"})

    assert report.lines() == [
        "Ran against PostgreSQL 15.1, SMTP sink, Chromium 156.0",
        "No test of this run needed: Redis, Celery worker, nginx",
    ]


def test_report_names_what_did_not_run_and_why():
    report = Report(ran={"SMTP sink": ""}, left_out={"tests over real files": 3})
    report.merge(
        Report(
            ran={"PostgreSQL": "15.1", "Redis": "7.0", "Celery worker": ""},
            missing={"Chromium": "not installed"},
        ).as_plain()
    )

    assert report.lines() == [
        "Ran against PostgreSQL 15.1, Redis 7.0, Celery worker, SMTP sink",
        "No test of this run needed: nginx",
        "Did not run: Chromium (not installed)",
        "Did not run: tests over real files, 3 in all",
    ]


def run_inner_suite(folder: Path, source: str, **environment: str) -> tuple[int, list[str]]:
    """Run one test module in a suite of its own and return its exit code and its last lines."""
    (folder / "test_inner.py").write_text(source)
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"CI", "SNOOPI_FIXTURES"} and not name.startswith("PYTEST_")
    }
    shared = {
        "SNOOPI_TEST_DATABASE_URL": os.environ["DATABASE_URL"],
        "SNOOPI_TEST_REDIS_URL": os.environ["REDIS_URL"],
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", ROOT / "pyproject.toml", folder],
        cwd=ROOT,
        env=inherited | shared | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()[-4:]


INNER_TESTS = """
import pytest

@pytest.mark.fixtures
def test_real(fixtures_dir):
    assert [path.name for path in fixtures_dir.iterdir()] == ["real.csv"]

def test_page(browser):
    assert browser
"""


def test_suite_passes_without_a_browser_and_real_files_and_says_so(tmp_path):
    code, last_lines = run_inner_suite(
        tmp_path, INNER_TESTS, SNOOPI_CHROMIUM=str(tmp_path / "none")
    )

    assert code == 0
    assert last_lines[0].startswith("Ran against PostgreSQL ")
    assert last_lines[1:] == [
        "No test of this run needed: Celery worker, nginx",
        f"Did not run: Chromium (none is installed: looked for {tmp_path}/none)",
        "Did not run: tests over real files, as SNOOPI_FIXTURES is not set, 1 in all",
    ]


def test_suite_that_requires_everything_fails_without_a_browser(tmp_path):
    real = tmp_path / "real"
    real.mkdir()
    (real / "real.csv").touch()

    code, last_lines = run_inner_suite(
        tmp_path,
        INNER_TESTS,
        CI="true",
        SNOOPI_CHROMIUM=str(tmp_path / "none"),
        SNOOPI_FIXTURES=str(real),
    )

    assert code == 1
    assert last_lines[0].startswith("1 passed, 1 error in ")
    assert last_lines[-1].startswith("Did not run: Chromium (")
