import contextlib
import gzip
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.feeds import read_feed, read_feed_source
from crawler.discovery.sitemaps import Sitemap
from crawler.exceptions import DiscoveryError
from crawler.items import Alternate
from crawler.requests.leads import Lead

URL = "https://outlet.example.com/rss/all.xml"
REAL = Path(__file__).parents[4] / "shared/data/rss_ua_2020"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
     xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">
<channel>
  <title>Часопис</title><link>https://outlet.example.com/</link><language>uk-UA</language>
  <item>
    <title><![CDATA[Міст <b>відкрили</b> &amp; «прикрасили»<script src='//x'></script>]]></title>
    <link>/ukr/news/mist-71.html#comments</link>
    <pubDate>Вт, 03 лист 2026 11:55:00 +0200</pubDate>
  </item>
  <item>
    <title>A &lt; B і C &gt; D</title>
    <guid isPermaLink="true">https://outlet.example.com/ukr/news/nerivnist-72.html</guid>
  </item>
  <item>
    <title>По-русски</title><dc:language>ru</dc:language>
    <link>https://feeds.example.net/~r/x/73</link>
    <feedburner:origLink>https://outlet.example.com/rus/news/russkij-73.html</feedburner:origLink>
  </item>
  <item><title>Again</title><link>https://outlet.example.com/ukr/news/mist-71.html</link></item>
  <item><title>Front page</title><link>https://outlet.example.com/ukr/</link></item>
  <item><title>Script</title><link>javascript:alert(1)</link></item>
  <item><title>File</title><link>file:///etc/passwd</link></item>
  <item><title>No link</title><guid isPermaLink="false">71</guid></item>
</channel></rss>
"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://outlet.example.com/eng/">
  <title>Chronicle</title><id>urn:feed</id><updated>2026-11-03T12:00:00Z</updated>
  <entry>
    <title type="text">Bridge &lt; river</title><id>urn:1</id>
    <link rel="alternate" hreflang="en" href="news/bridge-71.html"/>
    <link rel="alternate" hreflang="ua" href="https://outlet.example.com/ukr/news/mist-71.html"/>
    <link rel="enclosure" href="https://outlet.example.com/images/71.jpg"/>
    <published>2026-11-03T09:55:00Z</published><updated>2026-11-03T10:30:00Z</updated>
  </entry>
  <entry xml:lang="ru">
    <title>Мост открыт</title><id>urn:2</id><link href="/rus/news/most-71.html"/>
    <updated>2026-11-03T10:00:00Z</updated>
  </entry>
</feed>
"""
RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
         xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel rdf:about="https://outlet.example.com/rss"><title>Часопис</title></channel>
  <item rdf:about="https://outlet.example.com/ukr/news/74.html">
    <title>Стара подача</title><link>https://outlet.example.com/ukr/news/74.html</link><dc:date>2026-11-03</dc:date>
  </item>
</rdf:RDF>
"""


def test_rss():
    assert read_feed(RSS.encode(), URL, None) == (
        Lead(
            "https://outlet.example.com/ukr/news/mist-71.html",
            "feed",
            published_raw="Вт, 03 лист 2026 11:55:00 +0200",
        ),
        Lead(
            "https://outlet.example.com/ukr/news/nerivnist-72.html",
            "feed",
        ),
        Lead(
            "https://outlet.example.com/rus/news/russkij-73.html",
            "feed",
        ),
    )


@pytest.mark.parametrize(
    "printed",
    [
        "<![CDATA[<p>Міст <b>відкрили</b></p>]]>",
        "&lt;span class=&quot;red&quot;&gt;Міст&lt;/span&gt; відкрили",
        "<b>Міст</b> відкрили",
        "<![CDATA[a < b, c > d]]>",
        "<![CDATA[<img src=x onerror=alert(1)>]]>",
    ],
)
def test_html_in_titles_costs_no_entry(printed):
    """Newsrooms print it escaped, in CDATA or bare; the article is found all the same."""
    item = f"<item><title>{printed}</title><link>/a/1</link></item>"
    (lead,) = read_feed(f"<rss version='2.0'><channel>{item}</channel></rss>".encode(), URL, None)
    assert lead.url == "https://outlet.example.com/a/1"


def test_atom():
    english = "https://outlet.example.com/eng/news/bridge-71.html"
    assert read_feed(ATOM.encode(), URL, None) == (
        Lead(
            english,
            "feed",
            (
                Alternate("en", english, "sitemap"),
                Alternate("uk", "https://outlet.example.com/ukr/news/mist-71.html", "sitemap"),
            ),
            published_raw="2026-11-03T09:55:00Z",
            modified_raw="2026-11-03T10:30:00Z",
        ),
        Lead(
            "https://outlet.example.com/rus/news/most-71.html",
            "feed",
            modified_raw="2026-11-03T10:00:00Z",
        ),
    )


def test_rdf():
    (lead,) = read_feed(RDF.encode(), URL, None)
    assert lead.url == "https://outlet.example.com/ukr/news/74.html"


@pytest.mark.parametrize(
    ("declared", "header"),
    [
        ("windows-1251", None),
        ("UTF-8", "windows-1251"),
        ("windows-1251", "utf-8"),
        ("windows-1251", "no-such-charset"),
    ],
)
def test_windows_1251_declared_or_in_the_header_or_denied_by_it(declared, header):
    body = RSS.replace("UTF-8", declared).encode("windows-1251")
    assert read_feed(body, URL, header)[0].published_raw == "Вт, 03 лист 2026 11:55:00 +0200"


def test_gzipped_and_as_a_source():
    expected = read_feed(RSS.encode(), URL, None)
    assert read_feed_source(gzip.compress(RSS.encode()), URL) == Sitemap(expected, ())
    assert pickle.loads(pickle.dumps(expected)) == expected


def test_a_feed_cut_short_gives_what_came():
    body = RSS[: RSS.index("A &lt; B")].encode()
    assert [lead.url for lead in read_feed(body, URL, None)] == [
        "https://outlet.example.com/ukr/news/mist-71.html"
    ]


def test_the_body_is_never_taken_for_a_name(tmp_path):
    feed = tmp_path / "feed.xml"
    feed.write_text(RSS)
    for body in (str(feed).encode(), feed.as_uri().encode(), b"http://127.0.0.1:9/feed.xml"):
        with pytest.raises(DiscoveryError, match="something else") as caught:
            read_feed(body, URL, None)
        assert caught.value.reason == "not-a-feed"


def test_entities_open_no_file_and_no_bomb(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("https://outlet.example.com/secret/1")
    bomb = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 12))
    body = (
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY b0 "{"x" * 50}">{bomb}]>'
        '<rss version="2.0"><channel><item><pubDate>&x;&b11;</pubDate><link>/a/1</link></item>'
        "<item><link>&x;</link></item></channel></rss>"
    ).encode()
    leads = read_feed(body, URL, None)
    assert not any("secret" in f"{lead.url}{lead.published_raw}" for lead in leads)
    assert all(len(lead.published_raw or "") < 1000 for lead in leads)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"nothing", "not-a-feed"),
        (b"<html><body><a href='/a/1'>x</a></body></html>", "not-a-feed"),
        (b"%PDF-1.7\n\x00\xff", "not-a-feed"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff\xff", "not-gzip"),
    ],
)
def test_what_is_no_feed_says_so(body, reason):
    with pytest.raises(DiscoveryError) as caught:
        read_feed(body, URL, None)
    assert caught.value.reason == reason
    assert str(caught.value).startswith(URL)


@pytest.mark.parametrize(
    "body",
    [
        b"<?xml version='1.0' encoding='UTF\xff8'?><rss/>",
        b"<?xml version='1.0' encoding='u\x00tf'?><rss/>",
        b"<rss><channel><item><gml:pos>1 2</gml:pos></item>",
    ],
)
def test_what_feedparser_itself_raises_on(body):
    with pytest.raises(DiscoveryError, match="feedparser ended with") as caught:
        read_feed(body, URL, None)
    assert caught.value.reason == "not-a-feed"


@pytest.mark.parametrize(
    "item",
    [
        "<link>/a/1</link><links>x</links><title>T</title>",
        "<title>T</title><title_detail>x</title_detail><link>/a/1</link>",
    ],
)
def test_an_element_named_like_a_field_of_feedparser(item):
    body = f"<rss version='2.0'><channel><item>{item}</item></channel></rss>".encode()
    assert read_feed(body, URL, None) == (Lead("https://outlet.example.com/a/1", "feed"),)


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real feeds: {REAL} is missing")
@pytest.mark.parametrize(
    ("name", "stories"),
    [
        ("liga", 20),
        ("pravda", 20),
        ("ukranews", 2),
        ("unian", 50),
    ],
)
def test_real_feeds_of_2020(name, stories):
    leads = read_feed((REAL / f"stub_{name}_rss.xml").read_bytes(), f"https://{name}.example.com/rss", None)
    assert len(leads) == stories
    assert all(name in lead.url or "liga" in lead.url for lead in leads)
    assert all(lead.published_raw and "2020" in lead.published_raw for lead in leads)


@given(
    st.binary(), st.one_of(st.none(), st.sampled_from(["utf-8", "windows-1251", "utf-16", "x"]), st.text())
)
def test_any_bytes_end_as_leads_or_a_discovery_error(body, encoding):
    for form in (body, b"<rss><channel><item><link>/a/1</link><title>" + body, b"\x1f\x8b\x08" + body):
        with contextlib.suppress(DiscoveryError):
            assert isinstance(read_feed(form, URL, encoding), tuple)


@given(st.sampled_from([RSS, ATOM, RDF]), st.data())
def test_any_damage_to_a_feed_is_survived(feed, data):
    body = feed.encode()
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    try:
        leads = read_feed(body[:start] + data.draw(st.binary(max_size=20)) + body[end:], URL, None)
    except DiscoveryError:
        return
    assert all(lead.url.startswith(("http://", "https://")) for lead in leads)
