"""`triptych archive search`: stories by words and filters, as on the page of `view`."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing, contextmanager
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rich.cells import cell_len
from rich.text import Text

import archive
from archive.commands.arguments import count, day, percent
from archive.commands.grid import fit, line_width, print_grid, print_line
from archive.exceptions import ArchiveDamaged
from archive.format.times import minute
from archive.terminal import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from archive.read.archive import Archive
    from archive.viewer.catalogue import Interface
    from archive.viewer.search.answers import Answer, ArticleLine, Contradicted, Question, StoryLine
    from archive.viewer.search.lookup import Lookup

_MOST = 20
_MANY = 2000
"""Above this number of unread texts the terminal announces a delay."""
_WIDE = 140
"""Characters of a line from which on notes have columns instead of lines."""
_COLUMNS = ("published, UTC", "story", "outlet", "languages", "headline", "lag", "notes")
_NOTES = (5, 6)
_COUNTED = {"outlet": "by outlet", "language": "with", "missing": "without"}
_FLAGS = {
    "single": "the story is archived in one language only",
    "edited": "an article of the story was edited",
    "gone": "an article was taken down by its outlet",
    "numbers": "two texts have contradicting numbers at one place",
    "names": "two texts name two towns, countries, organisations or persons at one place",
    "negations": "a text denies what another says, or says the opposite",
    "quotes": "a text does not report a quotation of another",
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
    parser.add_argument(
        "--page", type=count, default=1, metavar="N", help="2 for the next stories, and so on"
    )
    parser.add_argument("--json", action="store_true", help="a list of objects, as in /search.json")


def add_filters(parser: argparse.ArgumentParser) -> None:
    again = "; may be repeated"
    parser.add_argument("--outlet", action="append", default=[], metavar="NAME", help=f"only this{again}")
    parser.add_argument(
        "--language", action="append", default=[], metavar="TAG", help=f"the story has this language{again}"
    )
    parser.add_argument(
        "--missing",
        action="append",
        default=[],
        metavar="TAG",
        help=f"the story does not have this language{again}",
    )
    parser.add_argument("--since", type=day, metavar="DAY", help="published from this day on, 2026-03-01")
    parser.add_argument("--until", type=day, metavar="DAY", help="published until the end of this day, UTC")
    parser.add_argument("--author", default="", metavar="NAME", help="as in the archive")
    parser.add_argument("--section", default="", metavar="NAME", help="as printed by the outlet")
    for flag, meaning in _FLAGS.items():
        parser.add_argument(f"--{flag}", action="store_true", help=meaning)
    parser.add_argument(
        "--omitted",
        type=percent,
        metavar="PERCENT",
        help="at least this share of one language's text is not in another's",
    )


def question_of(words: str, options: argparse.Namespace) -> Question:
    """Build a query from words, or from the address of a search in a browser, and from options."""
    from archive.viewer.search.answers import FLAGS, Question
    from archive.viewer.web import questions

    question = Question(words.strip())
    if words.startswith(("http://", "https://", "/")) and " " not in words:
        question = questions.of_address(urlsplit(words).query)
    return replace(
        question,
        outlets=(*question.outlets, *options.outlet),
        languages=(*question.languages, *options.language),
        missing=(*question.missing, *options.missing),
        since=options.since or question.since,
        until=options.until or question.until,
        author=options.author or question.author,
        section=options.section or question.section,
        flags=question.flags | {x for x in FLAGS if getattr(options, x)},
        omitted=options.omitted or question.omitted,
    )


@contextmanager
def looking_up(opened: Archive, *, texts: bool) -> Iterator[Lookup]:
    """Update the side file of search to a snapshot and open it; `texts`: for a query with words."""
    from archive.viewer.search import fill, side_file
    from archive.viewer.search.lookup import Lookup

    fill.fill(opened, texts=False)
    path = side_file.side_file(opened.storage.layout)
    try:
        if texts:
            with closing(Lookup(side_file.connect(path))) as before:
                unread = before.articles - before.read
            if unread > _MANY:
                print(f"Indexing {unread:,} texts once; 100,000 take minutes.", file=sys.stderr)
            if unread:
                fill.fill(opened)
        with closing(Lookup(side_file.connect(path))) as lookup:
            yield lookup
    except sqlite3.DatabaseError as error:
        raise ArchiveDamaged(f"{path} cannot be read ({error}): remove it, it will be rebuilt.") from error


def run(console: Console, options: argparse.Namespace) -> int:
    opened = archive.open(options.archive)
    question = question_of(" ".join(options.words), options)
    order = options.order or ("match" if question.text else "time")
    question = replace(question, order=order)
    with looking_up(opened, texts=bool(question.text)) as lookup:
        lookup.check(question)
        answer = lookup.ask(question, options.page, options.most)
        why_none = lookup.why_none(question)
    if options.json:
        _print_json(answer)
        if (count_of_page := len(answer.lines)) < answer.found:
            print(f"{count_of_page} of {answer.found} stories: give --page or --most", file=sys.stderr)
    else:
        _print(console, answer, options.page, options.most, why_none)
    return 0


def _print_json(answer: Answer) -> None:
    from archive.viewer.web.formats import as_json, story_rows

    rows = story_rows(answer.lines)
    for row, line in zip(rows, answer.lines, strict=True):
        snippets = {}
        for article in line.articles:
            if article.snippet:
                snippets[article.language] = "".join(text for text, _ in article.snippet)
        row["snippets"] = snippets
    sys.stdout.buffer.write(as_json(rows) + b"\n")
    sys.stdout.buffer.flush()


def _print(console: Console, answer: Answer, page: int, most: int, why_none: str) -> None:
    from archive.viewer.catalogue import Interface

    t = Interface("en")
    first = (page - 1) * most
    count = t.count("n_stories", answer.found)
    if first and not answer.lines:
        print_line(console, f"{count} in all, none on page {page}")
        return
    if answer.lines:
        _print_stories(console, answer.lines, t)
    last = first + len(answer.lines)
    shown = f", {first + 1} to {last} shown" if answer.found > len(answer.lines) else ""
    next_page = f"; --page {page + 1} continues" if answer.found > last else ""
    print_line(console, f"{count}{shown}{next_page}")
    if not answer.found and why_none != "none_found":  # which speaks of the page's filters
        print_line(console, t(why_none))
    for name, label in _COUNTED.items():
        counts = list[str]()
        for value, stories in answer.counts[name].items():
            if stories:
                counts.append(f"{visible(value)} {stories:,}")
        if len(counts) > 1 or (counts and name == "missing"):
            line = fit(f"stories {label}: {', '.join(counts)}", line_width(console))
            print_line(console, line.rstrip(), "dim")


def _print_stories(console: Console, lines: Sequence[StoryLine], t: Interface) -> None:
    rows = [_row(line, t) for line in lines]
    is_wide = line_width(console) >= _WIDE
    columns = [n for n in range(len(_COLUMNS)) if n not in _NOTES]
    for n in _NOTES if is_wide else ():
        if any(row[n] for row in rows):
            columns.append(n)  # the last ones
    cells = list(map(itemgetter(*columns), rows))
    below = []
    for row, line in zip(rows, lines, strict=True):
        notes = "" if is_wide else ", ".join(filter(None, map(row.__getitem__, _NOTES)))
        texts = [Text(f"    {notes}", "dim")] if notes else []
        texts += [_snippet(console, article) for article in line.articles if article.snippet]
        below.append(texts)
    print_grid(console, [_COLUMNS[n] for n in columns], cells, below=below)


def _row(line: StoryLine, t: Interface) -> list[str]:
    title = line.title_in("en")
    notes = [
        _omitted(line),
        t.count("n_edits", line.edits) if line.edits else "",
        "gone" if any(x.gone for x in line.articles) else "",
        *(f"{kind}: {_doubted(marks)}" for kind, marks in line.contradictions.items()),
        f"quotes: {'; '.join(x.sentence(t) for x in line.quotes)}" if line.quotes else "",
        "not one story?" if line.conflict else "",
    ]
    return [
        minute(line.first_published) if line.first_published else "no date",
        line.story_id[:8],
        title.outlet,
        " ".join(x.language for x in line.articles),
        title.headline,
        f"+{t.span(line.lag)}" if t.span(line.lag) else "",
        ", ".join(x for x in notes if x),
    ]


def _omitted(line: StoryLine) -> str:
    if line.left_out is None:
        return ""
    left_out = line.left_out
    share = f"{line.omitted:.0%}" if line.omitted else f"perhaps {left_out.doubtful:.0%}"
    return f"{share} of {left_out.language} not in {left_out.missing_in}"


def _doubted(marks: Sequence[Contradicted]) -> str:
    return "; ".join(f"perhaps {x}" if x.doubtful else str(x) for x in marks)


def _snippet(console: Console, article: ArticleLine) -> Text:
    """A piece of the text around the words of the query, which are bold and never cut."""
    text = Text(f"    {visible(article.language)}  ")
    room = line_width(console) - cell_len(text.plain)
    pieces = [(" ".join(visible(x, lines=True).split("\n")), is_hit) for x, is_hit in article.snippet]
    first = next((n for n, (_, is_hit) in enumerate(pieces) if is_hit), 0)
    before = "".join(x for x, _ in pieces[:first])
    if cell_len(before) > room // 3:
        before = "… " + before[-(room // 3) :].partition(" ")[2]
    for piece, is_hit in [(before, False), *pieces[first:]]:
        room -= cell_len(piece)
        text.append(
            piece if room >= 0 else fit(piece, max(cell_len(piece) + room, 1)).rstrip(), "bold" * is_hit
        )
        if room <= 0:
            break
    return text
