# Everything that people and machines do with this project. `make` alone lists it.

SHELL := bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test test-slow lint shots bench lock clean

PYTHON ?= python3
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
CODE := config incidents ingestion audits
# What the checks need of Django must not come from, or go to, the data of whoever runs them.
WITH_EMPTY_DATA := DATA_DIR=$$(mktemp -d); trap 'rm -rf "$$DATA_DIR"' EXIT; export DATA_DIR; unset DATABASE_URL REDIS_URL DEBUG

help: ## list what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(BIN)/base.stamp ## start everything at http://localhost:8000 (PORT=…); Ctrl-C stops it
	@exec $(BIN)/python manage.py up

test: $(BIN)/dev.stamp ## all tests but the slow ones; ARGS="-k words" goes to pytest
	@exec $(BIN)/python -m tests.run $(ARGS)

test-slow: $(BIN)/dev.stamp ## the slow tests: kill loops, every role and page, large data
	@exec $(BIN)/python -m tests.run --slow $(ARGS)

lint: $(BIN)/dev.stamp ## style, types, layers, missing migrations, the API's schema, the locks
	@$(WITH_EMPTY_DATA)
	step() { echo "--- $$*"; "$$@"; }
	step $(BIN)/ruff check .
	step $(BIN)/ruff format --check .
	step $(BIN)/mypy $(CODE) manage.py
	step $(BIN)/lint-imports
	step $(BIN)/python manage.py makemigrations --check --dry-run
	step $(BIN)/python manage.py spectacular --validate --fail-on-warn --file "$$DATA_DIR/schema.yaml"
	step $(BIN)/python scripts/check_locks.py requirements tests/github
	echo "lint: all passed"

shots: $(BIN)/dev.stamp ## screenshots of every page from demonstration data into docs/images/
	@exec $(BIN)/python -m tests.browser.shots $(ARGS)

bench: $(BIN)/dev.stamp ## the benchmark: a table of figures and ratios, and bench.json
	@exec $(BIN)/python -m tests.bench $(ARGS)

lock: $(BIN)/dev.stamp ## write the lock files anew from requirements/*.in; ARGS=--upgrade takes newer versions
	@for name in base dev; do
		$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet \
			$(ARGS) "requirements/$$name.in" --output-file "requirements/$$name.txt"
	done

clean: ## remove .venv and caches; data/ stays
	@rm -rf .venv tests/github/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The environment: made once, and brought up to date when a lock file changed ---------------

# pip comes last when a venv is made: where it stands, the rest does.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
		echo "Python 3.11 or newer is needed: '$(PYTHON)' is missing or older. Install python3, or name one: make PYTHON=python3.12 …" >&2
		exit 1
	}
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || {
		echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv" >&2
		exit 1
	}
	echo "Making .venv"
	$(PYTHON) -m venv .venv

$(BIN)/base.stamp: requirements/base.txt | $(BIN)/pip
	@echo "Installing what $< names"
	$(PIP_INSTALL) -r $<
	touch $@

# It holds what base.txt holds, too.
$(BIN)/dev.stamp: requirements/dev.txt | $(BIN)/pip
	@echo "Installing what $< names"
	$(PIP_INSTALL) -r $<
	touch $@ $(BIN)/base.stamp
