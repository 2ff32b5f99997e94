"""Declarations held against lists of addresses: real ones beside the checkout, and the command for it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from crawler.exceptions import DiscoveryError
from crawler.health.rule_coverage import Coverage, cover, read_entries, shape, stories
from crawler.story.spider import StorySpider
from tests.crawler.outlet.test_outlets import outlet
from tests.support.running import Crawl

# shares of real addresses that a rule has to take; what the samples hold is in the README beside them
ALL = 1.0
LEAST = {
    "babel": ALL, "censor": ALL, "hromadske": ALL,
    "pravda": 0.999, "rferl": 0.999, "suspilne": 0.999, "ukrinform": 0.999,
}  # fmt: skip
AT_LEAST = {"babel": 369, "censor": 13, "hromadske": 358, "pravda": 1986, "rferl": 6150, "suspilne": 2500,
            "ukrinform": 1500}  # fmt: skip
INDEXES = {"babel-sitemap_full", "censor-sitemap_uk", "hromadske-sitemap", "rferl-sitemap-index",
           "pravda-www_pravda_com_ua_sitemap_sitemap-archive", "suspilne-sitemap"}  # fmt: skip


def lists_of(shared_data: Path, name: str) -> list[Path]:
    folder = shared_data / "newsrooms_2025"
    if not folder.is_dir():
        pytest.skip(f"NOT TESTED on real addresses: {folder} is missing")
    saved = [path for path in sorted((folder / "sitemaps").glob(f"{name}-*.xml.gz"))
             if path.name.removesuffix(".xml.gz") not in INDEXES]  # fmt: skip
    return [*(folder / "addresses").glob(f"{name}.txt"), *saved]


def held(shared_data: Path, name: str) -> list[Coverage]:
    spider = outlet(name)
    return [cover(spider, read_entries(path.read_bytes(), spider.home)[0])
            for path in lists_of(shared_data, name)]  # fmt: skip


@pytest.mark.parametrize("name", LEAST)
def test_real_addresses_are_taken(shared_data: Path, name: str) -> None:
    found = held(shared_data, name)
    addresses, accepted = (sum(getattr(one, what) for one in found) for what in ("addresses", "accepted"))
    assert addresses >= AT_LEAST[name]
    assert accepted / addresses >= LEAST[name], [one.refused for one in found]


def test_every_sample_of_real_addresses_is_taken(shared_data: Path) -> None:
    """A few each, of 21 outlets, 2013-2026."""
    names = {path.stem for path in (shared_data / "newsrooms_2025/addresses").glob("*.txt")}
    assert len(names) >= 20
    refused = {name: one.refused for name in sorted(names) for one in held(shared_data, name) if one.refused}
    assert refused == {}


def test_hreflang_groups_of_real_sitemaps_agree_with_the_rules(shared_data: Path) -> None:
    for name, groups in (("babel", 256), ("hromadske", 66), ("pravda", 162)):
        (found,) = (one for one in held(shared_data, name) if one.groups)
        assert (found.groups, found.one_story, found.apart, found.shared_ids) == (groups, groups, [], []), (
            name
        )
        assert found.right == found.guessed == (972 if name == "pravda" else 0)


def test_the_real_indexes_lead_to_the_lists_of_a_month(shared_data: Path) -> None:
    import datetime as dt

    from crawler.discovery.archive_lists import due_lists
    from crawler.discovery.sitemaps import read_sitemap

    folder = shared_data / "newsrooms_2025/sitemaps"
    if not folder.is_dir():
        pytest.skip(f"NOT TESTED on real indexes: {folder} is missing")
    due = {}
    for name, file in (("babel", "babel-sitemap_full"), ("suspilne", "suspilne-sitemap")):
        index = read_sitemap((folder / f"{file}.xml.gz").read_bytes(), outlet(name).home)
        days = dt.date(2025, 11, 20), dt.date(2025, 11, 22)
        found = due_lists(index.children, outlet(name).list_patterns, *days)
        due[name] = [child.url.rpartition("/")[2] for child, _ in found]
    assert due == {
        "babel": ["11-12-11-26.xml"],
        "suspilne": ["post-sitemap0.xml", "post-sitemap1.xml"],
    }


# --- what it says ----------------------------------------------------------------------------------------
class Gazette(StorySpider):
    name = "gazette"
    home = "https://gazette.example"
    languages = ("uk", "en", "ru")
    article_url = r"/(?:en/|ru/)?news/(?P<story>\d+)"
    variant_url = {"en": "/en/news/{story}", "ru": "/ru/news/{story}"}


def sitemap(*entries: tuple[str, dict[str, str]]) -> bytes:
    body = "".join(
        f"<url><loc>https://gazette.example{path}</loc>"
        + "".join(f'<link rel="alternate" hreflang="{tag}" href="{to}"/>' for tag, to in named.items())
        + "</url>"
        for path, named in entries
    )
    return f"<urlset>{body}</urlset>".encode()


def cover_sitemap(*entries: tuple[str, dict[str, str]]) -> Coverage:
    return cover(Gazette(), read_entries(sitemap(*entries), Gazette.home)[0])


def test_what_is_refused_is_told_by_shape_the_most_frequent_first() -> None:
    found = cover_sitemap(
        ("/news/1", {}), ("/story/2026/03/17/one-two-three/", {}), ("/story/2025/1/7/four-five/", {}),
        ("/tag/war", {}),
    )  # fmt: skip
    assert (found.addresses, found.accepted, found.holds) == (4, 1, False)
    assert {shown: len(urls) for shown, urls in found.refused.items()} == {
        "gazette.example/story/YYYY/MM/DD/<slug>/": 2, "gazette.example/tag/war": 1,
    }  # fmt: skip
    assert next(iter(found.refused)) == "gazette.example/story/YYYY/MM/DD/<slug>/"


def test_an_entry_may_leave_out_its_own_language() -> None:
    """As Ukrainska Pravda's sitemaps do: each entry names the two others."""
    named = {"uk": "/news/1", "ru": "/ru/news/1", "en": "/en/news/1"}
    entries = [(path, {tag: to for tag, to in named.items() if to != path}) for path in named.values()]
    found = cover_sitemap(*entries)
    assert (found.groups, found.one_story, found.guessed, found.right) == (1, 1, 4, 4)
    assert found.holds


def test_hreflang_that_contradicts_the_rules_is_told() -> None:
    found = cover_sitemap(
        ("/news/1", {"uk": "/news/1", "en": "/en/news/2"}),
        ("/news/3", {"ua": "/news/3", "ru": "/ru/news/3", "x-default": "/news/3"}),
        ("/news/5", {"uk": "/news/5", "ru-RU": "/ru/news/3"}),
    )
    assert (found.groups, found.one_story) == (2, 0)
    assert [line.split(":")[0] for line in found.apart] == ["story ids 1, 2", "one language twice"]
    assert [line.split(" ")[0] for line in found.wrong] == ["en"]
    assert not found.holds


def test_one_story_id_for_two_stories_is_told() -> None:
    class Careless(Gazette):
        article_url = r"/(?:en/)?news/(?P<story>\d)\d*"

    entries = read_entries(
        sitemap(("/news/11", {"uk": "/news/11", "en": "/en/news/11"}),
                ("/news/12", {"uk": "/news/12", "en": "/en/news/12"})), Gazette.home,
    )[0]  # fmt: skip
    found = cover(Careless(), entries)
    assert found.shared_ids == ["story id 1: 2 stories"]
    assert not found.holds


def test_sixty_languages_of_one_story_are_one_group() -> None:
    """BBC and DW have some forty; a set of sixty is read like one of two."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    tags = [f"{one}{other}" for one in "az" for other in letters if one + other != "ax"][:60]
    tags += [f"b{letter}" for letter in letters][: 60 - len(tags)]
    named = {tag: f"/news/1?lang={tag}" for tag in tags}
    (entry,) = read_entries(sitemap(("/news/1", named)), Gazette.home)[0]
    assert len(entry.alternates) == 60
    (group,) = stories([entry])
    assert len(group) == 60


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/ua/news/3588711/pilot-fpv-na-pozyvnyyi", "a.example/ua/news/<number>/<slug>"),
        ("https://a.example/rubric-ato/3767861-v-ukraini.html", "a.example/<slug>/<number>-<slug>.html"),
        ("https://a.example/slovo_za_slovom_n1503302", "a.example/<slug>-<number>"),
        ("https://a.example/showNews.do?objectId=7&lang=uk", "a.example/showNews.do?lang&objectId"),
        ("https://a.example/2025/7/", "a.example/<number>/<number>/"),
        ("https://a.example", "a.example"),
        ("https://a.example/%d1%84%d0%b0/1", "a.example/<slug>/<number>"),
    ],
)
def test_a_shape_is_the_address_without_its_numbers_and_headlines(url: str, shown: str) -> None:
    assert shape(url) == shown


# --- what can be read ------------------------------------------------------------------------------------
ONE, TWO = "https://gazette.example/news/1", "https://gazette.example/news/2"
LINES = f"{ONE}\n\n# a comment\n {TWO} \n{ONE}\n"


@pytest.mark.parametrize(
    "body", [LINES.encode(), b"\xef\xbb\xbf" + LINES.encode(), gzip.compress(LINES.encode(), mtime=0)]
)
def test_a_text_has_an_address_a_line(body: bytes) -> None:
    entries, bad = read_entries(body, Gazette.home)
    assert [entry.url for entry in entries] == [ONE, TWO]
    assert bad == ()


def test_lines_that_are_no_addresses_are_told_apart() -> None:
    entries, bad = read_entries(
        b"/news/1\nftp://gazette.example/1\nhttps://gazette.example/news/1", Gazette.home
    )
    assert len(entries) == 1
    assert bad == ("/news/1", "ftp://gazette.example/1")


def test_a_saved_feed_is_read_too() -> None:
    item = b"<item><title>&lt;b&gt;A&lt;/b&gt;</title><link>/news/1</link></item>"
    feed = b"<rss version='2.0'><channel>" + item + b"</channel></rss>"
    (entry,) = read_entries(feed, Gazette.home)[0]
    assert entry.url == ONE


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><body>No</body></html>", "expected <urlset> or <sitemapindex>"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff\xff", "expected gzip"),
        (b"\xff\xfe\x00", "neither XML nor UTF-8"),
        (b"<sitemapindex><sitemap><loc>/a.xml</loc></sitemap></sitemapindex>", "an index of 1 lists"),
    ],
)  # fmt: skip
def test_what_is_no_list_says_so(body: bytes, said: str) -> None:
    with pytest.raises(DiscoveryError, match=said):
        read_entries(body, Gazette.home)


# --- the command -----------------------------------------------------------------------------------------
def test_the_command_tells_what_is_refused(crawl: Crawl, tmp_path: Path) -> None:
    file = tmp_path / "sitemap.xml.gz"
    base = "http://herald.example:8080"
    entries = [
        ("/news/1", {"uk": f"{base}/news/1", "en": f"{base}/en/news/1"}),
        ("/novyny/2", {}),
        ("/novyny/3", {}),
    ]
    file.write_bytes(gzip.compress(sitemap(*entries).replace(b"https://gazette.example", base.encode())))
    run = crawl(
        "herald", "-s", "SPIDER_MODULES=tests.spiders.outlets", "--addresses", str(file), command="live"
    )
    assert run.exit_code == 1, run.err
    assert run.out.splitlines() == [
        "herald    1 of 3 addresses are articles (33.33 %)",
        f"refused   2  herald.example/novyny/<number>  as {base}/novyny/2",
        "hreflang  1 of 1 stories by hreflang have one story id; variant_url is right for 2 of 2 addresses",
    ]
    assert not run.archive.exists()


def test_the_command_finds_the_outlet_of_each_address(crawl: Crawl, tmp_path: Path) -> None:
    file = tmp_path / "addresses.txt"
    file.write_text("https://www.pravda.com.ua/news/2026/10/08/8058000/\nhttps://babel.ua/news/94854-a-b-c\n")
    run = crawl("--addresses", str(file), command="live")
    assert (run.exit_code, run.err) == (0, "")
    assert [line.split()[0] for line in run.out.splitlines()] == ["babel", "pravda"]
    file.write_text("https://nobody.example/news/1\nnews\n")
    run = crawl("--addresses", str(file), command="live")
    assert run.exit_code == 1
    assert "1  of no outlet  as https://nobody.example/news/1" in run.out
    assert "1  lines that are no address  as 'news'" in run.out


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), (b"# none", "has no addresses"), (b"<a/>", "expected")]
)
def test_a_file_that_cannot_be_held_against_a_rule_is_a_sentence(
    crawl: Crawl, tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    run = crawl("babel", "--addresses", str(file), command="live")
    assert run.exit_code == 2
    assert said in run.err
    assert "Traceback" not in run.err
