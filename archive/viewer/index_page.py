"""The list of stories, each a line that says where it is worth to look."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from archive.viewer.frame import framed, lag, moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.viewer.story import StoryView, Variant

_LITTLE = 0.8
"""A text of which another language has less than this is shown as one."""


def index_page(views: Sequence[StoryView], addresses: Sequence[str], told: str) -> str:
    """`told` is what this is a list of; `addresses` lead to the stories' pages."""
    languages = sorted({x.language for view in views for x in view.variants}, key=_order)
    heads = "".join(f'<th class="n">{escape(x)}</th>' for x in languages)
    rows = "".join(_row(view, address, languages) for view, address in zip(views, addresses, strict=True))
    return framed(
        "Stories",
        f'<h1>Stories</h1><p class="quiet">{escape(told)} A time is how much later a language came.</p>'
        f'<table><tr><th>published</th><th>headline</th>{heads}<th class="n">least in common</th>'
        f'<th class="n">edits</th></tr>\n{rows}</table>\n',
    )


def _order(language: str) -> tuple[bool, str]:
    return language not in {"uk", "en", "ru"}, "" if language == "uk" else language


def _row(view: StoryView, address: str, languages: Sequence[str]) -> str:
    headline = next((x.headline for x in view.variants if x.language == "en"), view.variants[0].headline)
    dates = [x.published_at for x in view.variants if x.published_at is not None]
    times = "".join(f'<td class="n">{_time(view.variants, x)}</td>' for x in languages)
    share = min(view.coverage.values(), default=None)
    low = " low" if share is not None and share < _LITTLE else ""
    edits = sum(len(x.edits) for x in view.variants)
    return (
        f'<tr><td class="n quiet">{moment(min(dates, default=None))}</td>'
        f'<td><a href="{escape(address)}">{escape(headline)}</a> '
        f"<small>{escape(view.variants[0].outlet)}</small></td>"
        f'{times}<td class="n{low}">{"" if share is None else f"{share:.0%}"}</td>'
        f'<td class="n">{edits or ""}</td></tr>\n'
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
