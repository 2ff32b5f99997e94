"""`triptych live`: which of the declared rules hold on the outlets' sites, and what has changed there."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

from archive.commands.arguments import count
from archive.commands.exit_codes import ExitCode
from archive.no_pandas import fast_start
from archive.terminal import Terminal, literal
from crawler.commands.crawl import Command as Crawl
from crawler.exceptions import DiscoveryError
from crawler.health.live import MOST_REQUESTS, LiveCheck
from crawler.health.live_report import (
    ENDINGS,
    WORDS,
    Run,
    counted,
    print_checks,
    sums,
    unreached,
    write_report,
)
from crawler.health.rule_coverage import Entry, cover, coverage_lines, read_entries
from crawler.health.table import outlets
from crawler.outlet.declaration import in_domains
from crawler.story.arguments import Arguments

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from crawler.health.findings import Check
    from crawler.story.spider import StorySpider

UNREACHED, PARTLY = 3, 4
MOST_REFUSALS = 3
"""Refusals in a row after which a host is left alone: a crawl has more to lose by it."""


class Command(Crawl):
    takes_arguments: ClassVar[bool] = False
    reports_run: ClassVar[bool] = False

    def syntax(self) -> str:
        return "[options] [OUTLET …] [--report FILE] [--requests COUNT] [--addresses FILE]"

    def short_desc(self) -> str:
        return "Ask outlets' sites which rules of their declarations hold, and propose what has changed"

    def long_desc(self) -> str:
        return (
            "Go through the outlets (default: all): ask for the front page and each declared list of "
            "stories, read an article in each language and what its page names, and say which rules of the "
            "declarations hold. Where a list has moved or is gone, addresses have another form or a language "
            "has ended, the changed declaration is proposed as a diff: from the feeds that pages name, the "
            "sitemaps that robots.txt names and the addresses in the lists. Nothing is archived; the pace is "
            "that of a crawl, robots.txt is obeyed. An outlet takes a minute, all of them together a few; "
            "Ctrl-C ends it with what is known by then. --report FILE.html (or .md, .json; may be given "
            "again) writes a report to attach to an issue: `triptych live pravda liga --report live.html`. "
            "Exit code 0: all rules hold; 1: some do not; 3: no outlet could be reached, so that nothing is "
            "known; 4: what could be asked for holds, and some outlets could not be reached or were not "
            "asked to the end; 2: a wrong argument. "
            "With --addresses nothing is asked for: the addresses of a file are held against the "
            "declarations, of one outlet or of each whose hosts they have. Exit code 0: all are taken, and "
            "their hreflang groups agree with the rules; 1: not so; 2: the file cannot be read."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--report",
            metavar="FILE",
            action="append",
            default=[],
            help="write a report: FILE ends with .html, .md or .json; may be given again",
        )
        parser.add_argument(
            "--requests",
            metavar="COUNT",
            type=count,
            default=MOST_REQUESTS,
            help=f"ask an outlet for no more than this (default: {MOST_REQUESTS}), robots.txt apart",
        )
        parser.add_argument(
            "--addresses",
            metavar="FILE",
            help="a text of addresses or a saved sitemap or feed, gzipped or not, to hold the rules against",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        # the report says it, and once is once; -s NAME=VALUE wins
        once = {"LOG_LEVEL": "CRITICAL", "RETRY_TIMES": 0, "REFUSALS_IN_A_ROW": MOST_REFUSALS}
        self.settings.setdict(once, priority="spider")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        assert self.settings is not None
        assert self.crawler_process is not None
        names = [*dict.fromkeys(args)] or [one.name for one in outlets(get_spider_loader(self.settings))]  # type: ignore[arg-type]
        declared = [self._spider(name) for name in names]
        if opts.addresses is not None:
            self.exitcode = self._hold(opts.addresses, [outlet() for outlet in declared])
            return
        for outlet in declared:
            if not (outlet.feeds or outlet.news_sitemaps):
                raise UsageError(f"{outlet.name} declares no source to ask", print_help=False)
            self._take_settings(outlet)
        reports = [_report_path(file) for file in opts.report]
        settings = self.crawler_process.settings
        settings.set("ITEM_PIPELINES", {}, priority="cmdline")
        # they count addresses of a crawl
        extensions = settings.getdict("EXTENSIONS")
        for name in ("Progress", "ProgressLog"):
            extensions[f"crawler.extensions.progress.{name}"] = None
        settings.set("EXTENSIONS", extensions, priority="cmdline")
        crawler = self.crawler_process.create_crawler(LiveCheck)
        begun = datetime.now(UTC)
        with Watch(len(declared)) as watch:
            self.crawler_process.crawl(
                crawler,
                arguments=Arguments(),
                outlets=[outlet() for outlet in declared],
                most_requests=opts.requests,
                watch=watch.finished,
            )
            self.crawler_process.start()
        spider = crawler.spider
        assert isinstance(spider, LiveCheck)
        run = Run(begun, [*spider.checks.values()])
        self.exitcode = _print(run)
        for path in reports:
            try:
                write_report(run, path)
            except OSError as error:
                print(f"triptych live: --report {path}: {error.strerror}", file=sys.stderr)
                self.exitcode = ExitCode.LOST

    def _hold(self, file: str, declared: list[StorySpider]) -> int:
        """The exit code of a file of addresses held against the rules."""
        home = declared[0].home if len(declared) == 1 else ""
        try:
            entries, bad = read_entries(Path(file).read_bytes(), home or "https://addresses.invalid/")
        except OSError as error:
            raise UsageError(f"--addresses {file}: {error.strerror}", print_help=False) from None
        except DiscoveryError as error:
            raise UsageError(f"--addresses {file}: {error}", print_help=False) from None
        if not (entries or bad):
            raise UsageError(f"--addresses {file} holds no address", print_help=False)
        held, strange = _by_outlet(entries, declared)
        found = [cover(outlet, its) for outlet, its in held]
        lines = [line for coverage in found for line in coverage_lines(coverage)]
        if strange:
            lines.append(("refused", f"{len(strange)}  of no outlet  as {strange[0].url}"))
        if bad:
            lines.append(("refused", f"{len(bad)}  lines that are no address  as {bad[0][:80]!r}"))
        console = Terminal(highlight=False)
        width = max(len(word) for word, _ in lines)
        for word, told in lines:
            console.print(f"{word:<{width}}  {literal(told)}", soft_wrap=True)
        return (
            ExitCode.OK
            if all(coverage.holds for coverage in found) and not (strange or bad)
            else ExitCode.LOST
        )


def _by_outlet(
    entries: Sequence[Entry], declared: list[StorySpider]
) -> tuple[list[tuple[StorySpider, list[Entry]]], list[Entry]]:
    """Each outlet with the addresses at its hosts, and those at no outlet's; one outlet is given all."""
    if len(declared) == 1:
        return [(declared[0], [*entries])], []
    held: dict[str, list[Entry]] = {}
    strange: list[Entry] = []
    for entry in entries:
        outlet = next((one for one in declared if in_domains(entry.url, one.domains())), None)
        (strange if outlet is None else held.setdefault(outlet.name, [])).append(entry)
    return [(outlet, held[outlet.name]) for outlet in declared if outlet.name in held], strange


def _report_path(file: str) -> Path:
    """Raises UsageError before anything is asked for."""
    path = Path(file)
    if path.suffix not in ENDINGS:
        raise UsageError(f"--report {file}: its name must end with {' or '.join(ENDINGS)}", print_help=False)
    if not path.absolute().parent.is_dir():
        raise UsageError(f"--report {file}: there is no folder {path.parent}", print_help=False)
    return path


def _print(run: Run) -> int:
    """The exit code."""
    console = Terminal(width=None if Terminal().is_terminal else 120)
    print_checks(console, run)
    if run.count("unknown") == len(run.checks):
        console.print(unreached(run), soft_wrap=True)
        return UNREACHED
    console.print(f"\n{sums(run)}", soft_wrap=True)
    if run.count("fails"):
        return ExitCode.LOST
    return ExitCode.OK if all(check.is_whole and check.state == "holds" for check in run.checks) else PARTLY


class Watch:
    """Outlets that are done, of how many: a bar on a terminal; where there are several, a line for each."""

    def __init__(self, outlets: int) -> None:
        self._outlets = outlets
        self._done = 0
        self._console = Terminal(stderr=True)
        self._bar = Bar(
            TextColumn("[bold]live"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[told]}"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("live", total=outlets, told="")

    def __enter__(self) -> Watch:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def finished(self, check: Check) -> None:
        self._done += 1
        told = f"{check.outlet.name} {WORDS[check.state]}"
        self._bar.update(self._task, completed=self._done, told=told)
        if self._outlets > 1:
            self._console.print(
                f"{self._done}/{self._outlets}  {literal(told)}, {counted(check.requests, 'request')}"
            )
