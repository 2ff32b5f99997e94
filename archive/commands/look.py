"""Commands that look into an archive: ls, show, diff, raw, why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.table import Table

import archive
from archive.opening import utc_now
from archive.state.debts import OWED_FOR, debt_after
from archive.state.model import moment
from archive.terminal import literal, visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from rich.console import Console


def list_snapshots(console: Console, options: argparse.Namespace) -> int:
    opened = archive.open(options.archive)
    snapshots = opened.snapshots()
    names = (
        "snapshot",
        "committed (UTC)",
        "what",
        "articles",
        "versions",
        "stories",
        "pairs",
        "looks",
        "run",
    )
    table = Table(*names, box=None, padding=(0, 2, 0, 0))
    for snapshot in snapshots[-options.n :]:
        articles = snapshot.rows("articles")
        counts = (
            articles,
            articles + snapshot.rows("superseded"),
            snapshot.rows("stories"),
            snapshot.rows("pairs"),
            snapshot.rows("observations"),
        )
        table.add_row(
            str(snapshot.id),
            _when(snapshot.committed_at),
            literal(snapshot.operation),
            *map(str, counts),
            # an empty archive is made before a run has a name
            "" if snapshot.operation == "create" else literal(snapshot.run_id),
        )
    console.print(table)
    size = sum(file.bytes for file in opened.snapshot.files)
    console.print(f"{len(snapshots)} snapshots, {len(opened.snapshot.files)} live files, {size / 1e6:.1f} MB")
    return 0


def show_story(console: Console, options: argparse.Namespace) -> int:
    from archive.read.find import find  # noqa: PLC0415  pyarrow is not needed for --help

    rows = find(archive.open(options.archive), options.id)
    console.print(f"[bold]story {literal(rows[0]['story_id'])}[/bold], {len(rows)} articles")
    for row in rows:
        authors = ", ".join(row["authors"]) or "no author"  # type: ignore[arg-type]
        console.print(
            f"\n[bold]{literal(row['language'] or 'unknown language')}: {literal(row['headline'])}[/bold]"
        )
        console.print(literal(f"{row['article_id']}, version {row['version']}, {row['outlet']}"))
        console.print(literal(row["url"]), soft_wrap=True)
        published = row["published_at"]
        console.print(literal(f"{f'{_when(published)} UTC' if published else 'no date'}, {authors}"))  # type: ignore[arg-type]
        console.print(literal(f"seen {_when(row['first_seen'])} to {_when(row['last_seen'])} UTC"))  # type: ignore[arg-type]
        body = str(row["body"])
        console.print(literal(body[:400] + ("…" if len(body) > 400 else ""), lines=True))
    return 0


def show_diff(console: Console, options: argparse.Namespace) -> int:
    from archive.read.find import find_article  # noqa: PLC0415  pyarrow, .17 s: --help needs none

    opened = archive.open(options.archive)
    article_id, latest = find_article(opened, options.id)
    versions = options.versions or [latest - 1, latest]
    if len(versions) != 2:
        print("diff takes two version numbers, or none for the last two.", file=sys.stderr)
        return 2
    if not options.versions and latest == 1:
        console.print(f"Article {literal(article_id)} has one version only: nothing has changed.")
        return 0
    diff = opened.diff(article_id, *versions)
    if not console.is_terminal:
        print(visible(str(diff), lines=True))
        return 0
    style = {"same": "", "removed": "red strike", "added": "green bold"}
    for part in (diff.headline, diff.body):
        for change in part:
            shown = visible(change.text, lines=True)
            console.print(shown, style=style[change.kind], end="", markup=False, soft_wrap=True)
        console.print("\n")
    return 0


def print_page(_console: Console, options: argparse.Namespace) -> int:
    from archive.read.find import find_article  # noqa: PLC0415  pyarrow, .17 s: --help needs none

    opened = archive.open(options.archive)
    article_id, _ = find_article(opened, options.id)
    sys.stdout.buffer.write(opened.raw(article_id, options.version).body)
    sys.stdout.buffer.flush()
    return 0


def list_observations(console: Console, options: argparse.Namespace) -> int:
    from archive.read.find import spelled_otherwise  # noqa: PLC0415  pyarrow, .17 s: --help needs none

    # pyarrow, .17 s: --help needs none
    from archive.state.tombstones import Tombstones, blank_address  # noqa: PLC0415

    opened = archive.open(options.archive)
    stone = Tombstones(opened.storage.layout).of_address(options.url)
    if stone is not None:
        console.print(literal(f"purged on {_when(stone.at)} UTC: {stone.reason}"), soft_wrap=True)
    shown = options.url if stone is None else blank_address(options.url)
    looks = opened.observations(url=shown).to_arrow().sort_by("observed_at").to_pylist()
    if not looks and (spelled := spelled_otherwise(opened, shown)):
        console.print(literal(f"looked at as {', '.join(spelled)}"), soft_wrap=True)
        of_all = [row for url in spelled for row in opened.observations(url=url).to_pylist()]
        looks = sorted(of_all, key=lambda row: row["observed_at"])
    if not looks:
        asked = visible(options.url)
        print(f"No crawl has looked at {asked}; is it spelled as the outlet does?", file=sys.stderr)
        return 1
    table = Table("when (UTC)", "outcome", "why", "status", "version", "run", box=None, padding=(0, 2, 0, 0))
    for look in looks:
        reason = " ".join(x for x in (look["reason"], look["detail"]) if x) + (
            " (gone)" if look["gone"] else ""
        )
        cells = (look["outcome"], reason, look["http_status"], look["version"], look["run_id"])
        table.add_row(_when(look["observed_at"]), *(literal("" if x is None else str(x)) for x in cells))
    console.print(table)
    if message := _owed(options.url, looks):
        console.print(literal(message), soft_wrap=True)
    return 0


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _owed(url: str, looks: Sequence[Mapping[str, object]]) -> str | None:
    """A sentence on an address that is asked for again."""
    debt = debt_after(url, looks)
    if debt is None:
        return None
    over = moment(debt.since) + OWED_FOR
    if debt.is_over(utc_now()):
        return f"Owed no more: its time was over on {_when(over)} UTC. It is asked for where a list names it."
    tries = f"tried {debt.tries} times" if debt.tries != 1 else "tried once"
    return (
        f"Owed since {_when(moment(debt.since))} UTC, {tries}; the first crawl or revisit of {debt.outlet} "
        f"after {_when(debt.due)} UTC asks for it again, listed or not, until {_when(over)} UTC."
    )
