"""Addresses without end, and many addresses of one page: one article, and a bound on the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.newsrooms.herald import XML, Herald, page
from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import Page
from tests.support.running import Crawl

AT = "2026-03-17T09:20:00+02:00"


def listing(*addresses: str) -> Answer:
    links = "".join(f"<item><link>{address.replace('&', '&amp;')}</link></item>" for address in addresses)
    return Answer(f'<rss version="2.0"><channel>{links}</channel></rss>'.encode(), headers=XML)


def test_sessions_and_marks_in_a_feed_are_one_address(herald: Herald) -> None:
    herald.publish(1, languages=("uk",))
    marks = ("?utm_source=rss&utm_medium=feed", "?PHPSESSID=0a1b", "?visit=77", "?ref=home#comments", "")
    herald.site["/rss.xml"] = listing(*(f"{herald.base}/news/1{mark}" for mark in marks))
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    assert [path for path in herald.asked() if path.startswith("/news/")] == ["/news/1"]
    assert list(run.table("articles")["url"]) == [f"{herald.base}/news/1"]


def test_a_session_in_every_link_is_no_loop(herald: Herald) -> None:
    """Each page names the others, and itself, under an address that nobody has seen before."""
    paths = {"uk": "/news/1", "en": "/en/news/1", "ru": "/ru/news/1"}
    for language, path in paths.items():
        named = tuple((tag, f"{herald.base}{to}?s={language}{tag}9") for tag, to in paths.items())
        herald.site[path] = Page(language, hreflang=named, published=AT).render()
    herald.site["/rss.xml"] = listing(f"{herald.base}/news/1?s=1234")
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    assert [path for path in herald.asked() if "/news/" in path] == sorted(paths.values())
    assert run.table("articles")["story_id"].nunique() == 1
    assert "hreflang" in set(run.table("pairs")["evidence"]) | {
        kind for details in run.table("pairs")["details"] for kind in ("hreflang",) if kind in details
    }


def test_amp_print_and_mobile_addresses_are_one_article(crawl: Crawl, tmp_path: Path) -> None:
    with Site() as site:
        canonical = f"{site.base}/news/1"
        text = Page("uk", canonical=canonical).render()
        dressed = ("/news/1", "/news/1/amp", "/news/1?print=1", "/print/news/1", "/news/1?view=mobile")
        for path in dressed:
            site[path] = text
        file = tmp_path / "urls.txt"
        file.write_text("\n".join(site.base + path for path in reversed(dressed)), encoding="utf-8")
        run = crawl("page", "-a", f"urls={file}")
        assert run.exit_code == 0, run.err
        # two spellings that are told apart only by what the page says of itself
        assert len(site.articles_asked()) == 2
    assert len(run.table("articles")) == len(run.table("versions")) == 1


def test_calendars_and_next_pages_are_never_followed(herald: Herald) -> None:
    herald.publish(1, 2, languages=("uk",))
    calendar = "".join(f'<a href="/calendar/{year}/{month}">{month}</a>' for year in range(2020, 2099)
                       for month in range(1, 13))  # fmt: skip
    for number in (1, 2):
        herald.site[f"/news/{number}"] = page(number, "uk", AT).replace(
            "<main>", f"<nav>{calendar}</nav><main>"
        )
        links = f'<a href="/news/{number}">{number}</a><a href="?page=2">next</a>{calendar}'
        herald.site[f"/archive/2026/03/0{number}"] = f"<html><body>{links}"
    run = herald.crawl("-a", "since=2026-03-01", "-a", "until=2026-03-03")
    assert run.exit_code == 0, run.err
    assert len(run.table("articles")) == 2
    assert not [path for path in herald.asked() if "calendar" in path or "page=" in path]


@pytest.mark.parametrize("form", ["wide", "deep"])
def test_sitemaps_without_end_are_left_after_their_budget(herald: Herald, form: str) -> None:
    herald.publish(1, languages=("uk",))

    def index(*children: str) -> Answer:
        listed = "".join(f"<sitemap><loc>{herald.base}{child}</loc></sitemap>" for child in children)
        return Answer(f"<sitemapindex>{listed}</sitemapindex>".encode(), headers=XML)

    lists = [f"/list-{number}.xml" for number in range(12)]
    if form == "wide":
        for path in lists:
            herald.announce(1, path=path)
        herald.site["/sitemap-news.xml"] = index(*lists)
    else:
        for path, following in zip(("/sitemap-news.xml", *lists), lists, strict=False):
            herald.site[path] = index(following)
        herald.site["/rss.xml"] = listing(f"{herald.base}/news/1")
    run = herald.crawl("-s", "LIST_BUDGET=5")
    assert run.exit_code == 0, run.err
    assert len([path for path in herald.asked() if path.startswith("/list-")]) == 5
    assert "over-budget: it and" in run.out
    assert len(run.table("articles")) == 1


def test_what_is_over_the_budget_of_pages_is_told_and_left_for_the_next_run(herald: Herald) -> None:
    numbers = range(1, 11)
    herald.publish(*numbers, languages=("uk",))
    herald.announce(*numbers)
    told = []
    for held, code in ((4, 5), (8, 5), (10, 0)):
        run = herald.crawl("-s", "PAGE_BUDGET=4")
        assert run.exit_code == code, run.err
        assert len(run.table("articles")) == held
        told.append("over-budget 6" in run.out or "over-budget 2" in run.out)
    assert told == [True, True, False]


@pytest.mark.parametrize("pages", ["0", "-1", "many", "1.5", ""])
def test_a_budget_that_cannot_be_meant_is_a_sentence(herald: Herald, pages: str) -> None:
    run = herald.crawl("-a", f"pages={pages}")
    assert run.exit_code == 2
    assert "expected a number of at least 1" in run.err
