"""The search of an archive for articles of different outlets that tell of one event.

The archive is gone through day by day. The articles of a day are compared with those of the three days before
it, so that each two articles are weighed once; a run looks only at days that a new or changed article can
reach. No lock is held until the rows are published.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

import archive
from archive.commit.committer import publish_same_event
from archive.format.records import SameEventRecord
from pipelines.alignment.records import quoted
from pipelines.events.likeness import HOURS, likenesses, shipped_event_weights
from pipelines.similarity.document import ArticleReading, Document, read
from pipelines.similarity.folding import fold
from pipelines.similarity.lexicon import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from archive.format.snapshot import Snapshot
    from archive.read.archive import Archive
    from pipelines.events.likeness import EventWeights

    Ids = tuple[str, str]

SURE, PROBABLE = 0.95, 0.6
"""Probabilities from which a pair has these tiers; below the second it has no row."""
READ = 2_000
"""Characters of a body that are compared: the lead tells the event, the background tells others."""
_THROUGH = "events/through"
"""Key in the summary of a snapshot made by a search: id of the snapshot that it had read."""
_DAY = 86_400
_SHOWN = 12
_COLUMNS = ("article_id", "outlet", "language", "story_id", "published_at", "first_seen", "commit_seq")


@dataclass(slots=True)
class EventsFound:
    """Result of a search."""

    articles: int = 0
    """Articles that are new or have changed."""
    candidates: int = 0
    tiers: Counter[str] = field(default_factory=Counter)
    """New rows, by tier."""
    snapshot: Snapshot | None = None

    def in_words(self) -> str:
        """Return a line for a person."""
        rows = ", ".join(
            f"{name} {self.tiers[name]}" for name in ("sure", "probable", "none") if self.tiers[name]
        )
        return f"same event  {self.tiers.total()} new rows{f' ({rows})' if rows else ''}"


def find_events(
    uri: str,
    *,
    everything: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> EventsFound:
    """Search what is new since the last search, or `everything`, and publish one snapshot.

    Nothing is published where no article is new, or all are of one outlet. A search that was cut off leaves
    the archive as it was. Raises ArchiveError.
    """
    opened = archive.open(uri)
    found = EventsFound()
    days = Days(opened, None if everything else opened.last_counter(_THROUGH))
    found.articles = len(days.fresh)
    if days.outlets < 2 or not days.fresh:
        return found
    now = datetime.now(UTC)
    known = _known(opened)
    records: list[SameEventRecord] = []
    for done, (readings, core) in enumerate(days, start=1):
        progress(done, len(days))
        told = set["Ids"]()
        for record in same_events(readings, core, now=now, keep=days.asked, seen=told):
            ids = record.article_id_a, record.article_id_b
            before = known.pop(ids, None)
            if record.tier != (before.tier if before is not None else "none"):
                records.append(record)
        found.candidates += len(told)
    gone = (x for x in known.values() if x.tier != "none" and days.asked(x.article_id_a, x.article_id_b))
    records += [replace(x, tier="none", probability=0.0, details=None, decided_at=now) for x in gone]
    found.tiers = Counter(each.tier for each in records)
    found.snapshot = publish_same_event(
        uri,
        records,
        run_id=f"{now:%Y%m%dT%H%M%SZ}-events-{os.getpid()}",
        summary={_THROUGH: opened.snapshot.id},
    )
    return found


def same_events(
    readings: Sequence[ArticleReading],
    core: Collection[int],
    *,
    now: datetime,
    keep: Callable[[str, str], bool] = lambda _a, _b: True,
    seen: set[Ids] | None = None,
    weights: EventWeights | None = None,
) -> Iterator[SameEventRecord]:
    """Yield the candidates of the core articles that `keep` takes, those of tier `none` too."""
    common = Counter(key for each in readings for key in {x.key for x in each.anchors})
    found = [
        each
        for each in likenesses(readings, core)
        if keep(readings[each.i].document.article_id, readings[each.j].document.article_id)
    ]
    if not found:
        return
    weights = weights or shipped_event_weights()
    for each, p in zip(found, weights.probabilities(np.array([x.features for x in found])), strict=True):
        one, other = sorted((readings[each.i], readings[each.j]), key=lambda x: x.document.article_id)
        if seen is not None:
            seen.add((one.document.article_id, other.document.article_id))
        yield _record(one, other, float(p), common, now)


def tier(probability: float) -> str:
    return "sure" if probability >= SURE else "probable" if probability >= PROBABLE else "none"


def _record(
    one: ArticleReading, other: ArticleReading, probability: float, common: Mapping[str, int], now: datetime
) -> SameEventRecord:
    a, b = one.document, other.document
    assert a.at is not None
    assert b.at is not None
    named = tier(probability)
    theirs = {x.key for x in other.anchors}
    shared = {x.key: x.text for x in one.anchors if x.key in theirs}
    rarest = sorted(shared, key=lambda key: (common[key], key))[:_SHOWN]
    return SameEventRecord(
        article_id_a=a.article_id,
        article_id_b=b.article_id,
        outlet_a=a.outlet,
        outlet_b=b.outlet,
        language_a=a.language,
        language_b=b.language,
        tier=named,
        probability=round(probability, 4),
        hours_apart=round(abs((a.at - b.at).total_seconds()) / 3600, 2),
        shared=tuple(shared[key] for key in rarest),
        details=_details(one, other, shared) if named != "none" else None,
        decided_at=now,
    )


def _details(one: ArticleReading, other: ArticleReading, shared: Mapping[str, str]) -> str:
    both = one.counted.keys() & other.counted.keys()
    otherwise = sum(1 for thing in both if not one.counted[thing] & other.counted[thing])
    ours, theirs = ({fold(x): x for x in quoted([each.document.body])} for each in (one, other))
    return json.dumps(
        {
            "numbers": [text for key, text in shared.items() if key[0].isdigit()],
            "counted_alike": len(both) - otherwise,
            "counted_otherwise": otherwise,
            "quotes": [ours[key] for key in ours if key in theirs],
        },
        ensure_ascii=False,
    )


def _known(opened: Archive) -> dict[Ids, SameEventRecord]:
    """Return the last row of every two articles."""
    rows = sorted(opened.same_event().to_pylist(), key=lambda row: row["commit_seq"])
    names = [x.name for x in fields(SameEventRecord)]
    last = (SameEventRecord(**{name: row[name] for name in names}) for row in rows)
    return {(x.article_id_a, x.article_id_b): replace(x, shared=tuple(x.shared)) for x in last}


class Days:
    """The days of an archive that new articles reach, each with the articles of the three days before it."""

    def __init__(self, opened: Archive, since: int | None) -> None:
        table = opened.articles(columns=_COLUMNS).to_arrow()
        table = table.filter(pc.is_in(table["language"], value_set=pa.array(LANGUAGES)))
        when = pc.coalesce(table["published_at"], table["first_seen"]).cast(pa.int64())
        table = table.append_column("when", when)
        table = table.sort_by([("when", "ascending"), ("article_id", "ascending")])
        self._ids = table["article_id"].to_pylist()
        self._when = table["when"].to_numpy().astype(np.float64) / 1e6
        self._story = dict(zip(self._ids, table["story_id"].to_pylist(), strict=True))
        seqs = table["commit_seq"].to_pylist()
        self.fresh = frozenset(
            x for x, seq in zip(self._ids, seqs, strict=True) if since is None or seq > since
        )
        """Ids of the new or changed articles."""
        self.outlets = len(pc.unique(table["outlet"]))
        self._texts = opened.articles().dataset()
        reach = int(HOURS * 3600 // _DAY)
        own = {int(at // _DAY) for at, x in zip(self._when, self._ids, strict=True) if x in self.fresh}
        there = {int(at // _DAY) for at in self._when}
        self._days = sorted({day + n for day in own for n in range(reach + 1)} & there)
        self._held: dict[str, ArticleReading] = {}

    def __len__(self) -> int:
        return len(self._days)

    def __iter__(self) -> Iterator[tuple[list[ArticleReading], frozenset[int]]]:
        """Yield the articles of each window in the order of time, and the places of the day's own."""
        for day in self._days:
            first, core, end = np.searchsorted(
                self._when, [day * _DAY - HOURS * 3600, day * _DAY, (day + 1) * _DAY]
            ).tolist()
            yield self._readings(first, end), frozenset(range(core - first, end - first))

    def asked(self, a_id: str, b_id: str) -> bool:
        """Tell if one of the two is new, and they are not one story already."""
        return bool({a_id, b_id} & self.fresh) and self._story.get(a_id) != self._story.get(b_id)

    def _readings(self, first: int, end: int) -> list[ArticleReading]:
        wanted = self._ids[first:end]
        new = [x for x in wanted if x not in self._held]
        rows = self._texts.to_table(
            columns=["article_id", "outlet", "language", "headline", "body"],
            filter=ds.field("article_id").isin(pa.array(new, pa.string())),
        )
        at = dict(zip(wanted, self._when[first:end].tolist(), strict=True))
        read_now = {row["article_id"]: _read(row, at[row["article_id"]]) for row in rows.to_pylist()}
        self._held = {x: self._held.get(x) or read_now[x] for x in wanted}
        return list(self._held.values())


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
