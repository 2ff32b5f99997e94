PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test slow check install clean

demo: install
	$(BIN)/scrapy crawl demo

# most tests wait for a crawl or a kill: side by side they take half the time
TEST = $(BIN)/python -m pytest -q -n auto --dist loadfile

test: install
	$(TEST)

slow: install
	$(BIN)/python -m pytest -q -m slow

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(TEST)

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf .venv news-archive
