"""Seven outlets of one town, of which five die; their port comes from the environment."""

from __future__ import annotations

import os

from crawler.story.spider import StorySpider

PORT = os.environ.get("TOWN_PORT", "80")


class _OutletOfTown(StorySpider):
    """Values that follow from the name of a class."""

    languages = ("uk", "en")
    news_sitemaps = ["/news.xml"]

    def __init_subclass__(cls) -> None:
        cls.title = cls.__name__
        cls.name = cls.title.lower()
        cls.home = f"http://{cls.name}.example:{PORT}"
        cls.allowed_domains = [f"{cls.name}.example"]
        cls.article_url = rf"http://{cls.name}\.example:\d+/(?:uk|en)-(?P<story>\d+)"
        cls.variant_url = {language: f"{cls.home}/{language}-{{story}}" for language in cls.languages}
        super().__init_subclass__()


class Courier(_OutletOfTown):
    """Publishes all week."""


class Diary(_OutletOfTown):
    """Publishes one story a day."""


class Tribune(_OutletOfTown):
    """Its pages have no text any more: a page that needs a script came in their place."""


class Leaflet(_OutletOfTown):
    """Answers as before, and has nothing new."""


class Digest(_OutletOfTown):
    """Half of each body is gone."""


class Herald(_OutletOfTown):
    """Its bylines are gone."""


class Bulletin(_OutletOfTown):
    """Its English edition is gone."""
