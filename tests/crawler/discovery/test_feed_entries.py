"""Entries of a feed with the whole text: which are, what is kept of them, and what is read from that."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.feed_entries import LEAST, entry_of
from crawler.discovery.feeds import read_feed
from crawler.exceptions import ExtractionError
from crawler.extraction.feed_entry import extract_entry, read_entry
from crawler.items import Fetch, Hints
from tests.newsrooms.story_pages import PARAGRAPHS

PAGE, FEED = "https://herald.example/news/1", "https://herald.example/rss.xml"
TEXT = "".join(f"<p>{line}</p>" for line in PARAGRAPHS["uk"])
NOW = datetime(2026, 11, 26, tzinfo=UTC)


def whole(text: str, **more: object) -> bytes | None:
    content = [{"type": "text/html", "value": text}]
    return entry_of({"title": "Міст", "content": content, **more}, PAGE, FEED)


def extract(entry: bytes):
    return extract_entry(Fetch(PAGE, PAGE, entry, "utf-8", 200, NOW), Hints("herald"))


def test_what_the_feed_says_is_kept_as_printed():
    entry = whole(
        TEXT,
        title="<b>Міст</b> &amp; дорога",
        summary="Міст відкрили.",
        published="Tue, 17 Mar 2026 09:20:00 +0200",
        updated="2026-03-17T10:00:00+02:00",
        authors=[{"name": "Олена Гнатюк"}, {}, {"name": "Роман Білик"}],
        tags=[{"term": "Калинівка"}, {"term": None}, "?"],
    )
    read = read_entry(entry)
    assert read.link == PAGE
    assert read.feed == FEED
    assert read.creators == ("Олена Гнатюк", "Роман Білик")
    article = extract(entry)
    assert article.headline == "Міст & дорога"
    assert article.lead == "Міст відкрили."
    assert article.byline == "Олена Гнатюк, Роман Білик"
    assert article.body == "\n\n".join(PARAGRAPHS["uk"])
    assert (article.published_at, article.published_source) == (
        datetime(2026, 3, 17, 7, 20, tzinfo=UTC),
        "feed",
    )
    assert article.modified_at == datetime(2026, 3, 17, 8, 0, tzinfo=UTC)
    assert article.tags == ("Калинівка",)
    assert (article.text_from, article.access) == ("feed", "refused")
    assert ("feed", FEED) in [(claim.source, claim.value) for claim in article.extra]


@pytest.mark.parametrize(
    ("printed", "source"),
    [
        ("Tue, 17 Mar 2026 09:20:00", "feed naive"),
        ("2026-03-17", "feed day"),
        ("Tue, 17 Mar 2036 09:20:00 +0200", None),
        ("soon", None),
    ],
)
def test_dates_of_entries(printed, source):
    article = extract(whole(TEXT, published=printed))
    assert article.published_source == source
    assert (article.published_at is None) == (source is None)
    assert article.published_raw == (printed if source else None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<p>Коротко.</p>",
        "x" * (LEAST - 1),
        TEXT + "<p>А далі…</p>",
        TEXT + "<p>А далі [...]</p>",
        TEXT + "<p><a href='/x'>Читати повністю</a></p>",
        f"<p><a href='{PAGE}'>Read the full article</a></p>" + TEXT,
        "я" * (2 << 20),
    ],
)
def test_what_is_no_whole_text(text):
    assert whole(text) is None


def test_a_description_alone_is_none_and_one_that_says_as_much_makes_none():
    assert entry_of({"title": "Міст", "summary": TEXT}, PAGE, FEED) is None
    assert whole(TEXT, summary=f"{TEXT} ") is None
    # so feedparser has an entry without a description
    assert whole(TEXT, summary=TEXT) is not None
    one = f"<p>{' '.join(PARAGRAPHS['uk'])}</p>"
    assert whole(one, summary=one) is None
    assert whole(one) is not None
    assert whole(TEXT, summary=f"<p>{PARAGRAPHS['uk'][0]}</p>") is not None


def test_a_type_that_is_no_text_is_not_read():
    content = [{"type": "application/pdf", "value": TEXT}]
    assert entry_of({"content": content}, PAGE, FEED) is None


def test_the_leads_of_a_feed_carry_their_entries():
    feed = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        "<item><title>A</title><link>/news/1</link>"
        f"<content:encoded><![CDATA[{TEXT}]]></content:encoded></item>"
        "<item><title>B</title><link>/news/2</link><description>Коротко</description></item></channel></rss>"
    )
    first, second = read_feed(feed.encode(), FEED, None)
    assert read_entry(first.entry).link == PAGE
    assert second.entry is None


def test_markup_that_closes_the_page_or_says_what_it_is_changes_nothing_but_the_text():
    bait = (
        '</article><link rel="canonical" href="http://evil.example/">'
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Evil"}</script>'
        '<meta property="og:title" content="Evil"><h1>Evil</h1>'
    )
    article = extract(whole(bait + TEXT))
    assert (article.headline, article.canonical_url, article.alternates) == ("Міст", None, ())
    assert article.body.endswith(PARAGRAPHS["uk"][-1])
    assert whole("</body></html>" + TEXT) is None


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_bytes_that_are_no_entry_are_told_so(document):
    with contextlib.suppress(ExtractionError):
        extract(document)


@given(
    st.text(st.characters(), max_size=200),
    st.sampled_from(["<div>" * 300, "</article>", "<!--", "<![CDATA[", "\x00"]),
)
def test_text_of_any_kind_is_read_or_refused(said, markup):
    entry = whole(markup + said + TEXT, title=said, summary=markup, author=said, published=said)
    if entry is not None:
        with contextlib.suppress(ExtractionError):
            extract(entry)
