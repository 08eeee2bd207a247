# The commands of the project: `make help` lists them.

PORT ?= 8000
ADDRESS ?= 127.0.0.1
WEB ?= 1
WORKERS ?= 1
DEMO ?=
ARGS ?=

python := .venv/bin/python
# Lint looks at the code with settings of its own: no database, nothing written beside the sources.
lint_env := env -u REDIS_URL -u EMAIL_URL DATABASE_URL=sqlite://:memory: SECRET_KEY=a-key-that-only-the-checks-ever-use
compile := $(python) -m uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header

# Every start costs seconds without the bytecode of the packages, whatever the shell prefers.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run serve test lint style types arrows templates migrations schema shape \
	images openapi format pictures drill lock clean run-env dev-env

help: ## Lists these commands.
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: run-env ## Serves the demo observatory on http://127.0.0.1:$(PORT).
	@$(python) manage.py up --port $(PORT)

serve: run-env ## Serves as in production on $(ADDRESS):$(PORT); WEB=2 WORKERS=2 DEMO=1.
	@$(python) manage.py serve --address $(ADDRESS) --port $(PORT) --web $(WEB) \
		--workers $(WORKERS) $(if $(DEMO),--demo)

test: dev-env ## Runs the suite against servers of its own; ARGS= go to pytest.
	@requirements/install.sh servers
	@$(python) -m pytest -n 3 --dist loadfile $(ARGS)

lint: style types arrows templates migrations schema images shape ## Checks everything a tool can check.

style: dev-env ## Ruff: rules and format.
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .

types: dev-env ## mypy, strict.
	@$(lint_env) $(python) -m mypy .

arrows: dev-env ## The layers of docs/architecture.md.
	@.venv/bin/lint-imports --no-cache --no-logo

templates: dev-env ## Djade, without rewriting.
	@find . -path ./.venv -prune -o -path '*/templates/*.html' -print0 | \
		xargs -0 -r .venv/bin/djade --check --target-version 5.2

migrations: dev-env ## No model change without its migration.
	@$(lint_env) $(python) manage.py makemigrations --check --dry-run

schema: dev-env ## docs/openapi.yaml is what the code says.
	@$(lint_env) $(python) manage.py spectacular --fail-on-warn --validate | diff docs/openapi.yaml -

images: dev-env ## hadolint, and docker-compose.yml against its schema.
	@.venv/bin/hadolint Dockerfile
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml

drill: dev-env ## Delivers while everything fails at random; ARGS="--seed 7 --deliveries 100".
	@requirements/install.sh servers
	@$(python) -m tests.tools.drill $(ARGS)

pictures: dev-env ## Takes the pictures of the README from a demo observatory of its own.
	@requirements/install.sh servers
	@$(python) -m tests.tools.pictures

shape: dev-env ## Lengths of functions and modules, for the eye.
	@$(python) -m tests.tools.shape

openapi: dev-env ## Writes docs/openapi.yaml anew.
	@$(lint_env) $(python) manage.py spectacular --fail-on-warn --validate --file docs/openapi.yaml

format: dev-env ## Lets ruff and djade rewrite the sources.
	@$(python) -m ruff check --fix-only --quiet .
	@$(python) -m ruff format .
	@find . -path ./.venv -prune -o -path '*/templates/*.html' -print0 | \
		xargs -0 -r .venv/bin/djade --target-version 5.2 || true

lock: run-env ## Makes the locks in requirements/ anew from pyproject.toml.
	@$(compile) --upgrade requirements/bootstrap.in --output-file requirements/bootstrap.txt
	@$(compile) --upgrade pyproject.toml --output-file requirements/run.txt
	@$(compile) --upgrade pyproject.toml --extra dev --constraint requirements/run.txt \
		--output-file requirements/dev.txt

clean: ## Removes what was built; the data under var/ stay.
	@rm -rf .venv .coverage htmlcov .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@rm -rf .mypy_cache .pytest_cache .ruff_cache

run-env:
	@requirements/install.sh run

dev-env:
	@requirements/install.sh dev
