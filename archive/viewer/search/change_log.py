"""Edits and takedowns of an archive in the order of their times, and what other languages did after each."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from operator import attrgetter
from typing import Any

import numpy as np

from archive.viewer.search.answers import ArticleLine, Bools, ChangeEvent, EditVisit, Floats, Ints, StoryLine
from archive.viewer.search.row_reader import RowReader, moment
from archive.viewer.search.story_columns import Digest

REACTIONS = ("", "alone", "unknown", "followed")
"""What the others did, summed up: that of each change is the last that one of them gives it.

"": there is no other, or all are gone.
"""
_AT_ONCE = 5000
"""Changes whose stories are in memory at a time."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What another language of the story did after a change."""

    language: str
    kind: str
    """edited after it; edited-before it; together: at a time when either may have come first; not-edited;
    first-seen-after: its first text may have been made of the edited one;
    not-visited: no visit has seen its page since; taken-down; still-there, after a takedown."""
    seconds: float | None
    """Between the visit that saw the change and the one that saw the edit of this language."""
    last_seen: datetime | None = None
    """When a visit last read its page, where that has no edit."""


_ONE_CHANGE = timedelta(days=2)
"""Before an edit, within which the edit of another language may be what it follows."""
_ONE_CRAWL = timedelta(hours=1)
"""Within which a crawl visits the languages of a story, one after the other."""


def after_edit(variant: ArticleLine, edit: EditVisit, edits: Iterable[EditVisit]) -> FollowUp:
    """Compare what visits saw of another language: an edit is after the last visit without it."""
    before: float | None = None
    for followed in edits:  # the earliest first
        if followed.after >= edit.at:
            return FollowUp(variant.language, "edited", (followed.at - edit.at).total_seconds())
        if followed.at > edit.after:
            return FollowUp(variant.language, "together", None)
        if edit.at - followed.at <= _ONE_CHANGE:
            before = (edit.at - followed.at).total_seconds()
    if before is not None:
        return FollowUp(variant.language, "edited-before", before)
    if variant.gone:
        return FollowUp(variant.language, "taken-down", None)
    if variant.last_seen < edit.at - _ONE_CRAWL:
        return FollowUp(variant.language, "not-visited", None)
    first_date = variant.published or variant.first_seen
    is_older = first_date <= edit.after and variant.first_seen <= edit.after + _ONE_CRAWL
    kind = "not-edited" if is_older else "first-seen-after"
    return FollowUp(variant.language, kind, None, variant.last_seen)


def after_takedown(variant: ArticleLine, at: datetime) -> FollowUp:
    if variant.gone:
        return FollowUp(variant.language, "taken-down", None)
    kind = "still-there" if variant.last_seen >= at else "not-visited"
    return FollowUp(variant.language, kind, None, variant.last_seen)


def follow_ups(
    line: StoryLine, article_id: str, change: EditVisit | datetime, edits: Mapping[str, Sequence[EditVisit]]
) -> tuple[FollowUp, ...]:
    """Tell what the others of a story did after an edit or a takedown of an article; `edits` of each."""
    follow_ups = []
    for variant in line.articles:
        if variant.article_id == article_id:
            continue
        if isinstance(change, EditVisit):
            follow_ups.append(after_edit(variant, change, edits.get(variant.article_id, ())))
        else:
            follow_ups.append(after_takedown(variant, change))
    return tuple(follow_ups)


_REACTION_OF = {
    **dict.fromkeys(("not-edited", "still-there"), 1),
    **dict.fromkeys(("not-visited", "first-seen-after"), 2),
    **dict.fromkeys(("edited", "edited-before", "together"), 3),
}


def summed_up(event: ChangeEvent, follow_ups: Iterable[FollowUp]) -> int:
    """Sum up what the others did: its place in REACTIONS."""
    reaction, taken_down = 0, 0 if event.edit else 3
    for follow_up in follow_ups:
        reaction = max(reaction, _REACTION_OF.get(follow_up.kind, taken_down))
    return reaction


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

    def of_stories(self, chosen: Bools, kind: str = "", reaction: str = "") -> Iterator[ChangeEvent]:
        """Read the changes of some stories, the latest first; `kind`: `edit` or `gone` alone."""
        is_chosen = (self.stories >= 0) & chosen[self.stories]
        if kind:
            is_chosen &= (self._digest.changes["version"] > 0) == (kind == "edit")
        if reaction:
            is_chosen &= self._digest.changes["reaction"] == REACTIONS.index(reaction)
        for n in np.flatnonzero(is_chosen).tolist():
            if event := self._event(n):
                yield event

    def _event(self, place: int) -> ChangeEvent | None:
        """Read a change; None where a time of it is in no calendar."""
        seconds, after, article_id, story, version, before, reaction = self._digest.changes[place].item()
        at, edit = moment(seconds), _edit_visit(version, before, seconds, after) if version else None
        if at is None or (version and edit is None):
            return None
        article = article_id.decode("utf-8", "replace")
        return ChangeEvent(at, article, self._digest.id(story), edit, REACTIONS[reaction])

    def reactions(self, previous: Digest | None, touched: Collection[str]) -> Ints:
        """Sum up what the other languages did after each change.

        `previous`: the digest before, which holds of all stories but those that were touched since.
        """
        changes = self._digest.changes
        is_new = self.stories >= 0
        reactions = np.zeros(len(changes), np.int32)
        if previous is not None:
            reaction_of = dict(
                zip(_keys(previous.changes), previous.changes["reaction"].tolist(), strict=True)
            )
            reactions[:] = list(map(reaction_of.get, _keys(changes), repeat(0)))
            is_new &= np.isin(self.stories, self._digest.numbers(list(touched)))
        places = np.flatnonzero(is_new)
        reader = RowReader(self._sql, self._digest)
        for n in range(0, len(places), _AT_ONCE):
            portion = places[n : n + _AT_ONCE]
            lines = {}
            for line in reader.lines(np.unique(self.stories[portion]).tolist()):
                lines[line.story_id] = line
            edits = self.edits_of(lines.values())
            for place in portion.tolist():
                if (event := self._event(place)) and event.story_id in lines:
                    line = lines[event.story_id]
                    variants = follow_ups(line, event.article_id, event.edit or event.at, edits)
                    reactions[place] = summed_up(event, variants)
        return reactions

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


def _keys(changes: np.ndarray[Any, Any]) -> Iterator[tuple[bytes, int]]:
    return zip(changes["id"].tolist(), changes["version"].tolist(), strict=True)


def _edit_visit(version: int, before: int, seen: float, not_before: float) -> EditVisit | None:
    """Read an edit; None where a time of it is in no calendar."""
    at, after = moment(seen), moment(not_before)
    return None if at is None or after is None else EditVisit(version, before, at, after)
