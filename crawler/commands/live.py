"""`triptych live`: which of the declared rules hold on the outlets' sites, and what has changed there."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count as count_up
from pathlib import Path
from typing import ClassVar

from scrapy.spiderloader import get_spider_loader

from archive.commands.arguments import count
from archive.commands.exit_codes import ExitCode
from archive.commands.progress import bar
from archive.no_pandas import fast_start
from archive.terminal import Terminal, literal
from crawler.commands.crawl import Command as Crawl
from crawler.exceptions import DiscoveryError
from crawler.health.live import MOST_REQUESTS, LiveCheck
from crawler.health.live_findings import Check
from crawler.health.live_report import WORDS, Run, counted, print_checks, sums, unreached, write_report
from crawler.health.rule_coverage import cover, coverage_lines, read_entries
from crawler.health.table import outlets
from crawler.outlet.declaration import in_domains
from crawler.reports.terminal import WrongUse, expect_file
from crawler.requests.leads import Lead
from crawler.story.arguments import Arguments
from crawler.story.spider import StorySpider

UNREACHED, PARTLY = 3, 4
MOST_REFUSALS = 3
"""Refusals in a row after which a host is left alone: a crawl has more to lose by it."""


class Command(Crawl):
    takes_arguments: ClassVar[bool] = False
    reports_run: ClassVar[bool] = False
    usage = "[options] [OUTLET …] [--report FILE] [--requests COUNT] [--addresses FILE]"
    summary = "Ask outlets' sites which rules of their declarations hold, and propose what has changed"
    about = (
        "For each outlet (default: all), request the front page and each declared list of stories, read "
        "an article in each language and the pages it links to, and say which rules of the declaration "
        "hold. If a list has moved or disappeared, addresses have another form, or a language has "
        "ended, propose a change, from the feeds in the pages, the sitemaps in robots.txt and the "
        "addresses in the lists.\n\n"
        "Nothing is archived; pace and robots.txt are respected as in a crawl. An outlet takes a "
        "minute, all of them together a few. Ctrl-C ends the check and reports its results so far. Exit "
        "codes: 0 all rules hold; 1 some do not; 2 an argument is wrong; 3 no outlet could be reached; "
        "4 the checked rules hold, but some outlets could not be reached or fully checked.\n\n"
        "With --addresses nothing is requested: the addresses in a file are compared with the "
        "declaration of one outlet, or of each outlet with such a host. Exit codes: 0 all are accepted, "
        "and their hreflang groups agree with the rules; 1 some are not; 2 the file cannot be read."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--report", metavar="FILE", help="write a report as JSON; FILE ends with .json")
        parser.add_argument(
            "--requests",
            metavar="COUNT",
            type=count,
            default=MOST_REQUESTS,
            help=f"most requests to an outlet besides robots.txt (default: {MOST_REQUESTS})",
        )
        parser.add_argument(
            "--addresses",
            metavar="FILE",
            help="compare the rules with a file: addresses, or a saved sitemap or feed, gzipped or not",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        # the report says it, and once is once; -s NAME=VALUE wins
        once = {"LOG_LEVEL": "CRITICAL", "RETRY_TIMES": 0, "REFUSALS_IN_A_ROW": MOST_REFUSALS}
        self.settings.setdict(once, priority="spider")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        loader = get_spider_loader(self.settings)
        names = [*dict.fromkeys(args)] or [outlet.name for outlet in outlets(loader)]
        declared = [self._spider(name) for name in names]
        if opts.addresses is not None:
            self.exitcode = self._check_addresses(opts.addresses, [outlet() for outlet in declared])
            return
        for outlet in declared:
            if not (outlet.feeds or outlet.news_sitemaps):
                raise WrongUse(f"{outlet.name} declares no source to ask")
            self._take_settings(outlet)
        report = None if opts.report is None else _report_path(opts.report)
        run = self._ask_sites(declared, opts.requests)
        self.exitcode = _print(run)
        if report is not None:
            try:
                write_report(run, report)
            except OSError as error:
                print(f"triptych live: --report {report}: {error.strerror}", file=sys.stderr)
                self.exitcode = ExitCode.LOST

    def _ask_sites(self, declared: list[type[StorySpider]], most_requests: int) -> Run:
        settings = self.crawler_process.settings
        settings.set("ITEM_PIPELINES", {}, priority="cmdline")
        # they count addresses of a crawl
        extensions = settings.getdict("EXTENSIONS")
        for name in ("crawler.extensions.progress.Progress", "crawler.extensions.progress.ProgressLog"):
            extensions[name] = None
        settings.set("EXTENSIONS", extensions, priority="cmdline")
        crawler = self.crawler_process.create_crawler(LiveCheck)
        begun = datetime.now(UTC)
        with _progress(len(declared)) as finished:
            self.crawler_process.crawl(
                crawler,
                arguments=Arguments(),
                outlets=[outlet() for outlet in declared],
                most_requests=most_requests,
                watch=finished,
            )
            self.crawler_process.start()
        spider = crawler.spider
        assert isinstance(spider, LiveCheck)
        return Run(begun, [*spider.checks.values()])

    def _check_addresses(self, file: str, declared: list[StorySpider]) -> int:
        """Compare a file of addresses with the rules; return the exit code."""
        home = declared[0].home if len(declared) == 1 else ""
        expect_file("--addresses", Path(file))
        try:
            entries, bad = read_entries(Path(file).read_bytes(), home or "https://addresses.invalid/")
        except OSError as error:
            raise WrongUse(f"--addresses {file}: {error.strerror}") from None
        except DiscoveryError as error:
            raise WrongUse(f"--addresses {file}: {error}") from None
        if not (entries or bad):
            raise WrongUse(f"--addresses {file} has no addresses")
        groups, strange = _by_outlet(entries, declared)
        holds = not (strange or bad)
        lines: list[tuple[str, str]] = []
        for outlet, group in groups:
            coverage = cover(outlet, group)
            holds = holds and coverage.holds
            lines += coverage_lines(coverage)
        if strange:
            lines.append(("refused", f"{len(strange)}  of no outlet  as {strange[0].url}"))
        if bad:
            lines.append(("refused", f"{len(bad)}  lines that are no address  as {bad[0][:80]!r}"))
        console = Terminal(highlight=False)
        width = max(len(word) for word, _ in lines)
        for word, sentence in lines:
            console.print(f"{word:<{width}}  {literal(sentence)}", soft_wrap=True)
        return ExitCode.OK if holds else ExitCode.LOST


def _by_outlet(
    entries: Sequence[Lead], declared: list[StorySpider]
) -> tuple[list[tuple[StorySpider, list[Lead]]], list[Lead]]:
    """Each outlet with the addresses at its hosts, and those at no outlet's; one outlet is given all."""
    if len(declared) == 1:
        return [(declared[0], [*entries])], []
    by_name: dict[str, list[Lead]] = {}
    strange: list[Lead] = []
    for entry in entries:
        outlet = next((outlet for outlet in declared if in_domains(entry.url, outlet.domains())), None)
        (strange if outlet is None else by_name.setdefault(outlet.name, [])).append(entry)
    return [(outlet, by_name[outlet.name]) for outlet in declared if outlet.name in by_name], strange


def _report_path(file: str) -> Path:
    """Raises WrongUse before anything is requested."""
    path = Path(file)
    if path.suffix != ".json":
        raise WrongUse(f"--report {file}: its name must end with .json")
    expect_file("--report", path, is_written=True)
    return path


def _print(run: Run) -> int:
    console = Terminal(width=None if Terminal().is_terminal else 120)
    print_checks(console, run)
    if run.count("unknown") == len(run.checks):
        console.print(unreached(run), soft_wrap=True)
        return UNREACHED
    console.print(f"\n{sums(run)}", soft_wrap=True)
    if run.count("fails"):
        return ExitCode.LOST
    return ExitCode.OK if all(check.is_whole and check.state == "holds" for check in run.checks) else PARTLY


@contextmanager
def _progress(outlets: int) -> Iterator[Callable[[Check], None]]:
    """Show a bar on a terminal, and a line for each outlet if there are several."""
    numbers = count_up(1)
    with bar() as progress:
        task = progress.add_task("live", total=outlets)

        def finished(check: Check) -> None:
            number, state = next(numbers), f"{literal(check.outlet.name)} {WORDS[check.state]}"
            progress.advance(task)
            if outlets > 1:
                line = f"{number}/{outlets}  {state}, {counted(check.requests, 'request')}"
                progress.console.print(line)

        yield finished
