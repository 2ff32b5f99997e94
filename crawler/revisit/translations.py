"""Stories of the last four days without one of their outlet's languages, and the addresses to visit for it.

If the outlet's rule gives the address of the translation, that address is requested. If not, the page that
was published first is visited: it may name its translation later.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from archive.addresses import plain_url
from archive.format.languages import TRANSLATED_WITHIN
from archive.read.archive import Archive
from archive.state.model import micros, moment
from crawler.outlet.declaration import Outlet
from crawler.revisit.history import VisitHistory, last_requested
from crawler.revisit.schedule import Due, translation_due

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
    """The time that the page states, if that is before its first visit; else the time of that visit."""
    visited: datetime


def translations(
    archive: Archive, outlet: Outlet, articles: pa.Table, visits: VisitHistory, now: datetime
) -> Awaited:
    awaited = Awaited()
    guesses: dict[str, _Member] = {}
    languages = {language.split("-")[0] for language in outlet.languages}
    if len(languages) < 2:
        return awaited
    for story in _stories(articles, visits, now):
        missing = languages - {(member.language or "").split("-")[0] for member in story}
        original = min(story, key=lambda member: member.published)
        if not missing or micros(now - TRANSLATED_WITHIN) > micros(original.published):
            continue
        guessed = _guesses(outlet, story, missing)
        for url in guessed:
            guesses.setdefault(url, original)
        due = translation_due(original.published, original.visited)
        if due is not None and missing.difference(guessed.values()):
            awaited.pages[original.row] = due
    awaited.addresses.update(_due_addresses(archive, outlet, articles, guesses))
    return awaited


def _due_addresses(
    archive: Archive, outlet: Outlet, articles: pa.Table, guesses: dict[str, _Member]
) -> Iterator[tuple[str, Due]]:
    """Guessed addresses that are in no article, with the time of their next visit."""
    requested = last_requested(archive, outlet.name, [*guesses]) if guesses else {}
    archived = _archived(articles, [*guesses])
    for url, original in guesses.items():
        visited = moment(requested[url]) if url in requested else original.visited
        due = translation_due(original.published, visited)
        if due is not None and url not in archived:
            yield url, due


def _guesses(outlet: Outlet, story: list[_Member], missing: set[str]) -> dict[str, str]:
    """Addresses that the outlet's rule gives for missing languages, with their language."""
    archived = {plain_url(member.url) for member in story}
    guesses: dict[str, str] = {}
    for member in story:
        for guess in outlet.siblings(member.url):
            if guess.language in missing and plain_url(guess.url) not in archived:
                guesses.setdefault(guess.url, guess.language)
    return guesses


def _archived(articles: pa.Table, urls: list[str]) -> set[str]:
    """Return those of the addresses that archived articles have."""
    if not urls:
        return set()
    column = pc.unique(articles["url"])
    return set(column.filter(pc.is_in(column, value_set=pa.array(urls, pa.string()))).to_pylist())


def _stories(articles: pa.Table, visits: VisitHistory, now: datetime) -> Iterator[list[_Member]]:
    """Stories with an article first seen in these days; each with all its articles."""
    # as numbers: Arrow does not compare times with a time zone
    first = pc.min_element_wise(*(pc.cast(articles[name], pa.int64()) for name in _STATED))
    since = micros(now - TRANSLATED_WITHIN)
    recent = pc.unique(articles.filter(pc.greater(first, since))["story_id"])
    rows = pc.indices_nonzero(pc.is_in(articles["story_id"], value_set=recent))
    stories: dict[str, list[_Member]] = {}
    columns = ("story_id", "language", "url", "valid_from")
    members = articles.select(columns).take(rows).to_pylist()
    for row, values, published in zip(rows.to_pylist(), members, first.take(rows).to_pylist(), strict=True):
        visited = max(values["valid_from"], moment(int(visits.last[row])))
        member = _Member(
            row, values["story_id"], values["language"], values["url"], moment(published), visited
        )
        stories.setdefault(member.story, []).append(member)
    yield from stories.values()
