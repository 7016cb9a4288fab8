# Each target does its own set-up: all that is needed is Python 3.11 (with venv and pip), make and git.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first of these that is new enough; or say which: make PYTHON=/path/to/python3.12 test
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$each; break; }; done)

VENV := .venv
BIN := $(VENV)/bin
CODE := domain workflows activities chancery worker.py
PYTEST_ARGS ?=
# One more than there are cores: they wait for disks, timers and browsers. More than four gain nothing: each has a PostgreSQL
# and a Temporal of its own.
PROCESSES := $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -ge 4 ] && echo 4 || echo $$((n + 1)))
# The order is tests/conftest.py's: what takes longest begins first.
WORKERS ?= -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --max-worker-restart=0
# How often a trial is played; `make test` has 3 or 5.
TRIALS ?= 100

# A stamp is named after what it was made from, so that a changed lock, and nothing else, installs again.
stamp = $(VENV)/.$(1)-$(shell cat requirements/$(1).lock pyproject.toml 2>/dev/null | cksum | cut -d' ' -f1)
RUN := $(call stamp,run)
DEV := $(call stamp,dev)

.PHONY: help
help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | \
		while IFS='|' read -r name text; do printf '%-16s %s\n' "$$name" "$$text"; done

.PHONY: demo
demo: $(RUN) ## show the engine at work on real input, then stay up; ONCE=1 ends by itself
	@$(BIN)/python -m chancery.cli.main demo $(if $(filter-out 0,$(ONCE)),--once)

.PHONY: test
test: $(DEV) ## run the tests
	@$(BIN)/python -m pytest -m "not trials" $(WORKERS) $(PYTEST_ARGS)

.PHONY: check
check: $(DEV) ## lint, format, types, layers, and migrations against models
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m mypy --strict $(CODE)
	@$(BIN)/lint-imports
	@$(BIN)/python -m chancery.db check

.PHONY: trials
trials: $(DEV) ## the long fault runs; TRIALS=100 says how often each
	@CHANCERY_TRIALS=$(TRIALS) $(BIN)/python -m pytest -m trials --timeout=7200 $(PYTEST_ARGS)

.PHONY: bench
bench: $(DEV) ## measure beside others, on this machine, in one run
	@$(BIN)/python -m bench

.PHONY: format
format: $(DEV) ## put the code into its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# Written without the address of any registry: whoever installs says where from, and the hashes say what.
COMPILE := pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --no-config
.PHONY: lock
lock: $(VENV)/made ## write requirements/*.lock anew (LOCK_ARGS=--upgrade for newer versions)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@mkdir -p requirements
	@$(BIN)/uv $(COMPILE) $(LOCK_ARGS) --extra embedded --extra web --extra reports --group build --group test --group bench -o requirements/dev.lock
	@$(BIN)/uv $(COMPILE) --extra embedded --extra web --extra reports --group build -c requirements/dev.lock -o requirements/run.lock

.PHONY: clean
clean: ## remove what make made; never data
	rm -rf $(VENV) build dist *.egg-info .coverage htmlcov
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(VENV)/made:
	@test -n "$(PYTHON)" || { echo "Chancery needs Python 3.11 or newer and found none; say where it is: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Chancery needs Python 3.11 or newer; '$(PYTHON)' is older or does not run." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' has no venv or pip; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@touch $@

# --no-deps: the lock names everything; a package that it forgot must fail here and not come from anywhere.
$(VENV)/.%: $(VENV)/made
	@echo "installing requirements/$(firstword $(subst -, ,$*)).lock"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes \
		-r requirements/$(firstword $(subst -, ,$*)).lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
	@touch $@
