"""A web server on loopback that gives parts of files, and has the faults that a test asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.crawler.importing.loopback import LoopbackHandler, LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Callable

    Fault = Callable[["Handler"], bool]
    """Answers in place of the server (True), or alters how it answers."""


class RangeServer(LoopbackServer):
    def __init__(self) -> None:
        super().__init__(Handler)
        self.files: dict[str, bytes] = {}
        self.tags: dict[str, str] = {}
        self.faults: list[Fault] = []
        """Each for one request, in turn."""
        self.asked: list[tuple[str, int, int]] = []
        """Path, first and last byte of each request."""
        self.gives_parts = True

    @property
    def port(self) -> int:
        return self.server_port


class Handler(LoopbackHandler):
    server: RangeServer

    def do_GET(self) -> None:
        begin, end = map(
            int, re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "bytes=0-0")).groups()
        )
        self.server.asked.append((self.path, begin, end))
        if self.server.faults and self.server.faults.pop(0)(self):
            return
        data = self.server.files.get(self.path)
        if data is None:
            self.answer(404)
        elif not self.server.gives_parts:
            self.answer(200, data, {"ETag": self.tag})
        elif begin >= len(data):
            self.answer(416, b"", {"Content-Range": f"bytes */{len(data)}", "ETag": self.tag})
        else:
            part = data[begin : end + 1]
            told = f"bytes {begin}-{begin + len(part) - 1}/{len(data)}"
            self.answer(206, part, {"Content-Range": told, "ETag": self.tag})

    @property
    def tag(self) -> str:
        return self.server.tags.get(self.path, '"1"')


def status(code: int, body: bytes = b"", **headers: str) -> Fault:
    def fault(handler: Handler) -> bool:
        handler.answer(code, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return True

    return fault


def cut(after: int) -> Fault:
    def fault(handler: Handler) -> bool:
        handler.cut_after = after
        return False

    return fault


def passes(_: Handler) -> bool:
    return False
