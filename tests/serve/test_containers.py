"""docker-compose.yml and Dockerfile say what the code says."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

from snoopi.celery import app
from snoopi.environment import VARIABLES
from snoopi.serve import programs
from snoopi.serve.nginx import names_in
from snoopi.serve.web import parser as web_parser

ROOT = Path(settings.BASE_DIR)
BIN = Path(sys.executable).parent
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
VOLUMES = yaml.safe_load(COMPOSE)["volumes"]
SITE = ("prepare", "web", "worker", "deliverer", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
OURS = {variable.name for variable in VARIABLES}
INTERPOLATED = re.compile(r"\$\{([A-Z_]+)(:[?-][^}]*)?\}")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def own_command(service: str) -> list[str]:
    """The command of a service as this Python would run it."""
    program, *words = SERVICES[service]["command"]
    assert program == "python"
    return [sys.executable, *words]


def health_words(service: str) -> str:
    return " ".join(map(str, SERVICES[service]["healthcheck"]["test"]))


def test_compose_file_fits_its_schema():
    done = run(
        BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"
    )

    assert (done.returncode, done.stdout.strip()) == (0, "ok -- validation done")


def test_schema_check_finds_a_misspelt_word(tmp_path):
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(COMPOSE.replace("healthcheck:", "healthchek:"))

    done = run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", broken)

    assert (done.returncode, "healthchek" in done.stdout) == (1, True)


def test_dockerfile_has_nothing_that_hadolint_minds():
    done = run(BIN / "hadolint", "Dockerfile")

    assert (done.returncode, done.stdout) == (0, "")


def test_layout_has_its_parts():
    assert set(SERVICES) == {"postgres", "redis", *SITE, "nginx", "mail"}
    assert SERVICES["mail"]["profiles"] == ["trial"]


@pytest.mark.parametrize(
    ("service", "command"),
    [
        ("prepare", programs.manage("prepare")),
        ("web", programs.web("--address", "0.0.0.0", "--port", "8000", workers=2)),
        ("worker", programs.worker("worker")),
        ("deliverer", programs.worker("deliverer", programs.SLOW)),
        ("beat", programs.beat(Path("/tmp/schedule"))),
    ],
)
def test_command_is_the_one_that_make_serve_runs(service, command):
    assert own_command(service) == command


def test_every_queue_has_a_worker_and_deliveries_one_of_their_own():
    queues = {queue.name for queue in settings.CELERY_TASK_QUEUES}

    assert {*programs.QUICK, *programs.SLOW} == queues
    assert settings.CELERY_TASK_ROUTES["snoopi.tasks.deliver"]["queue"] in programs.SLOW
    assert settings.CELERY_TASK_ROUTES["snoopi.tasks.send_mail"]["queue"] in programs.QUICK
    assert settings.CELERY_TASK_DEFAULT_QUEUE in programs.QUICK


def test_commands_exist():
    management = SERVICES["prepare"]["command"][2]
    application = SERVICES["worker"]["command"][SERVICES["worker"]["command"].index("-A") + 1]

    assert management in get_commands()
    assert application == "snoopi.celery:app"
    assert app.main == "snoopi"
    assert web_parser().parse_args(SERVICES["web"]["command"][3:]).port == 8000


@pytest.mark.parametrize("service", SITE)
def test_every_variable_is_one_that_the_settings_read(service):
    assert set(SERVICES[service]["environment"]) - OURS == set()


def test_secrets_are_demanded_and_never_written_down():
    required = {name for name, rest in INTERPOLATED.findall(COMPOSE) if rest.startswith(":?")}

    assert required == {"SECRET_KEY", "POSTGRES_PASSWORD", "EMAIL_URL"}
    assert {name for name, rest in INTERPOLATED.findall(COMPOSE) if not rest} == set()
    filled = re.findall(r"^(SECRET_KEY|POSTGRES_PASSWORD|EMAIL_URL)=(.*)$", EXAMPLE, re.MULTILINE)
    assert sorted(filled) == [("EMAIL_URL", ""), ("POSTGRES_PASSWORD", ""), ("SECRET_KEY", "")]


def test_example_names_every_value_that_can_be_given():
    asked = {name for name, _ in INTERPOLATED.findall(COMPOSE)}

    assert set(re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == asked


def test_environment_file_is_not_committed():
    assert "/.env" in (ROOT / ".gitignore").read_text().splitlines()


def test_site_comes_up_in_order():
    def waits_for(service: str) -> dict[str, str]:
        return {name: row["condition"] for name, row in SERVICES[service]["depends_on"].items()}

    assert waits_for("prepare") == {"postgres": "service_healthy", "redis": "service_healthy"}
    for service in ("web", "worker", "deliverer", "beat"):
        assert waits_for(service) == {"prepare": "service_completed_successfully"}
    assert waits_for("nginx") == {"web": "service_healthy"}


@pytest.mark.parametrize("service", [name for name in SERVICES if name not in ("prepare", "mail")])
def test_service_that_stays_is_kept_and_watched(service):
    assert SERVICES[service]["restart"] == "unless-stopped"
    assert SERVICES[service]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


def test_health_checks_ask_addresses_and_ports_that_exist():
    asked = {
        service: re.search(r"http://127\.0\.0\.1:(\d+)(/\S+)", health_words(service))
        for service in ("web", "nginx")
    }

    assert {service: found and found[1] for service, found in asked.items()} == {
        "web": SERVICES["web"]["command"][SERVICES["web"]["command"].index("--port") + 1],
        "nginx": SERVICES["nginx"]["environment"]["LISTEN"],
    }
    for found in asked.values():
        assert found is not None
        assert resolve(found[2]).url_name == "healthz"
    assert "snoopi.serve.probe" in health_words("web")
    for name in ("worker", "deliverer"):
        assert "-A snoopi.celery:app inspect ping" in health_words(name)
        assert f"--destination {name}@" in health_words(name)
        assert f"--hostname={name}@%h" in SERVICES[name]["command"]


def test_nginx_gets_every_name_of_its_template_and_no_other():
    template = (ROOT / "deploy" / "nginx" / "site.conf.template").read_text()
    given = SERVICES["nginx"]["environment"]

    assert set(given) == names_in(template)
    assert "server web:8000" in given["UPSTREAM"]
    assert given["STATIC_PARENT"] == "/var/lib/snoopi"
    [port] = SERVICES["nginx"]["ports"]
    assert port.endswith(f":{given['LISTEN']}")


def test_volumes_are_declared_and_lie_where_the_site_looks():
    mounted = [
        mount.split(":")[:2] for row in SERVICES.values() for mount in row.get("volumes", [])
    ]
    named = {name: target for name, target in mounted if not name.startswith(".")}
    files = [ROOT / name for name, _ in mounted if name.startswith(".")]

    assert set(named) == set(VOLUMES)
    var = re.search(r"VAR_DIR=(\S+)", DOCKERFILE)
    assert var is not None
    under = {
        "static": settings.STATIC_ROOT.relative_to(settings.VAR_DIR),
        "data": "data",
    }
    for name, place in under.items():
        assert named[name] == f"{var[1]}/{place}"
        # What a volume covers must belong to the user of the image.
        assert f"{var[1]}/{place}" in DOCKERFILE
    assert [file for file in files if not file.is_file()] == []


def test_images_come_from_no_particular_host():
    named = [row["image"] for row in SERVICES.values()] + re.findall(
        r"^FROM (\S+)", DOCKERFILE, re.MULTILINE
    )

    assert [name for name in named if re.match(r"[^/]*[.:][^/]*/", name)] == []
    assert [name for name in named if name.endswith(":latest")] == []
    assert not re.search(r"https?://(?!localhost|127\.0\.0\.1)", COMPOSE + DOCKERFILE)


def test_image_runs_as_an_ordinary_user_and_holds_no_secret():
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)

    assert len(users) == 1
    assert users[0] not in ("root", "0")
    assert not re.search(r"SECRET_KEY|PASSWORD|_URL", DOCKERFILE)
    for service in SITE:
        assert SERVICES[service]["cap_drop"] == ["ALL"]
        assert SERVICES[service]["read_only"] is True


def test_image_holds_every_room_and_all_that_it_serves():
    copied = set(re.findall(r"^COPY (?!--)(?:manage\.py LICENSE )?(\S+)", DOCKERFILE, re.MULTILINE))
    rooms = {
        Path(config.path).name
        for config in apps.get_app_configs()
        if Path(config.path).parent == ROOT
    }
    let_in = re.findall(r"^!([\w./]+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)

    assert rooms | {"static", "templates"} <= copied
    assert {"manage.py", "requirements/run.txt", *rooms, "static", "templates"} <= set(let_in)
    assert {"var", ".git", ".env", "tests"} & set(let_in) == set()


def test_image_starts_and_watches_the_web_server_of_the_compose_file():
    command = re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    health = re.search(r"^HEALTHCHECK [^\[]*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)

    assert command is not None
    assert health is not None
    assert yaml.safe_load(command[1]) == SERVICES["web"]["command"]
    assert yaml.safe_load(health[1]) == SERVICES["web"]["healthcheck"]["test"][1:]


def test_image_variables_are_settings_or_pythons_own():
    block = re.search(r"^ENV (.*?)(?=^[A-Z#])", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert block is not None
    names = set(re.findall(r"\b([A-Z_]+)=", block[1]))

    assert names - OURS == {"PATH", "PYTHONPATH", "PYTHONUNBUFFERED"}
