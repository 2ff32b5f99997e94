"""Edits and takedowns of an archive in the order of their times, from rows of the side file."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
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
        self._rows = [*connection.execute(_EDITS), *connection.execute(_GONE)]
        # with arrays: sorting these rows in Python is a second of a million articles
        at = np.array(list(map(itemgetter(0), self._rows)), np.float64)
        article_ids, articles = np.unique(list(map(itemgetter(1), self._rows)), return_inverse=True)
        places = np.arange(len(at))
        self._order = np.lexsort((-places, articles, at))[::-1]
        self.at: Floats = at[self._order]
        stories = digest.numbers(list(map(itemgetter(2), self._rows)))
        self.stories = stories[self._order]
        """Place of the story of each; -1 where there is none."""
        changed = np.unique(stories[stories >= 0] * np.int64(len(article_ids)) + articles[stories >= 0])
        articles_of_story = np.bincount(changed // max(len(article_ids), 1), minlength=len(digest.ids))
        self.several: Bools = articles_of_story > 1
        """Stories of which more than one article has changed."""

    def of_stories(self, chosen: Bools, kind: str = "") -> Iterator[ChangeEvent]:
        """Read the changes of some stories, the latest first; `kind`: `edit` or `gone` alone."""
        for n in np.flatnonzero((self.stories >= 0) & chosen[self.stories]).tolist():
            row = _Stored(*self._rows[self._order[n]])
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
