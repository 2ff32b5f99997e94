"""What a declaration makes of a recorded story, in the form of its expected.json."""

from __future__ import annotations

from typing import Any

from archive.addresses import plain_url
from crawler.commands.record import Recording
from crawler.extraction.page import extract
from crawler.items import Article, Fetch, Hints
from crawler.requests.articles import variants_to_fetch
from crawler.story.spider import StorySpider
from pipelines.authors import AuthorsStage
from pipelines.language import LanguageStage


def read(recording: Recording, language: str, spider: StorySpider) -> Article:
    hints = Hints(spider.name, spider.byline, spider.drop, spider.switcher)
    url, encoding = recording.urls[language], recording.encodings.get(language)
    fetch = Fetch(url, url, recording.bodies[language], encoding, 200, recording.fetched_at)
    said = extract(fetch, hints)
    said = said.with_(
        story_key=spider.story_key(said.url), alternates=(*said.alternates, *spider.siblings(said.url))
    )
    return AuthorsStage().process_item(LanguageStage().process_item(said))  # type: ignore[return-value]


def expectation(recording: Recording, spider: StorySpider) -> dict[str, dict[str, Any]]:
    recorded = {plain_url(url): language for language, url in recording.urls.items()}
    found = {}
    for language in recording.urls:
        article = read(recording, language, spider)
        followed = [a.url for a in variants_to_fetch(article) if spider.is_article(a.url)]
        reached = [recorded.get(plain_url(url)) or url for url in followed]
        found[language] = {
            "headline": article.headline,
            "language": article.language,
            "authors": list(article.authors),
            "byline": article.byline,
            "published_at": article.published_at.isoformat() if article.published_at else None,
            "story_key": article.story_key,
            "leads_to": reached,
            "body": article.body.split("\n\n"),
        }
    return found
