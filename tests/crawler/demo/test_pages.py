"""Every declared fact is on the rendered page, fetched from the server as a crawler would."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import etree, html

from crawler.demo.newsroom import Newsroom
from crawler.demo.story_files import load_stories
from tests.support.expected import expected_articles, expected_dropped, expected_missing
from tests.support.expected_pairs import expected_pairs
from tests.support.forked import A_WHILE

ARTICLES = expected_articles()
by_path = pytest.mark.parametrize(
    "article", ARTICLES, ids=lambda article: f"{article.story}-{article.language}"
)
KINDS = {"p": "paragraph", "h2": "heading", "li": "list_item", "blockquote": "quote"}
BYLINES = ".publication-author, .post_news_author, .newsAuthor, .c-article-contributors"
TEXTS = ".txt, .post_news_text, .newsText, .c-article-content"
SWITCHERS = ".lang-publication a, .langBar a, .lang_menu_item, a.js-alternateLink"
DATES = ".publication-date, .post_news_date, .newsDate, .c-article-publication-date"
NEWS = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
    "x": "http://www.w3.org/1999/xhtml",
}


class Fetched:
    def __init__(self, url):
        with urllib.request.urlopen(url, timeout=A_WHILE) as answer:
            self.url, self.body, self.type = answer.url, answer.read(), answer.headers["Content-Type"]
        self.tree = html.fromstring(self.body)

    def css(self, selector):
        return self.tree.cssselect(selector)

    def linked_data(self):
        found = self.css('script[type="application/ld+json"]')
        return json.loads(found[0].text) if found else None


@pytest.fixture(scope="module")
def newsroom():
    with Newsroom() as newsroom:
        yield newsroom


@pytest.fixture(scope="module")
def pages(newsroom):
    return {article.path: Fetched(newsroom.base_url + article.path) for article in ARTICLES}


def shown(name):
    return [article for article in ARTICLES if name in article.shows]


def only(name, language):
    (found,) = [article for article in shown(name) if article.language == language]
    return found


@by_path
def test_the_page_prints_what_is_expected(article, pages):
    page = pages[article.path]
    (headline,) = page.css("h1")
    assert headline.text_content() == article.headline
    assert [line.text for line in page.css("figcaption")] == ([article.caption] if article.caption else [])
    bylines = page.css(BYLINES)
    assert [line.text for line in bylines] == [article.byline]
    assert all(name in article.byline for name in article.authors)
    assert tuple(link.text for link in page.css(".post_news_tags a")) == article.tags


@by_path
def test_the_blocks_are_those_expected(article, pages):
    (text,) = pages[article.path].css(TEXTS)
    if "no-paragraphs" in article.shows:
        assert not text.cssselect("p")
        lines = [line.strip() for line in text.itertext() if line.strip()]
        assert [block.text for block in article.blocks if block.text not in lines] == []
        return
    read = [
        (KINDS[node.tag], node.text_content())
        for node in text.iter("p", "h2", "li", "blockquote")
        if node.getparent().tag != "blockquote"
    ]
    promo = [pair for pair in read if pair[1].startswith(("Читайте", "Read also:"))]
    assert [pair for pair in read if pair not in promo] == [(b.kind, b.text) for b in article.blocks]
    assert len(promo) <= 1


@by_path
def test_the_links_to_other_languages_are_those_expected(article, pages, newsroom):
    page = pages[article.path]
    links = page.css('link[rel="alternate"]')
    assert {link.get("hreflang"): link.get("href") for link in links} == {
        tag: newsroom.base_url + path for tag, path in article.hreflang
    }
    switcher = page.css(SWITCHERS)
    assert {link.get("href") for link in switcher} == {path for _, path in article.switcher}
    (canonical,) = page.css('link[rel="canonical"]')
    assert urljoin(page.url, canonical.get("href")) == page.url == newsroom.base_url + article.path


def test_every_link_resolves_but_for_the_missing_translation(pages, newsroom):
    links = {urljoin(page.url, node.get("href")) for page in pages.values() for node in page.css("[href]")}
    assert all(link.startswith(newsroom.base_url) for link in links)
    missing = {newsroom.base_url + path for path in expected_missing()}
    assert len(missing) == 1
    assert missing < links
    for link in links - missing:
        Fetched(link)
    for link in missing:
        with pytest.raises(HTTPError, match="404") as caught:
            Fetched(link)
        caught.value.close()


def test_addresses_are_unique_and_every_article_is_announced_or_named_by_a_sibling():
    assert len({article.path for article in ARTICLES}) == len(ARTICLES)
    named = {path for article in ARTICLES for _, path in article.hreflang + article.switcher}
    grouped = {v.linked_path for story in load_stories() if story.sitemap_alternates for v in story.variants}
    for article in ARTICLES:
        assert article.announced_in or article.requested_path in named | grouped, article.path


def test_sitemap_and_feed_list_the_announced_and_share_no_story(newsroom):
    sitemap = Fetched(newsroom.base_url + "/sitemap-news.xml").body
    feed = Fetched(newsroom.base_url + "/rss.xml").body
    listed = {urlsplit(node.text).path for node in etree.fromstring(sitemap).iterfind(".//s:loc", NEWS)}
    fed = {urlsplit(node.text).path for node in etree.fromstring(feed).iterfind(".//item/link")}
    assert listed == {article.requested_path for article in ARTICLES if article.announced_in == "sitemap"}
    expected = {article.requested_path for article in ARTICLES if article.announced_in == "rss"}
    assert fed == expected | set(expected_dropped())
    assert not listed & fed
    grouped = etree.fromstring(sitemap).iterfind(".//x:link", NEWS)
    assert len(list(grouped)) == 3 * sum(story.sitemap_alternates for story in load_stories())


def test_sitemap_and_feed_tell_when_a_story_was_published(newsroom):
    sitemap = etree.fromstring(Fetched(newsroom.base_url + "/sitemap-news.xml").body)
    feed = etree.fromstring(Fetched(newsroom.base_url + "/rss.xml").body)
    told = {datetime.fromisoformat(node.text) for node in sitemap.iterfind(".//n:publication_date", NEWS)}
    assert told == {article.published_at for article in ARTICLES if article.announced_in == "sitemap"}
    fed = {parsedate_to_datetime(node.text) for node in feed.iterfind(".//pubDate")}
    assert fed > {article.published_at for article in ARTICLES if article.announced_in == "rss"}


def test_swapped_paths_and_wrong_hreflang(pages):
    uk, ru = only("swapped-paths", "uk"), only("swapped-paths", "ru")
    assert uk.path == ru.path.replace("/ukr/", "/rus/")
    assert pages[ru.path].tree.get("lang") == "ru"
    assert dict(ru.hreflang)["uk"] == ru.path


def test_the_page_in_windows_1251_says_so_in_the_page_only(pages):
    page = pages[only("windows-1251", "ru").path]
    assert page.type == "text/html"
    assert b"charset=windows-1251" in page.body
    assert "Вербогорск" in page.body.decode("windows-1251")
    with pytest.raises(UnicodeDecodeError):
        page.body.decode("utf-8")


def test_wrong_claims_about_the_language(pages):
    assert pages[only("html-lang-ua", "uk").path].tree.get("lang") == "ua"
    russian = pages[only("wrong-og-locale", "ru").path]
    assert russian.css('meta[property="og:locale"]')[0].get("content") == "uk_UA"


def test_json_ld_differs_from_the_page_as_declared(pages):
    for article in shown("escaped-headline"):
        told = pages[article.path].linked_data()["headline"]
        assert told != article.headline
        assert html.fromstring(f"<p>{told}</p>").text == article.headline
    for article in shown("organisation-in-json-ld"):
        assert pages[article.path].linked_data()["author"]["@type"] == "Organization"
    for article in shown("no-json-ld"):
        assert pages[article.path].linked_data() is None


@by_path
def test_the_printed_time_is_the_expected_instant(article, pages):
    page = pages[article.path]
    (line,) = page.css(DATES)
    kyiv = timezone(timedelta(hours=3 if f"{article.published_at:%m-%d}" >= "03-29" else 2))
    assert f"{article.published_at.astimezone(kyiv):%H:%M}" in line.text_content()
    if told := page.linked_data():
        at = datetime.fromisoformat(told["datePublished"].replace(" +", "+"))
        at = at if at.tzinfo else at.replace(tzinfo=kyiv)
        assert at.astimezone(UTC) == article.published_at


def test_only_the_corrected_page_was_modified_later(pages):
    later = [a for a in ARTICLES if a.modified_at and a.modified_at > a.published_at]
    (corrected,) = later
    assert (corrected.story, corrected.language) == ("spring-flood", "en")
    page = pages[corrected.path]
    assert datetime.fromisoformat(page.linked_data()["dateModified"]) == corrected.modified_at
    assert "31 March 2026, 13:25" in page.css(".updated")[0].text_content()
    assert all((a.modified_at is None) == (pages[a.path].linked_data() is None) for a in ARTICLES)


def test_dates_come_with_offset_in_kyiv_time_and_in_utc(pages):
    told = {page.linked_data()["datePublished"][19:] for page in pages.values() if page.linked_data()}
    assert told == {"+02:00", "+03:00", " +03:00", "", ".000Z"}


def test_pairs_have_the_evidence_that_the_pages_carry():
    pairs = {(pair.story, pair.languages): pair.evidence for pair in expected_pairs()}
    assert pairs["tram-line", ("uk", "en")] == ("story-id", "hreflang", "switcher", "sitemap")
    assert pairs["night-meteor", ("uk", "ru")] == ("switcher",)
    assert pairs["library-night", ("en", "ru")] == ("story-id", "hreflang")
    assert pairs["lake-ruling", ("uk", "en")] == ()
    assert pairs["bread-export", ("uk", "en")] == ("story-id", "hreflang", "switcher")
    assert len(pairs) == 11 * 3 + 2


def test_the_video_has_no_article(newsroom):
    (path,) = expected_dropped()
    page = Fetched(newsroom.base_url + path)
    assert page.css("video")
    assert len(page.css(".video-text p")) == 2
    assert page.linked_data() is None
    assert not page.css("time, [property^='article:']")
