"""The site of tests/spiders/changing/courier.py: sound at first; a test changes it as sites change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import PARAGRAPHS, Page
from tests.support.running import Crawl, Run

XML = {"Content-Type": "application/xml"}
LANGUAGES = ("uk", "en", "ru")
PREFIX = {"uk": "", "en": "en/", "ru": "ru/"}
STORIES = range(101, 105)
SLUG = "kalynivka-opens-its-bridge"
Path = str


def news_path(language: str, story: int) -> Path:
    return f"/{PREFIX[language]}news/{SLUG}-{story}"


class Courier:
    def __init__(self, site: Site, crawl: Crawl) -> None:
        self.site = site
        self._crawl = crawl
        self.base = f"http://courier.example:{site.port}"
        self.publish()
        listed = [news_path("uk", story) for story in STORIES]
        self.list_sitemap("/sitemap-news.xml", listed)
        self.list_feed("/rss.xml", listed)
        self.list_feed("/en/rss.xml", [news_path("en", story) for story in STORIES])
        self.front("/rss.xml", "/en/rss.xml")
        self.robots("Sitemap: {base}/sitemap-news.xml")

    def publish(
        self,
        path: Callable[[str, int], Path] = news_path,
        languages: Iterable[str] = LANGUAGES,
        *,
        author: str = "author-name",
        answering: bool = True,
    ) -> None:
        """`answering`: the Russian page names the others, too."""
        tags = [*languages]
        for story in STORIES:
            named = tuple((tag, f"{self.base}{path(tag, story)}") for tag in tags)
            for tag in tags:
                first, *others = PARAGRAPHS[tag]
                text = Page(
                    tag,
                    hreflang=named if answering or tag != "ru" else (),
                    paragraphs=(f"{story}. {first}", *others),
                    published=datetime.now(UTC).isoformat(timespec="seconds"),
                ).render()
                byline = f'</h1><div class="{author}">Олена Коваль</div>'
                self.site[path(tag, story)] = text.replace("</h1>", byline)

    def withdraw(
        self, languages: Iterable[str] = LANGUAGES, path: Callable[[str, int], Path] = news_path
    ) -> None:
        for tag in languages:
            for story in STORIES:
                del self.site.answers[path(tag, story)]

    def list_sitemap(self, at: Path, paths: Iterable[Path]) -> None:
        today = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds")
        entries = "".join(
            f"<url><loc>{self.base}{path}</loc><lastmod>{today}</lastmod></url>" for path in paths
        )
        body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
        self.site[at] = Answer(body.encode(), headers=XML)

    def list_feed(self, at: Path, paths: Iterable[Path]) -> None:
        items = "".join(f"<item><title>One</title><link>{self.base}{path}</link></item>" for path in paths)
        body = f'<rss version="2.0"><channel><title>Courier</title>{items}</channel></rss>'
        self.site[at] = Answer(body.encode(), headers=XML)

    def front(self, *feeds: Path) -> None:
        links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{feed}">' for feed in feeds)
        comments = '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
        page = f"<!doctype html><title>Courier</title>{links}{comments}<p>News"
        self.site["/"] = page

    def robots(self, *lines: str) -> None:
        text = "\n".join(line.format(base=self.base) for line in ("User-agent: *", *lines))
        self.site["/robots.txt"] = Answer(text.encode(), headers={"Content-Type": "text/plain"})

    def gone(self, *paths: Path) -> None:
        for path in paths:
            self.site[path] = Answer(b"gone", 410)

    def live(self, *arguments: str, modules: str = "tests.spiders.changing", **environment: str) -> Run:
        settings = ("-s", f"SPIDER_MODULES={modules}", "-s", "RESOLVE_TO=127.0.0.1")
        environment |= {"HERALD_PORT": str(self.site.port)}
        return self._crawl("courier", *settings, *arguments, command="live", **environment)
