"""`python -m archive search`: stories by words and filters, as on the page of `view`."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rich.cells import cell_len
from rich.text import Text

import archive
from archive.commands.arguments import count, day
from archive.commands.grid import fit, line_width, print_grid, print_line
from archive.exceptions import ArchiveDamaged
from archive.terminal import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from rich.console import Console

    from archive.read.archive import Archive
    from archive.viewer.catalogue import Interface
    from archive.viewer.search.answers import Answer, Listed, Question, StoryLine
    from archive.viewer.search.lookup import Lookup

_MOST = 20
_MANY = 2000
"""Texts that nobody has read yet, of which the terminal says that it takes a while."""
_WIDE = 140
"""Characters of a line from which on notes have columns, not lines."""
_COLUMNS = ("published, UTC", "story", "outlet", "languages", "headline", "lag", "notes")
_NOTES = (5, 6)
_FLAGS = {
    "edited": "an article of the story was edited",
    "gone": "one was taken down",
    "numbers": "a number stands in one language alone",
    "quotes": "a quotation stands in one language alone",
    "conflict": "the texts contradict the link between them",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words",
        nargs="*",
        help='words in any form, "phrases", begin*, -without; or the address of a search in the browser',
    )
    add_filters(parser)
    parser.add_argument("--order", choices=("time", "match", "lag", "difference", "edits"), help="(default: "
        "match with words, else time)")  # fmt: skip
    parser.add_argument("--most", type=count, default=_MOST, metavar="N", help=f"stories (default: {_MOST})")
    parser.add_argument("--page", type=count, default=1, metavar="N", help="the next stories, and so on")
    parser.add_argument("--json", action="store_true", help="a list of objects, as /search.json has it")


def add_filters(parser: argparse.ArgumentParser) -> None:
    again = "; may be given again"
    parser.add_argument("--outlet", action="append", default=[], metavar="NAME", help=f"only this{again}")
    parser.add_argument(
        "--language", action="append", default=[], metavar="TAG", help=f"the story has this language{again}"
    )
    parser.add_argument(
        "--missing", action="append", default=[], metavar="TAG", help=f"the story lacks this language{again}"
    )
    parser.add_argument("--since", type=day, metavar="DAY", help="published from this day on, 2026-03-01")
    parser.add_argument("--until", type=day, metavar="DAY", help="published until the end of this day, UTC")
    parser.add_argument("--author", default="", metavar="NAME", help="as the archive writes it")
    parser.add_argument("--section", default="", metavar="NAME", help="as the outlet prints it")
    for flag, meaning in _FLAGS.items():
        parser.add_argument(f"--{flag}", action="store_true", help=meaning)
    parser.add_argument(
        "--omitted",
        type=count,
        metavar="PERCENT",
        help="at least so much of one language's text is not in another's",
    )


def question_of(words: str, options: argparse.Namespace) -> Question:
    """Make a question of words, or of an address that a browser shows, and of options."""
    # starlette, .1 s: --help needs none
    from archive.viewer.search.answers import FLAGS, Question  # noqa: PLC0415
    from archive.viewer.web import questions  # noqa: PLC0415

    asked = Question(words.strip())
    if words.startswith(("http://", "https://", "/")) and " " not in words:
        asked = questions.of_address(urlsplit(words).query)
    return replace(
        asked,
        outlets=(*asked.outlets, *options.outlet),
        languages=(*asked.languages, *options.language),
        missing=(*asked.missing, *options.missing),
        since=options.since or asked.since,
        until=options.until or asked.until,
        author=options.author or asked.author,
        section=options.section or asked.section,
        flags=asked.flags | {x for x in FLAGS if getattr(options, x)},
        omitted=options.omitted or asked.omitted,
    )


@contextmanager
def looking_up(opened: Archive, *, texts: bool) -> Iterator[Lookup]:
    """Bring the side file of search up to a snapshot and open it; `texts`: for a question that has words."""
    from archive.viewer.search import fill, side_file  # noqa: PLC0415  pyarrow and numpy: --help needs none
    from archive.viewer.search.lookup import Lookup  # noqa: PLC0415

    fill.fill(opened, texts=False)
    path = side_file.side_file(opened.storage.layout)
    try:
        if texts:
            with closing(Lookup(side_file.connect(path))) as before:
                unread = before.articles - before.read
            if unread > _MANY:
                print(f"{unread:,} texts are read once, which takes minutes for 100,000.", file=sys.stderr)
            if unread:
                fill.fill(opened)
        with closing(Lookup(side_file.connect(path))) as lookup:
            yield lookup
    except sqlite3.DatabaseError as error:
        raise ArchiveDamaged(f"{path} cannot be read ({error}): remove it, it is made anew.") from error


def run(console: Console, options: argparse.Namespace) -> int:
    opened = archive.open(options.archive)
    question = question_of(" ".join(options.words), options)
    order = options.order or ("match" if question.text else "time")
    question = replace(question, order=order)
    with looking_up(opened, texts=bool(question.text)) as lookup:
        lookup.check(question)
        answer = lookup.ask(question, options.page, options.most)
    if options.json:
        _print_json(answer)
    else:
        _print(console, answer, options.page, options.most)
    return 0


def _print_json(answer: Answer) -> None:
    from archive.viewer.web.formats import as_json, story_rows  # noqa: PLC0415  pyarrow: --help needs none

    rows = story_rows(answer.lines)
    for row, line in zip(rows, answer.lines, strict=True):
        row["snippets"] = {
            x.language: "".join(text for text, _ in x.snippet) for x in line.articles if x.snippet
        }
    sys.stdout.buffer.write(as_json(rows) + b"\n")
    sys.stdout.buffer.flush()


def _print(console: Console, answer: Answer, page: int, most: int) -> None:
    from archive.viewer.catalogue import Interface  # noqa: PLC0415  as above

    t = Interface("en")
    first = (page - 1) * most
    if answer.lines:
        rows = [_row(x, t) for x in answer.lines]
        wide = line_width(console) >= _WIDE
        kept = [n for n in range(len(_COLUMNS)) if n not in _NOTES or (wide and any(row[n] for row in rows))]
        below = []
        for row, line in zip(rows, answer.lines, strict=True):
            notes = "" if wide else ", ".join(row[n] for n in _NOTES if row[n])
            snippets = [_snippet(console, x) for x in line.articles if x.snippet]
            below.append([Text(f"    {notes}", "dim")] * bool(notes) + snippets)
        shown = [[row[n] for n in kept] for row in rows]
        print_grid(console, [_COLUMNS[n] for n in kept], shown, below=below)
    if first and not answer.lines:
        print_line(console, f"{t.count('n_stories', answer.found)} in all, none on page {page}")
        return
    more = f", {first + 1} to {first + len(answer.lines)} shown" if answer.found > len(answer.lines) else ""
    next_page = f"; --page {page + 1} goes on" if answer.found > first + len(answer.lines) else ""
    print_line(console, f"{t.count('n_stories', answer.found)}{more}{next_page}")
    for name in ("outlet", "language", "missing"):
        counted = [f"{visible(x)} {n:,}" for x, n in answer.counts[name].items() if n]
        if len(counted) > 1 or (counted and name == "missing"):
            print_line(console, fit(f"{name}: {', '.join(counted)}", line_width(console)).rstrip(), "dim")


def _row(line: StoryLine, t: Interface) -> list[str]:
    title = line.title_in("en")
    notes = [
        f"{line.omitted:.0%} left out" if line.omitted else "",
        t.count("n_edits", line.edits) if line.edits else "",
        "gone" if any(x.gone for x in line.articles) else "",
        "numbers differ" if line.numbers else "",
        "quotes differ" if line.quotes else "",
        "not one story?" if line.conflict else "",
    ]
    return [
        f"{line.first_published:%Y-%m-%d %H:%M}" if line.first_published else "no date",
        line.story_id[:8],
        title.outlet,
        " ".join(x.language for x in line.articles),
        title.headline,
        f"+{t.span(line.lag)}" if t.span(line.lag) else "",
        ", ".join(x for x in notes if x),
    ]


def _snippet(console: Console, article: Listed) -> Text:
    """A piece of the text around what was asked for, which is bold and not cut away."""
    text = Text(f"    {visible(article.language)}  ")
    room = line_width(console) - cell_len(text.plain)
    pieces = [(" ".join(visible(x, lines=True).split("\n")), is_hit) for x, is_hit in article.snippet]
    first = next((n for n, (_, is_hit) in enumerate(pieces) if is_hit), 0)
    before = "".join(x for x, _ in pieces[:first])
    if cell_len(before) > room // 3:
        before = "… " + before[-(room // 3) :].partition(" ")[2]
    for shown, is_hit in [(before, False), *pieces[first:]]:
        room -= cell_len(shown)
        text.append(
            shown if room >= 0 else fit(shown, max(cell_len(shown) + room, 1)).rstrip(), "bold" * is_hit
        )
        if room <= 0:
            break
    return text
