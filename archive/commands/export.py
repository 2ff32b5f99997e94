"""`python -m archive export`: the archive in a form that others open."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import archive
from archive.commands.progress import bar
from archive.opening import utc_now
from archive.terminal import Terminal, literal, visible

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from archive.read.archive import Archive

_ARTICLES = "articles"
_FORMATS = ("csv", "jsonl", "parquet", "tmx", "iceberg")
_ABOUT = (
    "csv: text that a spreadsheet would take for a formula gets an apostrophe before it; jsonl: an object a "
    "line, times as ISO 8601 in UTC; parquet: one file; tmx: headlines of a story beside each other, and "
    "paragraphs as `scrapy pair` has aligned them; iceberg: a folder with a catalogue, the data files are "
    "linked and not written anew (needs triptych[iceberg])"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--format", choices=_FORMATS, help=_ABOUT)
    kind.add_argument(
        "--wacz",
        type=Path,
        metavar="FILE",
        help="the raw pages, for ReplayWeb.page and pywb; FILE must not exist",
    )
    parser.add_argument("--output", metavar="PATH", help="replaced when the export is whole; - for stdout")
    parser.add_argument("--table", help="articles (default), versions, stories, …; not for tmx")
    parser.add_argument("--language", action="append", metavar="TAG", help="only this; may be given again")
    parser.add_argument("--outlet", action="append", metavar="NAME", help="only this; may be given again")
    parser.add_argument("--as-of", metavar="TIME", help="as the archive was then: 2026-03-01, or with a time")
    parser.add_argument(
        "--no-bom", action="store_true", help="csv: without the mark that Excel needs and most others skip"
    )


def run(console: Console, options: argparse.Namespace) -> int:
    opened = archive.open(options.archive)
    if options.wacz is not None:
        if options.output or options.table:
            print("export: --wacz FILE says where to, and takes all pages.", file=sys.stderr)
            return 2
        return _wacz(console, opened, options.wacz)
    if not options.output:
        print("export: say where to with --output.", file=sys.stderr)
        return 2
    try:
        message = _table(opened, options)
    except ValueError as error:  # a table, column or moment that there is not
        print(f"{visible(str(error)).rstrip('.')}.", file=sys.stderr)
        return 2
    where = Terminal(stderr=True) if options.output == "-" else console
    where.print(f"{literal(message)} in {literal(options.output)}.", soft_wrap=True)
    return 0


def _wacz(console: Console, opened: Archive, file: Path) -> int:
    from archive.export import wacz  # noqa: PLC0415  pyarrow is not needed for --help

    count = wacz.export(opened, file, utc_now())
    size = file.stat().st_size
    console.print(f"{count} pages in {file}, {size / 1e6:.1f} MB.", markup=False, soft_wrap=True)
    return 0


def _table(opened: Archive, options: argparse.Namespace) -> str:
    # pyarrow, .17 s: --help needs none
    from archive.export.files import export, register_iceberg  # noqa: PLC0415

    choice = {"language": options.language, "outlet": options.outlet, "as_of": options.as_of}
    if options.format == "iceberg":
        if any(choice.values()) or options.output == "-":
            raise ValueError("iceberg takes whole tables of the last snapshot, and a folder")
        return register_iceberg(opened, options.output, options.table or _ARTICLES)
    if options.format == "tmx" and options.table:
        raise ValueError("tmx is of stories; it takes no --table")
    table = options.table or _ARTICLES
    for name in ("language", "outlet"):
        if choice[name] and not len(opened.table(table, **{name: choice[name]})):
            values = opened.table(table, columns=[name]).to_arrow().column(name).unique().to_pylist()
            there = sorted(value for value in values if value)
            raise ValueError(
                f"no row of {table} has {name} {' or '.join(choice[name])}; there are: {', '.join(there)}"
            )
    with bar() as progress:
        total = None if progress.disable else len(opened.table(table, **choice))
        task = progress.add_task(table, total=total)
        return export(
            opened,
            options.output,
            options.format,
            table=table,
            bom=not options.no_bom,
            progress=lambda rows: progress.advance(task, rows),
            **choice,
        )
