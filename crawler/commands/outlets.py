"""`scrapy outlets`: what is declared, and what the archive has of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import Console
from rich.table import Table
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

import archive
from archive.schema import LANGUAGES
from crawler.outlet_table import discovery, outlets

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from archive.reader import Archive
    from crawler.outlet import Outlet


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def short_desc(self) -> str:
        return "List the outlets, and what the archive has of each"

    def long_desc(self) -> str:
        return (
            "List the declared outlets, their languages and where their stories are found, and what the "
            "archive has of each: articles, the share of them with a byline and a date, the share of its "
            "stories that are whole, in each of uk, en and ru that it publishes in, and when it was last "
            "looked at. docs/outlets.md has the grounds of the rules."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        if args:
            raise UsageError(f"takes no argument, got {args[0]!r}", print_help=False)
        declared = outlets(get_spider_loader(self.settings))  # type: ignore[arg-type]
        uri = self.settings["ARCHIVE_URI"]
        console = Console()
        try:
            held: Archive | None = archive.open(uri)
            note = f"archive: {uri}"
        except archive.ArchiveNotFound:
            held, note = None, f"There is no archive at {uri} yet; `scrapy crawl OUTLET` makes one."
        except archive.ArchiveError as error:
            raise UsageError(str(error), print_help=False) from None
        console.print(_table(declared, _facts(held, declared) if held is not None else {}))
        console.print(f"{len(declared)} outlets. {note}", highlight=False, soft_wrap=True)


def _facts(held: Archive, declared: list[type[Outlet]]) -> dict[str, tuple[str, ...]]:
    """By outlet: articles, % with byline, % with date, % of stories that are whole, last look."""
    columns = ["outlet", "story_id", "language", "byline", "published_at"]
    articles = held.articles(columns=columns).to_pandas()
    looks = held.observations(columns=["outlet", "observed_at"]).to_pandas()
    last = looks.groupby("outlet")["observed_at"].max()
    found: dict[str, tuple[str, ...]] = {}
    for outlet in declared:
        ours = articles[articles["outlet"] == outlet.name]
        seen = last.get(outlet.name)
        stories = ours.groupby("story_id")["language"].agg(set)
        wanted = {*outlet.languages} & {*LANGUAGES}
        whole = stories.map(wanted.issubset)
        found[outlet.name] = (
            str(len(ours)),
            _percent(ours["byline"].notna()),
            _percent(ours["published_at"].notna()),
            _percent(whole) if len(wanted) > 1 else "",
            f"{seen:%Y-%m-%d %H:%M}" if seen is not None else "never",
        )
    return found


def _percent(holds: pd.Series[bool]) -> str:
    return f"{holds.mean():.0%}" if len(holds) else ""


def _table(declared: list[type[Outlet]], facts: dict[str, tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("outlet", "title", "languages", "found by"):
        table.add_column(name)
    if facts:
        for name in ("articles", "byline", "date", "whole"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("last look, UTC", no_wrap=True)
    for outlet in declared:
        told = outlet.name, outlet.title, " ".join(outlet.languages), ", ".join(discovery(outlet))
        table.add_row(*told, *facts.get(outlet.name, ()))
    return table
