"""The two outlets of the soak that mean well; their port comes from the environment."""

from __future__ import annotations

import os

from crawler.story.spider import StorySpider

PORT = os.environ.get("SOAK_PORT", "80")
GAZETTE = f"http://gazette.example:{PORT}"
CHRONICLE = f"http://chronicle.example:{PORT}"


class Gazette(StorySpider):
    """Crawled over and over, and killed; a story has three languages."""

    name = "gazette"
    title = "Kalynivka Gazette"
    allowed_domains = ["gazette.example"]
    news_sitemaps = [f"{GAZETTE}/gazette.xml"]
    article_url = rf"{GAZETTE}/(?:uk|en|ru)-(?P<story>\d+)"
    variant_url = {language: f"{GAZETTE}/{language}-{{story}}" for language in ("uk", "en", "ru")}


class Chronicle(StorySpider):
    """Crawled once, for as long as the soak lasts."""

    name = "chronicle"
    title = "Kalynivka Chronicle"
    allowed_domains = ["chronicle.example"]
    news_sitemaps = [f"{CHRONICLE}/chronicle.xml"]
    article_url = rf"{CHRONICLE}/day-(?P<story>\d+)"
