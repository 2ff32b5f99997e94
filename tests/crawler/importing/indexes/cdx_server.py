"""A web archive on loopback: CDX in three dialects, WARC files by range, replay with Memento headers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

from crawler.importing.records import moment
from tests.crawler.importing.loopback import LoopbackHandler, LoopbackServer
from tests.crawler.importing.test_web_archives import record

if TYPE_CHECKING:
    from collections.abc import Callable

    Fault = Callable[["Handler"], bool]
    """Answers in place of the server (True), or leaves it to answer."""

FILE = "crawl-data/segment/warc/00000.warc.gz"


@dataclass(frozen=True)
class Stored:
    url: str
    timestamp: str
    body: bytes
    status: int = 200
    mime: str = "text/html"

    @property
    def key(self) -> str:
        parts = urlsplit(self.url)
        return f"{','.join(reversed((parts.hostname or '').split('.')))}){parts.path}"

    @property
    def digest(self) -> str:
        return f"SHA{hash(self.body):X}"


@dataclass
class Collection:
    captures: list[Stored] = field(default_factory=list)
    lines: list[dict[str, str]] = field(default_factory=list)
    """Of the index, in their order; a test may put others in."""
    warc: bytes = b""
    robots: str = ""

    def add(self, *captures: Stored) -> None:
        for capture in sorted(captures, key=lambda x: (x.key, x.timestamp)):
            at = moment(capture.timestamp)
            assert at is not None
            packed = record(
                capture.url,
                capture.body,
                date=f"{at:%Y-%m-%dT%H:%M:%SZ}",
                status=f"{capture.status} X",
                Content_Type=f"{capture.mime}; charset=utf-8",
            )
            self.captures.append(capture)
            self.lines.append(
                {
                    "urlkey": capture.key,
                    "timestamp": capture.timestamp,
                    "url": capture.url,
                    "mime": capture.mime,
                    "status": str(capture.status),
                    "digest": capture.digest,
                    "length": str(len(packed)),
                    "offset": str(len(self.warc)),
                    "filename": FILE,
                }
            )
            self.warc += packed


class CdxServer(LoopbackServer):
    def __init__(self) -> None:
        super().__init__(Handler)
        self.collection = Collection()
        self.requests: list[str] = []
        self.faults: dict[str, list[Fault]] = {}
        """By a part of the path: each for one request, in turn."""
        self.lines_a_page = 3

    def paths(self, part: str) -> list[str]:
        return [path for path in self.requests if part in path]

    @property
    def wayback(self) -> str:
        return f"http://web.example:{self.server_port}/cdx/search/cdx"

    @property
    def pywb(self) -> str:
        return f"http://web.example:{self.server_port}/coll/cdx"

    @property
    def common_crawl(self) -> str:
        return f"http://web.example:{self.server_port}/CC-MAIN-2025-13-index"

    @property
    def files(self) -> str:
        return f"http://web.example:{self.server_port}/files/"


class Handler(LoopbackHandler):
    server: CdxServer

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        for part, faults in self.server.faults.items():
            if part in self.path and faults and faults.pop(0)(self):
                return
        path, _, query = self.path.partition("?")
        if path == "/robots.txt":
            self.answer(200, self.server.collection.robots.encode(), {"Content-Type": "text/plain"})
        elif path.startswith("/files/"):
            self._part()
        elif path.endswith(("/cdx", "-index")):
            self._index(path, parse_qs(query))
        else:
            self._replay()

    def _index(self, path: str, query: dict[str, list[str]]) -> None:
        host = query["url"][0]
        lines = [
            line
            for line in self.server.collection.lines
            if f".{urlsplit(line['url']).hostname}".endswith(f".{host}")
            and query.get("from", [""])[0] <= line["timestamp"]
            and line["timestamp"] < query.get("to", ["3"])[0]
        ]
        most = self.server.lines_a_page
        if "/cdx/search" in path:
            first = int(query.get("resumeKey", ["0"])[0])
            names = ("urlkey", "timestamp", "url", "mime", "status", "digest", "length")
            text = "".join(
                " ".join(line[name] for name in names) + "\n" for line in lines[first : first + most]
            )
            if first + most < len(lines):
                text += f"\n{first + most}\n"
            self.answer(200, text.encode())
        elif path.endswith("-index"):
            pages = [lines[at : at + most] for at in range(0, len(lines), most)]
            if "showNumPages" in query:
                self.answer(200, json.dumps({"pages": len(pages), "pageSize": 5}).encode())
            elif not lines:
                self.answer(404, b'{"message": "No Captures found"}')
            else:
                self.answer(200, _json(pages[int(query["page"][0])]))
        else:
            self.answer(200, _json(lines))

    def _part(self) -> None:
        bounds = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"])
        assert bounds is not None
        begin, end = int(bounds[1]), int(bounds[2])
        data = self.server.collection.warc
        if self.path != f"/files/{FILE}":
            self.answer(404)
        elif begin >= len(data):
            self.answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
        else:
            part = data[begin : end + 1]
            self.answer(206, part, {"Content-Range": f"bytes {begin}-{begin + len(part) - 1}/{len(data)}"})

    def _replay(self) -> None:
        match = re.fullmatch(r"/(?:web|coll)/(\d{14})id_/(.*)", self.path)
        stored = [
            capture
            for capture in self.server.collection.captures
            if match is not None
            and (capture.timestamp, quote(capture.url, safe=":/")) == (match[1], match[2])
        ]
        if not stored:
            self.answer(404, b"not archived")
            return
        at = moment(stored[0].timestamp)
        assert at is not None
        self.answer(200, stored[0].body, memento(stored[0]))


def memento(capture: Stored) -> dict[str, str]:
    at = moment(capture.timestamp)
    assert at is not None
    return {
        "Memento-Datetime": format_datetime(at, usegmt=True),
        "Link": f'<{capture.url}>; rel="original", <http://web.example/timemap/{capture.url}>; rel="timemap"',
        "Content-Type": "text/html",
        "x-archive-orig-content-type": f"{capture.mime}; charset=utf-8",
        "x-archive-orig-etag": f'"{capture.timestamp}"',
    }


def _json(lines: list[dict[str, str]]) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def status(code: int, data: bytes = b"", **headers: str) -> Fault:
    def fault(handler: Handler) -> bool:
        handler.answer(code, data, {name.replace("_", "-"): value for name, value in headers.items()})
        return True

    return fault
