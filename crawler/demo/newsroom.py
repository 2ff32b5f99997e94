"""The newsroom's web server: a real one, on loopback only, at a port chosen by the system."""

import hashlib
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from crawler.demo.site import Answer, build_site


class Newsroom:
    """The running newsroom, a context manager; `base_url` exists from start() to close().

    All responses are made once, at the start.
    """

    base_url: str

    def __init__(self, port: int = 0, day: int = 1) -> None:
        """Set the port, 0 lets the system choose, and the day of the newsroom.

        A fixed port keeps the addresses, and so the article ids, equal in all runs.
        """
        self._port, self._day = port, day
        self.requests: list[str] = []
        """Requested paths in their order, missing ones included."""
        self._server: _Server | None = None
        self._thread: Thread | None = None

    def start(self) -> "Newsroom":
        if self._server is not None:
            raise RuntimeError(f"the newsroom already runs at {self.base_url}; close() it first")
        self._server = _Server(("127.0.0.1", self._port), _Handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self._server.answers = build_site(self.base_url, self._day)
        self._server.requested_paths = self.requests
        # the socket listens from here on; a request before the thread runs waits in its queue
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="newsroom", daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop, and wait until the port is free again; a second call does nothing."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None

    def __enter__(self) -> "Newsroom":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    # its threads are waited for on close, so that no socket outlives the newsroom
    daemon_threads = False
    request_queue_size = 64
    answers: dict[str, Answer]
    requested_paths: list[str]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5
    """Seconds that a client may be silent before its thread ends."""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.split("?", 1)[0]
        self.server.requested_paths.append(path)
        answer = self.server.answers.get(path) or self.server.answers["404"]
        etag = f'"{hashlib.blake2b(answer.body, digest_size=8).hexdigest()}"'
        if answer.status == HTTPStatus.OK and self.headers.get("If-None-Match") == etag:
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.send_header("ETag", etag)
            self.end_headers()
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.status == HTTPStatus.OK:
            self.send_header("ETag", etag)
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: `requests` is the log."""
