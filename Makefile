# make run    everything that is missing is set up; web, worker and sandboxes run until Ctrl-C
# make test   the whole suite, browser tests included
# make check  format, lint, types, layers, templates
# make bench  the benchmarks, one table
# make parity the readings of filters against each other, far longer than make test does
# docs/development.md says more.

PYTHON ?= python3
# Who names a Python gets that one; else it may be the quickest one of its version.
SETUP = @$(PYTHON) tools/setup.py $(if $(filter file,$(origin PYTHON)),quickest)
VENV = .venv/bin
# Compiled modules are kept for the many processes that the tests start, whatever the system wants otherwise.
# One more than there are cores: the tests in the browser mostly wait for it.
TEST_WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

.PHONY: run test check bench parity setup assets lock format clean reset help
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

run:
	$(SETUP) assets
	@$(VENV)/python -m tools.run

test:
	$(SETUP) dev assets browser
	@PYTHONDONTWRITEBYTECODE= SWITCHYARD_BROWSER="$$($(VENV)/python -m tools.browser)" $(VENV)/python -m pytest -n $(TEST_WORKERS) --maxschedchunk=1 $(ARGS)

check:
	$(SETUP) dev
	@$(VENV)/python -m tools.check

bench:
	$(SETUP) bench assets
	@$(VENV)/python -m bench $(ARGS)

PARITY_TIMES ?= 40

parity:
	$(SETUP) dev
	@SWITCHYARD_PARITY=$(PARITY_TIMES) $(VENV)/python -m pytest -n $(TEST_WORKERS) tests/readings tests/portal/filters $(ARGS)

setup:
	$(SETUP) dev assets browser

assets:
	$(SETUP) assets

lock:
	$(SETUP) dev
	@$(VENV)/python tools/lock.py $(ARGS)

format:
	$(SETUP) dev
	@$(VENV)/ruff check --fix --quiet . ; $(VENV)/ruff format --quiet . ; $(VENV)/djlint --quiet --reformat templates

clean:
	@rm -rf .venv node_modules static/dist static/dist.new var/static var/test var/browser tools/browser/node_modules
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results .benchmarks
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Forgets every order: the embedded database and the keys are removed.
reset:
	$(SETUP)
	@$(VENV)/python -m tools.reset
