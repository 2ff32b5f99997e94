"""Reports of a live check: lines for the terminal, JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from archive.addresses import plain_url
from archive.terminal import literal
from crawler.health.live_findings import LEAST_STORIES, Check, CheckedList, CheckedPage, RuleState

WORDS: dict[RuleState, str] = {
    "holds": "holds",
    "fails": "does not hold",
    "unknown": "not known",
    "noted": "noted",
}
STYLES: dict[RuleState, str] = {"holds": "green", "fails": "red", "unknown": "yellow", "noted": "cyan"}
_HEADLINE = 90
"""Characters of a headline that a report shows."""


@dataclass(frozen=True, slots=True)
class Run:
    """One live check, whole or stopped."""

    at: datetime
    """Its begin, aware, in UTC."""
    checks: Sequence[Check]

    @property
    def version(self) -> str:
        """Return the extractor by which pages were read."""
        for check in self.checks:
            if check.pages:
                return check.pages[0].extractor
        return "nothing: no page came"

    def count(self, state: RuleState) -> int:
        return sum(check.state == state for check in self.checks)


def sums(run: Run) -> str:
    counts = [
        f"{counted(run.count('holds'), 'outlet')} whose rules hold",
        f"{run.count('fails')} with a rule that does not",
    ]
    if unknown := run.count("unknown"):
        counts.append(f"{unknown} that could not be reached")
    if stopped := sum(not check.is_whole for check in run.checks if check.findings):
        counts.append(f"{stopped} not checked to the end")
    return f"{', '.join(counts)}."


def counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


# For the terminal.


def print_checks(console: Console, run: Run) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("outlet", no_wrap=True)
    table.add_column("rules", no_wrap=True)
    table.add_column("what came", overflow="fold")
    for check in run.checks:
        for number, (state, text) in enumerate(_lines(check)):
            word = f"[{STYLES[state]}]{WORDS[state]}[/]"
            table.add_row("" if number else check.outlet.name, word, literal(text))
    console.print(table)
    for check in run.checks:
        if check.proposed_changes:
            console.print(f"\n[bold]proposed for {literal(check.outlet.name)}[/]")
            for change in check.proposed_changes:
                console.print(f"  {literal(change)}", highlight=False, soft_wrap=True)


def _lines(check: Check) -> Iterator[tuple[RuleState, str]]:
    """One line for all that holds, one for each rule that does not, one for each reason not to know."""
    holding = check.of_state("holds")
    if holding:
        numbers = Counter(map(attrgetter("rule"), holding))
        rules = ", ".join(f"{rule} {count}" for rule, count in sorted(numbers.items()))
        read = f"; read in {', '.join(sorted(check.languages))}" if check.languages else ""
        missing = check.unread_languages
        unread = f"; no page led to {', '.join(missing)}" if check.languages and missing else ""
        yield "holds", rules + read + unread
    for finding in check.of_state("fails"):
        yield "fails", f"{finding.rule}  {finding.message}"
    for line in unknown_lines(check):
        yield "unknown", line
    for finding in check.of_state("noted"):
        yield "noted", f"{finding.rule}  {finding.message}"
    if not check.findings:
        yield "unknown", "not asked: the check was stopped before"
    elif check.is_bounded:
        yield "noted", f"its {check.requests} requests were used up: --requests allows more"
    elif not check.is_whole:
        yield "noted", "the check was stopped before its end"


def unknown_lines(check: Check) -> list[str]:
    unknown: dict[str, list[str]] = {}
    for finding in check.of_state("unknown"):
        address, _, reason = finding.message.rpartition(": ")
        unknown.setdefault(reason, []).append(urlsplit(address).hostname or address)
    lines: list[str] = []
    for reason, hosts in unknown.items():
        counts = ", ".join(f"{host} {count}" for host, count in Counter(hosts).items())
        lines.append(f"{reason}  {counts}")
    return lines


def unreached(run: Run) -> str:
    """Return the sentence for a check of which nothing came."""
    reasons: Counter[str] = Counter()
    for check in run.checks:
        for finding in check.of_state("unknown"):
            reasons[finding.message.rpartition(": ")[2]] += 1
    why = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common(4)) or "nothing was asked"
    return (
        f"None of the {len(run.checks)} outlets could be reached ({why}): nothing is known of their rules. "
        "Is this machine on the internet?"
    )


# For files.


def document(run: Run) -> dict[str, object]:
    """Return the JSON document; docs/how-to/check-the-rules.md has its keys."""
    return {
        "format": "triptych-live 1",
        "at": run.at.isoformat(timespec="seconds"),
        "version": run.version,
        "outlets": [_outlet(check) for check in run.checks],
    }


def _outlet(check: Check) -> dict[str, object]:
    return {
        "outlet": check.outlet.name,
        "title": check.outlet.title,
        "home": check.outlet.home,
        "state": check.state,
        "is_whole": check.is_whole,
        "requests": check.requests,
        "robots": check.robots,
        "robots_sitemaps": check.robots_sitemaps,
        "named_feeds": check.named_feeds,
        "languages": {"declared": list(check.outlet.languages), "read": sorted(check.languages)},
        "lists": list(map(_list, check.lists)),
        "pages": [_page(check, page) for page in check.pages],
        "findings": [{"rule": x.rule, "state": x.state, "told": x.message} for x in check.findings],
        "proposed_changes": check.proposed_changes,
    }


def _list(checked: CheckedList) -> dict[str, object]:
    return {
        "rule": checked.rule,
        "url": checked.url,
        "declared": checked.declared_as is not None,
        "reason": checked.reason,
        "moved_to": checked.moved_to,
        "addresses": checked.addresses,
        "articles": len(checked.accepted),
        "newest": checked.newest,
        "refused": checked.refused[:LEAST_STORIES],
    }


def _page(check: Check, page: CheckedPage) -> dict[str, object]:
    return {
        "url": page.url,
        "found_by": page.rule,
        "language": page.language,
        "headline": page.headline[:_HEADLINE],
        "byline": page.byline[:_HEADLINE],
        "published": page.published,
        "characters": page.characters,
        "paragraphs": page.blocks,
        "hreflang": hreflang(check, page),
        "missing": page.missing,
    }


def hreflang(check: Check, page: CheckedPage) -> str:
    """Return what a page's hreflang links are: `none`, `ru en`, `ru en, both ways`, `ru one way`."""
    alternates = [alternate for alternate in page.alternates if alternate.source == "hreflang"]
    links = [link for link in alternates if plain_url(link.url) not in page.addresses]
    if not links:
        return "none"
    # x-default has no language
    tags = " ".join(dict.fromkeys(link.language for link in links if link.language)) or "?"
    variants = [variant for variant in check.pages if variant is not page and page.names(variant)]
    if not variants:
        return tags
    return f"{tags}, {'both ways' if all(variant.names(page) for variant in variants) else 'one way'}"


def write_report(run: Run, path: Path) -> None:
    """Raises OSError."""
    path.write_text(json.dumps(document(run), ensure_ascii=False, indent=2) + "\n", "utf-8")
