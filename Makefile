# The commands of the house; README.md explains each.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PORT ?= 8000
DEMO ?= 1
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && { echo $$p; exit; }; done; echo python3)
PY := .venv/bin/python
# One more than the usual two cores: tests in a browser wait for it most of the time. On the services one more again.
WORKERS ?= 3
# The tests of a file go to one process: what they share, such as a browser or a seeded community, is made once. In their
# own order, since those in a browser come first by it: the longest of all, which would keep one process busy at the end.
PYTEST := $(PY) -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder
POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/metya
TEST_REDIS_URL ?= redis://127.0.0.1:6379/9
export PYTHONWARNINGS ?= ignore
# What Python has compiled is kept, whatever the machine says: each of a run's processes would compile all of it again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test lint services-test contracts-check bench pictures messages format environment environment-dev browser

help:
	@echo "make run [PORT=8000] [DEMO=1]   set up and serve the site with a demo community"
	@echo "make test                       set up and run every test (SQLite, in-memory layer, a real browser)"
	@echo "make services-test [ALL=1]      the tests again on PostgreSQL and Redis, and the contracts recompiled"
	@echo "make contracts-check            compile the contracts again and compare with the committed artefacts (node)"
	@echo "make lint                       format, lint, types, templates, migrations"
	@echo "make pictures [PORT=8000]       take the pictures of the README from a running demo"
	@echo "make messages                   take new texts into the translations, compile them, list what is missing"
	@echo "make bench                      measure, beside the marks; writes bench/results.json"

environment:
	@$(PYTHON) metya/ops/bootstrap.py run

environment-dev:
	@$(PYTHON) metya/ops/bootstrap.py dev

run: environment
	@exec $(PY) -m metya.ops.supervisor --port $(PORT) $(if $(filter 0 no false,$(DEMO)),--no-demo,)

browser:
	@bash tests/browser/install.sh

test: environment-dev browser
	$(PYTEST)

# The Python side needs no compiler; this proves that the committed bytecode is that of the committed sources.
contracts-check:
	cd rewards/chain/contracts && npm ci --silent --ignore-scripts && npm run --silent check

services-test: environment-dev browser contracts-check
	@$(PY) tests/services.py $(POSTGRES_URL) $(TEST_REDIS_URL)
	ONCE_IS_ENOUGH=$(if $(ALL),,1) REQUIRE_CHAIN=1 DATABASE_URL=$(POSTGRES_URL) REDIS_URL=$(TEST_REDIS_URL) $(PYTEST) -n $$(($(WORKERS) + 1))

lint: environment-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/djlint templates --lint --quiet
	DEBUG=1 $(PY) manage.py makemigrations --check --dry-run
	SECRET_KEY=lint-lint-lint-lint-lint-0123456789-abcdefghij-ABCDEFGHIJ SITE_URL=https://metya.example $(PY) manage.py check --deploy --fail-level WARNING

format: environment-dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: environment-dev
	$(PY) -m tests.bench

messages: environment-dev
	@$(PY) -m tests.language

pictures: environment-dev browser
	$(PY) -m tests.browser.pictures http://127.0.0.1:$(PORT)
