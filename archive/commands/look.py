"""Commands that read an archive: ls, diff, raw, why."""

from __future__ import annotations

import sys
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.table import Table

import archive
from archive.addresses import plain_url
from archive.opening import utc_now
from archive.state.debts import RETRY_PERIOD, debt_after
from archive.state.model import moment
from archive.terminal import literal, visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from rich.console import Console

    from archive.read.archive import Archive

MOST_NAMING = 10
"""Articles naming an address that `why` lists."""


def list_snapshots(console: Console, options: argparse.Namespace) -> int:
    opened = archive.open(options.archive)
    names = (
        *("snapshot", "committed (UTC)", "what"),
        *("articles", "versions", "stories", "pairs", "visits", "removed", "run"),
    )
    table = Table(*names, box=None, padding=(0, 2, 0, 0))
    for entry in reversed(list(islice(opened.history(), options.n))):
        rows = Counter(entry.rows)
        versions = rows["articles"] + rows["superseded"]
        counts = (rows["articles"], versions, rows["stories"], rows["pairs"], rows["observations"])
        table.add_row(
            str(entry.id) if entry.is_snapshot else "",
            _when(entry.committed_at),
            literal(entry.operation),
            *(map(str, counts) if entry.is_snapshot else ("",) * len(counts)),
            f"+{removed}" if (removed := entry.summary.get("archive/articles_gone")) else "",
            # an empty archive is created before a run has a name
            "" if entry.operation == "create" else literal(entry.run_id),
        )
    console.print(table)
    files = opened.snapshot.files
    size = sum(file.bytes for file in files)
    console.print(f"{opened.snapshot.id + 1} snapshots, {len(files)} live files, {size / 1e6:.1f} MB")
    return 0


def show_diff(console: Console, options: argparse.Namespace) -> int:
    from archive.read.find import find_article

    opened = archive.open(options.archive)
    article_id, latest = find_article(opened, options.id)
    if len(options.versions) not in {0, 2}:
        print("diff takes two version numbers, or none for the last edit.", file=sys.stderr)
        return 2
    versions = options.versions or opened.last_edit(article_id)
    if versions is None:
        reason = "only one version" if latest == 1 else "a text of its feed, then of its page"
        console.print(f"Article {literal(article_id)} has {reason}: nothing has changed.")
        return 0
    diff = opened.diff(article_id, *versions)
    if not console.is_terminal:
        print(visible(str(diff), lines=True))
        return 0
    style = {"same": "", "removed": "red strike", "added": "green bold"}
    for part in (diff.headline, diff.body):
        for change in part:
            text = visible(change.text, lines=True)
            console.print(text, style=style[change.kind], end="", markup=False, soft_wrap=True)
        console.print("\n")
    return 0


def print_page(_console: Console, options: argparse.Namespace) -> int:
    from archive.read.find import find_article

    opened = archive.open(options.archive)
    article_id, _ = find_article(opened, options.id)
    sys.stdout.buffer.write(opened.raw(article_id, options.version).body)
    sys.stdout.buffer.flush()
    return 0


def list_observations(console: Console, options: argparse.Namespace) -> int:
    from archive.read.find import at_address
    from archive.state.tombstones import Tombstones, blank_address

    opened = archive.open(options.archive)
    stone = Tombstones(opened.storage.layout).of_address(options.url)
    if stone is not None:
        console.print(literal(f"purged on {_when(stone.at)} UTC: {stone.reason}"), soft_wrap=True)
        visits = _visits(console, opened, blank_address(options.url))
    else:
        visits = _visits(console, opened, options.url)
        for sentence in _about_articles(opened, options.url, *at_address(opened, options.url)):
            console.print(literal(sentence), soft_wrap=True)
    if not visits:
        url = visible(options.url)
        print(f"No crawl has visited {url}; is it spelled as the outlet does?", file=sys.stderr)
        return 1
    _print_visits(console, visits)
    if message := _retry_message(options.url, visits):
        console.print(literal(message), soft_wrap=True)
    return 0


def _visits(console: Console, opened: Archive, url: str) -> list[dict[str, Any]]:
    """Observations of an address in the order of time; in other spellings if it has none."""
    from archive.read.find import spelled_otherwise

    visits = opened.observations(url=url).to_pylist()
    if not visits and (spellings := spelled_otherwise(opened, url)):
        console.print(literal(f"visited as {', '.join(spellings)}"), soft_wrap=True)
        for spelling in spellings:
            visits += opened.observations(url=spelling).to_pylist()
    return sorted(visits, key=lambda row: row["observed_at"])


def _print_visits(console: Console, visits: Sequence[Mapping[str, Any]]) -> None:
    table = Table("when (UTC)", "outcome", "why", "status", "version", "run", box=None, padding=(0, 2, 0, 0))
    for visit in visits:
        reason = " ".join(filter(None, (visit["reason"], visit["detail"])))
        reason += " (gone)" if visit["gone"] else ""
        cells = (visit["outcome"], reason, visit["http_status"], visit["version"], visit["run_id"])
        table.add_row(_when(visit["observed_at"]), *(literal("" if x is None else str(x)) for x in cells))
    console.print(table)


def _about_articles(
    opened: Archive,
    url: str,
    articles: Sequence[Mapping[str, object]],
    naming: Sequence[Mapping[str, object]],
) -> Iterator[str]:
    """Sentences on the articles at an address, and on those that name it."""
    for row in articles:
        is_latest = plain_url(str(row["url"])) == plain_url(url)
        where = "" if is_latest else f", whose latest text was fetched at {row['url']}"
        yield f"article {row['article_id']} of {row['outlet']}, version {row['version']}{where}"
        if row["syndicated_from"]:
            yield f"a copy: its page names {row['syndicated_from']} as the original"
        elif calls_itself_otherwise(row):
            yield f"its page calls itself {row['canonical_url']}; {_at_canonical(opened, row)}"
    if naming and not articles:
        yield "no article was fetched at this address"
    for row in naming[:MOST_NAMING]:
        if row["syndicated_from"] and plain_url(str(row["syndicated_from"])) == plain_url(url):
            yield f"copied by {row['outlet']}: {row['url']}"
        else:
            yield f"another article of {row['outlet']} calls itself this address: {row['url']}"
    if len(naming) > MOST_NAMING:
        yield f"and {len(naming) - MOST_NAMING} more articles name it"


def _at_canonical(opened: Archive, row: Mapping[str, object]) -> str:
    from archive.read.find import at_address

    articles, _ = at_address(opened, str(row["canonical_url"]))
    if row["article_id"] in {x["article_id"] for x in articles}:
        return "that is the same article, with the same text"
    return "that is another article, with another text" if articles else "nothing was fetched there"


def calls_itself_otherwise(row: Mapping[str, object]) -> bool:
    """Tell if the canonical address of a page is not the one it was fetched at."""
    canonical = row["canonical_url"]
    return bool(canonical) and plain_url(str(canonical)) != plain_url(str(row["url"]))


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _retry_message(url: str, visits: Sequence[Mapping[str, object]]) -> str | None:
    """A sentence on an address that is retried."""
    debt = debt_after(url, visits)
    if debt is None:
        return None
    end = moment(debt.since) + RETRY_PERIOD
    if debt.is_over(utc_now()):
        return f"No longer retried since {_when(end)} UTC, unless a list names it again."
    tries = f"tried {debt.tries} times" if debt.tries != 1 else "tried once"
    if not debt.is_recurring:
        return (
            f"Not fetched since {_when(moment(debt.since))} UTC, {tries}; {debt.outlet} is no declared "
            "outlet: give the address to `triptych crawl page` again, no other run requests it."
        )
    return (
        f"Retried since {_when(moment(debt.since))} UTC, {tries}; the first crawl or revisit of "
        f"{debt.outlet} after {_when(debt.due)} UTC requests it again, listed or not, until {_when(end)} UTC."
    )
