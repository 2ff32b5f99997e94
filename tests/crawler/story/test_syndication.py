"""A page that names another's article as its canonical address keeps nobody out, and is purged alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import archive
from archive.exceptions import ArticleNotFound
from archive.operations.purge import find, purge
from tests.newsrooms.herald import XML
from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import PARAGRAPHS, Page
from tests.support.forked import A_WHILE
from tests.support.running import Crawl, Run

SETTINGS = (
    "-s",
    "SPIDER_MODULES=tests.spiders.outlets,tests.spiders.neighbours",
    "-s",
    "RESOLVE_TO=127.0.0.1",
)


class Neighbours:
    """Two outlets on one server, and the crawls of each."""

    def __init__(self, site: Site, crawl: Crawl) -> None:
        self.site, self._crawl = site, crawl
        self._listed: dict[str, list[str]] = {"herald": [], "courier": []}
        site["/rss.xml"] = Answer(
            b'<rss version="2.0"><channel><title>H</title></channel></rss>', headers=XML
        )
        for outlet in self._listed:
            self._list(outlet)

    def publish(self, outlet: str, number: int, text: str, canonical: str | None = None) -> str:
        """Put an article where its outlet lists it; returns its address."""
        url = f"http://{outlet}.example:{self.site.port}/news/{number}"
        page = Page("uk", canonical=canonical, headline=f"Про це: {text}", paragraphs=paragraphs(text))
        self.site[f"{outlet}.example/news/{number}"] = page.render()
        if url not in self._listed[outlet]:
            self._listed[outlet].append(url)
            self._list(outlet)
        return url

    def _list(self, outlet: str) -> None:
        entries = "".join(f"<url><loc>{url}</loc></url>" for url in self._listed[outlet])
        body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()
        path = {"herald": "herald.example/sitemap-news.xml", "courier": "courier.example/courier.xml"}[outlet]
        self.site[path] = Answer(body, headers=XML)

    def crawl(self, outlet: str, *arguments: str) -> Run:
        run = self._crawl(outlet, *SETTINGS, *arguments, HERALD_PORT=str(self.site.port))
        assert run.exit_code == 0, run.err + run.out
        return run

    def crawl_both_at_once(self) -> None:
        port = str(self.site.port)
        running = [self._crawl.fork(outlet, *SETTINGS, HERALD_PORT=port) for outlet in self._listed]
        for process in running:
            out, err = process.communicate(timeout=A_WHILE)
            assert process.returncode == 0, err + out

    @property
    def archive(self) -> Path:
        return self._crawl.archive

    def articles(self) -> pd.DataFrame:
        return archive.open(self.archive).articles().to_pandas().set_index("url")


@pytest.fixture
def neighbours(crawl: Crawl, site: Site) -> Neighbours:
    return Neighbours(site, crawl)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


def paragraphs(text: str) -> tuple[str, ...]:
    return tuple(f"{text}. {paragraph}" for paragraph in PARAGRAPHS["uk"])


@pytest.mark.parametrize("first", ["herald", "courier"])
def test_an_outlet_s_own_crawl_takes_what_a_neighbour_has_copied(neighbours: Neighbours, first: str) -> None:
    original = neighbours.publish("courier", 1, "Агенція")
    copy = neighbours.publish("herald", 9, "Агенція", canonical=original)
    second = {"herald": "courier", "courier": "herald"}[first]
    for outlet in (first, second, first, second):
        neighbours.crawl(outlet)
    found = neighbours.articles()
    assert dict(zip(found.index, found["outlet"], strict=True)) == {original: "courier", copy: "herald"}
    assert list(found["version"]) == [1, 1]
    held = archive.open(neighbours.archive)
    (row,) = held.articles(syndicated=True).to_pandas().to_dict("records")
    assert (row["url"], row["syndicated_from"]) == (copy, original)
    assert list(held.articles(syndicated=False).to_pandas()["url"]) == [original]
    # the second time each outlet's own address is known, and nothing else
    asked = [request for request in neighbours.site.articles_asked() if ".example/news/" in request]
    assert sorted(asked) == ["courier.example/news/1", "herald.example/news/9"]


def test_two_crawls_at_once(neighbours: Neighbours) -> None:
    original = neighbours.publish("courier", 1, "Агенція")
    copy = neighbours.publish("herald", 9, "Агенція", canonical=original)
    neighbours.crawl_both_at_once()
    assert sorted(neighbours.articles().index) == sorted([original, copy])


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_both_in_one_process_and_one_commit(
    neighbours: Neighbours, crawl: Crawl, order: tuple[int, int]
) -> None:
    original = neighbours.publish("courier", 1, "Агенція")
    copy = neighbours.publish("herald", 9, "Агенція", canonical=original)
    urls = ",".join((original, copy)[number] for number in order)
    run = crawl("page", "-a", f"url={urls}", "-s", "RESOLVE_TO=127.0.0.1")
    assert run.exit_code == 0, run.err
    found = neighbours.articles()
    assert dict(zip(found.index, found["outlet"], strict=True)) == {
        original: "courier.example",
        copy: "herald.example",
    }
    assert found.loc[copy, "syndicated_from"] == original


def test_within_an_outlet_a_page_keeps_no_article_out_that_is_still_to_come(neighbours: Neighbours) -> None:
    to_come = f"http://herald.example:{neighbours.site.port}/news/2"
    live = neighbours.publish("herald", 1, "Наживо", canonical=to_come)
    neighbours.crawl("herald")
    assert neighbours.publish("herald", 2, "Новина", canonical=to_come) == to_come
    run = neighbours.crawl("herald")
    found = neighbours.articles()
    assert found.loc[to_come, "headline"] == "Про це: Новина"
    assert found.loc[live, "headline"] == "Про це: Наживо"
    assert list(found["version"]) == [1, 1]
    looks = run.table("observations").set_index("url")
    assert looks.loc[to_come, "reason"] == "canonical-contradiction"
    assert live in looks.loc[to_come, "detail"]
    # and the other way round: an error page that calls itself an article that is there
    neighbours.publish("herald", 3, "Помилка", canonical=to_come)
    run = neighbours.crawl("herald")
    assert neighbours.articles().loc[to_come, "version"] == 1
    assert len(run.table("versions")) == 3


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_pages_call_themselves_each_has_its_own_article(neighbours: Neighbours, seed: int) -> None:
    """Pages of one headline and two equal paragraphs of three, listed bit by bit, with claims at random."""
    rule = random.Random(seed)
    port = neighbours.site.port
    every = [(outlet, number) for outlet in ("herald", "courier") for number in range(1, 9)]
    rule.shuffle(every)
    for part in (every[:5], every[5:11], every[11:]):
        for outlet, number in part:
            host, named = rule.choice(every)
            claim = f"http://{host}.example:{port}/news/{named}" if rule.random() < 0.8 else None
            neighbours.publish(outlet, number, f"{outlet} {number}", canonical=claim)
            first, *others = PARAGRAPHS["uk"]
            page = Page("uk", canonical=claim, paragraphs=(f"{outlet} {number}. {first}", *others)).render()
            neighbours.site[f"{outlet}.example/news/{number}"] = page
        for outlet in rule.sample(["herald", "courier"], 2):
            run = neighbours.crawl(outlet)
    found = neighbours.articles()
    assert {url: row.body.partition(".")[0] for url, row in found.iterrows()} == {
        f"http://{outlet}.example:{port}/news/{number}": f"{outlet} {number}" for outlet, number in every
    }
    assert set(run.table("versions")["version"]) == {1}


def test_two_addresses_of_one_article_stay_one_through_an_edit(neighbours: Neighbours) -> None:
    """The second text differs in a line; whichever address shows it first, it is the same article's."""
    page = f"http://herald.example:{neighbours.site.port}/news/1"
    long = " ".join(f"Речення номер {number} про міст і річку." for number in range(40))
    for number, text in ((1, "Міст"), (2, "Міст")):
        neighbours.publish("herald", number, text, canonical=page)
        neighbours.site[f"herald.example/news/{number}"] = _long_page(page, long, more=f"Рядок {number - 1}.")
    neighbours.crawl("herald")
    assert len(neighbours.articles()) == 1


def _long_page(canonical: str, long: str, more: str) -> str:
    text = (*PARAGRAPHS["uk"], long, long, more * 5)
    return Page("uk", canonical=canonical, paragraphs=text).render()


def test_the_purge_of_a_copy_leaves_the_original(neighbours: Neighbours) -> None:
    original = neighbours.publish("courier", 1, "Агенція")
    copy = neighbours.publish("herald", 9, "Агенція", canonical=original)
    neighbours.crawl("herald")
    with pytest.raises(ArticleNotFound, match="nothing is purged") as told:
        find(neighbours.archive, original)
    assert copy in str(told.value)
    with pytest.raises(ArticleNotFound):
        purge(neighbours.archive, original, "asked")
    assert list(neighbours.articles().index) == [copy]
    found = find(neighbours.archive, copy)
    assert found.addresses == {copy}
    assert found.canonical_elsewhere == (original,)
    purge(neighbours.archive, copy, "asked")
    neighbours.crawl("courier")
    run = neighbours.crawl("herald")
    assert list(neighbours.articles().index) == [original]
    assert "purged" in run.out


def test_the_purge_of_the_original_leaves_the_copy(neighbours: Neighbours) -> None:
    original = neighbours.publish("courier", 1, "Агенція")
    copy = neighbours.publish("herald", 9, "Агенція", canonical=original)
    for outlet in ("herald", "courier"):
        neighbours.crawl(outlet)
    page = archive.open(neighbours.archive).raw(neighbours.articles().loc[copy, "article_id"]).body
    purge(neighbours.archive, original, "asked")
    assert list(neighbours.articles().index) == [copy]
    held = archive.open(neighbours.archive)
    assert held.raw(neighbours.articles().loc[copy, "article_id"]).body == page
