"""`triptych crawl`: Scrapy's own, with checked arguments, a report, and an exit code that tells the truth."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from scrapy.commands import BaseRunSpiderCommand
from scrapy.crawler import Crawler, CrawlerProcessBase
from scrapy.settings import Settings

import archive
from archive.commands.exit_codes import ExitCode, for_caller
from archive.commands.progress import counted
from archive.exceptions import ArchiveError
from archive.format.reasons import Reason
from archive.format.snapshot import Snapshot
from archive.no_pandas import fast_start
from archive.terminal import Terminal, literal, visible
from archive.writer import ArchiveWriter
from crawler.exceptions import DeclarationError
from crawler.extensions.backoff import BackOff
from crawler.extensions.ledger import Ledger, ledger_of
from crawler.extensions.monitors import Monitors
from crawler.outlet.checks import check_declaration
from crawler.outlet.fleet.turn import make_room
from crawler.reports import account
from crawler.reports.run_report import Ending, RunReport
from crawler.reports.terminal import (
    DescribedCommand,
    WrongUse,
    check_names,
    expect_file,
    one_sentence,
    refuse_archive,
    wrong_settings,
)
from crawler.story.arguments import Arguments, check_settings, read_arguments
from crawler.story.spider import StorySpider
from pipelines.pair_process import Paired, pair_after_crawl
from pipelines.snapshot import SnapshotStage

logger = logging.getLogger(__name__)
HURRY_AFTER = 2.0
"""Seconds that requests under way have when a crawl is stopped, until what came is published without them."""


class Command(DescribedCommand, BaseRunSpiderCommand):
    requires_project = True
    settings: Settings  # both are set before it runs
    crawler_process: CrawlerProcessBase
    called: ClassVar[str] = "triptych crawl"
    takes_arguments: ClassVar[bool] = True
    """True if `-a NAME=VALUE` means something here."""
    reports_run: ClassVar[bool] = True
    """True if it has a run, with articles for `-O FILE` and a report for `--report FILE`."""
    _report_into: Path | None = None
    _log: Path | None = None
    _stopped_at_once = False
    """By a second signal."""
    usage = "[options] OUTLET [-a url=URL | -a urls=FILE | -a since=DATE -a until=DATE] [-a pages=COUNT]"
    summary = "Fetch an outlet's stories in all their languages into the archive"
    about = (
        "Fetch the stories of an outlet in all their languages, publish a snapshot of the archive, pair "
        "the variants by links and by content, and align their paragraphs. `triptych crawl --all` "
        "crawls every outlet that is due, see `triptych crawl --all --help`.\n\n"
        "OUTLET is a name from `triptych list`; `demo` needs no network, `page` takes any article of "
        "any site. Without arguments, the outlet's news sitemaps and feeds name the new articles. Pages "
        "that earlier runs failed to fetch are retried.\n\n"
        "-a url=URL fetches a story, or several separated by commas; -a urls=FILE those of a file of "
        "addresses; -a since=DATE -a until=DATE a backfill of these days. -a pages=COUNT limits the "
        "pages of this run.\n\n"
        "Exit codes: 0 every address has an outcome; 1 something was lost; 2 an argument or setting is "
        "wrong; 3 some pages failed, and later runs retry them; 4 fewer articles than the declaration "
        "of the outlet expects, or hardly any page was an article; 5 a limit of memory, time or pages "
        "stopped the run; 6 the archive cannot be used; 130 interrupted. If several apply, the first of "
        "6, 130, 5, 1, 2, 4 and 3. docs/reference/outcomes.md has the table."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        if self.reports_run:
            parser.add_argument(
                "--report", metavar="FILE", help="write a report of the run for programs, as JSON"
            )
        else:
            for short, long in (("-o", "--output"), ("-O", "--overwrite-output")):
                parser.add_argument(short, long, action="append", help=argparse.SUPPRESS)
        if not self.takes_arguments:
            parser.add_argument("-a", dest="spargs", action="append", default=[], help=argparse.SUPPRESS)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        if not self.reports_run and (opts.output or opts.overwrite_output):
            raise WrongUse("-o and -O are of `triptych crawl`: nothing is archived here")
        super().process_options(args, opts)
        self._report_into = Path(opts.report) if self.reports_run and opts.report else None
        if self._report_into is not None:
            expect_file("--report", self._report_into, is_written=True)
        if opts.spargs and not self.takes_arguments:
            raise WrongUse(f"-a {next(iter(opts.spargs))}=… is of `triptych crawl`")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        spider_class = self._only_outlet(args)
        self._take_settings(spider_class)
        allow_private = self.crawler_process.settings.getbool("ALLOW_PRIVATE_NETWORK")
        arguments = read_arguments(opts.spargs, accepts=spider_class.accepts, allow_private=allow_private)
        if spider_class.requires_url and not (arguments.urls or arguments.broken):
            raise WrongUse(
                f"{args[0]} needs an address: triptych crawl {args[0]} -a url=https://… (or -a urls=FILE)"
            )
        if arguments.since and not (spider_class.archive_sitemaps or spider_class.day_archives):
            raise WrongUse(
                f"{args[0]} declares no archive_sitemaps and no day_archives, so since= has nothing to walk; "
                "docs/reference/outlets.md says which outlets have them"
            )
        with one_sentence(self, self.called, self.settings["ARCHIVE_URI"]):
            self.exitcode = self._crawl(spider_class, arguments)

    def _take_settings(self, spider_class: type[StorySpider]) -> None:
        """The resolver is made from the settings of the process, not of the spider."""
        for name, value in (spider_class.custom_settings or {}).items():
            self.crawler_process.settings.set(name, value, priority="spider")
        check_settings(self.crawler_process.settings)
        if self.crawler_process.settings.getdict("FEEDS"):
            from pipelines.feed_exports import take_feeds  # few runs write a file beside the archive

            take_feeds(self.crawler_process.settings)
        if self.crawler_process.settings.getbool("TELEMETRY"):
            from crawler.health.monitoring.telemetry import check_telemetry  # few have a collector

            with wrong_settings():
                check_telemetry()
        if self.crawler_process.settings.getbool("SPIDERMON_ENABLED") and find_spec("spidermon") is None:
            raise WrongUse("SPIDERMON_ENABLED needs Spidermon: pip install 'triptych[watch]'")

    def _crawl(self, spider_class: type[StorySpider], arguments: Arguments) -> int:
        self._probe_archive()
        self._log = self._log_into_file(spider_class.name)
        crawler = self.crawler_process.create_crawler(spider_class)
        self._tell_of_signals(crawler)
        self._run_crawler(crawler, arguments=arguments)
        return self._verdict(crawler, arguments, self._paired(crawler))

    def _run_crawler(self, crawler: Crawler, **arguments: object) -> None:
        """Run a crawl to its end. Raises WrongUse if it cannot start."""
        crawl = self.crawler_process.crawl(crawler, **arguments)
        self.crawler_process.start()
        if not self.crawler_process.bootstrap_failed:
            return
        error: BaseException | None = None
        if isinstance(crawl, asyncio.Future) and crawl.done() and not crawl.cancelled():
            error = crawl.exception()
        logger.debug("the crawl could not start", exc_info=error)
        if isinstance(error, RuntimeError):  # Scrapy's engine, closing because of another error
            error = error.__context__ or error
        if isinstance(error, ArchiveError | OSError):
            raise error
        cause = f": {type(error).__name__}: {error}" if error is not None else f"; see {self._log or 'above'}"
        raise WrongUse(visible(f"the crawl could not start{cause}"))

    def _only_outlet(self, args: Sequence[str]) -> type[StorySpider]:
        if len(args) != 1:
            raise WrongUse(f"give one outlet, see `triptych list`; got {len(args)}")
        return self._spider(args[0])

    def _spider(self, name: str) -> type[StorySpider]:
        loader = self.crawler_process.spider_loader
        try:
            spider_class = loader.load(name)
        except KeyError:
            if name in (broken := getattr(loader, "broken", {})):
                raise WrongUse(f"outlet {name!r}: {broken[name]}") from None
            check_names([name], loader.list())
            raise
        assert issubclass(spider_class, StorySpider)
        try:
            check_declaration(spider_class)
        except DeclarationError as error:
            raise WrongUse(visible(str(error))) from None
        return spider_class

    def _probe_archive(self) -> None:
        """Open the archive for writing. Raises ArchiveError, OSError, WrongUse."""
        with wrong_settings():
            ArchiveWriter.open(self.settings["ARCHIVE_URI"], run_id=f"probe-{os.getpid()}").close()

    def _paired(self, crawler: Crawler) -> Paired:
        """Pair by content what this crawl has brought, and what earlier ones have left."""
        seconds = crawler.settings.getfloat("PAIR_SECONDS")
        stage = crawler.get_item_pipeline(SnapshotStage)
        complete = stage is not None and stage.closed and stage.failure is None
        stopped = crawler.stats is not None and crawler.stats.get_value("finish_reason") == "shutdown"
        if not complete or stopped or not seconds:
            return Paired()
        with counted("pairing weeks") as progress:
            return pair_after_crawl(crawler.settings["ARCHIVE_URI"], seconds, progress)

    def _log_into_file(self, outlet: str) -> Path | None:
        """Where there is no terminal, log into a file: of what goes to stderr, cron makes a mail."""
        settings = self.crawler_process.settings
        to = settings["LOG_TO"]
        if settings.get("LOG_FILE") or to == "stderr" or (to == "auto" and sys.stderr.isatty()):
            return None
        path = Path(settings["LOGS_FOLDER"]) / f"{outlet}.log"
        refuse_archive(path)
        try:
            make_room(path)
            path.touch()
        except OSError as error:
            if to == "auto":  # a folder that is read-only, in a container
                return None
            raise WrongUse(f"LOGS_FOLDER: {path} cannot be written: {error.strerror}") from None
        settings.set("LOG_FILE", str(path), priority="project")
        return path

    def _verdict(self, crawler: Crawler, arguments: Arguments, paired: Paired) -> int:
        """Print what the run did, and write its report; return the exit code."""
        ledger, stage, spider = ledger_of(crawler), crawler.get_item_pipeline(SnapshotStage), crawler.spider
        assert stage is not None, "pipelines.snapshot.SnapshotStage is missing from ITEM_PIPELINES"
        assert isinstance(spider, StorySpider)
        lost = _problems(stage)
        problems = [*lost, *_problems_beside(crawler, paired)]
        missed: dict[str, str] = {}
        if stage.closed and stage.failure is None:
            try:
                missed = self._missed(spider, ledger, stage.run_id)
            except (ArchiveError, OSError) as error:
                problems.append(f"nothing could be compared with what is usual: {error}")
        snapshots = [*stage.snapshots]
        if paired.snapshot is not None:
            snapshots.append(archive.open(self.settings["ARCHIVE_URI"]).snapshot)
        monitors = crawler.get_extension(Monitors)
        failed_monitors = monitors.failed if monitors is not None else []
        stats = crawler.stats.get_stats() if crawler.stats is not None else {}
        interrupted = self._stopped_at_once and stage.failure is None
        if lost and not interrupted:
            ended = Ending.NOT_WRITTEN
        elif problems:
            ended = Ending.INTERRUPTED if interrupted else _cut(stats.get("finish_reason"))
        else:
            ended = _ending(ledger, spider, arguments, is_missed=bool(missed or failed_monitors))
        exit_code = for_caller(ended.exit_code, report_nothing_new=self.settings.getbool("EXIT_NOTHING_NEW"))
        run = RunReport(
            outlet=spider.name,
            errand=spider.errand,
            run_id=stage.run_id,
            archive=self.settings["ARCHIVE_URI"],
            begun_at=stats.get("start_time"),
            ended_at=datetime.now(UTC),
            ended=ended,
            exit_code=exit_code,
            counts=stage.last_account,
            problems=problems,
            missed=missed,
            monitors=failed_monitors,
            not_crawled=arguments.broken,
            unread={url: why for url, why in ledger.sources.items() if why != "read"},
            owed=stage.last_account.get("run/owed", 0),
            snapshots=[snapshot.id for snapshot in snapshots],
            log=str(self._log) if self._log is not None else None,
        )
        _print_run(run, crawler, spider, snapshots, _left_unpaired(paired), is_whole=not lost)
        return self._finish(run)

    def _finish(self, run: RunReport) -> int:
        """Print what is wrong, write the report; return the exit code."""
        for line in run.not_crawled:
            print(f"{self.called}: not crawled, {visible(line)}", file=sys.stderr)
        for problem in run.problems:
            print(f"{self.called}: {visible(problem)}", file=sys.stderr)
        if run.problems and run.log is not None:
            print(f"{self.called}: the log is {visible(run.log)}", file=sys.stderr)
        if self._report_into is not None:
            try:
                run.write(self._report_into)
            except OSError as error:
                into = visible(str(self._report_into))
                print(f"{self.called}: --report {into}: {error.strerror}", file=sys.stderr)
                return ExitCode.LOST
        return run.exit_code

    def _missed(self, spider: StorySpider, ledger: Ledger, run_id: str) -> dict[str, str]:
        """Judge the outlet as `outlets` and `watch` do; note what is missed. Return rules and sentences."""
        from crawler.health.expectation_check import note_missed
        from crawler.health.monitoring.collector import outlet_states
        from crawler.health.monitoring.limits import configured_limits
        from crawler.health.monitoring.rules import outlet_alarms
        from crawler.health.outlet_history import no_articles

        uri, outlet, now = self.settings["ARCHIVE_URI"], type(spider), datetime.now(UTC)
        limits = configured_limits([outlet.name]).of(outlet.name)
        missed: dict[str, str] = {}
        if limits.skip:
            return missed
        # if the user gave addresses, a run that archived none of them reports that as a problem
        if not spider.arguments.urls and (sentence := no_articles(ledger.totals())):
            missed["crawls"] = sentence
        # a revisit, a backfill and single addresses bring no day's news
        if spider.discovering is not None and spider.arguments.since is None:
            state = outlet_states(archive.open(uri), uri, [outlet], now)[outlet.name]
            for alarm in outlet_alarms(outlet.name, state, limits, now):
                missed[alarm.rule] = alarm.message
        if missed:
            note_missed(uri, spider, "; ".join(missed.values()), run_id, now)
        return missed

    def _tell_of_signals(self, crawler: Crawler) -> None:
        """Say at once what the first Ctrl-C or SIGTERM does, and what a second would do."""
        process = self.crawler_process
        graceful, kill = process._signal_shutdown, process._signal_kill

        def first(number: int, frame: object) -> None:
            from twisted.internet import reactor  # installed by now

            engine = crawler.engine
            under_way = len(engine.downloader.active) if engine is not None else 0
            # what was interrupted may be in the middle of a line, and printing would wait for it
            _say(
                f"{self.called}: stopping; {under_way} requests under way are finished, and what came is "
                "published. Once more (Ctrl-C) stops now: what came is published by the next run."
            )
            if engine is not None and (stage := crawler.get_item_pipeline(SnapshotStage)):
                reactor.callFromThread(reactor.callLater, HURRY_AFTER, stage.hurry)
            graceful(number, frame)

        def second(number: int, frame: object) -> None:
            _say(f"{self.called}: stopped; the next run publishes what came.")
            self._stopped_at_once = True
            kill(number, frame)

        process._signal_shutdown = first  # type: ignore[method-assign, assignment]
        process._signal_kill = second  # type: ignore[method-assign, assignment]


def _say(message: str) -> None:
    with suppress(OSError):
        os.write(2, f"\n{message}\n".encode() if os.isatty(2) else f"{message}\n".encode())


def _cut(finish_reason: str | None) -> Ending:
    """How a run with problems ended."""
    if finish_reason is not None and finish_reason.startswith(_LIMITS):
        return Ending.CUT_SHORT
    return Ending.INTERRUPTED if finish_reason == "shutdown" else Ending.LOST


def _ending(ledger: Ledger, spider: StorySpider, arguments: Arguments, *, is_missed: bool) -> Ending:
    """How a run without problems ended: also one that was stopped and lost nothing."""
    totals = ledger.totals()
    if arguments.broken:
        return Ending.WRONG
    if is_missed:
        return Ending.MISSED
    if not arguments.pages and f"skipped({Reason.OVER_BUDGET})" in totals:
        return Ending.CUT_SHORT
    if spider.debts.unpaid:
        return Ending.OWED
    return Ending.OK if totals.get("archived") or ledger.feed_texts else Ending.NOTHING_NEW


def _problems_beside(crawler: Crawler, paired: Paired) -> list[str]:
    """Return problems of the crawl, its feeds, pairing and monitors, but none of the archive's own."""
    problems = [*account.problems(crawler)]
    if crawler.settings.getdict("FEEDS"):
        from pipelines.feed_exports import flaws  # few runs write a file beside the archive

        problems += flaws(crawler)
    if paired.failure is not None:
        problems.append(
            f"the articles are archived, but not paired by content: {paired.failure}; the next run, or "
            "`triptych pair`, tries again"
        )
    monitors = crawler.get_extension(Monitors)
    if monitors is not None:
        for failure in monitors.broken:
            problems.append(f"a monitor failed to run, or to send its notification: {failure}")
    return problems


def _print_run(
    run: RunReport,
    crawler: Crawler,
    spider: StorySpider,
    snapshots: Sequence[Snapshot],
    unpaired: Sequence[str],
    *,
    is_whole: bool,
) -> None:
    from crawler.reports import crawl as report

    ledger, backoff = ledger_of(crawler), crawler.get_extension(BackOff)
    assert backoff is not None, "crawler.extensions.backoff.BackOff is missing from EXTENSIONS"
    console, debt_lines = Terminal(), [*spider.debts.report_lines()]
    has_more = debt_lines or unpaired or run.monitors or run.missed
    if run.ended == Ending.NOTHING_NEW and not has_more and not report.has_more_to_tell(ledger, backoff):
        line = report.quiet_line(ledger, run.outlet, run.ended_at)
        console.print(line, soft_wrap=True, highlight=False)
        return
    if not console.is_terminal:
        console.print(f"{run.ended_at:%Y-%m-%d %H:%M:%S} UTC  {literal(run.outlet)}", highlight=False)
    published = report.Published(run.run_id, list(snapshots), is_whole=is_whole, languages=spider.languages)
    report.print_report(console, ledger, published, run.archive, run.outlet)
    report.print_slowed(console, backoff)
    report.print_debts(console, debt_lines)
    for sentence in unpaired:
        console.print(f"[yellow]unpaired[/]  {literal(sentence)}", soft_wrap=True)
    for sentence in run.missed.values():
        console.print(f"[red]missed[/]    {literal(sentence)}", soft_wrap=True)
    for failure in run.monitors:
        console.print(f"[red]monitor[/]   {literal(failure)}", soft_wrap=True)


_LIMITS = ("closespider_", "memusage_")
"""How Scrapy's words for why a crawl ended begin, where a limit has ended it."""


def _left_unpaired(paired: Paired) -> list[str]:
    if paired.unfinished is not None:
        return [f"nothing is compared by content, as {paired.unfinished}; the next run does it"]
    if paired.weeks_left:
        weeks = (
            "1 week of an outlet is"
            if paired.weeks_left == 1
            else f"{paired.weeks_left} weeks of an outlet are"
        )
        return [f"{weeks} left to compare by content; the next runs do it, or `triptych pair` at once"]
    return []


def _problems(stage: SnapshotStage) -> list[str]:
    if stage.failure is not None:
        return [f"the archive could not be written: {stage.failure}"]
    if not stage.closed:
        return [
            "the archive was not closed; what was acknowledged is in its segment, the next run publishes it"
        ]
    return []
