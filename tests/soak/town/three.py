"""Three outlets of one town, of which two die; their port comes from the environment."""

from __future__ import annotations

import os

from crawler.story.spider import StorySpider

PORT = os.environ.get("TOWN_PORT", "80")
A_DAY = {"articles_a_day": {"uk": (4, 9), "en": (4, 9)}}


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
    expects = A_DAY


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
    expects = A_DAY


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
    expects = A_DAY
