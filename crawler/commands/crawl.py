"""`scrapy crawl`: Scrapy's own, with checked arguments, a report, and an exit code that tells the truth."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from scrapy.commands import BaseRunSpiderCommand
from scrapy.exceptions import UsageError

from archive.exceptions import ArchiveError
from archive.writer import ArchiveWriter
from crawler.arguments import Arguments, check_settings, read_arguments
from crawler.exceptions import DeclarationError
from crawler.ledger import Ledger
from crawler.outlet import check_declaration
from crawler.report import print_report
from crawler.story_spider import StorySpider
from pipelines.snapshot import SnapshotStage

if TYPE_CHECKING:
    import argparse

    from scrapy.crawler import Crawler

OK, LOST, USAGE = 0, 1, 2


class Command(BaseRunSpiderCommand):
    requires_project = True

    def syntax(self) -> str:
        return "[options] OUTLET [-a url=URL | -a urls=FILE | -a since=DATE -a until=DATE]"

    def short_desc(self) -> str:
        return "Fetch an outlet's stories in all their languages into the archive"

    def long_desc(self) -> str:
        return (
            "Fetch stories in all their languages, pair the variants and publish a snapshot of the archive. "
            "OUTLET is one of `scrapy list`: `demo` needs no network, `page` takes any article of any site. "
            "Without arguments an outlet's news sitemaps and feeds say what is new. "
            "Exit code 0: all accounted for; 1: something was lost or not written; 2: a wrong argument."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        assert self.crawler_process is not None
        if len(args) != 1:
            raise UsageError(f"give one outlet, see `scrapy list`; got {len(args)}", print_help=False)
        spider_class = self._spider(args[0])
        # the resolver is made from the settings of the process, not of the spider
        for name, value in (spider_class.custom_settings or {}).items():
            self.crawler_process.settings.set(name, value, priority="spider")
        check_settings(self.crawler_process.settings)
        allow_private = self.crawler_process.settings.getbool("ALLOW_PRIVATE_NETWORK")
        arguments = read_arguments(opts.spargs, accepts=spider_class.accepts, allow_private=allow_private)
        if spider_class.requires_url and not (arguments.urls or arguments.broken):
            raise UsageError(
                f"{args[0]} needs an address: scrapy crawl {args[0]} -a url=https://… (or -a urls=FILE)",
                print_help=False,
            )
        self._probe_archive()
        crawler = self.crawler_process.create_crawler(spider_class)
        self.crawler_process.crawl(crawler, arguments=arguments)
        self.crawler_process.start()
        self.exitcode = self._verdict(crawler, arguments)

    def _spider(self, name: str) -> type[StorySpider]:
        assert self.crawler_process is not None
        loader = self.crawler_process.spider_loader
        try:
            spider_class = loader.load(name)
        except KeyError:
            known = ", ".join(sorted(loader.list()))
            raise UsageError(f"no outlet {name!r}; known: {known}", print_help=False) from None
        assert issubclass(spider_class, StorySpider)
        try:
            check_declaration(spider_class)
        except DeclarationError as error:
            raise UsageError(str(error), print_help=False) from None
        return spider_class

    def _probe_archive(self) -> None:
        """Say that the archive cannot be written before anything is fetched."""
        assert self.settings is not None
        try:
            ArchiveWriter.open(self.settings["ARCHIVE_URI"], run_id=f"probe-{os.getpid()}").close()
        except (ArchiveError, OSError) as error:
            raise UsageError(str(error), print_help=False) from None

    def _verdict(self, crawler: Crawler, arguments: Arguments) -> int:
        ledger, stage = crawler.get_extension(Ledger), crawler.get_item_pipeline(SnapshotStage)
        if ledger is None or stage is None or self.crawler_process.bootstrap_failed:  # type: ignore[union-attr]
            print("scrapy crawl: the crawl could not start; see the log above", file=sys.stderr)
            return LOST
        assert self.settings is not None
        print_report(Console(), ledger, stage, self.settings["ARCHIVE_URI"], str(crawler.spider.name))  # type: ignore[union-attr]
        problems = list(_problems(ledger, stage))
        for line in arguments.broken:
            print(f"scrapy crawl: not crawled, {line}", file=sys.stderr)
        for problem in problems:
            print(f"scrapy crawl: {problem}", file=sys.stderr)
        if problems:
            return LOST
        return USAGE if arguments.broken else OK


def _problems(ledger: Ledger, stage: SnapshotStage) -> list[str]:
    """Everything that makes a run less than whole, each a sentence."""
    found = []
    if stage.failure is not None:
        found.append(f"the archive could not be written: {stage.failure}")
    elif not stage.closed:
        found.append(
            "the archive was not closed; what was acknowledged is in its segment, the next run publishes it"
        )
    totals = ledger.totals()
    lost = sum(count for kind, count in totals.items() if kind.startswith("failed(error-"))
    if lost:
        found.append(f"{lost} URLs ended in an error of our own; see the log above")
    if unfinished := totals.get("failed(unfinished)", 0):
        found.append(f"{unfinished} URLs were not finished when the crawl stopped; run it again")
    if sum(totals.values()) != ledger.discovered:
        found.append(
            f"{ledger.discovered} URLs were discovered, but {sum(totals.values())} are accounted for"
        )
    unread = {url: why for url, why in ledger.sources.items() if why != "read"}
    if unread and len(unread) == len(ledger.sources):
        first, why = next(iter(unread.items()))
        found.append(f"no sitemap or feed could be read, {first}: {why}")
    kept = [
        url for url in ledger.asked if (ledger.outcome(url) or ("", None))[0] in ("archived", "unchanged")
    ]
    if ledger.asked and not kept:
        url = sorted(ledger.asked)[0]
        found.append(
            f"none of the {len(ledger.asked)} addresses given was archived, {url}: {ledger.outcome(url)}"
        )
    return found
