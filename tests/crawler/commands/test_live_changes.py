"""`scrapy live` on a site that has changed in each of the ways that sites change, and what it proposes."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hostile.network.test_refused import certificate, context
from tests.hostile.server import HostileServer
from tests.newsrooms.courier import SLUG, STORIES, Courier, news_path
from tests.newsrooms.newsroom import Answer, Site
from tests.support.forked import A_WHILE, ROOT
from tests.support.running import Crawl, Run


@pytest.fixture
def courier(crawl: Crawl) -> Iterator[Courier]:
    with Site() as site:
        yield Courier(site, crawl)


def told(run: Run) -> str:
    return " ".join(run.out.split())


def test_a_site_as_it_is_declared_holds(courier: Courier, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    run = courier.live("--report", str(file))
    assert (run.exit_code, run.err) == (0, ""), run.out
    assert "feeds 2, home 1, hreflang 2, hreflang both ways 3, news_sitemaps 1, page 1" in told(run)
    assert "read in en, ru, uk" in told(run)
    assert "proposed" not in run.out
    (outlet,) = json.loads(file.read_text("utf-8"))["outlets"]
    assert (outlet["state"], outlet["is_whole"], outlet["requests"]) == ("holds", True, 7)
    assert [(one["rule"], one["addresses"], one["articles"]) for one in outlet["lists"]] == [
        ("news_sitemaps", 4, 4), ("feeds", 4, 4), ("feeds", 4, 4),
    ]  # fmt: skip
    assert [(one["language"], one["byline"], one["hreflang"], one["missing"]) for one in outlet["pages"]] == [
        ("uk", "Олена Коваль", "en ru, both ways", []),
        ("en", "Олена Коваль", "uk ru, both ways", []),
        ("ru", "Олена Коваль", "uk en, both ways", []),
    ]
    assert not run.archive.exists()


# --- what has changed, and can be told -----------------------------------------------------------------
def feed_moved_for_good(courier: Courier) -> None:
    courier.list_feed("/feed/", [news_path("uk", story) for story in STORIES])
    courier.site["/rss.xml"] = Answer(b"", 301, {"Location": "/feed/"})
    courier.front("/feed/", "/en/rss.xml")


def feed_elsewhere(courier: Courier) -> None:
    courier.gone("/rss.xml")
    courier.list_feed("/feed/all", [news_path("uk", story) for story in STORIES])
    courier.front("/feed/all", "/en/rss.xml")


def feed_gone(courier: Courier) -> None:
    courier.gone("/rss.xml")
    courier.front("/en/rss.xml")


def feed_is_a_page_now(courier: Courier) -> None:
    courier.site["/rss.xml"] = "<!doctype html><title>Courier</title><p>All news"
    courier.list_feed("/feed/all", [news_path("uk", story) for story in STORIES])
    courier.front("/feed/all", "/en/rss.xml")


def sitemap_elsewhere(courier: Courier) -> None:
    """In an index that robots.txt names, beside one of tags."""
    courier.gone("/sitemap-news.xml")
    index = "".join(
        f"<sitemap><loc>{courier.base}{path}</loc></sitemap>" for path in ("/map/news-1.xml", "/map/tags.xml")
    )
    courier.site["/map.xml"] = f"<sitemapindex>{index}</sitemapindex>"
    courier.list_sitemap("/map/news-1.xml", [news_path("uk", story) for story in STORIES])
    courier.robots("Sitemap: {base}/map.xml", "Sitemap: http://elsewhere.example/map.xml")


def new_path(language: str, story: int) -> str:
    edition = {"uk": "", "en": "en/", "ru": "ru/"}[language]
    return f"/{edition}story/{story}-the-bridge-is-open"


def new_form_of_addresses(courier: Courier) -> None:
    courier.withdraw()
    courier.publish(new_path)
    courier.list_sitemap("/sitemap-news.xml", [new_path("uk", story) for story in STORIES])
    courier.list_feed("/rss.xml", [new_path("ru", story) for story in STORIES])
    courier.list_feed("/en/rss.xml", [new_path("en", story) for story in STORIES])


def own_slug(language: str, story: int) -> str:
    return news_path(language, story) if language == "uk" else f"/{language}/news/its-own-{language}-{story}"


def slugs_differ_now(courier: Courier) -> None:
    courier.withdraw()
    courier.publish(own_slug)
    courier.list_feed("/en/rss.xml", [own_slug("en", story) for story in STORIES])


def language_dropped(courier: Courier) -> None:
    courier.withdraw()
    courier.publish(languages=("uk", "en"))


def redesign(courier: Courier) -> None:
    """Another system: other lists, other addresses, no Russian."""
    courier.withdraw()
    courier.publish(new_path, ("uk", "en"))
    courier.gone("/rss.xml", "/en/rss.xml", "/sitemap-news.xml")
    courier.list_feed("/feed", [new_path("uk", story) for story in STORIES])
    courier.list_feed("/en/feed", [new_path("en", story) for story in STORIES])
    courier.list_sitemap("/wp-sitemap-news.xml", [new_path("uk", story) for story in STORIES])
    courier.front("/feed", "/en/feed")
    courier.robots("Sitemap: {base}/wp-sitemap-news.xml")


CHANGES: dict[str, tuple[Callable[[Courier], None], tuple[str, ...]]] = {
    "feed moved for good": (
        feed_moved_for_good,
        ("feeds {base}/rss.xml: moved for good to {base}/feed/",),
    ),
    "feed elsewhere": (
        feed_elsewhere,
        ("feeds {base}/rss.xml: http-410", "the home page names {base}/feed/all, which lists 4 addresses"),
    ),
    "feed gone": (feed_gone, ("{base}/rss.xml is gone (http-410), and nothing names another",)),
    "feed is a page now": (
        feed_is_a_page_now,
        ("feeds {base}/rss.xml: not-a-feed", "the home page names {base}/feed/all, which lists 4 addresses"),
    ),
    "sitemap elsewhere": (
        sitemap_elsewhere,
        ("news_sitemaps {base}/sitemap-news.xml: http-410", "robots.txt names {base}/map/news-1.xml"),
    ),
    "new form of addresses": (
        new_form_of_addresses,
        (
            "article_url takes 0 of 4 addresses of {base}/sitemap-news.xml, and not {base}/story/101-the",
            "12 addresses in its lists have the form "
            r'r"https?://courier\.example:{port}/(?:en/|ru/)?story/\d{{2,4}}[-_][\w-]+"',
            "variant_url: its groups are those of the old article_url",
            "proposed article_url 1",
        ),
    ),
    "slugs differ now": (
        slugs_differ_now,
        (
            f"variant_url {{base}}/en/news/{SLUG}-101: not there; the page of it is",
            "variant_url: it makes addresses at which nothing is; pages name others",
        ),
    ),
    "language dropped": (
        language_dropped,
        ("languages no page in ru: 3 stories have none where variant_url leads",),
    ),
    "redesign": (
        redesign,
        (
            "feeds {base}/en/rss.xml: http-410",
            "news_sitemaps {base}/sitemap-news.xml: http-410",
            "the home page names {base}/en/feed,",
            "robots.txt names {base}/wp-sitemap-news.xml",
            r'r"https?://courier\.example:{port}/(?:en/)?story/\d{{2,4}}[-_][\w-]+"',
        ),
    ),
}


@pytest.mark.parametrize(("make", "messages"), CHANGES.values(), ids=CHANGES.keys())
def test_what_has_changed_is_named_and_a_change_proposed(
    courier: Courier, make: Callable[[Courier], None], messages: tuple[str, ...]
) -> None:
    make(courier)
    run = courier.live()
    assert (run.exit_code, run.err) == (1, ""), run.out
    for message in messages:
        assert message.format(base=courier.base, port=courier.site.port) in told(run)


# --- what has changed, and only a person can tell how ----------------------------------------------------
def test_a_byline_whose_class_is_gone(courier: Courier) -> None:
    courier.publish(author="post__meta")
    run = courier.live()
    assert run.exit_code == 1
    assert f"page {courier.base}{news_path('uk', 101)}: nothing at the byline '.author-name'" in told(run)


def test_hreflang_that_is_not_answered_is_noted(courier: Courier) -> None:
    courier.publish(answering=False)
    run = courier.live()
    assert run.exit_code == 0, run.out
    names = (
        f"one way: {courier.base}{news_path('ru', 101)} does not name {courier.base}{news_path('uk', 101)}"
    )
    assert f"noted hreflang {names}" in told(run)


def test_lists_that_list_nothing(courier: Courier) -> None:
    courier.list_sitemap("/sitemap-news.xml", [])
    courier.list_feed("/rss.xml", [])
    courier.list_feed("/en/rss.xml", [])
    run = courier.live()
    assert run.exit_code == 1
    assert told(run).count(": it lists nothing") == 3


def test_a_sitemap_of_tags_takes_no_lists_place(courier: Courier) -> None:
    courier.gone("/sitemap-news.xml")
    courier.list_sitemap("/tags.xml", [f"/tag/the-bridge-of-{number}" for number in range(100, 120)])
    courier.robots("Sitemap: {base}/tags.xml")
    run = courier.live()
    assert run.exit_code == 1
    assert "news_sitemaps" in told(run)
    assert "/tags.xml" in courier.site.requests[-1]
    assert "proposed" not in run.out


def test_an_old_list_is_noted(courier: Courier) -> None:
    entry = f"<url><loc>{courier.base}{news_path('uk', 101)}</loc><lastmod>2024-02-01</lastmod></url>"
    courier.site["/sitemap-news.xml"] = f"<urlset>{entry}</urlset>"
    run = courier.live()
    assert run.exit_code == 0, run.out
    assert "sitemap-news.xml: its latest entry is of 2024-02-01" in told(run)


def test_a_section_that_is_not_taken_is_noted(courier: Courier) -> None:
    listed = [news_path("uk", story) for story in STORIES]
    courier.list_sitemap("/sitemap-news.xml", [*listed, "/war/201-the-sea-is-calm", "/about"])
    run = courier.live()
    assert run.exit_code == 0, run.out
    first = f"{courier.base}/war/201-the-sea-is-calm"
    assert (
        f"noted article_url 2 of 6 addresses of {courier.base}/sitemap-news.xml are not taken, as {first}"
        in told(run)
    )
    assert "proposed" not in run.out


def test_a_feed_and_an_edition_that_are_not_declared_are_noted(courier: Courier) -> None:
    courier.front("/rss.xml", "/en/rss.xml", "/sport/rss.xml")
    front = courier.site.answers["/"].body
    link = b'<link rel="alternate" hreflang="pl-PL" href="/pl/">'
    courier.site["/"] = front.replace(b"</title>", b"</title>" + link)
    run = courier.live()
    assert run.exit_code == 0, run.out
    assert f"noted feeds {courier.base}/sport/rss.xml: named by the site, and not declared" in told(run)
    assert "noted languages the front page names pl, not among uk en ru" in told(run)
    assert "comments" not in run.out


def test_a_list_at_another_domain_is_told_with_its_address(courier: Courier) -> None:
    target = f"http://courier-daily.example:{courier.site.port}/rss.xml"
    courier.site["/rss.xml"] = Answer(b"", 301, {"Location": target})
    run = courier.live()
    assert run.exit_code == 1
    assert f"rss.xml leads to {target}, which is not in courier.example" in told(run)
    assert not [path for path in courier.site.requests if path.startswith("courier-daily")]


# --- what says nothing of the rules --------------------------------------------------------------------
def test_a_site_that_refuses_everything_is_not_known(courier: Courier) -> None:
    for path in [*courier.site.answers, "/robots.txt"]:
        courier.site[path] = Answer(b"forbidden", 403)
    run = courier.live("-s", "BACKOFF_DELAY=0.01")
    assert run.exit_code == 3
    # robots.txt was refused, too: the third refusal was the last request
    assert "not known http-403 courier.example 2 not known host-refuses courier.example 2" in told(run)
    assert "None of the 1 outlets could be reached (http-403 2, host-refuses 2)" in told(run)
    assert len(courier.site.requests) == 3


def test_robots_txt_that_forbids_all_is_obeyed_and_told(courier: Courier, tmp_path: Path) -> None:
    courier.robots("Disallow: /", "Crawl-delay: 20")
    file = tmp_path / "report.json"
    run = courier.live("--report", str(file))
    assert run.exit_code == 3
    assert "not known robots.txt courier.example 4" in told(run)
    assert courier.site.articles_asked() == []
    assert "forbids us the front page, a request each 20 s" in file.read_text("utf-8")


def test_a_name_that_is_gone_is_asked_for_once(courier: Courier, crawl: Crawl) -> None:
    run = crawl("courier", "-s", "SPIDER_MODULES=tests.spiders.changing",
                "-s", "RESOLVE_TO=other.example=127.0.0.1",
                command="live", private=False, HERALD_PORT=str(courier.site.port))  # fmt: skip
    assert run.exit_code == 3
    assert "not known no-such-host courier.example 4" in told(run)
    assert courier.site.requests == []


def test_the_bound_on_requests_is_kept_and_told(courier: Courier) -> None:
    run = courier.live("--requests", "5")
    assert run.exit_code == 4, run.out
    assert len(courier.site.articles_asked()) == 5
    assert "its 5 requests were used up: --requests allows more" in told(run)
    assert "1 outlet whose rules hold, 0 with a rule that does not, 1 not checked to the end." in told(run)


def test_a_certificate_of_another_name_is_not_known_beside_an_outlet_that_holds(
    courier: Courier, crawl: Crawl, tmp_path: Path
) -> None:
    with HostileServer(context(*certificate("other.example"), tmp_path / "tls")) as server:
        run = crawl("courier", "safe", "-s", "SPIDER_MODULES=tests.spiders.changing",
                    "-s", "RESOLVE_TO=127.0.0.1", command="live", HERALD_PORT=str(courier.site.port),
                    SAFE_PORT=str(server.port))  # fmt: skip
    assert run.exit_code == 4, run.out
    assert "not known tls safe.example 2" in told(run)
    assert server.asked == []
    assert "1 outlet whose rules hold, 0 with a rule that does not, 1 that could not be reached." in told(run)
    # where nobody looks on, a line for each outlet that is done
    assert sorted(line.split("  ", 1)[1] for line in run.err.splitlines()) == [
        "courier holds, 7 requests", "safe not known, 1 request",
    ]  # fmt: skip


def test_ctrl_c_ends_it_with_what_is_known_and_the_report(
    courier: Courier, crawl: Crawl, tmp_path: Path
) -> None:
    courier.site.hold_after = 4
    file = tmp_path / "report.json"
    settings = {
        "SPIDER_MODULES": "tests.spiders.changing",
        "RESOLVE_TO": "127.0.0.1",
        "DOWNLOAD_TIMEOUT": "3",
    }
    given = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    line = crawl.command_line("courier", *given, "--report", str(file), command="live")
    process = subprocess.Popen(
        line,
        cwd=ROOT,
        env={**os.environ, "HERALD_PORT": str(courier.site.port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    courier.site.wait_for(5, process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=A_WHILE)
    assert (process.returncode, err) == (4, ""), out
    assert "the check was stopped before its end" in out
    (outlet,) = json.loads(file.read_text("utf-8"))["outlets"]
    assert (outlet["state"], outlet["is_whole"]) == ("holds", False)
    assert [one["articles"] for one in outlet["lists"]][:2] == [4, 4]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("report.txt", "its name must end with .json"),
        ("nowhere/r.json", "there is no such folder"),
    ],
)
def test_a_report_that_cannot_be_written_is_said_before_anything_is_asked(
    courier: Courier, tmp_path: Path, file: str, said: str
) -> None:
    run = courier.live("--report", str(tmp_path / file))
    assert run.exit_code == 2
    assert said in run.err
    assert courier.site.requests == []


def test_what_a_page_says_commands_nothing_in_a_report(courier: Courier, tmp_path: Path) -> None:
    evil = "x</script><script>alert(1)</script> | `a` [b](http://evil.example) \x1b[31m \u202e"
    page = courier.site.answers[news_path("uk", 101)].body.decode()
    headline = re.search("<h1>(.*?)</h1>", page)
    assert headline is not None
    changed = page.replace(headline[1], html.escape(evil)).replace("Олена Коваль", html.escape(evil))
    courier.site[news_path("uk", 101)] = changed
    file = tmp_path / "report.json"
    run = courier.live("--report", str(file))
    assert run.exit_code == 0, run.out
    text = file.read_text("utf-8")
    assert "\x1b" not in text + run.out
    json.loads(text)
