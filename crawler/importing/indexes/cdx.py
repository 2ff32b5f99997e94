"""Indexes of captures (CDX servers): what is asked in each dialect, and how the answers are read.

Three dialects: the Wayback Machine's goes on from a resume key, Common Crawl's has pages, pywb's answers at
once. All sort captures by address and time. Nothing is collapsed by the server: it compares neighbours, which
may be captures of two addresses.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from urllib.parse import urlencode, urlsplit

from archive.addresses import plain_origin
from archive.terminal import visible
from crawler.exceptions import SourceFailed, WrongSource
from crawler.importing.records import moment, number

Dialect = Literal["wayback", "commoncrawl", "pywb"]
DIALECTS: tuple[Dialect, ...] = ("wayback", "commoncrawl", "pywb")
LARGEST_ANSWER = 64 << 20
"""Bytes of one answer of an index: some 160,000 captures."""
_LINES = 5_000
"""Requested of a server whose dialect has such a limit."""
_LONGEST_LINE = 16_384
_MOST_ANSWERS = 20_000
_FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_STATUSES = "(200|404|410)"
_TYPES = "(text/html|application/xhtml.xml)"


@dataclass(frozen=True, slots=True)
class Capture:
    """A line of an index: what an archive says that it has."""

    key: str
    """The address as the index sorts it."""
    url: str
    timestamp: str
    """14 digits."""
    at: datetime
    status: int | None
    """None of a capture that repeats another one."""
    mime: str
    digest: str
    filename: str | None = None
    offset: int | None = None
    length: int | None = None

    @property
    def identity(self) -> str:
        return f"{self.timestamp} {self.url}"


@dataclass(frozen=True, slots=True)
class Query:
    """The captures of a host and its subdomains, of some days."""

    index: str
    dialect: Dialect
    host: str
    since: date | None = None
    until: date | None = None
    """Exclusive."""

    def address(self, **options: str) -> str:
        fields = {"url": self.host, "matchType": "domain"}
        if self.since is not None:
            fields["from"] = f"{self.since:%Y%m%d}"
        if self.until is not None:
            # the servers take the last moment of a day that is given
            fields["to"] = f"{self.until:%Y%m%d}000000"
        if self.dialect == "wayback":
            filters = [f"statuscode:{_STATUSES}", f"mimetype:{_TYPES}"]
            fields["fl"] = ",".join(_FIELDS)
        else:
            filters = [f"~status:{_STATUSES}", f"~mime:{_TYPES}"]
            fields["output"] = "json"
        pairs = [*fields.items(), *(("filter", text) for text in filters), *options.items()]
        return f"{self.index}?{urlencode(pairs)}"


def dialect_of(index: str) -> Dialect:
    """Guess the dialect from the address of an index."""
    path = urlsplit(index).path.rstrip("/")
    if "/cdx/search" in path:
        return "wayback"
    return "commoncrawl" if path.endswith("-index") else "pywb"


def replay_of(index: str, dialect: Dialect) -> str | None:
    """Return the beginning of the addresses at which a server replays captures; None if it does not."""
    parts = urlsplit(index)
    if dialect == "wayback":
        return f"{parts.scheme}://{parts.netloc}/web/"
    if dialect == "commoncrawl":
        return None
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').rpartition('/')[0]}/"


def check_index(index: str) -> None:
    """Raise WrongSource for an address with a query: it would be put into each of ours."""
    if "?" in index or "#" in index:
        raise WrongSource(f"{visible(index)}: give the address of the CDX server alone, without `?`")


class Listing:
    """The answers to one query, one after the other; `fetch` brings the text of an address."""

    def __init__(self, query: Query, fetch: Callable[[str], bytes | None]) -> None:
        """`fetch` returns None where the index has nothing. It raises SourceFailed."""
        self.query, self._fetch = query, fetch
        self.unread = 0
        """Lines that are no capture."""
        self.pages: int | None = None
        """Number of answers, where the index says it."""

    def portions(self) -> Iterator[list[Capture]]:
        """Yield the captures of each answer. Raises SourceFailed."""
        last: tuple[str, str] | None = None
        for lines in self._answers():
            portion = list(filter(None, map(self._capture, lines)))
            if portion:
                first = (portion[0].key, portion[0].timestamp)
                if last is not None and first < last:
                    raise SourceFailed("the index goes back to captures that it has given before")
                last = (portion[-1].key, portion[-1].timestamp)
            yield portion

    def _answers(self) -> Iterator[list[str]]:
        if self.query.dialect == "wayback":
            yield from self._by_resume_key()
        elif self.query.dialect == "commoncrawl":
            yield from self._by_page()
        else:
            yield self._lines(self.query.address())

    def _by_resume_key(self) -> Iterator[list[str]]:
        options = {"limit": str(_LINES), "showResumeKey": "true"}
        keys: set[str] = set()
        for _ in range(_MOST_ANSWERS):
            lines = self._lines(self.query.address(**options))
            # an empty line, and the key behind it, stand below the captures
            key = lines[-1].strip() if len(lines) > 1 and not lines[-2].strip() else None
            if not key:
                yield lines
                return
            lines.pop()
            yield lines
            if key in keys or len(key) > _LONGEST_LINE:
                raise SourceFailed("the index gives the same place to go on from twice")
            keys.add(key)
            options["resumeKey"] = key
        raise SourceFailed(f"the index has more than {_MOST_ANSWERS:,} answers to one query")

    def _by_page(self) -> Iterator[list[str]]:
        lines = self._lines(self.query.address(showNumPages="true"))
        if not lines:
            return
        self.pages = _page_count(lines)
        for page in range(self.pages):
            yield self._lines(self.query.address(page=str(page)))

    def _lines(self, address: str) -> list[str]:
        answer = self._fetch(address)
        if answer is None:
            return []
        return answer.decode("utf-8", "replace").rstrip("\n").split("\n")

    def _capture(self, line: str) -> Capture | None:
        if not line.strip():
            return None
        try:
            if len(line) > _LONGEST_LINE:
                raise ValueError("too long")
            return read_line(line)
        except (ValueError, RecursionError):
            self.unread += 1
            return None


def _page_count(lines: list[str]) -> int:
    """Read how many pages there are: `{"pages": 4, …}`, or the number alone."""
    try:
        answer = json.loads(lines[0][:_LONGEST_LINE])
    except (ValueError, RecursionError):
        answer = None
    pages = answer.get("pages") if isinstance(answer, dict) else answer
    if not isinstance(pages, int) or not 0 <= pages <= _MOST_ANSWERS:
        raise SourceFailed(f"the index does not say how many pages it has: {visible(lines[0][:120])}")
    return pages


def read_line(line: str) -> Capture:
    """Read a line of any dialect: JSON, CDXJ, or fields in the order that we ask for. Raises ValueError."""
    line = line.strip()
    begin = line.find("{")
    if begin < 0:
        words = line.split(" ")
        return _of_fields(dict(zip(_FIELDS, words, strict=True)))
    values = json.loads(line[begin:])
    if not isinstance(values, dict):
        raise ValueError("no object")
    key, _, timestamp = line[:begin].strip().partition(" ")
    fields = {"urlkey": key, "timestamp": timestamp}
    names = {"url": "original", "mime": "mimetype", "status": "statuscode"}
    for name, value in values.items():
        fields[names.get(str(name), str(name))] = str(value)
    return _of_fields(fields)


def _of_fields(fields: dict[str, str]) -> Capture:
    at = moment(fields.get("timestamp"))
    url = plain_origin(fields.get("original", ""))
    if at is None or not url.startswith(("http://", "https://")):
        raise ValueError("neither a time nor an address")
    return Capture(
        key=fields.get("urlkey") or url,
        url=url,
        timestamp=fields["timestamp"],
        at=at,
        status=number(fields.get("statuscode")),
        mime=fields.get("mimetype", "").partition(";")[0].strip().lower(),
        digest=fields.get("digest", ""),
        filename=fields.get("filename"),
        offset=number(fields.get("offset")),
        length=number(fields.get("length")),
    )
