# Two commands matter: `make run` and `make test`. Both first set up what is missing.

PYTHON ?= python3
# PyTorch's own index of builds without CUDA; the general one has builds of several GB for Linux.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

BIN := .venv/bin
SET_UP := $(PYTHON) packaging/set_up.py --torch-index "$(TORCH_INDEX)"

.DEFAULT_GOAL := help
.PHONY: help run check test coverage format docs bench screenshots clean \
  static set-up set-up-dev python

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

run: set-up ## open the application; without a screen, train on the terminal instead
	@$(BIN)/disco-desktop || { [ $$? -eq 3 ] && $(BIN)/disco demo; }

check: static ## for daily use, within a minute: as `make test`, with the quick tests alone
	$(BIN)/python -m pytest --quick -q -n 2 --dist worksteal

test: static ## all that is checked: format, lint, types, import contracts, tests
	$(BIN)/python -m pytest -n 3 --dist worksteal --durations=20

coverage: set-up-dev ## all tests under coverage, in every process; fails below the floor
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 3 --dist worksteal --timeout 360 $(TESTS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

static: set-up-dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: set-up-dev ## format the code and mend what the linter can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: set-up-dev ## make the documents' site, with the API reference, in site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "Read it with: $(BIN)/python -m http.server --bind 127.0.0.1 --directory site"

bench: set-up-dev ## measure: a table here, and JSON in bench-results/
	@$(BIN)/python -m tests.benchmarks

screenshots: set-up-dev ## take pictures of every page into docs/screenshots/
	@$(BIN)/python -m tests.window.screenshots docs/screenshots

clean: ## remove what these commands made, the environment included
	rm -rf .venv .venv.lock build dist site bench-results .coverage .coverage.* \
	  .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

set-up: python
	@$(SET_UP)

set-up-dev: python
	@$(SET_UP) --dev

python:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "Python is missing: install it with 'sudo apt-get install python3 python3-pip'." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$$($(PYTHON) --version 2>&1) is too old: install Python 3.11 or newer, then run 'make PYTHON=python3.11 ...'." >&2; exit 1; }
