"""Where the newsroom's stories are announced: news sitemap, feed, home pages, robots.txt."""

from __future__ import annotations

from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

from crawler.demo.wording import WORDING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.demo.story import Story, Variant


def robots(base_url: str) -> str:
    return f"User-agent: *\nDisallow: /search\n\nSitemap: {base_url}/sitemap-news.xml\n"


def announced(stories: tuple[Story, ...], where: str) -> Iterator[tuple[Story, Variant]]:
    """What the sitemap or the feed lists; the other languages are to be found from these."""
    for story in stories:
        if story.announced_in == where:
            for language in story.announced:
                if variant := story.variant(language):
                    yield story, variant


def news_sitemap(stories: tuple[Story, ...], base_url: str) -> str:
    entries = "\n".join(_entry(story, variant, base_url) for story, variant in announced(stories, "sitemap"))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
        f"{entries}\n</urlset>\n"
    )


def _entry(story: Story, variant: Variant, base_url: str) -> str:
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{other.language}" href="{base_url}{other.linked_path}"/>\n'
        for other in story.variants
        if story.sitemap_alternates
    )
    return (
        f"<url>\n<loc>{base_url}{variant.linked_path}</loc>\n{alternates}"
        f"<news:news>\n<news:publication><news:name>{escape(WORDING[variant.language].outlet)}</news:name>"
        f"<news:language>{variant.language}</news:language></news:publication>\n"
        f"<news:publication_date>{variant.published.isoformat()}</news:publication_date>\n"
        f"<news:title>{escape(variant.headline)}</news:title>\n</news:news>\n</url>"
    )


def feed(stories: tuple[Story, ...], base_url: str) -> str:
    items = "\n".join(
        f"<item>\n<title>{escape(variant.headline)}</title>\n<link>{base_url}{variant.linked_path}</link>\n"
        f'<guid isPermaLink="true">{base_url}{variant.linked_path}</guid>\n'
        f"<pubDate>{format_datetime(variant.published)}</pubDate>\n"
        f"<category>{escape(WORDING['uk'].section(story.section))}</category>\n</item>"
        for story, variant in announced(stories, "rss")
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0">\n<channel>\n'
        f"<title>{escape(WORDING['uk'].outlet)}</title>\n<link>{base_url}/ukr/</link>\n"
        f"<description>{escape(WORDING['uk'].footer)}</description>\n{items}\n</channel>\n</rss>\n"
    )


def home(stories: tuple[Story, ...], language: str) -> str:
    words = WORDING[language]
    found = [variant for story in stories if (variant := story.variant(language))]
    found.sort(key=lambda variant: variant.published, reverse=True)
    links = "\n".join(
        f'<li><a href="{variant.linked_path}">{escape(variant.headline, quote=False)}</a></li>'
        for variant in found
    )
    menu = " ".join(f'<a href="{other.home}">{other.label}</a>' for other in WORDING.values())
    return (
        f'<!DOCTYPE html>\n<html lang="{words.html_lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<title>{words.outlet}</title>\n<link rel="stylesheet" href="/style.css">\n</head>\n<body>\n'
        f"<header>{menu}</header>\n<h1>{words.outlet}</h1>\n<ul>\n{links}\n</ul>\n"
        f"<footer><p>{words.footer}</p></footer>\n</body>\n</html>\n"
    )
