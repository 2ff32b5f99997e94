"""Tables of docs/reference/pairing-quality.md: `--write` of a benchmark puts what it has measured there."""

import re
from collections.abc import Callable, Collection
from pathlib import Path

from rich.table import Table

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/pairing-quality.md"


def write(
    name: str,
    table: Table,
    *,
    rows: Callable[[tuple[str, ...]], bool] = lambda _row: True,
    without: Collection[str] = (),
) -> None:
    """Put these rows, without some columns, into the place NAME of the page."""
    put(PAGE, name, markdown(table, rows, without))


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


def markdown(table: Table, rows: Callable[[tuple[str, ...]], bool], without: Collection[str] = ()) -> str:
    chosen = [place for place, column in enumerate(table.columns) if str(column.header) not in without]
    header = tuple(str(column.header) for column in table.columns)
    cells = zip(*(map(str, column.cells) for column in table.columns), strict=True)
    lines = [header, ("---",) * len(header), *filter(rows, cells)]
    return "\n".join(f"| {' | '.join(line[place] for place in chosen)} |" for line in lines)
