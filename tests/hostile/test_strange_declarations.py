"""Files that stand where an outlet's declaration is looked for: each costs itself, and no command waits."""

from __future__ import annotations

import os
from argparse import Namespace
from contextlib import nullcontext
from pathlib import Path

import pytest
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from crawler import settings
from crawler.commands.genspider import Command as Genspider
from crawler.outlet.loader import OutletLoader
from triptych.command_line import command_line

GOOD = (
    "from crawler.story.spider import StorySpider\n\n\nclass Gazette(StorySpider):\n    name = 'gazette'\n"
    "    home = 'https://gazette.example'\n    languages = ('uk',)\n    article_url = r'/news/\\d+'\n"
)
BAD = {
    "ends the process": (b"raise SystemExit\n", "SystemExit"),
    "calls itself without end": (b"def a(): a()\na()\n", "RecursionError"),
    "is of another encoding": ("title = 'їжак'\n".encode("cp1251"), "unicode"),
    "has zeros": (b"\0\0", "null bytes"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_declaration_that_cannot_be_loaded_costs_its_outlet(tmp_path: Path, kind: str) -> None:
    text, words = BAD[kind]
    (tmp_path / "bad.py").write_bytes(text)
    (tmp_path / "gazette.py").write_text(GOOD)
    loader = OutletLoader(Settings({"SPIDER_MODULES": [], "OUTLETS_FOLDER": str(tmp_path)}))
    assert loader.list() == ["gazette"]
    assert "cannot be read, line " in loader.broken["bad"]
    assert words in loader.broken["bad"]


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_no_declaration(tmp_path: Path, make) -> None:
    make(tmp_path / "bad.py")
    loader = OutletLoader(Settings({"SPIDER_MODULES": [], "OUTLETS_FOLDER": str(tmp_path)}))
    assert "it is not a file" in loader.broken["bad"]


def test_completing_a_word_runs_no_declaration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    monkeypatch.setattr(settings, "OUTLETS_FOLDER", str(tmp_path))
    command = command_line().commands["crawl"]
    with command.make_context("crawl", [], resilient_parsing=True) as context:
        words = {item.value for item in command.shell_complete(context, "")}
    assert {"evil", "bbc", "demo"} <= words
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("force", [False, True])
def test_genspider_writes_through_no_link(tmp_path: Path, force: bool) -> None:
    command = Genspider()
    command.settings = Settings({"OUTLETS_FOLDER": str(tmp_path)})
    target = tmp_path / "of-the-user"
    (tmp_path / "gazette.py").symlink_to(target)
    with nullcontext() if force else pytest.raises(UsageError, match="cannot be written: File exists"):
        command.run(["gazette", "gazette.example"], Namespace(into=None, list=False, force=force))
    assert not target.exists()
    assert (tmp_path / "gazette.py").is_symlink() is not force


@pytest.mark.parametrize("domain", ["..", ".example", "a..b", "256.1.1.1", 'a"b.example', "a.example:0"])
def test_genspider_takes_a_domain_alone(tmp_path: Path, domain: str) -> None:
    command = Genspider()
    command.settings = Settings({"OUTLETS_FOLDER": str(tmp_path)})
    with pytest.raises(UsageError, match="is not a domain"):
        command.run(["gazette", domain], Namespace(into=None, list=False, force=False))
    assert not [*tmp_path.iterdir()]
