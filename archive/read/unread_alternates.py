"""Alternates that pages of a story declare and the archive has not read: nobody may call them missing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from archive.format.languages import STORY_LANGUAGES
from archive.format.reasons import NO_ARTICLE, READ
from archive.read.archive import Archive
from archive.read.scan import one_of

_VISIT = ["observed_at", "requested_url", "url", "outcome", "reason"]


@dataclass(frozen=True, slots=True)
class UnreadAlternate:
    story_id: str
    language: str
    url: str
    outcome: str
    """Of the last visit, as `failed(http-500)`; empty if the address was never requested."""


def declared_alternates(archive: Archive, languages: Mapping[str, Collection[str]]) -> list[UnreadAlternate]:
    """List the alternates that pages of these stories declare in languages they lack, without outcome."""
    of_stories = one_of("story_id", languages)
    rows = archive.articles(columns=["story_id", "alternates"]).seek(of_stories).to_pylist()
    declared: dict[UnreadAlternate, None] = {}
    for row in rows:
        for alternate in row["alternates"]:
            language, url = alternate["language"], alternate["url"]
            if language in STORY_LANGUAGES and language not in languages[row["story_id"]]:
                declared[UnreadAlternate(row["story_id"], language, url, "")] = None
    return list(declared)


def unread_alternates(archive: Archive, alternates: Sequence[UnreadAlternate]) -> list[UnreadAlternate]:
    """Return those that the archive has not read, with the outcome of the last visit at each address."""
    urls = sorted({alternate.url for alternate in alternates})
    at_one = one_of("requested_url", urls) | one_of("url", urls)
    visits = archive.observations(columns=_VISIT).seek(at_one).to_pylist()
    last: dict[str, tuple[str, str]] = defaultdict(lambda: ("", ""))
    for visit in sorted(visits, key=lambda row: row["observed_at"]):
        for url in (visit["requested_url"], visit["url"]):
            last[url] = (visit["outcome"], visit["reason"] or "")
    unread = []
    for alternate in alternates:
        outcome, reason = last[alternate.url]
        if outcome not in READ and reason not in NO_ARTICLE:
            outcome += f"({reason})" if reason else ""
            unread.append(UnreadAlternate(alternate.story_id, alternate.language, alternate.url, outcome))
    return unread
