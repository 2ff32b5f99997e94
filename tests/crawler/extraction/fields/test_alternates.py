# ruff: noqa: E501 - a line of a page reads better whole
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.extraction.document.decoding import read_outline
from crawler.extraction.document.outline import outline
from crawler.extraction.fields.alternates import (
    MOST_ALTERNATES,
    absolute,
    is_home_page,
    language_tag,
    read_alternates,
)
from crawler.items import Alternate

HERE = "https://courier.example/news/2026/01/08/8015225/"


def read(body: str, head: str = "", url: str = HERE, switcher: str | None = None) -> tuple[Alternate, ...]:
    tree = html.document_fromstring(f"<html><head>{head}</head><body>{body}<p>x</p></body></html>")
    return read_alternates(outline(tree), url, switcher)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example", "https://a.example/", "https://a.example/?utm=1", "https://a.example/ukr/",
        "https://a.example/en", "https://a.example/RU/", "https://a.example/index.html",
        "https://a.example/uk/index.php", "https://a.example/uk-ua/",
    ],
)  # fmt: skip
def test_home_pages(url: str) -> None:
    assert is_home_page(url)


@pytest.mark.parametrize(
    "url",
    [
        HERE, "https://a.example/eng/news/1/", "https://a.example/?p=17", "https://a.example/index.php?id=5",
        "https://a.example/war", "https://a.example/en/slug", "https://[broken/",
    ],
)  # fmt: skip
def test_other_pages(url: str) -> None:
    assert not is_home_page(url)


def test_addresses_with_four_steps_or_a_long_one_are_told_apart_by_no_further_look():
    for steps in (
        "en/home/index.html",
        "uk//start/index.php",
        "en/\t/\n/\r/",
        "en/default.html",
        "?to=/a-long-slug-of-words",
    ):
        assert is_home_page(f"https://www.outlet.example/{steps}")
    for steps in (
        "en/home/index/index.html",
        "a/b/c/home",
        "a/b/c/index.php?q=1",
        "a-long-slug-of-words/index.html",
    ):
        assert not is_home_page(f"https://www.outlet.example/{steps}")


@pytest.mark.parametrize(
    ("claimed", "tag"),
    [
        ("ua", "uk"), ("UK", "uk"), ("uk_UA", "uk-UA"), ("ua-UA", "uk-UA"), ("ch", "zh"), ("en-gb", "en-GB"),
        ("x-default", None), ("", None), (None, None), ("zh-hans", "zh-hans"), ("на русском", None),
    ],
)  # fmt: skip
def test_language_tags(claimed: str | None, tag: str | None) -> None:
    assert language_tag(claimed) == tag


def test_hreflang_with_countries_for_languages() -> None:
    head = """<link rel="alternate" hreflang="ua" href="/news/1/"><link rel="alternate" hreflang="ru" href="/rus/news/1/">
    <link rel="alternate" hreflang="x-default" href="/news/1/"><link rel="alternate" type="application/rss+xml" href="/rss">"""
    assert read("", head) == (
        Alternate("uk", "https://courier.example/news/1/", "hreflang"),
        Alternate("ru", "https://courier.example/rus/news/1/", "hreflang"),
        Alternate(None, "https://courier.example/news/1/", "hreflang"),
    )


def test_an_article_has_so_many_alternates_and_hreflang_comes_first() -> None:
    head = "".join(
        f'<link rel="alternate" hreflang="en" href="/news/{number}">' for number in range(MOST_ALTERNATES)
    )
    alternates = read('<a hreflang="ru" href="/rus/news/1/">рус</a>', head)
    assert [alternate.source for alternate in alternates] == ["hreflang"] * MOST_ALTERNATES


def test_home_pages_are_no_alternates() -> None:
    head = '<link rel="alternate" hreflang="en" href="https://courier.example/eng/">'
    assert (
        read('<a class="lang_menu_item" href="/rus/">Рус</a><a hreflang="de" href="/">Deutsch</a>', head)
        == ()
    )


@pytest.mark.parametrize(
    ("anchor", "language"),
    [
        ('<a class="lang_menu_item" href="/rus/1">рус</a>', "ru"),
        ('<a class="changeLangRU site-lang-link" href="/rus/1">Читать новость на русском</a>', "ru"),
        ('<a class="lang-uk" href="/rus/1"><i></i></a>', "uk"),
        ('<a href="/rus/1">  UA\n </a>', "uk"),
        ('<a href="/rus/1"><span>English</span></a>', "en"),
        ('<a href="/rus/1">Українська</a>', "uk"),
        ('<a hreflang="ua" href="/rus/1">читати</a>', "uk"),
        ('<span class="lang-publication"><a href="/rus/1">ru</a></span>', "ru"),
        ('<ul><li><b>EN</b></li><li><a href="/rus/1">UK</a></li></ul>', "uk"),
        ('<p><a href="/rus/1">IT</a> | DE</p>', "it"),
        ('<a href="/rus/1"><span><b class="top_active">Укр</b> / <b>Рус</b></span></a>', "ru"),
        ('<a href="/rus/1"><b>Укр</b> | <b>/</b> <b class="current">Рус</b></a>', "uk"),
    ],
)
def test_switchers(anchor: str, language: str) -> None:
    assert read(anchor) == (Alternate(language, "https://courier.example/rus/1", "switcher"),)


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="/news/2">Russian troops advance</a>',
        '<a href="/news/2">На русском говорят меньше</a>',
        '<a href="javascript:void(0)">ru</a>',
        '<a href="http://[broken">en</a>',
        '<a href="mailto:a@b.example">en</a>',
        '<a href="#top">ua</a>',
        f'<a href="{HERE}">ua</a>',
        # a country and a trade, in menus and among tags
        '<ul><li><a href="/news/uk">UK</a></li><li><a href="/news/it">IT</a></li><li>World</li></ul>',
        '<div>Deutsch</div><ul><li><a href="/news/uk">UK</a></li><li>World</li></ul>',
        '<p><a href="/trends/uk-economy/">UK</a></p>',
        # accounts and licences
        '<a href="https://twitter.com/courier_eng">English</a>',
        'Ліцензія <a href="https://creativecommons.org/licenses/by/4.0/legalcode.uk">українською</a>',
        # neither is marked as the present one
        '<a href="/rus/1"><b>Укр</b> / <b>Рус</b></a>',
        # a report in another language
        '<a href="/files/report_en.pdf">English</a>',
        # the front of another edition
        '<a href="/international/">English</a>',
    ],
)
def test_what_is_no_switcher(anchor: str) -> None:
    assert read(anchor) == ()


def test_a_link_that_declares_the_language_of_the_page_leads_to_no_other() -> None:
    page = outline(
        html.document_fromstring('<html lang="en"><a href="/a/1" hreflang="en"><img></a><p>x</p></html>')
    )
    assert read_alternates(page, HERE) == ()
    page = outline(
        html.document_fromstring('<html lang="uk"><a href="/a/1" hreflang="en"><img></a><p>x</p></html>')
    )
    assert [alternate.language for alternate in read_alternates(page, HERE)] == ["en"]


def test_the_article_itself_may_be_one_word() -> None:
    assert read('<a href="/floods">English</a>', url="https://courier.example/uk/floods")
    assert read('<a href="/floods">English</a>', url="https://courier.example/poveni")


def test_an_outlets_rule_finds_what_the_generic_way_does_not() -> None:
    anchor = '<div class="versions"><a class="language-ru" href="/rus/1"><img src="flag.png"></a></div>'
    assert read(anchor) == ()
    assert read(anchor, switcher="div.versions a") == (
        Alternate("ru", "https://courier.example/rus/1", "switcher"),
    )


@given(st.text(max_size=60))
def test_any_href_is_an_address_or_none(href: str) -> None:
    target = absolute(HERE, href)
    assert target is None or target.startswith(("http://", "https://"))


def test_real_sets_of_hreflang(shared_data: Path) -> None:
    lost, believed = [], []
    for line in (shared_data / "hreflang_examples.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        links = "".join(
            f'<link rel="alternate" hreflang="{tag}" href="{url}">' for tag, url in row["alternates"]
        )
        found = read("", links, row["canonical"] or HERE)
        others = {a.language for a in found if a.language and a.url != row["canonical"]}
        if row["kind"].startswith("article-level") and not others:
            lost.append(row["canonical"])
        if "homepages" in row["kind"] and others:
            believed.append(row["canonical"])
    assert lost == []
    # those left are articles with short addresses that the set calls home pages, and profiles on social networks
    assert len(believed) <= 9


def test_counterparts_that_real_pages_name(shared_data: Path) -> None:
    missing = []
    for line in (shared_data / "known_counterparts.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        path = shared_data / f"{row['page']}.gz"
        if not path.exists():
            continue
        found = read_alternates(read_outline(gzip.decompress(path.read_bytes()), None), HERE)
        for language, url in row["counterparts"].items():
            if not any(a.url == url and (a.language or "").startswith(language) for a in found):
                missing.append((row["page"], language, url, row["via"]))
    assert missing == []
