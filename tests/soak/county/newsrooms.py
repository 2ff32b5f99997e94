"""Outlets of one county, `paper00` and so on; their number and port come from the environment."""

from __future__ import annotations

import os

from crawler.story.spider import StorySpider

PORT = os.environ.get("COUNTY_PORT", "80")
LANGUAGES = ("uk", "en")


def names(count: int) -> list[str]:
    return [f"paper{number:02}" for number in range(count)]


def _outlet(name: str) -> type[StorySpider]:
    home = f"http://{name}.example:{PORT}"
    return type(
        name.title(),
        (StorySpider,),
        {
            "__module__": __name__,
            "name": name,
            "title": name.title(),
            "home": home,
            "languages": LANGUAGES,
            "allowed_domains": [f"{name}.example"],
            "news_sitemaps": ["/news.xml"],
            "article_url": rf"{home}/(?:uk|en)-(?P<story>\d+)",
            "variant_url": {language: f"{home}/{language}-{{story}}" for language in LANGUAGES},
        },
    )


for _name in names(int(os.environ.get("COUNTY_OUTLETS", "0"))):
    globals()[_name.title()] = _outlet(_name)
