"""Monitors of Spidermon for our rules, and suites of them: for `triptych watch`, and for the end of a crawl.

`CrawlSuite` in SPIDERMON_SPIDER_CLOSE_MONITORS runs all of one outlet when its crawl ends. The package
`spidermon` comes with `pip install "triptych[watch]"`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from scrapy.crawler import Crawler
from spidermon import Monitor, MonitorSuite
from spidermon.runners import MonitorRunner

from crawler.health.monitoring.collector import collect_facts
from crawler.health.monitoring.limits import configured_limits
from crawler.health.monitoring.notice_memory import Checked, Notice, notice_of
from crawler.health.monitoring.notices import Remember, configured
from crawler.health.monitoring.rules import OF_ARCHIVES, OF_OUTLETS, UNREADABLE, Alarm, alarms

_EXPECTED = "expectations"


class RuleMonitor(Monitor):  # type: ignore[misc]
    """One rule of an outlet, or of the archive, by whose name the monitor goes.

    It fails with the sentence of an alarm, if there is one. All expectations of an outlet are one rule.
    """

    alarms: Sequence[Alarm] = ()

    def __init__(self, outlet: str, rule: str) -> None:
        super().__init__("hold", name=outlet or "archive")
        self._outlet, self._rule = outlet, rule

    @property
    def method_name(self) -> str:
        return f"test_{self._rule}"

    def hold(self) -> None:
        for alarm in self.alarms:
            is_expectation = alarm.outlet and alarm.rule not in OF_OUTLETS
            if alarm.outlet == self._outlet and self._rule == (_EXPECTED if is_expectation else alarm.rule):
                raise self.failureException(alarm.message)


class WatchSuite(MonitorSuite):  # type: ignore[misc]
    """All monitors of these outlets and of the archive, with the notices that are configured."""

    def __init__(self, outlets: Iterable[str], crawler: Crawler) -> None:
        super().__init__(name="Triptych", crawler=crawler)
        for rule in (UNREADABLE, *OF_ARCHIVES):
            self.add_monitor(RuleMonitor("", rule))
        for outlet in outlets:
            for rule in sorted((*OF_OUTLETS, _EXPECTED)):
                self.add_monitor(RuleMonitor(outlet, rule))
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
