PYTHON ?= python3
BIN = .venv/bin
PEERS = .venv/peers
TOOLS = .venv/tools
DOCS = .venv/docs
REPLAY = .venv/replay

.DEFAULT_GOAL = help
.PHONY: help demo replay test test-all slow faults stand-still soak mutants named-mutants bench check live lock audit install clean docs

help: ## print these lines
	@awk -F ':.* ## ' '/^[a-z-]+:.* ## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

# where that variable is set, each process would compile all that it imports anew
AS_EVER = env -u PYTHONDONTWRITEBYTECODE
DEMO = $(AS_EVER) $(BIN)
SHOWN = @printf '\n$$ triptych $(1)\n'; $(DEMO)/triptych $(1)

# what is installed in full serves as well
demo: $(if $(wildcard .venv/installed),install,.venv/core) ## install what a crawl needs, crawl a bundled newsroom, show an edit and a deletion
	$(call SHOWN,crawl demo)
	@printf '\nThe next days of the newsroom: a text is edited; a page is withdrawn, which the third visit makes certain.\n'
	@for day in 2 3 4; do $(DEMO)/triptych crawl demo -a day=$$day > /dev/null || exit $$?; done
	$(call SHOWN,search --edited)
	$(call SHOWN,search --gone)
	@edited=$$($(DEMO)/triptych search --edited --json | sed -n '/410215/ s/.*"url_uk": "\(.*\)",*/\1/p'); \
	  printf '\n$$ triptych diff %s\n' "$$edited"; $(DEMO)/triptych diff "$$edited"
	@printf '\nBrowse it  $(BIN)/triptych view\nRead it    $(BIN)/python, pandas.read_parquet("news-archive/articles")\nSQL        make install, then $(BIN)/triptych sql "FROM stories"\n'

# most tests wait for a crawl or a kill, so two processes a core; tests/conftest.py says which files come first
PROCESSES = $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
TEST = $(AS_EVER) $(BIN)/python -m pytest -q --processes $(PROCESSES)

# in memory where there is room and programs may run: there an fsync is no wait, a third of what an archive's test costs
MEMORY = $(shell grep -s ' /dev/shm ' /proc/mounts | grep -qv noexec && \
  df -k /dev/shm | awk 'END {if ($$4 > 4000000) print "PYTEST_DEBUG_TEMPROOT=/dev/shm"}')
FAST = $(MEMORY) $(TEST) $(if $(MEMORY),-o tmp_path_retention_policy=failed -o tmp_path_retention_count=1)

test: install ## run a case of each promise, in about five minutes
	$(FAST)

test-all: install ## run every case, as CI does: each parameter, each kill, the object store, the browser
	$(FAST) -m "not slow and not live" --durations 20 --durations-min 1

slow: install ## run the tests that take half a minute and more
	$(BIN)/python -m pytest -q -m slow

# every fault as often as the promise says, and a table of what was lost; the short form is in `make test`
FAULTS = tests/archive/test_faults.py tests/archive/commit/test_fold.py tests/archive/wal/test_segment.py \
  tests/archive/pages/test_warc_files.py tests/archive/operations/test_purge.py \
  tests/archive/storage/test_object_store.py tests/archive/storage/test_object_store_faults.py \
  tests/crawler/story/test_crawl_faults.py tests/crawler/workers/test_pool_faults.py \
  tests/crawler/discovery/test_backfill_killed.py tests/crawler/outlet/fleet/test_runner.py tests/crawler/outlet/fleet/test_cluster_faults.py

faults: install ## inject every fault as often as is promised, and print a table of what was lost
	TRIPTYCH_FAULTS=9 $(TEST) $(FAULTS)

# the tests on a machine that stands still for 20 s in the middle: make stand-still AFTER=60 TIMES=0 WHAT=tests/hostile;
# on one with much else to do: make stand-still FROZEN=0 BESIDE=6
FROZEN ?= 20
AFTER ?= 120
TIMES ?= 1
BESIDE ?= 0
WHAT ?= tests

stand-still: install ## run the tests on a machine that stands still for a while
	$(BIN)/python -m tests.support.standing_still --seconds $(FROZEN) --after $(AFTER) --times $(TIMES) --beside $(BESIDE) -- \
	  $(TEST) $(WHAT)

# an hour by default: make soak MINUTES=5 SEED=3
MINUTES ?= 60
SEED ?= 1

soak: install ## crawl, kill and repair for an hour
	$(BIN)/python -m tests.soak --minutes $(MINUTES) --seed $(SEED)

# small faults in the archive and the guards, of which the tests see how many: make mutants MINUTES=60 SEED=7;
# in some files only: make mutants WHAT=archive/wal/segment.py; those with a name: make named-mutants
MUTATION = cosmic-ray==8.7.0 coverage==7.17.5

mutants: MINUTES = 6
mutants: WHAT =
mutants: install $(TOOLS)/mutation ## count how many small random faults the tests see
	nice -n 5 $(TOOLS)/bin/python -m tests.mutants --minutes $(MINUTES) --seed $(SEED) $(WHAT)

named-mutants: install $(TOOLS)/mutation ## name the test that sees each fault of tests/mutants/named.toml
	nice -n 5 $(TOOLS)/bin/python -m tests.mutants --named

$(TOOLS)/mutation: Makefile
	test -x $(TOOLS)/bin/python || $(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --constraint constraints.txt $(MUTATION)
	touch $@

# nineteen minutes at most; after one that was cut off: make bench RESUME=1
bench: install ## measure crawl, import, page, start, commit and pairing beside other tools; writes docs/reference/performance.md
	$(BIN)/python benchmarks/performance.py $(if $(BEFORE),--before $(BEFORE)) $(if $(RESUME),--resume)

# tools that are measured beside us and want other versions of what we use
$(PEERS)/installed: pyproject.toml
	test -x $(PEERS)/bin/python || $(BIN)/python -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --upgrade pip
	$(PEERS)/bin/python -m pip install --quiet --editable ".[bench,peers]"
	touch $@

check: install ## lint, check types, and run the tests of make test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(TEST)

# on the internet, so never in CI: which of the declared rules no longer hold
live: install ## ask the real sites which declared rules still hold
	$(BIN)/scrapy live --report live-report.json

# the docs as a site in build/site: search, API reference, every link checked
docs: $(DOCS)/installed ## build the site of the documentation
	NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --strict --quiet

$(DOCS)/installed: docs/requirements.lock
	test -x $(DOCS)/bin/python || $(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --require-hashes --no-deps --requirement docs/requirements.lock
	touch $@

# their packages want other versions of what we use
replay: $(REPLAY)/installed ## install pywb and wacz, which read what we export in make test-all

$(REPLAY)/installed: tests/replay.lock
	test -x $(REPLAY)/bin/python || $(PYTHON) -m venv $(REPLAY)
	$(REPLAY)/bin/python -m pip $(INSTALL) --require-hashes --no-deps --requirement tests/replay.lock
	touch $@

install: .venv/installed ## install what the tests and tools need into .venv

# each file against its hash, the builders of packages among them; nothing else is fetched. By uv: a tenth of the CPU of
# pip, which reads an index's line of every file of a package, and does it where uv cannot.
# Errors alone are printed; every package: make demo QUIET=
QUIET = --quiet
INSTALL = install $(QUIET) --disable-pip-version-check --no-compile
UV = $(BIN)/uv pip install $(QUIET) --system-certs --python $(BIN)/python
PIP = pip() { $(UV) --no-build-isolation "$$@" $(if $(QUIET),2> /dev/null) || \
  $(BIN)/python -m pip $(INSTALL) --no-build-isolation "$$@"; }; pip

# the pip that Python 3.11 brings takes three times as long: it installs that of the lock, from its own wheel
WHEEL = $(firstword $(wildcard $(shell $(PYTHON) -c \
  "import ensurepip; print(ensurepip.__path__[0])" 2> /dev/null)/_bundled/pip-*.whl /usr/share/python-wheels/pip-*.whl))

# who has told pip of an index, of none, or of a proxy keeps to pip: uv does not read what pip is told
.venv/pip: requirements-pip.lock
	@echo 'Installing into .venv, each file against its hash; this takes a minute.'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(if $(WHEEL),--without-pip) .venv
	@$(BIN)/python $(if $(WHEEL),$(WHEEL)/pip,-m pip) $(INSTALL) --require-hashes --requirement requirements-pip.lock
	@if $(BIN)/python -m pip config list | grep -qE 'index|proxy'; then rm -f $(BIN)/uv; fi
	@touch $@

.venv/core: .venv/pip pyproject.toml requirements.lock
	@$(PIP) --require-hashes --no-deps --requirement requirements.lock
	@$(PIP) --no-deps --editable .
	@touch $@

.venv/installed: .venv/pip pyproject.toml requirements.lock requirements-dev.lock
	@$(PIP) --require-hashes --no-deps --requirement requirements.lock --requirement requirements-dev.lock
	@$(PIP) --no-deps --editable .
	@touch $@

# after a change of pyproject.toml or constraints.txt; what only the tests want is in a file of its own
COMPILE = $(BIN)/uv pip compile --constraints constraints.txt --generate-hashes --universal --python-version 3.11 \
  --no-header --no-annotate --quiet

lock: .venv/pip ## write the hashes of every file of each pinned version
	printf 'hatchling\neditables\n' | $(COMPILE) pyproject.toml - --output-file requirements.lock
	printf 'pip\nsetuptools\nuv; sys_platform in "linux darwin"\n' | $(COMPILE) - --output-file requirements-pip.lock
	$(COMPILE) pyproject.toml --extra dev --constraints requirements.lock --output-file requirements-dev.lock \
	  $$(sed -n 's/^\([A-Za-z0-9._-]*\)==.*/--no-emit-package \1/p' requirements.lock)
	$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['docs'], sep='\n')" | \
	  $(COMPILE) - --output-file docs/requirements.lock
	printf 'pywb==2.10.0\nwacz==0.6.0\nsetuptools<81\n' | \
	  $(filter-out --constraints constraints.txt,$(COMPILE)) - --output-file tests/replay.lock

# known weaknesses of what is pinned, as PyPI and its advisories tell; needs the internet, so not in CI
audit: ## ask PyPI and its advisories for weaknesses of what is pinned
	test -x $(TOOLS)/bin/python || $(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet pip-audit bandit
	$(TOOLS)/bin/pip-audit --requirement requirements.lock --requirement requirements-dev.lock \
	  --require-hashes --disable-pip
	$(TOOLS)/bin/bandit --quiet --recursive --severity-level medium archive crawler pipelines

clean: ## delete .venv and news-archive
	rm -rf .venv news-archive
