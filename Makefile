# Everything that a person or CI does here. `make` alone lists it.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
RUN := $(BIN)/python
READY := .venv/.ready

# Dear tests take turns, another quarter with each commit (tests/turns.txt): make test TURN=all
TURN ?= $(or $(shell git rev-parse HEAD 2>/dev/null),0)

# The tests start our commands hundreds of times: none of them shall compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test lint bench soak planted mutate lock clean

help: ## list these verbs
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/'

$(READY): requirements/dev.txt requirements/axe.txt pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'crm-migrate needs Python 3.11 or newer: make PYTHON=python3.12 ...')"
	$(PYTHON) -m venv .venv
	$(RUN) -m pip install --quiet --require-hashes --no-deps -r requirements/dev.txt
	$(RUN) -m pip install --quiet --require-hashes --no-deps -r requirements/axe.txt
	$(RUN) -m pip install --quiet --no-deps --no-build-isolation -e .
	$(RUN) -c "import pathlib; pathlib.Path('$(READY)').touch()"

install: $(READY) ## a virtual environment with locked, hash-checked packages

demo: $(READY) ## migrate a fictional Turkish dealer into a SQLite CRM and print the accounting
	$(BIN)/crm-migrate demo demo

test: $(READY) ## the tests, with a private PostgreSQL, MariaDB, Tryton, amagi-crm, BottleCRM, mdbtools, Firebird's engine and a headless Chromium (make test ARGS="-k ledger"; the dear ones take turns, all of them: TURN=all)
	$(RUN) scripts/chromium.py install
	$(RUN) scripts/readers.py install
	$(RUN) scripts/servers.py run -- $(RUN) -m pytest -n auto --dist worksteal --turn $(TURN) $(ARGS)

lint: $(READY) ## ruff, mypy strict, import-linter for the floors
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(BIN)/lint-imports

bench: $(READY) ## benchmarks side by side with a peer (make bench ARGS="e2e --rows 1000000")
	$(RUN) -m pip install --quiet --require-hashes --no-deps -r requirements/bench.txt
	$(RUN) scripts/postgres.py run -- $(RUN) -m benchmarks $(ARGS)

soak: $(READY) ## the long fault sweeps (make soak ARGS="kills 3000 --seed 7", or "points", "early", "faults", "sweeps"; all of them without)
	$(RUN) scripts/servers.py run -- $(RUN) scripts/soak.py $(ARGS)

planted: $(READY) ## bugs planted in the loader, one at a time: which test finds each (make planted ARGS=deadline)
	$(RUN) scripts/planted_bugs.py $(ARGS)

mutate: $(READY) ## change what must not be wrong, line by line, and see whether a test notices (make mutate ARGS="*.ledger*")
	$(RUN) -m pip install --quiet --require-hashes --no-deps -r requirements/mutate.txt
	nice $(RUN) -m mutmut run $(ARGS)
	$(RUN) -m mutmut results

lock: $(READY) ## renew the locked requirements
	$(RUN) -m pip install --quiet uv
	$(RUN) -m uv pip compile pyproject.toml --extra dev --universal --generate-hashes --python-version 3.11 --upgrade -q -o requirements/dev.txt
	$(RUN) -m uv pip compile pyproject.toml --extra mutate -c requirements/dev.txt --universal --generate-hashes --python-version 3.11 --upgrade -q -o requirements/mutate.txt
	$(RUN) -m uv pip compile pyproject.toml --extra bench -c requirements/dev.txt --universal --generate-hashes --python-version 3.11 --upgrade -q -o requirements/bench.txt
	$(RUN) -m uv pip compile requirements/tryton.in --universal --generate-hashes --python-version 3.11 --upgrade -q -o requirements/tryton.txt
	$(RUN) -m uv pip compile requirements/amagi.in --universal --generate-hashes --python-version 3.11 --upgrade -q -o requirements/amagi.txt
	$(RUN) -m uv pip compile requirements/bottle.in --universal --generate-hashes --python-version 3.12 --upgrade -q -o requirements/bottle.txt
	$(RUN) -m uv pip compile requirements/clients.in --universal --generate-hashes --python-version 3.11 --upgrade -q -o requirements/clients.txt
	$(RUN) -m uv pip compile requirements/axe.in --no-deps --universal --generate-hashes --python-version 3.11 --upgrade -q -o requirements/axe.txt

clean: ## remove what these verbs made
	$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('.venv', 'demo', 'build', 'dist', 'mutants')]"
