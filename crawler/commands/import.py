"""`scrapy import`: pages that others have fetched, out of web archives."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from scrapy.exceptions import UsageError

from archive.no_pandas import fast_start
from archive.terminal import Terminal, literal, visible
from crawler.commands.crawl import LOST, tell_of_first_signal
from crawler.commands.crawl import Command as Crawl
from crawler.importing.spider import ImportSpider, Wanted
from crawler.story.arguments import Arguments, check_settings
from crawler.story.spider import StorySpider

if TYPE_CHECKING:
    import argparse

    from crawler.extensions.ledger import Ledger
    from crawler.health.expected import Verdict


class Command(Crawl):
    called: ClassVar[str] = "scrapy import"
    takes_arguments: ClassVar[bool] = False

    def syntax(self) -> str:
        return "[options] FILE …"

    def short_desc(self) -> str:
        return "Bring in pages from web archives: WARC, WARC.gz, WACZ"

    def long_desc(self) -> str:
        return (
            "Read the pages of web archives (Common Crawl's CC-NEWS, wget, ArchiveBox, Browsertrix, …) as a "
            "crawl reads them: text, byline, language, pairing. fetched_at is the record's, and extra has "
            "the name of the file and the id of the record under imported. Of declared outlets, addresses of "
            "articles are taken; of other sites every page that is an article. Nothing is asked for on the "
            "network. An import that was stopped or killed is run again: what the archive has is not read "
            "again, and makes no version twice. "
            "Exit code 0: all is read; 1: a file is damaged (what could be read of it is archived) or the "
            "archive could not be written; 2: a wrong argument."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        for name, what in (
            ("outlet", "an outlet's name, or the registered domain of a site"),
            ("host", "a host, with its subdomains"),
            ("language", "the language of the text, as uk"),
        ):
            parser.add_argument(
                f"--{name}",
                action="append",
                default=[],
                metavar="NAME",
                help=f"only: {what}; may be given again",
            )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        assert self.settings is not None
        assert self.crawler_process is not None
        if not args:
            raise UsageError("give at least one file of WARC, WARC.gz or WACZ", print_help=False)
        files = [Path(name) for name in args]
        for path in files:
            if path.exists() and not path.is_file():  # a pipe would be waited for
                raise UsageError(f"{visible(str(path))} is no file", print_help=False)
            try:
                with path.open("rb") as file:
                    file.read(1)
            except OSError as error:
                raise UsageError(f"{visible(str(path))}: {error.strerror}", print_help=False) from None
        check_settings(self.settings)
        loader = self.crawler_process.spider_loader
        found = [loader.load(name) for name in loader.list()]
        declared = [outlet for outlet in found if issubclass(outlet, StorySpider) and outlet.home]
        names = {outlet.name for outlet in declared}
        for name in opts.outlet:
            if name not in names and "." not in name:
                known = ", ".join(sorted(names))
                raise UsageError(
                    f"no outlet {visible(name)!r}; give a domain, or one of: {known}", print_help=False
                )
        if "ua" in opts.language:
            raise UsageError("--language ua: ua is a country; the language is uk", print_help=False)
        wanted = Wanted(*(frozenset(chosen) for chosen in (opts.outlet, opts.host, opts.language)))
        self._probe_archive()
        self._log = self._log_into_file("import")
        crawler = self.crawler_process.create_crawler(ImportSpider)
        tell_of_first_signal(self.crawler_process, crawler, self.called)
        self.crawler_process.crawl(crawler, files=files, wanted=wanted, declared=declared)
        self.crawler_process.start()
        self.exitcode = self._verdict(crawler, Arguments(), self._paired(crawler))
        spider = crawler.spider
        if not isinstance(spider, ImportSpider):
            return
        console = Terminal()
        for reason, count in spider.passed.most_common():
            console.print(f"passed over  {count:>7,}  {literal(reason)}", soft_wrap=True)
        for sentence in spider.damage:
            print(f"{self.called}: {visible(sentence)}", file=sys.stderr)
        if spider.damage:
            self.exitcode = LOST

    def _held_against(self, spider: StorySpider, ledger: Ledger, run_id: str) -> list[Verdict]:
        return []  # the past owes nobody a number of articles a day
