"""Settings from the environment: one table of names, one clear line for a bad value."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from snoopi import environment
from snoopi.environment import DEFAULT_QUICK_LINKS, VARIABLES

ROOT = Path(__file__).parents[2]
GOOD_KEY = "k" * 50
# Set by the server's own command for its workers, not by an operator.
INTERNAL = {"SNOOPI_DEMO_PASSWORD"}


def start(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these variables and no others of ours."""
    named = {variable.name for variable in VARIABLES} | INTERNAL
    kept = {name: value for name, value in os.environ.items() if name not in named}
    given = {"SECRET_KEY": GOOD_KEY, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(
        [sys.executable, *arguments],
        env=kept | given,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "nonsense"),
        ("BASE_URL", "ftp://example.org"),
        ("BASE_URL", "http://"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://u@h/x"),
        ("DATABASE_URL", "postgres://u@h:notaport/x"),
        ("EMAIL_URL", "nonsense"),
        ("EMAIL_URL", "smtp://h:notaport"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("REDIS_URL", "redis://h:notaport/0"),
        ("DEBUG", "maybe"),
        ("SECRET_KEY", "short"),
        ("LOGIN_FAILURES", "many"),
        ("LOGIN_FAILURES", "inf"),
        ("LOGIN_LOCK_MINUTES", "-1"),
        ("EXECUTION_TOLERANCE", "nan"),
        ("INGEST_MAX_BYTES", "1e999"),
        ("INGEST_SOURCES", "https://archive.example/tap"),
        ("INGEST_SOURCES", "alma=ftp://robot:secret@archive.example"),
        ("INGEST_SOURCES", "alma=https://archive.example/tap#every=never"),
        ("OBSERVATORY_DATA", "/nowhere/at/all"),
        ("QUICK_LINKS", "Manual"),
        ("QUICK_LINKS", "Manual=javascript:alert(1)"),
    ],
)
def test_malformed_variable_stops_the_start_with_one_line_that_names_it(name, value):
    ended = start("manage.py", "version", **{name: value})

    lines = ended.stderr.splitlines()
    assert (ended.returncode != 0, len(lines)) == (True, 1), ended.stderr
    assert lines[0].startswith(f"{name} is not usable: ")
    assert ended.stdout == ""


def test_bad_table_of_the_observatory_stops_the_start_with_its_line(tmp_path):
    path = tmp_path / "carry_over.csv"
    path.write_text(
        "first_cycle,grade,carried_over,words,confidence,source\n2030.1,A,maybe,w,default,s\n"
    )

    ended = start("manage.py", "version", OBSERVATORY_DATA=str(tmp_path))

    reason = f"OBSERVATORY_DATA is not usable: {path}, line 2: carried_over is none of yes, no."
    assert ended.stderr.splitlines() == [reason]
    assert ended.returncode != 0


def test_good_environment_starts():
    ended = start(
        *("manage.py", "version"),
        BASE_URL="https://snoopi.example.org",
        DATABASE_URL="postgres://u:p@h:5432/x",
        EMAIL_URL="smtp://127.0.0.1:1025",
        REDIS_URL="redis://127.0.0.1:6379/0",
        QUICK_LINKS="Manual=https://example.org/a=b,Help=http://example.org",
        EXECUTION_TOLERANCE="0.1",
        INGEST_SOURCES="alma=tap+https://archive.example/tap#every=1h, drop=/data/incoming",
        DEBUG="no",
    )

    assert (ended.returncode, ended.stderr) == (0, "")


def test_table_names_every_variable_that_is_read():
    read = re.compile(r"(?:env\.\w+|read_\w+)\(\s*\"([A-Z_]+)\"")
    sources = [ROOT / "snoopi" / "settings.py", ROOT / "snoopi" / "environment.py"]

    found = {name for source in sources for name in read.findall(source.read_text())}

    assert found - INTERNAL == {variable.name for variable in VARIABLES}


def test_no_other_module_reads_the_environment():
    rooms = ("accounts", "projects", "qa", "deliveries", "ingest", "snoopi")
    reads = re.compile(r"\bos\.environ(?:\.get\(|\[[^\]]*\](?!\s*=))|\bos\.getenv\(|\benv\.\w+\(")

    found = {
        path.relative_to(ROOT).as_posix()
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if reads.search(path.read_text())
    }

    assert found - {"snoopi/settings.py", "snoopi/environment.py"} == set()


def test_every_variable_has_a_default_and_a_meaning_in_a_sentence():
    assert [row.name for row in VARIABLES if not row.default] == []
    assert [row.name for row in VARIABLES if not row.meaning.endswith(".")] == []
    assert len({row.name for row in VARIABLES}) == len(VARIABLES)


@pytest.mark.parametrize(
    ("text", "flag"),
    [("true", True), ("True", True), ("1", True), ("yes", True), ("no", False), ("0", False)],
)
def test_flag_is_read_in_several_words(monkeypatch, text, flag):
    monkeypatch.setenv("DEBUG", text)

    assert environment.read_flag("DEBUG") is flag


def test_number_is_read_or_its_default(monkeypatch):
    monkeypatch.delenv("EXECUTION_TOLERANCE", raising=False)
    assert environment.read_number("EXECUTION_TOLERANCE", 0.05) == 0.05

    monkeypatch.setenv("EXECUTION_TOLERANCE", "0")
    assert environment.read_number("EXECUTION_TOLERANCE", 0.05) == 0


def test_secret_key_is_made_once_and_for_its_owner_only(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    var = tmp_path / "var"

    first, second = environment.read_secret_key(var), environment.read_secret_key(var)

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((var / "secret_key").stat().st_mode) == 0o600


def test_secret_key_that_is_given_makes_no_file(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", GOOD_KEY)

    assert environment.read_secret_key(tmp_path) == GOOD_KEY
    assert list(tmp_path.iterdir()) == []


def test_database_is_sqlite_tuned_for_short_writers_unless_named(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    embedded = environment.read_database(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@h:5433/x")
    served = environment.read_database(tmp_path)

    assert embedded["NAME"] == str(tmp_path / "snoopi.sqlite3")
    assert embedded["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in embedded["OPTIONS"]["init_command"]
    assert (served["HOST"], served["PORT"], served["NAME"]) == ("h", 5433, "x")
    assert served["CONN_HEALTH_CHECKS"] is True


def test_quick_links_are_pairs_or_the_usual_four(monkeypatch):
    monkeypatch.delenv("QUICK_LINKS", raising=False)
    assert environment.read_quick_links() == DEFAULT_QUICK_LINKS

    monkeypatch.setenv("QUICK_LINKS", "A=https://a.example/?q=1, B = http://b.example")
    assert environment.read_quick_links() == [
        ("A", "https://a.example/?q=1"),
        ("B", "http://b.example"),
    ]


def test_check_lets_a_good_value_through_and_stops_at_a_bad_one():
    assert environment.checked("X", 7, ok=True, wanted="a number") == 7
    with pytest.raises(ImproperlyConfigured, match=r"^X is not usable: a number\.$"):
        environment.checked("X", "seven", ok=False, wanted="a number")
