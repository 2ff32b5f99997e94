import contextlib
import gzip
import pickle
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.addresses import plain_url
from crawler.discovery.feeds import read_feed_source
from crawler.discovery.sitemaps import ChildSitemap, Sitemap, read_sitemap
from crawler.discovery.unpacking import LARGEST
from crawler.exceptions import DiscoveryError
from crawler.items import Alternate
from crawler.requests.leads import Lead
from tests.support.running import python

URL = "https://outlet.example.com/sitemap-news.xml"
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)
NEWS = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- one story in three languages, as Ukrainska Pravda groups them -->
<urlset {NAMESPACES}>
  <url>
    <loc>https://outlet.example.com/news/2026/11/03/71/</loc>
    <lastmod>2026-11-03T12:00:00+02:00</lastmod>
    <xhtml:link rel="alternate" hreflang="ua" href="https://outlet.example.com/news/2026/11/03/71/"/>
    <xhtml:link rel="alternate" hreflang="ru" href="/rus/news/2026/11/03/71/"/>
    <xhtml:link rel="alternate" hreflang="en-GB" href="https://outlet.example.com/eng/news/2026/11/03/71/#top"/>
    <xhtml:link rel="alternate" hreflang="x-default" href="https://outlet.example.com/news/2026/11/03/71/"/>
    <xhtml:link rel="alternate" hreflang="de" href="https://outlet.example.com/"/>
    <xhtml:link rel="stylesheet" href="/style.css"/>
    <news:news>
      <news:publication><news:name>Часопис</news:name><news:language>uk</news:language></news:publication>
      <news:publication_date>2026-11-03T11:55:00+02:00</news:publication_date>
      <news:title>Міст відкрили
         після ремонту</news:title>
    </news:news>
    <image:image><image:loc>https://outlet.example.com/images/71.jpg</image:loc></image:image>
  </url>
  <url><loc> https://outlet.example.com/news/2026/11/03/72/?a=1&amp;b=2 </loc></url>
  <url><loc>https://outlet.example.com/news/2026/11/03/71/</loc></url>
  <url><loc>https://outlet.example.com/</loc></url>
  <url><loc>file:///etc/passwd</loc></url>
  <url><loc></loc></url>
  <url><lastmod>2026</lastmod></url>
</urlset>
""".encode()
STORY, SECOND = (
    "https://outlet.example.com/news/2026/11/03/71/",
    "https://outlet.example.com/news/2026/11/03/72/?a=1&b=2",
)


def index(*addresses):
    entries = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    return f"<sitemapindex {NAMESPACES}>{entries}</sitemapindex>".encode()


def urlset(*entries):
    return f"<urlset {NAMESPACES}>{''.join(f'<url>{entry}</url>' for entry in entries)}</urlset>".encode()


def listed(*addresses):
    return tuple(map(ChildSitemap, addresses))


def test_a_story_with_its_languages():
    read = read_sitemap(NEWS, URL)
    assert read.children == ()
    assert read.leads == (
        Lead(
            STORY,
            "sitemap",
            (
                Alternate("uk", STORY, "sitemap"),
                Alternate("ru", "https://outlet.example.com/rus/news/2026/11/03/71/", "sitemap"),
                Alternate("en-GB", "https://outlet.example.com/eng/news/2026/11/03/71/", "sitemap"),
                Alternate(None, STORY, "sitemap"),
            ),
            published_raw="2026-11-03T11:55:00+02:00",
            modified_raw="2026-11-03T12:00:00+02:00",
        ),
        Lead(SECOND, "sitemap"),
    )


def test_an_index_names_its_children():
    children = ("https://outlet.example.com/sitemap-2026-11.xml.gz", "https://outlet.example.com/?sitemap=2")
    assert read_sitemap(
        index(*children, children[0], "/sitemap-now.xml", "javascript:1", ""), URL
    ) == Sitemap((), listed(*children, "https://outlet.example.com/sitemap-now.xml"))


def test_namespaces_may_be_wrong_or_missing():
    bare = (
        b"<urlset><url><loc>/a/1</loc><news><publication_date>2026</publication_date></news></url></urlset>"
    )
    lead = read_sitemap(bare, URL).leads[0]
    assert (lead.url, lead.published_raw) == ("https://outlet.example.com/a/1", "2026")


def test_an_empty_urlset_is_a_sitemap():
    assert read_sitemap(urlset(), URL) == Sitemap((), ())


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n \n"])
def test_packed_or_with_something_before_the_declaration(before):
    expected = read_sitemap(NEWS, URL)
    assert read_sitemap(before + NEWS, URL) == expected
    assert read_sitemap(gzip.compress(before + NEWS), URL) == expected
    middle = len(NEWS) // 2
    assert (
        read_sitemap(gzip.compress(NEWS[:middle]) + gzip.compress(NEWS[middle:]) + b"\0" * 8, URL) == expected
    )


def test_a_file_called_gz_that_is_none_is_read_as_what_it_is():
    """Ukrainska Pravda's months are named .xml.gz and came unpacked: servers unpack them on the way."""
    packed = URL.replace(".xml", ".xml.gz")
    assert read_sitemap(NEWS, packed).leads == read_sitemap(NEWS, URL).leads
    with pytest.raises(DiscoveryError, match="expected <urlset> or <sitemapindex>, got 'html'"):
        read_sitemap(b"<html><body>Just a moment...</body></html>", packed)


def test_sixty_languages_of_one_story_are_all_read():
    """As BBC and DW might name; how many of them are fetched is the crawl's to bound."""
    letters = "qrstuvwx"
    tags = [one + other for one in letters for other in letters][:60]
    links = "".join(f'<xhtml:link rel="alternate" hreflang="{tag}" href="/{tag}/a/1"/>' for tag in tags)
    (lead,) = read_sitemap(urlset("<loc>https://outlet.example.com/a/1</loc>" + links), URL).leads
    assert [alternate.language for alternate in lead.alternates] == tags


@pytest.mark.parametrize("host", ["xn--80aahjj1e.xn--j1amh", "газета.укр"])
def test_an_address_in_punycode_or_unicode_is_as_it_is_printed(host):
    """Both lead to one page, and have one plain form; which of them a list prints is told as printed."""
    (lead,) = read_sitemap(urlset(f"<loc>https://{host}/novyny/1</loc>"), f"https://{host}/sitemap.xml").leads
    assert lead.url == f"https://{host}/novyny/1"
    assert plain_url(lead.url) == "https://xn--80aahjj1e.xn--j1amh/novyny/1"


def test_windows_1251():
    body = (
        NEWS.decode()
        .replace("UTF-8", "windows-1251")
        .replace("2026-11-03T11", "3 листопада")
        .encode("cp1251")
    )
    assert read_sitemap(body, URL).leads[0].published_raw == "3 листопада:55:00+02:00"


def test_a_broken_sitemap_gives_what_stands_before_the_break():
    cut = NEWS.index(b"<loc> ") + 40
    for body in (
        NEWS[:cut],
        gzip.compress(NEWS)[:-20],
        NEWS.replace(b"<lastmod>", b"<lastmod>&nbsp;&bad < "),
    ):
        assert read_sitemap(body, URL).leads[0].url == STORY


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"   ", "empty"),
        (b"not xml at all", "not-a-sitemap"),
        (b"<html><body>Checking your browser</body></html>", "not-a-sitemap"),
        (b'<rss version="2.0"><channel/></rss>', "not-a-sitemap"),
        (b"%PDF-1.7", "not-a-sitemap"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff\xff", "not-gzip"),
        (gzip.compress(gzip.compress(NEWS)), "not-a-sitemap"),
        (b" " * (LARGEST + 1), "too-large"),
    ],
)
def test_what_is_no_sitemap_says_so(body, reason):
    with pytest.raises(DiscoveryError) as caught:
        read_sitemap(body, URL)
    assert caught.value.reason == reason
    assert str(caught.value).startswith(URL)
    # raised in a worker process, shown in ours
    returned = pickle.loads(pickle.dumps(caught.value))
    assert (str(returned), returned.reason) == (str(caught.value), reason)


def test_what_is_read_comes_back_from_a_worker():
    assert pickle.loads(pickle.dumps(read_sitemap(NEWS, URL))) == read_sitemap(NEWS, URL)


def test_entities_open_no_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("https://outlet.example.com/secret/1")
    body = (
        f'<!DOCTYPE urlset [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y "inside">]>'
        "<urlset><url><loc>&x;</loc></url><url><loc>https://outlet.example.com/a/1</loc>"
        "<news><publication_date>before &x;&y; after</publication_date></news></url></urlset>"
    ).encode()
    (lead,) = read_sitemap(body, URL).leads
    assert lead == Lead("https://outlet.example.com/a/1", "sitemap", published_raw="before after")


def test_an_entity_bomb_is_not_set_off():
    bomb = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 12))
    body = (
        f'<!DOCTYPE urlset [<!ENTITY b0 "{"x" * 50}">{bomb}]>'
        "<urlset><url><loc>https://outlet.example.com/a/1</loc></url>"
        "<url><loc>https://outlet.example.com/a/2</loc><news><publication_date>&b11;</publication_date></news></url></urlset>"
    ).encode()
    # libxml2 may stop at the bomb: what stands before it has been read
    leads = read_sitemap(body, URL).leads
    assert leads[0].url == "https://outlet.example.com/a/1"
    assert all(lead.published_raw is None for lead in leads)


MEASURE = """
import re, sys
from crawler.discovery.feeds import read_feed_source
from crawler.discovery.sitemaps import read_sitemap
from crawler.exceptions import DiscoveryError
def peak():
    # of getrusage(2) the peak begins with that of pytest
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) >> 10
body = sys.stdin.buffer.read()
before = peak()
for read in (read_sitemap, read_feed_source):
    try:
        read(body, "https://outlet.example.com/sitemap.xml.gz")
    except DiscoveryError as error:
        print(error.reason)
print(peak() - before)
"""


def test_a_gzip_bomb_costs_no_more_than_the_limit():
    pack = zlib.compressobj(9, wbits=31)
    chunk = b" " * (8 << 20)
    bomb = b"".join(pack.compress(chunk) for _ in range(64)) + pack.flush()
    # 512 MB in half a megabyte
    assert len(bomb) < 1 << 20
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        input=bomb,
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=True,
    )
    *reasons, megabytes = done.stdout.split()
    assert reasons == [b"too-large", b"too-large"]
    assert int(megabytes) < 150


@given(st.binary())
def test_any_bytes_end_as_a_sitemap_or_a_discovery_error(body):
    for form in (body, b"<urlset><url><loc>/a/1</loc>" + body, b"\x1f\x8b\x08" + body, gzip.compress(body)):
        with contextlib.suppress(DiscoveryError):
            assert isinstance(read_sitemap(form, URL), Sitemap)


@given(st.data())
def test_any_damage_to_a_sitemap_is_survived(data):
    start = data.draw(st.integers(0, len(NEWS)))
    end = data.draw(st.integers(start, len(NEWS)))
    body = NEWS[:start] + data.draw(st.binary(max_size=20)) + NEWS[end:]
    try:
        leads = read_sitemap(body, URL).leads
    except DiscoveryError:
        return
    assert all(lead.url.startswith(("http://", "https://")) for lead in leads)


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_a_sitemap_that_ends_too_soon_says_so(packed):
    assert not read_sitemap(packed(NEWS + b"<!-- made by hand -->"), URL).cut_short
    assert not read_sitemap(packed(NEWS + b"\n" * 5000 + b"<!--" + b"x" * 5000 + b"-->"), URL).cut_short
    cut = NEWS[: NEWS.rindex(b"</url>") + 6]
    read = read_sitemap(packed(cut), URL)
    assert read.leads
    assert read.cut_short
    assert read_sitemap(gzip.compress(NEWS)[:-20], URL).cut_short


ENTRIES = [f"<url><loc>https://outlet.example.com/a/{n}</loc></url>" for n in range(9)]
WHOLE = "<urlset>" + "".join(ENTRIES) + "</urlset>"


@given(
    st.data(),
    st.sampled_from(["utf-8", "utf-16"]),
    st.binary(max_size=9).map(lambda b: bytes(len(b))),
)
def test_a_gzip_of_several_members_cut_anywhere_says_so(data, charset, padding):
    plain = WHOLE.encode(charset)
    middle = data.draw(st.integers(0, len(plain)))
    whole = gzip.compress(plain[:middle], mtime=0) + padding + gzip.compress(plain[middle:], mtime=0)
    read = read_sitemap(whole, URL)
    assert len(read.leads) == len(ENTRIES)
    assert not read.cut_short
    cut = data.draw(st.integers(0, len(whole) - 1))
    try:
        read = read_sitemap(whole[:cut], URL)
    except DiscoveryError:
        return
    # all of the text may have come without its checksum, or its last member be empty
    assert read.cut_short or len(read.leads) == len(ENTRIES)


LAUGHS = '<!DOCTYPE urlset [<!ENTITY l0 "lol">' + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
) + "]>"  # fmt: skip


@pytest.mark.parametrize(
    "broken",
    [
        f"{LAUGHS}<urlset>&l9;<url><loc>/a/1</loc></url></urlset>",
        "<urlset><url><loc><![CDATA[/a/1</loc></url></urlset>",
    ],
    ids=["laughs", "open CDATA"],
)
def test_a_sitemap_that_breaks_before_its_first_entry_is_none(broken):
    with pytest.raises(DiscoveryError) as caught:
        read_sitemap(broken.encode(), URL)
    assert caught.value.reason == "not-a-sitemap"


def test_a_feed_that_breaks_before_its_first_entry_is_none():
    with pytest.raises(DiscoveryError) as caught:
        read_feed_source(b"<rss version='2.0'><channel><it<<em></chan></rss>", URL)
    assert caught.value.reason == "not-a-feed"


def test_what_lists_nothing_is_read():
    assert read_sitemap(b"<urlset></urlset>", URL) == Sitemap((), ())
    assert read_sitemap(b"<urlset/>", URL) == Sitemap((), ())
    assert read_feed_source(
        b"<rss version='2.0'><channel><title>A &amp; B</title></channel></rss>", URL
    ) == Sitemap((), ())


def test_a_feed_that_ends_too_soon_says_so():
    feed = b"<rss version='2.0'><channel><item><link>/a/1</link></item></channel></rss>"
    assert not read_feed_source(feed, URL).cut_short
    assert read_feed_source(feed[:-6], URL).cut_short


def test_a_valid_list_is_read_entry_by_entry_as_it_is_read_whole():
    """An error behind the last entry makes it be read whole."""
    junk = "<url><image:image><image:url>/i</image:url></image:image><sitemap/></url><note><url/></note>"
    more = f"{junk}<url><loc>/a/b</loc></url>{junk}</urlset>".encode()
    for document in (NEWS, NEWS.replace(b"</urlset>", more)):
        pieces = read_sitemap(document, URL)
        whole = read_sitemap(document + b"<", URL)
        assert pieces == whole
        assert pieces.leads


MEMORY = """
import resource
from crawler.discovery.sitemaps import read_sitemap
entry = b"<url><loc>https://a.example/news/2026/11/%d/</loc><lastmod>2026</lastmod><priority>.5</priority></url>"
body = b"<urlset>" + entry % 7 * 60_000 + b"</urlset>"
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert len(read_sitemap(body, "https://a.example/s.xml").leads) == 1
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_no_tree_of_a_long_list_is_in_memory():
    printed = python("-c", MEMORY, check=True).stdout
    assert int(printed) < 30_000
