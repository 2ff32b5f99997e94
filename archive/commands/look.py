"""Commands that look into an archive: ls, diff, raw, why."""

from __future__ import annotations

import sys
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from rich.table import Table

import archive
from archive.addresses import plain_url
from archive.opening import utc_now
from archive.state.debts import OWED_FOR, debt_after
from archive.state.model import moment
from archive.terminal import literal, visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from rich.console import Console

    from archive.read.archive import Archive

MOST_NAMING = 10
"""Articles that `why` lists which name an address."""


def list_snapshots(console: Console, options: argparse.Namespace) -> int:
    opened = archive.open(options.archive)
    names = (
        "snapshot",
        "committed (UTC)",
        "what",
        "articles",
        "versions",
        "stories",
        "pairs",
        "looks",
        "taken down",
        "run",
    )
    table = Table(*names, box=None, padding=(0, 2, 0, 0))
    for entry in reversed(list(islice(opened.history(), options.n))):
        rows = Counter(entry.rows)
        counts = (
            rows["articles"],
            rows["articles"] + rows["superseded"],
            rows["stories"],
            rows["pairs"],
            rows["observations"],
        )
        table.add_row(
            str(entry.id) if entry.is_snapshot else "",
            _when(entry.committed_at),
            literal(entry.operation),
            *(map(str, counts) if entry.is_snapshot else ("",) * len(counts)),
            f"+{gone}" if (gone := entry.summary.get("archive/articles_gone")) else "",
            # an empty archive is made before a run has a name
            "" if entry.operation == "create" else literal(entry.run_id),
        )
    console.print(table)
    files = opened.snapshot.files
    size = sum(file.bytes for file in files)
    console.print(f"{opened.snapshot.id + 1} snapshots, {len(files)} live files, {size / 1e6:.1f} MB")
    return 0


def show_diff(console: Console, options: argparse.Namespace) -> int:
    from archive.read.find import find_article  # noqa: PLC0415  pyarrow, .17 s: --help needs none

    opened = archive.open(options.archive)
    article_id, latest = find_article(opened, options.id)
    if len(options.versions) not in {0, 2}:
        print("diff takes two version numbers, or none for the last edit.", file=sys.stderr)
        return 2
    versions = options.versions or opened.last_edit(article_id)
    if versions is None:
        why = "one version only" if latest == 1 else "a text of its feed and then of its page"
        console.print(f"Article {literal(article_id)} has {why}: nothing has changed.")
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
    # pyarrow, .17 s: --help needs none
    from archive.read.find import at_address, spelled_otherwise  # noqa: PLC0415

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
    here, naming = at_address(opened, options.url) if stone is None else ([], [])
    for sentence in _standing(opened, options.url, here, naming):
        console.print(literal(sentence), soft_wrap=True)
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


def _standing(
    opened: Archive, url: str, here: Sequence[Mapping[str, object]], naming: Sequence[Mapping[str, object]]
) -> Iterator[str]:
    """Sentences on the article at an address: what it is, what it calls itself, and who names the address."""
    from archive.read.find import at_address  # noqa: PLC0415  pyarrow, .17 s: --help needs none

    for row in here:
        own = plain_url(str(row["url"])) == plain_url(url)
        where = "" if own else f", whose latest text was fetched at {row['url']}"
        yield f"article {row['article_id']} of {row['outlet']}, version {row['version']}{where}"
        if row["syndicated_from"]:
            yield f"a copy: its page names {row['syndicated_from']} as the original"
        elif calls_itself_otherwise(row):
            there, _ = at_address(opened, str(row["canonical_url"]))
            others = [x for x in there if x["article_id"] != row["article_id"]]
            same = [x for x in there if x["article_id"] == row["article_id"]]
            said = "; that is another article, with another text" if others else "; nothing was fetched there"
            said = "; that is the same article, with the same text" if same else said
            yield f"its page calls itself {row['canonical_url']}{said}"
    if naming and not here:
        yield "no article was fetched at this address"
    for row in naming[:MOST_NAMING]:
        if row["syndicated_from"] and plain_url(str(row["syndicated_from"])) == plain_url(url):
            yield f"copied by {row['outlet']}: {row['url']}"
        else:
            yield f"another article of {row['outlet']} calls itself this address: {row['url']}"
    if len(naming) > MOST_NAMING:
        yield f"and {len(naming) - MOST_NAMING} more articles name it"


def calls_itself_otherwise(row: Mapping[str, object]) -> bool:
    """Tell if a page names another canonical address than that at which it was fetched."""
    canonical = row["canonical_url"]
    return bool(canonical) and plain_url(str(canonical)) != plain_url(str(row["url"]))


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
