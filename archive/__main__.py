"""`python -m archive`: look after an archive, and look into it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import archive
from archive import export_command, no_pandas, purge_command, view_command
from archive.arguments import count, days
from archive.exceptions import ArchiveError
from archive.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

_EXAMPLES = """
examples:
  python -m archive ls                        snapshots and what the tables hold
  python -m archive show 3f2a                 the story of an article, by the start of its id
  python -m archive show https://…            the same, by address
  python -m archive view                      the latest stories in the browser
  python -m archive diff 3f2a                 what changed in the latest edit, word by word
  python -m archive why https://…             every look at an address, and what came of it
  python -m archive verify --archive old/     check another archive against its checksums

Exit code: 0 all is well, 1 there is a problem (one sentence says which), 2 a wrong command.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    no_pandas.settle()
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 240  # a pipe has no width: lines that wrap would be hard to take apart
    command: Callable[[Console, argparse.Namespace], int] = options.command
    try:
        return command(console, options)
    except ArchiveError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # `| head` has seen enough
        sys.stderr.close()
        return 0
    except OSError as error:  # a disk that is full or goes away
        print(f"{error.filename or options.archive}: {error.strerror or error}.", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m archive",
        description="Look after a news archive, and look into it. Reading never disturbs a crawl.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = os.environ.get("TRIPTYCH_ARCHIVE_URI", "news-archive")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument(
        "--archive", metavar="FOLDER", help=f"the archive (default: {default})", default=default
    )
    parser.set_defaults(archive=default)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, run: Callable[[Console, argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, parents=[where])
        sub.set_defaults(command=run)
        return sub

    listing = add("ls", _ls, "list snapshots, newest last, and count the rows of each table")
    listing.add_argument(
        "-n", type=count, default=10, metavar="COUNT", help="how many snapshots (default: 10)"
    )
    show = add("show", _show, "show a story in all its languages")
    show.add_argument("id", help="article id, story id, the start of one, or an address")
    view_command.add_arguments(
        add("view", view_command.run, "look at stories in the browser: variants side by side, gaps, edits")
    )
    diff = add("diff", _diff, "show what changed between two versions of an article, word by word")
    diff.add_argument("id", help="article id, the start of one, or an address")
    diff.add_argument(
        "versions", nargs="*", type=int, metavar="VERSION", help="two numbers (default: the last two)"
    )
    page = add("raw", _raw, "print the page an article was read from, byte for byte as it was served")
    page.add_argument("id", help="article id, the start of one, or an address")
    page.add_argument("version", nargs="?", type=int, help="which version (default: the latest)")
    why = add("why", _why, "tell what became of an address: every look, in the order of time")
    why.add_argument("url", help="as fetched or as asked for")
    repair = add(
        "repair", _repair, "commit what dead writers left, turn the view to the last snapshot, sweep up"
    )
    repair.add_argument(
        "--rebuild",
        action="store_true",
        help="make state.sqlite anew from the log, and the index of pages from the pages",
    )
    add("compact", _compact, "merge small files; worth it daily on a busy archive")
    gc = add("gc", _gc, "remove data files that no recent snapshot needs; time travel does not need them")
    gc.add_argument("--keep-days", type=days, default=1, metavar="DAYS", help="how recent (default: 1)")
    gc.add_argument("--dry-run", action="store_true", help="only say what would go")
    add("migrate", _migrate, "bring an archive of an older schema up to today's, in one snapshot")
    export_command.add_arguments(
        add("export", export_command.run, "write a table, or the raw pages, for another program to read")
    )
    purge_command.add_arguments(
        add("purge", purge_command.run, "remove an article for good, from every version, page and snapshot")
    )
    add("verify", _verify, "check checksums, schema, links between tables; list leftovers and quarantine")
    return parser


def _ls(console: Console, options: argparse.Namespace) -> int:
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
            snapshot.operation,
            *map(str, counts),
            # an empty archive is made before a run has a name
            "" if snapshot.operation == "create" else escape(snapshot.run_id),
        )
    console.print(table)
    size = sum(file.bytes for file in opened.snapshot.files)
    console.print(f"{len(snapshots)} snapshots, {len(opened.snapshot.files)} live files, {size / 1e6:.1f} MB")
    return 0


def _show(console: Console, options: argparse.Namespace) -> int:
    from archive.show import find  # noqa: PLC0415  pyarrow is not needed for --help

    rows = find(archive.open(options.archive), options.id)
    console.print(f"[bold]story {rows[0]['story_id']}[/bold], {len(rows)} articles")
    for row in rows:
        authors = ", ".join(row["authors"]) or "no author"  # type: ignore[arg-type]
        console.print(
            f"\n[bold]{row['language'] or 'unknown language'}: {escape(str(row['headline']))}[/bold]"
        )
        console.print(escape(f"{row['article_id']}, version {row['version']}, {row['outlet']}"))
        console.print(escape(f"{row['url']}"), soft_wrap=True)
        published = row["published_at"]
        console.print(escape(f"{f'{_when(published)} UTC' if published else 'no date'}, {authors}"))  # type: ignore[arg-type]
        console.print(escape(f"seen {_when(row['first_seen'])} to {_when(row['last_seen'])} UTC"))  # type: ignore[arg-type]
        body = str(row["body"])
        console.print(escape(body[:400] + ("…" if len(body) > 400 else "")))
    return 0


def _diff(console: Console, options: argparse.Namespace) -> int:
    from archive.show import find_article  # noqa: PLC0415

    opened = archive.open(options.archive)
    article_id, latest = find_article(opened, options.id)
    versions = options.versions or [latest - 1, latest]
    if len(versions) != 2:
        print("diff takes two version numbers, or none for the last two.", file=sys.stderr)
        return 2
    if not options.versions and latest == 1:
        console.print(f"Article {article_id} has one version only: nothing has changed.")
        return 0
    diff = opened.diff(article_id, *versions)
    if not console.is_terminal:
        print(diff)
        return 0
    style = {"same": "", "removed": "red strike", "added": "green bold"}
    for part in (diff.headline, diff.body):
        for change in part:
            console.print(change.text, style=style[change.kind], end="", markup=False, soft_wrap=True)
        console.print("\n")
    return 0


def _raw(_console: Console, options: argparse.Namespace) -> int:
    from archive.show import find_article  # noqa: PLC0415

    opened = archive.open(options.archive)
    article_id, _ = find_article(opened, options.id)
    sys.stdout.buffer.write(opened.raw(article_id, options.version).body)
    sys.stdout.buffer.flush()
    return 0


def _why(console: Console, options: argparse.Namespace) -> int:
    from archive.show import spelled_otherwise  # noqa: PLC0415
    from archive.tombstones import Tombstones, blank_address  # noqa: PLC0415

    opened = archive.open(options.archive)
    stone = Tombstones(Layout(opened.root)).of_address(options.url)
    if stone is not None:
        console.print(escape(f"purged on {_when(stone.at)} UTC: {stone.reason}"), soft_wrap=True)
    shown = options.url if stone is None else blank_address(options.url)
    looks = opened.observations(url=shown).to_arrow().sort_by("observed_at").to_pylist()
    if not looks and (spelled := spelled_otherwise(opened, shown)):
        console.print(escape(f"looked at as {', '.join(spelled)}"), soft_wrap=True)
        of_all = [row for url in spelled for row in opened.observations(url=url).to_arrow().to_pylist()]
        looks = sorted(of_all, key=lambda row: row["observed_at"])
    if not looks:
        print(f"No crawl has looked at {options.url}; is it spelled as the outlet does?", file=sys.stderr)
        return 1
    table = Table("when (UTC)", "outcome", "why", "status", "version", "run", box=None, padding=(0, 2, 0, 0))
    for look in looks:
        reason = " ".join(x for x in (look["reason"], look["detail"]) if x) + (
            " (gone)" if look["gone"] else ""
        )
        cells = (look["outcome"], reason, look["http_status"], look["version"], look["run_id"])
        table.add_row(_when(look["observed_at"]), *(escape("" if x is None else str(x)) for x in cells))
    console.print(table)
    return 0


def _repair(console: Console, options: argparse.Namespace) -> int:
    from archive.upkeep import repair  # noqa: PLC0415

    done = repair(options.archive, rebuild=options.rebuild)
    made = f"snapshot {done.snapshot.id}" if done.snapshot else "no new snapshot"
    console.print(f"{done.articles} articles recovered, {made}; view and cache are up to the log.")
    if done.returned:
        console.print(f"{done.returned} data files that the store had lost are there again.")
    return 0


def _compact(console: Console, options: argparse.Namespace) -> int:
    from archive.upkeep import compact  # noqa: PLC0415

    before = archive.open(options.archive).snapshot
    snapshot = compact(options.archive)
    if snapshot is None:
        console.print(f"Nothing to merge among {len(before.files)} files.")
    else:
        console.print(f"Snapshot {snapshot.id}: {len(before.files)} files became {len(snapshot.files)}.")
    return 0


def _migrate(console: Console, options: argparse.Namespace) -> int:
    from archive.migration import migrate  # noqa: PLC0415

    snapshot = migrate(options.archive)
    done = "has today's schema already" if snapshot is None else f"has schema {snapshot.schema_version} now"
    console.print(f"{escape(str(options.archive))} {done}.")
    return 0


def _gc(console: Console, options: argparse.Namespace) -> int:
    from archive.upkeep import gc  # noqa: PLC0415

    done = gc(options.archive, options.keep_days, dry_run=options.dry_run)
    verb = "would go" if options.dry_run else "removed"
    console.print(f"{done.files} data files, {done.bytes / 1e6:.1f} MB, and {done.views} views {verb}.")
    return 0


def _verify(console: Console, options: argparse.Namespace) -> int:
    from archive.verify import verify  # noqa: PLC0415

    findings = verify(options.archive)
    for finding in findings:
        mark = "[red]wrong[/red]" if finding.grave else "note "
        console.print(f"{mark} {escape(finding.text)}", soft_wrap=True)
    grave = sum(finding.grave for finding in findings)
    console.print(f"{grave} problems" if grave else "The archive is whole.")
    return 1 if grave else 0


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


if __name__ == "__main__":
    sys.exit(main())
