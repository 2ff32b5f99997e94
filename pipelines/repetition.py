"""The stage that compares a text with the stored one, and ignores the lines that an outlet repeats.

A text that differs from the stored version by such lines alone keeps the stored content hash.
docs/decisions/0004 says why the hash of a text stays a function of its page, and at which point the learned
lines are used.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import archive
from archive.exceptions import ArchiveError
from archive.opening import open_existing
from crawler.extensions.ledger import Ledger
from crawler.extraction.body.repeated_lines import LEAST, ZONE, repeated_lines
from crawler.extraction.document.text import for_comparison
from crawler.items import Article, Claim, Observation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from scrapy.crawler import Crawler

    from archive.read.archive import Archive
    from archive.state.article_identity import Candidates
    from archive.state.model import Holder
    from archive.writer import ArchiveWriter

_REMEMBERED = 200
"""Texts of this run from which the lines of an outlet in a language are learned."""
_SOON = 8
"""Texts of this run after which a line counts as repeated if more than half of them have it. A template that
changes between two runs is on every page of the second run, so fewer texts are enough than the archive's rule
asks for."""
_HELD = 500
"""Texts of the archive that are read: those of the last 60 days, or of any age if those show no repeated
line."""
_LATELY = timedelta(days=60)
REPEATED = "repeated"
"""Key in `extra` of a version: those lines of its text that were known as repeated when it was archived."""
_BETWEEN = " ¶ "


class _Newsroom(NamedTuple):
    outlet: str
    language: str | None


class RepetitionStage:
    """Give an article the stored version's hash if it differs only in lines that its outlet repeats.

    Repeated lines are learned per outlet and language from three sources: the archive, once a run; the texts
    of this run; and the lines that the stored version names itself. Counted as `digest/repeated_lines`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._uri: str = crawler.settings["ARCHIVE_URI"]
        self._sizes: asyncio.Task[Counter[_Newsroom]] | None = None
        self._stored_lines: dict[_Newsroom, asyncio.Task[frozenset[str]]] = {}
        self._run: dict[_Newsroom, _Lately] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RepetitionStage:
        return cls(crawler)

    async def process_item(self, item: Article | Observation) -> Article | Observation:
        if isinstance(item, Observation):
            return item
        newsroom = _Newsroom(item.outlet, item.language)
        lately = self._run.setdefault(newsroom, _Lately())
        lately.add(*_ends(item.body))
        ledger = self._crawler.get_extension(Ledger)
        memory = ledger.memory if ledger is not None else None
        candidates = memory.candidates(item) if memory is not None else None
        if candidates is not None and any(
            version.content_hash == item.content_hash for version in candidates.all
        ):
            return item
        if newsroom not in self._stored_lines:
            self._stored_lines[newsroom] = asyncio.ensure_future(self._learn(newsroom, item.fetched_at))
        stored_lines = await self._stored_lines[newsroom]
        if memory is not None and candidates is not None:
            same = await self._same(item, stored_lines, lately.repeated, memory, candidates)
            if same is not None:
                return same
        return _with_claim(item, stored_lines | lately.repeated)

    async def _learn(self, newsroom: _Newsroom, now: datetime) -> frozenset[str]:
        """Learn from the archive, unless its texts are too few: an import meets thousands of newsrooms."""
        if self._sizes is None:
            self._sizes = asyncio.ensure_future(asyncio.to_thread(_sizes, self._uri))
        if (await self._sizes)[newsroom] < LEAST:
            return frozenset()
        return await asyncio.to_thread(_learned, self._uri, newsroom, now)

    async def _same(
        self,
        item: Article,
        stored_lines: frozenset[str],
        lately: frozenset[str],
        memory: ArchiveWriter,
        candidates: Candidates,
    ) -> Article | None:
        """Return the article as one that is stored, if its text is the same; None if it is not."""
        lines = _lines(item.body) if candidates.all else []
        learned = stored_lines | lately.intersection(lines)
        for version in candidates.all:
            # of its own address, a text that is not committed counts as another
            pending = (
                None
                if candidates.of_address
                else memory.acknowledged(version.article_id, version.content_hash)
            )
            if pending is not None:
                stored = _text(pending.headline, pending.body, pending.extra)
            elif (read := await asyncio.to_thread(_stored, self._uri, version)) is not None:
                stored = read
            else:
                continue
            if stored.says(item.headline, lines, learned):
                if self._crawler.stats is not None:
                    self._crawler.stats.inc_value("digest/repeated_lines")
                return item.with_(content_hash=version.content_hash)
        return None


class _Lately:
    """First and last lines of the newest texts of a newsroom in this run."""

    def __init__(self) -> None:
        self._ends: deque[frozenset[str]] = deque()
        self._counted: Counter[str] = Counter()
        self.repeated: frozenset[str] = frozenset()
        """Lines that more than half of the texts have."""

    def add(self, *lines: str) -> None:
        ends = frozenset(lines)
        self._ends.append(ends)
        self._counted.update(ends)
        if len(self._ends) > _REMEMBERED:
            self._counted.subtract(oldest := self._ends.popleft())
            for line in oldest:
                if not self._counted[line]:
                    del self._counted[line]
        if len(self._ends) >= _SOON:
            # at the eighth text every counted line is checked; later only a new line can pass the half
            candidates = ends | self.repeated if len(self._ends) > _SOON else self._counted.keys()
            half = len(self._ends) / 2
            self.repeated = frozenset(line for line in candidates if self._counted[line] > half)


class _Stored(NamedTuple):
    headline: str
    lines: list[str]
    repeated: frozenset[str]

    def says(self, headline: str | None, lines: Sequence[str], repeated: frozenset[str]) -> bool:
        """Tell if the stored text says the same, except for lines known as repeated then or now."""
        same_headline = self.headline == for_comparison(headline or "")
        return same_headline and same_but_for(repeated | self.repeated, self.lines, lines)


def _stored(uri: str, holder: Holder) -> _Stored | None:
    """Return None if the version is not committed yet: it has no row, and counts as another text."""
    article_id, content_hash = holder.article_id, holder.content_hash
    try:
        versions = archive.open(uri).versions(
            article_id, columns=["headline", "body", "content_hash", "extra"]
        )
        rows = versions.to_arrow().to_pylist()
    except ArchiveError:
        # the next stage opens the same archive and reports the error
        return None
    row = next((row for row in rows if row["content_hash"] == content_hash), None)
    if row is None:
        return None
    return _text(row["headline"], row["body"], row["extra"])


def _text(headline: str, body: str, extra: str | None) -> _Stored:
    repeated_lines = json.loads(extra or "{}").get(REPEATED, "").split(_BETWEEN)
    repeated = frozenset(map(for_comparison, repeated_lines)) - {""}
    return _Stored(for_comparison(headline), _lines(body), repeated)


def same_but_for(repeated: frozenset[str], stored: Sequence[str], now: Sequence[str]) -> bool:
    """Tell if two texts, given as folded lines, are the same except for repeated lines at their ends.

    In place of a repeated line that is gone, one other line is accepted: an outlet that asks its readers
    for something else asks in the same place.
    """
    skippable_stored = [line in repeated and _at_an_end(i, stored) for i, line in enumerate(stored)]
    skippable_now = [line in repeated and _at_an_end(j, now) for j, line in enumerate(now)]
    if all(skippable_stored):
        return False

    def passing(places: set[int]) -> set[int]:
        """Add the places in the new text that can be reached by skipping its own repeated lines."""
        reached = set(places)
        for j in sorted(places):
            while j < len(now) and skippable_now[j]:
                j += 1  # noqa: PLW2901
                reached.add(j)
        return reached

    read = passing({0})
    for line, repeats in zip(stored, skippable_stored, strict=True):
        is_gone = repeats and line not in now
        on = {j + 1 for j in read if j < len(now) and (is_gone or now[j] == line)}
        read = passing(read | on if repeats else on)
    return len(now) in read


def _at_an_end(place: int, lines: Sequence[str]) -> bool:
    return place < ZONE or place >= len(lines) - ZONE


def _lines(body: str) -> list[str]:
    return [folded for line in body.split("\n\n") if (folded := for_comparison(line))]


def _ends(body: str) -> list[str]:
    """Return the lines at both ends of a text; its middle is not folded."""
    lines = body.split("\n\n")
    first, last = filter(None, map(for_comparison, lines)), filter(None, map(for_comparison, reversed(lines)))
    return [*islice(first, ZONE), *islice(last, ZONE)]


def _with_claim(item: Article, repeated_lines: frozenset[str]) -> Article:
    """Add the claim that names the lines of the text which the outlet repeats."""
    repeated = []
    for line in item.body.split("\n\n") if repeated_lines else ():
        if for_comparison(line) in repeated_lines:
            repeated.append(line)
    return item.with_(extra=(*item.extra, Claim(REPEATED, _BETWEEN.join(repeated)))) if repeated else item


def _sizes(uri: str) -> Counter[_Newsroom]:
    """Count the articles of each newsroom in the archive."""
    sizes: Counter[_Newsroom] = Counter()
    try:
        storage, _, head = open_existing(uri)
        if not head.rows("articles"):
            # its reader brings pandas, which stalls the event loop and takes 40 MB
            return sizes
        rows = archive.open(storage).articles(columns=[*_Newsroom._fields]).to_arrow()
        from archive.tables.parquet_files import translated_errors  # noqa: PLC0415  pyarrow stalls the event loop

        with translated_errors():
            for row in rows.group_by([*_Newsroom._fields]).aggregate([([], "count_all")]).to_pylist():
                sizes[_Newsroom(row["outlet"], row["language"])] = row["count_all"]
    except ArchiveError:
        pass
    return sizes


def _learned(uri: str, newsroom: _Newsroom, now: datetime) -> frozenset[str]:
    try:
        stored = archive.open(uri)
        lines = repeated_lines(islice(_bodies(stored, newsroom, since=now - _LATELY), _HELD))
        lines = lines or repeated_lines(islice(_bodies(stored, newsroom, since=None), _HELD))
    except ArchiveError:
        return frozenset()
    return frozenset(for_comparison(line.text) for line in lines)


def _bodies(stored: Archive, newsroom: _Newsroom, *, since: datetime | None) -> Iterator[list[str]]:
    from archive.read.scan import all_of, among  # noqa: PLC0415  pyarrow stalls the event loop

    # `articles(outlet=…)` reads all outlets, to suggest another where one is new
    published = None if since is None else (since, None)
    of_newsroom = all_of(among("outlet", newsroom.outlet), among("language", newsroom.language))
    assert of_newsroom is not None
    rows = stored.articles(published=published, columns=["body"]).where(of_newsroom)
    for batch in rows.batches():
        for body in batch.column("body").to_pylist():
            yield _lines(body)
