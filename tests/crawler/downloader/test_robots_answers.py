"""What a crawl makes of robots.txt as hosts really answer: with rules, with pages, with errors."""

from __future__ import annotations

import pytest

from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import Page
from tests.support.running import Crawl

ALL = b"User-agent: *\nDisallow: /\n"
QUICK = ("-s", "BACKOFF_DELAY=0.05")


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        (Answer(ALL), "skipped(robots.txt)"),
        (Answer(b"busy", 503), "skipped(robots-unreachable)"),
        (Answer(ALL, 500), "skipped(robots-unreachable)"),
        (Answer(b"", 429, {"Retry-After": "0"}), "skipped(robots-unreachable)"),
        (Answer(ALL, 404), "archived"),
        (Answer(ALL, 403), "archived"),
        (Answer(b"<!doctype html><title>Herald</title><p>Disallow: /</p>"), "archived"),
        (Answer(b"\xff\xfe\x00\x01" * 50), "archived"),
        (Answer(status=302, headers={"Location": "/robots.txt"}), "archived"),
    ],
    ids=["rules", "503", "500", "429", "404", "403", "HTML", "no text", "a redirect to itself"],
)
def test_what_robots_txt_answers_is_what_may_be_asked(crawl: Crawl, answer: Answer, ends: str) -> None:
    with Site() as site:
        site["/news/1"] = Page("uk").render()
        site["/robots.txt"] = answer
        run = crawl("page", "-a", f"url={site.base}/news/1", *QUICK)
        assert run.outcomes(site) == {"/news/1": ends}
        assert len(site.articles_asked()) == (ends == "archived")
    assert run.exit_code == (0 if ends == "archived" else 1)
    assert "Traceback" not in run.err


def test_a_host_that_could_not_say_is_asked_again_by_the_next_crawl(crawl: Crawl) -> None:
    with Site() as site:
        site["/news/1"] = Page("uk").render()
        site["/robots.txt"] = Answer(b"busy", 503)
        crawl("page", "-a", f"url={site.base}/news/1", *QUICK)
        site["/robots.txt"] = Answer(b"User-agent: *\nAllow: /\n")
        run = crawl("page", "-a", f"url={site.base}/news/1", *QUICK)
    assert run.exit_code == 0, run.err
    assert len(run.table("articles")) == 1
