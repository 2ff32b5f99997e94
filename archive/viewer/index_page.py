"""The list of stories, each a line that says where it is worth to look, and the same in other orders."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from archive.viewer.frame import framed, lag, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archive.viewer.story import StoryView, Variant

_LITTLE = 0.8
"""A text of which another language has less than this is shown as one."""


LATEST = "index.html"
_LATE, _LITTLE_IN_COMMON, _EDITED = "by-delay.html", "by-difference.html", "by-edits.html"


def index_pages(views: Sequence[StoryView], told: str) -> Iterator[tuple[str, str]]:
    """(name of the file, HTML): `views` as they come, then by what the columns tell.

    A page each: nothing runs in one that could sort it.
    """
    yield LATEST, _page(views, LATEST, told)
    yield _LATE, _page(sorted(views, key=_delay, reverse=True), _LATE, told)
    yield _LITTLE_IN_COMMON, _page(sorted(views, key=_least_in_common), _LITTLE_IN_COMMON, told)
    yield _EDITED, _page(sorted(views, key=_edits, reverse=True), _EDITED, told)


def _page(views: Sequence[StoryView], order: str, told: str) -> str:
    languages = sorted({x.language for view in views for x in view.variants}, key=_order)
    heads = "".join(_head(escape(x), _LATE, order) for x in languages)
    rows = "".join(_row(view, f"{view.story_id}.html", languages) for view in views)
    return framed(
        "Stories",
        f'<h1>Stories</h1><p class="quiet">{escape(told)} A time is how much later a language came; '
        f"the head of a column puts what is most worth to look at first.</p>"
        f"<table><tr>{_head('published', LATEST, order)}<th>headline</th>{heads}"
        f"{_head('least in common', _LITTLE_IN_COMMON, order)}{_head('edits', _EDITED, order)}</tr>\n"
        f"{rows}</table>\n",
    )


def _head(text: str, leads_to: str, order: str) -> str:
    arrow = " ↓" if leads_to == order else ""
    return f'<th class="n"><a href="{leads_to}">{text}{arrow}</a></th>'


def _delay(view: StoryView) -> float:
    dates = [x.published_at for x in view.variants if x.published_at is not None]
    return (max(dates) - min(dates)).total_seconds() if dates else 0


def _least_in_common(view: StoryView) -> float:
    """Above 1 where nothing has been compared."""
    return min(view.coverage.values(), default=2)


def _edits(view: StoryView) -> int:
    return sum(len(x.edits) for x in view.variants)


def _order(language: str) -> tuple[bool, str]:
    return language not in {"uk", "en", "ru"}, "" if language == "uk" else language


def _row(view: StoryView, address: str, languages: Sequence[str]) -> str:
    headline = next((x.headline for x in view.variants if x.language == "en"), view.variants[0].headline)
    dates = [x.published_at for x in view.variants if x.published_at is not None]
    times = "".join(f'<td class="n">{_time(view.variants, x)}</td>' for x in languages)
    share = _least_in_common(view)
    low = " low" if share < _LITTLE else ""
    return (
        f'<tr><td class="n quiet">{moment(min(dates, default=None))}</td>'
        f'<td><a href="{escape(address)}">{escape(headline)}</a> '
        f"<small>{escape(view.variants[0].outlet)}</small></td>"
        f'{times}<td class="n{low}">{f"{share:.0%}" if view.coverage else ""}</td>'
        f'<td class="n">{_edits(view) or ""}</td></tr>\n'
    )


def _time(variants: Sequence[Variant], language: str) -> str:
    dates = [x.published_at for x in variants if x.published_at is not None]
    own = [x for x in variants if x.language == language]
    if not own:
        return "·"
    if own[0].published_at is None:
        return "no date"
    seconds = (own[0].published_at - min(dates)).total_seconds()
    if len(variants) == 1:
        return "only"
    return lag(seconds) if seconds else "first"
