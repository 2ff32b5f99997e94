"""Stories of the last four days that lack a language of their outlet, and where it should come to be.

Where the outlet's rule says at which address, that address is asked for. Where it does not, the page that was
published first is looked at: it may come to name its translation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from archive.addresses import plain_url
from archive.state.model import micros, moment
from crawler.revisit.history import Looks, last_asked
from crawler.revisit.schedule import TRANSLATION_FOR, Due, translation_due

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from archive.read.archive import Archive
    from crawler.outlet.declaration import Outlet

_STATED = ("published_at", "first_seen")


@dataclass(slots=True)
class Awaited:
    addresses: dict[str, Due] = field(default_factory=dict)
    pages: dict[int, Due] = field(default_factory=dict)
    """By row of the articles."""


@dataclass(frozen=True, slots=True)
class _Member:
    row: int
    story: str
    language: str | None
    url: str
    published: datetime
    """As its page says, if that is before it was found."""
    looked: datetime


def translations(held: Archive, outlet: Outlet, articles: pa.Table, looks: Looks, now: datetime) -> Awaited:
    found = Awaited()
    guesses: dict[str, _Member] = {}
    wanted = {language.split("-")[0] for language in outlet.languages}
    if len(wanted) < 2:
        return found
    for story in _stories(articles, looks, now):
        lacking = wanted - {(member.language or "").split("-")[0] for member in story}
        original = min(story, key=lambda member: member.published)
        if not lacking or micros(now - TRANSLATION_FOR) > micros(original.published):
            continue
        have = {plain_url(member.url) for member in story}
        told = set()
        for member in story:
            for guess in outlet.siblings(member.url):
                if guess.language in lacking and plain_url(guess.url) not in have:
                    guesses.setdefault(guess.url, original)
                    told.add(guess.language)
        if lacking - told and (due := translation_due(original.published, original.looked)):
            found.pages[original.row] = due
    known = set(pc.unique(articles["url"]).filter(pc.is_in(pc.unique(articles["url"]),
                value_set=pa.array([*guesses], pa.string()))).to_pylist()) if guesses else set()  # fmt: skip
    asked = last_asked(held, outlet.name, [*guesses]) if guesses else {}
    for url, original in guesses.items():
        looked = moment(asked[url]) if url in asked else original.looked
        if url not in known and (due := translation_due(original.published, looked)):
            found.addresses[url] = due
    return found


def _stories(articles: pa.Table, looks: Looks, now: datetime) -> Iterator[list[_Member]]:
    """Those with an article first seen in these days; each with all its articles."""
    # as numbers: Arrow compares no times that have a zone
    first = pc.min_element_wise(*(pc.cast(articles[name], pa.int64()) for name in _STATED))
    since = micros(now - TRANSLATION_FOR)
    fresh = pc.unique(articles.filter(pc.greater(first, since))["story_id"])
    rows = pc.indices_nonzero(pc.is_in(articles["story_id"], value_set=fresh))
    stories: dict[str, list[_Member]] = {}
    columns = ("story_id", "language", "url", "valid_from")
    taken = articles.select(columns).take(rows).to_pylist()
    for row, values, published in zip(rows.to_pylist(), taken, first.take(rows).to_pylist(), strict=True):
        looked = max(values["valid_from"], moment(int(looks.last[row])))
        told = values["story_id"], values["language"], values["url"]
        member = _Member(row, *told, moment(published), looked)
        stories.setdefault(member.story, []).append(member)
    yield from stories.values()
