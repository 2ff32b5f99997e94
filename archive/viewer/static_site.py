"""The viewer as files: the lists, a page a story, a page an article, each of which stands alone."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from archive.exceptions import ArchiveError
from archive.format import gate
from archive.format.languages import display_order
from archive.read.archive import Archive
from archive.storage import path_guard
from archive.viewer import stored_figures
from archive.viewer.article import article_values
from archive.viewer.charts import draw_all
from archive.viewer.load import read_story
from archive.viewer.render import Pages, about, story_values
from archive.viewer.search.answers import Answer, Question, StoryLine
from archive.viewer.search.lookup import Lookup

_ORDERS = {"time": "index", "lag": "by-delay", "difference": "by-difference", "edits": "by-edits"}
_AT_ONCE = 200
"""Stories of one page of a list."""
_RECORD = ".triptych-pages.json"
"""Names of the pages that an export has written: the next one removes those that it does not write."""
_OWN = re.compile(
    rf"(?:(?:stories|articles)/)?{gate.ID}\.html|(?:charts|{'|'.join(_ORDERS.values())})(?:-\d{{1,6}})?\.html"
)


def write(
    archive: Archive, lookup: Lookup, question: Question, folder: Path, *, language: str, most: int
) -> tuple[Path, int]:
    """Write the stories that a question finds; return the page to begin with, and the number of stories.

    Pages of an earlier export that are not written again are removed. Raises ArchiveError where the folder
    cannot be written.
    """
    for part in ("", "stories", "articles"):
        path_guard.refuse_archive(folder / part)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        old = _recorded(folder)
        if not old and (folder / "index.html").exists():
            raise ArchiveError(
                f"{os.fspath(folder)} has an index.html that no export wrote: give another folder."
            )
        names: set[str] = set()
        for name, text in _pages(archive, lookup, question, language, most):
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            if path.is_symlink() or not path.is_file():
                path.unlink(missing_ok=True)  # a link that leads elsewhere, a pipe
            path.write_bytes(text.encode("utf-8", "replace"))
            names.add(name)
        for name in old - names:
            (folder / name).unlink(missing_ok=True)
        (folder / _RECORD).write_text(json.dumps(sorted(names), indent=0), "utf-8")
    except OSError as error:
        raise ArchiveError(
            f"The pages cannot be written to {os.fspath(folder)}: {error.strerror or error}."
        ) from None
    return folder / "index.html", sum(name.startswith("stories/") for name in names)


def _recorded(folder: Path) -> set[str]:
    """Read which pages stand here from an earlier export; also those of versions that kept no record."""
    names: set[str] = set()
    with suppress(OSError, ValueError):
        content = json.loads((folder / _RECORD).read_text("utf-8"))
        if isinstance(content, list):
            names = {x for x in content if isinstance(x, str)}
    if not names and (folder / "by-delay.html").exists():
        names = {path.name for path in folder.glob("*.html")}
    return {name for name in names if _OWN.fullmatch(name)}


def _pages(
    archive: Archive, lookup: Lookup, question: Question, language: str, most: int
) -> Iterator[tuple[str, str]]:
    snapshot = about(archive)
    lists = Pages(language, snapshot, 0)
    lines = lookup.ask(question, size=most).lines
    yield from _lists(lists, lookup, question, lines)
    charts = draw_all(lists, stored_figures.make(archive))
    yield "charts.html", lists.render("charts.html", "charts", figures=charts, as_of=None)
    deeper = Pages(language, snapshot, 1)
    story_ids = {line.story_id for line in lines}
    for line in lines:
        ids = [x.article_id for x in line.articles]
        view, cut = read_story(archive, lookup.rows, line)
        # a page that is not written cannot be led to
        events = [x for x in lookup.rows.same_events(ids) if x.story_id in story_ids]
        html = deeper.render("story.html", "stories", **story_values(deeper, view, line, events), cut=cut)
        yield f"stories/{gate.hex_id(line.story_id)}.html", html
        for article_id in ids:
            values = article_values(archive, lookup, deeper, article_id)
            html = deeper.render("article.html", "stories", **values, show_page=False)
            yield f"articles/{gate.hex_id(article_id)}.html", html


def _lists(
    pages: Pages, lookup: Lookup, question: Question, lines: tuple[StoryLine, ...]
) -> Iterator[tuple[str, str]]:
    languages: set[str] = set()
    for line in lines:
        languages.update(x.language for x in line.articles)
    orders = [(order, f"{name}.html") for order, name in _ORDERS.items()]
    total = lookup.ask(Question(), size=0).found
    for order, name in _ORDERS.items():
        ordered = _ordered(lines, order)
        count = max(1, -(-len(ordered) // _AT_ONCE))

        def address(page: int, name: str = name) -> str:
            return f"{name}.html" if page == 1 else f"{name}-{page}.html"

        for page in range(1, count + 1):
            html = pages.render(
                "stories.html",
                "stories",
                # without counts: a page that stands alone has no filters
                answer=Answer(
                    tuple(ordered[(page - 1) * _AT_ONCE : page * _AT_ONCE]), len(ordered), {}, order
                ),
                question=question,
                columns=sorted(languages, key=display_order)[:4],
                page=page,
                page_count=count,
                address=address,
                static_orders=orders,
                stories_there=total,
                search_state="read",
                filters=(),
                ordered_by=None,
                articles=0,
                none_reason=pages.t("none_found"),
                anything_compared=lookup.has_compared,
            )
            yield address(page), html


def _ordered(lines: tuple[StoryLine, ...], order: str) -> list[StoryLine]:
    keys = {
        "lag": lambda x: -x.lag,
        "difference": lambda x: -(x.omitted if x.omitted is not None else -1),
        "edits": lambda x: -x.edits,
    }
    return sorted(lines, key=keys[order]) if order in keys else list(lines)
