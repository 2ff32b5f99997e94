"""All addresses of the newsroom and their responses."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from archive.format.languages import STORY_LANGUAGES
from crawler.demo import article_page
from crawler.demo.article_page import LAYOUTS
from crawler.demo.story_files import Story, Variant, load_stories, next_day, wording

_HTML = "text/html; charset=utf-8"
_XML = "application/xml; charset=utf-8"
_RSS = "application/rss+xml; charset=utf-8"
_ROBOTS = "User-agent: *\nDisallow: /search\n\nSitemap: {base_url}/sitemap-news.xml\n"
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


def build_site(base_url: str, day: int = 1) -> dict[str, Answer]:
    """Return path -> response; the key `404` has the response for all other paths.

    From the second day on a text is edited and a page withdrawn.
    """
    stories = load_stories() if day == 1 else next_day(load_stories())
    site = {
        "/": Answer(b"", status=HTTPStatus.FOUND, location=f"{base_url}/ukr/"),
        "/robots.txt": Answer(_ROBOTS.format(base_url=base_url).encode(), "text/plain; charset=utf-8"),
        "/sitemap-news.xml": Answer(_announcements("sitemap-news.xml", stories, "sitemap", base_url), _XML),
        "/rss.xml": Answer(_announcements("rss.xml", stories, "rss", base_url), _RSS),
        "/style.css": Answer((LAYOUTS / "style.css").read_bytes(), "text/css; charset=utf-8"),
        "404": Answer(_MISSING.encode(), status=HTTPStatus.NOT_FOUND),
    }
    for language in STORY_LANGUAGES:
        site[wording()[language]["home"]] = Answer(home_page(stories, language).encode())
    for number, story in enumerate(stories):
        picture = _PICTURE.format(hue=number * 47 % 360, name=story.name)
        site[f"/media/{story.name}.svg"] = Answer(picture.encode(), "image/svg+xml")
        for variant in story.variants:
            text = article_page.render(story, variant, _neighbours(stories, number, variant), base_url)
            if variant.withdrawn and day > 1:
                continue
            _add(site, variant.path, _article(text, variant))
            if variant.moved_from:
                redirect = Answer(
                    b"", status=HTTPStatus.MOVED_PERMANENTLY, location=base_url + quote(variant.path)
                )
                _add(site, variant.moved_from, redirect)
    return site


def _article(text: str, variant: Variant) -> Answer:
    if variant.encoding == "utf-8":
        return Answer(text.encode())
    # old outlets name their encoding in the page only
    return Answer(text.encode(variant.encoding, "xmlcharrefreplace"), "text/html")


def _add(site: dict[str, Answer], path: str, answer: Answer) -> None:
    if path in site:
        raise ValueError(f"two pages at {path}; give one of them another id")
    site[path] = answer


def _neighbours(stories: tuple[Story, ...], number: int, variant: Variant) -> tuple[Variant, ...]:
    """Return up to four of the next stories that exist in this language."""
    following = (stories[(number + step) % len(stories)] for step in range(1, len(stories)))
    variants = (story.variant(variant.language) for story in following if story.layout != "video")
    return tuple(neighbour for neighbour in variants if neighbour)[:4]


# Announcements of the newsroom's stories: news sitemap, feed, home pages.


def announced(stories: tuple[Story, ...], where: str) -> Iterator[tuple[Story, Variant]]:
    """Yield the variants in the sitemap or the feed; the crawl has to find the other languages from these."""
    for story in stories:
        if story.announced_in == where:
            for language in story.announced:
                if variant := story.variant(language):
                    yield story, variant


def _announcements(template: str, stories: tuple[Story, ...], where: str, base_url: str) -> bytes:
    values = {"announced": announced(stories, where), "base_url": base_url, "editions": wording()}
    return article_page.templates().get_template(template).render(values).encode()


def home_page(stories: tuple[Story, ...], language: str) -> str:
    editions = wording()
    variants = [variant for story in stories if (variant := story.variant(language))]
    variants.sort(key=lambda variant: variant.published, reverse=True)
    template = article_page.templates().get_template("home.html")
    return template.render(words=editions[language], editions=editions, variants=variants)
