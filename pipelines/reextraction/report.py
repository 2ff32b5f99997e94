"""Report of the changes that today's extractor would make, by outlet and field."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console
from rich.table import Table

from archive.format.codec import plain
from archive.operations import reread
from archive.terminal import literal
from crawler.extraction.page import EXTRACTOR
from pipelines.reextraction.publish import FROM_THE_PAGE, Lines, Row, with_what_no_page_states
from pipelines.reextraction.stored_page import PageReading

FIELDS = tuple(name for name in reread.COLUMNS if name != "extractor")
COLUMNS = (
    *(*FIELDS, "article_id", "extractor", "version", "outlet", "requested_url"),
    *("raw_file", "raw_offset", "raw_length"),
)
_SHOWN = 44
"""Characters of an example."""


@dataclass(slots=True)
class Change:
    count: int = 0
    example: tuple[str, object, object] | None = None
    """Article id, stored value, today's value."""


@dataclass(slots=True)
class Findings:
    """Totals over all pages, filled page by page."""

    pages: Counter[str] = field(default_factory=Counter)
    """Pages of each outlet."""
    extractors: Counter[str] = field(default_factory=Counter)
    """Extractors that read the stored rows."""
    changes: dict[tuple[str, str], Change] = field(default_factory=dict)
    """Changes of each outlet and column."""
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    damaged: list[str] = field(default_factory=list)
    without_page: int = 0

    aside: Lines | None = None
    """The records to publish; None if nothing is published."""

    def take(self, part: "Findings") -> None:
        """Add the totals of a part; its records are not taken over."""
        self.pages += part.pages
        self.extractors += part.extractors
        self.refused += part.refused
        self.damaged += part.damaged
        self.without_page += part.without_page
        for key, change in part.changes.items():
            mine = self.changes.setdefault(key, Change())
            mine.count += change.count
            if mine.example is None or (change.example is not None and change.example[0] < mine.example[0]):
                mine.example = change.example

    def add(self, row: Row, reading: PageReading) -> None:
        outlet = str(row["outlet"])
        if reading.damaged:
            self.damaged.append(reading.damaged)
            return
        self.pages[outlet] += 1
        self.extractors[str(row["extractor"])] += 1
        if reading.record is None:
            self.refused[outlet, reading.refused or "unknown"] += 1
            return
        if self.aside is not None:
            self.aside.add(row, reading.record)
        today = plain(with_what_no_page_states(row, reading.record))
        for name in FIELDS:
            before, after = _comparable(name, row), _comparable(name, today)
            if before != after:
                change = self.changes.setdefault((outlet, name), Change())
                change.count += 1
                # pages come back in any order; the smallest id makes the report the same each time
                if change.example is None or str(row["article_id"]) < change.example[0]:
                    change.example = (str(row["article_id"]), before, after)


def print_findings(console: Console, findings: Findings) -> None:
    if not console.is_terminal:
        console.width = 200  # a pipe has no width of its own
    if findings.changes:
        table = Table("outlet", "field", "rows", "of", "article", "stored", "today", box=None)
        for (outlet, name), change in sorted(
            findings.changes.items(), key=lambda x: (x[0][0], FIELDS.index(x[0][1]))
        ):
            assert change.example is not None
            article_id, before, after = change.example
            cells = (outlet, name, change.count, findings.pages[outlet], article_id[:8])
            table.add_row(*(literal(cell) for cell in (*cells, *_where_they_part(before, after))))
        console.print(table)
    for (outlet, reason), count in sorted(findings.refused.items()):
        console.print(f"{literal(outlet)}: {count} pages are no article any more: {literal(reason)}")
    total = sum(findings.pages.values())
    texts = sum(change.count for (_, name), change in findings.changes.items() if name == "content_hash")
    read_by = ", ".join(f"{literal(name)}: {count}" for name, count in sorted(findings.extractors.items()))
    console.print(
        f"\n{total} pages read again by {literal(EXTRACTOR)} (the rows are of {read_by or 'nobody'})."
    )
    console.print(f"{texts} would have another headline or body.")
    if findings.without_page:
        console.print(f"{findings.without_page} versions have no page: they were crawled with KEEP_RAW=none.")


def _where_they_part(before: object, after: object) -> tuple[str, str]:
    """Return the two values; long ones begin a little before the first difference."""
    texts = [_text(before), _text(after)]
    same = 0
    for letter_before, letter_after in zip(*texts, strict=False):
        if letter_before != letter_after:
            break
        same += 1
    start = max(0, same - 12) if max(map(len, texts)) > _SHOWN else 0
    return _from(texts[0], start), _from(texts[1], start)


def _from(text: str, start: int) -> str:
    end = start + _SHOWN
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"


def _text(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, list):
        return " | ".join(" ".join(map(str, x.values())) if isinstance(x, dict) else str(x) for x in value)
    return " ".join(str(value).split())


def _comparable(name: str, row: Mapping[str, object]) -> object:
    value = row[name]
    if name == "alternates":
        # a row also has alternates of sitemaps and of the outlet's rule, which no page states
        of_the_page = [x for x in value if x["source"] in FROM_THE_PAGE]  # type: ignore[attr-defined]
        return sorted((x["language"] or "", x["url"], x["source"]) for x in of_the_page)
    return list(value) if isinstance(value, tuple) else value
