from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from archive.format.languages import SEARCHED_LANGUAGES
from archive.viewer.search import word_forms
from crawler.extensions.memory import COLLECT_EVERY
from tests.newsrooms.herald import Herald
from tests.newsrooms.newsroom import Site
from tests.support import faults_table, forked, side_by_side, tiers
from tests.support.running import Crawl

DATA = Path(__file__).parents[2] / "shared" / "data"


# a machine with much else at work is no error in what is tested
settings.register_profile("at leisure", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("half", settings.get_profile("at leisure"), max_examples=50)
settings.register_profile("sample", settings.get_profile("at leisure"), max_examples=10)

# a file that takes minutes, begun last, is what everybody waits for at the end
LONG = (
    *("test_live_changes", "test_outlets_on_loopback", "test_backfill_killed", "test_revisit", "test_faults"),
    *("test_crawl_faults", "test_pool_faults", "test_workers", "test_object_store", "test_purge"),
    *("test_raw_crawl", "test_accounting", "test_politeness", "test_outlet_crawl", "test_pair_command"),
    *("test_real_pages", "test_one_snapshot", "test_robots_answers", "test_expectation_check", "test_crawl"),
    *("test_feed_texts", "test_debts", "test_outlet_commands", "test_web", "test_bombs", "test_runner"),
    *("test_import_indexes", "test_view", "test_progress", "test_first_search", "test_crawl_delay"),
)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile(tiers.profile(config.option.markexpr))
    side_by_side.configure(config)
    faults_table.configure(config)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[object]:
    """Collection without looking for garbage, as what it makes stays: 40 % less CPU in each process."""
    gc.disable()
    # walks all modules that are loaded, some 500 times: few are by now
    importlib.import_module("scrapy.core.downloader.handlers.http11")
    if session.config.getoption("--processes") > 1:
        st.text().validate()  # of all code points those that may be encoded: a second
        for language in SEARCHED_LANGUAGES:  # its dictionary takes a second, which processes are to share
            word_forms.key("x", language, low_memory=True)
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(COLLECT_EVERY, 20, 50)  # as in a crawl: a tenth of what tests of an archive take


@pytest.hookimpl(tryfirst=True)  # before the marks choose
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tiers.mark(items)
    rank = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(LONG)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write what is found into expected.json")
    side_by_side.add_option(parser)


@pytest.fixture(scope="session", autouse=True)
def _settings_of_the_tests(
    _no_settings_from_outside: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Nothing is left in the cache folder of whoever runs them, and crawls pair by links alone.

    A second of each crawl; tests/pipelines/test_pair_after_crawl.py has the rest.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIPTYCH_PAIR_SECONDS", "0")
        patch.setenv("TRIPTYCH_CACHE", str(tmp_path_factory.mktemp("triptych-cache")))
        yield


@pytest.fixture(autouse=True, scope="module")
def _environment_as_it_was(_settings_of_the_tests: None) -> Iterator[None]:
    """Restore the environment after each module: the commands of the next start in it."""
    before = {**os.environ}
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--accept"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real pages and gold, beside the checkout; never copied into the project."""
    if not DATA.is_dir():
        pytest.skip(f"NOT TESTED on real pages: {DATA} is missing", allow_module_level=False)
    return DATA


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> faults_table.Tally:
    """A row of the table that `make faults` prints; given before anything is asserted."""

    def add(what: str, faults: int, acknowledged: int, lost: int, doubled: int, torn: int) -> None:  # noqa: PLR0917
        record_property(faults_table.NAME, (what, faults, acknowledged, lost, doubled, torn))

    return add


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """What is not tested is said in one line for each reason, not for each test."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and "NOT TESTED" in report.longrepr[2]:
        report.longrepr = ("tests", 0, report.longrepr[2])
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    faults_table.show(terminalreporter)


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> None:
    for name in [name for name in os.environ if name.startswith("TRIPTYCH_")]:
        del os.environ[name]
    # what a test prints goes to no terminal
    os.environ["TRIPTYCH_LOG_TO"] = "stderr"


@pytest.fixture(autouse=True, scope="session")
def _no_commands_afterwards() -> Iterator[None]:
    yield
    forked.end()


@pytest.fixture(scope="session")
def scrapy_command() -> list[str]:
    return [sys.executable, "-m", "scrapy"]


@pytest.fixture
def crawl(scrapy_command: list[str], tmp_path: Path) -> Crawl:
    return Crawl(scrapy_command, tmp_path / "news-archive")


@pytest.fixture
def herald(crawl: Crawl) -> Iterator[Herald]:
    """The server of tests/spiders/outlets/herald.py, with nothing published yet."""
    with Site() as site:
        yield Herald(site, crawl)
