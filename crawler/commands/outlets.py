"""`scrapy outlets`: what is declared, and what the archive has of each."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from rich.table import Table
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

import archive
from archive.no_pandas import fast_start
from archive.terminal import Terminal, literal
from crawler.health.archived import crawls_of, health
from crawler.health.table import discovery, outlets
from crawler.reports.terminal import one_sentence

if TYPE_CHECKING:
    import argparse

    from archive.read.archive import Archive
    from crawler.outlet.declaration import Outlet

WIDE, MIDDLE = 160, 110
_ACCESS = 4
"""Place of the column among the facts of an outlet; it is in a wide table alone."""


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
            "stories that are whole, in each of uk, en and ru that it publishes in, on a wide terminal the "
            "shares that are free, partial, paid, or refused and read from a feed, the end of the last "
            "crawl that was whole, how many pages are owed from earlier runs, and whether its crawls go "
            "well. docs/reference/outlets.md has the grounds of the rules, docs/how-to/run-crawls.md what to "
            "do about each word of the last column."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        assert self.settings is not None
        if args:
            raise UsageError(f"takes no argument, got {args[0]!r}", print_help=False)
        loader = get_spider_loader(self.settings)
        declared = outlets(loader)  # type: ignore[arg-type]
        uri = self.settings["ARCHIVE_URI"]
        asked = Terminal().is_terminal or "COLUMNS" in os.environ
        console = Terminal(width=None if asked else WIDE)
        with one_sentence(self, "scrapy outlets", uri):
            try:
                facts = _facts(archive.open(uri), declared, datetime.now(UTC), uri)
                note = literal(f"Archive: {uri}.")
            except archive.ArchiveNotFound:
                told = f"There is no archive at {uri} yet; `scrapy crawl OUTLET` makes one."
                facts, note = {}, literal(told)
            console.print(_table(declared, facts, console.width))
            console.print(f"{len(declared)} outlets. {note}", highlight=False, soft_wrap=True)
            for name, why in getattr(loader, "broken", {}).items():
                console.print(f"not among them  {name}: {literal(why)}", highlight=False, soft_wrap=True)


def _facts(
    held: Archive, declared: list[type[Outlet]], now: datetime, uri: str
) -> dict[str, tuple[str, ...]]:
    """By outlet: articles, shares of byline, date, whole stories, access; debts, last crawl, health."""
    from crawler.health.archived import count_outlets  # noqa: PLC0415  Scrapy imports every command for each

    counted = count_outlets(held, {outlet.name: outlet.languages for outlet in declared})
    crawls = crawls_of(uri, (outlet.name for outlet in declared), now)
    with held.debts() as debts:
        # a cache of this machine; another's commits it does not have yet
        owed = {} if debts is None else {one.name: debts.owed(one.name, now).count for one in declared}
    found: dict[str, tuple[str, ...]] = {}
    for outlet in declared:
        facts, good = counted[outlet.name], crawls[outlet.name].last_good
        found[outlet.name] = (
            str(facts.articles),
            _percent(facts.bylines, facts.articles),
            _percent(facts.dates, facts.articles),
            _percent(facts.whole, facts.stories),
            ", ".join(f"{who} {_percent(n, facts.articles)}" for who, n in facts.access.most_common()),
            str(owed.get(outlet.name) or ""),
            f"{good.committed_at:%Y-%m-%d %H:%M}" if good is not None else "",
            health(crawls[outlet.name], facts.newest, now),
        )
    return found


def _percent(those: int | None, of_all: int) -> str:
    return f"{those / of_all:.0%}" if those is not None and of_all else ""


def _table(declared: list[type[Outlet]], facts: dict[str, tuple[str, ...]], width: int) -> Table:
    """On a narrow terminal without what never changes, so that no line is broken but a long reason."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = ["outlet", "title", "languages", "found by"]
    if facts and width < WIDE:
        names = ["outlet", "languages"] if width >= MIDDLE else ["outlet"]
    for name in names:
        table.add_column(name, no_wrap=name == "outlet")
    if facts:
        for name in ("articles", "byline", "date", "whole"):
            table.add_column(name, justify="right", no_wrap=True)
        if width >= WIDE:
            table.add_column("access")
        table.add_column("owed", justify="right", no_wrap=True)
        # without the hour
        when = {"no_wrap": True} if width >= MIDDLE else {"no_wrap": True, "width": 10, "overflow": "crop"}
        table.add_column("whole crawl, UTC" if width >= MIDDLE else "crawl, UTC", **when)
        table.add_column("health")
    for outlet in declared:
        told = {
            "outlet": outlet.name,
            "title": outlet.title,
            "languages": " ".join(outlet.languages),
            "found by": ", ".join(discovery(outlet)),
        }
        # the health of an outlet names counters out of manifests
        of_outlet = [literal(cell) for cell in facts.get(outlet.name, ())]
        shown = of_outlet if width >= WIDE else (*of_outlet[:_ACCESS], *of_outlet[_ACCESS + 1 :])
        table.add_row(*(told[name] for name in names), *shown)
    return table
