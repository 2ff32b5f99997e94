"""Lookup in the side file: stories that match words and filters, in an order, with counts of each filter."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import zstandard

from archive.viewer.search import story_columns
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
    SameEvent,
    StoryLine,
)
from archive.viewer.search.word_forms import expression, keys, snippet, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Bools = np.ndarray[Any, np.dtype[np.bool_]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]

DAY = 86_400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE = 500
_WEEKS = 28
"""Days that a list of outlets shows."""
_MOST_EVENTS = 50
_RANKED = 20_000
"""Texts that are put in the order of how well they match; of more, the latest come first."""


class Lookup:
    """The side file as it was when it was opened; columns that filter and sort are in memory."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read the digest. Raises sqlite3.DatabaseError where there is none."""
        self._sql = connection
        connection.execute("BEGIN")  # all of one moment
        state = dict(connection.execute("SELECT name, value FROM state").fetchall())
        self.snapshot = int(state.get("snapshot", -1))
        self._digest, self._story_of_doc = story_columns.read(connection)
        connection.execute("COMMIT")
        self.articles, self.read = self._digest.articles, int((self._story_of_doc >= 0).sum())
        self.has_compared = bool((~np.isnan(self._digest.omitted)).any())
        self.all_counts = self._counts({})

    # questions

    def ask(self, question: Question, page: int = 1, size: int = PAGE) -> Answer:
        """Find stories; `page` counts from 1."""
        groups, docs, rank = self._grouped(question)
        chosen = self._all(groups)
        found = np.flatnonzero(chosen)
        order = question.order if question.order in ORDERS else "time"
        if order == "match" and rank is None:
            order = "time"
        ordered = self._ordered(found, order, rank)
        start = (page - 1) * size
        shown = [int(x) for x in ordered[start : start + size]]
        return Answer(tuple(self.lines(shown, question, docs)), len(found), self._counts(groups), order)

    def _grouped(
        self, question: Question
    ) -> tuple[dict[str, Bools], Ints | None, Mapping[int, float] | None]:
        """Find the stories that each part of a question leaves, the texts that match, and how well."""
        groups: dict[str, Bools] = {}
        docs = rank = None
        if question.text.strip():
            docs, rank = self._matching(question)
            groups["text"] = np.zeros(len(self._digest.ids), np.bool_)
            if docs is not None:
                groups["text"][self._story_of_doc[docs]] = True
        return groups | self._filters(question), docs, rank

    def _all(self, groups: Mapping[str, Bools], but: str = "") -> Bools:
        whole = np.ones(len(self._digest.ids), np.bool_)
        for name, mask in groups.items():
            if name != but:
                whole &= mask
        return whole

    def _has(self, column: str, value: str) -> Bools:
        stories, codes = self._digest.values[column]
        names = self._digest.names[column]
        mask = np.zeros(len(self._digest.ids), np.bool_)
        if value in names:
            mask[stories[codes == names.index(value)]] = True
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
            groups["period"] = (self._digest.first >= start) & (self._digest.first < end)
        if question.story:
            mask = np.zeros(len(self._digest.ids), np.bool_)
            if (number := self._digest.number(question.story)) is not None:
                mask[number] = True
            groups["story"] = mask
        if question.author:
            rows = self._sql.execute(
                "SELECT DISTINCT story_id FROM article WHERE instr(char(10) || authors || char(10), ?)",
                (f"\n{question.author}\n",),
            )
            mask = np.zeros(len(self._digest.ids), np.bool_)
            mask[[place for (x,) in rows if (place := self._digest.number(x)) is not None]] = True
            groups["author"] = mask
        if question.section:
            groups["section"] = self._has("section", question.section)
        for flag in question.flags & set(FLAGS):
            groups[flag] = self._digest.flags[flag]
        if question.omitted is not None:
            groups["omitted"] = np.nan_to_num(self._digest.omitted, nan=-1) * 100 >= question.omitted
        return groups

    def _matching(self, question: Question) -> tuple[Ints | None, Mapping[int, float] | None]:
        """Find the texts that match, and how well their stories do if there are few: least is best."""
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
        docs = docs[docs < len(self._story_of_doc)]
        docs = docs[self._story_of_doc[docs] >= 0]
        if question.order != "match" or len(docs) > _RANKED:
            return docs, None
        rank: dict[int, float] = {}
        for doc, value in self._sql.execute(
            "SELECT rowid, bm25(text, 6.0, 1.0) FROM text WHERE text MATCH ?", (asked,)
        ):
            if doc < len(self._story_of_doc):
                story = int(self._story_of_doc[doc])
                rank[story] = min(value, rank.get(story, 0.0))
        return docs, rank

    def _keys_of(self) -> Callable[[str], frozenset[str]]:
        @lru_cache(64)
        def find(word: str) -> frozenset[str]:
            rows = self._sql.execute("SELECT DISTINCT key FROM word WHERE word = ?", (word,))
            return frozenset(x for (x,) in rows) or keys(word)

        return find

    def _ordered(self, found: Ints, order: str, rank: Mapping[int, float] | None) -> Ints:
        # the latest first, and those without a date at the end
        time = np.nan_to_num(self._digest.first[found], nan=-np.inf)
        values: dict[str, Callable[[], Any]] = {
            "time": lambda: time,
            "lag": lambda: self._digest.lag[found],
            "difference": lambda: np.nan_to_num(self._digest.omitted[found], nan=-1),
            "edits": lambda: self._digest.edits[found],
            "match": lambda: np.array([-(rank or {}).get(int(x), 0.0) for x in found]),
        }
        order_of = np.lexsort((-time, -values[order]()))
        if order in {"lag", "difference"}:
            # what does not seem to be one story has no delay and leaves nothing out: it stands apart
            apart = self._digest.flags["conflict"][found[order_of]]
            order_of = np.concatenate((order_of[~apart], order_of[apart]))
        chosen: Ints = found[order_of]
        return chosen

    def _counts(self, groups: Mapping[str, Bools]) -> dict[str, dict[str, int]]:
        whole = self._all(groups)
        counts: dict[str, dict[str, int]] = {}
        for column in ("outlet", "language", "section"):
            mask = self._all(groups, "outlet") if column == "outlet" else whole
            counts[column] = self._count_column(column, mask)
        counts["missing"] = {x: int((whole & ~self._has("language", x)).sum()) for x in COMPARED}
        counts["flag"] = {x: int((whole & mask).sum()) for x, mask in self._digest.flags.items()}
        but = np.nan_to_num(self._digest.omitted[self._all(groups, "omitted")], nan=-1) * 100
        counts["omitted"] = {str(x): int((but >= x).sum()) for x in OMITTED}
        return counts

    def _count_column(self, column: str, mask: Bools) -> dict[str, int]:
        """Count stories by the values of their articles, each story once a value; the most first."""
        names = self._digest.names[column]
        stories, codes = self._digest.values[column]
        counted = np.bincount(codes[mask[stories]], minlength=len(names))
        order = np.argsort(-counted, kind="stable")[:40]
        return {names[n]: int(counted[n]) for n in order if counted[n] and names[n]}

    # what happened lately to the stories of a question

    def with_former(self, question: Question) -> dict[str, str]:
        """Find the articles that have former versions, of the stories of a question; the story of each."""
        chosen = self._all(self._grouped(question)[0])
        rows = self._sql.execute(
            "SELECT DISTINCT former.id, story_id FROM former JOIN article ON article.id = former.id"
        )
        return {x: story for x, story in rows if (n := self._digest.number(story)) is not None and chosen[n]}

    def latest(
        self, question: Question, edited: Mapping[str, float], late: timedelta, now: datetime, most: int
    ) -> list[StoryLine]:
        """Find the stories to which something happened last: published, edited, or a language missing since.

        `edited`: the time of the last edit of stories, in seconds since 1970. An article without a date came
        when it was first seen.
        """
        last = np.nan_to_num(self._digest.first + self._digest.lag, nan=-np.inf)
        undated = self._sql.execute("SELECT story_id, first_seen FROM article WHERE published IS NULL")
        for story_id, at in (*undated, *edited.items()):
            if (n := self._digest.number(story_id)) is not None:
                last[n] = max(last[n], at)
        due = np.nan_to_num(self._digest.first, nan=np.inf) + late.total_seconds()
        is_due = due <= now.timestamp()
        for outlet, languages in self._expected.items():
            of_outlet = self._has("outlet", outlet) & is_due
            for language in languages:
                lacking = of_outlet & ~self._has("language", language)
                last[lacking] = np.maximum(last[lacking], due[lacking])
        found = np.flatnonzero(self._all(self._grouped(question)[0]))
        order = np.argsort(-last[found], kind="stable")[:most]
        return self.lines([int(x) for x in found[order]])

    @cached_property
    def _expected(self) -> dict[str, tuple[str, ...]]:
        """By outlet the languages of uk, en and ru that at least half of its stories have."""
        found = {}
        for outlet in self._digest.names["outlet"]:
            mine = self._has("outlet", outlet)
            half = mine.sum() / 2
            found[outlet] = tuple(x for x in COMPARED if (mine & self._has("language", x)).sum() >= half)
        return found

    def expected_languages(self, line: StoryLine) -> list[str]:
        """Name the languages that at least half of the stories of one of its outlets have."""
        return [x for x in COMPARED if any(x in self._expected.get(y.outlet, ()) for y in line.articles)]

    def first_seen(self, article_ids: Sequence[str]) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for n in range(0, len(article_ids), _AT_ONCE):
            part = article_ids[n : n + _AT_ONCE]
            marks = ", ".join("?" * len(part))
            rows = self._sql.execute(f"SELECT id, first_seen FROM article WHERE id IN ({marks})", [*part])
            found |= {x: moment(at) or _EPOCH for x, at in rows}
        return found

    # stories as a list shows them

    def lines(
        self, stories: Sequence[int], question: Question | None = None, docs: Ints | None = None
    ) -> list[StoryLine]:
        parts = (stories[n : n + _AT_ONCE] for n in range(0, len(stories), _AT_ONCE))
        return [line for part in parts for line in self._lines(part, question, docs)]

    def _lines(
        self, stories: Sequence[int], question: Question | None, docs: Ints | None
    ) -> Iterator[StoryLine]:
        ids = [self._digest.id(n) for n in stories]
        rows = self._sql.execute(
            "SELECT story_id, id, outlet, language, headline, url, published, last_seen, doc FROM article"
            f" WHERE story_id IN ({', '.join('?' * len(ids))})",
            ids,
        ).fetchall()
        snippets = self._snippets(question, {x[1]: x[8] for x in rows}, docs) if question else {}
        ids_of_articles = [x[1] for x in rows]
        gone = story_columns.gone_of(self._sql, ids_of_articles)
        edits = story_columns.edits_of(self._sql, ids_of_articles)
        of_story: dict[str, list[Listed]] = defaultdict(list)
        for story_id, article_id, outlet, language, headline, url, published, last_seen, _ in rows:
            of_story[story_id].append(
                Listed(
                    *(article_id, outlet, language, headline, url, moment(published)),
                    moment(last_seen) or _EPOCH,
                    int(edits.get(article_id, 0)),
                    moment(gone.get(article_id)),
                    snippets.get(article_id, ()),
                )
            )
        for n, story_id in zip(stories, ids, strict=True):
            if of_story[story_id]:
                yield self._line(n, of_story[story_id])

    def _line(self, n: int, articles: list[Listed]) -> StoryLine:
        late = datetime.max.replace(tzinfo=UTC)
        omitted = float(self._digest.omitted[n])
        return StoryLine(
            self._digest.id(n),
            tuple(sorted(articles, key=lambda x: (x.published or late, x.article_id))),
            None if np.isnan(omitted) else omitted,
            *(bool(self._digest.flags[x][n]) for x in ("conflict", "numbers", "quotes")),
        )

    def _snippets(
        self, question: Question, doc_of: Mapping[str, int | None], docs: Ints | None
    ) -> dict[str, tuple[tuple[str, bool], ...]]:
        if docs is None:
            return {}
        those = np.array([x or 0 for x in doc_of.values()], np.int64)
        found = set(those[np.isin(those, docs)].tolist())
        is_hit = self.is_hit(question.text)
        unpacker = zstandard.ZstdDecompressor()
        shown = {}
        for article_id, doc in doc_of.items():
            if doc in found:
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
        n = self._digest.number(story_id)
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
        return dict(sorted(self._digest.outlets.items()))

    def articles_of(self, article_ids: Sequence[str]) -> dict[str, tuple[str, Listed]]:
        """Find articles as a list shows them, each with the id of its story."""
        found = {}
        for n in range(0, len(article_ids), _AT_ONCE):
            part = list(article_ids[n : n + _AT_ONCE])
            for story_id, *row in self._sql.execute(
                "SELECT story_id, id, outlet, language, headline, url, published, last_seen FROM article"
                f" WHERE id IN ({', '.join('?' * len(part))})",
                part,
            ):
                article_id, outlet, language, headline, url, published, last_seen = row
                found[article_id] = (
                    story_id,
                    Listed(
                        *(article_id, outlet, language, headline, url, moment(published)),
                        moment(last_seen) or _EPOCH,
                        edits=0,
                        gone=None,
                    ),
                )
        return found

    def same_events(self, article_ids: Sequence[str]) -> list[SameEvent]:
        """Find what other outlets seem to report of the event of these articles, the likeliest first."""
        rows = self._sql.execute(
            "SELECT id, other, tier, probability, shared FROM event"
            f" WHERE id IN ({', '.join('?' * len(article_ids))}) ORDER BY seq",
            list(article_ids),
        )
        last = {(row[0], row[1]): row for row in rows if row[1] not in article_ids}
        likely: dict[str, tuple[float, str]] = {}
        for _, other, tier, probability, shared in last.values():
            if tier != "none" and probability > likely.get(other, (0.0, ""))[0]:
                likely[other] = (probability, shared)
        articles = self.articles_of(list(likely))
        of_story: dict[str, SameEvent] = {}
        for other, (probability, shared) in sorted(likely.items(), key=lambda x: (-x[1][0], x[0])):
            if other in articles:
                story_id, article = articles[other]
                of_story.setdefault(
                    story_id, SameEvent(story_id, article, probability, tuple(shared.split("\n")))
                )
        return list(of_story.values())[:_MOST_EVENTS]

    def weeks(self) -> dict[str, dict[str, list[int]]]:
        """Count what was archived and what failed on each of the last days of the archive, by outlet."""
        (last,) = self._sql.execute("SELECT max(day) FROM look").fetchone()
        rows = self._sql.execute(
            "SELECT outlet, outcome, day, sum(count) FROM look WHERE day > ?"
            " AND outcome IN ('archived', 'failed')"
            " GROUP BY outlet, outcome, day",
            ((last or 0) - _WEEKS,),
        )
        found: dict[str, dict[str, list[int]]] = {}
        for outlet, outcome, day, count in rows:
            of_outlet = found.setdefault(outlet, {x: [0] * _WEEKS for x in ("archived", "failed")})
            of_outlet[outcome][day - last - 1] = count
        return found

    def looks_of(self, outlet: str) -> int:
        """Count all looks at an outlet's addresses."""
        (count,) = self._sql.execute("SELECT sum(count) FROM look WHERE outlet = ?", (outlet,)).fetchone()
        return count or 0

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
