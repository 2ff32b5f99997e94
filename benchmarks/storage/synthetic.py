"""A synthetic archive of any size: every file, manifest and cache as real commits and `compact` leave them.

Nine thousand articles a day, 500 a commit, until now: ten million are three years. Months before the last
are merged, the last has what lies about between two merges. Six articles of ten are in a story of three
languages, two in one of two, two are alone. Rows are made column by column, in a fraction of the time that
commits would take; the texts are words with the frequencies of news, and short. There are no pages.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from archive.addresses import story_of_one
from archive.commit.fold import KEPT_MANIFESTS
from archive.format.columns import SCHEMA_VERSION
from archive.format.log_entry import LogEntry
from archive.format.schema import STORED
from archive.format.snapshot import DataFile, Snapshot
from archive.opening import open_or_create, storage_at
from archive.tables import views
from archive.tables.parquet_files import TableFiles, rows_per_file
from benchmarks.storage.synthetic_cache import fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive.storage.interface import Storage

    Tables = dict[str, pa.Table]

PER_COMMIT = 500
PER_DAY = 9_000
OUTLETS = 300
WORDS = (8, 8, 30)
"""Of headline, lead and body."""
PARAGRAPHS = 3
LANGUAGES = ("uk", "ru", "en")
_STORY = np.array([0, 0, 0, 1, 1, 1, 2, 2, 3, 4])
"""Of ten articles that follow each other, which of five stories each belongs to."""
_LANGUAGE = np.array([0, 1, 2, 0, 1, 2, 0, 1, 0, 2])
_FIRST = np.array([0, 0, 0, 3, 3, 3, 6, 6, 8, 9])
_COUPLES = np.array([(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (6, 7)])
_VOCABULARY = 30_000
_DETAILS = json.dumps({"hreflang": ["uk", "ru"], "reciprocal": True})
_LETTERS = (
    "оаинвіретсклудмпзьгяєбчхйжюцшщїфґ",
    "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф",
    "etaoinsrhldcumfpgwybvkxjqz",
)
_TAIL = (32_000, 4_000, 500)
"""Rows of files that wait for being merged: less than eight of each."""


@dataclass(frozen=True, slots=True)
class Span:
    """Articles of one month of commits."""

    root: str
    seed: int
    first: int
    count: int
    month: str
    begin: datetime
    """When article 0 was committed."""
    is_last: bool


def build(
    root: Path, articles: int, *, seed: int = 1, processes: int = 1, now: datetime | None = None
) -> Snapshot:
    """Make an archive of so many articles, rounded up to whole commits, and return its last snapshot."""
    articles = math.ceil(articles / PER_COMMIT) * PER_COMMIT
    last = (now or datetime.now(UTC)) - timedelta(minutes=5)
    begin = last - _age(articles - PER_COMMIT)
    created = begin - timedelta(minutes=5)
    storage, log = open_or_create(root, "synthetic", lambda _: created)
    spans = list(_spans(str(root), seed, articles, begin))
    with ProcessPoolExecutor(processes) if processes > 1 else _Here() as pool:
        files = [file for own in pool.map(_write, spans) for file in own]
    lacking = STORED.keys() - {file.table for file in files}
    files += [file for file in log.read(0).files if file.table in lacking]
    files.sort(key=lambda file: (file.table, file.month, file.path))
    head = _enter(storage, log, tuple(files), articles, begin)
    fill(storage, head)
    views.publish(storage, head)
    return head


class _Here:
    """Stands for a pool: in this process."""

    map = staticmethod(map)

    def __enter__(self) -> _Here:
        return self

    def __exit__(self, *_: object) -> None: ...


def _age(article: int) -> timedelta:
    """Time from the first commit to that of an article."""
    return timedelta(days=article // PER_COMMIT * PER_COMMIT / PER_DAY)


def _spans(root: str, seed: int, articles: int, begin: datetime) -> Iterator[Span]:
    first = 0
    while first < articles:
        at = begin + _age(first)
        month, end = f"{at:%Y-%m}", first
        while end < articles and f"{begin + _age(end):%Y-%m}" == month:
            end += PER_COMMIT
        yield Span(root, seed, first, end - first, month, begin, end >= articles)
        first = end


def _write(span: Span) -> list[DataFile]:
    files = TableFiles(storage_at(span.root), level=3)
    for name, table in _tables(span).items():
        position = 0
        for rows in _sizes(name, len(table), span.is_last):
            files.write(name, table.slice(position, rows), span.month)
            position += rows
    return files.written


def _sizes(name: str, rows: int, is_last: bool) -> Iterator[int]:
    limit = rows_per_file(name)
    share = rows / 10 if is_last else 0
    while rows:
        if rows > share + limit or not is_last:
            size = min(rows, limit)
        else:
            size = next((x for x in _TAIL if x <= limit // 2 and x * 2 <= rows), rows)
        yield size
        rows -= size


# Rows of one month, all columns at once.


@cache
def _words() -> tuple[pa.Array, np.ndarray]:
    """Words of three languages one after the other, and a table to draw their numbers by Zipf's law."""
    words = []
    for language, letters in zip(LANGUAGES, _LETTERS, strict=True):
        chosen = random.Random(f"words {language}")
        weights = [1 / (rank + 2) for rank in range(len(letters))]
        lengths = (2 + min(int(chosen.expovariate(0.2)), 14) for _ in range(_VOCABULARY))
        words += ["".join(chosen.choices(letters, weights, k=length)) for length in lengths]
    mass = np.cumsum(1 / (np.arange(_VOCABULARY) + 3))
    drawn = np.searchsorted(mass, (np.arange(1 << 20) + 0.5) / (1 << 20) * mass[-1]).astype(np.int32)
    return pa.array(words), drawn


def _texts(chosen: np.random.Generator, languages: np.ndarray, words: int) -> pa.Array:
    """A text of so many words for each of these languages."""
    vocabulary, drawn = _words()
    numbers = (
        drawn[chosen.integers(0, len(drawn), (len(languages), words))] + languages[:, None] * _VOCABULARY
    )
    offsets = pa.array(np.arange(len(languages) + 1, dtype=np.int32) * words)
    joined = pc.binary_join(
        pa.ListArray.from_arrays(offsets, vocabulary.take(pa.array(numbers.ravel()))), " "
    )
    return pc.binary_join_element_wise(joined, pa.scalar("."), "")


def _hashed(texts: pa.Array, kind: str) -> list[str]:
    if kind == "id":
        return [hashlib.blake2b(x.encode(), digest_size=16).hexdigest() for x in texts.to_pylist()]
    return [hashlib.sha256(x.encode()).hexdigest() for x in texts.to_pylist()]


def _lists(counts: np.ndarray, values: pa.Array) -> pa.ListArray:
    return pa.ListArray.from_arrays(
        pa.array(np.concatenate(([0], np.cumsum(counts))).astype(np.int32)), values
    )


def _structs(columns: dict[str, object]) -> pa.StructArray:
    return pa.StructArray.from_arrays([pa.array(x) for x in columns.values()], list(columns))


def _same(value: object, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value), count)


def _times(micros: np.ndarray) -> pa.Array:
    return pa.array(micros, pa.timestamp("us", tz="UTC"))


def _table(name: str, columns: dict[str, object], count: int) -> pa.Table:
    fields = STORED[name]
    arrays = [
        pa.nulls(count, x.type) if x.name not in columns else _cast(columns[x.name], x.type) for x in fields
    ]
    return pa.Table.from_arrays(arrays, schema=fields)


def _cast(values: object, kind: pa.DataType) -> pa.Array:
    array = values if isinstance(values, (pa.Array, pa.ChunkedArray)) else pa.array(values)
    return array if array.type == kind else array.cast(kind)


def _tables(span: Span) -> Tables:
    chosen = np.random.default_rng([span.seed, span.first])
    count = span.count
    number = span.first + np.arange(count)
    tens = np.arange(count) // 10 * 10
    language = np.tile(_LANGUAGE, count // 10)
    first = tens + np.tile(_FIRST, count // 10)
    story = number // 10 * 5 + np.tile(_STORY, count // 10)
    outlet = story * 2_654_435_761 % OUTLETS
    commits = number // PER_COMMIT
    begin = int(span.begin.timestamp() * 1e6)
    at = begin + commits * int(PER_COMMIT / PER_DAY * 86_400e6)
    fetched = at - chosen.integers(1, 900, count) * 1_000_000
    published = fetched - chosen.integers(60, 36_000, count) * 1_000_000
    codes = pa.array(LANGUAGES).take(pa.array(language))
    names = pa.array([f"outlet{x}" for x in range(OUTLETS)]).take(pa.array(outlet))
    vocabulary, _ = _words()
    slugs = vocabulary.take(pa.array(story % _VOCABULARY + 2 * _VOCABULARY))
    head = pc.binary_join_element_wise("https://", names, ".example/", "")
    tail = pc.binary_join_element_wise("/news/", pa.array(story).cast(pa.string()), "-", slugs, ".html", "")
    addresses = pc.binary_join_element_wise(head, codes, tail, "")
    ids = pa.array(_hashed(addresses, "id"))
    own_story = pa.array([story_of_one(x) for x in ids.take(pa.array(np.unique(first))).to_pylist()])
    places = np.unique(first, return_inverse=True)[1]
    stories = own_story.take(pa.array(places))
    common = {"ingested_at": _times(at), "commit_seq": commits + 1}
    headlines = _texts(chosen, language, WORDS[0])
    paragraphs = _texts(chosen, np.repeat(language, PARAGRAPHS), WORDS[2] // PARAGRAPHS)
    body = pc.binary_join(_lists(np.full(count, PARAGRAPHS), paragraphs), "\n\n")
    runs = pa.array([f"run-{x}" for x in range(commits[0], commits[-1] + 1)]).take(
        pa.array(commits - commits[0])
    )
    sizes = np.array([3, 3, 2, 1, 1])
    members = np.repeat(np.where(sizes > 1, sizes, 0)[_STORY][None], count // 10, axis=0).ravel()
    naming = np.repeat(np.arange(count), members)
    named = np.repeat(first, members) + _within(members)
    alternates = _lists(
        members,
        _structs({
            "language": codes.take(pa.array(named)), "url": addresses.take(pa.array(named)),
            "source": _same("hreflang", len(naming)),
        }),
    )  # fmt: skip
    etags = pc.binary_join_element_wise(
        '"', pa.array(chosen.integers(1 << 40, 1 << 48, count)).cast(pa.string()), '"', ""
    )
    evidence = _structs({"source": _same("text", count), "tag": codes})
    articles = common | {
        "article_id": ids, "story_id": stories, "version": _same(1, count), "valid_from": _times(fetched),
        "outlet": names, "url": addresses, "requested_url": addresses, "canonical_url": addresses,
        "language": codes, "language_confidence": _same(0.99, count),
        "language_evidence": _lists(np.ones(count, int), evidence), "language_reason": _same("text", count),
        "html_lang": codes, "headline": headlines, "lead": _texts(chosen, language, WORDS[1]), "body": body,
        "blocks": _lists(
            np.full(count, PARAGRAPHS),
            _structs({"kind": _same("paragraph", count * PARAGRAPHS), "text": paragraphs}),
        ),
        "authors": _lists(np.zeros(count, int), pa.array([], pa.string())),
        "published_at": _times(published), "published_source": _same("json-ld", count),
        "section": vocabulary.take(pa.array(chosen.integers(0, 12, count))),
        "tags": _lists(np.full(count, 2), vocabulary.take(pa.array(chosen.integers(0, 2_000, count * 2)))),
        "alternates": alternates, "content_hash": _hashed(body, "text"),
        "raw_sha256": _hashed(addresses, "text"),
        "text_from": _same("page", count), "http_status": _same(200, count), "etag": etags,
        "fetched_at": _times(fetched), "first_seen": _times(fetched), "last_seen": _times(fetched),
        "extractor": _same("synthetic 1", count), "run_id": runs,
    }  # fmt: skip
    observations = common | {
        "article_id": ids, "version": _same(1, count), "outlet": names, "url": addresses,
        "requested_url": addresses, "outcome": _same("archived", count), "http_status": _same(200, count),
        "observed_at": _times(fetched), "gone": _same(False, count), "etag": etags, "run_id": runs,
    }  # fmt: skip
    found = {
        "articles": _table("articles", articles, count),
        "observations": _table("observations", observations, count),
        "memberships": _table("memberships", common | {"article_id": ids, "story_id": stories}, count),
    }
    found["pairs"] = _pairs(ids, tens, at, commits)
    firsts, sizes = np.unique(first, return_counts=True)
    found["stories"] = _stories(found["articles"], firsts, sizes, language)
    found["decisions"] = found["pairs"].cast(STORED["decisions"])
    return found


def _within(counts: np.ndarray) -> np.ndarray:
    """0, 1, … for each of so many."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1]) - np.repeat(ends - counts, counts)


def _pairs(ids: pa.Array, tens: np.ndarray, at: np.ndarray, commits: np.ndarray) -> pa.Table:
    starts = np.repeat(np.unique(tens), len(_COUPLES))
    sides = np.tile(_COUPLES, (len(starts) // len(_COUPLES), 1)) + starts[:, None]
    one, other = (ids.take(pa.array(sides[:, x])) for x in (0, 1))
    ordered = pc.less(one, other)
    columns = {
        "article_id_a": pc.if_else(ordered, one, other), "article_id_b": pc.if_else(ordered, other, one),
        "evidence": _same("hreflang", len(starts)), "reciprocal": _same(True, len(starts)),
        "details": _same(_DETAILS, len(starts)), "decided_at": _times(at[starts]),
        "ingested_at": _times(at[starts]), "commit_seq": commits[starts] + 1,
    }  # fmt: skip
    return _table("pairs", columns, len(starts))


def _stories(articles: pa.Table, firsts: np.ndarray, sizes: np.ndarray, language: np.ndarray) -> pa.Table:
    """Rows of stories; `firsts`: of each its first article, whose fellows come next."""
    count = len(firsts)
    published = articles["published_at"].cast(pa.int64()).to_numpy()
    earliest = np.minimum.reduceat(published, firsts)
    several = sizes > 1
    columns: dict[str, object] = {
        "story_id": articles["story_id"].take(pa.array(firsts)),
        "outlet": articles["outlet"].take(pa.array(firsts)),
        "n_variants": sizes, "first_published_at": _times(earliest),
        "original_language_reason": pc.if_else(pa.array(several), "within-an-hour", "one-language"),
        "evidence": _lists(several.astype(int), _same("hreflang", int(several.sum()))),
        "ingested_at": articles["ingested_at"].take(pa.array(firsts)),
        "commit_seq": articles["commit_seq"].take(pa.array(firsts)),
    }  # fmt: skip
    member = {}
    for place, code in enumerate(LANGUAGES):
        offset = np.full(count, -1)
        for step in (2, 1, 0):
            inside = step < sizes
            own = np.zeros(count, bool)
            own[inside] = language[firsts[inside] + step] == place
            offset[own] = step
        member[code] = np.where(offset < 0, -1, firsts + offset)
        where = pa.array(member[code], mask=offset < 0)
        columns[f"lag_{code}"] = pa.array((published[member[code]] - earliest) // 1_000_000, mask=offset < 0)
        for name in ("headline", "url", "article_id"):
            columns[f"{name}_{code}"] = articles[name].take(where)
    there = np.stack([member[code] >= 0 for code in ("uk", "en", "ru")], axis=1)
    codes = pa.array(["uk", "en", "ru"]).take(pa.array(np.nonzero(there)[1]))
    columns["languages"] = _lists(there.sum(axis=1), codes)
    return _table("stories", columns, count)


# The log: the last hundred manifests, and the history before them.


def _enter(
    storage: Storage, log: object, files: tuple[DataFile, ...], articles: int, begin: datetime
) -> Snapshot:
    commits = articles // PER_COMMIT
    rows: dict[str, int] = {}
    for file in files:
        rows[file.table] = rows.get(file.table, 0) + file.rows
    kept = max(1, commits - KEPT_MANIFESTS + 1)
    summary = {"archive/archived": PER_COMMIT, "archive/articles_new": PER_COMMIT, "archived": PER_COMMIT}
    entries = (
        LogEntry(
            number, number - 1, "append", begin + _age((number - 1) * PER_COMMIT), f"run-{number - 1}",
            SCHEMA_VERSION, {name: count * number // commits for name, count in rows.items()},
            (f"{number:032x}",), summary,
        )
        for number in range(1, kept)
    )  # fmt: skip
    while portion := list(islice(entries, 1 << 16)):
        log.history.add(portion)
    head = None
    for number in range(kept, commits + 1):
        at = begin + _age((number - 1) * PER_COMMIT)
        told = (number, number - 1, "append", at, f"run-{number - 1}", SCHEMA_VERSION, files)
        head = Snapshot(*told, segments=(f"{number:032x}",), summary=summary)
        # `append` asks for the parent, which may be folded: only its files are compared
        log._remember(dataclasses.replace(head, id=number - 1))
        assert log.append(head)
    return head
