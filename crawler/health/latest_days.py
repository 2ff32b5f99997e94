"""Articles of an outlet by days of 24 hours, counted back from the last crawl of its lists.

Day 0 ends when that crawl began, so all that was published in it had been listed. A day is complete at any
hour, and an article stays in the same day until the next crawl.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from archive.format.languages import STORY_LANGUAGES
from archive.read.archive import Archive
from archive.state.model import micros
from crawler.health.outlet_history import Crawls
from crawler.outlet.expectations import ALL
from crawler.revisit.history import integers

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
DAYS = 42
"""Number of days before day 0 that show what is usual."""
DAY = timedelta(days=1)
SEEN_WITHIN = timedelta(hours=1)
"""Time that a crawl may need from its first new article to its last."""
COLUMNS = (
    *("outlet", "language", "byline", "published_at", "first_seen", "image_url", "story_id", "url", "body"),
)
_SHOWN_BY = {"byline": "byline", "date": "published_at", "picture": "image_url"}
"""Share of articles -> the column that has a value in them."""
SHARES = (*_SHOWN_BY,)
_DAY = DAY // timedelta(microseconds=1)
_LATE = SEEN_WITHIN // timedelta(microseconds=1)
_NEVER = np.iinfo(np.int64).max
_PORTION = 1 << 14


@dataclass(frozen=True, slots=True)
class RecentArticles:
    """Columns of one outlet's articles, a row each; times are microseconds since 1970."""

    published: Numbers
    """Time of publication; for a page without a date, the time when it was first seen."""
    seen: Numbers
    characters: Numbers
    having: Mapping[str, Flags]
    """Of each of SHARES: which articles have it."""
    language: npt.NDArray[np.object_]
    story: npt.NDArray[np.object_]
    url: npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Share:
    """Part of the articles, or stories, of some days."""

    part: int
    total: int

    def __add__(self, share: "Share") -> "Share":
        return Share(self.part + share.part, self.total + share.total)

    @property
    def value(self) -> float:
        return self.part / self.total if self.total else 0.0


_NUMBERS, _OBJECTS = np.zeros(0, np.int64), np.zeros(0, np.object_)
_NOTHING = dict.fromkeys(SHARES, np.zeros(0, np.bool_))
NO_ARTICLES = RecentArticles(_NUMBERS, _NUMBERS, _NUMBERS, _NOTHING, _OBJECTS, _OBJECTS, _OBJECTS)


@dataclass(frozen=True)
class LatestDays:
    """Days of one outlet; without articles or crawls all of them are unknown."""

    articles: RecentArticles = NO_ARTICLES
    end: datetime | None = None
    """When the last crawl of its lists began; None without one."""
    is_covered: bool = False
    """True if an earlier crawl saw what the lists held when day 0 began."""
    languages: tuple[str, ...] = ()

    @cached_property
    def _numbers(self) -> Numbers:
        """Day of each article: 0 for the latest; below 0 if it was published after day 0."""
        if self.end is None:
            return np.full(len(self.articles.published), -1)
        numbers: Numbers = (micros(self.end) - self.articles.published) // _DAY
        return numbers

    @cached_property
    def usual(self) -> tuple[int, ...]:
        """Earlier days on which something new was archived, so a crawl must have run; the latest first."""
        if self.end is None:
            return ()
        arrivals = self.articles.seen - _LATE
        arrived = {*((micros(self.end) - arrivals) // _DAY).tolist()}
        # a first crawl brings all that the lists still have, of part of a day
        oldest = max(arrived, default=0)
        return tuple(sorted(arrived & {*range(1, min(DAYS + 1, oldest))}))

    @property
    def latest(self) -> tuple[int, ...]:
        return (0, *self.usual) if self.is_covered else ()

    def count(self, number: int, language: str = ALL) -> int:
        return int(self._in_language(self._numbers == number, language).sum())

    def shares(self, name: str, numbers: Iterable[int], *, by_now: bool = False) -> Share:
        total = Share(0, 0)
        for number in numbers:
            total += self.share(name, number, by_now=by_now)
        return total

    def share(self, name: str, number: int, *, by_now: bool = False) -> Share:
        """Return the share of a day's articles with a `byline`, `date` or `picture`, or of `all_languages`.

        A story counts as complete if it was when its day ended; with `by_now`, if it is today.
        """
        if name == "all_languages":
            return self._complete(number, by_now=by_now)
        rows = self._numbers == number
        return Share(int((rows & self.articles.having[name]).sum()), int(rows.sum()))

    def lengths(self, numbers: Sequence[int], language: str = ALL) -> Numbers:
        return self.articles.characters[self._in_language(np.isin(self._numbers, numbers), language)]

    def moments(self, language: str = ALL) -> Numbers:
        """Return the times of publication up to the end of day 0, in order."""
        return np.unique(self.articles.published[self._in_language(self._numbers >= 0, language)])

    def example(self, language: str = ALL, without: str = "") -> str:
        """Return the address of the latest article, or of the latest without this one of SHARES."""
        rows = self._in_language(self._numbers >= 0, language)
        if without in SHARES:
            rows &= ~self.articles.having[without]
        places = np.flatnonzero(rows)
        if not len(places):
            return ""
        return str(self.articles.url[places[np.argmax(self.articles.published[places])]])

    def _in_language(self, rows: Flags, language: str) -> Flags:
        if language == ALL:
            return rows
        in_language: Flags = rows & (self.articles.language == language)
        return in_language

    def _complete(self, number: int, *, by_now: bool) -> Share:
        assert self.end is not None, "without a crawl no day is asked about"
        begun, seen, complete = self._stories
        end = micros(self.end) - number * _DAY
        until = _NEVER - 1 if by_now or number == 0 else self._crawled(end) + _LATE
        rows = (begun > end - _DAY) & (begun <= end) & (seen <= until)
        return Share(int((rows & (complete <= until)).sum()), int(rows.sum()))

    @cached_property
    def _stories(self) -> tuple[Numbers, Numbers, Numbers]:
        """Of each story: its first publication, when it was first seen, and when it had all languages."""
        stories, codes = np.unique(self.articles.story.astype(str), return_inverse=True)
        begun = np.full(len(stories), _NEVER)
        seen = np.full(len(stories), _NEVER)
        np.minimum.at(begun, codes, self.articles.published)
        np.minimum.at(seen, codes, self.articles.seen)
        complete = np.zeros(len(stories), np.int64)
        for language in self.languages:
            first = np.full(len(stories), _NEVER)
            rows = self.articles.language == language
            np.minimum.at(first, codes[rows], self.articles.seen[rows])
            complete = np.maximum(complete, first)
        return begun, seen, complete

    def _crawled(self, end: int) -> int:
        """Return when the crawl at the end of a day began to bring articles."""
        later = self.articles.seen[self.articles.seen >= end]
        return int(later.min()) if len(later) else end


def latest_days(
    opened: Archive, languages: Mapping[str, tuple[str, ...]], crawls: Mapping[str, Crawls], now: datetime
) -> dict[str, LatestDays]:
    """Read the last weeks of these outlets in one pass; `languages` are those that each publishes in."""
    first = pa.scalar(now - (DAYS + 3) * DAY)
    recent = (pc.field("published_at") >= first) | (
        pc.field("published_at").is_null() & (pc.field("first_seen") >= first)
    )
    rows = opened.articles(columns=COLUMNS).where(pc.field("outlet").isin([*languages]), recent)
    # an article is in a file of the month of its commit, which comes after its publication
    begin = f"{now - (DAYS + 3) * DAY:%Y-%m}"
    files = opened.snapshot.stored("articles")
    recent_files = [number for number, file in enumerate(files) if file.month >= begin]
    parts: dict[str, list[pa.Table]] = {}
    for batch in rows.of_files(recent_files).batches(_PORTION):
        table = pa.table(batch)
        lengths = pc.fill_null(pc.cast(pc.utf8_length(table["body"]), pa.int64()), 0)
        table = table.drop_columns(["body"]).append_column("characters", lengths)
        for outlet in pc.unique(table["outlet"]).to_pylist():
            parts.setdefault(outlet, []).append(table.filter(pc.equal(table["outlet"], outlet)))
    by_outlet: dict[str, LatestDays] = {}
    for name, tags in languages.items():
        articles = _columns(pa.concat_tables(parts[name])) if name in parts else NO_ARTICLES
        end, is_covered = crawls[name].listed_at, crawls[name].is_covered
        story_languages = tuple(language for language in STORY_LANGUAGES if language in tags)
        by_outlet[name] = LatestDays(articles, end, is_covered, story_languages)
    return by_outlet


def _columns(table: pa.Table) -> RecentArticles:
    published = pc.coalesce(table["published_at"], table["first_seen"])
    return RecentArticles(
        integers(published),
        integers(table["first_seen"]),
        integers(table["characters"]),
        {name: np.asarray(pc.is_valid(table[_SHOWN_BY[name]]), np.bool_) for name in SHARES},
        _objects(table["language"]),
        _objects(table["story_id"]),
        _objects(table["url"]),
    )


def _objects(column: pa.ChunkedArray) -> npt.NDArray[np.object_]:
    return np.asarray(column.to_pylist(), np.object_)
