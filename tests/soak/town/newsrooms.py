"""Seven outlets of one town, of which five die; their port comes from the environment."""

from __future__ import annotations

import os

from crawler.story.spider import StorySpider

PORT = os.environ.get("TOWN_PORT", "80")


class Courier(StorySpider):
    """Publishes all week."""

    name = "courier"
    title = "Courier"
    home = f"http://courier.example:{PORT}"
    languages = ("uk", "en")
    allowed_domains = ["courier.example"]
    news_sitemaps = ["/news.xml"]
    article_url = r"http://courier\.example:\d+/(?:uk|en)-(?P<story>\d+)"
    variant_url = {"uk": home + "/uk-{story}", "en": home + "/en-{story}"}


class Diary(StorySpider):
    """Publishes one story a day."""

    name = "diary"
    title = "Diary"
    home = f"http://diary.example:{PORT}"
    languages = ("uk", "en")
    allowed_domains = ["diary.example"]
    news_sitemaps = ["/news.xml"]
    article_url = r"http://diary\.example:\d+/(?:uk|en)-(?P<story>\d+)"
    variant_url = {"uk": home + "/uk-{story}", "en": home + "/en-{story}"}


class Tribune(StorySpider):
    """Its pages have no text any more: a page that needs a script came in their place."""

    name = "tribune"
    title = "Tribune"
    home = f"http://tribune.example:{PORT}"
    languages = ("uk", "en")
    allowed_domains = ["tribune.example"]
    news_sitemaps = ["/news.xml"]
    article_url = r"http://tribune\.example:\d+/(?:uk|en)-(?P<story>\d+)"
    variant_url = {"uk": home + "/uk-{story}", "en": home + "/en-{story}"}


class Leaflet(StorySpider):
    """Answers as before, and has nothing new."""

    name = "leaflet"
    title = "Leaflet"
    home = f"http://leaflet.example:{PORT}"
    languages = ("uk", "en")
    allowed_domains = ["leaflet.example"]
    news_sitemaps = ["/news.xml"]
    article_url = r"http://leaflet\.example:\d+/(?:uk|en)-(?P<story>\d+)"
    variant_url = {"uk": home + "/uk-{story}", "en": home + "/en-{story}"}


class Digest(StorySpider):
    """Half of each body is gone."""

    name = "digest"
    title = "Digest"
    home = f"http://digest.example:{PORT}"
    languages = ("uk", "en")
    allowed_domains = ["digest.example"]
    news_sitemaps = ["/news.xml"]
    article_url = r"http://digest\.example:\d+/(?:uk|en)-(?P<story>\d+)"
    variant_url = {"uk": home + "/uk-{story}", "en": home + "/en-{story}"}


class Herald(StorySpider):
    """Its bylines are gone."""

    name = "herald"
    title = "Herald"
    home = f"http://herald.example:{PORT}"
    languages = ("uk", "en")
    allowed_domains = ["herald.example"]
    news_sitemaps = ["/news.xml"]
    article_url = r"http://herald\.example:\d+/(?:uk|en)-(?P<story>\d+)"
    variant_url = {"uk": home + "/uk-{story}", "en": home + "/en-{story}"}


class Bulletin(StorySpider):
    """Its English edition is gone."""

    name = "bulletin"
    title = "Bulletin"
    home = f"http://bulletin.example:{PORT}"
    languages = ("uk", "en")
    allowed_domains = ["bulletin.example"]
    news_sitemaps = ["/news.xml"]
    article_url = r"http://bulletin\.example:\d+/(?:uk|en)-(?P<story>\d+)"
    variant_url = {"uk": home + "/uk-{story}", "en": home + "/en-{story}"}
