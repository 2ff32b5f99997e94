"""A real web server on loopback that serves what a test lays out, and remembers what it was asked."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from subprocess import Popen
from typing import Literal, Self

from tests.support.forked import wait_while_they_run


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    conditions: Literal["ignored", "kept", "always 304"] = "ignored"
    """What it makes of If-None-Match and If-Modified-Since; the validators are among its headers."""
    cut: bool = False
    """Whether the connection ends in the middle of the body."""


def _is_unmodified(answer: Answer, conditions: dict[str, str]) -> bool:
    if answer.conditions == "always 304":
        return bool(conditions)
    # If-None-Match stands before If-Modified-Since
    if "If-None-Match" in conditions:
        same = conditions["If-None-Match"] == answer.headers.get("ETag")
    else:
        same = conditions.get("If-Modified-Since", "") == answer.headers.get("Last-Modified")
    return answer.conditions == "kept" and same


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        # a crawler that was killed, or that hangs up on what is too large
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Site:
    """`site["/path"] = "<html>…"`; hosts are told apart by `site["other.example/path"]`."""

    def __init__(self, port: int = 0, address: str = "127.0.0.1") -> None:
        """`port`: 0 for any that is free."""
        self.answers: dict[str, Answer] = {}
        self.first: list[Answer] = []
        """What the first pages asked for get, whichever they are; robots.txt is none."""
        self.requests: list[str] = []
        self.moments: list[float] = []
        """Of the requests, seconds since the epoch."""
        self.clients: list[str] = []
        """Addresses that the requests came from."""
        self.conditions: list[dict[str, str]] = []
        """Of the requests: the conditional headers that came."""
        self._asked = threading.Condition()
        self.held = threading.Event()
        """Set while answers go out; a test clears it to keep every further request waiting."""
        self.held.set()
        self.over = threading.Event()
        self.hold_after: int | None = None
        """So many requests get their answers, and none that comes behind them."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host = (self.headers.get("Host") or "").split(":")[0]
                conditions = {
                    name: value
                    for name in ("If-None-Match", "If-Modified-Since")
                    if (value := self.headers.get(name)) is not None
                }
                with site._asked:
                    site.requests.append(f"{host}{self.path}")
                    site.moments.append(time.time())
                    site.clients.append(self.client_address[0])
                    site.conditions.append(conditions)
                    held_back = site.hold_after is not None and len(site.requests) > site.hold_after
                    site._asked.notify_all()
                    first = site.first.pop(0) if site.first and self.path != "/robots.txt" else None
                (site.over if held_back else site.held).wait()
                answer = first or site.answers.get(f"{host}{self.path}") or site.answers.get(self.path)
                answer = answer or Answer(b"not here", 404)
                if _is_unmodified(answer, conditions):
                    self.send_response(304)
                    self.end_headers()
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                try:
                    self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)
                    self.close_connection = self.close_connection or answer.cut
                except (BrokenPipeError, ConnectionResetError):
                    # the crawler hangs up on what is too large
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                pass

        self._server = _Server((address, port), Handler)
        self.port = self._server.server_address[1]
        self.base = f"http://{address}:{self.port}"

    def __setitem__(self, path: str, page: str | bytes | Answer) -> None:
        if isinstance(page, str):
            page = page.encode()
        self.answers[path] = page if isinstance(page, Answer) else Answer(page)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.held.set()
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_for(self, requests: int, *askers: Popen[str]) -> None:
        """Until that many requests have come; fails when no more come."""
        self.wait_until(lambda: len(self.requests) >= requests, *askers)

    def wait_until(self, seen: Callable[[], bool], *askers: Popen[str]) -> None:
        """Looks again at each request; fails when no more come, or when an asker has ended."""
        wait_while_they_run(self._asked, seen, askers, lambda: self.requests)

    def articles_asked(self) -> list[str]:
        return [request for request in self.requests if not request.endswith("/robots.txt")]
