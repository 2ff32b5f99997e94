"""Tables of docs/reference/pairing-quality.md: `--write` of a benchmark puts what it has measured there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from rich.table import Table

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/pairing-quality.md"


def write(
    name: str,
    table: Table,
    *,
    rows: Callable[[tuple[str, ...]], bool] = lambda _row: True,
    columns: int | None = None,
) -> None:
    """Replace what stands between `<!-- NAME -->` and `<!-- end -->` by these rows and the first `columns`.

    Raises ValueError where the page has no such place.
    """
    page = PAGE.read_text(encoding="utf-8")
    place = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    if len(place.findall(page)) != 1:
        raise ValueError(f"{PAGE} has no place for the table {name}, or several")
    written = place.sub(lambda match: f"{match[1]}{markdown(table, rows, columns)}\n{match[2]}", page)
    PAGE.write_text(written, encoding="utf-8")


def markdown(table: Table, rows: Callable[[tuple[str, ...]], bool], columns: int | None) -> str:
    texts = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    header, *cells = zip(*texts, strict=True)
    lines = [header[:columns], ("---",) * len(header[:columns])]
    lines += [row[:columns] for row in cells if rows(row)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
