# What one does with a checkout. It needs Python 3.11 or newer, make and git; `make` alone lists the targets.
# What is fresh isn't made again: the stamps in .venv are as old as the files that they were made from.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PYTHON = python3 python3.13 python3.12 python3.11
ARGS =
FILE = build/openapi.json

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
MADE := $(VENV)/.made
RUNTIME := $(VENV)/.runtime
PACKAGE := $(VENV)/.package
DEV := $(VENV)/.dev
TOOLS := $(VENV)/tools
NOT_INSTALLED = { echo "The packages could not be installed: pip says why above. They come from a package index, so that" \
	"this machine needs a connection to one (PIP_INDEX_URL or PIP_PROXY name another way). Then run make again." >&2; exit 1; }
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'

# An environment of another folder, or one whose Python is gone, is made anew.
SOUND := $(and $(wildcard $(BIN)/python),$(shell grep -sqF "$(CURDIR)/$(BIN)/python" $(BIN)/pip && echo yes))
ifndef SOUND
.PHONY: $(MADE)
endif

.PHONY: help
help: ## List the targets
	@echo "MIEUX Registry"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile
	@echo "Variables: ARGS=\"…\" goes to serve, pytest, the benchmarks or the lock; PYTHON=/path/to/python chooses one;"
	@echo "MIEUX_PORT=8001 and the like are the service's own settings."

$(MADE):
	@if [ -n "$(SOUND)" ] && $(BIN)/python $(NEW_ENOUGH); then touch $@; exit; fi; \
	chosen= incomplete= found=; \
	for python in $(PYTHON); do \
	    version=$$("$$python" --version 2>&1) || { \
	        [ "$(origin PYTHON)" = file ] || found="$$found; PYTHON=$$python can't be run"; continue; }; \
	    found="$$found; $$python is $$version"; \
	    "$$python" $(NEW_ENOUGH) 2>/dev/null || continue; \
	    if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then chosen=$$python; break; fi; \
	    incomplete=$$python; \
	done; \
	if [ -z "$$chosen" ] && [ -n "$$incomplete" ]; then \
	    echo "$$incomplete can't make an environment, because its module ensurepip isn't installed." >&2; \
	    echo "On Debian or Ubuntu, 'apt install python3-venv' mends it. Or choose another: make setup PYTHON=/path/to/python" >&2; \
	    exit 1; \
	elif [ -z "$$chosen" ]; then \
	    echo "This needs Python 3.11 or newer$${found:-, and there is no Python on the PATH}." >&2; \
	    echo "Install one, or say where it is: make setup PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$chosen" --version) ..."; \
	"$$chosen" -m venv --clear $(VENV) && touch $@

$(RUNTIME): requirements.txt $(MADE)
	@echo "Installing what the service needs ..."
	@$(PIP) install -qq --require-hashes -r requirements.txt || $(NOT_INSTALLED)
	@touch $@

$(PACKAGE): pyproject.toml $(RUNTIME)
	@echo "Installing the mieux command ..."
	@$(PIP) install -qq --no-deps --no-build-isolation -e . || $(NOT_INSTALLED)
	@$(BIN)/python -m compileall -q app
	@touch $@

$(DEV): requirements-dev.txt $(PACKAGE)
	@echo "Installing the tools for tests and checks ..."
	@$(PIP) install -qq --require-hashes -r requirements-dev.txt || $(NOT_INSTALLED)
	@touch $@

.PHONY: setup
setup: $(PACKAGE) ## Make the environment in .venv, with the mieux command
	@echo "Ready: $(BIN)/mieux"

.PHONY: setup-dev
setup-dev: $(DEV) ## Add the tools for tests and checks to it
	@echo "Ready: $(BIN)/mieux, pytest, ruff, mypy and lint-imports"

.PHONY: run
run: $(PACKAGE) ## Serve on http://127.0.0.1:8000, with the environment, database and seed data that it needs
	@exec $(BIN)/mieux serve $(ARGS)

.PHONY: test
test: check ## Check, run the tests, and name the slowest (ARGS="-k word" chooses some)
	@workers=$$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); \
	[ "$$workers" -le 4 ] || workers=4; \
	sh scripts/test-tools.sh $(TOOLS) nginx caddy chromium+; \
	sh scripts/cluster-tools.sh $(VENV)/cluster >/dev/null 2>&1 || echo "HAProxy and Varnish can't be had here."; \
	PATH="$$PATH:$(CURDIR)/$(TOOLS)/usr/bin:$(CURDIR)/$(TOOLS)/usr/sbin" exec $(BIN)/pytest -n "$$workers" --dist worksteal --durations 20 --durations-min 1 $(ARGS)

.PHONY: check
check: $(DEV) ## Lint, formatting, types and the rules of who imports whom
	@failed=; \
	for tool in "ruff check ." "ruff format --check ." mypy "lint-imports --no-logo" "python -m scripts.typecheck $(TOOLS)"; do \
	    $(BIN)/$$tool || failed="$$failed, $$tool"; \
	done; \
	[ -z "$$failed" ] || { echo "Not in order: $${failed#, }" >&2; exit 1; }

.PHONY: format
format: $(DEV) ## Format the code, and mend what the linter can mend
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

.PHONY: lock
lock: $(MADE) ## Write the requirement files anew from pyproject.toml (ARGS="--upgrade" takes new versions)
	@uv --version >/dev/null 2>&1 || $(BIN)/uv --version >/dev/null 2>&1 || \
	    { echo "Installing uv ..."; $(PIP) install -qq uv; }
	@PATH="$$PATH:$(CURDIR)/$(BIN)" sh scripts/lock.sh $(ARGS)
	@echo "Written: requirements.txt and requirements-dev.txt"

.PHONY: bench
bench: $(DEV) ## Run the benchmarks
	@if [ -f benchmarks/run.py ]; then exec $(BIN)/python -m benchmarks.run $(ARGS); \
	else echo "There are no benchmarks here."; fi

.PHONY: cluster
cluster: $(DEV) ## Start a whole cluster on loopback, kill its leader under load, and say what was lost (Debian 12)
	@sh scripts/cluster-tools.sh $(VENV)/cluster
	@exec $(BIN)/python -m benchmarks.cluster $(VENV)/cluster $(ARGS)

.PHONY: eval
eval: $(DEV) ## Measure how well pages are read, against keys made by hand (ARGS="-v" names each mistake)
	@$(BIN)/python -m benchmarks.imports.evaluate $(ARGS)

.PHONY: fuzz
fuzz: $(DEV) ## Send requests made up from the API's description, on both databases (ARGS="-n 20 --seed 7" bounds it)
	@exec $(BIN)/python -m tests.fuzz $(ARGS)

.PHONY: openapi
openapi: $(PACKAGE) ## Write the API's description to build/openapi.json (FILE=… elsewhere)
	@mkdir -p "$$(dirname "$(FILE)")"
	@$(BIN)/mieux openapi "$(FILE)"
	@echo "Written: $(FILE)"

.PHONY: openapi-surface
openapi-surface: $(DEV) ## Write docs/api-surface.txt and the types of the clients, unless a change breaks them
	@$(BIN)/python -m tests.surface
	@echo "Written: docs/api-surface.txt"
	@$(BIN)/python -m scripts.clients
	@$(BIN)/python -m scripts.typescript_client $(TOOLS)

.PHONY: clean
clean: ## Remove the environment, caches and builds; a database stays
	@rm -rf $(VENV) build ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
