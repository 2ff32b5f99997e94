"""What a user can type, set or read is in the docs, and every page is found from their map."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archive.__main__ import parser as archive_parser
from archive.format import gate
from archive.format.reasons import Reason
from crawler import settings
from crawler.downloader import handler
from crawler.extraction.fields.alternates import MOST_ALTERNATES
from crawler.middlewares import compression
from crawler.outlet.address_pattern import AddressPattern
from crawler.requests import articles
from crawler.workers import fork_server, worker
from pipelines import snapshot
from pipelines.pairing.edges import MOST_OF_A_STORY_ID
from tests.house.data_format import render
from triptych.command_line import command_line

ROOT = Path(__file__).parents[2]
PAGES = {
    path: path.read_text("utf-8")
    for path in [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
}
ALL = "\n".join(PAGES.values())

OWN_SETTINGS = sorted(
    re.findall(r'^([A-Z_]+) = .*_own\("', (ROOT / "crawler/settings.py").read_text("utf-8"), re.M)
)


GROUP = command_line()
ARCHIVE_COMMANDS = archive_parser()._subparsers._group_actions[0].choices


@pytest.mark.parametrize(
    "command",
    [*GROUP.commands, *(f"archive {name}" for name in ARCHIVE_COMMANDS if name not in GROUP.commands)],
)
def test_every_command_is_documented(command: str) -> None:
    assert f"triptych {command}" in PAGES[ROOT / "docs/reference/commands.md"]


MOST_WORDS = 42_000
"""Of README, CONTRIBUTING, SECURITY and docs/; it only falls."""


def test_the_documents_stay_short() -> None:
    pages = [*PAGES, ROOT / "CONTRIBUTING.md"]
    texts = [re.sub(r"<!--.*?-->", "", page.read_text("utf-8"), flags=re.S) for page in pages]
    assert sum(len(text.split()) for text in texts) <= MOST_WORDS


NOTE = re.compile(r"<!-- (tests|no test): (.*?) -->")
SAFETY = (ROOT / "docs/explanation/safety.md").read_text("utf-8").partition("\n## ")[2]


def test_each_statement_about_safety_names_its_tests() -> None:
    """A comment behind each row and each sentence; what is no promise says why it has none."""
    lines = NOTE.sub("§", SAFETY).splitlines()
    heads = {number - 1 for number, line in enumerate(lines) if line.startswith("|---")}
    rows = [line for number, line in enumerate(lines) if line.startswith("| ") and number not in heads]
    assert [row for row in rows if "§" not in row] == []
    prose = "\n".join(line for line in lines if not line.startswith(("#", "|")))
    assert re.findall(r"[^.]*\.(?=\s)(?!\s*§)", prose) == []


def test_tests_that_safety_names_are_there() -> None:
    named = [name for kind, names in NOTE.findall(SAFETY) if kind == "tests" for name in names.split()]
    assert len(named) > 60
    for name in named:
        path, _, function = name.partition("::")
        assert f"\ndef {function}(" in (ROOT / path).read_text("utf-8"), name


def test_the_numbers_about_safety_are_those_of_the_code() -> None:
    cpu, idle = settings.EXTRACTION_TIMEOUT, worker.IDLE * float(settings.EXTRACTION_TIMEOUT)
    for sentence in (
        f"closed at {settings.DOWNLOAD_MAXSIZE >> 20} MB or {handler.LARGEST >> 10} kB of headers",
        f"over {compression._MEMBERS:,} gzip members or zstd frames",
        f"after `DOWNLOAD_TIMEOUT` ({settings.DOWNLOAD_TIMEOUT} s), asked once more",
        f"after `EXTRACTION_TIMEOUT` ({cpu} s of CPU, or {idle:g} s without CPU), and a second one",
        f"its worker ends ({fork_server.MEMORY_LIMIT >> 30} GB limit)",
        f"cannot match within {AddressPattern('x')._longest} s".replace("0.", "."),
        f"runs from {snapshot.PREPARE_AT} articles on",
        f"{articles.MOST_VARIANTS} addresses of a story are requested, {MOST_ALTERNATES} alternates kept",
        f"over {MOST_OF_A_STORY_ID} articles share",
    ):
        assert sentence in SAFETY
    assert (settings.RETRY_TIMES, worker.WORKERS_A_TASK) == (1, 2)


@pytest.mark.parametrize("name", OWN_SETTINGS)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in ALL
    assert hasattr(settings, name)


@pytest.mark.parametrize("name", gate.LIMITS)
def test_every_limit_is_documented_with_its_value(name: str) -> None:
    assert f"| `TRIPTYCH_{name}` | {gate.LIMITS[name]} |" in PAGES[ROOT / "docs/reference/settings.md"]


def test_own_settings_are_found() -> None:
    assert {"ARCHIVE_URI", "ALLOW_PRIVATE_NETWORK", "EXTRACTION_TIMEOUT"} <= set(OWN_SETTINGS)


def test_the_data_format_is_what_the_schema_says() -> None:
    assert PAGES[ROOT / "docs/reference/data-format.md"] == render(), (
        "run: python -m tests.house.data_format > docs/reference/data-format.md"
    )


def test_the_reasons_are_those_of_the_code() -> None:
    """Each of them, and no other; a star where the code calls it of the moment."""
    page = PAGES[ROOT / "docs/reference/outcomes.md"]
    tables = page[page.index("### unchanged") : page.index("## Retries")]
    cells = re.findall(r"^\| (`[^|]+) \|", tables, re.M)
    told = {reason: cell.endswith("\\*") for cell in cells for reason in re.findall(r"`([^`]+)`", cell)}
    families = {"http-404", "http-410", "error-…"}
    assert told.keys() & families == families
    assert {reason: starred for reason, starred in told.items() if reason not in families} == {
        reason.value: reason.is_of_the_moment for reason in Reason
    }


LINKING = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.ipynb")]


@pytest.mark.parametrize("page", LINKING, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)", page.read_text("utf-8")):
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), f"{target}#{anchor}"


def anchors(page: Path) -> set[str]:
    """The headings of a page, as GitHub makes anchors of them."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


KINDS = ("how-to", "reference", "explanation", "decisions")


def test_every_page_is_of_one_kind_and_on_the_map() -> None:
    folder = ROOT / "docs"
    pages = {path.relative_to(folder) for path in PAGES if path.is_relative_to(folder)} - {Path("README.md")}
    assert [page for page in pages if page.parts[0] not in KINDS] == []
    on_the_map = PAGES[folder / "README.md"]
    assert [page for page in pages if page.parts[0] != "decisions" and f"({page})" not in on_the_map] == []


TASKS = {
    "add an outlet": ("add-an-outlet.md", "triptych crawl courier"),
    "cron": ("schedule-crawls.md", "triptych crawl --all\n"),
    "systemd": ("schedule-crawls.md", "systemctl enable"),
    "pandas": ("read-an-archive.md", "pd.read_parquet("),
    "restore a backup": ("restore-a-backup.md", "triptych archive copy backup news-archive"),
    "install a wheel with extras": ("install.md", ".whl[sql,watch]'"),
    "upgrade": ("install.md", "triptych archive migrate"),
}
"""A task -> its page and the end of its last command."""


@pytest.mark.parametrize("task", TASKS)
def test_a_task_is_done_in_the_first_words_of_its_page(task: str) -> None:
    name, last = TASKS[task]
    before, command, _ = PAGES[ROOT / "docs/how-to" / name].partition(last)
    assert command
    assert len(before.split()) <= 400


def test_the_readme_is_short() -> None:
    assert len(PAGES[ROOT / "README.md"].splitlines()) <= 120


SOURCES = [
    path
    for folder in ("crawler", "pipelines", "archive", "benchmarks", "docs", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if path != Path(__file__)
]


def test_pages_that_the_code_names_are_there() -> None:
    named = {
        (path.relative_to(ROOT), page)
        for path in [*SOURCES, ROOT / "Makefile", ROOT / "pyproject.toml"]
        for page in re.findall(r"\bdocs/[\w/.-]*\w", path.read_text("utf-8"))
    }
    assert named
    missing = [(path, page) for path, page in named if not any(ROOT.glob(f"{page}*"))]
    assert missing == []


def test_files_that_the_docs_name_are_there() -> None:
    named = {
        (page.name, path)
        for page, text in PAGES.items()
        for path in re.findall(r"\b(?:archive|benchmarks|crawler|pipelines|tests|triptych)/[\w/]+\.\w+", text)
        if "decisions" not in page.parts
    }
    assert named
    assert [(page, path) for page, path in named if not (ROOT / path).exists()] == []


def test_every_outlet_says_what_it_is() -> None:
    from crawler.story.spider import StorySpider

    for path in sorted((ROOT / "crawler/spiders").glob("[!_]*.py")):
        module = __import__(f"crawler.spiders.{path.stem}", fromlist=["*"])
        found = [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, StorySpider)
            and value.__module__ == module.__name__
        ]
        assert [spider.name for spider in found] == [path.stem]
        assert found[0].__doc__
