# Holdfast: every set-up step is here. Needs only Python 3.11 or newer, git and make.
#   make plan   plan the reference scenario and say where the brief is
#   make test   run the tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out/ukraine-2025-02
SCENARIO ?= ukraine-2025-02
# uv from the PATH, else one of our own in .tools (never the system's Python).
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
export UV_PYTHON_DOWNLOADS = never
# Trust what the machine trusts: many offices inspect TLS with a certificate of their own (old and new name).
export UV_NATIVE_TLS = 1
export UV_SYSTEM_CERTS = 1
unexport PYTHONPATH VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help plan test quick lint docs lock clean

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 8

.tools/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Holdfast needs Python 3.11 or newer; set PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv .tools || { echo "python3 -m venv failed: install your system's venv package" >&2; exit 1; }
	.tools/bin/python -m pip install --quiet uv

# The environment: exactly the locked packages, then Holdfast itself, editable.
$(VENV)/.stamp: requirements.lock pyproject.toml | $(filter .tools/bin/uv,$(UV))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Holdfast needs Python 3.11 or newer; set PYTHON=/path/to/python3" >&2; exit 1; }
	$(UV) venv --quiet --clear --python $(PYTHON) $(VENV)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

plan: $(VENV)/.stamp ## Plan the reference scenario and say where the brief is
	$(BIN)/holdfast plan $(SCENARIO) -o $(OUT) --force

test: $(VENV)/.stamp lint docs ## Lint, types, imports, docs and all tests with branch coverage
	$(BIN)/python -m pytest -n auto --dist loadfile --cov --cov-report=term:skip-covered

quick: $(VENV)/.stamp ## The unit tests alone
	$(BIN)/python -m pytest -m "not slow and not verification" -q

lint: $(VENV)/.stamp ## ruff, mypy and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: $(VENV)/.stamp ## Build the documentation; a warning is an error
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

lock: | $(filter .tools/bin/uv,$(UV)) ## Resolve the dependencies anew into requirements.lock
	$(UV) lock --quiet
	$(UV) export --quiet --format requirements-txt --no-emit-project --group dev --no-header --no-annotate -o requirements.lock
	rm -f uv.lock

clean: ## Remove what was built (not your scenarios or outputs)
	rm -rf $(VENV) .tools build dist docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis
