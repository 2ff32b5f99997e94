"""A declared outlet, from its sitemap and feed to paired rows, again and again, through kills."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.newsrooms.herald import XML, Herald
from tests.newsrooms.newsroom import Answer
from tests.support import tiers
from tests.support.forked import A_WHILE
from tests.support.running import Crawl


def test_what_is_new_comes_in_all_languages(herald: Herald) -> None:
    herald.publish(1, 2)
    herald.publish(3, languages=("uk",))
    herald.announce(1, 2, 3)
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    articles = run.table("articles")
    assert len(articles) == 7
    assert articles["story_id"].nunique() == 3
    assert set(run.table("pairs")["evidence"]) == {"story-id"}
    assert "no-such-variant 2" in run.out


def test_a_second_crawl_asks_only_for_what_is_new(herald: Herald) -> None:
    herald.publish(1, 2)
    herald.announce(1, 2)
    herald.crawl()
    herald.site.requests.clear()
    herald.publish(3)
    herald.announce(1, 2, 3)
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    asked = {request.removeprefix("herald.example") for request in herald.site.requests}
    assert asked == {"/robots.txt", "/sitemap-news.xml", "/rss.xml", "/news/3", "/en/news/3", "/ru/news/3"}
    assert len(run.table("articles")) == 9
    assert "known 2" in run.out


def test_a_killed_crawl_run_again_has_every_article_once(herald: Herald) -> None:
    numbers = range(1, 31)
    herald.publish(*numbers)
    herald.announce(*numbers)
    fetched = 0
    kills = (20, 15, 25)[: tiers.rounds(3)]
    for requests in kills:
        herald.kill_after(requests, signal.SIGKILL)
        fetched += len(herald.site.articles_asked())
    herald.site.requests.clear()
    run = herald.crawl()
    fetched += len(herald.site.articles_asked())
    assert run.exit_code == 0, run.err
    versions = run.table("versions")
    assert len(versions) == 90
    assert versions["article_id"].is_unique
    assert run.table("articles")["story_id"].nunique() == 30
    # the kills, each with its few requests in flight, and the sources again each time
    assert fetched < 90 + len(kills) * 16 + (len(kills) + 1) * 2 + 1


def test_a_crawl_told_to_stop_publishes_what_it_has(herald: Herald) -> None:
    numbers = range(1, 31)
    herald.publish(*numbers)
    herald.announce(*numbers)
    process = herald._crawl.fork(*herald.arguments, HERALD_PORT=str(herald.site.port))
    herald.site.wait_for(20, process)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=A_WHILE)
    assert process.returncode in (0, 130), err
    assert "Traceback" not in err
    assert f"articles  {len(run_articles(herald))}" in out


def run_articles(herald: Herald) -> list[str]:
    import pandas as pd

    return list(pd.read_parquet(herald._crawl.archive / "articles")["url"])


def test_a_backfill_takes_the_days_asked_for(herald: Herald) -> None:
    herald.publish(1, 2, 3, 4)
    herald.announce(1, path="/sitemap-2026-03.xml", day="2026-03-30")
    herald.announce(2, 3, path="/sitemap-2026-04.xml", day="2026-04-02")
    herald.site["/archive/2026/04/01"] = (
        '<html><body><a href="/news/4">Four</a><a href="/about">Us</a></body></html>'
    )
    run = herald.crawl("-a", "since=2026-04-01", "-a", "until=2026-04-03")
    assert run.exit_code == 0, run.err
    numbers = {int(Path(url).name) for url in run.table("articles")["url"]}
    assert numbers == {2, 3, 4}
    assert not [request for request in herald.site.requests if "2026-03" in request]


def test_what_was_edited_after_the_month_of_its_only_list_is_in_that_month(
    herald: Herald, crawl: Crawl
) -> None:
    herald.publish(1, 2, 3, languages=("uk",))
    edits = {1: "2026-05-01T10:00:00+03:00", 2: "2026-03-02", 3: "2026-03-28"}
    herald.announce(1, 2, 3, path="/sitemap-2026-03.xml", changed=edits)
    settings = ("-s", "SPIDER_MODULES=tests.spiders.careless", "-s", "RESOLVE_TO=127.0.0.1")
    days = ("-a", "since=2026-03-20", "-a", "until=2026-04-01")
    run = crawl("monthly", *settings, *days, HERALD_PORT=str(herald.site.port))
    assert run.exit_code == 0, run.err
    assert {int(Path(url).name) for url in run.table("articles")["url"]} == {1, 3}


def test_a_day_begins_at_midnight_in_kyiv_whatever_zone_a_list_prints(herald: Herald) -> None:
    herald.publish(1, 2, 3, 4, languages=("uk",))
    times = {1: "2026-03-31T20:59:00Z", 2: "2026-03-31T22:30:00Z", 3: "2026-04-02T20:30:00+00:00",
             4: "2026-04-02T21:30:00Z"}  # fmt: skip
    herald.announce(1, 2, 3, 4, path="/sitemap-2026-04.xml", changed=times)
    herald.site["/archive/2026/04/01"] = herald.site["/archive/2026/04/02"] = "<html><body></body></html>"
    run = herald.crawl("-a", "since=2026-04-01", "-a", "until=2026-04-03")
    assert run.exit_code == 0, run.err
    assert {int(Path(url).name) for url in run.table("articles")["url"]} == {2, 3}


ALMANAC = ("almanac", "-s", "SPIDER_MODULES=tests.spiders.careless", "-s", "RESOLVE_TO=127.0.0.1")
MARCH = ("-a", "since=2026-03-10", "-a", "until=2026-03-20")


def name_lists(herald: Herald, at: str, **lists: str | None) -> None:
    """An index at `at`: path of a list without its ending -> its lastmod."""
    entries = "".join(
        f"<sitemap><loc>{herald.base}/{path}.xml</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>"
        for path, day in lists.items()
    )
    herald.site[at] = Answer(f"<sitemapindex>{entries}</sitemapindex>".encode(), headers=XML)


def test_a_backfill_asks_an_index_for_the_lists_of_its_days(herald: Herald, crawl: Crawl) -> None:
    herald.publish(1, 2, 3, 4, languages=("uk",))
    name_lists(
        herald, "/sitemap.xml",
        **{"2026/02-22-03-09": None, "2026/03-10-03-24": None, "posts1": "2026-03-09", "posts2": "2026-03-21",
           "tags1": "2026-03-12"},
    )  # fmt: skip
    herald.announce(1, 2, 3, path="/2026/03-10-03-24.xml", changed={1: "2026-04-02", 2: "2026-03-24"})
    herald.announce(4, path="/posts2.xml", day="2099-01-01")
    run = crawl(*ALMANAC, *MARCH, HERALD_PORT=str(herald.site.port))
    assert run.exit_code == 0, run.err
    asked = [path for path in herald.asked() if path.endswith(".xml")]
    assert asked == ["/2026/03-10-03-24.xml", "/posts2.xml", "/sitemap.xml"]
    # 1 was edited after the days of its list, and so is of one of them; a date to come says nothing
    assert {int(Path(url).name) for url in run.table("articles")["url"]} == {1, 3, 4}


def test_indexes_that_name_each_other_are_asked_once_each(herald: Herald, crawl: Crawl) -> None:
    name_lists(herald, "/sitemap.xml", sitemap=None, posts1=None)
    name_lists(herald, "/posts1.xml", sitemap=None, posts1=None, posts2=None)
    herald.publish(1, languages=("uk",))
    herald.announce(1, path="/posts2.xml")
    run = crawl(*ALMANAC, *MARCH, HERALD_PORT=str(herald.site.port))
    assert run.exit_code == 0, run.err
    asked = [path for path in herald.asked() if path.endswith(".xml")]
    assert asked == ["/posts1.xml", "/posts2.xml", "/sitemap.xml"]
    assert len(run.table("articles")) == 1


def test_an_index_without_a_list_of_the_declarations_form_is_told(herald: Herald, crawl: Crawl) -> None:
    name_lists(herald, "/sitemap.xml", **{"2026-03": None, "tags": None})
    run = crawl(*ALMANAC, *MARCH, HERALD_PORT=str(herald.site.port))
    assert run.exit_code == 1
    assert "/sitemap.xml: no-list-in-it" in run.out + run.err
    assert not [path for path in herald.asked() if path != "/sitemap.xml"]


def test_of_a_set_of_seventy_languages_sixty_are_asked_for(herald: Herald) -> None:
    """No newsroom has as many: the rest is a trap, or a mistake, and each address of it is told."""
    herald.publish(1, languages=("uk",))
    links = "".join(
        f'<link rel="alternate" hreflang="l{chr(97 + n // 26)}{chr(97 + n % 26)}" href="/news/{1000 + n}"/>'
        for n in range(70)
    )
    entry = f"<urlset><url><loc>{herald.base}/news/1</loc>{links}</url></urlset>"
    herald.site["/sitemap-news.xml"] = Answer(entry.encode(), headers=XML)
    run = herald.crawl()
    asked = [path for path in herald.asked() if path.startswith("/news/1") and path != "/news/1"]
    # two of the sixty are the addresses of the outlet's own rule
    assert 58 <= len(asked) <= 60
    assert "too-many-variants" in run.out
    assert len(run.table("articles")) == 1


def test_days_that_lead_to_one_page_are_each_told(herald: Herald) -> None:
    herald.publish(4)
    herald.announce(4, path="/sitemap-2026-04.xml", day="2026-04-01")
    herald.site["/archive/2026/04/01"] = '<html><body><a href="/news/4">Four</a></body></html>'
    for day, leads in (("02", "/archive"), ("03", "/archive"), ("04", "/gone"), ("05", "/gone")):
        herald.site[f"/archive/2026/04/{day}"] = Answer(status=302, headers={"Location": leads})
    herald.site["/archive"] = '<html><body><a href="/about">Us</a></body></html>'
    run = herald.crawl("-a", "since=2026-04-01", "-a", "until=2026-04-06")
    assert run.exit_code == 0, run.err
    told = [line.rsplit("/", 1)[-1] for line in run.out.splitlines() if line.startswith("not read")]
    assert sorted(told) == ["02: no-article-in-it", "03: no-article-in-it", "04: http-404", "05: http-404"]


def test_an_outlet_none_of_whose_sources_answers_is_an_error(herald: Herald) -> None:
    herald.site.answers.clear()
    run = herald.crawl()
    assert run.exit_code == 1
    assert "no sitemap or feed could be read" in run.err
    assert "http-404" in run.err


def test_of_a_list_that_ends_too_soon_what_came_is_followed_and_the_rest_is_told(herald: Herald) -> None:
    herald.publish(1, languages=("uk",))
    entry = f"<url><loc>{herald.base}/news/1</loc></url>"
    herald.site["/sitemap-news.xml"] = Answer(f"<urlset>{entry}<url><lo".encode(), headers=XML)
    run = herald.crawl()
    assert "sitemap-news.xml: list-cut-short" in run.out
    assert len(run.table("articles")) == 1


def test_a_source_without_articles_says_that_the_rule_is_wrong(herald: Herald) -> None:
    herald.site["/sitemap-news.xml"] = Answer(
        f"<urlset><url><loc>{herald.base}/story/1</loc></url></urlset>".encode(), headers=XML
    )
    herald.site["/rss.xml"] = Answer(
        f"<rss><channel><item><link>{herald.base}/story/2</link></item></channel></rss>".encode(), headers=XML
    )
    run = herald.crawl()
    assert run.exit_code == 1
    assert "no address in its sitemaps and feeds matches article_url: no-article-in-it, http" in run.err
    assert "not-an-article 2" in run.out


def test_a_guessed_variant_that_leads_to_a_section_is_none(herald: Herald) -> None:
    herald.publish(1, languages=("uk", "en"))
    herald.announce(1)
    herald.site["/ru/news/1"] = Answer(status=302, headers={"Location": "/ru/section/all"})
    herald.publish(9, languages=("ru",))
    herald.site["/ru/section/all"] = herald.site.answers["/ru/news/9"]
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    assert sorted(run.table("articles")["language"]) == ["en", "uk"]
    assert "no-such-variant 1" in run.out


def test_a_feeds_date_is_that_of_a_page_which_has_none(herald: Herald) -> None:
    herald.publish(1, 2, languages=("uk",))
    stated = '<meta property="article:published_time"'
    for number in (1, 2):
        body = herald.site.answers[f"/news/{number}"].body.decode()
        herald.site[f"/news/{number}"] = body.replace(stated, '<meta property="x"') if number == 1 else body
    date = "<pubDate>Wed, 18 Mar 2026 10:00:00 +0200</pubDate>"
    items = "".join(f"<item><link>{herald.base}/news/{number}</link>{date}</item>" for number in (1, 2))
    herald.site["/rss.xml"] = Answer(f"<rss><channel>{items}</channel></rss>".encode(), headers=XML)
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    articles = run.table("articles").set_index("url")
    told = {url[-1]: (f"{at:%d %H:%M}", source) for url, at, source in
            articles[["published_at", "published_source"]].itertuples()}  # fmt: skip
    assert told == {"1": ("18 08:00", "feed"), "2": ("17 07:20", "meta")}


def test_a_crawl_with_nothing_new_is_a_success(herald: Herald) -> None:
    herald.publish(1)
    herald.announce(1)
    herald.crawl()
    run = herald.crawl()
    assert (run.exit_code, run.err) == (0, "")
    assert "known 1" in run.out
