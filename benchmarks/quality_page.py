"""Tables of docs/reference/pairing-quality.md: `--write` of a benchmark puts what it has measured there."""

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
    """Put these rows and the first `columns` of them into the place NAME of the page."""
    put(PAGE, name, markdown(table, rows, columns))


def put(page: Path, name: str, text: str) -> None:
    """Replace what stands between `<!-- NAME -->` and `<!-- end -->`. ValueError without that place."""
    old = part(page, name)
    begin = f"<!-- {name} -->\n"
    before = page.read_text(encoding="utf-8")
    page.write_text(before.replace(f"{begin}{old}", f"{begin}{text}\n"), encoding="utf-8")


def part(page: Path, name: str) -> str:
    """What stands between `<!-- NAME -->` and `<!-- end -->`. ValueError without that place."""
    place = re.compile(rf"<!-- {re.escape(name)} -->\n(.*?)<!-- end -->", re.DOTALL)
    texts: list[str] = place.findall(page.read_text(encoding="utf-8"))
    if len(texts) != 1:
        raise ValueError(f"{page} has no place for {name}, or several")
    return texts[0]


def markdown(table: Table, rows: Callable[[tuple[str, ...]], bool], columns: int | None) -> str:
    texts = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    header, *cells = zip(*texts, strict=True)
    lines = [header[:columns], ("---",) * len(header[:columns])]
    lines += [row[:columns] for row in cells if rows(row)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
