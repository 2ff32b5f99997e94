"""Tables for a terminal: columns that fit, one line a row, measured in terminal cells."""

import os
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from archive.terminal import visible

NARROWEST, WIDEST = 80, 200
"""Characters of a line; longer ones are hard to read."""
_GAP = "  "
_LEAST = 7
"""Least width of a column; otherwise each column gets its own line."""


def line_width(console: Console) -> int:
    """The length of lines: the terminal's, or COLUMNS, within readable limits."""
    columns = os.environ.get("COLUMNS", "")
    is_number = columns.isascii() and columns.isdecimal() and len(columns) < 6
    width = int(columns) if is_number else console.width
    return min(max(width, NARROWEST), WIDEST)


def fit(text: str, width: int) -> str:
    """Cut or fill a text to this number of cells; a cut text ends in `…`."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)


def print_grid(
    console: Console,
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[str] = (),
    below: Sequence[Sequence[Text]] = (),
) -> None:
    """Print rows under their names; the columns `right`, numbers, are right-aligned.

    `below`: lines under each row, which are not cut here.

    The widest columns are cut first. If there are too many columns for one line, each has its own line.
    """
    width = line_width(console)
    cells = [list(map(_one_line, row)) for row in rows]
    if len(names) * (_LEAST + len(_GAP)) > width + len(_GAP):
        _print_records(console, names, cells, width)
        return
    heads = list(map(_one_line, names))
    natural = [max(map(cell_len, column)) for column in zip(heads, *cells, strict=True)]
    widths = widths_within(natural, width - len(_GAP) * (len(names) - 1))

    def line(row: Sequence[str], style: str = "") -> None:
        parts = []
        for name, cell, size in zip(names, row, widths, strict=True):
            is_right = name in right and cell_len(cell) <= size
            parts.append(" " * (size - cell_len(cell)) + cell if is_right else fit(cell, size))
        print_line(console, _GAP.join(parts).rstrip(), style)

    line(heads, "bold")
    for n, row in enumerate(cells):
        line(row)
        for text in below[n] if below else ():
            console.print(text, soft_wrap=True)


def print_line(console: Console, text: str, style: str = "") -> None:
    """Print a line without interpreting markup, and without wrapping it."""
    console.print(Text(visible(text), style=style), soft_wrap=True)


def widths_within(natural: Sequence[int], limit: int) -> list[int]:
    """Reduce the greatest widths, all to the same width, until their sum is within a limit."""
    low, high = 1, max(natural, default=1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(min(x, middle) for x in natural) <= limit else (low, middle - 1)
    widths = [min(x, low) for x in natural]
    remaining = limit - sum(widths)
    for n, size in enumerate(natural):  # remainder of rounding
        if remaining > 0 and size > widths[n]:
            widths[n] += 1
            remaining -= 1
    return widths


def _print_records(console: Console, names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> None:
    longest = max(map(cell_len, names))
    for row in rows:
        for name, cell in zip(names, row, strict=True):
            room = width - longest - len(_GAP)
            print_line(console, f"{fit(name, longest)}{_GAP}{fit(cell, room).rstrip()}")
        print_line(console, "")


def _one_line(cell: str) -> str:
    return " ".join(visible(cell[: 4 * WIDEST], lines=True).split())
