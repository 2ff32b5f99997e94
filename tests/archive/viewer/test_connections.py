"""Who is let in, and who loses the place: silent connections, other users of the machine."""

import re
import socket
import threading
from contextlib import ExitStack, closing, contextmanager

import pytest
import uvicorn

from archive.viewer.web import server as web_server
from archive.viewer.web.app import make_app
from archive.viewer.web.server import MOST, Connection, listening
from archive.viewer.web.shelf import Shelf
from tests.archive.viewer.test_web import ask
from tests.support import forked
from tests.support.forked import A_WHILE


@contextmanager
def serving(root, secret=""):
    """The server as `view` configures it; its port."""
    with closing(listening(0)) as taken, closing(Shelf(str(root))) as shelf:
        port = taken.getsockname()[1]
        app = make_app(shelf, port, secret)
        config = uvicorn.Config(app, http=Connection, limit_concurrency=MOST, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def root(open_writer, article, root):
    with closing(open_writer()) as writer:
        writer.add_article(article(1, "uk"))
        writer.commit()
    return root


def has_ended(connection):
    """Read until the server ends it, which it does once its answers have come."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


def test_silent_connections_give_way(root):
    with serving(root) as port, ExitStack() as stack:
        silent = []
        for _ in range(MOST + 10):
            silent.append(stack.enter_context(socket.create_connection(("127.0.0.1", port), A_WHILE)))
        assert ask(port, "/static/viewer.css")[0] == 200
        assert has_ended(silent[0])
        assert ask(port, "/static/viewer.css")[0] == 200


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "])
def test_a_request_that_does_not_arrive_is_given_up(root, sent, monkeypatch):
    monkeypatch.setattr(web_server, "SECONDS_TO_ASK", 0.1)
    with serving(root) as port, socket.create_connection(("127.0.0.1", port), A_WHILE) as slow:
        slow.sendall(sent)
        assert has_ended(slow)
        # and one that goes on after an answer
        with closing(socket.create_connection(("127.0.0.1", port), A_WHILE)) as again:
            again.sendall(b"GET /static/viewer.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert has_ended(again)


def test_only_who_has_the_secret_reads(root):
    with serving(root, "s3cret") as port:
        for path in (
            "/",
            "/stories.json",
            "/static/viewer.css",
            "/?token=",
            "/?token=s3creT",
            "/?token=%00%D1%97",
        ):
            assert ask(port, path)[0] == 403, path
        for cookie in ("", f"triptych-{port}=x", "triptych-1=s3cret", "=;=", "a,b=1"):
            assert ask(port, "/", {"Cookie": cookie})[0] == 403, cookie
        status, headers, _ = ask(port, "//evil.example/x?token=s3cret&q=a%26b")
        assert (status, headers["location"]) == (303, "/evil.example/x?q=a%26b")
        cookie = headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        unlocked = {"Cookie": cookie.partition(";")[0]}
        assert ask(port, "/", unlocked, "POST")[0] == 405
        for length, is_too_long in ((4096, False), (4097, True)):
            assert (ask(port, f"/?q={'a' * (length - 3)}", unlocked)[0] == 414) is is_too_long
        assert ask(port, "/static/viewer.css", unlocked)[0] == 200
        # the printed address is opened again, or one of an earlier `view`
        for token in ("s3cret", "former"):
            status, headers, _ = ask(port, f"/?token={token}", unlocked)
            assert (status, headers["location"]) == (303, "/")


@pytest.mark.parametrize(("option", "is_open"), [((), False), (("--no-secret",), True)])
def test_view_prints_the_address_with_the_secret(root, option, is_open):
    with forked.start("view", root, "--port", "0", "--no-browser", *option, module="archive") as view:
        try:
            port, path = re.search(r"127\.0\.0\.1:(\d+)(\S*)", view.stdout.readline()).groups()
            assert ask(int(port), "/static/viewer.css")[0] == (200 if is_open else 403)
            assert ask(int(port), path)[0] in ({200, 503} if is_open else {303})
        finally:
            view.terminate()
