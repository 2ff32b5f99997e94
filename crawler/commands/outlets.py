"""`scrapy outlets`: what is declared, and what the archive has of each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import Console
from rich.table import Table
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

import archive
from archive.schema import LANGUAGES
from crawler.outlet_health import crawls_of, health
from crawler.outlet_table import discovery, outlets

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from archive.reader import Archive
    from crawler.outlet import Outlet

WIDE = 160


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def short_desc(self) -> str:
        return "List the outlets: what the archive has of each, and whether its crawls go well"

    def long_desc(self) -> str:
        return (
            "List the declared outlets, their languages and where their stories are found, and what the "
            "archive has of each: articles, the share of them with a byline and a date, the share of its "
            "stories that are whole, in each of uk, en and ru that it publishes in, the end of the last "
            "crawl that was whole, and whether its crawls go well. docs/outlets.md has the grounds of the "
            "rules, docs/crawling.md what to do about each word of the last column."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        if args:
            raise UsageError(f"takes no argument, got {args[0]!r}", print_help=False)
        declared = outlets(get_spider_loader(self.settings))  # type: ignore[arg-type]
        uri = self.settings["ARCHIVE_URI"]
        console = Console(width=None if Console().is_terminal else WIDE)
        try:
            facts = _facts(archive.open(uri), declared, datetime.now(UTC), uri)
            note = f"Archive: {uri}."
        except archive.ArchiveNotFound:
            facts, note = {}, f"There is no archive at {uri} yet; `scrapy crawl OUTLET` makes one."
        except archive.ArchiveError as error:
            raise UsageError(str(error), print_help=False) from None
        console.print(_table(declared, facts, wide=console.width >= WIDE))
        console.print(f"{len(declared)} outlets. {note}", highlight=False, soft_wrap=True)


def _facts(
    held: Archive, declared: list[type[Outlet]], now: datetime, uri: str
) -> dict[str, tuple[str, ...]]:
    """By outlet: articles, % with byline, % with date, % of stories that are whole, last crawl, health."""
    columns = ["outlet", "story_id", "language", "byline", "published_at"]
    articles = held.articles(columns=columns).to_pandas()
    crawls = crawls_of(uri, (outlet.name for outlet in declared), now)
    found: dict[str, tuple[str, ...]] = {}
    for outlet in declared:
        ours = articles[articles["outlet"] == outlet.name]
        stories = ours.groupby("story_id")["language"].agg(set)
        wanted = {*outlet.languages} & {*LANGUAGES}
        whole = stories.map(wanted.issubset)
        dates = ours["published_at"].dropna()
        newest = dates.max().to_pydatetime() if len(dates) else None
        good = crawls[outlet.name].last_good
        found[outlet.name] = (
            str(len(ours)),
            _percent(ours["byline"].notna()),
            _percent(ours["published_at"].notna()),
            _percent(whole) if len(wanted) > 1 else "",
            f"{good.committed_at:%Y-%m-%d %H:%M}" if good is not None else "",
            health(crawls[outlet.name], newest, now),
        )
    return found


def _percent(holds: pd.Series[bool]) -> str:
    return f"{holds.mean():.0%}" if len(holds) else ""


def _table(declared: list[type[Outlet]], facts: dict[str, tuple[str, ...]], *, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = ("outlet", "title", "languages", "found by") if wide or not facts else ("outlet", "languages")
    for name in names:
        table.add_column(name)
    if facts:
        for name in ("articles", "byline", "date", "whole"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("whole crawl, UTC", no_wrap=True)
        table.add_column("health")
    for outlet in declared:
        told = {
            "outlet": outlet.name,
            "title": outlet.title,
            "languages": " ".join(outlet.languages),
            "found by": ", ".join(discovery(outlet)),
        }
        table.add_row(*(told[name] for name in names), *facts.get(outlet.name, ()))
    return table
