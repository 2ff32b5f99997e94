"""Output of an inspection: on the terminal, and as one HTML page without scripts or other files."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.extraction.body.repeated_lines import LEAST, ZONE, repeated_lines
from crawler.inspection.inspection import Inspection, MarkedLine
from crawler.inspection.repeated_places import RepeatedPlace
from crawler.inspection.view import CONTEXT, field_lines, runs, summary

_STYLES = {"kept": "", "field": "cyan", "dropped": "red strike", "outside": "dim strike"}
_SIGNS = {"kept": "+", "field": "=", "dropped": "-", "outside": " "}


def print_inspection(console: Console, inspection: Inspection, *, everything: bool) -> None:
    """Print an inspection; the signs `+` text, `=` another field and `-` left out work without colour."""
    if not console.is_terminal:
        console.width = 160  # a pipe has no width of its own
    fields = Table("field", "value", "from", box=None)
    for line in field_lines(inspection):
        value = Text(line.value, "" if line.field else "dim", overflow="fold")
        fields.add_row(Text(line.field, "bold"), value, Text(line.source, "dim", overflow="fold"))
    console.print(fields)
    page = Table("", box=None)
    page.add_column("as", max_width=28)
    page.add_column("line of the page", ratio=1)
    page.add_column("where", max_width=40)
    for run, folded in runs(inspection):
        rows = [_cells(marked) for marked in run]
        if folded and not everything:
            more = Text(f"… {len(run) - 2 * CONTEXT} more lines outside the text", "dim")
            rows[CONTEXT:-CONTEXT] = [(Text(), Text(), more, Text())]
        for row in rows:
            page.add_row(*row)
    console.print(Text(f"\n {summary(inspection)}\n"))
    console.print(page)
    for text in inspection.unseen:
        console.print(Text(f"+ not a line of the page, from JSON-LD or put together: {text}"))


def print_repeated(console: Console, outlet: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Print an outlet's repeated lines; `rows` have the archive's columns `language` and `blocks`."""
    texts: dict[str, list[list[str]]] = {}
    for row in rows:
        blocks = cast("list[dict[str, str]]", row["blocks"] or [])
        lines = [block["text"] for block in blocks if block["kind"] != "caption"]
        # the whole texts of a large outlet would be a gigabyte
        ends = lines if len(lines) <= 2 * ZONE else [*lines[:ZONE], *lines[-ZONE:]]
        texts.setdefault(str(row["language"] or "und"), []).append(ends)
    table = Table("language", "in", "of", "at the", "line", box=None)
    for language, articles in sorted(texts.items()):
        for line in repeated_lines(articles):
            cells = (language, str(line.articles), str(line.of), line.place, line.text)
            table.add_row(*map(Text, cells))
    if table.row_count:
        console.print(table)
    counts = ", ".join(f"{len(articles)} in {language}" for language, articles in sorted(texts.items()))
    console.print(
        Text(f"{table.row_count} lines that are repeated; articles of {outlet}: {counts or 'none'}. "
             f"Nothing is said of fewer than {LEAST} in a language.")
    )  # fmt: skip


def print_places(console: Console, outlet: str, places: Sequence[RepeatedPlace], pages: int) -> None:
    """Print the places in an outlet's pages whose lines stand in its other articles."""
    if not console.is_terminal:
        console.width = 160
    table = Table("place", "pages", "lines", "headlines of others", "repeated", "for instance", box=None)
    for place in places:
        counts = map(str, (place.pages, place.lines, place.headlines, place.repeated))
        table.add_row(*map(Text, (place.selector, *counts, place.example)))
    if places:
        console.print(table)
    console.print(
        Text(f"{len(places)} places whose lines mostly stand in other articles; stored pages of {outlet}: "
             f"{pages}. Add a place that is not text to `drop` in the declaration.")
    )  # fmt: skip


def _cells(marked: MarkedLine) -> tuple[Text, ...]:
    style = _STYLES[marked.mark]
    label = "" if marked.mark == "outside" else marked.label
    return (
        Text(_SIGNS[marked.mark], "bold"),
        Text(label, "green" if marked.mark == "kept" else "dim"),
        Text(marked.line.text, style, overflow="fold"),
        Text(marked.line.selector, "dim", overflow="fold"),
    )


def inspection_page(inspection: Inspection) -> str:
    """Render the fields of a page and the fate of each of its lines as HTML."""
    # every command of Scrapy imports this module, and Jinja2 takes 25 ms
    from archive.viewer.pages import environment  # noqa: PLC0415  .05 s: text needs no templates

    template = environment(Path(__file__).parent).get_template("inspection.html")
    return template.render(
        inspection=inspection,
        article=inspection.article,
        fields=field_lines(inspection),
        runs=runs(inspection),
        summary=summary(inspection),
    )
