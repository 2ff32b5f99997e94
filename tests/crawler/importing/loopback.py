"""A web server on loopback, in threads of this process, for tests that say what it answers."""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class LoopbackHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cut_after: int | None = None
    """Bytes of the answer after which the connection is closed."""

    def answer(self, status: int, data: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        with contextlib.suppress(ConnectionError):  # of a client that was killed
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data[: self.cut_after])
        if self.cut_after is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass
