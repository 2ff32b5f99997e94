"""`triptych crawl --all`: every outlet that is due, by the schedule of triptych.toml."""

import argparse
import asyncio
import json
import math
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.live import Live
from rich.table import Table
from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader

from archive.commands.configuration import read_configuration
from archive.commands.exit_codes import ExitCode, for_caller, worst
from archive.operations import cluster
from archive.storage.leases import FolderLeases, LastRun, leases_of
from archive.terminal import Terminal, literal, visible
from crawler.health.table import outlets
from crawler.outlet.fleet.runner import LocalProcesses, Runner
from crawler.outlet.fleet.timetable import Timetable, read_timetable, written
from crawler.outlet.fleet.turn import Event, Orders, share
from crawler.reports.terminal import (
    QuietCommand,
    WrongUse,
    check_names,
    one_sentence,
    refuse_archive,
    wrong_settings,
)

_MOST_AT_ONCE = 256


class Command(QuietCommand):
    usage = "[options] [OUTLET …]"
    summary = "Crawl every outlet that is due, several at once; for cron, or to stay with --forever"
    about = (
        "Crawl the outlets (or those named) that are due by [schedule] of triptych.toml, then revisit "
        "those whose revisit is due. Each crawl is a process of its own, writes its own log, and holds "
        "a lease: no other machine that shares the archive crawls the outlet meanwhile.\n\n"
        "Exit codes are those of `triptych crawl`; 0 also where nothing was due, 130 where it was "
        "stopped. Of several, the first of 6, 1, 2, 130, 4, 5, 3 and 0."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--all", action="store_true", help=argparse.SUPPRESS)  # of `triptych crawl --all`
        parser.add_argument("--forever", action="store_true", help="do not end: keep the schedule")
        parser.add_argument(
            "--at-once",
            type=_at_once,
            metavar="COUNT",
            help="number of outlets crawled at once (default: cores; with --engine threads of its workers)",
        )
        parser.add_argument(
            "--engine",
            metavar="dask=ADDRESS",
            help="crawl on the workers of a Dask cluster, such as dask=tcp://HOST:8786, in place of this "
            "machine; the archive has to be in an object store (needs triptych[dask])",
        )
        parser.add_argument("--logs", metavar="FOLDER", help="folder of the logs (default: LOGS_FOLDER)")
        parser.add_argument("--dry-run", action="store_true", help="show what is due, crawl nothing")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        loader = get_spider_loader(self.settings)
        declared = {outlet.name: outlet for outlet in outlets(loader)}
        broken: Mapping[str, str] = getattr(loader, "broken", {})
        check_names(args, declared)
        with wrong_settings():
            timetable = read_timetable(read_configuration().schedule, [*declared, *broken])
        uri = self.settings["ARCHIVE_URI"]
        if opts.engine is not None:
            _check_engine(opts.engine, uri)
        chosen = {name: frozenset(declared[name].allowed_domains) for name in args or declared}
        with one_sentence(self, "triptych crawl --all", uri):
            leases = leases_of(uri)
            if opts.dry_run:
                _print_due(timetable, leases.last_runs(chosen))
                return
            printer = _EventPrinter()
            with printer.shown(), _traced(self.settings, forever=opts.forever):
                codes = [asyncio.run(_run(self.settings, timetable, chosen, opts, printer))]
            if not args:
                for name, why in broken.items():
                    print(f"triptych crawl --all: outlet {name!r}: {visible(why)}", file=sys.stderr)
                    codes.append(ExitCode.USAGE)
            self.exitcode = worst(codes)


async def _run(
    settings: BaseSettings,
    timetable: Timetable,
    outlets: Mapping[str, frozenset[str]],
    opts: argparse.Namespace,
    tell: Callable[[Event], None],
) -> int:
    uri = settings["ARCHIVE_URI"]
    idle = for_caller(ExitCode.NOTHING_NEW, report_nothing_new=settings.getbool("EXIT_NOTHING_NEW"))
    scrapy_options: list[str] = []
    for setting in opts.set:
        scrapy_options += ["-s", setting]
    if opts.engine is None:
        at_once = opts.at_once or os.cpu_count() or 1
        logs = Path(opts.logs or settings["LOGS_FOLDER"])
        refuse_archive(logs)
        options = [*scrapy_options, *share(scrapy_options, at_once)]
        orders = Orders(timetable, leases_of(uri), logs, options, tell)
        engine = LocalProcesses(orders, at_once)
        return await Runner(outlets, orders, engine, idle).run(forever=opts.forever)
    from crawler.outlet.fleet.dask_engine import PATIENCE, DaskEngine, Order

    orders = Orders(timetable, leases_of(uri), Path(), (), tell)
    # a worker has a current folder of its own
    place = str(Path(uri).resolve()) if isinstance(orders.leases, FolderLeases) else uri
    topic = f"triptych-{uuid4().hex}"
    order = Order("", place, timetable, tuple(scrapy_options), opts.logs, topic, cluster.code_here())
    patience = math.inf if opts.forever else PATIENCE
    most = opts.at_once or _MOST_AT_ONCE
    async with DaskEngine(cluster.address(opts.engine), order, most, patience, tell) as workers:
        return await Runner(outlets, orders, workers, idle).run(forever=opts.forever)


def _traced(settings: BaseSettings, *, forever: bool) -> AbstractContextManager[None]:
    """Put the spans of the crawls below one span; with --forever there is none, because it would not end."""
    if not settings.getbool("TELEMETRY"):
        return nullcontext()
    # few have a collector
    from crawler.health.monitoring.telemetry import check_telemetry, is_off, span_of_all

    with wrong_settings():
        check_telemetry()
    return nullcontext() if forever or is_off("TRACES") else span_of_all("crawl_all")


def _check_engine(engine: str, uri: str) -> None:
    with wrong_settings():
        cluster.address(engine)
    if isinstance(leases_of(uri), FolderLeases) and not cluster.is_loopback(engine):
        raise WrongUse(
            f"--engine needs an archive in an object store, and ARCHIVE_URI is {visible(uri)!r}. In a "
            "folder, the lease that keeps an outlet from being crawled twice holds on one machine, so the "
            "scheduler has to listen on 127.0.0.1."
        )


def _at_once(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= _MOST_AT_ONCE):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {_MOST_AT_ONCE}")
    return int(text)


def _print_due(timetable: Timetable, runs: Mapping[str, LastRun]) -> None:
    now = datetime.now(UTC)
    due = timetable.due(runs, now)
    table = Table("outlet", "every", "last begun, UTC", "exit code", "due", box=None, pad_edge=False)
    for outlet, last in runs.items():
        rhythm = timetable.of(outlet)
        following = f"{rhythm.slot(outlet, now) + rhythm.every:%Y-%m-%d %H:%M}"
        if rhythm.is_quiet(now):
            following = "after its quiet hours"
        table.add_row(
            literal(outlet),
            written(rhythm.every),
            f"{last.begun_at:%Y-%m-%d %H:%M}" if last.begun_at is not None else "",
            "" if last.exit_code is None else str(last.exit_code),
            "never: skip" if rhythm.skip else "now" if outlet in due else following,
        )
    console = Terminal()
    console.print(table)
    console.print(f"{len(due)} of {len(runs)} outlets are due.", highlight=False)


class _EventPrinter:
    """Prints events: a table in a terminal, elsewhere a JSON object a line."""

    def __init__(self) -> None:
        self._console = Terminal()
        self._rows: dict[str, Event] = {}
        self._lock = threading.Lock()

    def shown(self) -> Any:
        if not self._console.is_terminal:
            return nullcontext()
        return Live(
            get_renderable=self._table, console=self._console, refresh_per_second=1, vertical_overflow="crop"
        )

    def __call__(self, event: Event) -> None:
        if not self._console.is_terminal:
            print(json.dumps(_line(event)), flush=True)
        elif event.outlet is not None:
            with self._lock:
                self._rows[event.outlet] = event
        elif event.event == "done":
            line = f"{event.detail} crawled, exit code {event.exit_code}" if self._rows else "Nothing is due."
            self._console.print(literal(line), highlight=False)
        else:
            self._console.print(f"{event.event}: {literal(event.detail or '')}", highlight=False)

    def _table(self) -> Table:
        table = Table("outlet", "", "for", "exit code", "log", box=None, pad_edge=False)
        with self._lock:
            rows: Sequence[Event] = sorted(self._rows.values(), key=lambda x: (x.event != "begun", x.at))
        for event in rows:
            for_seconds = event.seconds
            if event.event == "begun":
                for_seconds = (datetime.now(UTC) - event.at).total_seconds()
            what = event.errand if event.event == "begun" else event.detail or event.event
            table.add_row(
                literal(event.outlet),
                literal(what),
                "" if for_seconds is None else f"{for_seconds:.0f} s",
                "" if event.exit_code is None else str(event.exit_code),
                literal(event.log or ""),
            )
        return table


def _line(event: Event) -> dict[str, object]:
    values = {field.name: getattr(event, field.name) for field in fields(event)}
    values["at"] = event.at.isoformat(timespec="seconds")
    return {name: value for name, value in values.items() if value is not None}
