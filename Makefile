# What people and CI run. `make help` lists it.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# Pinned for what is installed and for what builds it (pip has two names for the latter).
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONSTRAINT=constraints.txt \
       PIP_BUILD_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet
NEEDS := pyproject.toml constraints.txt $(shell find editor -type f -not -path '*/node_modules/*')
# What pip shows nothing of: without this script the build has bundled no editor.
EDITOR := test -f api/pledgegraph_api/web/static/build/made-from.txt || echo "The editor of" \
          "/sparql could not be bundled: npm reaches no packages. The page is a plain form."

DATA_DIR := $(or $(PLEDGEGRAPH_DATA_DIR),var/pledgegraph)
SHIPPED := $(shell find ontology data -type f)

.DEFAULT_GOAL := help
.PHONY: help serve test check bench lock clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

serve: $(DATA_DIR)/.shipped ## Run the service on port 8000 with the shipped data
	@exec $(BIN)/pledgegraph serve

test: $(VENV)/.installed-dev ## Run all tests
	@$(BIN)/pytest -n auto

check: $(VENV)/.installed-dev ## Run format, lint, types, import rules and tests
	@scripts/check

bench: $(VENV)/.installed-dev ## Measure the store against the bare engine
	@benchmarks/run

lock: $(VENV)/.installed-dev ## Remake constraints.txt
	@scripts/lock

clean: ## Remove what was built; data directories stay
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	    .import_linter_cache .coverage .coverage.* htmlcov benchmarks/results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An install is done again only when what it was made from is newer than its stamp.
$(VENV)/.installed: $(VENV)/.made $(NEEDS)
	@echo "Installing Pledgegraph into $(VENV) (once; it takes a minute)"
	@$(PIP) --editable .
	@$(EDITOR)
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.made $(NEEDS)
	@echo "Installing Pledgegraph and its tools into $(VENV) (once; it takes a minute)"
	@$(PIP) --editable . --group dev
	@$(EDITOR)
	@touch $(VENV)/.installed $@

# The service starts in half the time when there is nothing to bring up to date.
$(DATA_DIR)/.shipped: $(VENV)/.installed $(SHIPPED)
	@$(BIN)/pledgegraph init --update
	@touch $@

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { \
	    echo "There is no $(PYTHON) here. Install Python 3.11 or later:" \
	         "sudo apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Pledgegraph needs Python 3.11 or later; $(PYTHON) is" \
	         "$$($(PYTHON) -c 'import platform; print(platform.python_version())')." \
	         "Name another one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$(PYTHON) cannot make virtual environments here." \
	         "On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) pip
	@touch $@
