"""Tables as they were at a moment of the past, derived from rows that are never taken back.

Every row carries the moment of its commit, so a past state needs no old manifest and no old file: it comes
out the same after later commits, merges and collections. Rows are in the order of their ids.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.commit import alignments, stories
from archive.commit.rows import Commit, table
from archive.format.records import NO_PAIR
from archive.format.schema import (
    ALIGNMENTS,
    ARTICLES,
    DECISIONS,
    MEMBERSHIPS,
    OBSERVATIONS,
    PAIRS,
    REFUSALS,
    SAME_EVENT,
    SORT,
    STORIES,
)
from archive.state.model import Joint, StoryMember
from archive.tables import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from archive.commit.stories import Story
    from archive.format.snapshot import Snapshot
    from archive.storage.interface import Storage

_ALWAYS = frozenset(
    {
        *("article_id", "story_id", "version", "valid_from", "valid_to", "first_seen", "last_seen"),
        *("outlet", "language", "published_at", "ingested_at", "commit_seq"),
    }
)
"""Columns that the past is derived from, and that a reader can filter by."""


class Past:
    """The tables at one moment of transaction time: what was committed by then, whenever it was fetched."""

    def __init__(
        self, storage: Storage, head: Snapshot, at: datetime, last_by: Callable[[datetime], int]
    ) -> None:
        """`last_by` finds the number of the last snapshot that was committed by a moment."""
        self._storage = storage
        self._head = head
        self._at = at
        self._last_by = last_by

    def _read(self, names: tuple[str, ...], schema: pa.Schema, columns: list[str] | None = None) -> pa.Table:
        files = [file for name in names for file in self._head.stored(name)]
        source = unpacked.dataset(self._storage.present(files), schema)
        return source.to_table(columns=columns, filter=self._committed(source))

    def _committed(self, source: ds.Dataset) -> ds.Expression | None:
        """The rows that were committed by the moment."""
        if self._at >= self._head.committed_at:
            return None
        by_then = ds.field("ingested_at") <= pa.scalar(self._at)
        # a commit that says it came after the head was made by a clock far ahead: its place in the log tells
        misdated = ds.field("ingested_at") > pa.scalar(self._head.committed_at)
        if not source.count_rows(filter=misdated):
            return by_then
        return by_then | (misdated & (ds.field("commit_seq") <= self._last_by(self._at)))

    def observations(self, _columns: Sequence[str] | None = None) -> pa.Table:
        order = [("commit_seq", "ascending"), ("observed_at", "ascending"), ("url", "ascending")]
        return self._read(("observations",), OBSERVATIONS).sort_by(order)

    def versions(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Derive every version known then, with `columns` and a few more as they were then."""
        needed = None if columns is None else [x for x in ARTICLES.names if x in {*columns, *_ALWAYS}]
        rows = _read_last(self._read(("articles", "superseded", "former_readings"), ARTICLES, needed))
        order = [("article_id", "ascending"), ("valid_from", "ascending"), ("version", "ascending")]
        rows = rows.sort_by(order)
        ids: list[str] = rows["article_id"].to_pylist()
        latest = [here != following for here, following in zip(ids, [*ids, None][1:], strict=True)]
        seen, story_of = self._seen(), self._stories_of()
        valid_to, last_seen = rows["valid_to"].to_pylist(), rows["last_seen"].to_pylist()
        derived = {
            "story_id": [story_of[x] for x in ids],
            "valid_to": [None if last else stored for last, stored in zip(latest, valid_to, strict=True)],
            "first_seen": [seen[x][0] for x in ids],
            "last_seen": [
                seen[x][1] if last else stored for x, last, stored in zip(ids, latest, last_seen, strict=True)
            ],
        }
        for name, values in derived.items():
            position = rows.schema.get_field_index(name)
            field = rows.schema.field(position)
            rows = rows.set_column(position, field, pa.array(values, field.type))
        return rows

    def articles(self, columns: Sequence[str] | None = None) -> pa.Table:
        rows = self.versions(columns)
        return rows.filter(pc.is_null(rows["valid_to"]))

    def pairs(self, _columns: Sequence[str] | None = None) -> pa.Table:
        rows = self._read(("decisions",), DECISIONS).sort_by("commit_seq")
        latest = {
            key: position
            for position, key in enumerate(
                zip(rows["article_id_a"].to_pylist(), rows["article_id_b"].to_pylist(), strict=True)
            )
        }
        evidence = rows["evidence"].to_pylist()
        chosen = [latest[key] for key in sorted(latest) if evidence[latest[key]] not in NO_PAIR]
        return rows.take(pa.array(chosen, pa.int64())).cast(PAIRS)

    def stories(self, _columns: Sequence[str] | None = None) -> pa.Table:
        """Derive the stories; `ingested_at` and `commit_seq` are those of the last commit by then."""
        built, last = self._built()
        if last is None:
            return STORIES.empty_table()
        columns = ["article_id_a", "article_id_b", "kind", "characters_a", "characters_b"]
        known = alignments.coverages(self._aligned(built).select(columns).to_pylist())
        covered = (
            replace(story, coverages=tuple(known[x] for x in story.couples() if x in known))
            for story in built
        )
        return table("stories", [story.row() for story in covered], last)

    def alignments(self, _columns: Sequence[str] | None = None) -> pa.Table:
        return self._aligned(self._built()[0])

    def refusals(self, _columns: Sequence[str] | None = None) -> pa.Table:
        order = ("commit_seq", *SORT["refusals"])
        return self._read(("refusals",), REFUSALS).sort_by([(x, "ascending") for x in order])

    def same_event(self, _columns: Sequence[str] | None = None) -> pa.Table:
        order = ("commit_seq", *SORT["same_event"][:2])
        return self._read(("same_event",), SAME_EVENT).sort_by([(x, "ascending") for x in order])

    def _built(self) -> tuple[list[Story], Commit | None]:
        """Build the stories of the moment, with its last commit; None where nothing was there."""
        columns = [field.name for field in fields(StoryMember)]
        articles = self.articles(columns)
        members = [StoryMember(**row) for row in articles.select(columns).to_pylist()]
        joint_columns = [field.name for field in fields(Joint)]
        joints = [Joint(**row) for row in self.pairs().select(joint_columns).to_pylist()]
        if not members:
            return [], None
        last = Commit(pc.max(articles["commit_seq"]).as_py(), pc.max(articles["ingested_at"]).as_py())
        return stories.build(members, joints), last

    def _aligned(self, built: Sequence[Story]) -> pa.Table:
        """Find the last alignments of variants that were in one story then, in the texts they had."""
        story_of = {
            (*couple, *versions): story.story_id
            for story in built
            for couple, versions in story.couples().items()
        }
        rows = self._read(("alignments", "former_alignments"), ALIGNMENTS)
        names = ("article_id_a", "article_id_b", "version_a", "version_b")
        keys = list(zip(*(rows[name].to_pylist() for name in names), strict=True))
        made = rows["commit_seq"].to_pylist()
        last = dict(sorted(zip(keys, made, strict=True), key=lambda x: x[1]))
        # what was laid before a text was read anew is of another text
        texts = self.articles(["commit_seq"])
        read = dict(zip(texts["article_id"].to_pylist(), texts["commit_seq"].to_pylist(), strict=True))
        keep = [
            key in story_of and last[key] == seq and seq >= max(read[key[0]], read[key[1]])
            for key, seq in zip(keys, made, strict=True)
        ]
        rows = rows.filter(pa.array(keep, pa.bool_()))
        own = [story_of[key] for key, kept in zip(keys, keep, strict=True) if kept]
        position = rows.schema.get_field_index("story_id")
        rows = rows.set_column(position, rows.schema.field(position), pa.array(own, pa.string()))
        return rows.sort_by([(x, "ascending") for x in SORT["alignments"]])

    def _seen(self) -> dict[str, tuple[datetime, datetime]]:
        """Times of the first and last observation that found each article."""
        rows = self._read(("observations",), OBSERVATIONS, ["article_id", "outcome", "observed_at"])
        found = rows.filter(pc.is_in(rows["outcome"], value_set=pa.array(["archived", "unchanged"])))
        grouped = found.group_by("article_id").aggregate([("observed_at", "min"), ("observed_at", "max")])
        return {
            row["article_id"]: (row["observed_at_min"], row["observed_at_max"]) for row in grouped.to_pylist()
        }

    def _stories_of(self) -> dict[str, str]:
        rows = self._read(("memberships",), MEMBERSHIPS).sort_by("commit_seq")
        return dict(zip(rows["article_id"].to_pylist(), rows["story_id"].to_pylist(), strict=True))


def _read_last(rows: pa.Table) -> pa.Table:
    """Keep the last published one of the readings of each version."""
    keys = ("article_id", "version")
    last = rows.group_by([*keys]).aggregate([("commit_seq", "max")])
    if last.num_rows == rows.num_rows:
        return rows
    newest = dict(
        zip(
            zip(*(last[x].to_pylist() for x in keys), strict=True),
            last["commit_seq_max"].to_pylist(),
            strict=True,
        )
    )
    own = zip(*(rows[x].to_pylist() for x in keys), strict=True)
    keep = [newest[key] == seq for key, seq in zip(own, rows["commit_seq"].to_pylist(), strict=True)]
    return rows.filter(pa.array(keep, pa.bool_()))
