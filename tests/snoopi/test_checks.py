"""What `check --deploy` finds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks

from snoopi.checks import base_url_is_answered, mail_is_configured, proxies_are_counted
from snoopi.environment import VARIABLES

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "SECRET_KEY": "a-long-and-random-key_0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "DATABASE_URL": "postgres://snoopi:x@db.example.org/snoopi",
    "REDIS_URL": "redis://redis.example.org/0",
    "EMAIL_URL": "smtp://mail.example.org:25",
    "BASE_URL": "https://snoopi.example.org",
    "ALLOWED_HOSTS": "snoopi.example.org",
    "TRUSTED_PROXIES": "1",
}


def check(**changed: str | None) -> subprocess.CompletedProcess[str]:
    """Run `check --deploy` in the production environment, changed as told."""
    ours = {variable.name for variable in VARIABLES}
    kept = {
        name: value
        for name, value in os.environ.items()
        # The suite lets its browser's event loop run beside the tests, no site does.
        if name not in ours and not name.startswith("DJANGO_")
    }
    given = {name: value for name, value in {**PRODUCTION, **changed}.items() if value}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=kept | given,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_environment_is_clean():
    done = check()

    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout == "System check identified no issues (0 silenced).\n"


def test_missing_mail_fails_the_check_by_name():
    done = check(EMAIL_URL=None)

    assert done.returncode == 1
    assert "(snoopi.E001) Mail is not configured." in done.stderr


def test_host_that_is_refused_and_proxies_that_nobody_counts_are_named():
    done = check(ALLOWED_HOSTS=None, TRUSTED_PROXIES=None)

    assert done.returncode == 1
    assert "(snoopi.E002)" in done.stderr
    assert "(snoopi.W001)" in done.stderr


@pytest.mark.parametrize(("configured", "found"), [(True, []), (False, ["snoopi.E001"])])
def test_mail_check(settings, configured, found):
    settings.MAIL_CONFIGURED = configured

    assert [problem.id for problem in mail_is_configured()] == found


@pytest.mark.parametrize(
    ("url", "hosts", "found"),
    [
        ("http://127.0.0.1:8000", ["127.0.0.1"], []),
        ("https://snoopi.example.org", [".example.org"], []),
        ("https://snoopi.example.org", ["127.0.0.1"], ["snoopi.E002"]),
    ],
)
def test_host_check(settings, url, hosts, found):
    settings.BASE_URL, settings.ALLOWED_HOSTS = url, hosts

    assert [problem.id for problem in base_url_is_answered()] == found


@pytest.mark.parametrize(
    ("secure", "proxies", "found"),
    [(True, 0, ["snoopi.W001"]), (True, 1, []), (False, 0, [])],
)
def test_proxy_check(settings, secure, proxies, found):
    settings.SECURE_SITE, settings.TRUSTED_PROXIES = secure, proxies

    assert [problem.id for problem in proxies_are_counted()] == found


def test_checks_are_asked_only_of_a_site_to_deploy(settings):
    settings.MAIL_CONFIGURED = False

    assert [problem.id for problem in run_checks() if str(problem.id).startswith("snoopi")] == []
