"""What the faults of a test run came to: a table, printed by `make faults` and where one has lost something.

`make faults` also prints each failure at once, because it may be cut off before pytest reports them.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

NAME = "fault"
Tally = Callable[[str, int, int, int, int, int], None]
_COLUMNS = ("fault", "times", "acknowledged", "lost", "duplicated", "torn")
# read before the fixture that takes settings away
_ASKED = bool(os.environ.get("TRIPTYCH_FAULTS"))


class FailuresAtOnce:
    """A plugin of the process that prints."""

    def __init__(self, config: pytest.Config) -> None:
        self._plugins = config.pluginmanager

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        reporter: pytest.TerminalReporter | None = self._plugins.get_plugin("terminalreporter")
        if report.failed and reporter is not None:
            sections = "".join(f"\n--- {name}\n{text}" for name, text in report.sections)
            text = f"\nFAILED {report.nodeid} ({report.when})\n{report.longreprtext}{sections}\n"
            reporter.write(text, flush=True)


def configure(config: pytest.Config) -> None:
    if _ASKED:
        config.pluginmanager.register(FailuresAtOnce(config))


def show(reporter: pytest.TerminalReporter) -> None:
    reports = [*reporter.getreports("passed"), *reporter.getreports("failed")]
    rows = [
        tuple(value)
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == NAME
    ]
    bad = any(sum(row[3:]) for row in rows)
    if not rows or not (_ASKED or bad):
        return
    table = [_COLUMNS, *sorted(rows), ("in all", *(sum(row[n] for row in rows) for n in range(1, 6)))]
    widths = [max(len(str(row[n])) for row in table) for n in range(6)]
    reporter.section("faults")
    for row in table:
        cells = [
            str(row[0]).ljust(widths[0]),
            *(str(x).rjust(w) for x, w in zip(row[1:], widths[1:], strict=True)),
        ]
        reporter.write_line("  ".join(cells))
