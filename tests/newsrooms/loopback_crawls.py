"""All declared outlets at their real addresses on one server, and crawls of all of them in one process."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from crawler.discovery.day_archives import recent
from crawler.extraction.fields.dates.timezones import last_day
from crawler.story.spider import StorySpider
from tests.newsrooms.newsroom import Answer, Site
from tests.support import forked
from tests.support.forked import A_WHILE

ROOT = Path(__file__).parents[2]
XML = {"Content-Type": "application/xml"}
FEED = '<rss version="2.0"><channel><title>News</title>{}</channel></rss>'
SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'


class Internet(NamedTuple):
    site: Site
    archive: Path
    outlets: list[str]

    def run(self, errands: str, **environment: str) -> list[dict[str, dict[str, int]]]:
        """The account of each outlet, for each errand; see tests/newsrooms/loopback_internet.py."""
        arguments = [str(self.site.port), str(self.archive), errands, *self.outlets]
        module = "tests.newsrooms.loopback_internet"
        done = forked.start(*arguments, module=module, HERALD_PORT=str(self.site.port), **environment)
        out, err = done.communicate(timeout=A_WHILE)
        assert done.returncode == 0, err
        accounts: list[dict[str, dict[str, int]]] = json.loads(out)
        return accounts

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.archive / name)


def path_of(url: str) -> str:
    """As the server knows it: host without port, and path."""
    host, slash, path = url.partition("://")[2].partition("/")
    return host.partition(":")[0] + slash + path


def list_at_first_source(site: Site, spider: StorySpider, urls: list[str]) -> None:
    """The home page among them, which is no article."""
    form, entry = (
        (SITEMAP, "<url><loc>{}</loc></url>")
        if spider.news_sitemaps
        else (FEED, "<item><link>{}</link></item>")
    )
    listed = "".join(entry.format(escape(url)) for url in [spider.home, *urls])
    source = [*spider.news_sitemaps, *spider.feeds][0]
    for address in recent(source, last_day()):
        site[path_of(spider.address(address))] = Answer(form.format(listed).encode(), headers=XML)
