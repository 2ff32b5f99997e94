from __future__ import annotations

from crawler.story.spider import StorySpider


class RadioLiberty(StorySpider):
    """Radio Liberty: Ukrainian on radiosvoboda.org, Russian on svoboda.org, English on rferl.org; ids differ.

    Addresses and day lists: in configurations of crawlers (2022-2026), and Voice of America's saved pages
    of 2024, which share the system. Feeds: their tokens change and are from memory, unverified.
    """

    name = "rferl"
    title = "Radio Liberty"
    home = "https://www.radiosvoboda.org"
    languages = ("uk", "ru", "en")
    confidence = "medium"
    allowed_domains = ["radiosvoboda.org", "svoboda.org", "rferl.org", "krymr.com", "currenttime.tv"]
    feeds = [f"https://www.{site}.org/api/zrqiteuuir" for site in ("radiosvoboda", "svoboda", "rferl")]
    day_archives = [
        f"https://www.{site}.org/z/630/%Y/%-m/%-d" for site in ("radiosvoboda", "svoboda", "rferl")
    ]
    article_url = (
        r"https?://[a-z]+\.(?:radiosvoboda|svoboda|rferl|krymr|currenttime)\.\w+/a/(?:[^/]+/)?\d{6,9}\.html"
    )
