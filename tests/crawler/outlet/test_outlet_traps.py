"""What outlets' pages say that is not so, each on a recorded story that says it: what is read.

The numbers are those of the list that the declarations were made from. Elsewhere: 13, a page of years, is in
the real pages; 15, feeds, in tests/crawler/discovery/test_feeds.py; 16, no <p>, in extraction/test_page.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest

from crawler.items import Article
from crawler.requests.articles import variants_to_fetch
from tests.crawler.outlet.recordings import read_recording
from tests.crawler.outlet.test_outlets import outlet
from tests.crawler.outlet.test_recorded_stories import STORIES
from tests.newsrooms.recorded import read


def followed(article: Article) -> set[str]:
    spider = outlet(article.outlet)
    return {one.url for one in variants_to_fetch(article) if spider.is_article(one.url)}


class Trap(NamedTuple):
    outlet: str
    language: str
    """That the text is in."""
    stands: str
    """A regular expression for what the page, or its address before it, says."""
    holds: Callable[[Article], bool]


TRAPS = {
    "1 the path names the other language": Trap("rbc", "uk", r"^\S+/rus/", lambda a: a.language == "uk"),
    "2 hreflang to home pages": Trap(
        "ukrinform",
        "uk",
        r'(?:hreflang="\w\w" href="https://www\.ukrinform\.\w+/?".*?){5}',
        lambda a: not followed(a),
    ),
    "3 hreflang for one language on two hosts": Trap(
        "bbc", "en", r'hreflang="en-gb" href="https://www\.bbc\.co\.uk/', lambda a: not followed(a)
    ),
    "4 a switcher that falls back to home pages": Trap(
        "euronews",
        "en",
        r'href="https://fr\.euronews\.com/?"',
        lambda a: {*map(host, followed(a))} == {"ru.euronews.com"},
    ),
    "5 a switcher and no hreflang": Trap(
        "epravda", "uk", r"(?s)^(?!.*hreflang=).*lang_menu_item", lambda a: len(followed(a)) == 1
    ),
    "6 ids that are not shared": Trap(
        "kanal24", "uk", r"changeLangRU", lambda a: a.story_key is None and len(followed(a)) == 1
    ),
    "7 a slug in the other language": Trap(
        "kmu", "en", r"^\S+/en/news/vidkryly-tramvaynu", lambda a: a.language == "en"
    ),
    "8 og:locale of another language": Trap(
        "unn", "ru", r'og:locale" content="uk_UA', lambda a: a.language == "ru"
    ),
    "8 a country for a language": Trap("ukrinform", "uk", r'hreflang="ch"', lambda a: a.language == "uk"),
    "9 a Unix time in a second block": Trap(
        "ukrinform",
        "uk",
        r'"datePublished": "\d{10}"',
        lambda a: f"{a.published_at:%Y-%m-%d %H:%M}" == "2026-03-26 06:50",
    ),
    "9 a local time without a zone": Trap(
        "epravda",
        "uk",
        r'"datePublished": "2026-04-20 09:05:00"',
        lambda a: f"{a.published_at:%H:%M %z}" == "06:05 +0000",
    ),
    "10 the organisation for the author": Trap(
        "epravda",
        "uk",
        r'"author": \{[^}]*Економічна правда',
        lambda a: len(a.authors) == 1 and "правда" not in a.authors[0],
    ),
    "11 a relative canonical address": Trap(
        "ukrinform",
        "uk",
        r'rel="canonical" href="/',
        lambda a: (a.canonical_url or "").startswith("https://www.ukrinform.ua/"),
    ),
    "12 the site's words inside the text": Trap(
        "pravda", "en", "скопійовано", lambda a: "скопійовано" not in a.body
    ),
    "14 promo lines": Trap("zaxid", "uk", "Читайте також", lambda a: "Читайте також" not in a.body),
    "17 the outlet's name in the title": Trap(
        "bbc", "ru", r"<title>[^<]* - BBC News", lambda a: "BBC" not in a.headline
    ),
}


def host(url: str) -> str:
    return url.split("/")[2]


@pytest.mark.parametrize("trap", TRAPS)
def test_a_page_that_says_what_is_not_so_is_read_as_it_is(trap: str) -> None:
    name, language, stands, holds = TRAPS[trap]
    (folder,) = (folder for story, folder in STORIES.items() if story.startswith(f"{name}/"))
    recording = read_recording(folder)
    page = f"{recording.urls[language]} {recording.bodies[language].decode()}"
    assert re.search(stands, page, re.DOTALL), "the story that is recorded is no example any more"
    assert holds(read(recording, language, outlet(name)))
