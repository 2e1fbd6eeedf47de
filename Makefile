# Each target sets itself up: all that is needed is Python 3.11 or newer, and make.

VENV ?= .venv
PEERS ?= .venv-peers
WORKERS ?= 2
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; \
	done)
RUN := $(VENV)/bin/python
# A file's tests stay on one worker, so that what they share is made once; files go in order, the long ones first.
SHARED := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
KERNELS := $(shell grep -rl --include='*.py' kernel prepos)

.PHONY: help demo test faults cover peers ready check lint types schemas bench clean
.DELETE_ON_ERROR:

help:
	@echo "make demo    set up, plan the embedded sample, and say what to move"
	@echo "make test    set up, then lint, types and every test"
	@echo "make faults  a fault at every change of a file, 200 kills under a reader's eyes: some minutes"
	@echo "make cover   the tests again, with what they cover"
	@echo "make peers   set up apart with statsforecast and Tryton, then what is tested against them"
	@echo "make check   lint and types alone"
	@echo "make schemas write data/schemas/ anew, after a change of the tables' contract"
	@echo "make bench   set up with the peers, then the benchmarks (tests/bench): an hour or two"
	@echo "make clean   remove the environment and what the tools left"

demo: $(VENV)/.ready $(VENV)/.kernels
	@$(VENV)/bin/prepos demo

# While one core looks at the types, the other compiles the loops, which every worker needs.
test: $(VENV)/.ready-test
	@$(MAKE) --no-print-directory -j2 check $(VENV)/.compiled
	$(RUN) -m pytest $(SHARED)

# As before a release: a fault at every change of a file, 200 kills.
faults: $(VENV)/.ready-test $(VENV)/.kernels
	PREPOS_TEST_FAULT_STEP=1 PREPOS_TEST_KILLS=200 $(RUN) -m pytest $(SHARED) tests/faults

cover: $(VENV)/.ready-test $(VENV)/.kernels
	$(RUN) -m pytest $(SHARED) --cov --cov-report=term:skip-covered

# What can be set up side by side: make -j2 ready
ready: check $(PEERS)/.ready

# statsforecast holds pandas below 3, so here both are tried: the peers, and the tables under pandas 2;
# and Tryton, which takes in what is exported.
peers: $(PEERS)/.ready
	$(PEERS)/bin/python -m pytest -q -n $(WORKERS) --dist loadgroup tests/unit/forecast/test_peers.py \
		tests/unit/forecast/test_boosting.py tests/unit/forecast/test_intermittent.py \
		tests/unit/ingest tests/unit/regions tests/unit/publish tests/unit/test_pipeline.py \
		tests/integration/test_tryton.py

check: lint types

lint: $(VENV)/.ready-test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

types: $(VENV)/.ready-test
	$(RUN) -m mypy

schemas: $(VENV)/.ready
	@mkdir -p data/schemas
	@for table in $$($(RUN) -c 'from prepos.core.tables import ALL_TABLES; print(*ALL_TABLES, "kpis")'); do \
		$(VENV)/bin/prepos schema $$table > data/schemas/$$table.json; done

bench: $(VENV)/.ready-bench $(VENV)/.kernels
	@for bench in tests/bench/bench_*.py; do echo "$$bench"; $(RUN) $$bench || exit; done

clean:
	rm -rf $(VENV) $(PEERS) build dist .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "prepos needs Python 3.11 or newer; none was found under" \
		"python3.13, python3.12, python3.11, python3, python." \
		"Install one, or name it: make PYTHON=/path/to/python demo" >&2; exit 2; }
	@echo "setting up $(VENV) with $$($(PYTHON) --version); the first time takes a minute or two" >&2
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make an environment;" \
		"its venv module may be packaged apart (python3-venv)" >&2; exit 2; }

$(VENV)/.ready: pyproject.toml $(VENV)/pyvenv.cfg
	@$(RUN) -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.ready-test: pyproject.toml $(VENV)/pyvenv.cfg
	@$(RUN) -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	@touch $@ $(VENV)/.ready

$(VENV)/.ready-bench: pyproject.toml $(VENV)/pyvenv.cfg
	@$(RUN) -m pip install --quiet --disable-pip-version-check --editable ".[test,bench]"
	@touch $@ $(VENV)/.ready $(VENV)/.ready-test

# Compiled loops are kept by the file they stand in; one that calls another file's does not see it change.
$(VENV)/.kernels: $(KERNELS) $(VENV)/pyvenv.cfg
	@find prepos -name '*.nb[ic]' -delete
	@touch $@

# The main job on the sample calls nearly all of them.
$(VENV)/.compiled: $(VENV)/.kernels $(VENV)/.ready-test
	@aside=$$(mktemp -d) && trap 'rm -rf "$$aside"' EXIT && \
		$(VENV)/bin/prepos demo --quiet --out "$$aside/run" > /dev/null
	@touch $@

$(PEERS)/.ready: pyproject.toml
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[test,bench,erp-test]"
	@touch $@
