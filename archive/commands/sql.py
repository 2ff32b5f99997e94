"""`triptych archive sql`: a query in SQL, with the result as a table, CSV or JSON."""

from __future__ import annotations

import json
import math
import signal
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

import archive
from archive.commands.arguments import count
from archive.commands.grid import print_grid

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from rich.console import Console

    from archive.read.sql import SqlRows

_PRINTED = 1000
"""Rows printed on a terminal; CSV and JSON have all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "question", nargs="?", help="one SELECT; without it: the names of tables and views, and their columns"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="all rows, in the lines of Unix")
    form.add_argument("--json", action="store_true", help="all rows, as a list of objects")
    parser.add_argument(
        "--as-of", metavar="TIME", help="the archive at that time: 2026-03-01, or with a time"
    )
    parser.add_argument(
        "--seconds", type=count, metavar="N", help="stop a query that takes longer (default: no limit)"
    )
    parser.add_argument("--memory", default="2GB", metavar="SIZE", help="memory for DuckDB (default: 2GB)")


def run(console: Console, options: argparse.Namespace) -> int:
    opened = archive.open(options.archive)
    if not options.question:
        return _names(console, options.called)
    from archive.read.sql import bounded, too_much

    try:
        with bounded(options.memory), _ended_by_ctrl_c():
            rows = opened.sql(
                options.question, as_of=options.as_of, memory=options.memory, seconds=options.seconds
            )
            if options.csv:
                _print_csv(rows)
            elif options.json:
                _print_json(rows)
            else:
                _print_table(console, rows)
    except ValueError as error:  # an invalid moment
        print(f"{error}.", file=sys.stderr)
        return 2
    except MemoryError as error:
        raise too_much() from error
    return 0


@contextmanager
def _ended_by_ctrl_c() -> Iterator[None]:
    """Let the system end the process: DuckDB answers in C, where no KeyboardInterrupt is raised."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _names(console: Console, called: str) -> int:
    from archive.format.schema import ABOUT
    from archive.read.sql_views import views

    tables = [(name, "table", about.split(". ")[0].rstrip(".")) for name, about in ABOUT.items()]
    view_rows = [(x.name, "view", ", ".join(x.columns)) for x in views().values()]
    print_grid(console, ["name", "kind", "rows, or columns"], [*tables, *view_rows])
    console.print(f"\nFor example:  {called} 'SELECT * FROM lags_by_outlet'", markup=False)
    return 0


def _print_table(console: Console, rows: SqlRows) -> None:
    objects = list(islice(_objects(rows), _PRINTED + 1))
    cells = [[_text(x[name]) for name in rows.columns] for x in objects[:_PRINTED]]
    numbers = []
    for name in rows.columns:
        if objects and all(isinstance(x[name], int | float | None) for x in objects):
            numbers.append(name)
    print_grid(console, rows.columns, cells, right=numbers)
    more = f", the first {_PRINTED:,} of more: --csv and --json have all" if len(objects) > _PRINTED else ""
    console.print(f"{len(cells):,} {'row' if len(cells) == 1 else 'rows'}{more}", highlight=False)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _print_csv(rows: SqlRows) -> None:
    from archive.export.files import csv_cell, csv_lines

    before = csv_lines([rows.columns], "\n")  # not written where the first row is an error
    for row in _objects(rows):
        sys.stdout.buffer.write(before + csv_lines([[csv_cell(x) for x in row.values()]], "\n"))
        before = b""
    sys.stdout.buffer.write(before)
    sys.stdout.buffer.flush()


def _print_json(rows: SqlRows) -> None:
    before = "["
    for row in _objects(rows):
        _write(f"{before}\n{json.dumps(row, ensure_ascii=False)}")
        before = ","
    _write("\n]\n" if before == "," else "[]\n")
    sys.stdout.buffer.flush()


def _write(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


def _objects(rows: SqlRows) -> Iterator[dict[str, object]]:
    from archive.tables.parquet_files import translated_errors

    for batch in rows.batches():
        with translated_errors():
            objects = batch.to_pylist()
        for row in objects:
            yield {name: _plain(value) for name, value in row.items()}


def _plain(value: object) -> object:
    """Convert SQL types that JSON does not have: times to ISO 8601 in UTC, intervals to seconds."""
    if isinstance(value, datetime):
        at = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return at.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_plain(x) for x in value]
    if isinstance(value, dict):
        return {str(name): _plain(x) for name, x in value.items()}
    return value if value is None or isinstance(value, str | int) else str(value)
