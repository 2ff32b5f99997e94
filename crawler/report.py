"""What a run did, as a person wants to read it: stories, pairs by evidence, what was not kept and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from rich.markup import escape
from rich.table import Table

import archive

if TYPE_CHECKING:
    from rich.console import Console

    from archive.reader import Archive
    from crawler.ledger import Ledger
    from pipelines.snapshot import SnapshotStage

# more rows than this say nothing on a terminal; the Parquet holds them all
LISTED = 40
SHOWN_LANGUAGES = ("uk", "en", "ru")


class Row(NamedTuple):
    story_id: str
    article_id: str
    language: str | None
    headline: str


def print_report(console: Console, ledger: Ledger, stage: SnapshotStage, uri: str, outlet: str) -> None:
    if stage.snapshots:
        read = archive.open(uri)
        rows = _rows_of(read, stage.run_id)
        evidence, pairs = _pairs_of(read, {row.article_id for row in rows})
        if rows:
            _print_stories(console, rows, evidence)
        console.print(_summary(rows, pairs, outlet))
    console.print(_outcomes(ledger))
    for url, why in ledger.sources.items():
        if why != "read":
            console.print(f"[yellow]not read[/]  {escape(url)}: {escape(why)}")
    if stage.snapshots:
        console.print(f"\nArchive   {escape(uri)}  (snapshot {stage.snapshots[-1].id})")
        console.print(f'Read it   [bold]pandas.read_parquet("{escape(uri)}/articles")[/]', soft_wrap=True)


def _rows_of(read: Archive, run_id: str) -> list[Row]:
    table = read.articles(columns=["story_id", "article_id", "language", "headline", "run_id"]).to_arrow()
    rows = [row for row in table.to_pylist() if row["run_id"] == run_id]
    return [Row(row["story_id"], row["article_id"], row["language"], row["headline"]) for row in rows]


def _pairs_of(read: Archive, articles: set[str]) -> tuple[dict[str, set[str]], Counter[str]]:
    """Evidence by article, and the number of pairs by their strongest evidence."""
    evidence: dict[str, set[str]] = defaultdict(set)
    count: Counter[str] = Counter()
    for pair in read.pairs().to_arrow().to_pylist():
        ends = {pair["article_id_a"], pair["article_id_b"]} & articles
        if ends:
            one_way = pair["evidence"] in ("hreflang", "switcher") and not pair["reciprocal"]
            count[pair["evidence"] + (" (one way)" if one_way else "")] += 1
        for article in ends:
            evidence[article].add(pair["evidence"])
    return evidence, count


def _print_stories(console: Console, rows: list[Row], evidence: dict[str, set[str]]) -> None:
    stories: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        stories[row.story_id].append(row)
    table = Table(title="Stories of this run", title_justify="left", box=None, pad_edge=False)
    # a ratio would squeeze the narrow columns out of an 80-column terminal
    table.add_column("headline", no_wrap=True, overflow="ellipsis", width=min(90, console.width - 34))
    for language in SHOWN_LANGUAGES:
        table.add_column(language, justify="center", no_wrap=True, min_width=2)
    table.add_column("paired by", no_wrap=True, min_width=18)
    by_size = sorted(stories.values(), key=lambda found: (-len(found), found[0].headline))
    for found in by_size[:LISTED]:
        languages = {row.language for row in found}
        by_language = {row.language: row.headline for row in found}
        headline = by_language.get("en") or by_language.get("uk") or found[0].headline
        reasons = sorted(set().union(*(evidence.get(row.article_id, set()) for row in found)))
        other = sorted(str(language) for language in languages - set(SHOWN_LANGUAGES))
        marks = ["[green]●[/]" if language in languages else "[dim]·[/]" for language in SHOWN_LANGUAGES]
        if other:
            headline = f"[{', '.join(other)}] {headline}"
        table.add_row(escape(headline), *marks, ", ".join(reasons))
    console.print(table)
    if len(by_size) > LISTED:
        console.print(f"… and {len(by_size) - LISTED} more")
    console.print()


def _summary(rows: list[Row], pairs: Counter[str], outlet: str) -> Table:
    stories: dict[str, set[str | None]] = defaultdict(set)
    for row in rows:
        stories[row.story_id].add(row.language)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    languages = Counter(row.language or "unknown" for row in rows)
    whole = sum(set(SHOWN_LANGUAGES) <= found for found in stories.values())
    table.add_row("stories", str(len(stories)), f"{escape(outlet)}; {whole} of them in uk, en and ru")
    table.add_row("articles", str(len(rows)), _counts(languages))
    table.add_row("pairs", str(sum(pairs.values())), _counts(pairs))
    return table


def _outcomes(ledger: Ledger) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    by_outcome: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, count in ledger.totals().items():
        outcome, _, reason = kind.partition("(")
        by_outcome[outcome][reason.rstrip(")")] += count
    table.add_row("addresses", str(ledger.discovered), "each ended as one of:")
    for outcome in ("archived", "unchanged", "skipped", "dropped", "failed"):
        if reasons := by_outcome.get(outcome):
            named = Counter({reason: count for reason, count in reasons.items() if reason})
            table.add_row(f"  {outcome}", str(sum(reasons.values())), _counts(named))
    return table


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{escape(name)} {count}" for name, count in counter.most_common())
