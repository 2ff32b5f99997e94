"""HTML pages of stories: templates filled with what an archive holds, every value escaped."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from archive.exceptions import ArchiveError
from archive.format import gate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from archive.viewer.story import StoryView

_LATEST = "index.html"
_LANGUAGES = {"uk": "Ukrainian", "en": "English", "ru": "Russian", "?": "unknown language"}


def write(views: Sequence[StoryView], about: str, folder: Path) -> Path:
    """Write a page a story, and the lists of them where there are several; return the page to begin with.

    `about`: a sentence that the lists begin with. Raises ArchiveError where the folder cannot be written.
    """
    several = len(views) > 1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for view in views:
            page = folder / f"{gate.hex_id(view.story_id)}.html"
            page.write_text(_story_page(view, _LATEST if several else None), "utf-8")
        for name, text in _index_pages(views, about) if several else ():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise ArchiveError(
            f"The pages cannot be written to {os.fspath(folder)}: {error.strerror or error}."
        ) from None
    return folder / _LATEST if several else page


def _story_page(view: StoryView, index: str | None = None) -> str:
    """Render a story; `index` is the address of the list of stories, where there is one."""
    return _environment().get_template("story.html").render(view=view, index=index)


def _index_pages(views: Sequence[StoryView], about: str) -> Iterator[tuple[str, str]]:
    """(name of the file, HTML): `views` as they come, then by what the columns tell.

    A page each: nothing runs in one that could sort it.
    """
    languages = sorted({x.language for view in views for x in view.variants}, key=_language_order)
    page = _environment().get_template("index.html")
    for name, ordered in (
        (_LATEST, views),
        ("by-delay.html", sorted(views, key=lambda x: x.delay, reverse=True)),
        ("by-difference.html", sorted(views, key=lambda x: x.least_in_common)),
        ("by-edits.html", sorted(views, key=lambda x: len(x.edits), reverse=True)),
    ):
        yield name, page.render(views=ordered, order=name, languages=languages, about=about)


def environment(*folders: Path) -> Environment:
    """Prepare the templates of `folders`, to which those of this package are added.

    Every value is escaped, and a name that is not given is an error.
    """
    return Environment(
        loader=FileSystemLoader([*folders, Path(__file__).with_name("templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


@cache
def _environment() -> Environment:
    made = environment()
    made.filters |= {"lag": lag, "language_name": language_name, "moment": moment, "percent": percent}
    made.tests["web_address"] = is_web_address
    return made


def _language_order(language: str) -> tuple[bool, str]:
    return language not in {"uk", "en", "ru"}, "" if language == "uk" else language


def is_web_address(url: str) -> bool:
    """Only http and https lead anywhere: an archive may hold what a page called its address."""
    return url.lower().startswith(("http://", "https://"))


def language_name(language: str) -> str:
    return _LANGUAGES.get(language, language)


def moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at is not None else "no date"


def percent(share: float) -> str:
    return f"{share:.0%}"


def lag(seconds: float) -> str:
    """`+1 h 15 min`, as a reader says it."""
    if not seconds:
        return "first"
    minutes = round(seconds / 60)
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    shown = [f"{count} {unit}" for count, unit in parts if count]
    return "+" + " ".join(shown[:2]) if shown else "at once"
