"""Tables for a terminal: columns that fit, one line a row, widths as the terminal draws each character."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from archive.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

NARROWEST, WIDEST = 80, 200
"""Characters of a line; wider ones are hard to follow with the eye."""
_GAP = "  "
_LEAST = 7
"""Characters that each column has, where all of them stand side by side."""


def line_width(console: Console) -> int:
    """Choose the length of lines: the terminal's, or COLUMNS, within what a person can read."""
    told = os.environ.get("COLUMNS", "")
    width = int(told) if told.isascii() and told.isdecimal() and len(told) < 6 else console.width
    return min(max(width, NARROWEST), WIDEST)


def fit(text: str, width: int) -> str:
    """Cut or fill a text to so many cells of a terminal; what is cut ends in `…`."""
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
    """Print rows under their names; numbers, the columns `right`, end below each other.

    `below`: for each row lines that stand under it, which are not cut here.

    The widest columns give way first. Of columns that are too many for one line each has a line of its own.
    """
    width = line_width(console)
    shown = [[_one_line(cell) for cell in row] for row in rows]
    if len(names) * (_LEAST + len(_GAP)) > width + len(_GAP):
        _print_records(console, names, shown, width)
        return
    heads = [_one_line(name) for name in names]
    natural = [max(cell_len(row[n]) for row in (heads, *shown)) for n in range(len(names))]
    widths = widths_within(natural, width - len(_GAP) * (len(names) - 1))

    def line(cells: Sequence[str], style: str = "") -> None:
        parts = [
            " " * (size - cell_len(cell)) + cell
            if name in right and cell_len(cell) <= size
            else fit(cell, size)
            for name, cell, size in zip(names, cells, widths, strict=True)
        ]
        print_line(console, _GAP.join(parts).rstrip(), style)

    line(heads, "bold")
    for n, row in enumerate(shown):
        line(row)
        for text in below[n] if below else ():
            console.print(text, soft_wrap=True)


def print_line(console: Console, text: str, style: str = "") -> None:
    """Print a line as it is: nothing in it is markup, and it is not broken."""
    console.print(Text(visible(text), style=style), soft_wrap=True)


def widths_within(natural: Sequence[int], limit: int) -> list[int]:
    """Cut the widest of some widths, all to one length, until their sum is within a limit."""
    low, high = 1, max(natural, default=1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(min(x, middle) for x in natural) <= limit else (low, middle - 1)
    widths = [min(x, low) for x in natural]
    left = limit - sum(widths)
    for n, size in enumerate(natural):  # what is left over by rounding
        if left > 0 and size > widths[n]:
            widths[n] += 1
            left -= 1
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
