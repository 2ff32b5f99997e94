"""All outlets at their real addresses on a loopback internet, from the first feed to paired rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pytest

from crawler.recording import read_recording
from tests.newsroom import Answer, Site
from tests.test_outlets import NAMES, outlet
from tests.test_recorded_stories import STORIES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
XML = {"Content-Type": "application/xml"}
FEED = '<rss version="2.0"><channel><title>News</title>{}</channel></rss>'
SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'

# what each page names or the outlet's rule makes; the others' variants are for pairing by content to find
JOINED = {
    "bukvy", "epravda", "eurointegration", "euronews", "focus", "imi", "kanal24", "kmu", "liga", "pravda",
    "president", "rbc", "unn", "zn",
}  # fmt: skip


class Internet(NamedTuple):
    site: Site
    archive: Path

    def crawl(self, *outlets: str) -> dict[str, dict[str, int]]:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.loopback_internet",
                str(self.site.port),
                str(self.archive),
                *outlets,
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "error"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        accounts: dict[str, dict[str, int]] = json.loads(done.stdout)
        return accounts

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.archive / name)


def path_of(url: str) -> str:
    """As the server knows it: host and path."""
    return url.partition("://")[2]


@pytest.fixture(scope="module")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    with Site() as site:
        for story, folder in STORIES.items():
            spider, recording = outlet(story.split("/")[0]), read_recording(folder)
            for language, url in recording.urls.items():
                site[path_of(url)] = recording.bodies[language]
            # the first source lists what no other page leads to, the others are not there
            sources = [*spider.news_sitemaps, *spider.feeds]
            form, entry = (
                (SITEMAP, "<url><loc>{}</loc></url>")
                if spider.news_sitemaps
                else (FEED, "<item><link>{}</link></item>")
            )
            alone = [*recording.urls.values()][: 1 if spider.name in JOINED - {"rbc", "unn"} else None]
            listed = "".join(entry.format(escape(url)) for url in [spider.home, *alone])
            site[path_of(spider.address(sources[0]))] = Answer(form.format(listed).encode(), headers=XML)
        yield Internet(site, tmp_path_factory.mktemp("loopback") / "news-archive")


@pytest.fixture(scope="module")
def first(internet: Internet) -> dict[str, dict[str, int]]:
    return internet.crawl(*NAMES)


def test_every_recorded_page_is_archived(internet: Internet, first: dict[str, dict[str, int]]) -> None:
    recorded = {
        (story.split("/")[0], url)
        for story, folder in STORIES.items()
        for url in read_recording(folder).urls.values()
    }
    articles = internet.table("articles")
    assert set(zip(articles["outlet"], articles["requested_url"], strict=True)) == recorded


def test_stories_are_joined_where_pages_or_rules_say_so(
    internet: Internet, first: dict[str, dict[str, int]]
) -> None:
    articles = internet.table("articles")
    joined = articles.groupby("story_id").filter(lambda story: len(story) > 1)
    assert set(joined["outlet"]) >= JOINED
    assert (joined.groupby("story_id")["outlet"].nunique() == 1).all()


def test_home_pages_are_never_asked_for(internet: Internet, first: dict[str, dict[str, int]]) -> None:
    """Ukrinform's hreflang, Euronews' x-default and switcher, UNIAN's and Interfax' menus all name them."""
    homes = {f"{path_of(outlet(name).home)}/" for name in NAMES}
    homes |= {
        "www.ukrinform.ru/",
        "www.ukrinform.net/",
        "ru.euronews.com/",
        "fr.euronews.com/",
        "www.unian.net/",
    }
    assert homes & {*internet.site.requests} == set()


def test_ukrinforms_variants_are_stories_of_their_own(
    internet: Internet, first: dict[str, dict[str, int]]
) -> None:
    """No page names them and no id is shared: only their content can tell, and what it says is marked so."""
    pairs, articles = internet.table("pairs"), internet.table("articles")
    ours = {*articles.loc[articles["outlet"] == "ukrinform", "article_id"]}
    assert len(ours) == 3
    assert set(pairs.loc[pairs["article_id_a"].isin(ours), "evidence"]) <= {"content"}


def test_one_english_text_at_two_hosts_is_fetched_once(
    internet: Internet, first: dict[str, dict[str, int]]
) -> None:
    assert not [request for request in internet.site.requests if request.startswith("www.bbc.co.uk")]
    assert first["bbc"] == {"archived": 3, "skipped(not-an-article)": 1}
    looks = internet.table("observations").set_index("url")
    assert looks.loc["https://www.bbc.com/news/uk", "reason"] == "not-an-article"


@pytest.mark.parametrize(
    ("name", "evidence"),
    [("kanal24", "switcher"), ("liga", "switcher"), ("imi", "switcher"), ("euronews", "hreflang"),
     ("bukvy", "hreflang"), ("pravda", "story-id"), ("focus", "url-rule"), ("president", "story-id")],
)  # fmt: skip
def test_a_pair_is_known_by_what_the_outlet_gives(
    internet: Internet, first: dict[str, dict[str, int]], name: str, evidence: str
) -> None:
    pairs, articles = internet.table("pairs"), internet.table("articles")
    ours = {*articles.loc[articles["outlet"] == name, "article_id"]}
    assert set(pairs.loc[pairs["article_id_a"].isin(ours), "evidence"]) == {evidence}


def test_a_second_crawl_asks_for_the_sources_only(
    internet: Internet, first: dict[str, dict[str, int]]
) -> None:
    internet.site.requests.clear()
    accounts = internet.crawl(*NAMES)
    sources = {
        path_of(outlet(name).address(source))
        for name in NAMES
        for source in (*outlet(name).news_sitemaps, *outlet(name).feeds)
    }
    assert {request for request in internet.site.requests if not request.endswith("/robots.txt")} <= sources
    assert accounts.keys() == {*NAMES}
    assert {kind for account in accounts.values() for kind in account} == {"skipped(known)"}
