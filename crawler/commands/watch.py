"""`triptych watch`: check the crawls and the archive; send notifications and metrics."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.spiderloader import get_spider_loader

from archive.commands.exit_codes import ExitCode
from archive.exceptions import ArchiveError
from archive.no_pandas import fast_start
from archive.opening import storage_at
from archive.terminal import Terminal, literal, visible
from crawler.health.table import outlets
from crawler.reports.terminal import (
    QuietCommand,
    WrongUse,
    check_names,
    one_sentence,
    refuse_archive,
    wrong_settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from crawler.health.monitoring.collector import MonitoringFacts
    from crawler.health.monitoring.limits import AllLimits
    from crawler.health.monitoring.notice_memory import Notice
    from crawler.health.monitoring.rules import Alarm

_FILES = Path(__file__).parents[1] / "health/monitoring/shipped"
_SHIPPED = {"dashboard": _FILES / "dashboard.json", "alerts": _FILES / "alerts.yml"}
_TELLING = (
    "SPIDERMON_SLACK_RECIPIENTS",
    "SPIDERMON_TELEGRAM_RECIPIENTS",
    "SPIDERMON_EMAIL_TO",
    "WATCH_WEBHOOK",
)


class Command(QuietCommand):
    usage = "[OUTLET …] [--dry-run] [--json] [--metrics FILE | --serve PORT]"
    summary = "Report what is wrong with the crawls and the archive: Slack, Telegram, mail, webhook"
    about = (
        "Check the crawled outlets (or those named) by the rules of docs/how-to/watch-the-crawls.md: "
        "crawls succeed, new articles come, bylines, dates and languages are as frequent as before, no "
        "failure has become frequent, retries do not pile up, budgets suffice, the disk has room, and "
        "the archive was verified.\n\n"
        "New alarms, ended alarms and, once a day, continuing alarms are sent where the settings say; "
        "without such a setting they go to stderr if there is no terminal. Exit codes: 0 nothing is "
        "wrong; 4 something is; 1 a notification failed; 2 an argument or setting is wrong; 6 the "
        "archive cannot be read."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print it for programs, as one JSON document")
        parser.add_argument(
            "--metrics", metavar="FILE", help="write metrics for node_exporter (default: METRICS_FILE)"
        )
        parser.add_argument(
            "--serve",
            metavar="[HOST:]PORT",
            type=_place,
            help="keep running, send no notification, and answer at /metrics",
        )
        parser.add_argument(
            "--print", choices=[*_SHIPPED], help="print a dashboard for Grafana, or rules for Prometheus"
        )
        parser.add_argument("--dry-run", action="store_true", help="send nothing, and remember nothing")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        if opts.print:
            print(_SHIPPED[opts.print].read_text("utf-8"), end="")
            return
        loader = get_spider_loader(self.settings)
        declared = {outlet.name: outlet for outlet in outlets(loader)}
        check_names(args, declared)
        sends = not opts.dry_run and self._has_channels()
        self._metrics = opts.metrics or self.settings["METRICS_FILE"]
        if self._metrics:
            refuse_archive(Path(self._metrics))
        from crawler.health.monitoring.limits import configured_limits

        with wrong_settings():
            limits = configured_limits([*declared], are_all=True)
        uri = self.settings["ARCHIVE_URI"]
        with one_sentence(self, "triptych watch", uri):
            from crawler.health.monitoring.collector import collect_facts
            from crawler.health.monitoring.rules import alarms

            chosen = [declared[name] for name in dict.fromkeys(args)] or [*declared.values()]

            def check() -> tuple[MonitoringFacts, list[Alarm]]:
                facts = collect_facts(uri, chosen)
                return facts, alarms(facts, limits)

            if opts.serve:
                host, port = opts.serve
                _serve(host, port, check)
                return
            try:
                facts, raised = check()
            except (ArchiveError, OSError) as error:
                if sends:
                    self._tell_unreadable(uri, str(error), limits)
                raise
            self._report(facts, raised, opts)
            self.exitcode = ExitCode.MISSED if raised else ExitCode.OK
            if not opts.dry_run and self._unsent(facts, raised, limits):
                self.exitcode = ExitCode.LOST

    def _has_channels(self) -> bool:
        """Tell if any setting says whom to alarm; raise WrongUse where Spidermon is not installed."""
        channels = [name for name in _TELLING if self.settings.get(name)]
        if channels and find_spec("spidermon") is None:
            raise WrongUse(f"{channels[0]} needs Spidermon: pip install 'triptych[watch]'")
        return bool(channels)

    def _report(self, facts: MonitoringFacts, raised: Sequence[Alarm], opts: argparse.Namespace) -> None:
        if self._metrics:
            from crawler.health.monitoring import metrics

            metrics.write(Path(self._metrics), facts, raised)
        if self.settings.getbool("TELEMETRY") and not opts.dry_run:
            self._send_metrics(facts, raised)
        if opts.json:
            documents = [alarm.document() for alarm in raised]
            document = {"archive": facts.uri, "at": facts.now.isoformat(), "alarms": documents}
            print(json.dumps(document, ensure_ascii=False, indent=2))
        else:
            _print(facts, raised)

    def _send_metrics(self, facts: MonitoringFacts, raised: Sequence[Alarm]) -> None:
        """Send the metrics to a collector; if it does not answer, everything else goes on."""
        from crawler.health.monitoring.metrics import families

        # few have a collector
        from crawler.health.monitoring.telemetry import check_telemetry, is_off, send_metrics

        with wrong_settings():
            check_telemetry()
        if not is_off("METRICS") and (why := send_metrics(families(facts, raised))):
            print(f"triptych watch: no metrics sent, {visible(why)}", file=sys.stderr)

    def _unsent(self, facts: MonitoringFacts, raised: Sequence[Alarm], limits: AllLimits) -> bool:
        """Send what is new; return True if a notification failed."""
        from crawler.health.monitoring.notice_memory import Checked, notice_of

        checked = Checked(facts.now, facts.uri, facts.root, facts.outlets)
        notice = notice_of(checked, raised, limits.usual)
        if any(self.settings.get(name) for name in _TELLING):
            return self._sending_failed(facts.outlets, raised, notice)
        return _by_stderr(notice)

    def _tell_unreadable(self, uri: str, why: str, limits: AllLimits) -> None:
        """Send that the archive cannot be read, which stderr gets at each run."""
        from crawler.health.monitoring.notice_memory import Checked, notice_of
        from crawler.health.monitoring.rules import UNREADABLE, Alarm

        alarm = Alarm("", UNREADABLE, f"the archive cannot be read: {why}")
        root = storage_at(uri).layout.root
        checked = Checked(datetime.now(UTC), uri, root, (), is_readable=False)
        self._sending_failed((), [alarm], notice_of(checked, [alarm], limits.usual))

    def _sending_failed(self, outlets: Iterable[str], raised: Sequence[Alarm], notice: Notice) -> bool:
        from scrapy import Spider
        from scrapy.crawler import Crawler
        from spidermon.exceptions import NotConfigured

        from crawler.health.monitoring.monitors import run

        crawler = Crawler(Spider, self.settings)
        try:
            failed = run(crawler, outlets, raised, notice)
        except NotConfigured as error:
            raise WrongUse(visible(str(error))) from None
        for failure in failed:
            print(f"triptych watch: not told, {visible(failure)}", file=sys.stderr)
        return bool(failed)


def _by_stderr(notice: Notice) -> bool:
    """Write what is new to stderr, so that cron mails it; a person at a terminal has just read it."""
    if notice and not sys.stdout.isatty():
        print(notice.text(), file=sys.stderr)
    try:
        notice.remember()
    except OSError as error:
        print(f"triptych watch: not remembered, {visible(str(error))}", file=sys.stderr)
        return True
    return False


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdecimal() and int(port[:6]) < 1 << 16):
        raise argparse.ArgumentTypeError(f"{text!r} is not a place to serve at; write 9876 or [::1]:9876")
    return host.strip("[]") or "127.0.0.1", int(port)


def _serve(host: str, port: int, check: Callable[[], tuple[MonitoringFacts, list[Alarm]]]) -> None:
    from crawler.health.monitoring import metrics

    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    check()  # report an archive that cannot be read now
    server = metrics.serve(host, port, check)
    where = f"[{host}]" if ":" in host else host
    print(f"metrics at http://{where}:{server.server_port}/metrics; Ctrl-C ends it", flush=True)
    over.wait()
    server.shutdown()
    server.server_close()


def _print(facts: MonitoringFacts, raised: Sequence[Alarm]) -> None:
    console = Terminal()
    for alarm in raised:
        line = f"[red]{alarm.rule:17}[/] {literal(alarm)}"
        console.print(line, highlight=False, soft_wrap=True)
    crawled = sum(state.crawls.last is not None for state in facts.outlets.values())
    are = "1 outlet is" if crawled == 1 else f"{crawled} outlets are"
    wrong = "1 alarm" if len(raised) == 1 else f"{len(raised)} alarms" if raised else "nothing is wrong"
    console.print(f"{are} crawled: {wrong}.", highlight=False)
