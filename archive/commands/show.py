"""`triptych archive show`: a story in the terminal, its languages side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from rich.table import Table

import archive
from archive.commands.grid import line_width
from archive.commands.look import calls_itself_otherwise
from archive.format.languages import display_order
from archive.format.marks import CONTRADICTIONS
from archive.format.times import moment
from archive.terminal import literal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from archive.read.archive import Archive
    from archive.read.one_sided import OneSided

Row = Mapping[str, object]

_BEGINNING = 400
"""Characters of a text that are printed; the browser shows all of it."""
_LONG = 200
"""Characters of a paragraph that only one language has."""

_LABEL, _NARROWEST = 9, 21
"""Width of the names of fields, and least width of an article: three fit into 80 characters."""


def run(console: Console, options: argparse.Namespace) -> int:
    from archive.read.find import find

    opened = archive.open(options.archive)
    rows = find(opened, options.id, ["gone", "gone_reason"])
    rows.sort(key=lambda row: display_order(str(row["language"] or "")))
    console.print(f"[bold]story {literal(rows[0]['story_id'])}[/bold], {len(rows)} articles\n")
    width = line_width(console)
    at_once = max(1, (width - _LABEL) // (_NARROWEST + 2))
    for n in range(0, len(rows), at_once):
        _print_side_by_side(console, rows[n : n + at_once], width)
    longest = max(map(len, map(_body, rows)))
    if longest > _BEGINNING:
        console.print(f"Texts are cut after {_BEGINNING} characters: `triptych view` shows all.\n")
    for row in rows:
        console.print(f"[bold]{literal(_language(row))}[/bold]  {literal(row['article_id'])}")
        console.print(f"  {literal(row['url'])}", soft_wrap=True)
        if row["syndicated_from"]:
            console.print(f"  copy of {literal(row['syndicated_from'])}", soft_wrap=True)
        elif calls_itself_otherwise(row):
            console.print(f"  calls itself {literal(row['canonical_url'])}", soft_wrap=True)
    for sentence in _conflicts(opened, rows):
        console.print(f"\n{literal(sentence, lines=True)}", soft_wrap=True)
    story_id = str(rows[0]["story_id"])
    _print_marks(console, opened.alignments(story_id).to_pylist(), width)
    _print_one_sided(console, opened.only_in(story_id), width)
    return 0


def _print_one_sided(console: Console, passages: Sequence[OneSided], width: int) -> None:
    """Print the paragraphs of only one language, then what is perhaps the same, in the order uk, en, ru."""
    # both sides of a doubtful link are among them
    once = (
        x
        for x in passages
        if not x.linked or x.confidence is not None or display_order(x.language) < display_order(x.lacking)
    )
    passages = sorted(once, key=lambda x: (x.linked, x.confidence is not None, x.doubtful))
    for heading, group in groupby(passages, _heading):
        console.print(f"\n[bold]{literal(heading)}[/bold]")
        # the paragraphs of a doubtful link have the same ones opposite
        for opposite, linked in groupby(group, lambda x: x.nearest if _is_link(x) else x.block):
            paragraphs = list(linked)
            line = _shortened(" ".join(x.text for x in paragraphs))
            confidence = paragraphs[0].confidence
            if _is_link(paragraphs[0]):
                line += f" ↔ {_shortened(str(opposite or ''))}"
            elif paragraphs[0].doubtful and not paragraphs[0].linked:
                sure = "" if confidence is None else f", {min(confidence, 0.99):.2f}"
                line += f" (doubtful{sure}: read both)"
            console.print(f"- {literal(line)}", width=width)


def _is_link(passage: OneSided) -> bool:
    return passage.linked and passage.confidence is None


def _heading(passage: OneSided) -> str:
    if passage.linked and passage.confidence is not None:
        return f"in {passage.language}, probably in {passage.lacking} too, otherwise or elsewhere: read both"
    if passage.linked:
        return f"perhaps the same in {passage.language} and {passage.lacking}: read both"
    only = f"only in {passage.language}, not in {passage.lacking}"
    return f"perhaps {only}" if passage.doubtful else only


def _print_marks(console: Console, alignments: Iterable[Row], width: int) -> None:
    """Print what contradicts each other, and quotations that one language lacks."""
    lines = defaultdict[str, list[str]](list)
    for row in sorted(alignments, key=lambda row: row["doubtful"] is True):
        if row["doubtful"] is None:
            continue
        perhaps = "perhaps " if row["doubtful"] else ""
        a, b = str(row["language_a"]), str(row["language_b"])
        for column in CONTRADICTIONS.values():
            for mark in row[column] or ():  # type: ignore[attr-defined]
                sides = sorted(((a, mark["a"]), (b, mark["b"])), key=lambda side: display_order(side[0]))
                values = " ↔ ".join(map(" ".join, sides))
                lines[column.replace("_", " ")].append(
                    f"{perhaps}{values} ({min(mark['confidence'], 0.99):.2f})"
                )
        for column, language, other in (("quotes_only_a", a, b), ("quotes_only_b", b, a)):
            for mark in row[column] or ():  # type: ignore[attr-defined]
                speaker = f", {mark['speaker']}" if mark["speaker"] else ""
                quotation = f"{_shortened(mark['text'])} ({language}, {perhaps}not {other}{speaker})"
                lines["quoted in one language"].append(quotation)
    for heading, marks in lines.items():
        console.print(f"\n[bold]{heading}[/bold]")
        for line in marks:
            console.print(f"- {literal(line)}", width=width)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _print_side_by_side(console: Console, rows: Sequence[Row], width: int) -> None:
    """Print articles as columns: their fields, then the beginning of each text."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(width=_LABEL, style="dim")
    for _ in rows:
        table.add_column(width=(width - _LABEL) // len(rows) - 2, overflow="fold")
    for name, format_field in _FIELDS.items():
        if name == "gone" and not any(map(itemgetter("gone_reason"), rows)):
            continue
        cells = list[str]()
        for row in rows:
            cells.append(literal(format_field(row), lines=True))
        table.add_row(name, *cells, style="bold" if name == "headline" else "")
    console.print(table, width=width)
    console.print()


def _language(row: Row) -> str:
    return str(row["language"] or "unknown language")


def _body(row: Row) -> str:
    return str(row["body"])


def _beginning(row: Row) -> str:
    body = _body(row)
    return body[:_BEGINNING] + ("…" if len(body) > _BEGINNING else "")


def _at(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if value else "no date"


def _published(row: Row) -> str:
    at = row["published_at"]
    return moment(at) if isinstance(at, datetime) else "no date"


def _gone(row: Row) -> str:
    if row["gone"]:
        return f"removed, known since {_at(row['gone'])} ({row['gone_reason']})"
    return "was gone, came back" if row["gone_reason"] else "no"


_FIELDS: dict[str, Callable[[Row], str]] = {
    "": _language,
    "headline": lambda row: str(row["headline"]),
    "outlet": lambda row: str(row["outlet"]),
    "published": _published,
    "authors": lambda row: ", ".join(row["authors"]) or "no author",  # type: ignore[arg-type]
    "version": lambda row: str(row["version"]),
    "seen": lambda row: f"{_at(row['first_seen'])} to {_at(row['last_seen'])}",
    "gone": _gone,
    "text": _beginning,
}


def _conflicts(opened: Archive, rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Sentences on links between a story's articles that the texts contradict."""
    from archive.read.find import conflicts

    for pair, articles in conflicts(
        opened, str(rows[0]["story_id"]), [str(row["article_id"]) for row in rows]
    ):
        addresses = "".join(f"\n  {x['language'] or 'unknown language'}: {x['url']}" for x in articles)
        score = "" if pair["score"] is None else f" (probability {pair['score']:.2f})"
        link = f"although {pair['evidence']} links them"
        yield f"These texts do not seem to be the same story{score}, {link}:{addresses}"
