# Everything a newcomer needs: `make run` tunes, `make test` checks. `make help` lists the rest.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
CURRENT := .venv-current-ray
ARGS ?=
# One more than there are processors for us: tests wait for processes a third of their time. A Ray wants 1 to 2 GB.
PROCESSORS := from hpo.machine import Machine; print(int(Machine.here(count_gpus=False).n_cpus))
TESTS_AT_ONCE ?= $(shell "$(PYTHON)" -c "$(PROCESSORS)" | awk '{ print ($$1 < 7 ? $$1 : 7) + 1 }')
PARALLEL = --numprocesses $(TESTS_AT_ONCE) --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup run test test-current-ray quick torture bench docs lint types format clean

help:  ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

setup: $(VENV)/ready  ## Make .venv from the pinned versions

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv "$(VENV)"
	"$(BIN)/python" -m pip install --quiet --upgrade --constraint constraints.txt pip setuptools
	"$(BIN)/python" -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch "$@"

run: setup  ## Run python -m hpo $(ARGS); without ARGS: Branin, 24 trials
	"$(BIN)/python" -m hpo $(ARGS)

test: setup lint types  ## Lint, types and every test, the slow ones too
	"$(BIN)/python" -m pytest $(PARALLEL) -m "not alone"
	"$(BIN)/python" -m pytest -m alone

test-current-ray: $(CURRENT)/ready  ## The tests that touch Ray, on the current Ray, in an environment of its own
	HPO_TORTURE_KILLS=5 "$(CURRENT)/bin/python" -m pytest $(PARALLEL) -m "ray and not alone"
	"$(CURRENT)/bin/python" -m pytest -m "ray and alone"

$(CURRENT)/ready: pyproject.toml constraints-current-ray.txt
	$(PYTHON) -m venv "$(CURRENT)"
	"$(CURRENT)/bin/python" -m pip install --quiet --no-deps --requirement constraints-current-ray.txt
	"$(CURRENT)/bin/python" -m pip install --quiet --no-deps --editable .
	touch "$@"

quick: setup  ## The tests that take no more than a few seconds each
	"$(BIN)/python" -m pytest $(PARALLEL) -m "not slow"

torture: setup  ## Kill a study a hundred times, on both tuners (long)
	HPO_TORTURE_KILLS=100 "$(BIN)/python" -m pytest tests/torture

bench: setup  ## Run the benchmarks (hours) and write the table in benchmarks/README.md; ARGS names some, or --quick
	"$(BIN)/python" benchmarks/run.py $(ARGS)

docs: setup  ## Build the documentation as a site, build/site/index.html; docs/keys.md is made of conf/
	"$(BIN)/python" -m website
	NO_MKDOCS_2_WARNING=1 "$(BIN)/python" -m mkdocs build --strict

lint: setup  ## ruff: rules and layout
	"$(BIN)/ruff" check .
	"$(BIN)/ruff" format --check .

types: setup  ## mypy --strict
	"$(BIN)/mypy"

format: setup  ## Mend the layout and what ruff can mend
	"$(BIN)/ruff" check --fix .
	"$(BIN)/ruff" format .

clean:  ## Remove both environments and caches; outputs stay
	rm -rf "$(VENV)" "$(CURRENT)" build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .coverage
