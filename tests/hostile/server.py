"""A server on loopback whose answers are functions of the open connection: as bad as they like."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from subprocess import Popen
from typing import Self

from tests.support.forked import A_WHILE, wait_while_they_run

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Asked:
    host: str
    path: str
    headers: dict[str, str]


class HostileServer:
    """`server["/path"] = page` or a function that is given the handler; "/trap-*" is all that begin
    so; `server.asked` is what came.

    `accepted` counts connections, of which not one may come from a crawl that keeps to its outlet.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Callable[[Handler], None]] = {}
        self.asked: list[Asked] = []
        self.accepted = 0
        self._changed = threading.Condition()
        self.over = threading.Event()
        """Set at the end: answers that would go on for ever end with it."""
        self._server = _Server(self, tls)
        self.port: int = self._server.server_address[1]

    def __setitem__(self, path: str, page: str | bytes | Callable[[Handler], None]) -> None:
        if callable(page):
            self.answers[path] = page
        else:
            body = page.encode() if isinstance(page, str) else page
            self.answers[path] = lambda handler: handler.give(body)

    def redirect(self, path: str, target: str) -> None:
        # http.server writes headers as Latin-1: these are the bytes of UTF-8
        location = target.encode().decode("latin-1")
        self.answers[path] = lambda handler: handler.give(b"", status=302, Location=location)

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def wait_for(self, what: Callable[[], bool], asker: Popen[str]) -> None:
        """Looks again at each request; fails when no more come, or when the asker has ended."""
        wait_while_they_run(self._changed, what, [asker], lambda: [asked.path for asked in self.asked])

    def connections(self) -> int:
        """How many came before this call; they are taken in order, so those that wait are counted."""
        before = len(self.asked)
        with socket.create_connection(("127.0.0.1", self.port), timeout=A_WHILE) as ours:
            ours.sendall(b"GET /ours HTTP/1.0\r\n\r\n")
            ours.recv(1)
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.asked) > before, A_WHILE)
        return self.accepted - 1

    def note(self, asked: Asked) -> None:
        with self._changed:
            self.asked.append(asked)
            self._changed.notify_all()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        home = self.server.home
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        home.note(Asked(host, self.path, dict(self.headers)))
        names = (f"{host}{self.path}", self.path, re.sub(r"-.*", "-*", self.path))
        answer = next((home.answers[name] for name in names if name in home.answers), None)
        if answer is None:
            self.give(b"not here", status=404)
        else:
            answer(self)

    def do_CONNECT(self) -> None:
        self.server.home.note(Asked(self.path, "CONNECT", dict(self.headers)))
        self.give(b"", status=403)

    @property
    def over(self) -> threading.Event:
        return self.server.home.over

    def give(self, body: bytes, *, status: int = 200, **headers: str) -> None:
        self.begin(status=status, Content_Length=str(len(body)), **headers)
        self.wfile.write(body)

    def begin(self, *, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Type": HTML, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, home: HostileServer, tls: ssl.SSLContext | None) -> None:
        self.home = home
        self.address_family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET
        super().__init__(("", 0), Handler)
        if tls is not None:
            # the handshake belongs to the connection's own thread, where its failure ends nothing else
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def get_request(self) -> tuple[socket.socket, object]:
        taken = super().get_request()
        self.home.accepted += 1
        return taken

    def handle_error(self, request: object, client_address: object) -> None:
        """A crawler hangs up on what it will not take: that is what is asked for."""
