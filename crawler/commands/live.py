"""`scrapy live`: which of the declared rules no longer hold on the outlets' sites."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from rich.table import Table
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

from archive.no_pandas import fast_start
from archive.terminal import Terminal, literal
from crawler.commands.crawl import LOST, OK
from crawler.commands.crawl import Command as Crawl
from crawler.exceptions import DiscoveryError
from crawler.health.live import Check, LiveCheck
from crawler.health.rule_coverage import Entry, cover, coverage_lines, read_entries
from crawler.health.table import outlets
from crawler.outlet.declaration import in_domains
from crawler.story.arguments import Arguments

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from crawler.story.spider import StorySpider

UNREACHED = 3
WORDS = {"holds": "[green]holds[/]", "fails": "[red]does not hold[/]", "unknown": "[yellow]not known[/]"}


class Command(Crawl):
    takes_arguments: ClassVar[bool] = False

    def syntax(self) -> str:
        return "[options] [OUTLET …] [--addresses FILE]"

    def short_desc(self) -> str:
        return "Ask each outlet's sources once, and say which rules no longer hold"

    def long_desc(self) -> str:
        return (
            "Ask each source of the outlets once (default: all outlets), read one of the articles it lists "
            "and that one's variants, and say which rules of the declarations no longer hold. Nothing is "
            "archived. Exit code 0: all rules hold; 1: some do not; 3: no outlet could be reached, so that "
            "nothing is known. With --addresses nothing is asked for: the addresses of a file are held "
            "against the declarations, of one outlet or of each whose hosts they have. Exit code 0: all are "
            "taken, and their hreflang groups agree with the rules; 1: not so; 2: the file cannot be read."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--addresses",
            metavar="FILE",
            help="a text of addresses or a saved sitemap or feed, gzipped or not, to hold the rules against",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        # the report says it, and once is once; -s NAME=VALUE wins
        self.settings.setdict({"LOG_LEVEL": "CRITICAL", "RETRY_TIMES": 0}, priority="spider")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        assert self.settings is not None
        assert self.crawler_process is not None
        names = args or [outlet.name for outlet in outlets(get_spider_loader(self.settings))]  # type: ignore[arg-type]
        declared = [self._spider(name) for name in names]
        if opts.addresses is not None:
            self.exitcode = self._hold(opts.addresses, [outlet() for outlet in declared])
            return
        for outlet in declared:
            if not (outlet.feeds or outlet.news_sitemaps):
                raise UsageError(f"{outlet.name} declares no source to ask", print_help=False)
            self._take_settings(outlet)
        self.crawler_process.settings.set("ITEM_PIPELINES", {}, priority="cmdline")
        crawler = self.crawler_process.create_crawler(LiveCheck)
        instances = [outlet() for outlet in declared]
        self.crawler_process.crawl(crawler, arguments=Arguments(), outlets=instances)
        self.crawler_process.start()
        spider = crawler.spider
        assert isinstance(spider, LiveCheck)
        self.exitcode = _report([*spider.checks.values()])

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
        return OK if all(coverage.holds for coverage in found) and not (strange or bad) else LOST


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


def _report(checks: list[Check]) -> int:
    """The exit code."""
    console = Terminal(width=None if Terminal().is_terminal else 120)
    states = Counter(check.state for check in checks)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("outlet", no_wrap=True)
    table.add_column("rules", no_wrap=True)
    table.add_column("what came", overflow="fold")
    for check in checks:
        for number, (word, told) in enumerate(_lines(check)):
            table.add_row("" if number else check.outlet.name, word, literal(told))
    console.print(table)
    reasons = Counter(
        finding.message.rpartition(": ")[2]
        for check in checks
        for finding in check.findings
        if finding.state == "unknown"
    )
    if states["unknown"] == len(checks):
        why = (
            ", ".join(f"{reason} {count}" for reason, count in reasons.most_common(4)) or "nothing was asked"
        )
        console.print(
            f"None of the {len(checks)} outlets could be reached ({why}): nothing is known of their rules. "
            "Is this machine on the internet?",
            soft_wrap=True,
        )
        return UNREACHED
    counts = [
        f"{states['holds']} outlets whose rules hold",
        f"{states['fails']} with a rule that does not",
    ]
    if states["unknown"]:
        counts.append(f"{states['unknown']} that could not be reached")
    console.print(f"\n{', '.join(counts)}.", soft_wrap=True)
    return LOST if states["fails"] else OK


def _lines(check: Check) -> list[tuple[str, str]]:
    """One line for all that holds, one for each rule that does not, one for each reason not to know."""
    held = [finding for finding in check.findings if finding.state == "holds"]
    lines = []
    if held:
        rules = ", ".join(f"{rule} {count}" for rule, count in sorted(Counter(f.rule for f in held).items()))
        lacking = [language for language in check.outlet.languages if language not in check.languages]
        read = f"; read in {', '.join(sorted(check.languages))}" if check.languages else ""
        seen = f"; no page led to {', '.join(lacking)}" if check.languages and lacking else ""
        lines.append((WORDS["holds"], rules + read + seen))
    failed = [finding for finding in check.findings if finding.state == "fails"]
    lines += [(WORDS["fails"], f"{finding.rule}  {finding.message}") for finding in failed]
    unknown: dict[str, list[str]] = {}
    for finding in check.findings:
        if finding.state == "unknown":
            address, _, reason = finding.message.rpartition(": ")
            unknown.setdefault(reason, []).append(urlsplit(address).hostname or address)
    for reason, hosts in unknown.items():
        named = ", ".join(f"{host} {count}" for host, count in Counter(hosts).items())
        lines.append((WORDS["unknown"], f"{reason}  {named}"))
    return lines
