# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2

.PHONY: help demo test check format bench lock clean

help:
	@echo "make demo    set up and run: broker, gateway, simulated city (http://127.0.0.1:8080)"
	@echo "make test    set up and run all tests"
	@echo "make check   linters, types, architecture"
	@echo "make bench   measure what the README claims"

demo: $(VENV)/runtime.stamp
	$(BIN)/gateway demo

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(PYTEST)

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks

# Hash-locked for every platform and Python version; the files carry no index addresses.
lock: $(VENV)/dev.stamp
	$(BIN)/python -m uv pip compile -q pyproject.toml --extra demo --extra postgres --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -o requirements/runtime.txt
	$(BIN)/python -m uv pip compile -q pyproject.toml --extra demo --extra postgres --extra dev --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/dev.txt

clean:
	rm -rf $(VENV) demo-data .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: $(BIN)/python requirements/runtime.txt pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev.stamp: $(BIN)/python requirements/dev.txt pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/runtime.stamp
