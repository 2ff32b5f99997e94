"""Lookup in the side file: stories that match words and filters, in an order, with counts of each filter."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import zstandard

from archive.viewer.search.answers import (
    COMPARED,
    FLAGS,
    OMITTED,
    ORDERS,
    PAGE,
    Answer,
    Listed,
    Place,
    Question,
    StoryLine,
)
from archive.viewer.search.word_forms import expression, keys, snippet, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Bools = np.ndarray[Any, np.dtype[np.bool_]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]

DAY = 86_400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANKED = 20_000
"""Texts that are put in the order of how well they match; of more, the latest come first."""


class Lookup:
    """The side file as it was when it was opened; columns that filter and sort are in memory."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection
        state = dict(connection.execute("SELECT name, value FROM state").fetchall())
        self.snapshot = int(state.get("snapshot", -1))
        self._load()

    def _load(self) -> None:
        fetched = self._sql.execute(
            "SELECT id, story_id, outlet, language, published, section, doc, version FROM article"
        ).fetchall()
        count = len(fetched)
        self._stories: dict[str, int] = {}
        codes: dict[str, dict[str, int]] = {"outlet": {}, "language": {}, "section": {}}
        self._article_of = {row[0]: n for n, row in enumerate(fetched)}
        self._story = np.fromiter(
            (self._stories.setdefault(row[1], len(self._stories)) for row in fetched), np.int64, count
        )
        self._codes = {
            name: np.fromiter(
                (known.setdefault(row[n] or "", len(known)) for row in fetched), np.int64, count
            )
            for n, (name, known) in enumerate(codes.items(), 2)
            if name != "section"
        }
        known = codes["section"]
        self._codes["section"] = np.fromiter(
            (known.setdefault(row[5] or "", len(known)) for row in fetched), np.int64, count
        )
        self._names = codes
        # each story once a value: what is counted and filtered by
        self._pairs = {
            name: np.divmod(np.unique(self._story * len(known) + self._codes[name]), max(len(known), 1))
            for name, known in codes.items()
        }
        published = np.fromiter((np.nan if row[4] is None else row[4] for row in fetched), np.float64, count)
        self._published = published
        docs = np.fromiter((row[6] or 0 for row in fetched), np.int64, count)
        self._of_doc = np.full(int(docs.max(initial=0)) + 1, -1, np.int64)
        self._of_doc[docs] = np.arange(count)
        self._of_doc[0] = -1
        self.articles, self.read = count, int((docs > 0).sum())
        self._load_stories()

    def _load_stories(self) -> None:
        size = len(self._stories)
        ids = list(self._stories)
        self._ids = ids
        first = np.full(size, np.inf)
        last = np.full(size, -np.inf)
        dated = ~np.isnan(self._published)
        np.minimum.at(first, self._story[dated], self._published[dated])
        np.maximum.at(last, self._story[dated], self._published[dated])
        self._first = np.where(np.isinf(first), np.nan, first)
        self._lag = np.where(np.isinf(last), 0.0, last - np.where(np.isinf(first), 0.0, first))
        self._omitted = np.full(size, np.nan)
        for story_id, omitted in self._sql.execute("SELECT id, omitted FROM story WHERE omitted IS NOT NULL"):
            if (n := self._stories.get(story_id)) is not None:
                self._omitted[n] = omitted
        self._edits = np.zeros(size, np.int64)
        for article_id, edits in self._edited():
            if (n := self._article_of.get(article_id)) is not None:
                self._edits[self._story[n]] += edits
        self._flags = {name: np.zeros(size, np.bool_) for name in FLAGS}
        self._flags["edited"] = self._edits > 0
        for kind, found in self._sql.execute("SELECT DISTINCT kind, id FROM flag WHERE kind != 'gone'"):
            n = self._stories.get(found)
            if n is None and (article := self._article_of.get(found)) is not None:
                n = int(self._story[article])
            if n is not None and kind in self._flags:
                self._flags[kind][n] = True
        self._gone = self._find_gone()
        for article_id in self._gone:
            self._flags["gone"][self._story[self._article_of[article_id]]] = True
        self.has_compared = bool((~np.isnan(self._omitted)).any())
        # what is not one story has no omissions
        self._omitted[self._flags["conflict"]] = np.nan
        self.all_counts = self._counts({})

    def _edited(self) -> Iterable[tuple[str, int]]:
        """Count the edits of each article that has a former version: a page instead of its feed is none."""
        rows = self._sql.execute(
            "SELECT id, version, from_feed FROM former UNION ALL SELECT id, version, from_feed FROM article"
            " WHERE id IN (SELECT id FROM former) ORDER BY id, version"
        )
        before: tuple[str, bool] | None = None
        counted: dict[str, int] = defaultdict(int)
        for article_id, _, from_feed in rows:
            if before is not None and before == (article_id, from_feed):
                counted[article_id] += 1
            before = (article_id, from_feed)
        self._edits_of = dict(counted)
        return self._edits_of.items()

    def _find_gone(self) -> dict[str, float]:
        """Find the articles that are gone, and since when: a later look that found one takes it back."""
        return dict(
            self._sql.execute(
                "SELECT article.id, min(flag.at) FROM flag JOIN article ON article.id = flag.id"
                " WHERE kind = 'gone' AND flag.at > article.last_seen GROUP BY article.id"
            ).fetchall()
        )

    # questions

    def ask(self, question: Question, page: int = 1, size: int = PAGE) -> Answer:
        """Find stories; `page` counts from 1."""
        size_all = len(self._ids)
        groups: dict[str, Bools] = {}
        hits = rank = None
        if question.text.strip():
            hits, rank = self._matching(question)
            groups["text"] = np.zeros(size_all, np.bool_)
            if hits is not None:
                groups["text"][self._story[hits]] = True
        groups |= self._filters(question)
        chosen = self._all(groups)
        found = np.flatnonzero(chosen)
        order = question.order if question.order in ORDERS else "time"
        if order == "match" and rank is None:
            order = "time"
        ordered = self._ordered(found, order, rank)
        start = (page - 1) * size
        shown = [int(x) for x in ordered[start : start + size]]
        return Answer(tuple(self.lines(shown, question, hits)), len(found), self._counts(groups), order)

    def _all(self, groups: Mapping[str, Bools], but: str = "") -> Bools:
        whole = np.ones(len(self._ids), np.bool_)
        for name, mask in groups.items():
            if name != but:
                whole &= mask
        return whole

    def _has(self, column: str, value: str) -> Bools:
        stories, codes = self._pairs[column]
        mask = np.zeros(len(self._ids), np.bool_)
        mask[stories[codes == self._names[column].get(value, -1)]] = True
        return mask

    def _filters(self, question: Question) -> dict[str, Bools]:
        groups: dict[str, Bools] = {}
        if question.outlets:
            groups["outlet"] = np.logical_or.reduce([self._has("outlet", x) for x in question.outlets])
        for n, language in enumerate(question.languages):
            groups[f"language {n}"] = self._has("language", language)
        for n, language in enumerate(question.missing):
            groups[f"missing {n}"] = ~self._has("language", language)
        if question.since or question.until:
            start = _day(question.since) if question.since else -np.inf
            end = _day(question.until) + DAY if question.until else np.inf
            groups["period"] = (self._first >= start) & (self._first < end)
        if question.story:
            mask = np.zeros(len(self._ids), np.bool_)
            if question.story in self._stories:
                mask[self._stories[question.story]] = True
            groups["story"] = mask
        if question.author:
            rows = self._sql.execute(
                "SELECT DISTINCT story_id FROM article WHERE instr(char(10) || authors || char(10), ?)",
                (f"\n{question.author}\n",),
            )
            mask = np.zeros(len(self._ids), np.bool_)
            mask[[self._stories[x] for (x,) in rows if x in self._stories]] = True
            groups["author"] = mask
        if question.section:
            groups["section"] = self._has("section", question.section)
        for flag in question.flags & set(FLAGS):
            groups[flag] = self._flags[flag]
        if question.omitted is not None:
            groups["omitted"] = np.nan_to_num(self._omitted, nan=-1) * 100 >= question.omitted
        return groups

    def _matching(self, question: Question) -> tuple[Ints | None, Mapping[int, float] | None]:
        """Find the articles whose text matches, and how well unless they are too many: less is better."""
        asked = expression(terms(question.text), self._keys_of())
        if asked is None:
            return None, None
        try:
            docs = np.fromiter(
                (x[0] for x in self._sql.execute("SELECT rowid FROM text WHERE text MATCH ?", (asked,))),
                np.int64,
            )
        except sqlite3.OperationalError:  # a question that FTS5 has no room for
            return None, None
        docs = docs[docs < len(self._of_doc)]
        hits = self._of_doc[docs]
        hits = hits[hits >= 0]
        if question.order != "match" or len(docs) > _RANKED:
            return hits, None
        rank: dict[int, float] = {}
        for doc, value in self._sql.execute(
            "SELECT rowid, bm25(text, 6.0, 1.0) FROM text WHERE text MATCH ?", (asked,)
        ):
            if doc < len(self._of_doc) and (article := int(self._of_doc[doc])) >= 0:
                story = int(self._story[article])
                rank[story] = min(value, rank.get(story, 0.0))
        return hits, rank

    def _keys_of(self) -> Callable[[str], frozenset[str]]:
        @lru_cache(64)
        def find(word: str) -> frozenset[str]:
            rows = self._sql.execute("SELECT DISTINCT key FROM word WHERE word = ?", (word,))
            return frozenset(x for (x,) in rows) or keys(word)

        return find

    def _ordered(self, found: Ints, order: str, rank: Mapping[int, float] | None) -> Ints:
        # the latest first, and those without a date at the end
        time = np.nan_to_num(self._first[found], nan=-np.inf)
        values: dict[str, Callable[[], Any]] = {
            "time": lambda: time,
            "lag": lambda: self._lag[found],
            "difference": lambda: np.nan_to_num(self._omitted[found], nan=-1),
            "edits": lambda: self._edits[found],
            "match": lambda: np.array([-(rank or {}).get(int(x), 0.0) for x in found]),
        }
        order_of = np.lexsort((-time, -values[order]()))
        chosen: Ints = found[order_of]
        return chosen

    def _counts(self, groups: Mapping[str, Bools]) -> dict[str, dict[str, int]]:
        whole = self._all(groups)
        counts: dict[str, dict[str, int]] = {}
        for column in ("outlet", "language", "section"):
            mask = self._all(groups, "outlet") if column == "outlet" else whole
            counts[column] = self._count_column(column, mask)
        counts["missing"] = {x: int((whole & ~self._has("language", x)).sum()) for x in COMPARED}
        counts["flag"] = {x: int((whole & mask).sum()) for x, mask in self._flags.items()}
        but = np.nan_to_num(self._omitted[self._all(groups, "omitted")], nan=-1) * 100
        counts["omitted"] = {str(x): int((but >= x).sum()) for x in OMITTED}
        return counts

    def _count_column(self, column: str, mask: Bools) -> dict[str, int]:
        """Count stories by the values of their articles, each story once a value; the most first."""
        names = list(self._names[column])
        stories, codes = self._pairs[column]
        counted = np.bincount(codes[mask[stories]], minlength=len(names))
        order = np.argsort(-counted, kind="stable")[:40]
        return {names[n]: int(counted[n]) for n in order if counted[n] and names[n]}

    # stories as a list shows them

    def lines(
        self, stories: Sequence[int], question: Question | None = None, hits: Ints | None = None
    ) -> list[StoryLine]:
        ids = [self._ids[n] for n in stories]
        rows = self._sql.execute(
            "SELECT story_id, id, outlet, language, headline, url, published, last_seen, doc FROM article"
            f" WHERE story_id IN ({', '.join('?' * len(ids))})",
            ids,
        ).fetchall()
        snippets = self._snippets(question, {x[1]: x[8] for x in rows}, hits) if question else {}
        of_story: dict[str, list[Listed]] = defaultdict(list)
        for story_id, article_id, outlet, language, headline, url, published, last_seen, _ in rows:
            gone = self._gone.get(article_id)
            of_story[story_id].append(
                Listed(
                    *(article_id, outlet, language, headline, url, moment(published)),
                    moment(last_seen) or _EPOCH,
                    self._edits_of.get(article_id, 0),
                    moment(gone),
                    snippets.get(article_id, ()),
                )
            )
        return [self._line(n, of_story[self._ids[n]]) for n in stories if of_story[self._ids[n]]]

    def _line(self, n: int, articles: list[Listed]) -> StoryLine:
        late = datetime.max.replace(tzinfo=UTC)
        omitted = float(self._omitted[n])
        return StoryLine(
            self._ids[n],
            tuple(sorted(articles, key=lambda x: (x.published or late, x.article_id))),
            None if np.isnan(omitted) else omitted,
            *(bool(self._flags[x][n]) for x in ("conflict", "numbers", "quotes")),
        )

    def _snippets(
        self, question: Question, docs: Mapping[str, int | None], hits: Ints | None
    ) -> dict[str, tuple[tuple[str, bool], ...]]:
        if hits is None:
            return {}
        found = set(hits.tolist())
        is_hit = self.is_hit(question.text)
        unpacker = zstandard.ZstdDecompressor()
        shown = {}
        for article_id, doc in docs.items():
            if doc and self._article_of.get(article_id) in found:
                row = self._sql.execute("SELECT text FROM doc WHERE no = ?", (doc,)).fetchone()
                if row:
                    text = unpacker.decompress(row[0], max_output_size=4 << 20).decode()
                    headline, _, body = text.partition("\n")
                    shown[article_id] = snippet(body, is_hit) or snippet(headline, is_hit)
        return shown

    def is_hit(self, text: str) -> Callable[[str], bool]:
        """Make a test for the words of a text that a question asks for, in any of their forms."""
        asked = [x for x in terms(text) if not x.is_excluded]
        keys_of = self._keys_of()
        whole = [x for term in asked for x in (term.words[:-1] if term.is_prefix else term.words)]
        wanted = {key for word in whole for key in keys_of(word)}
        forms = {
            word
            for key in wanted
            for (word,) in self._sql.execute("SELECT word FROM word WHERE key = ? LIMIT 2000", (key,))
        } | set(whole)
        starts = tuple(x.words[-1] for x in asked if x.is_prefix)
        return lambda word: word in forms or (bool(starts) and word.startswith(starts))

    # one story, one article, one outlet

    def story_of(self, article_id: str) -> str | None:
        row = self._sql.execute("SELECT story_id FROM article WHERE id = ?", (article_id,)).fetchone()
        return row[0] if row else None

    def starting_with(self, start: str, most: int = 2) -> list[str]:
        """Find the ids of articles that begin so."""
        rows = self._sql.execute(
            "SELECT id FROM article WHERE id >= ? AND id < ? LIMIT ?", (start, f"{start}g", most)
        )
        return [x for (x,) in rows]

    def line(self, story_id: str) -> StoryLine | None:
        n = self._stories.get(story_id)
        return next(iter(self.lines([n])), None) if n is not None else None

    def places(self, article_ids: Sequence[str]) -> list[Place]:
        """Find where all versions of these articles lie."""
        marks = ", ".join("?" * len(article_ids))
        rows = self._sql.execute(
            f"SELECT 'articles', name, part FROM article JOIN file ON file.no = file WHERE id IN ({marks})"
            f" UNION SELECT 'superseded', name, part FROM former JOIN file ON file.no = file"
            f" WHERE id IN ({marks})",
            [*article_ids, *article_ids],
        )
        return [Place(*row) for row in rows]

    def outlets(self) -> dict[str, int]:
        """Count the articles of each outlet."""
        counted = np.bincount(self._codes["outlet"], minlength=len(self._names["outlet"]))
        return {name: int(counted[n]) for name, n in sorted(self._names["outlet"].items())}

    def looks(self, outlet: str, days: int) -> list[tuple[date, str, str, int]]:
        """Count what became of an outlet's addresses, by day, outcome and reason, over its last days."""
        (last,) = self._sql.execute("SELECT max(day) FROM look WHERE outlet = ?", (outlet,)).fetchone()
        if last is None:
            return []
        rows = self._sql.execute(
            "SELECT day, outcome, reason, sum(count) FROM look WHERE outlet = ? AND day > ?"
            " GROUP BY day, outcome, reason ORDER BY day",
            (outlet, last - days),
        )
        return [
            (date(1970, 1, 1) + timedelta(days=day), outcome, reason, count)
            for day, outcome, reason, count in rows
            if 0 <= day < 100_000
        ]

    def close(self) -> None:
        self._sql.close()


def moment(seconds: float | None) -> datetime | None:
    """Convert seconds since 1970; what no calendar has is no date."""
    try:
        return None if seconds is None else _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _day(day: date) -> float:
    return (day - date(1970, 1, 1)).days * DAY
