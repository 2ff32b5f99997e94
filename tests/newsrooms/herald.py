"""The server of the outlet in tests/spiders/outlets/herald.py, and the commands that work on it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import PARAGRAPHS, Page
from tests.support import forked
from tests.support.forked import A_WHILE
from tests.support.running import Crawl, Run

XML = {"Content-Type": "application/xml"}
PREFIX = {"uk": "", "en": "en/", "ru": "ru/"}


class Herald:
    def __init__(self, site: Site, crawl: Crawl) -> None:
        self.site = site
        self._crawl = crawl
        self.base = f"http://herald.example:{site.port}"
        self.arguments = (
            "herald",
            "-s",
            "SPIDER_MODULES=tests.spiders.outlets",
            "-s",
            "RESOLVE_TO=127.0.0.1",
        )
        site["/rss.xml"] = Answer(
            b'<rss version="2.0"><channel><title>Herald</title><link>http://herald.example/</link>'
            b"<description>News</description></channel></rss>",
            headers=XML,
        )

    def publish(
        self,
        *numbers: int,
        languages: tuple[str, ...] = ("uk", "en", "ru"),
        published: str = Page("uk").published,
    ) -> None:
        for number in numbers:
            for language in languages:
                self.site[self.path(number, language)] = page(number, language, published)

    def path(self, number: int, language: str = "uk") -> str:
        return f"/{PREFIX[language]}news/{number}"

    def announce(
        self,
        *numbers: int,
        path: str = "/sitemap-news.xml",
        day: str = "2026-03-17",
        changed: dict[int, str] | None = None,
    ) -> None:
        """`changed`: `lastmod` of single numbers, where it is not `day`."""
        entries = "".join(
            f"<url><loc>{self.base}/news/{number}</loc>"
            f"<lastmod>{(changed or {}).get(number, day)}</lastmod></url>"
            for number in numbers
        )
        body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
        self.site[path] = Answer(body.encode(), headers=XML)

    def feed(self, *numbers: int, published: Callable[[int], str] | None = None) -> None:
        """`published` gives the printed date of a number."""
        items = "".join(
            f"<item><link>{self.base}/news/{number}</link>"
            + (f"<pubDate>{published(number)}</pubDate>" if published else "")
            + "</item>"
            for number in numbers
        )
        document = f'<rss version="2.0"><channel><title>Herald</title>{items}</channel></rss>'
        self.site["/rss.xml"] = Answer(document.encode(), headers=XML)

    def crawl(self, *arguments: str, command: str = "crawl", **environment: str) -> Run:
        return self._crawl(
            *self.arguments, *arguments, command=command, HERALD_PORT=str(self.site.port), **environment
        )

    @property
    def archive(self) -> Path:
        return self._crawl.archive

    def asked(self) -> list[str]:
        """Paths that were asked for, robots.txt apart."""
        return sorted(request.removeprefix("herald.example") for request in self.site.articles_asked())

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.archive / name)

    def start(self, *arguments: str) -> forked.Program | subprocess.Popen[str]:
        return self._crawl.fork(*self.arguments, *arguments, HERALD_PORT=str(self.site.port))

    def outlets(self) -> str:
        """What `scrapy outlets` prints, of this outlet."""
        run = self._crawl(*self.arguments[1:], command="outlets", HERALD_PORT=str(self.site.port))
        assert run.exit_code in (0, 4), run.err
        return run.out

    def kill_after(self, requests: int, number: int) -> None:
        self.site.requests.clear()
        process = self.start()
        self.site.wait_for(requests, process)
        os.killpg(process.pid, number)
        process.communicate(timeout=A_WHILE)


def page(number: int, language: str, published: str, more: str = "") -> str:
    first, *others = PARAGRAPHS[language]
    return Page(language, paragraphs=(f"{number}. {first}{more}", *others), published=published).render()
