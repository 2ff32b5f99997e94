"""`triptych inspect`: what was read from one page, from where, and what was left out."""

import argparse
import asyncio
import gzip
import re
import sys
import zlib
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from scrapy import signals

import archive
from archive.exceptions import ArchiveError
from archive.no_pandas import fast_start
from archive.pages.warc_files import Pointer
from archive.storage import path_guard
from archive.storage.interface import Storage
from archive.terminal import Terminal, visible
from crawler.commands.crawl import Command as Crawl
from crawler.downloader.public_hosts import registered_domain
from crawler.exceptions import ExtractionError
from crawler.extraction.document.decoding import MAX_BYTES
from crawler.extraction.document.text import one_line
from crawler.inspection.inspection import Inspection, inspect_page
from crawler.inspection.output import inspection_page, print_inspection, print_places, print_repeated
from crawler.inspection.repeated_places import PageLines, as_fetched, read_stored, repeated_places
from crawler.inspection.spider import PageInspector
from crawler.items import Fetch, Hints, Observation
from crawler.outlet.declaration import Outlet, in_domains
from crawler.outlet.loader import outlet_classes
from crawler.reports.terminal import WrongUse, expect_file
from crawler.story.arguments import check_settings, read_arguments
from crawler.workers.pool import Workers
from crawler.workers.stages import worker_stages

OK, UNREAD = 0, 1
_Result = TypeVar("_Result")
_STORED = ("requested_url", "raw_file", "raw_offset", "raw_length")
_NEWEST = 100
"""Stored pages that are read for the places in them."""
_ID = re.compile("[0-9a-f]{4,64}")
_UNKNOWN_ADDRESS = "https://unknown.invalid/saved-page"


class Command(Crawl):
    takes_arguments: ClassVar[bool] = False
    usage = "[options] URL|FILE|ID | --repeated OUTLET"
    summary = "Show what is read from one page, from where, and what is left out"
    about = (
        "Fetch the page at URL, as politely as a crawl, or open the saved page FILE (.html or "
        ".html.gz) or the archived one of the article ID, and show what is read from it: each field with "
        "its source, and the page line by line. Lines that are left out are struck through, each with its "
        "reason. Nothing is archived.\n\n"
        "With --repeated, show the lines that stand at the same place in more than a third of the "
        "archived articles of an outlet, and the places in its pages whose lines also stand in its "
        "other articles. Exit codes: 1 there was no page to read; 2 an argument is wrong."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--url", metavar="URL", help="the address at which FILE was saved")
        parser.add_argument(
            "--outlet", metavar="NAME", help="use the rules of this outlet (default: that of the address)"
        )
        parser.add_argument("--html", metavar="OUT", type=Path, help="write a page for the browser instead")
        parser.add_argument("--all", action="store_true", help="show menus and footers whole, too")

        parser.add_argument(
            "--repeated",
            metavar="OUTLET",
            help="show the lines that many archived articles of this outlet share",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        if opts.repeated:
            self._repeated(args, opts.repeated)
            return
        if len(args) != 1:
            raise WrongUse(f"give one address, file or article id; got {len(args)}")
        check_settings(self.settings)
        self._stages = worker_stages(self.settings)
        self._rules = self._spider(opts.outlet) if opts.outlet else None
        try:
            if urlsplit(args[0]).scheme in {"http", "https"}:
                inspection = self._of_address(args[0], opts)
            elif _ID.fullmatch(args[0]) and not Path(args[0]).exists():
                inspection = self._of_article(args[0])
            else:
                inspection = self._of_file(Path(args[0]), opts)
        except ArchiveError as error:
            raise WrongUse(visible(str(error))) from None
        except (ExtractionError, OSError, ValueError, EOFError, zlib.error) as error:
            why = f"cannot be read: {error.strerror}" if isinstance(error, OSError) else one_line(str(error))
            print(f"triptych inspect: {args[0]}: {why}", file=sys.stderr)
            inspection = None
        if inspection is None:
            self.exitcode = UNREAD
        elif opts.html:
            self._write(inspection, opts.html)
        else:
            print_inspection(Terminal(), inspection, everything=opts.all)

    def _write(self, inspection: Inspection, path: Path) -> None:
        expect_file("--html", path, is_written=True)
        try:
            path.write_text(inspection_page(inspection), encoding="utf-8")
        except OSError as error:
            raise WrongUse(f"--html: {path} cannot be written: {error.strerror}") from None
        print(path)

    def _repeated(self, args: list[str], outlet: str) -> None:
        if args:
            raise WrongUse(f"--repeated reads the archive, it takes no {args[0]!r}")
        try:
            opened = archive.open(self.settings["ARCHIVE_URI"])
            texts = opened.articles(outlet=outlet, columns=["language", "blocks"])
            if not len(texts):
                raise WrongUse(f"the archive has nothing of {outlet!r}")
            rows = (row for batch in texts.batches() for row in batch.to_pylist())
            print_repeated(Terminal(), outlet, rows)
            newest = opened.articles(outlet=outlet, columns=[*_STORED, "fetched_at", "headline"])
            articles = newest.to_pylist()
            pages = self._stored_pages(opened.storage, outlet, articles)
        except ArchiveError as error:
            raise WrongUse(str(error)) from None
        headlines = filter(None, map(itemgetter("headline"), articles))
        print_places(Terminal(), outlet, repeated_places(pages, headlines), len(pages))

    def _stored_pages(self, storage: Storage, outlet: str, articles: list[dict[str, Any]]) -> list[PageLines]:
        """Read the newest stored pages of an outlet, in worker processes."""
        declared = outlet in self.crawler_process.spider_loader.list()
        spider = self._spider(outlet) if declared else None
        hints = spider.hints(outlet) if spider is not None and issubclass(spider, Outlet) else Hints(outlet)
        stored = sorted(filter(itemgetter("raw_file"), articles), key=itemgetter("fetched_at"))
        workers = Workers(2, self.settings.getfloat("EXTRACTION_TIMEOUT"))

        async def read() -> list[PageLines | None]:
            readings = []
            for row in stored[-_NEWEST:]:
                pointer = Pointer(row["raw_file"], row["raw_offset"], row["raw_length"])
                readings.append(workers.run(read_stored, storage, pointer, row["requested_url"], hints))
            return await asyncio.gather(*readings)

        try:
            return [*filter(None, _on_the_loop(read()))]
        finally:
            workers.close()

    def _of_file(self, path: Path, opts: argparse.Namespace) -> Inspection:
        url = opts.url or _UNKNOWN_ADDRESS
        read_arguments({"url": url}, accepts=("url",), allow_private=True)
        # a bomb of a page unpacks to no more than is read of any page
        path_guard.expect_file(path)
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rb") as file:
            body = file.read(MAX_BYTES + 1)
        # relative dates are read from when the page was saved, as nearly as the file tells
        saved = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        inspection = self._of_stored(Fetch(url, url, body, None, 200, saved))
        told = inspection.refused and inspection.refused.replace(_UNKNOWN_ADDRESS, "this page")
        return replace(inspection, refused=told)

    def _of_article(self, article_id: str) -> Inspection:
        from archive.read.find import find_article

        opened = archive.open(self.settings["ARCHIVE_URI"])
        page = opened.raw(find_article(opened, article_id)[0])
        return self._of_stored(as_fetched(page, page.url))

    def _of_stored(self, fetch: Fetch) -> Inspection:
        workers = Workers(1, self.settings.getfloat("EXTRACTION_TIMEOUT"))
        try:
            return _on_the_loop(self._inspect(workers, fetch))
        finally:
            workers.close()

    def _inspect(self, workers: Workers, fetch: Fetch) -> Coroutine[Any, Any, Inspection]:
        # every `scrapy` command imports this module, none but `inspect` needs 55 language profiles
        from pipelines.bylines.persons import persons_in

        return workers.run(inspect_page, fetch, self._hints(fetch.url), self._stages, persons_in)

    def _of_address(self, url: str, opts: argparse.Namespace) -> Inspection | None:
        if opts.url:
            raise WrongUse("--url is for a file; an address has its own")
        settings = self.crawler_process.settings
        arguments = read_arguments(
            {"url": url}, accepts=("url",), allow_private=settings.getbool("ALLOW_PRIVATE_NETWORK")
        )
        settings.set("ITEM_PIPELINES", {}, priority="cmdline")
        observations: list[Observation] = []
        crawler = self.crawler_process.create_crawler(PageInspector)

        def keep(item: Observation) -> None:
            observations.append(item)

        crawler.signals.connect(keep, signal=signals.item_scraped)
        self.crawler_process.crawl(crawler, arguments=arguments, inspect=self._inspect)
        self.crawler_process.start()
        for observation in observations:
            detail = f": {one_line(observation.detail)}" if observation.detail else ""
            print(
                f"triptych inspect: {one_line(observation.requested_url)}: {observation.outcome}, "
                f"{observation.reason}{detail}",
                file=sys.stderr,
            )
        assert isinstance(crawler.spider, PageInspector)
        return crawler.spider.inspection

    def _hints(self, url: str) -> Hints:
        """Of the outlet that was named, else of the one that has this host."""
        rules: type[Outlet] | None = self._rules
        for outlet in outlet_classes(self.crawler_process.spider_loader) if rules is None else ():
            if outlet.name not in {"page", "demo"} and in_domains(url, outlet.domains()):
                rules = outlet
                break
        return Hints(registered_domain(url)) if rules is None else rules.hints(rules.name)


def _on_the_loop(coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """Run on the event loop that Scrapy made for a crawl, and close it: here nothing is crawled."""
    with asyncio.Runner(loop_factory=asyncio.get_event_loop) as runner:
        return runner.run(coroutine)
