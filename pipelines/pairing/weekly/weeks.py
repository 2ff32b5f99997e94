"""The articles of an archive by outlet and week, as far as pairing compares them with each other.

A pair belongs to the week of its earlier article. The other is published within TRANSLATED_WITHIN, the
rivals of either within that of it. So a week is compared with the four days before and the eight after it.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.format.languages import TRANSLATED_WITHIN
from archive.format.records import VariantText
from archive.tables.article_rows import PRINTED_COLUMNS, printed_text
from pipelines.similarity.background import shipped_background
from pipelines.similarity.document import ArticleReading, Document, read, traces
from pipelines.similarity.lexicon import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from archive.read.archive import Archive
    from pipelines.similarity.background import Background

WeekKey = tuple[str, int]
"""Outlet, and number of the week since 1970 (UTC)."""
WEEK = timedelta(weeks=1).total_seconds()
BEFORE = TRANSLATED_WITHIN.total_seconds()
AFTER = 2 * BEFORE
_DATES = ["article_id", "version", "outlet", "language", "published_at", "first_seen", "commit_seq"]
_PARAGRAPHS = ["article_id", "version", "language", *PRINTED_COLUMNS]
_ONE_BY_ONE = {"fragment_readahead": 1, "batch_readahead": 1}
"""Reading files ahead would hold more texts of a large archive than a week has."""
_TEXT = [
    *("article_id", "outlet", "language", "headline", "body", "published_at"),
    *("image_url", "media", "outbound_links"),
]


@dataclass(frozen=True, slots=True)
class Week:
    """A week of an outlet, with the articles around it that may be partners or rivals of its own."""

    key: WeekKey
    ids: Sequence[str]
    """Ids of all its articles in uk, ru and en, in the order of time."""
    core: frozenset[str]
    """Ids of the articles of the week itself."""
    earlier: dict[str, float]
    """Unix time of each article: when it was published or, if that is unknown, first seen."""
    versions: dict[str, int]
    """Number of the latest version of each article."""
    state: bytes
    """Hash of the articles and the snapshots of their last change: it changes when one of them does."""

    def decides(self, a_id: str, b_id: str) -> bool:
        """Tell if the pair belongs to this week, which has both articles."""
        return min(a_id, b_id, key=lambda x: (self.earlier[x], x)) in self.core

    @property
    def outlet(self) -> str:
        return self.key[0]

    @property
    def span(self) -> tuple[float, float]:
        return min(self.earlier.values()), max(self.earlier.values())

    def asked(self, due_of: Mapping[str, Sequence[tuple[str, str]]]) -> set[tuple[str, str]]:
        """Return the due pairs, which are grouped by their smaller id, that belong to this week."""
        pairs: set[tuple[str, str]] = set()
        for article_id in self.earlier.keys() & due_of.keys():
            for ids in due_of[article_id]:
                if ids[1] in self.earlier and self.decides(*ids):
                    pairs.add(ids)
        return pairs


class Weeks:
    """The weeks of an archive, by outlet and time; only ids and times stay in memory."""

    def __init__(
        self, archive: Archive, since: int | None = None, keys: Collection[WeekKey] | None = None
    ) -> None:
        """Read ids and times; with `since`, only the weeks with a change after that snapshot count.

        With `keys`, only articles that are in a window of these weeks are known.
        """
        dates = archive.articles(columns=_DATES)
        table = (dates if keys is None else dates.where(_around(keys))).to_arrow()
        compared = pc.is_in(table["language"], value_set=pa.array(LANGUAGES))
        self.left_out = count_languages(table.filter(pc.invert(compared)), since)
        """New or changed articles in other languages, by language; texts are compared in LANGUAGES alone."""
        table = table.filter(compared)
        when = pc.coalesce(table["published_at"], table["first_seen"])
        table = table.append_column("when", when.cast(pa.int64()))
        table = table.sort_by([(name, "ascending") for name in ("outlet", "when", "article_id")])
        self.ids = table["article_id"].combine_chunks()
        self._when: NDArray[np.float64] = table["when"].to_numpy().astype(np.float64) / 1e6
        self._seq: NDArray[np.int64] = table["commit_seq"].to_numpy().astype(np.int64)
        self._version: NDArray[np.int32] = table["version"].to_numpy()
        fresh = self._seq > (-1 if since is None else since)
        self.articles = int(fresh.sum())
        """Number of new or changed articles."""
        self._rows = _runs(table["outlet"])
        self._texts = archive.articles().dataset()
        self._keys = [
            (outlet, week)
            for outlet, (start, end) in self._rows.items()
            for week in _week_numbers(self._when[start:end], fresh[start:end])
        ]
        self.near = self.ids if since is None else self.ids.filter(pa.array(self._in_windows()))
        """Ids of the articles that are in a window of these weeks."""
        self._readings: dict[str, ArticleReading] = {}
        # memory that sorting a million rows took
        pa.default_memory_pool().release_unused()

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Week]:
        return map(self.around, self._keys)

    @property
    def keys(self) -> Sequence[WeekKey]:
        return self._keys

    def newest_first(self) -> None:
        """Put the last weeks of each outlet first, then what is older: for a run that may be cut short."""
        last = {outlet: max(n for name, n in self._keys if name == outlet) for outlet, _ in self._keys}
        self._keys.sort(key=lambda key: (key[1] < last[key[0]] - 2, key[0], -key[1]))

    def _in_windows(self) -> NDArray[np.bool_]:
        """Return a mask of the rows that are in a window of the weeks."""
        inside = np.zeros(len(self._when), dtype=np.bool_)
        for key in self._keys:
            low, _, _, high = self._window(key)
            inside[low:high] = True
        return inside

    def _window(self, key: WeekKey) -> tuple[int, int, int, int]:
        """Return the rows where window and week begin, and where week and window end."""
        outlet, number = key
        start, end = self._rows[outlet]
        first, last = number * WEEK, (number + 1) * WEEK
        low, core, after, high = (
            start + int(np.searchsorted(self._when[start:end], at))
            for at in (first - BEFORE, first, last, last + AFTER)
        )
        return low, core, after, high

    def apart(
        self, pairs: Collection[tuple[str, str]]
    ) -> Iterator[tuple[tuple[str, str], tuple[WeekKey, ...]]]:
        """Yield the pairs that no week has, with the weeks of both, if a run compares one of these."""
        changed = set(self._keys)
        a, b = (
            pc.index_in(pa.array([ids[side] for ids in pairs], pa.string()), value_set=self.ids).to_pylist()
            for side in (0, 1)
        )
        for ids, two in zip(pairs, zip(a, b, strict=True), strict=True):
            keys = [self._key_at(row) for row in two]
            earlier, later = sorted(two, key=lambda row: (self._when[row], self.ids[row].as_py()))
            low, _, _, high = self._window(self._key_at(earlier))
            if not low <= later < high and changed & set(keys):
                yield ids, tuple(sorted(set(keys)))

    def _key_at(self, row: int) -> WeekKey:
        outlet = next(name for name, (start, end) in self._rows.items() if start <= row < end)
        return outlet, int(self._when[row] // WEEK)

    def key_of(self, article_id: str) -> WeekKey:
        """Return outlet and week of an article in `ids`."""
        return self._key_at(pc.index(self.ids, article_id).as_py())

    def around(self, key: WeekKey) -> Week:
        outlet, number = key
        low, core, after, high = self._window(key)
        ids: list[str] = self.ids[low:high].to_pylist()
        digest = blake2b(outlet.encode(), digest_size=16)
        digest.update(json.dumps([number, *zip(ids, self._seq[low:high].tolist(), strict=True)]).encode())
        return Week(
            key,
            ids,
            frozenset(ids[core - low : after - low]),
            dict(zip(ids, self._when[low:high].tolist(), strict=True)),
            dict(zip(ids, self._version[low:high].tolist(), strict=True)),
            digest.digest(),
        )

    def readings(self, week: Week) -> list[ArticleReading]:
        """Read the articles of a week for scoring; those of the week before are kept, not read again."""
        readings = self._readings
        missing = [x for x in week.ids if x not in readings]
        new = self.read(missing, [week]) if missing else {}
        self._readings = {x: readings[x] if x in readings else new[x] for x in week.ids}
        return list(self._readings.values())

    def read(self, ids: Collection[str], weeks: Sequence[Week] = ()) -> dict[str, ArticleReading]:
        """Read articles by id; `weeks` that hold all of them save a search of the whole archive."""
        rows = self._texts.to_table(columns=_TEXT, filter=_these(ids, weeks), **_ONE_BY_ONE)
        readings: dict[str, ArticleReading] = {}
        for row in rows.to_pylist():
            document = Document(
                *(row["article_id"], row["outlet"], row["language"], row["headline"], row["body"]),
                row["published_at"],
                traces(row["image_url"], row["media"] or (), row["outbound_links"] or ()),
            )
            readings[document.article_id] = _read(document)
        return readings

    def variants(self, ids: Collection[str], weeks: Sequence[Week] = ()) -> dict[str, VariantText]:
        """Read the texts of these articles, paragraph by paragraph; `weeks` as in `read`."""
        if not ids:
            return {}
        table = self._texts.to_table(columns=_PARAGRAPHS, filter=_these(ids, weeks), **_ONE_BY_ONE)
        texts: dict[str, VariantText] = {}
        for row in table.to_pylist():
            article_id = row["article_id"]
            texts[article_id] = VariantText(article_id, row["version"], row["language"], *printed_text(row))
        return texts


def count_languages(table: pa.Table, since: int | None) -> Counter[str]:
    """Count the articles that are newer than a snapshot, by language."""
    fresh = table if since is None else table.filter(pc.greater(table["commit_seq"], since))
    return Counter(pc.fill_null(fresh["language"], "no language").to_pylist())


def _these(ids: Collection[str], weeks: Sequence[Week]) -> ds.Expression:
    """Return a filter for articles; outlet and time let Parquet skip files."""
    among = ds.field("article_id").isin(pa.array(sorted(ids), pa.string()))
    if not weeks:
        return among
    first, last = min(week.span[0] for week in weeks), max(week.span[1] for week in weeks)
    return _published({week.outlet for week in weeks}, first, last) & among


def _around(keys: Collection[WeekKey]) -> ds.Expression:
    """Return a filter for the articles in the windows of these weeks, and some more."""
    first, last = min(number for _, number in keys), max(number for _, number in keys)
    return _published({outlet for outlet, _ in keys}, first * WEEK - BEFORE, (last + 1) * WEEK + AFTER)


def _published(outlets: Collection[str], first: float, last: float) -> ds.Expression:
    """Return a filter for articles of these outlets, from a time to another or at an unknown one."""
    at = ds.field("published_at").cast(pa.int64())
    inside = (at >= int(first * 1e6)) & (at <= int(last * 1e6) + 1)
    of_outlets = ds.field("outlet").isin(pa.array(sorted(outlets), pa.string()))
    return of_outlets & (inside | ds.field("published_at").is_null())


def _read(document: Document) -> ArticleReading:
    """Read a document and keep only what scoring needs: a large outlet has ten thousand articles a week."""
    reading = read(document)
    has_background = document.language in LANGUAGES
    return lean(reading, shipped_background(document.language)) if has_background else reading


def _runs(outlets: pa.ChunkedArray) -> dict[str, tuple[int, int]]:
    """Return the first and the last row (exclusive) of each outlet."""
    encoded = pc.run_end_encode(outlets.combine_chunks())
    ends = encoded.run_ends.to_pylist()
    return dict(zip(encoded.values.to_pylist(), pairwise([0, *ends]), strict=True))


def _week_numbers(when: NDArray[np.float64], fresh: NDArray[np.bool_]) -> list[int]:
    """Return the weeks that have a fresh article in their window: any article there may change a score."""
    new = when[fresh]
    first, last = (new - AFTER) // WEEK, (new + BEFORE) // WEEK
    reached = {int(week) for n in range(3) for week in np.minimum(first + n, last)}
    return sorted(reached & {int(week) for week in when // WEEK})


def lean(reading: ArticleReading, background: Background) -> ArticleReading:
    """Drop the n-grams that are common anyway, three in five of them; no score counts those."""
    rare = background.rare(reading.ngrams)
    return replace(reading, ngrams=reading.ngrams[rare], counts=reading.counts[rare])
