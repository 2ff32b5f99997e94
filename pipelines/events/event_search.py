"""The search of an archive for articles of different outlets that tell of one event.

The archive is gone through day by day. The articles of a day are compared with those of the three days before
it, so that each two articles are weighed once, whoever weighs them; a run looks only at days that a new or
changed article can reach. No lock is held until the rows are published.
"""

import contextlib
import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from itertools import chain, compress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

import archive
from archive.commit.committer import publish_same_event
from archive.format.records import SameEventRecord
from archive.format.snapshot import Snapshot
from archive.operations.partitions import ALONE, Spread, over
from archive.read.archive import Archive
from archive.tables.parquet_files import in_order
from pipelines.alignment.marks.quote_marks import quoted
from pipelines.events.likeness import (
    HOURS,
    Likeness,
    counted_in_both,
    keys_of,
    likenesses,
    shipped_event_weights,
)
from pipelines.events.shared_facts import Evidence, weighed
from pipelines.pairing.weekly.weeks import count_languages
from pipelines.similarity.document import ArticleReading, Document, read
from pipelines.similarity.folding import fold
from pipelines.similarity.lexicon import LANGUAGES

Ids = tuple[str, str]

SURE, PROBABLE = 0.95, 0.6
"""Probabilities from which a pair has these tiers; below the second it has no row."""
READ = 2_000
"""Characters of a body that are compared: the lead tells the event, the background tells others."""
_THROUGH = "events/through"
"""Key in the summary of a snapshot made by a search: id of the snapshot that it had read."""
_DAY = 86_400
ENOUGH, _MOST = 5_000, 14
"""Articles from which on days are a part, and days of a part: the three before it are read with it."""
_SHOWN = 12
_COLUMNS = ("article_id", "outlet", "language", "story_id", "published_at", "first_seen", "commit_seq")


@dataclass(slots=True)
class EventSearchResult:
    """Result of a search."""

    articles: int = 0
    """Articles that are new or have changed."""
    left_out: Counter[str] = field(default_factory=Counter)
    """New or changed articles that are not compared, by their language."""
    candidates: int = 0
    tiers: Counter[str] = field(default_factory=Counter)
    """New rows, by tier."""
    snapshot: Snapshot | None = None

    def in_words(self) -> str:
        """Return a line for a person."""
        names = filter(self.tiers.__getitem__, ("sure", "probable", "none"))
        rows = ", ".join(f"{name} {self.tiers[name]}" for name in names)
        line = f"same event  {self.tiers.total()} new rows{f' ({rows})' if rows else ''}"
        if not self.left_out:
            return line
        languages = ", ".join(f"{name} {count}" for name, count in self.left_out.most_common())
        return (
            f"{line}; {self.left_out.total()} articles left out, only uk, en and ru are compared: {languages}"
        )


def find_events(
    uri: str,
    *,
    everything: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    spread: Spread = ALONE,
    enough: int = ENOUGH,
) -> EventSearchResult:
    """Search what is new since the last search, or `everything`, and publish one snapshot.

    `spread` says who compares, days of `enough` articles at a time. Nothing is published where no article is
    new, or all are of one outlet. A search that was cut off leaves the archive as it was. Raises
    ArchiveError.
    """
    opened = archive.open(uri)
    outcome = EventSearchResult()
    since = None if everything else opened.last_counter(_THROUGH)
    days = Days(opened, since)
    outcome.articles, outcome.left_out = len(days.fresh), days.left_out
    if days.outlets < 2 or not days.fresh:
        return outcome
    now = datetime.now(UTC)
    stored = _stored(opened)
    records: list[SameEventRecord] = []
    with contextlib.ExitStack() as stack:
        compared_days = days.compared(now, stored)
        if spread != ALONE:
            parts = _parts(opened, since, days, now, stored, enough)
            results = stack.enter_context(contextlib.closing(over(compare_days, parts, spread)))
            compared_days = chain.from_iterable(results)
        for done, day in enumerate(compared_days, start=1):
            progress(done, len(days))
            for record in day.records:
                before = stored.pop((record.article_id_a, record.article_id_b), None)
                if record.tier != (before.tier if before is not None else "none"):
                    records.append(record)
            outcome.candidates += day.candidates
    for record in stored.values():
        if record.tier != "none" and days.compares(record.article_id_a, record.article_id_b):
            records.append(replace(record, tier="none", probability=0.0, details=None, decided_at=now))
    outcome.tiers = Counter(row.tier for row in records)
    outcome.snapshot = publish_same_event(
        uri,
        records,
        run_id=f"{now:%Y%m%dT%H%M%SZ}-events-{os.getpid()}",
        summary={_THROUGH: opened.snapshot.id},
    )
    return outcome


def _parts(  # noqa: PLR0917
    opened: Archive, since: int | None, days: "Days", now: datetime, stored: Collection[Ids], enough: int
) -> "list[DaysPart]":
    """Divide the days into parts for several workers, each with the stored pairs of its days."""
    where = str(opened.storage.name), opened.snapshot.id
    pairs_of = days.by_day(stored)
    parts = []
    for numbers in days.divided(enough):
        pairs: set[Ids] = set()
        for day in numbers:
            pairs.update(pairs_of.get(day, ()))
        parts.append(DaysPart(*where, since, numbers, now, frozenset(pairs)))
    return parts


@dataclass(frozen=True, slots=True)
class DaysPart:
    archive: str
    """Path or address, by which whoever compares has to reach it."""
    snapshot: int
    since: int | None
    """Snapshot after which articles are new; None where all of them are."""
    days: tuple[int, ...]
    """Numbers of days since 1970 (UTC)."""
    now: datetime
    """Time of the decision, for the rows."""
    stored: frozenset[Ids]
    """Two articles that have a row."""


@dataclass(frozen=True, slots=True)
class ComparedDay:
    records: tuple[SameEventRecord, ...]
    """Of the candidates that have a tier, or a row already."""
    candidates: int


def compare_days(part: DaysPart) -> tuple[ComparedDay, ...]:
    """Compare the days of a part: a function of their articles, and of those of the three days before each.

    Writes nothing. Raises what opening an archive raises.
    """
    opened = archive.open(part.archive).at(part.snapshot)
    return tuple(Days(opened, part.since, part.days).compared(part.now, part.stored))


def same_events(
    readings: Sequence[ArticleReading],
    core: Collection[int],
    *,
    now: datetime,
    keep: Callable[[str, str], bool] = lambda _a, _b: True,
) -> Iterator[SameEventRecord]:
    """Yield the candidates of the core articles that `keep` takes, those of tier `none` too."""
    candidates = list[Likeness]()
    for candidate in likenesses(readings, core):
        a, b = readings[candidate.i].document, readings[candidate.j].document
        if keep(a.article_id, b.article_id):
            candidates.append(candidate)
    if not candidates:
        return
    likeness = shipped_event_weights().probabilities(np.array([x.features for x in candidates]))
    for candidate, probability, evidence in weighed(candidates, likeness, shipped_event_weights("evidence")):
        yield _record(readings[candidate.i], readings[candidate.j], probability, evidence, now)


def tier(probability: float) -> str:
    return "sure" if probability >= SURE else "probable" if probability >= PROBABLE else "none"


def _record(
    reading: ArticleReading,
    other_reading: ArticleReading,
    probability: float,
    evidence: Evidence,
    now: datetime,
) -> SameEventRecord:
    first, second = sorted((reading, other_reading), key=lambda x: x.document.article_id)
    a, b = first.document, second.document
    assert a.at is not None
    assert b.at is not None
    tier_shown = tier(probability)
    return SameEventRecord(
        article_id_a=a.article_id,
        article_id_b=b.article_id,
        outlet_a=a.outlet,
        outlet_b=b.outlet,
        language_a=a.language,
        language_b=b.language,
        tier=tier_shown,
        probability=round(probability, 4),
        hours_apart=round(abs((a.at - b.at).total_seconds()) / 3600, 2),
        shared=evidence.shared[:_SHOWN],
        details=_details(first, second) if tier_shown != "none" else None,
        decided_at=now,
    )


def _details(a: ArticleReading, b: ArticleReading) -> str:
    numbers: dict[str, str] = {}
    shared = keys_of(a) & keys_of(b)
    for anchor in a.anchors:
        if anchor.key in shared and anchor.key[0].isdigit():
            numbers[anchor.key] = anchor.text
    alike, otherwise = counted_in_both(a, b)
    quotes = {fold(x): x for x in quoted(a.document.body)}
    quotes_b = set(map(fold, quoted(b.document.body)))
    details = {
        "numbers": list(numbers.values()),
        "counted_alike": alike,
        "counted_otherwise": otherwise,
        "quotes": [text for key, text in quotes.items() if key in quotes_b],
    }
    return json.dumps(details, ensure_ascii=False)


def _stored(opened: Archive) -> dict[Ids, SameEventRecord]:
    """Return the last row of every two articles."""
    rows = sorted(opened.same_event().to_pylist(), key=lambda row: row["commit_seq"])
    names = [x.name for x in fields(SameEventRecord)]
    last: dict[Ids, SameEventRecord] = {}
    for row in rows:
        record = SameEventRecord(**{name: row[name] for name in names})
        last[record.article_id_a, record.article_id_b] = replace(record, shared=tuple(record.shared))
    return last


class Days:
    """The days of an archive that new articles reach, each with the articles of the three days before it."""

    def __init__(self, opened: Archive, since: int | None, days: Sequence[int] | None = None) -> None:
        """Read ids and times; with `days`, only of these and of those before them."""
        rows = opened.articles(columns=_COLUMNS)
        table = (rows if days is None else rows.where(_around(days))).to_arrow()
        is_compared = pc.is_in(table["language"], value_set=pa.array(LANGUAGES))
        self.left_out = count_languages(table.filter(pc.invert(is_compared)), since)
        """New or changed articles in other languages, by language."""
        table = table.filter(is_compared)
        when = pc.coalesce(table["published_at"], table["first_seen"]).cast(pa.int64())
        table = in_order(table.append_column("when", when), ("when", "article_id"))
        self._ids = table["article_id"].to_pylist()
        self._when = table["when"].to_numpy().astype(np.float64) / 1e6
        self._story = dict(zip(self._ids, table["story_id"].to_pylist(), strict=True))
        seqs = table["commit_seq"].to_pylist()
        self.fresh = frozenset(compress(self._ids, (since is None or seq > since for seq in seqs)))
        """Ids of the new or changed articles."""
        self.outlets = len(pc.unique(table["outlet"]))
        self._texts = opened.articles().dataset()
        reach = int(HOURS * 3600 // _DAY)
        reached: set[int] = set()
        for at in compress(self._when, map(self.fresh.__contains__, self._ids)):
            reached.update(range(int(at // _DAY), int(at // _DAY) + reach + 1))
        self._days = days or sorted(reached & {int(at // _DAY) for at in self._when})
        self._window_readings: dict[str, ArticleReading] = {}

    def __len__(self) -> int:
        return len(self._days)

    def compared(self, now: datetime, stored: Collection[Ids]) -> Iterator[ComparedDay]:
        """Compare one day after the other."""
        for day in self._days:
            first, core, end = self._window(day)
            of_day, count, records = frozenset(range(core - first, end - first)), 0, []
            for record in same_events(self._readings(first, end), of_day, now=now, keep=self.compares):
                count += 1
                if record.tier != "none" or (record.article_id_a, record.article_id_b) in stored:
                    records.append(record)
            yield ComparedDay(tuple(records), count)

    def by_day(self, stored: Iterable[Ids]) -> dict[int, list[Ids]]:
        """Sort stored pairs by the day that compares them, which is that of the later article."""
        day = {x: int(at // _DAY) for x, at in zip(self._ids, self._when.tolist(), strict=True)}
        pairs_of: dict[int, list[Ids]] = {}
        for ids in stored:
            if ids[0] in day and ids[1] in day:
                pairs_of.setdefault(max(day[x] for x in ids), []).append(ids)
        return pairs_of

    def divided(self, enough: int) -> list[tuple[int, ...]]:
        """Divide the days into parts of two weeks, or of `enough` articles where those have more."""
        parts: list[list[int]] = []
        size = enough
        for day in self._days:
            if size >= enough or len(parts[-1]) == _MOST:
                parts.append([])
                size = 0
            parts[-1].append(day)
            _, core, end = self._window(day)
            size += end - core
        return [tuple(days) for days in parts]

    def _window(self, day: int) -> tuple[int, int, int]:
        """Return the rows where window and day begin, and where the day ends."""
        at = [day * _DAY - HOURS * 3600, day * _DAY, (day + 1) * _DAY]
        first, core, end = np.searchsorted(self._when, at).tolist()
        return first, core, end

    def compares(self, a_id: str, b_id: str) -> bool:
        """Tell if one of the two is new, and they are not one story already."""
        return bool({a_id, b_id} & self.fresh) and self._story.get(a_id) != self._story.get(b_id)

    def _readings(self, first: int, end: int) -> list[ArticleReading]:
        window = self._ids[first:end]
        new = [x for x in window if x not in self._window_readings]
        rows = self._texts.to_table(
            columns=["article_id", "outlet", "language", "headline", "body"],
            filter=ds.field("article_id").isin(pa.array(new, pa.string())),
        )
        at = dict(zip(window, self._when[first:end].tolist(), strict=True))
        read_now = {row["article_id"]: _read(row, at[row["article_id"]]) for row in rows.to_pylist()}
        self._window_readings = {x: self._window_readings.get(x) or read_now[x] for x in window}
        return list(self._window_readings.values())


def _around(days: Sequence[int]) -> ds.Expression:
    """Return a filter for the articles of these days and of those before them, and for some more."""
    at = ds.field("published_at").cast(pa.int64())
    first, last = min(days) * _DAY - HOURS * 3600, (max(days) + 1) * _DAY
    return ((at >= int(first * 1e6)) & (at <= int(last * 1e6))) | ds.field("published_at").is_null()


def _read(row: Mapping[str, str], at: float) -> ArticleReading:
    document = Document(
        row["article_id"],
        row["outlet"],
        row["language"],
        row["headline"],
        row["body"][:READ],
        datetime.fromtimestamp(at, UTC),
    )
    return read(document)
