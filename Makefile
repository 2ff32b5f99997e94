PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test slow faults soak bench check live install clean

demo: install
	$(BIN)/scrapy crawl demo

# most tests wait for a crawl or a kill: side by side they take half the time
TEST = $(BIN)/python -m pytest -q -n auto --dist loadfile

test: install
	$(TEST)

slow: install
	$(BIN)/python -m pytest -q -m slow

# every fault as often as the promise says, and a table of what was lost; the short form is in `make test`
FAULTS = tests/archive/test_faults.py tests/archive/test_segment.py tests/archive/test_raw.py \
  tests/archive/test_purge.py tests/archive/object_store/test_store.py \
  tests/archive/object_store/test_store_faults.py tests/test_crawl_faults.py

faults: install
	TRIPTYCH_FAULTS=9 $(TEST) $(FAULTS)

# an hour by default: make soak MINUTES=5 SEED=3
MINUTES ?= 60
SEED ?= 1

soak: install
	$(BIN)/python -m tests.soak --minutes $(MINUTES) --seed $(SEED)

bench: install
	$(BIN)/python -m pip install --quiet --editable ".[bench]"
	$(BIN)/python benchmarks/crawl.py
	$(BIN)/python benchmarks/start.py

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(TEST)

# on the internet, so never in CI: which of the declared rules no longer hold
live: install
	$(BIN)/scrapy live

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf .venv news-archive
