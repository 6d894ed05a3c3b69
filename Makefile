# vidviz: `make demo` opens the dashboard on the sample videos, `make test` runs every check.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
WORKSPACE ?= .demo
# Node comes as a wheel, and its tools as package-lock.json has them; NPM finds both.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm --silent
NODE_TOOLS := node_modules/.installed

.PHONY: demo install format docs test lint types contracts tests tests-js test-slow coverage mutants test-server benchmarks lock samples networks clean

demo: $(VENV)/.installed
	$(BIN)/vidviz demo --workspace $(WORKSPACE)

# The environment alone, in .venv.
install: $(VENV)/.installed

# Put code into the one form that `make lint` accepts.
format: $(VENV)/.installed $(NODE_TOOLS)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NPM) run format

# The documentation site, in site/. A link or name that leads nowhere fails.
docs: $(VENV)/.installed
	$(BIN)/zensical build --strict

test: lint types contracts tests-js tests

# Python by ruff; scripts by eslint, Prettier and tsc.
lint: $(VENV)/.installed $(NODE_TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(NPM) run lint

types: $(VENV)/.installed
	$(BIN)/mypy

contracts: $(VENV)/.installed
	$(BIN)/lint-imports --no-cache

# The scripts' own tests, which need no browser.
tests-js: $(VENV)/.installed
	$(NPM) test

# Two processes at a time, and one thread in each: with more they only wait for each other. The slowest are listed.
tests coverage test-slow mutants: export OMP_NUM_THREADS := 1
# Commands, jobs, decoders and dashboards are processes of their own. Where the surroundings forbid bytecode, each would
# compile the libraries anew, which is half of what many of them do.
tests coverage test-slow test-server mutants: export PYTHONDONTWRITEBYTECODE :=
PYTEST := $(BIN)/pytest -q --durations=20
TWO := -n 2 --dist loadfile
COVERAGE := --cov=vidviz --cov-report=term:skip-covered

# Browser tests run after the others: a browser, a server and its decoders want the machine for themselves,
# and what watches a browser in real time wants even the other browser gone.
tests: $(VENV)/.installed
	$(PYTEST) $(TWO) $(if $(COVERED),$(COVERAGE)) -m "not browser and not slow" tests
	$(PYTEST) $(TWO) -m "browser and not slow and not alone" tests
	$(PYTEST) -m alone tests/browser

test-slow: $(VENV)/.installed
	$(PYTEST) $(TWO) -m "slow and not browser" tests
	$(PYTEST) $(TWO) -m "slow and browser" tests

# Which lines the quick tests reach; less than pyproject.toml asks for fails. Counting takes a third longer, so that
# `make test` counts only when it is told to: `make test COVERED=1`.
coverage: $(VENV)/.installed
	$(PYTEST) $(TWO) $(COVERAGE) -m "not browser and not slow" tests

# Small faults put into the code one at a time: which ones no test notices. Half an hour; `make mutants ONLY='*filters*'`
# tries some. See benchmarks/mutants.md.
mutants: $(VENV)/.installed
	CI=true $(BIN)/mutmut run $(if $(ONLY),'$(ONLY)')
	$(BIN)/python benchmarks/mutants.py

# Tests that meet an index, on a real Milvus server; says so where the machine cannot have one.
test-server: $(VENV)/.installed
	.ci/milvus

# Those that need nothing but this folder (and, for map, map_page, search_page and inside, a Chromium);
# benchmarks/retrieval.py wants videos and weights of your own.
benchmarks: $(VENV)/.installed
	for name in startup sessions embed memory projections map map_page search search_page inside bundled backbones; do \
		echo "== $$name"; $(BIN)/python benchmarks/$$name.py || exit 1; done

# One lock for every platform, with the hash of every file. It names no host.
lock: $(UV)
	$(UV) pip compile --quiet --universal --upgrade --python-version 3.11 --extra dev --extra docs --no-header \
		--generate-hashes \
		--output-file requirements.lock pyproject.toml

samples: $(VENV)/.installed
	$(BIN)/python sample_videos/make_samples.py

networks: $(VENV)/.installed
	$(BIN)/python sample_videos/train_backbones.py

# Never a workspace of yours: only the one that `make demo` makes when it is not told where.
clean:
	rm -rf $(VENV) node_modules .milvus .demo build dist site .cache mutants .coverage *.egg-info .pytest_cache .mypy_cache .ruff_cache

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit("vidviz needs Python 3.11 or newer; try: make PYTHON=python3.12 ...") \
		if sys.version_info < (3, 11) else 0'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv

$(NODE_TOOLS): $(VENV)/.installed package.json package-lock.json .npmrc
	$(NPM) ci
	touch $@

$(VENV)/.installed: $(UV) requirements.lock pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@
