"""Report of a run for people: stories, pairs by evidence, pages not kept and why."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

import archive
from archive.format.languages import STORY_LANGUAGES
from archive.format.snapshot import Snapshot
from archive.terminal import literal
from crawler.extensions.backoff import BackOff
from crawler.extensions.ledger import Ledger
from crawler.reports.terminal import counts

if TYPE_CHECKING:
    from archive.read.archive import Archive

# more rows than this say nothing on a terminal; the Parquet holds them all
LISTED = 40


class Published(NamedTuple):
    run_id: str
    snapshots: Sequence[Snapshot]
    is_whole: bool
    """False where the archive could not be written or closed."""
    languages: tuple[str, ...] = ()
    """Those of the outlet; none if they are all three."""


_NO_TIME = "[green]●[/]"
Lags = dict[str, int | None]
"""Columns `lag_…` of a story."""


class Row(NamedTuple):
    story_id: str
    article_id: str
    language: str | None
    headline: str


def print_report(console: Console, ledger: Ledger, published: Published, uri: str, outlet: str) -> None:
    if published.snapshots:
        read = archive.open(uri)
        rows = _rows_of(read, published.run_id)
        evidence, pairs = _pairs_of(read, {row.article_id for row in rows})
        # cron would mail them
        if rows and console.is_terminal:
            _print_stories(console, rows, evidence, _lags_of(read, {row.story_id for row in rows}))
        console.print(_summary(rows, pairs, outlet, published.languages))
    console.print(_outcomes(ledger))
    unread = [(url, why) for url, why in ledger.sources.items() if why != "read"]
    for url, why in unread[:LISTED]:
        console.print(f"[yellow]not read[/]  {literal(url)}: {literal(why)}")
    if len(unread) > LISTED:
        console.print(f"… and {len(unread) - LISTED} more; each is a row of observations")
    if ledger.over_budget:
        sentence = "addresses of long lists were over the budget; the next runs read the lists again"
        console.print(f"[yellow]left[/]      {ledger.over_budget} {sentence}", soft_wrap=True)
    for url, overrun in ledger.overruns.items():
        console.print(f"[yellow]overrun[/]   {literal(url)}: {literal(str(overrun))}", soft_wrap=True)
    if published.snapshots:
        console.print(f"\nArchive   {literal(uri)}  (snapshot {published.snapshots[-1].id})")
        # an object store has no links: there archive.open alone knows which files make up the snapshot
        how = (
            f'archive.open("{uri}").articles().to_pandas()'
            if "://" in uri
            else f'pandas.read_parquet("{uri}/articles")'
        )
        console.print(f"Read it   [bold]{literal(how)}[/]", soft_wrap=True)
    elif published.is_whole:
        console.print(f"\nArchive   {literal(uri)}  (nothing to commit: the last snapshot stays)")


def quiet_line(ledger: Ledger, outlet: str, at: datetime) -> str:
    """A run that found nothing, in one line with its time."""
    outcomes = []
    for outcome, reasons in _by_outcome(ledger).items():
        with_reason = Counter({reason: count for reason, count in reasons.items() if reason})
        outcomes.append(f"{outcome} {reasons.total()}" + (f" ({counts(with_reason)})" if with_reason else ""))
    addresses = f"{ledger.discovered} addresses: {', '.join(outcomes)}" if outcomes else "nothing was listed"
    return f"{at:%Y-%m-%d %H:%M:%S} UTC  {literal(outlet)}: nothing new; {addresses}"


def has_more_to_tell(ledger: Ledger, backoff: BackOff) -> bool:
    """Return True if a line beside the counts has something to say, whatever the run has found."""
    unread = any(why != "read" for why in ledger.sources.values())
    slowed = any(host.given_up is None for host in backoff.hosts.values())
    return unread or slowed or bool(ledger.over_budget or ledger.overruns or ledger.feed_texts)


def print_slowed(console: Console, backoff: BackOff) -> None:
    """Hosts that refused and were won back; one that was given up is a problem, which the command tells."""
    for name, host in backoff.hosts.items():
        if host.given_up is None:
            console.print(f"[yellow]slowed[/]    {literal(host.sentence(name))}")


def print_debts(console: Console, sentences: Iterable[str]) -> None:
    for line in sentences:
        console.print(f"[yellow]retries[/]   {literal(line)}", soft_wrap=True)


def _rows_of(read: "Archive", run_id: str) -> list[Row]:
    """The articles this run looked at, new or not; the filters keep a large archive on the disk."""
    is_of_run = pc.field("outcome").isin(["archived", "unchanged"]) & (pc.field("run_id") == run_id)
    looks = _filtered(read, "observations", ["article_id"], is_of_run)
    articles = pc.field("article_id").isin(_ids(looks.column("article_id").to_pylist()))
    return [Row(**row) for row in _filtered(read, "articles", list(Row._fields), articles).to_pylist()]


def _pairs_of(read: "Archive", articles: set[str]) -> tuple[dict[str, set[str]], Counter[str]]:
    """The kinds of evidence of each article, and the number of pairs that have each kind."""
    evidence: dict[str, set[str]] = defaultdict(set)
    count: Counter[str] = Counter()
    ids = _ids(articles)
    touched = pc.field("article_id_a").isin(ids) | pc.field("article_id_b").isin(ids)
    columns = ["article_id_a", "article_id_b", "evidence", "details"]
    for pair in _filtered(read, "pairs", columns, touched).to_pylist():
        count["pairs"] += 1
        kinds = {entry["kind"] for entry in json.loads(pair["details"] or "{}").get("evidence", [])}
        count.update(kinds or {pair["evidence"]})
        for article in (pair["article_id_a"], pair["article_id_b"]):
            evidence[article].add(pair["evidence"])
    return evidence, count


def _lags_of(read: "Archive", stories: set[str]) -> dict[str, Lags]:
    """The seconds from the first variant to each language, null where a page names no hour."""
    columns = ["story_id", *(f"lag_{language}" for language in STORY_LANGUAGES)]
    rows = _filtered(read, "stories", columns, pc.field("story_id").isin(_ids(stories))).to_pylist()
    return {row.pop("story_id"): row for row in rows}


def _ids(ids: Iterable[str]) -> pa.Array:
    """Typed: of an empty list, a run with nothing new, pyarrow would not know what it is a list of."""
    return pa.array(list(ids), pa.string())


def _filtered(read: "Archive", table: str, columns: list[str], where: pc.Expression) -> pa.Table:
    return read.table(table, columns=columns).where(where).to_arrow()


def _print_stories(
    console: Console, rows: list[Row], evidence: dict[str, set[str]], lags: dict[str, Lags]
) -> None:
    stories: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        stories[row.story_id].append(row)
    table = Table(
        title="Stories of this run, and how much later each language came",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    # a ratio would squeeze the narrow columns out of an 80-column terminal
    table.add_column("headline", no_wrap=True, overflow="ellipsis", width=max(20, console.width - 38))
    for language in STORY_LANGUAGES:
        table.add_column(language, justify="right", no_wrap=True, width=6)
    table.add_column("paired by", no_wrap=True, width=10)
    is_without_hour = False
    by_size = sorted(stories.values(), key=lambda variants: (-len(variants), variants[0].headline))
    for variants in by_size[:LISTED]:
        by_language = {row.language: row for row in variants}
        headline = (by_language.get("en") or by_language.get("uk") or variants[0]).headline
        reasons = sorted(set().union(*(evidence.get(row.article_id, set()) for row in variants)))
        further = sorted(language or "unknown" for language in by_language.keys() - set(STORY_LANGUAGES))
        cells = []
        for language in STORY_LANGUAGES:
            cells.append(_lag(lags[variants[0].story_id][f"lag_{language}"], language in by_language))
        is_without_hour |= _NO_TIME in cells
        if further:
            headline = f"({', '.join(further)}) {headline}"
        table.add_row(literal(headline), *cells, literal(", ".join(reasons)))
    console.print(table)
    if len(by_size) > LISTED:
        console.print(f"… and {len(by_size) - LISTED} more")
    if is_without_hour:
        console.print("●: a page of the story prints no hour")
    console.print()


def _lag(seconds: int | None, is_of_run: bool) -> str:
    """Return the time between the first variant's publication and this one's, in words."""
    if not is_of_run:
        return "[dim]·[/]"
    if seconds is None:
        return _NO_TIME
    minutes = seconds // 60
    if minutes == 0:
        return "[green]first[/]"
    if minutes < 60:
        return f"[green]+{minutes}m[/]"
    hours = minutes // 60
    return f"[green]+{hours}h{minutes % 60:02d}[/]" if hours < 48 else f"[green]+{hours // 24}d[/]"


def _grid() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    return table


def _summary(rows: list[Row], pairs: Counter[str], outlet: str, published_in: tuple[str, ...]) -> Table:
    stories: dict[str, set[str | None]] = defaultdict(set)
    for row in rows:
        stories[row.story_id].add(row.language)
    table = _grid()
    languages = Counter(row.language or "unknown" for row in rows)
    *others, last = [x for x in STORY_LANGUAGES if x in published_in] or STORY_LANGUAGES
    complete = sum({*others, last} <= languages_of_story for languages_of_story in stories.values())
    whole = " and ".join(filter(None, (", ".join(others), last)))
    table.add_row("stories", str(len(stories)), f"{literal(outlet)}; {complete} of them in {whole}")
    table.add_row("articles", str(len(rows)), counts(languages))
    kinds = Counter({kind: count for kind, count in pairs.items() if kind != "pairs"})
    table.add_row("pairs", str(pairs["pairs"]), counts(kinds))
    return table


def _by_outcome(ledger: Ledger) -> dict[str, Counter[str]]:
    by_outcome: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, count in ledger.totals().items():
        outcome, _, reason = kind.partition("(")
        by_outcome[outcome][reason.rstrip(")")] += count
    return by_outcome


def _outcomes(ledger: Ledger) -> Table:
    table = _grid()
    by_outcome = _by_outcome(ledger)
    explanation = "each ended as one of:" if ledger.discovered else "nothing was listed"
    table.add_row("addresses", str(ledger.discovered), explanation)
    for outcome in ("archived", "unchanged", "skipped", "dropped", "failed"):
        if reasons := by_outcome.get(outcome):
            with_reason = Counter({reason: count for reason, count in reasons.items() if reason})
            table.add_row(f"  {outcome}", str(sum(reasons.values())), counts(with_reason))
    return table
