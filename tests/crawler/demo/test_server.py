from __future__ import annotations

import http.client
import socket
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from crawler.demo.newsroom import Newsroom
from crawler.spiders.demo import PORTS, open_newsroom
from tests.support.demo_port import alone_at_its_port
from tests.support.forked import A_WHILE


def ask(newsroom, path, method="GET", **headers):
    connection = http.client.HTTPConnection(urlsplit(newsroom.base_url).netloc, timeout=A_WHILE)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def newsroom():
    with Newsroom() as newsroom:
        yield newsroom


def test_listens_on_loopback_only(newsroom):
    assert newsroom.base_url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/robots.txt", "text/plain"),
        ("/sitemap-news.xml", "application/xml"),
        ("/rss.xml", "application/rss+xml"),
        ("/ukr/", "text/html"),
        ("/eng/", "text/html"),
        ("/rus/", "text/html"),
        ("/style.css", "text/css"),
        ("/media/tram-line.svg", "image/svg+xml"),
    ],
)
def test_answers_with_the_right_type(newsroom, path, kind):
    status, headers, body = ask(newsroom, path)
    assert (status, headers["Content-Type"].split(";")[0]) == (200, kind)
    assert len(body) == int(headers["Content-Length"]) > 0


def test_what_does_not_exist_is_a_real_404(newsroom):
    status, _, body = ask(newsroom, "/eng/news/vodnyk-wins-regional-cup-412031.html")
    assert status == 404
    assert "не знайдено" in body.decode()


def test_an_old_id_answers_301_to_the_new_one(newsroom):
    status, headers, _ = ask(newsroom, "/ukr/news/yavorynska-pekarnya-eksportuye-hlib-412909.html")
    assert status == 301
    new = "/ukr/news/yavorynska-pekarnya-eksportuye-zamorozhenyy-hlib-412990.html"
    assert headers["Location"] == newsroom.base_url + new
    assert ask(newsroom, new)[0] == 200


def test_an_unchanged_page_answers_304(newsroom):
    _, headers, _ = ask(newsroom, "/ukr/")
    status, _, body = ask(newsroom, "/ukr/", **{"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"")


def test_head_has_the_headers_and_no_body(newsroom):
    status, headers, body = ask(newsroom, "/rss.xml", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0


def test_writes_down_what_was_asked_without_the_query():
    with Newsroom() as newsroom:
        ask(newsroom, "/ukr/?utm_source=feed")
        ask(newsroom, "/nothing")
    assert newsroom.requests == ["/ukr/", "/nothing"]


def test_close_frees_the_port_and_may_be_called_twice():
    newsroom = Newsroom().start()
    port = urlsplit(newsroom.base_url).port
    newsroom.close()
    newsroom.close()
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.1", port), timeout=A_WHILE),
    ):
        pass


def test_two_newsrooms_run_side_by_side():
    with Newsroom() as one, Newsroom() as other:
        assert one.base_url != other.base_url
        assert ask(one, "/ukr/")[0] == ask(other, "/ukr/")[0] == 200


def test_a_second_start_is_refused(newsroom):
    with pytest.raises(RuntimeError, match="already runs at http"):
        newsroom.start()


def test_where_its_port_is_in_use_each_run_takes_the_same_other_one(caplog):
    with alone_at_its_port(), socket.create_server(("127.0.0.1", PORTS[0])):
        addresses = []
        for day in (1, 2):
            with closing(open_newsroom(day)) as newsroom:
                addresses.append(newsroom.base_url)
    assert addresses[0] == addresses[1] != f"http://127.0.0.1:{PORTS[0]}"
    assert f"Port {PORTS[0]} is in use, so the newsroom is at {addresses[0]}" in caplog.text
