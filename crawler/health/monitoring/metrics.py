"""Metrics of the crawls in OpenMetrics, as a file for node_exporter's textfile collector or by HTTP.

All are gauges, whose text is the same in OpenMetrics and in Prometheus' own format, which it reads.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Metric, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.registry import Collector

from archive.exceptions import ArchiveError
from archive.read.runs import RunAccount
from archive.storage import durable, path_guard
from archive.storage.leases import LastRun, leases_of
from crawler.health.expectation_check import DAYS_OF_A_MEDIAN
from crawler.health.latest_days import SHARES
from crawler.health.monitoring.collector import MonitoringFacts, OutletState
from crawler.health.monitoring.rules import Alarm, ends

_CACHED = 60.0
"""Seconds for which an answer of the endpoint holds."""

Checked = tuple["MonitoringFacts", "Sequence[Alarm]"]
OF_OUTLETS = {
    "triptych_articles": "Articles in the archive",
    "triptych_pages": "Pages that ended so in the last 24 hours",
    "triptych_owed_pages": "Pages to retry after the last run",
    "triptych_share": "Share of the articles of the last three days that can be judged",
    "triptych_last_article_timestamp_seconds": "When the latest new article was archived",
    "triptych_last_published_timestamp_seconds": "When the latest article was published, as its page says",
    "triptych_last_crawl_timestamp_seconds": "When the last crawl ended",
    "triptych_last_whole_crawl_timestamp_seconds": "When the last crawl ended that lost nothing",
    "triptych_failed_crawls": "Crawls since the last that lost nothing",
    "triptych_last_run_exit_code": "Exit code of the last run",
}
"""With the label `outlet`; `triptych_pages` has `outcome` and `reason`, `triptych_share` has `of`."""
OF_ARCHIVES = {
    "triptych_alarms": "1: a rule of `triptych watch` is broken",
    "triptych_snapshot": "Number of the latest snapshot",
    "triptych_snapshot_timestamp_seconds": "When the latest snapshot was committed",
    "triptych_verified_timestamp_seconds": "When this machine has verified the archive",
    "triptych_disk_free_bytes": "Free where the archive is",
    "triptych_disk_size_bytes": "Size of the file system of the archive",
    "triptych_watch_timestamp_seconds": "When these metrics were computed",
}
"""Of these `triptych_alarms` has labels, `outlet` (empty: of the archive) and `rule`."""
_LABELS = {
    "triptych_pages": ["outlet", "outcome", "reason"],
    "triptych_share": ["outlet", "of"],
    "triptych_alarms": ["outlet", "rule"],
}
_UNKNOWN = re.compile(r"[^\w.-]")


def families(facts_of_all: MonitoringFacts, raised: Sequence[Alarm]) -> Iterator[GaugeMetricFamily]:
    """Yield all metrics; one that nobody knows has no sample."""
    labels = {**{name: ["outlet"] for name in OF_OUTLETS}, **_LABELS}
    metrics: dict[str, GaugeMetricFamily] = {}
    for name, description in (OF_OUTLETS | OF_ARCHIVES).items():
        metrics[name] = GaugeMetricFamily(name, description, labels=labels.get(name, []))

    def add(name: str, value: float | datetime | None, *labels: str) -> None:
        if value is not None:
            metrics[name].add_metric(labels, value if isinstance(value, int | float) else value.timestamp())

    crawled = {name: state for name, state in facts_of_all.outlets.items() if state.crawls.last is not None}
    runs = _last_runs(facts_of_all.uri, crawled)
    for name, state in crawled.items():
        crawls, facts = state.crawls, facts_of_all.archived[name]
        add("triptych_articles", facts.articles, name)
        add("triptych_owed_pages", crawls.owed, name)
        add("triptych_last_article_timestamp_seconds", facts.last_seen, name)
        add("triptych_last_published_timestamp_seconds", facts.newest, name)
        add("triptych_last_crawl_timestamp_seconds", _ended(crawls.last), name)
        add("triptych_last_whole_crawl_timestamp_seconds", _ended(crawls.last_good), name)
        add("triptych_failed_crawls", crawls.failed_since, name)
        add("triptych_last_run_exit_code", _exit_code(crawls.last_run, runs.get(name)), name)
        for end, count in ends(crawls.today).items():
            outcome, _, reason = end.rstrip(")").partition("(")
            # of an archive that somebody else has made
            add("triptych_pages", count, name, outcome, _UNKNOWN.sub("_", reason)[:64])
        for of, share in _shares(state).items():
            add("triptych_share", share, name, of)
    for alarm in raised:
        add("triptych_alarms", 1, alarm.outlet, alarm.rule)
    add("triptych_snapshot", facts_of_all.snapshot)
    add("triptych_snapshot_timestamp_seconds", facts_of_all.committed_at)
    add("triptych_verified_timestamp_seconds", facts_of_all.verified_at)
    add("triptych_disk_free_bytes", facts_of_all.disk_free)
    add("triptych_disk_size_bytes", facts_of_all.disk_size)
    add("triptych_watch_timestamp_seconds", facts_of_all.now)
    yield from metrics.values()


def _ended(run: RunAccount | None) -> datetime | None:
    return run.committed_at if run is not None else None


def _last_runs(uri: str, outlets: Mapping[str, object]) -> Mapping[str, LastRun]:
    try:
        return leases_of(uri).last_runs([*outlets])
    except (ArchiveError, OSError):  # runs of cron leave none
        return {}


def _exit_code(run: RunAccount | None, last: LastRun | None) -> int | None:
    """That which `crawl_all` has seen; of other runs, as far as their account tells."""
    if last is not None and last.ended_at is not None and last.exit_code is not None:
        return last.exit_code
    if run is None:
        return None
    if not run.counts.get("run/finished") or run.counts.get("run/problems"):
        return 1
    return 3 if run.counts.get("run/owed") else 0


def _shares(state: OutletState) -> dict[str, float]:
    numbers = state.days.latest[:DAYS_OF_A_MEDIAN]
    shares: dict[str, float] = {}
    total = sum(state.days.count(number) for number in numbers)
    if not total:
        return shares
    for name in SHARES:
        shares[name] = state.days.shares(name, numbers).value
    for language in state.outlet.languages:
        shares[f"language_{language}"] = sum(state.days.count(number, language) for number in numbers) / total
    return shares


class _CachedMetrics(Collector):
    """Asks anew at most once a minute, however many scrape it."""

    def __init__(self, check: Callable[[], Checked]) -> None:
        self._ask = check
        self._lock = threading.Lock()
        self._at = 0.0
        self._metrics: list[GaugeMetricFamily] = []

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            if not self._metrics or time.monotonic() - self._at >= _CACHED:
                self._metrics = [*families(*self._ask())]
                self._at = time.monotonic()
            yield from self._metrics


def text(facts: MonitoringFacts, raised: Sequence[Alarm]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_CachedMetrics(lambda: (facts, raised)))
    content: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return content


def write(path: Path, facts: MonitoringFacts, raised: Sequence[Alarm]) -> None:
    """Replace a file whole: node_exporter may read at any moment. Raises OSError."""
    path_guard.expect_file(path, is_written=True)
    durable.replace(path, text(facts, raised), 0o644)  # the collector is another user


def serve(address: str, port: int, ask: Callable[[], Checked]) -> Any:
    """Answer at /metrics in a thread; return the server, to be shut down. Raises OSError."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_CachedMetrics(ask))
    return start_http_server(port, address, registry)[0]
