"""`triptych outlets`: what is declared, what the archive has of each, and whether that is expected."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.table import Table
from scrapy.spiderloader import get_spider_loader

import archive
from archive.commands.exit_codes import ExitCode
from archive.no_pandas import fast_start
from archive.terminal import Terminal, literal
from crawler.health.outlet_history import GOOD, health
from crawler.health.table import discovery, outlets
from crawler.reports.terminal import QuietCommand, check_names, one_sentence

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from archive.read.archive import Archive
    from crawler.health.expectation_check import Verdict
    from crawler.health.monitoring.rules import Alarm
    from crawler.health.outlet_history import Facts
    from crawler.outlet.declaration import Outlet

WIDE, MIDDLE = 160, 110
_ACCESS = 4
"""Place of the column among the facts of an outlet; it is in a wide table alone."""
COLUMNS = ("articles", "byline", "date", "whole")


@dataclass(frozen=True, slots=True)
class OutletReport:
    facts: Facts
    owed: int
    last_whole: datetime | None
    """End of the last crawl that lost nothing, aware, in UTC."""
    health: str
    verdicts: list[Verdict]
    alarms: list[Alarm]

    @property
    def is_well(self) -> bool:
        """True also for an outlet that nobody crawls."""
        return not self.alarms

    @property
    def state(self) -> str:
        """Return the health, after what is missed."""
        missed = [verdict.expectation for verdict in self.verdicts if verdict.state == "missed"]
        rules = [alarm.message for alarm in self.alarms if alarm.rule not in {*missed, "crawls", "sources"}]
        sentences = [f"missed: {', '.join(missed)}"] if missed else []
        if self.health != GOOD:
            sentences.append(self.health)
        return "; ".join([*sentences, *rules]) or GOOD


class Command(QuietCommand):
    usage = "[OUTLET …] [--json]"
    summary = "List the outlets: what the archive has of each, and whether its crawls go well"
    about = (
        "List the declared outlets (or those named) with their languages and their lists of stories. "
        "For each, show what the archive has: the number of articles, the share of them with a byline "
        "and a date, the share of its stories that have all its languages, the end of the last complete "
        "crawl, and the number of pages to retry. A wide terminal also shows the shares of articles "
        "that are free, partial, paid, or refused and read from a feed.\n\n"
        "The last column says if the crawls go well and bring what is usual, or what the declaration "
        "expects; docs/how-to/watch-the-crawls.md has each of its words. Exit codes: 0 all crawled "
        "outlets are well; 4 some are not; 6 the archive cannot be read; 2 an argument is wrong."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print it for programs, as one JSON document")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        loader = get_spider_loader(self.settings)
        declared = _named(outlets(loader), args)
        uri = self.settings["ARCHIVE_URI"]
        broken: dict[str, str] = {} if args else getattr(loader, "broken", {})
        with one_sentence(self, "triptych outlets", uri):
            now = datetime.now(UTC)
            reports: dict[str, OutletReport] = {}
            note = f"Archive: {uri}."
            try:
                reports = _reports(archive.open(uri), declared, now, uri)
            except archive.ArchiveNotFound:
                note = f"There is no archive at {uri} yet; `triptych crawl OUTLET` makes one."
            if opts.json:
                document = _document(declared, reports, broken, uri, now)
                print(json.dumps(document, ensure_ascii=False, indent=2))
            else:
                _print_table(declared, reports, broken, note)
            self.exitcode = (
                ExitCode.OK if all(report.is_well for report in reports.values()) else ExitCode.MISSED
            )


def _named(declared: list[type[Outlet]], names: list[str]) -> list[type[Outlet]]:
    by_name = {outlet.name: outlet for outlet in declared}
    check_names(names, by_name)
    return [by_name[name] for name in dict.fromkeys(names)] or declared


def _reports(
    opened: Archive, declared: list[type[Outlet]], now: datetime, uri: str
) -> dict[str, OutletReport]:
    from crawler.health.monitoring.collector import collect_facts
    from crawler.health.monitoring.limits import configured_limits
    from crawler.health.monitoring.rules import outlet_alarms, verdicts_of

    facts = collect_facts(uri, declared, now)
    limits = configured_limits([outlet.name for outlet in declared])
    with opened.debts() as debts:
        # a cache of this machine; another's commits it does not have yet
        unpaid: dict[str, int] = {}
        if debts is not None:
            for outlet in declared:
                unpaid[outlet.name] = debts.count(outlet.name, now).count
    reports: dict[str, OutletReport] = {}
    for name, state in facts.outlets.items():
        archived, last_good = facts.archived[name], state.crawls.last_good
        reports[name] = OutletReport(
            archived,
            unpaid.get(name, 0),
            last_good.committed_at if last_good is not None else None,
            health(state.crawls, archived.newest, now),
            verdicts_of(state, limits.of(name)),
            outlet_alarms(name, state, limits.of(name), now),
        )
    return reports


# For people.


def _print_table(
    declared: list[type[Outlet]], reports: Mapping[str, OutletReport], broken: Mapping[str, str], note: str
) -> None:
    has_width = Terminal().is_terminal or "COLUMNS" in os.environ
    console = Terminal(width=None if has_width else WIDE)
    console.print(_table(declared, reports, console.width))
    for outlet in declared:
        for state, sentence in _not_met(reports[outlet.name]) if reports else ():
            word = {"missed": "[red]missed[/]", "over": "[yellow]more[/]"}.get(state, state)
            console.print(
                f"{word}  {literal(outlet.name)} {literal(sentence)}", highlight=False, soft_wrap=True
            )
    ill = sum(not report.is_well for report in reports.values())
    counts = f"{len(declared)} outlets" + (f", {ill} to look at" if ill else "")
    console.print(f"{counts}. {note}", highlight=False, soft_wrap=True)
    for name, why in broken.items():
        console.print(f"not among them  {name}: {literal(why)}", highlight=False, soft_wrap=True)


def _not_met(report: OutletReport) -> Iterator[tuple[str, str]]:
    """Yield state and sentence; what is unknown for one reason is one sentence."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for verdict in report.verdicts:
        if verdict.state != "met":
            by_reason.setdefault((verdict.state, verdict.message), []).append(verdict.expectation)
    for (state, sentence), names in by_reason.items():
        yield state, f"{', '.join(names)}: {sentence}"


def _cells(report: OutletReport) -> tuple[str, ...]:
    facts, when = report.facts, report.last_whole
    return (
        str(facts.articles),
        _percent(facts.bylines, facts.articles),
        _percent(facts.dates, facts.articles),
        _percent(facts.complete, facts.stories),
        ", ".join(f"{who} {_percent(n, facts.articles)}" for who, n in facts.access.most_common()),
        str(report.owed or ""),
        f"{when:%Y-%m-%d %H:%M}" if when is not None else "",
        literal(report.state),
    )


def _percent(part: int | None, total: int) -> str:
    share = _share(part, total)
    return f"{share:.0%}" if share is not None else ""


def _share(part: int | None, total: int) -> float | None:
    return part / total if part is not None and total else None


def _table(declared: list[type[Outlet]], reports: Mapping[str, OutletReport], width: int) -> Table:
    """On a narrow terminal without what never changes, so that no line is broken but a long reason."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = ["outlet", "title", "languages", "found by"]
    if reports and width < WIDE:
        names = ["outlet", "languages"] if width >= MIDDLE else ["outlet"]
    for name in names:
        table.add_column(name, no_wrap=name == "outlet")
    if reports:
        for name in COLUMNS:
            table.add_column(name, justify="right", no_wrap=True)
        if width >= WIDE:
            table.add_column("access")
        table.add_column("owed", justify="right", no_wrap=True)
        # without the hour
        when = {"no_wrap": True} if width >= MIDDLE else {"no_wrap": True, "width": 10, "overflow": "crop"}
        table.add_column("whole crawl, UTC" if width >= MIDDLE else "crawl, UTC", **when)
        table.add_column("health")
    for outlet in declared:
        values = {
            "outlet": outlet.name,
            "title": outlet.title,
            "languages": " ".join(outlet.languages),
            "found by": ", ".join(discovery(outlet)),
        }
        cells = _cells(reports[outlet.name]) if reports else ()
        if width < WIDE:
            cells = (*cells[:_ACCESS], *cells[_ACCESS + 1 :])
        table.add_row(*(values[name] for name in names), *cells)
    return table


# For programs.


def _document(
    declared: list[type[Outlet]],
    reports: Mapping[str, OutletReport],
    broken: Mapping[str, str],
    uri: str,
    now: datetime,
) -> dict[str, object]:
    """Return what `--json` prints; the keys are in docs/how-to/watch-the-crawls.md."""
    documents = []
    for outlet in declared:
        document: dict[str, object] = {
            "outlet": outlet.name,
            "title": outlet.title,
            "languages": outlet.languages,
            "found_by": discovery(outlet),
        }
        if outlet.name in reports:
            report = reports[outlet.name]
            facts, when = report.facts, report.last_whole
            document |= {
                "articles": facts.articles,
                "byline": _share(facts.bylines, facts.articles),
                "date": _share(facts.dates, facts.articles),
                "whole": _share(facts.complete, facts.stories),
                "access": {who: _share(n, facts.articles) for who, n in facts.access.most_common()},
                "owed": report.owed,
                "last_whole_crawl": when.isoformat() if when is not None else None,
                "is_well": report.is_well,
                "health": report.health,
                "expectations": [
                    {"name": x.expectation, "state": x.state, "value": x.value, "told": x.message}
                    for x in report.verdicts
                ],
            }
        documents.append(document)
    return {
        "archive": uri if reports else None,
        "at": now.isoformat(),
        "outlets": documents,
        "broken": broken,
    }
