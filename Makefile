# Silta: `make run` and `make test` are all a newcomer needs. Everything lives in .venv and var.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Twice the cores: many tests wait for processes that they kill, and others can run meanwhile.
WORKERS ?= $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1))

.PHONY: help run test check bench setup clean
.DEFAULT_GOAL := help

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-8s %s\n", $$1, $$2}'

run: $(VENV)/runtime ## Serve http://127.0.0.1:8000 with examples, in preview mode
	@$(BIN)/python -m bot prepare
	@$(BIN)/python -m bot.serve --prepared

test: $(VENV)/development ## Run the whole suite
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: $(VENV)/development ## Lint, format, types, import rules, spelling
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/codespell

bench: $(VENV)/development ## Measure; `make bench ONLY=name` runs one row
	@$(BIN)/python -m bench $(ONLY)

setup: $(VENV)/development ## Only make .venv and install, development parts included

clean: ## Remove .venv, var and caches (your .env stays)
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Silta needs Python 3.11 or newer; say make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/runtime: requirements.txt | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/development: requirements.txt requirements-dev.txt | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/runtime
