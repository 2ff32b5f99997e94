"""Which pages are one story, and what on them says so: facts of the pages, not a decision about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from crawler.demo.story_files import load_stories
from tests.support.expected import ExpectedArticle, expected_articles

_ID = re.compile(r"-(\d+)\.html$")


@dataclass(frozen=True, slots=True)
class ExpectedPair:
    story: str
    languages: tuple[str, str]
    paths: tuple[str, str]
    """After redirects, in the order of the languages."""
    evidence: tuple[str, ...]
    """Any of `story-id` `hreflang` `switcher` `sitemap`, strongest first; hreflang and switcher only where
    each page names the other. Empty where only the content shows the pair."""


def expected_pairs() -> tuple[ExpectedPair, ...]:
    return tuple(
        ExpectedPair(a.story, (a.language, b.language), (a.path, b.path), tuple(_evidence(a, b)))
        for a, b in combinations(expected_articles(), 2)
        if a.story == b.story
    )


def _evidence(a: ExpectedArticle, b: ExpectedArticle) -> Iterator[str]:
    if _id(a.path) == _id(b.path):
        yield "story-id"
    if _names(a.hreflang, b) and _names(b.hreflang, a):
        yield "hreflang"
    if _names(a.switcher, b) and _names(b.switcher, a):
        yield "switcher"
    if any(story.sitemap_alternates for story in load_stories() if story.name == a.story):
        yield "sitemap"


def _names(links: tuple[tuple[str, str], ...], other: ExpectedArticle) -> bool:
    return any(path == other.requested_path for _, path in links)


def _id(path: str) -> str | None:
    return found[1] if (found := _ID.search(path)) else None
