"""`scrapy live` on a loopback server: what it says of rules that hold, of others, and of silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.newsrooms.herald import XML, Herald, page
from tests.newsrooms.newsroom import Answer, Site
from tests.support.running import Crawl

AT = "2026-03-17T09:20:00+02:00"


@pytest.fixture
def herald(crawl: Crawl) -> Iterator[Herald]:
    """All that its declaration says is so."""
    with Site() as site:
        herald = Herald(site, crawl)
        herald.publish(1)
        herald.announce(1)
        item = f"<item><title>One</title><link>{herald.base}/news/1</link></item>"
        site["/rss.xml"] = Answer(f'<rss version="2.0"><channel>{item}</channel></rss>'.encode(), headers=XML)
        yesterday = datetime.now(UTC) - timedelta(days=1)
        herald.announce(1, path=f"/sitemap-{yesterday:%Y-%m}.xml")
        site[f"/archive/{yesterday:%Y/%m/%d}"] = f'<a href="{herald.base}/news/1">One</a>'
        yield herald


def test_rules_that_hold(herald: Herald) -> None:
    run = herald.crawl(command="live")
    assert (run.exit_code, run.err) == (0, ""), run.out
    told = " ".join(run.out.split())
    assert "archive_sitemaps 1, day_archives 1, feeds 1, news_sitemaps 1, page 1, variant_url 2" in told
    assert "read in en, ru, uk" in told
    assert "1 outlet whose rules hold, 0 with a rule that does not." in told
    assert not run.archive.exists()


def test_each_rule_that_no_longer_holds_is_named_with_what_came(herald: Herald) -> None:
    site = herald.site
    site["/sitemap-news.xml"] = Answer(
        f"<urlset><url><loc>{herald.base}/story/9-new-form</loc></url></urlset>".encode(), headers=XML
    )
    # the page of another language, and one that is an empty shell
    site["/en/news/1"] = page(1, "ru", AT)
    site["/ru/news/1"] = "<html><title>Herald</title><div id=app></div></html>"
    run = herald.crawl(command="live")
    assert run.exit_code == 1
    told = " ".join(run.out.split())
    assert (
        f"takes 0 of 1 addresses of {herald.base}/sitemap-news.xml, and not {herald.base}/story/9-new-form"
        in told
    )
    assert f"variant_url {herald.base}/en/news/1: reads as ru, not en" in told
    assert f"variant_url {herald.base}/ru/news/1: 0 characters of text, no date" in told
    assert "0 outlets whose rules hold, 1 with a rule that does not." in told


ALMANAC = ("almanac", "-s", "SPIDER_MODULES=tests.spiders.careless", "-s", "RESOLVE_TO=127.0.0.1")


def index(herald: Herald, *paths: str) -> Answer:
    entries = "".join(f"<sitemap><loc>{herald.base}{path}</loc></sitemap>" for path in paths)
    return Answer(f"<sitemapindex>{entries}</sitemapindex>".encode(), headers=XML)


def test_of_an_index_the_list_of_the_latest_days_is_asked_for(herald: Herald, crawl: Crawl) -> None:
    paths = "/2026/03-10-03-24.xml", "/2026/02-22-03-09.xml", "/posts2.xml", "/tags1.xml"
    herald.site["/sitemap.xml"] = index(herald, *paths)
    herald.announce(1, path=paths[0])
    run = crawl(*ALMANAC, command="live", HERALD_PORT=str(herald.site.port))
    assert run.exit_code == 0, run.out + run.err
    assert "archive_sitemaps 1" in " ".join(run.out.split())
    assert not {*paths[1:]} & {*herald.asked()}


def test_an_index_whose_lists_have_another_form_or_lead_back_is_told(herald: Herald, crawl: Crawl) -> None:
    herald.site["/sitemap.xml"] = index(herald, "/tags1.xml", "/2026-03.xml")
    run = crawl(*ALMANAC, command="live", HERALD_PORT=str(herald.site.port))
    assert run.exit_code == 1
    told = f"archive_lists takes none of 2 lists of {herald.base}/sitemap.xml"
    assert told in " ".join(run.out.split())
    herald.site["/sitemap.xml"] = index(herald, "/posts1.xml")
    herald.site["/posts1.xml"] = index(herald, "/posts1.xml", "/posts2.xml")
    herald.site["/posts2.xml"] = index(herald, "/posts1.xml")
    run = crawl(*ALMANAC, command="live", HERALD_PORT=str(herald.site.port))
    assert run.exit_code == 1
    assert "/posts2.xml: an index that leads back to itself" in " ".join(run.out.split())


def test_a_feed_that_is_gone_is_a_rule_that_does_not_hold(herald: Herald) -> None:
    herald.site["/rss.xml"] = Answer(b"gone", 410)
    run = herald.crawl(command="live")
    assert run.exit_code == 1
    assert f"feeds {herald.base}/rss.xml: http-410" in " ".join(run.out.split())


def test_silence_says_nothing_of_the_rules(crawl: Crawl) -> None:
    with Site() as site:
        port = str(site.port)
    arguments = ("herald", "-s", "SPIDER_MODULES=tests.spiders.outlets", "-s", "RESOLVE_TO=127.0.0.1")
    run = crawl(*arguments, command="live", HERALD_PORT=port)
    assert (run.exit_code, run.err) == (3, "")
    assert "connection-refused herald.example" in " ".join(run.out.split())
    assert "None of the 1 outlets could be reached" in run.out
    assert "does not hold" not in run.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nosuch",), "no outlet 'nosuch'"),
        (("page",), "declares no source"),
        (("rbc", "-O", "x.json"), "nothing is archived here"),
        (("rbc", "-a", "x=1"), "triptych crawl"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(crawl: Crawl, arguments: tuple[str, ...], said: str) -> None:
    run = crawl(*arguments, command="live")
    assert run.exit_code == 2
    assert said in run.err
    assert "Traceback" not in run.err
