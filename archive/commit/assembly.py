"""The files of the next snapshot: new rows, rewritten files (copy on write), merged ones."""

import sqlite3
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from archive.commit import rows
from archive.commit.next_snapshot import NextSnapshot
from archive.commit.plan import CommitPlan
from archive.exceptions import DecisionError
from archive.format.records import NO_PAIR
from archive.format.schema import STORED
from archive.format.snapshot import Snapshot
from archive.state.database import State
from archive.tables.parquet_files import merges, read, with_column

Couple = tuple[str, str]
Columns = dict[str, Mapping[str, object]]


def assemble(
    following: NextSnapshot,
    plans: Iterable[CommitPlan],
    *,
    segments: Iterable[str] = (),
    summary: Mapping[str, int] | None = None,
) -> Snapshot:
    """Build the snapshot of these plans on the head; `summary`: the caller's counters.

    The rows that a plan adds are written before the next plan is made; stored files are rewritten at the end,
    each once. Only one plan may add texts. DecisionError where two plans share an article or a story.
    """
    return _Assembly(following).carry_out(plans, segments, summary or {})


class _Assembly:
    """Carries out plans; the cost depends on the files touched, not on the size of the archive."""

    def __init__(self, following: NextSnapshot) -> None:
        self._following = following
        self._storage = following.storage
        self._reread_rows: dict[str, list[rows.Row]] = {"articles": [], "superseded": []}
        self._former_readings: list[pa.Table] = []
        self._former_alignments: list[pa.Table] = []
        self._superseded: list[pa.Table] = []
        """Rows of `articles` whose text this commit supersedes."""

    def carry_out(
        self, plans: Iterable[CommitPlan], segments: Iterable[str], summary: Mapping[str, int]
    ) -> Snapshot:
        changes = Changes()
        counters = Counter[str]()
        texts: CommitPlan | None = None
        for plan in plans:
            counters.update(plan.counters())
            texts = plan if plan.applied.drafts or plan.rereadings.rows else texts
            changes.add(plan, self._following.state)
            self._add(plan)
        for name in STORED:
            self._rewrite(name, changes, texts)
        if sum(map(len, self._superseded)) != len(changes.leaving):
            raise sqlite3.DatabaseError("it names the wrong files of articles")
        self._add_texts(texts)
        self._write("former_alignments", [], self._former_alignments)
        return self._following.finish(segments=segments, summary={**counters, **summary})

    def _rewrite(self, name: str, changes: "Changes", texts: CommitPlan | None) -> None:
        """Edit the files of a table that hold a changed row, and those that are due to be merged."""
        stored = self._following.head.stored(name)
        groups = merges(stored)
        merged = {file.path for file in chain.from_iterable(groups)}
        changed = changes.files - merged
        groups += [[file] for file in stored if file.path in changed]
        for group in groups:
            table = read(self._storage, group)
            self._following.replace(group, self._edit(name, table, changes, texts))

    def _edit(self, name: str, table: pa.Table, changes: "Changes", texts: CommitPlan | None) -> pa.Table:
        if name == "articles":
            return self._edit_articles(self._without_reread(table, name, texts), changes)
        if name == "superseded":
            return _set(self._without_reread(table, name, texts), {"story_id": changes.story_of})
        if name == "pairs":
            return _without(table, _pair_key(table), changes.pairs)
        if name == "stories":
            return _without(table, table["story_id"].to_pylist(), changes.stories)
        return self._edit_alignments(table, changes) if name == "alignments" else table

    def _without_reread(self, table: pa.Table, name: str, plan: CommitPlan | None) -> pa.Table:
        """Remove the rows of reread versions, which are written again as rows of this commit."""
        rereadings = plan.rereadings.rows if plan else {}
        if not rereadings:
            return table
        keys = list(zip(table["article_id"].to_pylist(), table["version"].to_pylist(), strict=True))
        is_reread = _mask(keys, rereadings)
        former = table.filter(is_reread)
        self._former_readings.append(former.cast(STORED["former_readings"]))
        for row in former.to_pylist():
            self._reread_rows[name].append(row | rereadings[row["article_id"], row["version"]])
        return table.filter(pc.invert(is_reread))

    def _edit_articles(self, table: pa.Table, changes: "Changes") -> pa.Table:
        leaving = pc.is_in(table["article_id"], value_set=pa.array(list(changes.leaving), pa.string()))
        if pc.any(leaving).as_py():
            superseded = _set(table.filter(leaving), changes.of_leaving())
            self._superseded.append(superseded.cast(STORED["superseded"]))
            table = table.filter(pc.invert(leaving))
        return _set(table, changes.of_staying())

    def _edit_alignments(self, table: pa.Table, changes: "Changes") -> pa.Table:
        """Remove rows that are no longer valid, and give the others their present story."""
        keys = _pair_key(table)
        invalid = _mask(keys, changes.realigned)
        self._former_alignments.append(table.filter(invalid).cast(STORED["former_alignments"]))
        story_ids = []
        for key, story_id in zip(keys, table["story_id"].to_pylist(), strict=True):
            story_ids.append(changes.story_of_couple.get(key, story_id))
        return with_column(table, "story_id", story_ids).filter(pc.invert(invalid))

    def _add(self, plan: CommitPlan) -> None:
        self._write("observations", rows.plain_rows(plan.applied.observations))
        self._write("memberships", rows.memberships(plan.new_story_of))
        self._write("decisions", rows.plain_rows(plan.pairs))
        self._write("pairs", rows.plain_rows(x for x in plan.pairs if x.evidence not in NO_PAIR))
        self._write("stories", [story.row() for story in plan.stories])
        self._write("refusals", rows.plain_rows(plan.refusals))
        self._write("alignments", rows.alignments(plan.alignments.new))

    def _add_texts(self, plan: CommitPlan | None) -> None:
        new_rows: dict[str, list[rows.Row]] = {"articles": [], "superseded": []}
        if plan is not None:
            for article_id, drafts in plan.applied.drafts.items():
                current, story_id = plan.applied.current[article_id], plan.story_of(article_id)
                for draft in drafts:
                    name = "articles" if draft.valid_to is None else "superseded"
                    new_rows[name].append(rows.version(draft, current, story_id))
        self._write("articles", new_rows["articles"] + self._reread_rows["articles"])
        superseded = new_rows["superseded"] + self._reread_rows["superseded"]
        self._write("superseded", superseded, self._superseded)
        self._write("former_readings", [], self._former_readings)

    def _write(self, name: str, new: list[rows.Row], more: list[pa.Table] | None = None) -> None:
        tables = [rows.table(name, new, self._following.commit)] if new else []
        tables += filter(len, more or [])
        if tables:
            self._following.add(name, pa.concat_tables(tables))


def _set(table: pa.Table, changes: Mapping[str, Mapping[str, object]]) -> pa.Table:
    """Replace values of some articles: column -> article -> value."""
    ids = table["article_id"].to_pylist()
    for name, values in changes.items():
        if values.keys().isdisjoint(ids):
            continue
        new = [values.get(x, value) for x, value in zip(ids, table[name].to_pylist(), strict=True)]
        table = with_column(table, name, new)
    return table


def _mask(keys: Iterable[object], chosen: Container[object]) -> pa.Array:
    return pa.array([key in chosen for key in keys], pa.bool_())


def _without(table: pa.Table, keys: Iterable[object], dropped: Container[object]) -> pa.Table:
    return table.filter(pc.invert(_mask(keys, dropped)))


def _pair_key(table: pa.Table) -> list[tuple[str, str]]:
    return list(zip(table["article_id_a"].to_pylist(), table["article_id_b"].to_pylist(), strict=True))


# Changes to stored rows by all plans of a commit: few bytes an article, as there may be a million.


@dataclass(slots=True)
class Changes:
    story_of: dict[str, str] = field(default_factory=dict)
    """Story of each article that is new or moves to another story."""
    seen_between: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """First and last observation of each stored article that was observed."""
    leaving: dict[str, dict[str, object]] = field(default_factory=dict)
    """Articles whose stored text is superseded, with the columns that change."""
    pairs: set[Couple] = field(default_factory=set)
    """Pairs whose rows are removed; a pair decided again gets a new row."""
    stories: set[str] = field(default_factory=set)
    """Stories whose rows are removed; those that remain get new rows."""
    realigned: set[Couple] = field(default_factory=set)
    """Pairs of articles whose alignment is no longer valid."""
    story_of_couple: dict[Couple, str] = field(default_factory=dict)
    """New story of alignments that stay and change their story."""
    files: set[str] = field(default_factory=set)
    """Paths of the files that hold a row to be changed."""

    def add(self, plan: CommitPlan, state: State) -> None:
        pairs = {(pair.article_id_a, pair.article_id_b) for pair in plan.pairs}
        stories = plan.rewritten_stories()
        self._check(plan.new_story_of, stories, pairs)
        self._add_files(plan, state, pairs, stories)
        self.pairs |= pairs
        self.stories |= stories
        self.story_of |= plan.new_story_of
        self.realigned |= plan.alignments.dropped
        self.story_of_couple |= plan.alignments.moves
        for current in plan.touched.values():
            if current.article_id in plan.applied.stored:
                self.seen_between[current.article_id] = (current.first_seen, current.last_seen)
        for article_id, move in plan.applied.moves.items():
            self.leaving[article_id] = {
                "valid_to": move.valid_to,
                "last_seen": move.last_seen,
                "first_seen": plan.applied.current[article_id].first_seen,
                "story_id": plan.story_of(article_id),
            }

    def _add_files(self, plan: CommitPlan, state: State, pairs: set[Couple], stories: set[str]) -> None:
        for article_id, latest, path in state.version_files(plan.touched.keys() | plan.applied.moves.keys()):
            if latest or article_id in plan.new_story_of:
                self.files.add(path)
        for pair, path in state.pair_files({a for a, _ in pairs}).items():
            if pair in pairs:
                self.files.add(path)
        self.files.update(state.story_files(stories).values())
        self.files |= plan.alignments.files | plan.rereadings.files

    def _check(self, new_story_of: Mapping[str, str], stories: set[str], pairs: set[Couple]) -> None:
        repeated = (self.story_of.keys() & new_story_of.keys()) | (self.stories & stories)
        repeated |= {a for a, _ in self.pairs & pairs}
        if repeated:
            raise DecisionError(f"Two parts of one commit both decide on {min(repeated)}.")

    def of_leaving(self) -> Columns:
        columns: dict[str, dict[str, object]] = {}
        for article_id, row in self.leaving.items():
            for name, value in row.items():
                columns.setdefault(name, {})[article_id] = value
        return dict(columns)

    def of_staying(self) -> Columns:
        first_seen, last_seen = {}, {}
        for article_id, (first, last) in self.seen_between.items():
            first_seen[article_id], last_seen[article_id] = first, last
        return {"story_id": self.story_of, "first_seen": first_seen, "last_seen": last_seen}
