"""Edits and takedowns of an archive in the order of their times, from rows of the side file."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, starmap
from operator import attrgetter, itemgetter
from typing import NamedTuple

import numpy as np

from archive.viewer.search.answers import ChangeEvent, EditVisit, StoryLine
from archive.viewer.search.row_reader import moment
from archive.viewer.search.story_columns import Bools, Digest, Floats

_EDITS = "SELECT at, id, story_id, version, before, after FROM edit WHERE at NOTNULL AND after NOTNULL"
_GONE = (
    "SELECT min(flag.at), article.id, article.story_id FROM flag JOIN article ON article.id = flag.id"
    " WHERE kind = 'gone' AND flag.at > article.last_seen GROUP BY article.id"
)


class _Stored(NamedTuple):
    """An edit or a takedown; times in seconds since 1970."""

    at: float
    article_id: str
    story_id: str
    version: int | None = None
    before: int = 0
    after: float = 0.0

    @property
    def is_takedown(self) -> bool:
        return self.version is None


class ChangeLog:
    """All edits and takedowns, the latest first."""

    def __init__(self, connection: sqlite3.Connection, digest: Digest) -> None:
        self._sql = connection
        rows = chain(connection.execute(_EDITS), connection.execute(_GONE))
        self._rows = sorted(starmap(_Stored, rows), key=itemgetter(0, 1), reverse=True)
        self.at: Floats = np.array(list(map(itemgetter(0), self._rows)), np.float64)
        self.stories = digest.numbers(list(map(itemgetter(2), self._rows)))
        """Place of the story of each; -1 where there is none."""
        self.several: Bools = np.zeros(len(digest.ids), np.bool_)
        """Stories of which more than one article has changed."""
        changed: dict[int, str] = {}
        for row, number in zip(self._rows, self.stories.tolist(), strict=True):
            if number >= 0 and changed.setdefault(number, row.article_id) != row.article_id:
                self.several[number] = True

    def of_stories(self, chosen: Bools, kind: str = "") -> Iterator[ChangeEvent]:
        """Read the changes of some stories, the latest first; `kind`: `edit` or `gone` alone."""
        for n in np.flatnonzero((self.stories >= 0) & chosen[self.stories]).tolist():
            row = self._rows[n]
            if kind == ("edit" if row.is_takedown else "gone"):
                continue
            at, edit = moment(row.at), None if row.is_takedown else _edit_visit(row)
            if at is not None and (edit is not None or row.is_takedown):
                yield ChangeEvent(at, row.article_id, row.story_id, edit)

    def edits_of(self, lines: Iterable[StoryLine]) -> dict[str, list[EditVisit]]:
        """Read the edits of those articles of some stories that have some, the earliest first."""
        article_ids: list[str] = []
        for line in lines:
            article_ids += map(attrgetter("article_id"), line.articles)
        query = f"{_EDITS} AND id IN (SELECT value FROM json_each(?)) ORDER BY id, version"
        edits: dict[str, list[EditVisit]] = defaultdict(list)
        for values in self._sql.execute(query, (json.dumps(article_ids),)):
            row = _Stored(*values)
            if edit := _edit_visit(row):
                edits[row.article_id].append(edit)
        return dict(edits)


def _edit_visit(row: _Stored) -> EditVisit | None:
    """Read an edit; None where a time of it is in no calendar."""
    at, after = moment(row.at), moment(row.after)
    if row.version is None or at is None or after is None:
        return None
    return EditVisit(row.version, row.before, at, after)
