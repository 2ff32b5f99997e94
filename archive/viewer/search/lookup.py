"""Lookup in the side file: stories that match words and filters, in an order, with counts of each filter."""

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from archive.exceptions import UnknownValue
from archive.format.marks import CONTRADICTIONS
from archive.read.values import unknown
from archive.viewer.search import side_file, story_columns
from archive.viewer.search.answers import (
    COMPARED,
    EPOCH,
    FLAGS,
    OMITTED,
    ORDERS,
    PAGE,
    Answer,
    Bools,
    ChangeEvent,
    DayCounts,
    Floats,
    Ints,
    Longs,
    Question,
    StoryLine,
)
from archive.viewer.search.change_log import ChangeLog
from archive.viewer.search.matched_texts import MatchedTexts
from archive.viewer.search.row_reader import OutletDays, RowReader
from archive.viewer.search.story_columns import Digest

DAY = 86_400.0
CALENDAR = ((date.min - EPOCH).days, (date.max - EPOCH).days)
"""First and last day that a date can be."""
_MOST_MASKS = 8
"""Values of filters whose stories are in memory: each list counts languages."""
_RANKED = 20_000
"""Texts that are put in the order of how well they match; of more, the latest come first."""


class _Cells(NamedTuple):
    """Days on which articles were published."""

    tracks: list[tuple[str, str, Longs, Longs]]
    """Outlet, language, its days, and the number of each as a text has it."""
    size: int


class Lookup:
    """The side file as it was when it was opened; columns that filter and sort are in memory."""

    _digest: Digest

    def __init__(self, connection: sqlite3.Connection, before: "Lookup | None" = None) -> None:
        """Read the digest, or take it from the lookup `before`. Raises sqlite3.DatabaseError without one."""
        with ExitStack() as opened:  # what is no lookup leaves nothing open
            opened.callback(connection.close)
            connection.execute("BEGIN")  # all of one moment
            state = dict(connection.execute("SELECT name, value FROM state").fetchall())
            self.snapshot = int(state.get("snapshot", -1))
            self._digest, docs = story_columns.read(connection, before._digest if before else None)
            connection.execute("COMMIT")
            self._story_of_doc, self._cell_of_doc = map(np.ascontiguousarray, docs.T)
            self._sql = connection
            self._texts = MatchedTexts(connection, self._story_of_doc)
            opened.callback(self._texts.close)
            self.rows = RowReader(connection, self._digest)
            self.days = OutletDays(connection)
            self.articles, self.read = self._digest.articles, self._texts.read
            self.has_compared = bool((~np.isnan(self._digest.omitted)).any())
            self._has = lru_cache(_MOST_MASKS)(self._stories_with)
            self.all_counts = self._counts({})
            self.changed_words: dict[str, str] = {}
            """Words that edits removed and added, by the id of the alert: those that feeds have told."""
            opened.pop_all()

    # questions

    def check(self, question: Question) -> None:
        """Raise UnknownValue where no article has an outlet, a language, an author or a section of it.

        And where its last day is before its first.
        """
        since, until = question.since, question.until
        if since and until and since > until:
            raise UnknownValue(f"No day is from {since} on and until {until}.", "until", str(until), None)
        chosen = {
            "outlet": question.outlets,
            "language": (*question.languages, *question.missing),
            "author": (question.author,),
            "section": (question.section,),
        }
        for column, values in chosen.items():
            existing = sorted(self.names(column)) if any(values) else []
            always = COMPARED if column == "language" else ()
            for value in values:
                if value and value not in existing and value not in always:
                    raise unknown(column, value, existing, "article")

    def ask(self, question: Question, page: int = 1, size: int = PAGE) -> Answer:
        """Find stories; `page` counts from 1."""
        groups, docs = self._grouped(question)
        ordered, order = self._stories_in_order(question, groups, docs)
        start = (page - 1) * size
        lines = tuple(self._lines(ordered[start : start + size], question, docs))
        return Answer(lines, len(ordered), self._counts(groups) if groups else self.all_counts, order)

    def why_none(self, question: Question) -> str:
        """Name the sentence of the interface that says why a question may find nothing."""
        if not self.articles:
            return "empty_archive"
        comparisons = question.flags & {*CONTRADICTIONS, "quotes"}
        if (comparisons or question.omitted is not None) and not self.has_compared:
            return "not_compared_hint"
        for flag in sorted(comparisons):
            if not self.all_counts["flag"][flag]:
                return f"none_{flag}"
        return "none_found"

    def all_lines(self, question: Question) -> Iterator[StoryLine]:
        """Read all stories that a question finds, a part at a time; this lookup may be closed meanwhile."""
        groups, docs = self._grouped(question)
        numbers = self._stories_in_order(question, groups, docs)[0].tolist()
        return _read_apart(side_file.path_of(self._sql), self._digest, numbers)

    def over_time(self, question: Question) -> list[DayCounts]:
        """Count the articles of a question, and all that have been read, by outlet, language and day.

        Of a question with words those whose own text has them; without, all of its stories.
        """
        groups, docs = self._grouped(question)
        dated = np.flatnonzero((self._story_of_doc >= 0) & (self._cell_of_doc >= 0))
        matching = dated if docs is None else docs[self._cell_of_doc[docs] >= 0]
        matching = matching[self._all(groups)[self._story_of_doc[matching]]]
        counts = np.bincount(self._cell_of_doc[matching], minlength=self._cells.size)
        all_counts = np.bincount(self._cell_of_doc[dated], minlength=self._cells.size)
        tracks = []
        for outlet, language, days, cells in self._cells.tracks:
            is_read = all_counts[cells] > 0
            read = cells[is_read]
            if len(read):
                tracks.append(DayCounts(outlet, language, days[is_read], counts[read], all_counts[read]))
        return tracks

    def terms_over_time(self, question: Question, terms: Mapping[str, str]) -> list[DayCounts]:
        """Count the articles of a question whose own text has the term of their language, and all of them.

        `terms`: by language.
        """
        all_tracks = self.over_time(question)
        tracks = []
        for language, term in terms.items():
            with_term = self.over_time(replace(question, text=f"{question.text} {term}".strip()))
            for track, matching in zip(all_tracks, with_term, strict=True):
                is_chosen = not question.outlets or track.outlet in question.outlets
                if is_chosen and track.language == language and track.articles.any():
                    has_any = track.articles > 0
                    counts = matching.articles[has_any], track.articles[has_any]
                    tracks.append(DayCounts(track.outlet, language, track.days[has_any], *counts))
        return tracks

    @cached_property
    def _cells(self) -> _Cells:
        tracks: list[tuple[str, str, Longs, Longs]] = []
        size = 0
        query = (
            "SELECT outlet, language, group_concat(day), group_concat(no) FROM cell"
            " WHERE day BETWEEN ? AND ? GROUP BY outlet, language ORDER BY outlet, language"
        )
        for outlet, language, days_of_track, cells_of_track in self._sql.execute(query, CALENDAR):
            days = np.fromstring(days_of_track, np.int64, sep=",")
            cells = np.fromstring(cells_of_track, np.int64, sep=",")
            order = np.argsort(days)
            tracks.append((outlet, language, days[order], cells[order]))
            size = max(size, int(cells.max()) + 1)
        return _Cells(tracks, size)

    def _stories_in_order(
        self, question: Question, groups: Mapping[str, Bools], docs: Longs | None
    ) -> tuple[Ints, str]:
        """Put the stories that are left into their order; the order as it could be had."""
        order = question.order if question.order in ORDERS else "time"
        rank = None
        if order == "match":
            if docs is None or len(docs) > _RANKED:
                order = "time"
            else:
                rank = self._ranks(question.text)
        return self._ordered(self._all(groups), order, rank), order

    def _lines(
        self, stories: Ints, question: Question | None = None, docs: Longs | None = None
    ) -> Iterator[StoryLine]:
        numbers = stories.tolist()
        if question is None or docs is None:
            return self.rows.lines(numbers)
        return self.rows.lines(numbers, lambda doc_of: self._texts.snippets(question.text, doc_of, docs))

    def _grouped(self, question: Question) -> tuple[dict[str, Bools], Longs | None]:
        """Find the stories that each part of a question leaves, and the texts that match."""
        groups: dict[str, Bools] = {}
        docs = None
        if question.text.strip():
            docs = self._texts.matching(question.text)
            groups["text"] = np.zeros(len(self._digest.ids), np.bool_)
            if docs is not None:
                groups["text"][self._story_of_doc[docs]] = True
        return groups | self._filters(question), docs

    def _all(self, groups: Mapping[str, Bools], but: str = "") -> Bools:
        mask_of_all = np.ones(len(self._digest.ids), np.bool_)
        for name, mask in groups.items():
            if name != but:
                mask_of_all &= mask
        return mask_of_all

    def _stories_with(self, column: str, value: str) -> Bools:
        return self._has_any(column, (value,))

    def _has_any(self, column: str, values: Collection[str]) -> Bools:
        stories, codes = self._digest.values[column]
        is_value = np.array([x in values for x in self._digest.names[column]], np.bool_)
        mask = np.zeros(len(self._digest.ids), np.bool_)
        if is_value.any():
            mask[stories[is_value[codes]]] = True
        return mask

    def _lacks(self, language: str) -> Bools:
        """Find the stories surely without a language: an article of an unknown one may be in it."""
        return ~self._has_any("language", (language, "?"))

    def _filters(self, question: Question) -> dict[str, Bools]:
        groups: dict[str, Bools] = {}
        if question.outlets:
            groups["outlet"] = self._has_any("outlet", question.outlets)
        for n, language in enumerate(question.languages):
            groups[f"language {n}"] = self._has("language", language)
        for n, language in enumerate(question.missing):
            groups[f"missing {n}"] = self._lacks(language)
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
            groups["author"] = self._has("author", question.author)
        if question.section:
            groups["section"] = self._has("section", question.section)
        for flag in question.flags & set(FLAGS):
            groups[flag] = self._digest.flags[flag]
        if question.omitted is not None:
            groups["omitted"] = np.nan_to_num(self._digest.omitted, nan=-1) * 100 >= question.omitted
        return groups

    def _ranks(self, text: str) -> Floats:
        """Compute how well each story matches words: greatest is best."""
        rank = np.zeros(len(self._digest.ids) + 1)  # the last place is of texts that no article has
        docs, ranks = self._texts.ranks(text)
        is_known = docs < len(self._story_of_doc)  # others were read since
        np.maximum.at(rank, self._story_of_doc[docs[is_known]], ranks[is_known])
        return rank[:-1]

    def _ordered(self, chosen: Bools, order: str, rank: Floats | None) -> Ints:
        ordered = self._digest.orders["time" if rank is not None else order]
        numbers = ordered[chosen[ordered]]
        return numbers if rank is None else numbers[np.argsort(-rank[numbers], kind="stable")]

    def _counts(self, groups: Mapping[str, Bools]) -> dict[str, dict[str, int]]:
        answer = self._all(groups)
        counts: dict[str, dict[str, int]] = {}
        for column in ("outlet", "language", "section"):
            mask = self._all(groups, "outlet") if column == "outlet" else answer
            counts[column] = self._count_column(column, mask)
        counts["missing"] = {x: int((answer & self._lacks(x)).sum()) for x in COMPARED}
        counts["flag"] = {x: int((answer & mask).sum()) for x, mask in self._digest.flags.items()}
        but = np.nan_to_num(self._digest.omitted[self._all(groups, "omitted")], nan=-1) * 100
        counts["omitted"] = {str(x): int((but >= x).sum()) for x in OMITTED}
        return counts

    def _count_column(self, column: str, mask: Bools) -> dict[str, int]:
        """Count stories by the values of their articles, each story once a value; the most first."""
        names = self._digest.names[column]
        stories, codes = self._digest.values[column]
        chosen = codes if mask.all() else codes[mask[stories]]
        counted = np.bincount(chosen, minlength=len(names))
        order = np.argsort(-counted, kind="stable")[:40]
        return {names[n]: int(counted[n]) for n in order if counted[n] and names[n]}

    def names(self, column: str, most: int | None = None) -> list[str]:
        """List the values that articles have in a column, those of the most stories first."""
        names = self._digest.names[column]
        stories = np.bincount(self._digest.values[column][1], minlength=len(names))
        ordered = []
        for n in np.argsort(-stories, kind="stable")[:most].tolist():
            if stories[n] and names[n]:
                ordered.append(names[n])
        return ordered

    # what happened lately to the stories of a question

    @cached_property
    def changes(self) -> ChangeLog:
        return ChangeLog(self._sql, self._digest)

    def changes_of(self, question: Question, kind: str = "", reaction: str = "") -> Iterator[ChangeEvent]:
        """Read the edits and takedowns of a question's stories, or some of them, the latest first."""
        return self.changes.of_stories(self._all(self._grouped(question)[0]), kind, reaction)

    def latest(self, question: Question, late: timedelta, now: datetime, most: int) -> list[StoryLine]:
        """Find the stories to which something happened last: published, changed, or a language missing since.

        An article without a date came when it was first seen.
        """
        last = np.nan_to_num(self._digest.first + self._digest.lag, nan=-np.inf)
        query = "SELECT story_id, first_seen FROM article WHERE published IS NULL"
        undated = self._sql.execute(query).fetchall()
        numbers = np.append(self._digest.numbers([x for x, _ in undated]), self.changes.stories)
        times = np.append(np.array([at for _, at in undated], np.float64), self.changes.at)
        np.maximum.at(last, numbers[numbers >= 0], times[numbers >= 0])
        due = np.nan_to_num(self._digest.first, nan=np.inf) + late.total_seconds()
        is_due = due <= now.timestamp()
        for language in COMPARED:
            outlets = [x for x, languages in self._expected.items() if language in languages]
            missing = self._has_any("outlet", outlets) & is_due & self._lacks(language)
            last[missing] = np.maximum(last[missing], due[missing])
        numbers_of_question = np.flatnonzero(self._all(self._grouped(question)[0])).astype(np.int32)
        order = np.argsort(-last[numbers_of_question], kind="stable")[:most]
        return list(self._lines(numbers_of_question[order]))

    @cached_property
    def _expected(self) -> dict[str, tuple[str, ...]]:
        """By outlet the languages of uk, en and ru that at least half of its stories have."""
        names = self._digest.names["outlet"]
        stories, codes = self._digest.values["outlet"]
        half = np.bincount(codes, minlength=len(names)) / 2
        enough = {
            x: np.bincount(codes[self._has("language", x)[stories]], minlength=len(names)) >= half
            for x in COMPARED
        }
        return {name: tuple(x for x in COMPARED if enough[x][n]) for n, name in enumerate(names)}

    def expected_languages(self, line: StoryLine) -> list[str]:
        """Name the languages that at least half of the stories of one of its outlets have.

        None where the language of an article is unknown.
        """
        if line.in_language("?") is not None:
            return []
        return [x for x in COMPARED if any(x in self._expected.get(y.outlet, ()) for y in line.articles)]

    def outlets(self) -> dict[str, int]:
        """Count the articles of each outlet."""
        return dict(sorted(self._digest.outlets.items()))

    def starting_with(self, start: str) -> list[str]:
        """Return at most two ids of stories that begin so."""
        return self._digest.starting_with(start)

    def line(self, story_id: str) -> StoryLine | None:
        return self.lines_of([story_id]).get(story_id)

    def lines_of(self, story_ids: Collection[str]) -> dict[str, StoryLine]:
        """Read the stories that there are, by their ids."""
        numbers = self._digest.numbers(list(dict.fromkeys(story_ids)))
        return {x.story_id: x for x in self._lines(numbers[numbers >= 0])}

    def close(self) -> None:
        self._texts.close()
        self._sql.close()


def _read_apart(path: Path, digest: Digest, numbers: list[int]) -> Iterator[StoryLine]:
    with closing(side_file.connect(path)) as connection:
        yield from RowReader(connection, digest).lines(numbers)


def _day(day: date) -> float:
    return (day - EPOCH).days * DAY
