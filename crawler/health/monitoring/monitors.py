"""Monitors of Spidermon for our rules, and suites of them: for `triptych watch`, and for the end of a crawl.

`CrawlSuite` in SPIDERMON_SPIDER_CLOSE_MONITORS runs all of one outlet when its crawl ends. The package
`spidermon` comes with `pip install "triptych[watch]"`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from scrapy.crawler import Crawler
from spidermon import Monitor, MonitorSuite
from spidermon.loaders import MonitorLoader
from spidermon.runners import MonitorRunner

from crawler.health.monitoring.collector import collect_facts
from crawler.health.monitoring.limits import configured_limits
from crawler.health.monitoring.notice_memory import Checked, Notice, notice_of
from crawler.health.monitoring.notices import Remember, configured
from crawler.health.monitoring.rules import OF_OUTLETS, UNREADABLE, Alarm, alarms


class _Ruled(Monitor):  # type: ignore[misc]
    alarms: Sequence[Alarm] = ()

    def hold(self, outlet: str, rule: str) -> None:
        """Fail with the sentence of an alarm, if there is one."""
        for alarm in self.alarms:
            if (alarm.outlet, alarm.rule) == (outlet, rule):
                raise self.failureException(alarm.message)


class ArchiveMonitor(_Ruled):
    """The archive and this machine."""

    def test_readable(self) -> None:
        """The archive can be read."""
        self.hold("", UNREADABLE)

    def test_disk(self) -> None:
        """The disk has room."""
        self.hold("", "disk")

    def test_verify(self) -> None:
        """The archive was verified of late."""
        self.hold("", "verify")


class OutletMonitor(_Ruled):
    """An outlet, by whose name the monitor goes."""

    def test_crawls(self) -> None:
        """Its crawls end well."""
        self.hold(self.monitor_name, "crawls")

    def test_sources(self) -> None:
        """Its sitemaps and feeds are read."""
        self.hold(self.monitor_name, "sources")

    def test_expectations(self) -> None:
        """It brings what is usual, or declared."""
        for alarm in self.alarms:
            if alarm.outlet == self.monitor_name and alarm.rule not in OF_OUTLETS:
                raise self.failureException(alarm.message)

    def test_reasons(self) -> None:
        """No reason for which pages are not kept has become frequent."""
        self.hold(self.monitor_name, "reasons")

    def test_debts(self) -> None:
        """The pages to retry do not pile up."""
        self.hold(self.monitor_name, "debts")

    def test_budget(self) -> None:
        """Its budget of pages is enough."""
        self.hold(self.monitor_name, "budget")

    def test_feeds(self) -> None:
        """Its feeds are no faster than its crawls."""
        self.hold(self.monitor_name, "feeds")


class WatchSuite(MonitorSuite):  # type: ignore[misc]
    """All monitors of these outlets and of the archive, with the notices that are configured."""

    def __init__(self, outlets: Iterable[str], crawler: Crawler) -> None:
        super().__init__(name="Triptych", crawler=crawler)
        for kind, name in ((ArchiveMonitor, "archive"), *((OutletMonitor, outlet) for outlet in outlets)):
            for test in MonitorLoader().get_testcase_names(kind):
                self.add_monitor(kind(test, name=name))
        for action in (*configured(crawler.settings), Remember):
            self.add_monitors_finished_action(action)

    def tell(self, raised: Sequence[Alarm], notice: Notice) -> None:
        """Give the monitors the alarms, at which they fail, and the notices their contents."""
        for monitor in self.all_monitors:
            monitor.alarms = raised
        for action in self.monitors_finished_actions:
            action.notice = notice


class CrawlSuite(WatchSuite):
    """The same of one outlet, when its crawl ends."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__([crawler.spidercls.name], crawler)

    def init_data(self, data: Any) -> None:
        super().init_data(data)
        outlet = type(data.spider)
        limits = configured_limits([outlet.name])
        facts = collect_facts(data.crawler.settings["ARCHIVE_URI"], [outlet])
        raised = alarms(facts, limits)
        checked = Checked(facts.now, facts.uri, facts.root, facts.outlets)
        self.tell(raised, notice_of(checked, raised, limits.usual))


def run(crawler: Crawler, outlets: Iterable[str], raised: Sequence[Alarm], notice: Notice) -> list[str]:
    """Run all monitors and notices; return the notices that were not sent, and why. Raises NotConfigured."""
    suite = WatchSuite(outlets, crawler)
    suite.tell(raised, notice)
    result = MonitorRunner().run(suite)
    failures: list[str] = []
    for action in result.monitors_finished_action_results:
        if action.status == "ERROR":
            last_line = (action.error or "").strip().rpartition("\n")[2]
            failures.append(f"{action.item.name}: {last_line}")
    return failures
