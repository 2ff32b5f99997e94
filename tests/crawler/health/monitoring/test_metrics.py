"""Metrics as their readers read them, and that dashboard and rules name what is there."""

from __future__ import annotations

import json
import re
import signal
import socket
import urllib.request
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import strictyaml
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

from crawler.health.monitoring import metrics
from crawler.health.monitoring.collector import collect_facts
from crawler.health.monitoring.rules import Alarm
from tests.crawler.health.monitoring.test_notices import watch
from tests.crawler.health.monitoring.test_rules import accounts
from tests.spiders.expecting.gazette import Gazette
from tests.support.crawled_days import Day, days_of
from tests.support.forked import A_WHILE, ROOT, start

ALL = metrics.OF_OUTLETS | metrics.OF_ARCHIVES
SHIPPED = ROOT / "crawler/health/monitoring/shipped"


def samples(text: str, read: Callable[[str], Iterable[Metric]] = openmetrics) -> dict[tuple[str, ...], float]:
    """By name and labels, that of the outlet first."""
    found = {}
    for one in (one for family in read(text) for one in family.samples):
        others = [value for name, value in sorted(one.labels.items()) if name != "outlet"]
        outlet = [one.labels["outlet"]] if "outlet" in one.labels else []
        found[(one.name, *outlet, *others)] = one.value
    return found


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("watched") / "news"
    days_of(folder, [Day(en=2)] * 6)
    accounts(folder, (0, {"archived": 3, "dropped(no-body)": 2, "failed(http-\nx)": 1, "run/owed": 7}))
    return folder


def test_metrics_are_read_in_both_formats_and_say_what_the_archive_has(root: Path, tmp_path: Path) -> None:
    known = collect_facts(str(root), [Gazette])
    found = [Alarm("gazette", "debts", "…"), Alarm("", "disk", "…")]
    file = tmp_path / "triptych.prom"
    metrics.write(file, known, found)
    assert file.stat().st_mode & 0o777 == 0o644
    assert [*tmp_path.iterdir()] == [file]
    text = file.read_text("utf-8")
    told = samples(text)
    assert {name for name, *_ in told} == ALL.keys() - {"triptych_verified_timestamp_seconds"}
    assert samples(text, prometheus) == told
    assert told[("triptych_articles", "gazette")] == 72
    assert told[("triptych_pages", "gazette", "dropped", "no-body")] == 2
    assert told[("triptych_pages", "gazette", "failed", "http-_x")] == 1
    assert told[("triptych_owed_pages", "gazette")] == 7
    assert told[("triptych_last_run_exit_code", "gazette")] == 3
    assert told[("triptych_failed_crawls", "gazette")] == 0
    assert told[("triptych_share", "gazette", "byline")] == 1
    assert told[("triptych_share", "gazette", "language_en")] == pytest.approx(1 / 6)
    assert told[("triptych_alarms", "gazette", "debts")] == told[("triptych_alarms", "", "disk")] == 1
    lag = known.now.timestamp() - told[("triptych_last_article_timestamp_seconds", "gazette")]
    assert timedelta() <= timedelta(seconds=lag) < timedelta(hours=1)
    assert datetime.fromtimestamp(told[("triptych_snapshot_timestamp_seconds",)], UTC) == known.committed_at


def test_the_command_writes_a_file_and_serves_the_same(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "triptych.prom"
    done = watch(root, "--dry-run", TRIPTYCH_METRICS_FILE=str(file))
    assert done.returncode in (0, 4), done.stderr
    written = samples(file.read_text("utf-8"))
    of_root = ("-s", "SPIDER_MODULES=tests.spiders.expecting", "-s", f"ARCHIVE_URI={root}")
    server = start("watch", "--serve", "0", *of_root)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[2].rstrip(";")
        asked = urllib.request.Request(address, headers={"Accept": "application/openmetrics-text"})
        with urllib.request.urlopen(asked, timeout=A_WHILE) as answer:
            assert "openmetrics" in answer.headers["Content-Type"]
            served = samples(answer.read().decode())
        moving = {("triptych_watch_timestamp_seconds",), ("triptych_disk_free_bytes",)}
        assert {name: served[name] for name in served.keys() - moving} == {
            name: written[name] for name in written.keys() - moving
        }
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=A_WHILE)
    assert server.returncode == 0


def test_a_place_that_is_taken_is_a_sentence(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = watch(root, "--serve", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_dashboard_and_the_rules_name_metrics_that_are_there() -> None:
    dashboard = (SHIPPED / "dashboard.json").read_text("utf-8")
    panels = json.loads(dashboard)["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 10
    rules = strictyaml.load((SHIPPED / "alerts.yml").read_text("utf-8")).data["groups"][0]["rules"]
    assert len(rules) == 8
    assert all(rule["expr"] and rule["annotations"]["summary"] for rule in rules)
    named = {name for rule in rules for name in re.findall(r"triptych_\w+", rule["expr"])}
    drawn = {*re.findall(r"triptych_\w+", dashboard)}
    assert named - ALL.keys() == drawn - ALL.keys() == set()
    # what nobody sees nobody needs
    assert ALL.keys() - named - drawn == {
        "triptych_snapshot", "triptych_snapshot_timestamp_seconds",
        "triptych_last_published_timestamp_seconds",
    }  # fmt: skip
    told = (ROOT / "docs/how-to/watch-the-crawls.md").read_text("utf-8")
    assert [name for name in ALL if f"`{name}`" not in told] == []
