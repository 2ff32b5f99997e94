"""Lists as newsrooms have them and as nobody should: none costs an article of another, each has a reason."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.newsrooms.herald import XML, Herald, page
from tests.newsrooms.newsroom import Answer

FILES = 862
STATED = '<meta property="article:published_time"'
TO_COME = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)


def index(herald: Herald, *paths: str) -> Answer:
    listed = "".join(f"<sitemap><loc>{herald.base}{path}</loc></sitemap>" for path in paths)
    return Answer(f"<sitemapindex>{listed}</sitemapindex>".encode(), headers=XML)


def undated(herald: Herald, number: int, languages: tuple[str, ...] = ("uk",)) -> None:
    for language in languages:
        path = herald.path(number, language)
        herald.site[path] = page(number, language, "").replace(STATED, '<meta property="x"')


def test_an_index_of_862_files_with_every_fault_is_read_to_its_end(herald: Herald) -> None:
    """One names itself, one is a .gz that is none, one is cut, one has dates to come, one says `ua`."""
    herald.publish(1, languages=("uk",))
    undated(herald, 2)
    undated(herald, 3)
    herald.publish(4)
    paths = [f"/list-{number}.xml" for number in range(FILES - 4)]
    faulty = ("/itself.xml", "/none.xml.gz", "/to-come.xml", "/ua.xml")
    for path in paths:
        herald.announce(path=path)
    herald.announce(1, path=paths[-1])
    herald.site["/itself.xml"] = index(herald, "/itself.xml", "/sitemap-news.xml", paths[0])
    herald.site["/none.xml.gz"] = Answer(b"\x1f\x8b\x08\x00 this is no gzip", headers=XML)
    herald.announce(2, path="/to-come.xml", day=TO_COME.isoformat())
    links = "".join(
        f'<link rel="alternate" hreflang="{tag}" href="{herald.path(4, language)}"/>'
        for tag, language in (("ua", "uk"), ("en", "en"), ("ru", "ru"))
    )
    entry = f"<urlset><url><loc>{herald.base}/news/4</loc>{links}</url></urlset>"
    herald.site["/ua.xml"] = Answer(entry.encode(), headers=XML)
    herald.site["/sitemap-news.xml"] = index(herald, *faulty, *paths)
    titles = "<![CDATA[<p>Міст <b>відкрили</b><script>alert(1)</script></p>]]>"
    item = (
        f"<item><title>{titles}</title><link>{herald.base}/news/3</link>"
        f"<pubDate>{TO_COME:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        # of another site, in Punycode: no article of this outlet
        "<item><title>b</title><link>https://xn--80aahjj1e.xn--j1amh/news/5</link></item>"
    )
    herald.site["/rss.xml"] = Answer(f"<rss><channel>{item}</channel></rss>".encode(), headers=XML)
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    # each once, the one that names itself and the others, too
    lists = [path for path in herald.asked() if path.endswith((".xml", ".gz"))]
    assert len(lists) == len(set(lists)) == FILES + 2
    assert "none.xml.gz: expected gzip, got a file that is none" in " ".join(run.out.split())
    articles = run.table("articles").set_index("url")
    assert sorted(articles.index.str.removeprefix(herald.base)) == [
        "/en/news/4", "/news/1", "/news/2", "/news/3", "/news/4", "/ru/news/4",
    ]  # fmt: skip
    for number in (2, 3):
        assert pd.isna(articles.loc[f"{herald.base}/news/{number}", "published_at"])
    assert not articles["headline"].str.contains("<", regex=False).any()
    rows = run.table("observations")
    reasons = {
        url.removeprefix(herald.base): reason
        for url, reason in rows[["requested_url", "reason"]].itertuples(index=False)
        if isinstance(reason, str) and reason != "no-such-variant"
    }
    assert reasons == {"/none.xml.gz": "not-gzip", "https://xn--80aahjj1e.xn--j1amh/news/5": "not-an-article"}
    alternates = articles.loc[f"{herald.base}/news/4", "alternates"]
    assert {one["language"] for one in alternates} == {"uk", "en", "ru"}


@pytest.mark.parametrize("kind", ["sitemap", "feed"])
def test_a_long_list_over_the_budget_is_one_row_no_debt_and_is_gone_on_with(
    herald: Herald, kind: str
) -> None:
    herald.publish(*range(1, 4), languages=("uk",))
    numbers = [*range(1, 4), *range(1000, 2300)]
    herald.announce(*(numbers if kind == "sitemap" else ()))
    herald.feed(*(numbers if kind == "feed" else ()))
    source = f"{herald.base}/{'sitemap-news' if kind == 'sitemap' else 'rss'}.xml"
    first = herald.crawl("-a", "pages=2")
    assert first.exit_code == 0, first.err
    rows = first.table("observations")
    (cut,) = rows[rows["reason"] == "over-budget"].itertuples()
    assert cut.requested_url == source
    assert "1301 of its 1303 addresses are over the budget of 2 pages" in cut.detail
    assert "over-budget 1301" in first.out
    assert "1301 addresses of long lists were over the budget" in first.out
    assert "to retry" not in first.out
    # what it has by then costs nothing, and the rest has its turn
    second = herald.crawl("-a", "pages=2")
    assert len(second.table("articles")) == 3
    assert "over-budget 1299" in second.out
    # a number that was asked for is no limit that cuts a run short
    assert second.exit_code == 0
    rows = second.table("observations")
    assert len(rows[rows["reason"] == "over-budget"]) == 1, "a list has such a row a day"


def test_a_sitemap_with_lastmod_only_is_one_of_articles_without_dates(herald: Herald) -> None:
    """`lastmod` is the time of a change: it is no publication date, in the future or not."""
    for number in (1, 2):
        undated(herald, number)
    herald.announce(1, 2, day="2026-03-17T10:00:00+02:00", changed={2: TO_COME.isoformat()})
    run = herald.crawl()
    assert run.exit_code == 0, run.err
    articles = run.table("articles")
    assert len(articles) == 2
    assert articles["published_at"].isna().all()
    # a change that is stated makes a page be looked at once more, one to come does not
    herald.site.requests.clear()
    later = (dt.datetime.now(dt.UTC)).isoformat()
    herald.announce(1, 2, changed={1: later, 2: TO_COME.isoformat()})
    herald.crawl()
    assert [path for path in herald.asked() if path.startswith("/news/")] == ["/news/1"]
