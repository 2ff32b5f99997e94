import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.format.reasons import Reason
from crawler.discovery.feeds import read_feed
from crawler.discovery.sitemaps import read_sitemap
from crawler.discovery.unpacking import LARGEST, _gunzip, is_cut_short, unpack
from crawler.exceptions import DiscoveryError

URL = "https://outlet.example.com/rss"
# half an emoji, a control character, no code point at all, and one with more digits than int() takes
IMPOSSIBLE = [
    "&#55357;",
    "&#xD83D;",
    "&#xdfff;",
    "&#0;",
    "&#x1b;",
    "&#xFFFF;",
    "&#x110000;",
    "&#1114112;",
    "&#11141110;",
    "&#" + "9" * 5000 + ";",
]


@pytest.mark.parametrize("reference", IMPOSSIBLE)
def test_references_to_no_character_are_left_out(reference):
    feed = (
        "<rss version='2.0'><channel>"
        f"<item><pubDate>Міст {reference}відкрили</pubDate><link>/a/{reference}1</link></item>"
        "<item><pubDate>Second</pubDate><link>/a/2</link></item></channel></rss>"
    )
    assert [(lead.url, lead.published_raw) for lead in read_feed(feed.encode(), URL, None)] == [
        ("https://outlet.example.com/a/1", "Міст відкрили"),
        ("https://outlet.example.com/a/2", "Second"),
    ]
    sitemap = f"<urlset><url><loc>/a/{reference}1</loc></url><url><loc>/a/2</loc></url></urlset>"
    assert [lead.url for lead in read_sitemap(sitemap.encode(), URL).leads] == [
        "https://outlet.example.com/a/1",
        "https://outlet.example.com/a/2",
    ]


def test_the_same_in_utf_16_loses_the_entry_and_not_the_list():
    sitemap = "<urlset><url><loc>/a/&#xD83D;1</loc></url><url><loc>/a/2</loc></url></urlset>"
    leads = read_sitemap(sitemap.encode("utf-16"), URL).leads
    assert [lead.url for lead in leads] == ["https://outlet.example.com/a/2"]


def test_other_references_stay():
    body = b"&#38; &#x26; &amp; &#128512; &#x1F600; &#9; &#xE000; &#1114111; &#x10FFFF; &#; &#x; &#xyz;"
    assert unpack(body, URL) == body


def test_a_reference_stays_if_xml_has_its_character():
    """https://www.w3.org/TR/xml/#charsets"""
    ranges = ((0x9, 0xA), (0xD, 0xD), (0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
    borders = {code for pair in ranges for code in pair}
    for code in sorted({border + step for border in borders for step in (-1, 0, 1)}):
        exists = any(first <= code <= last for first, last in ranges)
        for reference in (f"&#{code};", f"&#x{code:x};", f"&#X000{code:X};", f"&#{code:015};"):
            assert unpack(reference.encode(), URL) == (reference.encode() if exists else b""), reference


@given(st.binary())
def test_unpacking_undoes_gzip(body):
    assert unpack(gzip.compress(body), URL) in {body, unpack(body, URL)} or body.startswith(b"\x1f\x8b")


def test_no_member_is_unpacked_behind_the_limit():
    """One more would be unpacked without a limit: to zlib no room is no limit."""
    assert len(_gunzip(gzip.compress(bytes(LARGEST + 1), 1) + gzip.compress(b"more"), URL)) == LARGEST + 1
    assert len(_gunzip(gzip.compress(bytes(LARGEST), 1) + gzip.compress(b"more"), URL)) == LARGEST + 1
    members = gzip.compress(b"first") + 3 * gzip.compress(bytes(LARGEST // 2), 1)
    assert len(_gunzip(members, URL)) == LARGEST + 1


@pytest.mark.parametrize("size", [LARGEST, LARGEST + 1])
def test_a_list_has_50_megabytes(size):
    assert LARGEST == 52_428_800
    body = bytes(size)
    if size == LARGEST:
        assert unpack(body, URL) is body or unpack(body, URL) == body
        return
    with pytest.raises(DiscoveryError, match="at most 50 MB") as failure:
        unpack(body, URL)
    assert failure.value.reason == Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("behind", "is_cut"),
    [
        (f"<!--{'a' * 5000}-->" * 20, False),
        (f"<!--{'a' * 5000}-->" * 21, True),
        ("\n" * 9, False),
        (f"{'a' * 5000} -->", True),
        (f"<!--{'a' * ((1 << 20) - 7 - len('</urlset>'))}-->", False),
        (f"<!--{'a' * ((1 << 20) - 6 - len('</urlset>'))}-->", True),
    ],
    ids=["20 comments", "21 comments", "blank", "no comment", "a megabyte", "a byte more"],
)
def test_what_may_stand_behind_the_end_of_a_list(behind, is_cut):
    document = f"<urlset><url/></urlset>{behind}"
    assert is_cut_short(document.encode(), "urlset") is is_cut
    assert is_cut_short(document.encode("utf-16-le"), "urlset") is (is_cut or len(document) > 1 << 19)


@pytest.mark.parametrize("length", [4096, 4097])
def test_the_end_of_an_empty_root_has_4096_bytes(length):
    root = "<urlset " + "a" * (length - len("<urlset />")) + "/>"
    assert is_cut_short(("<!-- -->" + root).encode(), "urlset") is (len(root) > 4096)
    assert is_cut_short(b"<other/>", "urlset")
    assert not is_cut_short(b"<x:URLSET/>", "other", "urlset")
