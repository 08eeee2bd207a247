"""The examples of docs/api.md, run as they are written and compared with what they print."""

import io
import json
import re
import subprocess
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from ingest.services import run_job, submit_body
from tests.factories import make_token, make_user

PAGE = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()
WORLD = (Path(settings.BASE_DIR) / "docs" / "json-format.md").read_text()
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str, str]]:
    """The examples in their order: language, source, and what is said that it prints."""
    found = [(kind, text) for kind, text in _BLOCK.findall(PAGE)]
    printed = [*found[1:], ("", "")]
    return [
        (kind, text, after[1] if after[0] == "text" else "")
        for (kind, text), after in zip(found, printed, strict=True)
        if kind != "text"
    ]


@pytest.fixture
def examples(worker, live_server, monkeypatch, tmp_path):
    """The world of docs/json-format.md, and the environment that the page names."""
    person = make_user("jdoe", name="Jane Doe")
    make_user("helper")
    _, world = _BLOCK.findall(WORLD)[0]
    job = run_job(submit_body(body=world.encode(), source="night.json", user=None))
    assert (job.state, job.problems.count()) == ("done", 0)
    monkeypatch.setenv("SNOOPI", live_server.url)
    monkeypatch.setenv("TOKEN", make_token(person, scope="read"))
    for name, role in (("STAFF_TOKEN", "drm"), ("ADMIN_TOKEN", "admin")):
        monkeypatch.setenv(name, make_token(make_user(roles=[role])))
    monkeypatch.chdir(tmp_path)


def test_examples_print_what_the_page_says(examples):
    names: dict[str, Any] = {}
    for kind, text, said in blocks():
        printed = _run_python(text, names) if kind == "python" else _run_shell(text)
        assert printed == said or not said, f"{text}\n{printed}"


def _run_python(text: str, names: dict[str, Any]) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(text, "docs/api.md", "exec"), names)
    return out.getvalue()


def _run_shell(text: str) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text], capture_output=True, text=True, check=True
    )
    if done.stdout.startswith("{"):
        assert json.loads(done.stdout).get("status") is None
    return done.stdout
