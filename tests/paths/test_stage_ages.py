"""Usual ages on SQLite, by the commands that an operator has."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def manage(var: Path, *arguments: str) -> str:
    given = {"VAR_DIR": str(var), "DATABASE_URL": f"sqlite:///{var / 'site.sqlite3'}"}
    kept = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    ended = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=kept | given,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def history(days: int) -> list[dict[str, str]]:
    return [
        {"at": "2024-03-01T12:00:00Z", "to": "ReadyForProcessing"},
        {"at": f"2024-03-{1 + days:02d}T18:00:00Z", "to": "Processing"},
    ]


def test_sqlite_computes_the_same_medians(tmp_path):
    members = [
        {"uid": f"uid://A001/X9/X{number}", "state": "Processing", "history": history(number)}
        for number in range(1, 25)
    ]
    document = {"snoopi": 1, "projects": [{"code": "2023.1.00001.S", "member_ous": members}]}
    source = tmp_path / "members.json"
    source.write_text(json.dumps(document))

    manage(tmp_path, "migrate", "--verbosity", "0")
    manage(tmp_path, "ingest", str(source))
    manage(tmp_path, "stage_ages")

    with sqlite3.connect(tmp_path / "site.sqlite3") as database:
        rows = database.execute(
            "SELECT vocabulary, ended, going_on, median_days FROM projects_stageage"
            " WHERE stage = 'ReadyForProcessing' ORDER BY vocabulary"
        ).fetchall()
    # 1.25, 2.25, … 24.25 days: the two in the middle are 12.25 and 13.25.
    assert rows == [
        (vocabulary, 24, 0, pytest.approx(12.75, abs=1e-6)) for vocabulary in ("public", "staff")
    ]
