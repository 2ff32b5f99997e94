"""Six outlets of one server, each with stories in three languages; its port comes from the environment."""

from __future__ import annotations

import os

from crawler.story.spider import StorySpider

NAMES = ("almanac", "beacon", "chronicle", "dispatch", "examiner", "forum")
PORT = os.environ.get("FLEET_PORT", "80")


def _outlet(name: str) -> type[StorySpider]:
    base = f"http://{name}.example:{PORT}"
    return type(
        name.title(),
        (StorySpider,),
        {
            "__module__": __name__,
            "name": name,
            "title": f"Kalynivka {name.title()}",
            "languages": ("uk", "en", "ru"),
            "allowed_domains": [f"{name}.example"],
            "news_sitemaps": [f"{base}/sitemap.xml"],
            "article_url": rf"{base}/(?:en/|ru/)?news/(?P<story>\d+)",
            "variant_url": {
                language: f"{base}/{prefix}news/{{story}}"
                for language, prefix in (("uk", ""), ("en", "en/"), ("ru", "ru/"))
            },
        },
    )


Almanac, Beacon, Chronicle, Dispatch, Examiner, Forum = map(_outlet, NAMES)
