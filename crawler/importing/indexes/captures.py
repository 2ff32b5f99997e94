"""Captures fetched from an archive: a record of a WARC by its range, or the page as the archive replays it.

One request at a time, with a pause before each. What comes is held against the index: its address, its time.
"""

import io
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

from protego import Protego

from archive.addresses import plain_url
from archive.terminal import visible
from crawler.downloader.robots_parser import LARGEST as LARGEST_ROBOTS
from crawler.downloader.robots_parser import for_agent
from crawler.exceptions import SourceFailed, Unanswered
from crawler.importing.frames import LONGEST_HEAD
from crawler.importing.indexes.cdx import LARGEST_ANSWER, Capture
from crawler.importing.records import NoPage, WebPage
from crawler.importing.remote_file import PAUSES, patiently
from crawler.importing.source_files import SourceFinder, is_path_below
from crawler.importing.web_archives import WebArchive
from crawler.importing.web_server import WebServers

_Answered = TypeVar("_Answered")
_SAME_TIME = timedelta(seconds=1)
_ORIGINAL_HEADER = "x-archive-orig-"
"""Prefix that the Wayback Machine gives to the headers of the page's own server."""
_ORIGINAL = re.compile(r'<([^<>]{1,2048})>;\s*rel="?original"?')
_REPLAYED = re.compile(r"/(\d{14})(?:[a-z]{2}_)?/")
_OF_THE_CONNECTION = frozenset({"transfer-encoding", "connection", "keep-alive", "server", "set-cookie"})
ANOTHER_ADDRESS = "another address than the index says"
ANOTHER_TIME = "another time than the index says"


class CaptureFailed(Exception):
    """A capture that is damaged; another run tries again."""


@dataclass(frozen=True)
class WarcFiles:
    """The WARC files of an archive, by their names in its index: below a prefix of any kind."""

    finder: SourceFinder
    prefix: str

    def part(self, filename: str, offset: int, length: int) -> tuple[str, bytes]:
        """Return the address of the file, and its bytes. Raises Unavailable, SourceFailed."""
        if not is_path_below(filename):
            raise SourceFailed("the index names no path of a WARC file")
        address = f"{self.prefix.rstrip('/')}/{filename}"
        return address, self.finder.part(address, offset, length)


@dataclass
class ArchiveClient:
    """Asks one archive, at its pace; for one thread at a time."""

    servers: WebServers
    agent: str
    delay: float
    """Seconds between the begins of two requests."""
    obeys_robots: bool
    pauses: Sequence[float] = PAUSES
    largest_answer: int = LARGEST_ANSWER
    """Bytes of an answer of the index."""
    stopped: threading.Event = field(default_factory=threading.Event)
    _next: float = 0.0
    _robots: dict[str, Protego] = field(default_factory=dict)

    def ask(self, request: Callable[[], _Answered]) -> _Answered:
        """Raises Unanswered once all tries are used up, and the other errors of a request."""

        def paced() -> _Answered:
            self._wait()
            return request()

        return patiently(paced, self.pauses, self.stopped, "the archive does not answer")

    def _wait(self) -> None:
        now = time.monotonic()
        self.stopped.wait(self._next - now)
        self._next = max(now, self._next) + self.delay

    def index_answer(self, address: str) -> bytes | None:
        answer = self.ask(lambda: self.servers.whole(address, self.largest_answer))
        if answer.status == 404:  # of Common Crawl: no capture
            return None
        if answer.is_cut:
            raise SourceFailed(
                f"its answer has more than {self.largest_answer:,} bytes: give fewer days (--since, --until)"
            )
        if answer.status != 200:
            text = visible(answer.body[:120].decode("utf-8", "replace"))
            raise SourceFailed(f"the index answered {answer.status}: {text}")
        return answer.body

    def may_replay(self, url: str) -> bool:
        """Tell if robots.txt of the archive lets us ask for an address."""
        if not self.obeys_robots:
            return True
        parts = urlsplit(url)
        if parts.netloc not in self._robots:
            address = f"{parts.scheme}://{parts.netloc}/robots.txt"
            answer = self.ask(lambda: self.servers.whole(address, LARGEST_ROBOTS))
            body = answer.body if answer.status == 200 else b""
            self._robots[parts.netloc] = Protego.parse(for_agent(body, self.agent).decode())
        return bool(self._robots[parts.netloc].can_fetch(url, self.agent))


@dataclass(frozen=True)
class CaptureFetcher:
    client: ArchiveClient
    files: WarcFiles | None
    """None where the archive does not give its WARC files."""
    replay: str | None
    """Beginning of the addresses of captures."""
    archive: str
    """Address of the index."""
    largest: int
    """Bytes of a page."""

    def page(self, capture: Capture) -> WebPage:
        """Raises NoPage with the reason why it is passed over, CaptureFailed, and SourceFailed."""
        if self.files is not None and capture.filename and capture.offset is not None and capture.length:
            page = self._by_range(self.files, capture.filename, capture.offset, capture.length)
        elif self.replay is not None:
            page = self._by_replay(self.replay, capture)
        else:
            raise NoPage("neither in a WARC file that is given, nor replayed")
        if plain_url(page.url) != plain_url(capture.url):
            raise NoPage(f"of {ANOTHER_ADDRESS}")
        if abs(page.fetched_at - capture.at) >= _SAME_TIME:
            raise NoPage(f"of {ANOTHER_TIME}")
        # the second of the index: the next import knows the capture by it
        return replace(page, url=capture.url, fetched_at=capture.at, archive=self.archive)

    def _by_range(self, files: WarcFiles, filename: str, offset: int, length: int) -> WebPage:
        if length > self.largest + 2 * LONGEST_HEAD:
            raise NoPage("larger than a page may be")
        try:
            name, data = self.client.ask(lambda: files.part(filename, offset, length))
        except Unanswered:
            raise
        except SourceFailed as error:
            raise CaptureFailed(f"{visible(filename)} from byte {offset:,}: {error}") from None
        records = WebArchive(io.BytesIO(data), name, lambda _: True, self.largest)
        page = next(records.pages(), None)
        if page is not None:
            return page
        if records.damage:
            first, *_ = records.damage
            raise CaptureFailed(f"{name} from byte {offset:,}, {length:,} bytes: {first}")
        reason = next(iter(records.passed), None)
        if reason is None:
            raise CaptureFailed(f"{name} has no record at byte {offset:,}")
        raise NoPage(reason)

    def _by_replay(self, replay: str, capture: Capture) -> WebPage:
        address = f"{replay}{capture.timestamp}id_/{capture.url}"
        if not self.client.may_replay(address):
            raise NoPage("not replayed for robots (robots.txt of the archive)")
        try:
            answer = self.client.ask(
                lambda: self.client.servers.whole(address, self.largest, stays_at_host=True)
            )
        except Unanswered:
            raise
        except SourceFailed as error:
            raise CaptureFailed(str(error)) from None
        if answer.is_cut:
            raise NoPage("larger than a page may be")
        headers = {name.lower(): value for name, value in answer.headers}
        if answer.status != 200:
            raise NoPage(f"not replayed: the archive answered {answer.status}")
        original = _ORIGINAL.search(headers.get("link", ""))
        return WebPage(
            original[1] if original is not None else capture.url,
            answer.status,
            _page_headers(answer.headers),
            answer.body,
            _replayed_at(answer.url, headers) or capture.at,
            None,
            self.archive,
            address,
            0,
        )


def _replayed_at(url: str, headers: dict[str, str]) -> datetime | None:
    """The time of the capture that was replayed, as its header or its address has it."""
    try:
        at = parsedate_to_datetime(headers.get("memento-datetime", ""))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        digits = _REPLAYED.search(url)
    try:
        return datetime.strptime(digits[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if digits else None
    except ValueError:
        return None


def _page_headers(headers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the headers of the page's own server, and those of Memento (RFC 7089)."""
    originals: list[tuple[str, str]] = []
    sent: list[tuple[str, str]] = []
    for name, value in headers:
        lower = name.lower()
        if lower.startswith(_ORIGINAL_HEADER):
            if lower not in _OF_THE_SERVERS:
                originals.append((name[len(_ORIGINAL_HEADER) :], value))
        elif lower not in _OF_THE_CONNECTION:
            sent.append((name, value))
    if not originals:
        return tuple(sent)
    # what is sent now is in the coding of this answer, whatever the page was sent in
    return (*originals, *(pair for pair in sent if pair[0].lower() in {*_MEMENTO, "content-encoding"}))


_OF_THE_SERVERS = frozenset(_ORIGINAL_HEADER + name for name in (*_OF_THE_CONNECTION, "content-encoding"))
_MEMENTO = frozenset({"memento-datetime", "link"})
