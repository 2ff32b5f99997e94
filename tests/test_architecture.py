"""The tree keeps its shape: small modules, one import arrow, no names that say nothing."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("crawler", "pipelines", "archive")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LINES = {path: len(path.read_text("utf-8").splitlines()) for path in MODULES}


def imported(path: Path) -> set[str]:
    """Top-level names of everything a module imports, at any depth of its code."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def test_no_module_is_longer_than_three_screens() -> None:
    assert {str(path): lines for path, lines in LINES.items() if lines > 300} == {}


def test_the_median_module_is_a_screen_or_two() -> None:
    assert statistics.median(lines for lines in LINES.values() if lines > 1) <= 100


@pytest.mark.parametrize("path", [p for p in MODULES if p.is_relative_to(ROOT / "archive")], ids=str)
def test_archive_imports_nothing_of_ours(path: Path) -> None:
    tops = {name.split(".")[0] for name in imported(path)}
    assert not tops & {"crawler", "pipelines", "scrapy", "twisted"}


@pytest.mark.parametrize("path", [p for p in MODULES if p.is_relative_to(ROOT / "pipelines")], ids=str)
def test_pipelines_never_fetch(path: Path) -> None:
    forbidden = {
        "crawler.spiders",
        "crawler.story_spider",
        "crawler.commands",
        "crawler.discovery",
        "requests",
    }
    assert not {
        name for name in imported(path) for bad in forbidden if name == bad or name.startswith(bad + ".")
    }


@pytest.mark.parametrize("path", [p for p in MODULES if p.is_relative_to(ROOT / "crawler")], ids=str)
def test_spiders_and_extraction_import_no_pipeline(path: Path) -> None:
    decides = {name for name in imported(path) if name.split(".")[0] == "pipelines"}
    # settings name the stages; the command and its report ask the last one how it went; what is read again
    # or inspected passes the stages again
    again = ("rereading.py", "republication.py", "inspection.py")
    allowed = ("settings.py", "report.py", "commands/crawl.py", "commands/pair.py", *again)
    if path.relative_to(ROOT / "crawler").as_posix() in allowed:
        return
    assert decides == set()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_names_say_something(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "misc", "common"}


def test_the_order_of_stages_is_the_settings_order() -> None:
    from crawler import settings
    from pipelines import STAGES

    assert tuple(sorted(settings.ITEM_PIPELINES, key=settings.ITEM_PIPELINES.__getitem__)) == STAGES
