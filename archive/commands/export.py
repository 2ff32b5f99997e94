"""`triptych archive export`: the archive in a format for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import archive
from archive.commands.arguments import add_spread, count, spread
from archive.commands.progress import bar
from archive.commands.view import add_page_arguments, write_pages
from archive.opening import utc_now
from archive.terminal import Terminal, literal, visible

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from archive.export.choice import Choice
    from archive.read.archive import Archive

_ARTICLES = "articles"
_FORMATS = {
    "csv": "text that a spreadsheet would execute as a formula gets a leading apostrophe",
    "xlsx": "a sheet, times in UTC",
    "jsonl": "an object a line, times as ISO 8601 in UTC",
    "parquet": "one file",
    "tmx": "the headlines of each story, and the paragraphs aligned by `triptych pair`",
    "iceberg": "a folder with a catalogue, with links to the data files (needs triptych[iceberg])",
}
"""What each holds; archive/export/files.py writes them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kind = parser.add_mutually_exclusive_group(required=True)
    about = "; ".join(f"{name}: {text}" for name, text in _FORMATS.items())
    kind.add_argument("--format", choices=_FORMATS, help=about)
    kind.add_argument(
        "--dataset",
        type=Path,
        metavar="DIR",
        help="all tables as Parquet, with a card, Croissant and a Data Package; DIR must not exist",
    )
    kind.add_argument(
        "--wacz",
        type=Path,
        metavar="FILE",
        help="the raw pages, for ReplayWeb.page and pywb; FILE must not exist",
    )
    kind.add_argument(
        "--html",
        type=Path,
        metavar="FOLDER",
        help="self-contained pages, as `view --output` writes them; no purge reaches them",
    )
    add_page_arguments(parser, "--html")
    parser.add_argument("--output", metavar="PATH", help="replaced when the export is complete; - for stdout")
    parser.add_argument("--table", help="articles (default), versions, stories, …; not for tmx")
    parser.add_argument("--language", action="append", metavar="TAG", help="only this; may be repeated")
    parser.add_argument("--outlet", action="append", metavar="NAME", help="only this; may be repeated")
    parser.add_argument(
        "--as-of", metavar="TIME", help="the archive at that time: 2026-03-01, or with a time"
    )
    add_spread(parser)
    parser.add_argument(
        "--sample", type=count, metavar="N", help="N stories, balanced by outlet and month of publication"
    )
    parser.add_argument(
        "--seed", type=int, metavar="S", help="of the sample: another seed gives another sample (default: 0)"
    )
    parser.add_argument(
        "--no-bom", action="store_true", help="csv: without the byte-order mark that Excel needs"
    )


def run(console: Console, options: argparse.Namespace) -> int:
    opened = archive.open(options.archive)
    if wrong := _contradiction(options):
        print(f"export: {wrong}.", file=sys.stderr)
        return 2
    if options.wacz is not None:
        return _wacz(console, opened, options.wacz)
    if options.html is not None:
        write_pages(console, options, opened, options.html)
        return 0
    try:
        message = (_table if options.dataset is None else _dataset)(opened, options)
    except ValueError as error:  # an unknown table, column, moment or value
        print(f"{visible(str(error)).rstrip('.')}.", file=sys.stderr)
        return 2
    where = Terminal(stderr=True) if options.output == "-" else console
    where.print(literal(message), soft_wrap=True)
    if not len(opened.articles()):
        from archive.export.choice import NO_ARTICLES

        print(f"{visible(options.archive)} is empty: {NO_ARTICLES}", file=sys.stderr)
    return 0


def _contradiction(options: argparse.Namespace) -> str:
    """A message about options that exclude each other; empty if there are none."""
    is_selection = any((options.language, options.as_of, options.sample))
    has_output = any((options.output, options.table))
    if not options.sample and options.seed is not None:
        return "--seed is of a --sample N"
    if options.wacz and (has_output or is_selection or options.outlet):
        return "--wacz FILE says where to, and takes all pages"
    if options.dataset and has_output:
        return "--dataset DIR says where to, and takes all tables"
    if options.format == "tmx" and len(options.language or ()) == 1:
        return "tmx pairs languages: repeat --language, or leave it out"
    if options.html and (has_output or is_selection):
        return "--html FOLDER takes --outlet, --most and --interface alone"
    return "" if options.output or not options.format else "say where to with --output"


def _wacz(console: Console, opened: Archive, file: Path) -> int:
    from archive.export import wacz

    count = wacz.export(opened, file, utc_now())
    size = file.stat().st_size
    console.print(f"{count} pages in {file}, {size / 1e6:.1f} MB.", markup=False, soft_wrap=True)
    return 0


def _choice(options: argparse.Namespace) -> Choice:
    from archive.export.choice import Choice

    return Choice(
        tuple(options.language or ()),
        tuple(options.outlet or ()),
        options.as_of,
        options.sample,
        options.seed or 0,
    )


def _dataset(opened: Archive, options: argparse.Namespace) -> str:
    from archive.export import dataset

    choice = _choice(options)
    choice.check(opened, _ARTICLES)
    with bar() as progress:
        task = progress.add_task("data set", total=None)

        def advance(table: str, rows: int) -> None:
            progress.update(task, description=table, advance=rows)

        contents = dataset.export(opened, options.dataset, choice, advance)
    files = sum(len(x.parts) for x in contents.tables)
    return (
        f"{contents.rows(_ARTICLES)} articles of {contents.rows('stories')} stories in {options.dataset}: "
        f"{len(contents.tables)} tables, {files} files of data, {contents.bytes / 1e6:.1f} MB. Its card is "
        "README.md."
    )


def _table(opened: Archive, options: argparse.Namespace) -> str:
    from archive.export.files import export, register_iceberg

    choice = _choice(options)
    table = options.table or _ARTICLES
    if options.format == "iceberg":
        if not choice.is_everything or choice.as_of or options.output == "-":
            raise ValueError("iceberg takes whole tables of the last snapshot, and a folder")
        return f"{register_iceberg(opened, options.output, table)} in {options.output}."
    if options.format == "tmx" and options.table:
        raise ValueError("tmx is of stories; it takes no --table")
    choice.check(opened, table)
    with bar() as progress:
        total = None if progress.disable or choice.sample else len(choice.rows(opened, table))
        task = progress.add_task(table, total=total)
        message = export(
            opened,
            options.output,
            options.format,
            choice,
            table=table,
            bom=not options.no_bom,
            spread=spread(options, sum(file.bytes for file in opened.snapshot.stored(table))),
            progress=lambda rows: progress.advance(task, rows),
        )
    return f"{message} in {options.output}."
