"""`triptych revisit`: fetch archived articles again when they are due."""

from __future__ import annotations

import datetime as dt
import os
from argparse import ArgumentTypeError
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from rich.table import Table

import archive
from archive.commands.arguments import count
from archive.commands.exit_codes import ExitCode, for_caller
from archive.no_pandas import fast_start
from archive.terminal import Terminal, literal
from archive.writer import ArchiveWriter
from crawler.commands.crawl import Command as Crawl
from crawler.reports.run_report import Ending, RunReport
from crawler.reports.terminal import WrongUse, one_sentence
from crawler.requests.budget import budget_of
from crawler.revisit.debts import DebtForecast, debt_forecast, retry_sentence
from crawler.revisit.debts import share_of as share_of_debts
from crawler.revisit.share import Share, share_of
from crawler.story.arguments import FIRST_DAY, Arguments

if TYPE_CHECKING:
    import argparse

    from archive.read.archive import Archive
    from crawler.revisit.plan import Band, Plan
    from crawler.story.spider import StorySpider


class Command(Crawl):
    called: ClassVar[str] = "triptych revisit"
    takes_arguments: ClassVar[bool] = False
    usage = "[options] OUTLET"
    summary = "Fetch an outlet's articles again that are due: edits, deletions, late translations"
    about = (
        "Visit the archived articles of OUTLET that are due: soon after a change, then at growing "
        "intervals, the last time a year after it. A language that a story lacks is sought for four "
        "days. Pages that earlier runs failed to fetch are retried.\n\n"
        "At most a fifth of the requests of any 24 hours are revisits; the most overdue come first. "
        "docs/explanation/revisit.md has the rule. Exit codes are those of `triptych crawl`."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--limit", type=count, metavar="COUNT", help="visit no more than this many addresses"
        )
        parser.add_argument(
            "--all", action="store_true", help="visit all that is due, also above a fifth of the requests"
        )
        parser.add_argument("--dry-run", action="store_true", help="show the schedule, request nothing")
        parser.add_argument(
            "--at",
            type=_moment,
            metavar="TIME",
            help="visit what is due at this time, such as 2026-12-01T09:00 in UTC (default: now)",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        spider_class = self._only_outlet(args)
        if spider_class.requires_url:
            raise WrongUse(
                f"{args[0]} is not an outlet; triptych crawl {args[0]} -a url=… fetches a page again"
            )
        self._take_settings(spider_class)
        uri = self.settings["ARCHIVE_URI"]
        with one_sentence(self, self.called, uri):
            self._revisit(spider_class, uri, opts)

    def _revisit(self, spider_class: type[StorySpider], uri: str, opts: argparse.Namespace) -> None:
        from crawler.revisit.plan import make_plan

        now = opts.at or datetime.now(UTC)
        opened = archive.open(uri)
        share = share_of(uri, spider_class.name, now)
        limit = opts.limit
        if not opts.all:
            limit = share.remaining if limit is None else min(limit, share.remaining)
        plan = make_plan(opened, spider_class(), now, limit)
        if not opts.all:
            a_host = 3 if self.settings.getbool("OPT_OUT_FILES") else 1
            plan = replace(plan, visits=share.fitting(plan.visits, a_host))
        debts = self._debts(opened, spider_class(), now, opts)
        if opts.limit is not None:
            plan = replace(plan, visits=plan.visits[: opts.limit - debts.due])
        console = Terminal(width=None if Terminal().is_terminal else 110)
        if opts.dry_run:
            _print_plan(console, plan, share, debts)
            self.exitcode = ExitCode.OK
            return
        at = "" if console.is_terminal else f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC  "
        console.print(at + literal(_headline(plan, share)), highlight=False, soft_wrap=True)
        if plan.visits or debts.due or debts.over:
            arguments = replace(Arguments(), visits=plan.visits, at=opts.at, most_debts=debts.due)
            self.exitcode = self._crawl(spider_class, arguments)
            return
        ended = Ending.NOTHING_NEW
        if debts.count.failed:
            console.print(literal(retry_sentence(debts.count, now)), highlight=False, soft_wrap=True)
            ended = Ending.OWED
        code = for_caller(ended.exit_code, report_nothing_new=self.settings.getbool("EXIT_NOTHING_NEW"))
        owed = debts.count.count
        self.exitcode = self._finish(
            RunReport(
                spider_class.name, "revisit", "", uri, now, datetime.now(UTC), ended, code, {}, owed=owed
            )
        )

    def _debts(
        self, opened: Archive, outlet: StorySpider, now: datetime, opts: argparse.Namespace
    ) -> DebtForecast:
        pages = budget_of(outlet, self.settings).pages
        share = share_of_debts(pages, self.settings.getfloat("DEBT_SHARE"))
        most = share if opts.limit is None else min(share, opts.limit)
        if opts.dry_run:
            with opened.debts() as debts:
                return debt_forecast(debts, outlet.name, now, most)
        # includes the records of a killed run
        with ArchiveWriter.open(self.settings["ARCHIVE_URI"], run_id=f"probe-{os.getpid()}") as writer:
            return debt_forecast(writer.debts(), outlet.name, now, most)


def _print_plan(console: Terminal, plan: Plan, share: Share, debts: DebtForecast) -> None:
    console.print(_schedule(plan))
    console.print(f"A fifth of 24 hours' requests may be revisits: {_left(share)}.", soft_wrap=True)
    console.print(f"Pages to retry from earlier runs: {debts.count.count}, {debts.due} of them now.")


def _left(share: Share) -> str:
    return f"crawls made {share.crawled}, revisits {share.revisited}, {share.remaining} are left"


def _headline(plan: Plan, share: Share) -> str:
    following = f"; the next one at {plan.next_at:%Y-%m-%d %H:%M} UTC" if plan.next_at is not None else ""
    if not plan.due:
        return f"{plan.outlet}: nothing is due{following}"
    held_back = f"; {_left(share)}, --all lifts it" if len(plan.visits) < plan.due else ""
    return f"{plan.outlet}: {plan.due} due, {len(plan.visits)} looked at now{held_back}{following}"


def _schedule(plan: Plan) -> Table:
    table = Table(
        title=f"{plan.outlet} at {plan.now:%Y-%m-%d %H:%M} UTC: {plan.due} due, {len(plan.visits)} now",
        title_justify="left",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    table.add_column("since the last change")
    for name in ("looked at", "due", "next due, UTC"):
        table.add_column(name, justify="right", no_wrap=True)
    for band in plan.bands:
        table.add_row(*_cells(band))
    table.add_row("over a year, or gone for good", str(plan.ended), "", "never")
    table.add_row(*_cells(plan.translations))
    return table


def _cells(band: Band) -> tuple[str, str, str, str]:
    following = f"{band.next_at:%Y-%m-%d %H:%M}" if band.next_at is not None else ""
    return band.name, str(band.articles), str(band.due), following


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ArgumentTypeError(f"{text!r} is not a time; write it as 2026-12-01T09:00") from None
    if not FIRST_DAY <= at.date() < dt.date.max:
        raise ArgumentTypeError(f"{text!r} is a time without articles")
    return at
