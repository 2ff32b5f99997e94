PYTHON ?= python3
BIN = .venv/bin
PEERS = .venv/peers
TOOLS = .venv/tools
DOCS = .venv/docs

.PHONY: demo test slow faults stand-still soak mutants named-mutants bench check live lock audit install clean docs

demo: install
	$(BIN)/scrapy crawl demo
	@printf '\nThe next days of the newsroom: a text is edited; a page is withdrawn, which the third look makes certain.\n'
	@for day in 2 3 4; do $(BIN)/scrapy crawl demo -a day=$$day > /dev/null || exit $$?; done
	$(BIN)/python -m archive search --edited
	$(BIN)/python -m archive search --gone
	$(BIN)/python -m archive diff $(EDITED)

# an article of the demo, whose newsroom has this port
EDITED = http://127.0.0.1:8641/ukr/news/vidkryly-tramvaynu-liniyu-na-zarichchya-410215.html

# most tests wait for a crawl or a kill: side by side they take half the time; tests/conftest.py says which first
# (where that variable is set, each of a thousand processes would compile our modules anew)
TEST = env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

test: install
	$(TEST)

slow: install
	$(BIN)/python -m pytest -q -m slow

# every fault as often as the promise says, and a table of what was lost; the short form is in `make test`
FAULTS = tests/archive/test_faults.py tests/archive/commit/test_fold.py tests/archive/wal/test_segment.py \
  tests/archive/pages/test_warc_files.py tests/archive/operations/test_purge.py \
  tests/archive/storage/test_object_store.py tests/archive/storage/test_object_store_faults.py \
  tests/crawler/story/test_crawl_faults.py tests/crawler/workers/test_pool_faults.py \
  tests/crawler/outlet/fleet/test_runner.py tests/crawler/outlet/fleet/test_cluster_faults.py

faults: install
	TRIPTYCH_FAULTS=9 $(TEST) $(FAULTS)

# the tests on a machine that stands still for 20 s in the middle: make stand-still AFTER=60 TIMES=0 WHAT=tests/hostile;
# on one with much else to do: make stand-still FROZEN=0 BESIDE=6
FROZEN ?= 20
AFTER ?= 120
TIMES ?= 1
BESIDE ?= 0
WHAT ?= tests

stand-still: install
	$(BIN)/python -m tests.support.standing_still --seconds $(FROZEN) --after $(AFTER) --times $(TIMES) --beside $(BESIDE) -- \
	  $(TEST) $(WHAT)

# an hour by default: make soak MINUTES=5 SEED=3
MINUTES ?= 60
SEED ?= 1

soak: install
	$(BIN)/python -m tests.soak --minutes $(MINUTES) --seed $(SEED)

# small faults in the archive and the guards, of which the tests see how many: make mutants MINUTES=60 SEED=7;
# in some files only: make mutants WHAT=archive/wal/segment.py; those with a name: make named-mutants
MUTATION = cosmic-ray==8.7.0 coverage==7.17.5

mutants: MINUTES = 6
mutants: WHAT =
mutants: install $(TOOLS)/mutation
	nice -n 5 $(TOOLS)/bin/python -m tests.mutants --minutes $(MINUTES) --seed $(SEED) $(WHAT)

named-mutants: install $(TOOLS)/mutation
	nice -n 5 $(TOOLS)/bin/python -m tests.mutants --named

$(TOOLS)/mutation: Makefile
	test -x $(TOOLS)/bin/python || $(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --constraint constraints.txt $(MUTATION)
	touch $@

bench: install $(PEERS)/installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[bench]"
	$(BIN)/python benchmarks/crawl.py
	$(BIN)/python benchmarks/start.py

# tools that are measured beside us and want other versions of what we use
$(PEERS)/installed: pyproject.toml
	test -x $(PEERS)/bin/python || $(BIN)/python -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --upgrade pip
	$(PEERS)/bin/python -m pip install --quiet --editable ".[bench,peers]"
	touch $@

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(TEST)

# on the internet, so never in CI: which of the declared rules no longer hold
live: install
	$(BIN)/scrapy live --report live-report.html --report live-report.json

# the docs as a site in build/site: search, API reference, every link checked
docs: $(DOCS)/installed
	NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --strict --quiet

$(DOCS)/installed: docs/requirements.lock
	test -x $(DOCS)/bin/python || $(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --require-hashes --no-deps --requirement docs/requirements.lock
	touch $@

install: .venv/installed

# each file against its hash, the builder of our own package among them; nothing else is fetched
.venv/installed: pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# after a change of pyproject.toml or constraints.txt: the hashes of every file of each pinned version
lock:
	test -x $(TOOLS)/bin/uv || $(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet uv
	printf 'hatchling\neditables\n' | $(TOOLS)/bin/uv pip compile pyproject.toml - --extra dev --constraints constraints.txt \
	  --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --quiet --output-file requirements.lock
	$(TOOLS)/bin/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['docs'], sep='\n')" | \
	  $(TOOLS)/bin/uv pip compile - --constraints constraints.txt \
	  --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --quiet --output-file docs/requirements.lock

# known weaknesses of what is pinned, as PyPI and its advisories tell; needs the internet, so not in CI
audit:
	test -x $(TOOLS)/bin/python || $(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet pip-audit bandit
	$(TOOLS)/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip
	$(TOOLS)/bin/bandit --quiet --recursive --severity-level medium archive crawler pipelines

clean:
	rm -rf .venv news-archive
