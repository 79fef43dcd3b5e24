# The verbs of this project. Needs make, git and Python 3.11 or newer; everything else is installed into .venv.
PYTHON ?= python3
PORT ?= 3000
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run test services fast lint types docs dev bench fuzz audit lock clean

help: ## the verbs
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */  make \1	/' | expand -t 16

setup: $(READY) ## make .venv, install the lock, prepare dbt's manifest

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "onrecord: $(PYTHON) is older than 3.11; use make PYTHON=python3.11"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked packages into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q pipeline
	@ONRECORD_DATA_DIR=$(CURDIR)/data $(BIN)/dbt parse --quiet --project-dir dbt_project --profiles-dir dbt_project
	@touch $(READY)

run: setup ## the whole pipeline on the bundled articles, offline
	@$(BIN)/onrecord run --input seeds/sample || test $$? -eq 1

test: setup lint types ## lint, types, every test, dbt build with its tests
	$(BIN)/python -m pytest -m "not services" -n 2 --dist loadfile

services: setup ## the tests that start a Ray cluster (many minutes)
	$(BIN)/python -m pytest -m services

fast: setup ## the quick tests only
	$(BIN)/python -m pytest -m "not slow"

lint: setup ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## pyright, strict on the pure packages
	$(BIN)/pyright

docs: setup ## the docs as a site in build/docs, built strictly, with dbt's own
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	@echo "look at  build/docs/index.html"

dev: setup ## the Dagster UI on port 3000 with the daily schedule on
	@ONRECORD_DATA_DIR=$(CURDIR)/data $(BIN)/python -m pipeline.running
	@echo "Dagster UI: http://127.0.0.1:$(PORT) (takes half a minute; Ctrl+C ends it)"
	@DAGSTER_HOME=$(CURDIR)/data/dagster DAGSTER_GRPC_TIMEOUT_SECONDS=300 exec $(BIN)/dagster dev --workspace workspace.yaml --host 127.0.0.1 --port $(PORT)

bench: setup ## the benchmarks
	$(BIN)/python -m benchmarks

fuzz: setup ## odd input for twenty minutes (MINUTES=…)
	$(BIN)/python -m benchmarks.fuzz --minutes $(or $(MINUTES),20)

audit: setup ## secrets in the tree, advisories about the locked packages
	$(BIN)/python -m benchmarks.audit

lock: setup ## renew requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade --extra dev --extra scale pyproject.toml -o requirements.lock

clean: ## remove what was made here, data included
	rm -rf $(VENV) dbt_project/target dbt_project/logs
	find data -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
