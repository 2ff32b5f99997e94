"""A proxy is used where the operator names it, and no other way."""

from __future__ import annotations

import base64

import pytest

from crawler.downloader.proxy_setting import Proxy, read_proxy
from tests.hostile.crawled import HostileOutlet
from tests.hostile.server import HostileServer
from tests.newsrooms.story_pages import Page
from tests.support.running import Crawl

BASIC = "Basic " + base64.b64encode(b"crawl:sea cret").decode()


def test_everything_goes_through_the_proxy_of_the_setting(crawl: Crawl) -> None:
    with HostileServer() as proxy, HostileServer() as environment:
        page = "http://news.example/story.html"
        proxy.redirect("http://news.example/old.html", page)
        proxy[page] = Page("uk").render()
        run = crawl(
            *("page", "-a", "url=http://news.example/old.html,https://secure.example/a.html"),
            *("-s", "RETRY_TIMES=0", "-s", f"PROXY=http://crawl:sea%20cret@127.0.0.1:{proxy.port}"),
            private=False,
            http_proxy=f"http://127.0.0.1:{environment.port}",
            no_proxy="*",
        )
        assert environment.connections() == 0
    assert run.table("articles").url.tolist() == [page], run.err
    assert run.exit_code == 1  # the proxy refused the other
    asked = {(asked.host, asked.path) for asked in proxy.asked}
    assert ("secure.example:443", "CONNECT") in asked
    assert {asked.headers.get("Proxy-Authorization") for asked in proxy.asked} == {BASIC}
    assert "sea" not in run.out + run.err


def test_a_private_address_is_refused_before_the_proxy_sees_it(outlet: HostileOutlet) -> None:
    with HostileServer() as proxy:
        outlet.server.redirect("/in.html", "http://169.254.169.254/latest")
        hidden = ("http://10.0.0.1/a.html", "http://[::1]/a.html", "http://office.local/a.html")
        proxy[f"{outlet.base}/sitemap.xml"] = outlet.sitemap(*hidden)
        run = outlet.crawl("-s", f"PROXY=http://127.0.0.1:{proxy.port}")
        asked = {asked.path for asked in proxy.asked}
    assert asked == {f"{outlet.base}/sitemap.xml", f"{outlet.base}/robots.txt"}
    assert set(outlet.outcomes(run).values()) == {"skipped(private-address)"}


def test_what_is_no_proxy_is_refused_without_telling_its_password(crawl: Crawl) -> None:
    run = crawl("page", "-a", "url=http://news.example/a.html", "-s", "PROXY=socks5://me:secret@host:1080")
    assert run.exit_code == 2
    assert "PROXY: expected http://host:port or http://user:password@host:port" in run.err
    assert "secret" not in run.out + run.err


@pytest.mark.parametrize(
    ("setting", "proxy"),
    [
        ("", None),
        ("http://proxy.example:3128", Proxy("http://proxy.example:3128", "proxy.example", None)),
        ("http://[2001:db8::1]:80/", Proxy("http://[2001:db8::1]:80", "2001:db8::1", None)),
    ],
)
def test_read(setting: str, proxy: Proxy | None) -> None:
    assert read_proxy(setting) == proxy
