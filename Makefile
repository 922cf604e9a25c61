# `make demo` shows the tool at work on its own sandbox, `make studio` opens its page on one, `make test` runs all tests.
# All set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What the tool itself needs, and with it what its tests and linters need.
TOOL := $(VENV)/.tool
READY := $(VENV)/.ready
# Tests of one folder share their servers: so each process has its third, and helps the others in the end.
# Three, for two cores: one waits for the browser most of the time.
BESIDE := -n 3 --dist worksteal
INSTALL := PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install -qq --disable-pip-version-check --editable

# Compiled code is kept, whatever the shell says: the tests start many processes, and rewrite their own asserts.
test test-deep test-image: export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo studio test test-deep test-image lint bench screenshots clean hashes

demo: $(TOOL)
	@$(BIN)/immich-smart-albums demo

studio: $(TOOL)
	@$(BIN)/immich-smart-albums demo --studio

test: $(READY)
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(BESIDE)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=100

# Random rules, libraries and edits, many more of them and others each time; all combinations; the image. Half an hour,
# on two quiet cores.
# What it finds becomes a fixed example.
test-deep: $(READY)
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest $(BESIDE)

# The image alone: built by its own steps, and run.
test-image: $(READY)
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest tests/deploy

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The picture of the README, and every view in the folder screenshots. It needs Chromium.
screenshots: $(READY)
	@$(BIN)/python -m tests.web.screenshots screenshots

bench: $(READY)
	@$(BIN)/python benchmarks/bench.py

$(TOOL): pyproject.toml constraints.txt
	@echo "Setting up $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) .
	@touch $@

$(READY): $(TOOL)
	@$(INSTALL) '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# What the image installs, with hashes; after a change of pyproject.toml or constraints.txt.
hashes: $(READY)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check pip-tools
	@$(BIN)/python deploy/hashes.py
