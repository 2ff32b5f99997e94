"""Every address of the newsroom and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from crawler.demo import listings, page
from crawler.demo.layout import LAYOUTS
from crawler.demo.story import LANGUAGES, Story, Variant, load_stories
from crawler.demo.wording import WORDING

_HTML = "text/html; charset=utf-8"
_XML = "application/xml; charset=utf-8"

_MISSING = (
    '<!DOCTYPE html>\n<html lang="uk">\n<head><meta charset="utf-8"><title>404</title></head>\n<body>\n'
    '<h1>Сторінку не знайдено</h1>\n<p>Можливо, її перенесли. <a href="/ukr/">На головну</a></p>\n'
    "</body>\n</html>\n"
)
_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 675">'
    '<rect width="1200" height="675" fill="hsl({hue} 35% 55%)"/>'
    '<text x="600" y="350" fill="white" font-size="64" text-anchor="middle">{name}</text></svg>\n'
)


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    content_type: str = _HTML
    status: HTTPStatus = HTTPStatus.OK
    location: str | None = None


def build_site(base_url: str) -> dict[str, Answer]:
    """Path -> answer; the key `404` is the answer for all other paths."""
    stories = load_stories()
    site = {
        "/": Answer(b"", status=HTTPStatus.FOUND, location=f"{base_url}/ukr/"),
        "/robots.txt": Answer(listings.robots(base_url).encode(), "text/plain; charset=utf-8"),
        "/sitemap-news.xml": Answer(listings.news_sitemap(stories, base_url).encode(), _XML),
        "/rss.xml": Answer(listings.feed(stories, base_url).encode(), "application/rss+xml; charset=utf-8"),
        "/style.css": Answer((LAYOUTS / "style.css").read_bytes(), "text/css; charset=utf-8"),
        "404": Answer(_MISSING.encode(), status=HTTPStatus.NOT_FOUND),
    }
    for language in LANGUAGES:
        site[WORDING[language].home] = Answer(listings.home(stories, language).encode())
    for number, story in enumerate(stories):
        picture = _PICTURE.format(hue=number * 47 % 360, name=story.name)
        site[f"/media/{story.name}.svg"] = Answer(picture.encode(), "image/svg+xml")
        for variant in story.variants:
            text = page.render(story, variant, _neighbours(stories, number, variant), base_url)
            _add(site, variant.path, _article(text, variant))
            if variant.moved_from:
                moved = Answer(
                    b"", status=HTTPStatus.MOVED_PERMANENTLY, location=base_url + quote(variant.path)
                )
                _add(site, variant.moved_from, moved)
    return site


def _article(text: str, variant: Variant) -> Answer:
    if variant.encoding == "utf-8":
        return Answer(text.encode())
    # Old outlets say their encoding in the page only.
    return Answer(text.encode(variant.encoding, "xmlcharrefreplace"), "text/html")


def _add(site: dict[str, Answer], path: str, answer: Answer) -> None:
    if path in site:
        raise ValueError(f"two pages at {path}; give one of them another id")
    site[path] = answer


def _neighbours(stories: tuple[Story, ...], number: int, variant: Variant) -> tuple[Variant, ...]:
    """The next stories that exist in this language, up to four."""
    others = (stories[(number + step) % len(stories)] for step in range(1, len(stories)))
    found = (other.variant(variant.language) for other in others if other.layout != "video")
    return tuple(neighbour for neighbour in found if neighbour)[:4]
