"""Pages that are refused while a feed has their whole text, crawled on a loopback outlet."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest

import archive
from archive.commands.search import looking_up
from archive.viewer.load import read_story
from crawler.health.outlet_history import count_outlets
from tests.newsrooms.herald import XML, Herald, page
from tests.newsrooms.newsroom import Answer
from tests.newsrooms.story_pages import HEADLINES, PARAGRAPHS
from tests.support.forked import A_WHILE, scrapy
from tests.support.running import Run, archive_prints

AT = "2026-03-17T09:20:00+02:00"
OWED = 3
REFUSED = Answer(b"<html><body>Forbidden</body></html>", 403)
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:yandex="http://news.yandex.ru">
<channel><title>Herald</title><link>http://herald.example/</link>{}</channel></rss>"""
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Herald</title><id>h</id>{}</feed>'


def edits_of(herald: Herald, story_id: str) -> list[tuple[object, Any]]:
    """The edits that the page of a story shows."""
    opened = archive.open(herald.archive)
    with looking_up(opened, texts=False) as lookup:
        line = lookup.line(story_id)
        assert line is not None
        view, _ = read_story(opened, lookup.rows, line)
    assert line.edits == len(view.edits)
    return view.edits


def text(language: str, number: int = 1) -> str:
    first, *others = PARAGRAPHS[language]
    return "".join(f"<p>{line}</p>" for line in (f"{number}. {first}", *others))


def item(herald: Herald, number: int, language: str = "uk", content: str | None = None, **more: str) -> str:
    content = text(language, number) if content is None else content
    address = f"{herald.base}{herald.path(number, language)}"
    element = more.get("element", "content:encoded")
    date = more.get("date", "<pubDate>Tue, 17 Mar 2026 09:20:00 +0200</pubDate>")
    return (
        f"<item><title>{HEADLINES[language]}</title><link>{address}</link><guid>{address}</guid>{date}"
        f"<dc:creator>Олена Гнатюк</dc:creator><category>Калинівка</category>"
        f"<description>{escape(more.get('description', 'Міст відкрили.'))}</description>"
        f"<{element}><![CDATA[{content}]]></{element}></item>"
    )


def atom(herald: Herald, number: int) -> str:
    return (
        f"<entry><title>{HEADLINES['uk']}</title><id>{number}</id>"
        f'<link rel="alternate" href="{herald.base}/news/{number}"/>'
        "<published>2026-03-17T09:20:00+02:00</published><updated>2026-03-17T10:00:00+02:00</updated>"
        f"<author><name>Олена Гнатюк</name></author><summary>Міст відкрили.</summary>"
        f'<content type="html">{escape(text("uk", number))}</content></entry>'
    )


def feed(herald: Herald, *items: str, form: str = RSS) -> None:
    herald.site["/rss.xml"] = Answer(form.format("".join(items)).encode(), headers=XML)


def refuse(herald: Herald, *numbers: int, answer: Answer = REFUSED) -> None:
    for number in numbers:
        for language in ("uk", "en", "ru"):
            herald.site[herald.path(number, language)] = answer


def summary(run: Run) -> dict[str, int]:
    names = [path for path in (run.archive / "_log").glob("*.json") if path.stem.isdecimal()]
    found: dict[str, int] = json.loads(max(names).read_bytes())["summary"]
    return found


def look(archive_folder: Path, *arguments: str) -> str:
    return archive_prints(*arguments, "--archive", str(archive_folder))


def _in(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")


@pytest.fixture
def empty(herald: Herald) -> Herald:
    """Its sitemap lists nothing."""
    herald.announce()
    return herald


@pytest.mark.parametrize("form", ["content", "yandex", "atom"])
def test_the_text_of_a_feed_stands_for_a_page_that_is_refused(empty: Herald, form: str) -> None:
    herald = empty
    refuse(herald, 1)
    if form == "atom":
        feed(herald, atom(herald, 1), form=ATOM)
    else:
        feed(herald, item(herald, 1, element="content:encoded" if form == "content" else "yandex:full-text"))
    run = herald.crawl()
    assert run.exit_code == OWED, run.err
    assert "1 texts came from a feed, because their pages were refused" in run.out
    (row,) = run.table("articles").itertuples()
    assert (row.text_from, row.access, row.version) == ("feed", "refused", 1)
    assert row.headline == HEADLINES["uk"]
    assert row.body == "\n\n".join([f"1. {PARAGRAPHS['uk'][0]}", *PARAGRAPHS["uk"][1:]])
    assert (row.byline, list(row.authors)) == ("Олена Гнатюк", ["Олена Гнатюк"])
    assert row.published_at.isoformat() == "2026-03-17T07:20:00+00:00"
    assert row.published_source == "feed"
    assert (row.modified_at.isoformat() if form == "atom" else None) == (
        "2026-03-17T08:00:00+00:00" if form == "atom" else None
    )
    assert row.language == "uk"
    assert {alternate["source"] for alternate in row.alternates} == {"url-rule"}
    unsaid = ["canonical_url", "html_lang", "etag", "raw_file", "section"]
    assert run.table("articles")[unsaid].isna().all(axis=None)
    assert json.loads(row.extra)["feed"] == f"{herald.base}/rss.xml"
    # asked for once, no variant, nothing in another way
    assert [path for path in herald.asked() if "news/" in path] == ["/news/1"]
    looks = run.table("observations").sort_values("observed_at")
    assert list(zip(looks["outcome"], looks["reason"], strict=True)) == [
        ("archived", "from-feed"),
        ("failed", "http-403"),
    ]
    assert summary(run)["texts/feed"] == 1
    assert summary(run)["run/owed"] == 1
    assert summary(run)["failed(http-403)"] == 1


def test_a_second_run_makes_no_second_version_and_the_page_takes_the_place_of_the_feed(empty: Herald) -> None:
    herald = empty
    refuse(herald, 1)
    feed(herald, item(herald, 1))
    for _ in range(2):
        assert herald.crawl().exit_code == OWED
    looks = herald.table("observations")
    assert set(looks["reason"]) == {"http-403", "from-feed"}
    assert len(herald.table("versions")) == 1
    assert "Retried since" in look(herald.archive, "why", f"{herald.base}/news/1")
    # it is not asked for before its pause is over, though the feed goes on listing it
    herald.site.requests.clear()
    third = herald.crawl()
    assert (third.exit_code, [x for x in herald.asked() if "news/" in x]) == (OWED, [])
    herald.publish(1)
    herald.site[herald.path(1)] = page(1, "uk", AT, " Того ж дня відкрили й тротуар.")
    paid = herald.crawl("--at", _in(days=1), command="revisit")
    assert paid.exit_code == 0, paid.err
    (row,) = (
        x for x in paid.table("articles").itertuples() if x.url.endswith("/news/1") and x.language == "uk"
    )
    assert (row.text_from, row.version) == ("page", 2)
    assert row.html_lang is not None or row.canonical_url is None
    versions = paid.table("versions")
    ours = versions[versions["article_id"] == row.article_id].sort_values("version")
    assert list(ours["text_from"]) == ["feed", "page"]
    looks = paid.table("observations").sort_values("observed_at")
    assert list(looks[looks["article_id"] == row.article_id]["reason"].dropna())[-1] == "replaces-feed"
    # that is no edit
    assert "nothing has changed" in look(herald.archive, "diff", row.article_id)
    assert edits_of(herald, row.story_id) == []
    # a real edit is one, whatever came before it
    herald.site[herald.path(1)] = page(1, "uk", AT, " Того ж дня відкрили й тротуар, і парк.")
    herald.crawl("-a", f"url={herald.base}/news/1")
    assert "парк" in look(herald.archive, "diff", row.article_id).partition("{+")[2]
    assert [edit.version for _, edit in edits_of(herald, row.story_id)] == [3]


def test_the_same_text_of_the_page_takes_the_place_too(empty: Herald) -> None:
    herald = empty
    refuse(herald, 1)
    feed(herald, item(herald, 1))
    herald.crawl()
    herald.publish(1)
    run = herald.crawl()
    assert run.exit_code == 0, run.out
    (row,) = (x for x in run.table("articles").itertuples() if x.language == "uk")
    assert (row.text_from, row.version) == ("page", 2)
    assert "Retried since" not in look(herald.archive, "why", f"{herald.base}/news/1")


@pytest.mark.parametrize("status", [401, 451])
def test_other_statuses_that_refuse(empty: Herald, status: int) -> None:
    refuse(empty, 1, answer=Answer(b"no", status))
    feed(empty, item(empty, 1))
    assert list(empty.crawl().table("articles")["text_from"]) == ["feed"]


@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_what_is_no_refusal_is_not_filled_from_the_feed(empty: Herald, status: int) -> None:
    refuse(empty, 1, answer=Answer(b"no", status))
    feed(empty, item(empty, 1))
    run = empty.crawl("-s", "RETRY_ENABLED=False", "-s", "BACKOFF_DELAY=0.05")
    assert not (run.archive / "articles").is_dir() or run.table("articles").empty


def test_robots_that_forbid_the_pages_forbid_no_feed(empty: Herald) -> None:
    empty.publish(1)
    empty.site["/robots.txt"] = Answer(
        b"User-agent: *\nDisallow: /news/\n", headers={"Content-Type": "text/plain"}
    )
    feed(empty, item(empty, 1))
    run = empty.crawl()
    assert run.exit_code == 0, run.out
    assert list(run.table("articles")["text_from"]) == ["feed"]
    assert "/news/1" not in empty.asked()


def test_a_page_that_answers_is_never_taken_from_the_feed(empty: Herald) -> None:
    empty.publish(1)
    feed(empty, item(empty, 1))
    run = empty.crawl()
    assert run.exit_code == 0, run.err
    assert set(run.table("articles")["text_from"]) == {"page"}


def test_a_host_that_is_given_up_as_it_forbids(empty: Herald) -> None:
    """After so many refusals nothing more is asked of it; the feed has those texts all the same."""
    numbers = range(1, 7)
    refuse(empty, *numbers)
    feed(empty, *(item(empty, number) for number in numbers))
    run = empty.crawl("-s", "REFUSALS_IN_A_ROW=2", "-s", "BACKOFF_DELAY=0.05")
    assert len([x for x in empty.asked() if "news/" in x]) < len(numbers)
    assert list(run.table("articles")["text_from"]) == ["feed"] * len(numbers)
    assert summary(run)["run/owed"] == len(numbers)


@pytest.mark.parametrize(
    "teaser",
    [
        "<p>Міст через річку Снивід відкрили.</p>",
        text("uk") + "<p>Що сказав голова громади, а чого не сказав […]</p>",
        text("uk") + '<p>Голова був небагатослівний.</p><a href="{page}">Читати далі →</a>',
        text("uk") + "<p>Read more</p>",
    ],
)
def test_a_teaser_is_no_article(empty: Herald, teaser: str) -> None:
    refuse(empty, 1)
    feed(empty, item(empty, 1, content=teaser.format(page=f"{empty.base}/news/1")))
    run = empty.crawl()
    assert run.exit_code == OWED
    assert run.outcomes(empty.site)[f"{empty.base}/news/1"] == "failed(http-403)"
    assert run.table("articles").empty


def test_a_content_that_says_no_more_than_the_description_is_a_teaser(empty: Herald) -> None:
    refuse(empty, 1)
    feed(empty, item(empty, 1, description="<p>Про міст.</p>" + text("uk")))
    assert empty.crawl().table("articles").empty


def test_the_line_that_wordpress_adds_makes_no_teaser_and_is_no_text(empty: Herald) -> None:
    refuse(empty, 1)
    line = '<p>The post <a href="http://x.example/">Міст</a> appeared first on <a href="/">Herald</a>.</p>'
    feed(empty, item(empty, 1, content=text("uk") + line))
    (row,) = empty.crawl().table("articles").itertuples()
    assert "appeared first" not in row.body


def test_a_news_sitemap_has_no_text(empty: Herald) -> None:
    refuse(empty, 1, 2)
    entries = "".join(
        f"<url><loc>{empty.base}/news/{number}</loc><news:news><news:title>{HEADLINES['uk']}</news:title>"
        "<news:publication_date>2026-03-17T09:20:00+02:00</news:publication_date></news:news></url>"
        for number in (1, 2)
    )
    sitemap = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'
    )
    empty.site["/sitemap-news.xml"] = Answer(sitemap.encode(), headers=XML)
    feed(empty, item(empty, 1, date=""))
    run = empty.crawl()
    (row,) = run.table("articles").itertuples()
    assert row.url.endswith("/news/1")
    assert run.table("articles")[["published_at", "published_raw"]].isna().all(axis=None)
    assert summary(run)["run/owed"] == 2


def test_hostile_content_costs_its_own_text_alone(empty: Herald) -> None:
    numbers = range(1, 5)
    refuse(empty, *numbers)
    deep = "<div>" * 5000 + text("uk", 1)
    closing = "</article></body></html><script>alert(1)</script>" + text("uk", 2)
    bait = (
        '<link rel="canonical" href="http://evil.example/"><base href="http://evil.example/">'
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Evil"}</script>'
        + text("uk", 3)
    )
    feed(
        empty,
        *(
            item(empty, n, content=c)
            for n, c in zip(numbers, (deep, closing, bait, text("uk", 4)), strict=True)
        ),
    )
    run = empty.crawl()
    assert run.exit_code == OWED, run.err
    assert "Traceback" not in run.err
    rows = {row.url.rpartition("/")[2]: row for row in run.table("articles").itertuples()}
    assert {"2", "3", "4"} <= rows.keys()
    assert rows["3"].headline == HEADLINES["uk"]
    assert rows["3"].url == f"{empty.base}/news/3"
    assert "alert" not in rows["2"].body
    assert summary(run)["run/owed"] == len(numbers)


def test_a_crawl_killed_over_it_leaves_the_page_owed(empty: Herald) -> None:
    herald = empty
    refuse(herald, *range(1, 4))
    feed(herald, *(item(herald, number) for number in range(1, 4)))
    herald.site.hold_after = 4
    process = herald.start()
    herald.site.wait_for(5, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=A_WHILE)
    herald.site.hold_after = None
    run = herald.crawl()
    assert run.exit_code == OWED, run.err
    assert len(run.table("articles")) == 3
    assert summary(run)["run/owed"] == 3
    assert len(run.table("versions")) == 3


def test_variants_whose_pages_are_refused_are_paired(empty: Herald) -> None:
    refuse(empty, 1)
    feed(empty, *(item(empty, 1, language) for language in ("uk", "en", "ru")))
    run = empty.crawl()
    articles = run.table("articles")
    assert sorted(articles["language"]) == ["en", "ru", "uk"]
    assert articles["story_id"].nunique() == 1


def test_a_page_that_is_given_up_while_a_feed_lists_it(empty: Herald) -> None:
    refuse(empty, 1, answer=Answer(b"later", 500))
    feed(empty, item(empty, 1))
    empty.crawl("-s", "RETRY_ENABLED=False", "-s", "BACKOFF_DELAY=0.05")
    run = empty.crawl("--at", _in(days=5), command="revisit")
    assert "1 pages given up" in run.out
    run = empty.crawl()
    assert list(run.table("articles")["text_from"]) == ["feed"]
    again = empty.crawl()
    assert again.exit_code == 0, again.out
    assert len(again.table("observations").query("reason == 'from-feed'")) == 1


def test_a_cache_made_anew_owes_the_same(empty: Herald) -> None:
    refuse(empty, 1)
    feed(empty, item(empty, 1))
    empty.crawl()
    (empty.archive / "state.sqlite").unlink()
    run = empty.crawl()
    assert run.exit_code == OWED
    assert summary(run)["run/owed"] == 1


def test_commands_that_read_the_archive_know_of_them(empty: Herald) -> None:
    refuse(empty, 1)
    feed(empty, item(empty, 1))
    empty.publish(2)
    empty.announce(2)
    empty.crawl()
    counted = count_outlets(archive.open(empty.archive), {"herald": ("uk", "en", "ru")})
    assert counted["herald"].access == {"refused": 1}
    raw = scrapy("raw", f"{empty.base}/news/1", "--archive", str(empty.archive), module="archive")
    assert raw.returncode == 1
    assert "the text came from a feed" in raw.stderr
    reread = empty.crawl("--publish", command="reextract")
    assert reread.exit_code == 0, reread.err
    assert set(reread.table("articles")["text_from"]) == {"feed", "page"}
    verified = look(empty.archive, "verify")
    assert "Traceback" not in verified
