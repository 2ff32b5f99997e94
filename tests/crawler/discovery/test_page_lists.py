"""Lists of pages as the sitemap protocol allows them, and as outlets break them."""

import pytest

from crawler.discovery.page_lists import read_page_list
from crawler.discovery.sitemaps import read_sitemap
from crawler.exceptions import DiscoveryError

URL = "https://courier.example/sitemap.xml"
PAGES = [f"https://courier.example/news/{number}" for number in range(5)]


def sitemap(*locations, end="</urlset>"):
    entries = "".join(f"<url><loc>{location}</loc></url>" for location in locations)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}{end}'.encode()


def addresses(body):
    return [lead.url for lead in read_page_list(body, URL).leads]


def test_a_list_that_is_cut_anywhere_gives_whole_addresses():
    whole = sitemap(*PAGES)
    for cut in range(len(sitemap(end="")), len(whole)):
        assert set(addresses(whole[:cut])) <= set(PAGES), cut
    assert addresses(sitemap(*PAGES, end="")) == PAGES


@pytest.mark.parametrize(
    ("printed", "address"),
    [
        ("?a=1&amp;b=2", "?a=1&b=2"),
        ("?a=1&b=2", "?a=1&b=2"),
        ("?a=1&b", "?a=1&b"),
        ("?a=1&#38;b=2", "?a=1&b=2"),
        ("?a=1&b=2&amp;c=3", "?a=1&b=2&c=3"),
        ("<![CDATA[?a=1&b=2]]>", None),
    ],
)
def test_an_ampersand_that_is_not_escaped_changes_no_address(printed, address):
    location = f"<![CDATA[{PAGES[0]}?a=1&b=2]]>" if printed.startswith("<!") else PAGES[0] + printed
    # alone, and beside one that has to be mended
    for others in ((), (f"{PAGES[1]}?x=1&y=2",)):
        assert addresses(sitemap(location, *others))[0] == PAGES[0] + (address or "?a=1&b=2")


def test_an_address_with_an_entity_that_nobody_defines_is_not_known():
    assert addresses(sitemap(f"{PAGES[0]}?a=&nbsp;1", PAGES[1])) == [PAGES[1]]


def test_a_feed_and_a_text_are_sitemaps_too():
    items = "".join(f"<item><link>{page}</link></item>" for page in PAGES)
    feed = f'<rss version="2.0"><channel><title>C</title>{items}</channel></rss>'
    assert addresses(feed.encode()) == PAGES
    assert addresses("\r\n".join(PAGES).encode()) == PAGES
    assert addresses(b"\xef\xbb\xbf" + "\n\n".join(PAGES).encode()) == PAGES


@pytest.mark.parametrize(
    "body", [b"<html><p>404</p></html>", b"Not found", b"https://a.example/x\nand more", b"{}"]
)
def test_what_is_no_list_is_refused_as_before(body):
    with pytest.raises(DiscoveryError) as refused:
        read_page_list(body, URL)
    with pytest.raises(DiscoveryError) as before:
        read_sitemap(body, URL)
    assert refused.value.reason == before.value.reason
