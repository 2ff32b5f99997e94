"""A robots.txt that leads elsewhere sends the crawl to no host that is not its outlet's."""

from __future__ import annotations

from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import Page
from tests.support.running import Crawl


def test_a_robots_txt_on_another_host_is_not_asked_for(crawl: Crawl) -> None:
    with Site() as site:
        other = f"http://other.example:{site.port}/rules.txt"
        site["courier.example/robots.txt"] = Answer(b"", 302, {"Location": other})
        site["courier.example/uk/news/1"] = Page("uk").render()
        site["other.example/rules.txt"] = Answer(
            b"User-agent: *\nAllow: /\n", 200, {"Content-Type": "text/plain"}
        )
        url = f"http://courier.example:{site.port}/uk/news/1"
        crawl("page", "-a", f"url={url}", "-s", "RESOLVE_TO=127.0.0.1")
    assert "courier.example/robots.txt" in site.requests
    assert [request for request in site.requests if request.startswith("other.example")] == []
