"""Rows of the side file as pages show them: stories of a list, articles, where they lie, days of outlets."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, starmap
from typing import Any

import numpy as np

from archive.format.languages import display_order
from archive.format.marks import CONTRADICTIONS
from archive.viewer.search.answers import (
    ArticleLine,
    Contradicted,
    LoneQuote,
    OmittedShare,
    Place,
    SameEvent,
    StoryLine,
)
from archive.viewer.search.file_keys import key_of, keys_of_spellings
from archive.viewer.search.story_columns import Digest

Snippet = tuple[tuple[str, bool], ...]
"""What stands around the words of the question."""
SnippetsOf = Callable[[Mapping[str, int | None]], Mapping[str, Snippet]]
"""Of articles, by the numbers of their texts."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE = 500
_MOST_EVENTS = 50
_MOST_MARKS = 5
"""Marks of a kind that a list shows of a story."""
_AMONG = "(SELECT value FROM json_each(?))"
_WEEKS = 28
"""Days that a list of outlets shows."""


class RowReader:
    """Reads rows by the ids of stories and articles."""

    def __init__(self, connection: sqlite3.Connection, digest: Digest) -> None:
        self._sql = connection
        self._digest = digest

    def lines(self, stories: Sequence[int], snippets_of: SnippetsOf | None = None) -> Iterator[StoryLine]:
        """Read stories by their numbers; `snippets_of` makes those of articles by their texts."""
        for n in range(0, len(stories), _AT_ONCE):
            yield from self._lines(stories[n : n + _AT_ONCE], snippets_of)

    def _lines(self, stories: Sequence[int], snippets_of: SnippetsOf | None) -> Iterator[StoryLine]:
        ids = [self._digest.id(n) for n in stories]
        rows = self._articles("story_id", ids)
        snippets = snippets_of({x[2]: x[1] for x in rows}) if snippets_of else {}
        of_story: dict[str, list[ArticleLine]] = defaultdict(list)
        for story_id, _, *row in rows:
            of_story[story_id].append(_article_line(row, snippets.get(row[0], ())))
        contradicted = self._contradicted(ids)
        left_out, quotes = self._left_out(ids), self._quotes(ids)
        for n, story_id in zip(stories, ids, strict=True):
            if of_story[story_id]:
                line = self._line(n, of_story[story_id], contradicted)
                if story_id in quotes:
                    line = replace(line, quotes=tuple(quotes[story_id]))
                yield line if line.omitted is None else replace(line, left_out=left_out.get(story_id))

    def _articles(self, column: str, ids: Sequence[str]) -> list[tuple[Any, ...]]:
        """Read the story, the number of the text, and the columns of `_article_line` of some articles.

        A later visit that found an article cancels that it was gone.
        """
        query = (
            "SELECT story_id, doc, id, outlet, language, headline, url, published, first_seen, last_seen,"
            " (SELECT count(*) FROM edit WHERE edit.id = article.id), (SELECT min(at) FROM flag"
            " WHERE flag.id = article.id AND kind = 'gone' AND at > article.last_seen)"
            f" FROM article WHERE {column} IN {_AMONG}"
        )
        return self._sql.execute(query, (json.dumps(ids),)).fetchall()

    def _left_out(self, story_ids: Sequence[str]) -> dict[str, OmittedShare]:
        """Read of each story how much of a text is in no other: where most surely is, or else perhaps."""
        sides = " UNION ALL ".join(
            f"SELECT compared.story_id, x.language, y.language,"
            f" sum(alone_{x}) * 1.0 / sum(whole_{x}) AS share,"
            f" sum(perhaps_{x}) * 1.0 / sum(whole_{x}) AS doubtful FROM compared"
            f" JOIN article AS x ON x.id = {x} JOIN article AS y ON y.id = {y}"
            f" WHERE compared.story_id IN {_AMONG}"
            f" GROUP BY compared.story_id, a, b HAVING sum(whole_{x}) > 0"
            for x, y in ("ab", "ba")
        )
        left_out = {}
        rows = self._sql.execute(f"{sides} ORDER BY share, doubtful, 2, 3", [json.dumps(story_ids)] * 2)
        for story_id, *values in rows:
            if values[2] or values[3]:
                left_out[story_id] = OmittedShare(*values)
        return left_out

    def _contradicted(self, story_ids: Sequence[str]) -> dict[tuple[str, str], list[Contradicted]]:
        """Read what contradicts each other in stories, the surest of each kind first, doubtful ones last."""
        rows = self._sql.execute(
            "SELECT DISTINCT kind, story_id, language_a, a, language_b, b, counted, confidence, doubtful"
            f" FROM mark WHERE story_id IN {_AMONG} ORDER BY doubtful, confidence DESC, a, b",
            (json.dumps(story_ids),),
        )
        of_story: dict[tuple[str, str], list[Contradicted]] = defaultdict(list)
        for kind, story_id, language_a, a, language_b, b, counted, confidence, doubtful in rows:
            sides = sorted(((language_a, a), (language_b, b)), key=lambda side: display_order(side[0]))
            languages, texts = zip(*sides, strict=True)
            if len(of_story[kind, story_id]) < _MOST_MARKS:
                mark = Contradicted(languages, texts, counted, confidence, bool(doubtful))
                of_story[kind, story_id].append(mark)
        return of_story

    def _quotes(self, story_ids: Sequence[str]) -> dict[str, list[LoneQuote]]:
        """Read the quotations that only one language of a story has, doubtful ones last."""
        rows = self._sql.execute(
            "SELECT DISTINCT story_id, language, missing_in, text, speaker, doubtful FROM quote"
            f" WHERE story_id IN {_AMONG} ORDER BY doubtful, speaker IS NULL, language, text",
            (json.dumps(story_ids),),
        )
        of_story: dict[str, list[LoneQuote]] = defaultdict(list)
        for story_id, language, missing_in, text, speaker, doubtful in rows:
            if len(of_story[story_id]) < _MOST_MARKS:
                quote = LoneQuote(language, missing_in, text, speaker, bool(doubtful))
                of_story[story_id].append(quote)
        return of_story

    def _line(
        self, n: int, articles: list[ArticleLine], contradicted: dict[tuple[str, str], list[Contradicted]]
    ) -> StoryLine:
        late = datetime.max.replace(tzinfo=UTC)
        omitted, story_id = float(self._digest.omitted[n]), self._digest.id(n)
        return StoryLine(
            story_id,
            tuple(sorted(articles, key=lambda x: (x.published or late, x.article_id))),
            None if np.isnan(omitted) else omitted,
            bool(self._digest.flags["conflict"][n]),
            contradictions={
                kind: tuple(marks) for kind in CONTRADICTIONS if (marks := contradicted.get((kind, story_id)))
            },
        )

    def story_of(self, article_id: str) -> str | None:
        row = self._sql.execute("SELECT story_id FROM article WHERE id = ?", (article_id,)).fetchone()
        return row[0] if row else None

    def starting_with(self, start: str, most: int = 2) -> list[str]:
        """Find the ids of articles that begin so."""
        rows = self._sql.execute(
            "SELECT id FROM article WHERE id >= ? AND id < ? LIMIT ?", (start, f"{start}g", most)
        )
        return [x for (x,) in rows]

    def places(self, article_ids: Sequence[str]) -> list[Place]:
        """Find where all versions of these articles lie."""
        rows = self._sql.execute(
            f"SELECT name, part FROM article JOIN file ON file.no = file WHERE id IN {_AMONG}"
            f" UNION SELECT name, part FROM former JOIN file ON file.no = file"
            f" WHERE id IN {_AMONG}",
            [json.dumps(article_ids)] * 2,
        )
        return list(starmap(Place, rows))

    def files(self, article_ids: Sequence[str], story_id: str = "", url: str = "") -> set[str]:
        """Name the data files that may have rows of these articles, of a story, or of an address."""
        keys = set(map(key_of, filter(None, (*article_ids, story_id))))
        if url:
            keys |= keys_of_spellings(url)
        query = f"SELECT DISTINCT name FROM place JOIN file ON file.no = file WHERE key IN {_AMONG}"
        names = set(chain.from_iterable(self._sql.execute(query, (json.dumps(list(keys)),))))
        for place in self.places(article_ids):
            names.add(place.file)
        return names

    def same_events(self, article_ids: Sequence[str]) -> list[SameEvent]:
        """Find what other outlets seem to report of the event of these articles, the likeliest first."""
        rows = self._sql.execute(
            f"SELECT id, other, tier, probability, shared FROM event WHERE id IN {_AMONG} ORDER BY seq",
            (json.dumps(article_ids),),
        )
        last = {(row[0], row[1]): row for row in rows if row[1] not in article_ids}
        likely: dict[str, tuple[float, str]] = {}
        for _, other_id, tier, probability, shared in last.values():
            if tier != "none" and probability > likely.get(other_id, (0.0, ""))[0]:
                likely[other_id] = (probability, shared)
        articles = {row[2]: row for row in self._articles("id", list(likely))}
        of_story: dict[str, SameEvent] = {}
        for other_id, (probability, shared) in sorted(likely.items(), key=lambda x: (-x[1][0], x[0])):
            if other_id in articles:
                story_id, _, *row = articles[other_id]
                event = SameEvent(story_id, _article_line(row), probability, tuple(shared.split("\n")))
                of_story.setdefault(story_id, event)
        return list(of_story.values())[:_MOST_EVENTS]


def _article_line(row: Sequence[Any], snippet: Snippet = ()) -> ArticleLine:
    article_id, outlet, language, headline, url, published, first, last, edits, gone = row
    times = moment(published), moment(first) or _EPOCH, moment(last) or _EPOCH
    return ArticleLine(*(article_id, outlet, language, headline, url, *times), edits, moment(gone), snippet)


MISSED = "expectation-missed"
"""Reason of a row that is of no visit: nobody asked the outlet's home for it."""


class OutletDays:
    """Counts how the visits at the addresses of an outlet ended, day by day."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def weeks(self) -> dict[str, dict[str, list[int]]]:
        """Count what was archived and what failed on each of the last days of the archive, by outlet."""
        (last,) = self._sql.execute("SELECT max(day) FROM look WHERE reason != ?", (MISSED,)).fetchone()
        rows = self._sql.execute(
            "SELECT outlet, outcome, day, sum(count) FROM look WHERE day > ?"
            " AND outcome IN ('archived', 'failed') AND reason != ?"
            " GROUP BY outlet, outcome, day",
            ((last or 0) - _WEEKS, MISSED),
        )
        weeks: dict[str, dict[str, list[int]]] = {}
        for outlet, outcome, day, count in rows:
            of_outlet = weeks.setdefault(outlet, {x: [0] * _WEEKS for x in ("archived", "failed")})
            of_outlet[outcome][day - last - 1] = count
        return weeks

    def visits_of(self, outlet: str) -> int:
        """Count all visits at an outlet's addresses."""
        query = "SELECT sum(count) FROM look WHERE outlet = ? AND reason != ?"
        (count,) = self._sql.execute(query, (outlet, MISSED)).fetchone()
        return count or 0

    def files(self, outlet: str, most: int, reason: str | None = None) -> set[str]:
        """Name the files with the latest rows of an outlet, at least so many; `reason`: with those for it."""
        files: set[str] = set()
        count, last = 0, None
        rows = self._sql.execute(
            "SELECT day, name, count FROM look JOIN file ON no = file"
            " WHERE outlet = ? AND reason = coalesce(?, reason) ORDER BY day DESC",
            (outlet, reason),
        )
        for day, name, count_of_file in rows:
            if count >= most and day != last:
                break
            files.add(name)
            count, last = count + count_of_file, day
        return files

    def visits(self, outlet: str, days: int) -> list[tuple[date, str, str, int]]:
        """Count what became of an outlet's addresses, by day, outcome and reason, over its last days."""
        of_visits = "outlet = ? AND reason != ?"
        query = f"SELECT max(day) FROM look WHERE {of_visits}"
        (last,) = self._sql.execute(query, (outlet, MISSED)).fetchone()
        if last is None:
            return []
        rows = self._sql.execute(
            f"SELECT day, outcome, reason, sum(count) FROM look WHERE {of_visits} AND day > ?"
            " GROUP BY day, outcome, reason ORDER BY day",
            (outlet, MISSED, last - days),
        )
        return [
            (date(1970, 1, 1) + timedelta(days=day), outcome, reason, count)
            for day, outcome, reason, count in rows
            if 0 <= day < 100_000
        ]


def moment(seconds: float | None) -> datetime | None:
    """Convert seconds since 1970; what no calendar has is no date."""
    try:
        return None if seconds is None else _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
