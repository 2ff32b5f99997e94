"""Edits and takedowns of an archive in the order of their times, from the digest of the side file."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from operator import attrgetter

import numpy as np

from archive.viewer.search.answers import ChangeEvent, EditVisit, StoryLine
from archive.viewer.search.row_reader import moment
from archive.viewer.search.story_columns import Bools, Digest, Floats, Ints


class ChangeLog:
    """All edits and takedowns, the latest first."""

    def __init__(self, connection: sqlite3.Connection, digest: Digest) -> None:
        self._sql = connection
        self._digest = digest

    @property
    def at(self) -> Floats:
        return self._digest.changes["at"]

    @property
    def stories(self) -> Ints:
        """Place of the story of each; -1 where there is none."""
        return self._digest.changes["story"]

    @cached_property
    def several(self) -> Bools:
        """Stories of which more than one article has changed."""
        order = np.argsort(self.stories, kind="stable")
        stories, article_ids = self.stories[order], self._digest.changes["id"][order]
        # of two articles of a story that have changed, some stand side by side
        is_another = (
            (stories[1:] == stories[:-1]) & (article_ids[1:] != article_ids[:-1]) & (stories[1:] >= 0)
        )
        several = np.zeros(len(self._digest.ids), np.bool_)
        several[stories[1:][is_another]] = True
        return several

    def of_stories(self, chosen: Bools, kind: str = "") -> Iterator[ChangeEvent]:
        """Read the changes of some stories, the latest first; `kind`: `edit` or `gone` alone."""
        is_chosen = (self.stories >= 0) & chosen[self.stories]
        if kind:
            is_chosen &= (self._digest.changes["version"] > 0) == (kind == "edit")
        for n in np.flatnonzero(is_chosen).tolist():
            seconds, after, article_id, story, version, before = self._digest.changes[n].item()
            at, edit = moment(seconds), _edit_visit(version, before, seconds, after) if version else None
            if at is not None and (edit is not None or not version):
                article = article_id.decode("utf-8", "replace")
                yield ChangeEvent(at, article, self._digest.id(story), edit)

    def with_others_seen(self, events: Iterable[ChangeEvent]) -> Iterator[ChangeEvent]:
        """Leave out changes after which no visit saw another article of the story."""
        # a second less: a time of the file is not rounded
        query = "SELECT 1 FROM article WHERE story_id = ? AND id != ? AND last_seen >= ? - 1"
        for event in events:
            asked = event.story_id, event.article_id, event.at.timestamp()
            if self._sql.execute(query, asked).fetchone():
                yield event

    def edits_of(self, lines: Iterable[StoryLine]) -> dict[str, list[EditVisit]]:
        """Read the edits of those articles of some stories that have some, the earliest first."""
        article_ids: list[str] = []
        for line in lines:
            article_ids += map(attrgetter("article_id"), line.articles)
        query = (
            "SELECT id, version, before, at, after FROM edit WHERE at NOTNULL AND after NOTNULL"
            " AND id IN (SELECT value FROM json_each(?)) ORDER BY id, version"
        )
        edits: dict[str, list[EditVisit]] = defaultdict(list)
        for article_id, *values in self._sql.execute(query, (json.dumps(article_ids),)):
            if edit := _edit_visit(*values):
                edits[article_id].append(edit)
        return dict(edits)


def _edit_visit(version: int, before: int, seen: float, not_before: float) -> EditVisit | None:
    """Read an edit; None where a time of it is in no calendar."""
    at, after = moment(seen), moment(not_before)
    return None if at is None or after is None else EditVisit(version, before, at, after)
