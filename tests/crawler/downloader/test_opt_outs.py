"""What an outlet reserves against text and data mining and AI stands beside each of its articles."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.newsrooms.herald import Herald, page
from tests.newsrooms.newsroom import Answer, Site
from tests.support.running import Crawl, Run

TEXT = {"Content-Type": "text/plain"}
ASKING = ("-s", "OPT_OUT_FILES=True")


@pytest.fixture
def herald(crawl: Crawl) -> Iterator[Herald]:
    with Site() as site:
        herald = Herald(site, crawl)
        herald.publish(1, 2, languages=("uk",))
        herald.announce(1, 2)
        yield herald


def said(run: Run) -> dict[str, list[str]]:
    """By path, what is reserved."""
    found = {}
    for row in run.table("articles").itertuples():
        extra = json.loads(row.extra) if isinstance(row.extra, str) else {}
        found[row.url.rpartition("/")[2]] = extra["opt_out"].split("; ") if "opt_out" in extra else []
    return found


def test_all_that_is_said_is_beside_the_article(herald: Herald) -> None:
    site = herald.site
    site["/robots.txt"] = Answer(b"User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n", headers=TEXT)
    site["/ai.txt"] = Answer(b"User-Agent: *\nDisallow: /\n", headers=TEXT)
    rules = [{"location": "/news/2", "tdm-reservation": 1, "tdm-policy": "https://herald.example/tdm"}]
    site["/.well-known/tdmrep.json"] = Answer(json.dumps(rules).encode(), headers=TEXT)
    marked = page(1, "uk", "2026-03-17T09:20:00+02:00").replace(
        "<title>",
        '<meta name="robots" content="index, noai"><meta name="tdm-reservation" content="1"><title>',
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "X-Robots-Tag": "noimageai",
        "tdm-reservation": "1",
    }
    site["/news/1"] = Answer(marked.encode(), headers=headers)
    run = herald.crawl(*ASKING)
    assert run.exit_code == 0, run.err
    assert said(run) == {
        "1": ["meta robots: noai", "meta tdm-reservation: 1", "X-Robots-Tag: noimageai", "tdm-reservation: 1",
              "robots.txt: CCBot, GPTBot", "ai.txt: *"],
        "2": ["robots.txt: CCBot, GPTBot", "ai.txt: *", "tdmrep.json: 1, policy https://herald.example/tdm"],
    }  # fmt: skip
    # once, and not before there is an article to keep
    files = [request for request in site.requests if request.endswith((".json", "/ai.txt"))]
    assert len(files) == 2
    site.requests.clear()
    herald.crawl(*ASKING)
    assert [request for request in site.requests if request.endswith((".json", "/ai.txt"))] == []


def test_an_outlet_that_says_nothing_has_nothing_beside_its_articles(herald: Herald) -> None:
    for path in ("/ai.txt", "/.well-known/tdmrep.json"):
        # a site that answers everything with its front page, and one whose firewall refuses
        herald.site[path] = Answer(b"<html><title>Herald</title>", 200 if path == "/ai.txt" else 403)
    run = herald.crawl(*ASKING)
    assert (run.exit_code, run.err) == (0, "")
    assert said(run) == {"1": [], "2": []}
    assert "slowed" not in run.out
