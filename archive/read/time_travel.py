"""Tables at a moment of the past, derived from rows that are never changed.

Every row has the time of its commit, so a past state needs no old manifest and no old file: it is the same
after later commits, merges and collections. Rows are in the order of their ids.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.commit import alignments, stories
from archive.commit.rows import Commit, table
from archive.commit.stories import Story
from archive.format.records import NO_PAIR
from archive.format.schema import ARTICLES, PAIRS, SORT, STORED, STORIES
from archive.format.snapshot import Snapshot
from archive.state.model import Joint, StoryMember
from archive.storage.interface import Storage
from archive.tables import data_file_reader
from archive.tables.parquet_files import in_order, with_column

_ALWAYS = frozenset(
    {
        *("article_id", "story_id", "version", "valid_from", "valid_to", "first_seen", "last_seen"),
        *("outlet", "language", "published_at", "ingested_at", "commit_seq"),
    }
)
"""Columns that derive the past, and that a reader can filter by."""


class Past:
    """The tables at one moment of transaction time: rows committed by then, whenever they were fetched."""

    def __init__(
        self, storage: Storage, head: Snapshot, at: datetime, last_by: Callable[[datetime], int]
    ) -> None:
        """`last_by` finds the number of the last snapshot that was committed by a moment."""
        self._storage = storage
        self._head = head
        self._at = at
        self._last_by = last_by

    def _read(self, *names: str, columns: list[str] | None = None) -> pa.Table:
        """Read stored tables of the same columns."""
        files = self._storage.present(self._head.stored(*names))
        source = data_file_reader.dataset(files, STORED[names[0]])
        return source.to_table(columns=columns, filter=self._committed(source))

    def _committed(self, source: ds.Dataset) -> ds.Expression | None:
        """Condition for rows that were committed by the moment."""
        if self._at >= self._head.committed_at:
            return None
        by_then = ds.field("ingested_at") <= pa.scalar(self._at)
        # a row dated after the head was committed by a wrong clock: then its place in the log decides
        misdated = ds.field("ingested_at") > pa.scalar(self._head.committed_at)
        if not source.count_rows(filter=misdated):
            return by_then
        return by_then | (misdated & (ds.field("commit_seq") <= self._last_by(self._at)))

    def observations(self, _columns: Sequence[str] | None = None) -> pa.Table:
        rows = self._read("observations")
        return in_order(rows, ("commit_seq", "observed_at", "url"))

    def versions(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Derive every version of that time, with `columns` and a few more."""
        needed = None if columns is None else [x for x in ARTICLES.names if x in {*columns, *_ALWAYS}]
        rows = _latest_readings(self._read("articles", "superseded", "former_readings", columns=needed))
        rows = in_order(rows, ("article_id", "valid_from", "version"))
        derived: dict[str, list[object]] = {
            name: rows[name].to_pylist() for name in ("story_id", "valid_to", "first_seen", "last_seen")
        }
        observed, story_of = self._observed(), self._stories_of()
        ids: list[str] = rows["article_id"].to_pylist()
        for number, article_id in enumerate(ids):
            derived["story_id"][number] = story_of[article_id]
            derived["first_seen"][number], last_seen = observed[article_id]
            is_latest = ids[number + 1 : number + 2] != [article_id]
            if is_latest:
                derived["valid_to"][number], derived["last_seen"][number] = None, last_seen
        for name, values in derived.items():
            rows = with_column(rows, name, values)
        return rows

    def articles(self, columns: Sequence[str] | None = None) -> pa.Table:
        rows = self.versions(columns)
        return rows.filter(pc.is_null(rows["valid_to"]))

    def pairs(self, _columns: Sequence[str] | None = None) -> pa.Table:
        rows = self._read("decisions").sort_by("commit_seq")
        keys = zip(rows["article_id_a"].to_pylist(), rows["article_id_b"].to_pylist(), strict=True)
        latest = {key: position for position, key in enumerate(keys)}
        evidence = rows["evidence"].to_pylist()
        chosen = [latest[key] for key in sorted(latest) if evidence[latest[key]] not in NO_PAIR]
        return rows.take(pa.array(chosen, pa.int64())).cast(PAIRS)

    def stories(self, _columns: Sequence[str] | None = None) -> pa.Table:
        """Derive the stories; `ingested_at` and `commit_seq` are those of the last commit by then."""
        built, last = self._built()
        if last is None:
            return STORIES.empty_table()
        columns = ["article_id_a", "article_id_b", "kind", "doubtful", "characters_a", "characters_b"]
        coverage_of = alignments.coverages(self._aligned(built).select(columns).to_pylist())
        return table("stories", [story.with_coverages(coverage_of).row() for story in built], last)

    def alignments(self, _columns: Sequence[str] | None = None) -> pa.Table:
        return self._aligned(self._built()[0])

    def refusals(self, _columns: Sequence[str] | None = None) -> pa.Table:
        return in_order(self._read("refusals"), ("commit_seq", *SORT["refusals"]))

    def same_event(self, _columns: Sequence[str] | None = None) -> pa.Table:
        return in_order(self._read("same_event"), ("commit_seq", *SORT["same_event"][:2]))

    def _built(self) -> tuple[list[Story], Commit | None]:
        """Build the stories of the moment, with its last commit; None if there were no articles."""
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
        """Find the last alignments of variants that were in one story then, of their texts then."""
        story_of: dict[tuple[object, ...], str] = {}
        for story in built:
            for couple, versions in story.couples().items():
                story_of[*couple, *versions] = story.story_id
        rows = self._read("alignments", "former_alignments").sort_by("commit_seq")
        keys = _keys(rows, ("article_id_a", "article_id_b", "version_a", "version_b"))
        seqs = rows["commit_seq"].to_pylist()
        last = dict(zip(keys, seqs, strict=True))
        # alignments before a text was reread are of another text
        texts = self.articles(["commit_seq"])
        read_at = dict(zip(texts["article_id"].to_pylist(), texts["commit_seq"].to_pylist(), strict=True))
        is_valid, story_ids = [], []
        for key, seq in zip(keys, seqs, strict=True):
            is_last = key in story_of and last[key] == seq
            is_valid.append(is_last and seq >= max(read_at[key[0]], read_at[key[1]]))
            if is_valid[-1]:
                story_ids.append(story_of[key])
        rows = with_column(rows.filter(pa.array(is_valid, pa.bool_())), "story_id", story_ids)
        return in_order(rows, SORT["alignments"])

    def _observed(self) -> dict[str, tuple[datetime, datetime]]:
        """Times of the first and last observation that found each article."""
        rows = self._read("observations", columns=["article_id", "outcome", "observed_at"])
        rows = rows.filter(pc.is_in(rows["outcome"], value_set=pa.array(["archived", "unchanged"])))
        grouped = rows.group_by("article_id").aggregate([("observed_at", "min"), ("observed_at", "max")])
        times = zip(
            grouped["observed_at_min"].to_pylist(), grouped["observed_at_max"].to_pylist(), strict=True
        )
        return dict(zip(grouped["article_id"].to_pylist(), times, strict=True))

    def _stories_of(self) -> dict[str, str]:
        rows = self._read("memberships").sort_by("commit_seq")
        return dict(zip(rows["article_id"].to_pylist(), rows["story_id"].to_pylist(), strict=True))


def _latest_readings(rows: pa.Table) -> pa.Table:
    """Keep the last published reading of each version."""
    names = ("article_id", "version")
    grouped = rows.group_by([*names]).aggregate([("commit_seq", "max")])
    if grouped.num_rows == rows.num_rows:
        return rows
    newest = dict(zip(_keys(grouped, names), grouped["commit_seq_max"].to_pylist(), strict=True))
    seqs = rows["commit_seq"].to_pylist()
    is_newest = [newest[key] == seq for key, seq in zip(_keys(rows, names), seqs, strict=True)]
    return rows.filter(pa.array(is_newest, pa.bool_()))


def _keys(rows: pa.Table, names: Sequence[str]) -> list[tuple[object, ...]]:
    return list(zip(*(rows[name].to_pylist() for name in names), strict=True))
