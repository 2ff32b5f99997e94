"""The files of the next snapshot: new rows, rewritten files (copy on write), merged ones."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from archive.commit import rows
from archive.exceptions import DecisionError
from archive.format.records import NO_PAIR
from archive.format.schema import STORED
from archive.tables.parquet_files import merges, read

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from archive.commit.next_snapshot import NextSnapshot
    from archive.commit.plan import CommitPlan
    from archive.format.snapshot import Snapshot
    from archive.state.database import State

    Edit = Callable[[pa.Table], pa.Table]

    Couple = tuple[str, str]

    Columns = dict[str, Mapping[str, object]]


def assemble(
    following: NextSnapshot,
    plans: Iterable[CommitPlan],
    *,
    segments: Iterable[str] = (),
    summary: Mapping[str, int] | None = None,
) -> Snapshot:
    """The snapshot that these plans make, next to what the head holds; `summary`: the caller's counters.

    Rows that a plan adds are written before the next plan is asked for, what it changes in stored files when
    all are known: each file once. Only one of them may bring texts. DecisionError where two have an article
    or a story in common.
    """
    return _Assembly(following).carry_out(plans, segments, summary or {})


class _Assembly:
    """Writes what plans say; costs as much as the files it touches, not as the archive."""

    def __init__(self, following: NextSnapshot) -> None:
        self._following = following
        self._storage = following.storage
        self._read_anew: dict[str, list[rows.Row]] = {"articles": [], "superseded": []}
        self._former_readings: list[pa.Table] = []

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
        moved: list[pa.Table] = []
        former: list[pa.Table] = []
        edits: dict[str, Edit] = {
            "articles": lambda table: self._edit_articles(
                self._keep(table, "articles", texts), changes, moved
            ),
            "superseded": lambda table: _set(
                self._keep(table, "superseded", texts), {"story_id": changes.story_of}
            ),
            "pairs": lambda table: _without(table, _pair_key(table), changes.pairs),
            "stories": lambda table: _without(table, table["story_id"].to_pylist(), changes.stories),
            "alignments": lambda table: _realigned(table, changes, former),
        }
        for name in STORED:
            self._rewrite(name, changes.files, edits.get(name, lambda table: table))
        if sum(map(len, moved)) != len(changes.leaving):
            raise sqlite3.DatabaseError("it names the wrong files of articles")
        self._add_texts(texts, moved)
        self._write("former_alignments", [], former)
        return self._following.finish(segments=segments, summary={**counters, **summary})

    def _rewrite(self, name: str, touched: set[str], edit: Edit) -> None:
        """Edit the files of a table that are touched, and those that are due to be merged."""
        stored = [file for file in self._following.head.files if file.table == name]
        groups = merges(stored)
        merged = {file.path for group in groups for file in group}
        groups += [[file] for file in stored if file.path in touched and file.path not in merged]
        for group in groups:
            self._following.replace(group, edit(read(self._storage, group)))

    def _keep(self, table: pa.Table, name: str, plan: CommitPlan | None) -> pa.Table:
        """Take out the rows of reread versions, which are written again as rows of this commit."""
        anew = plan.rereadings.rows if plan else {}
        if not anew:
            return table
        keys = zip(table["article_id"].to_pylist(), table["version"].to_pylist(), strict=True)
        hit = pa.array([key in anew for key in keys], pa.bool_())
        former = table.filter(hit)
        self._former_readings.append(former.cast(STORED["former_readings"]))
        self._read_anew[name] += [row | anew[row["article_id"], row["version"]] for row in former.to_pylist()]
        return table.filter(pc.invert(hit))

    def _edit_articles(self, table: pa.Table, changes: Changes, moved: list[pa.Table]) -> pa.Table:
        leaving = pc.is_in(table["article_id"], value_set=pa.array(list(changes.leaving), pa.string()))
        if pc.any(leaving).as_py():
            moved.append(_set(table.filter(leaving), changes.of_leaving()).cast(STORED["superseded"]))
            table = table.filter(pc.invert(leaving))
        return _set(table, changes.of_staying())

    def _add(self, plan: CommitPlan) -> None:
        self._write("observations", rows.observations(plan.applied.observations))
        self._write("memberships", rows.memberships(plan.joined))
        self._write("decisions", rows.pairs(plan.pairs))
        self._write("pairs", rows.pairs(pair for pair in plan.pairs if pair.evidence not in NO_PAIR))
        self._write("stories", rows.stories(plan.stories))
        self._write("refusals", rows.refusals(plan.refusals))
        self._write("alignments", rows.alignments(plan.alignments.new))

    def _add_texts(self, plan: CommitPlan | None, moved: list[pa.Table]) -> None:
        drafts = [draft for drafts in plan.applied.drafts.values() for draft in drafts] if plan else []
        stories_of = {x.record.article_id: plan.story_of(x.record.article_id) for x in drafts} if plan else {}
        current = plan.applied.current if plan else {}
        latest = [draft for draft in drafts if draft.valid_to is None]
        earlier = [draft for draft in drafts if draft.valid_to is not None]
        anew = self._read_anew
        self._write("articles", rows.versions(latest, current, stories_of) + anew["articles"])
        self._write("superseded", rows.versions(earlier, current, stories_of) + anew["superseded"], moved)
        self._write("former_readings", [], self._former_readings)

    def _write(self, name: str, new: list[rows.Row], more: list[pa.Table] | None = None) -> None:
        table = pa.concat_tables([rows.table(name, new, self._following.commit), *(more or [])])
        self._following.add(name, table)


def _set(table: pa.Table, changes: Mapping[str, Mapping[str, object]]) -> pa.Table:
    """Replace values of some articles: column -> article -> value."""
    ids = table["article_id"].to_pylist()
    for name, values in changes.items():
        if values.keys().isdisjoint(ids):
            continue
        position = table.schema.get_field_index(name)
        old = table.column(position).to_pylist()
        new = [values.get(x, value) for x, value in zip(ids, old, strict=True)]
        field = table.schema.field(position)
        table = table.set_column(position, field, pa.array(new, field.type))
    return table


def _without(table: pa.Table, keys: Sequence[object], dropped: Collection[object]) -> pa.Table:
    return table.filter(pa.array([key not in dropped for key in keys], pa.bool_()))


def _realigned(table: pa.Table, changes: Changes, former: list[pa.Table]) -> pa.Table:
    """Move rows that no longer hold to `former`, and give the others the story they belong to now."""
    keys = _pair_key(table)
    gone = pa.array([key in changes.realigned for key in keys], pa.bool_())
    former.append(table.filter(gone).cast(STORED["former_alignments"]))
    stories = table["story_id"].to_pylist()
    stories = [changes.story_of_couple.get(key, old) for key, old in zip(keys, stories, strict=True)]
    position = table.schema.get_field_index("story_id")
    table = table.set_column(position, table.schema.field(position), pa.array(stories, pa.string()))
    return table.filter(pc.invert(gone))


def _pair_key(table: pa.Table) -> list[tuple[str, str]]:
    return list(zip(table["article_id_a"].to_pylist(), table["article_id_b"].to_pylist(), strict=True))


# Changes to stored rows, of all plans of a commit: little for each article, as there may be a million.


@dataclass(slots=True)
class Changes:
    story_of: dict[str, str] = field(default_factory=dict)
    """Story of each article that is new or has another story than before."""
    seen: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """First and last observation of each stored article that was observed."""
    leaving: dict[str, dict[str, object]] = field(default_factory=dict)
    """Articles whose stored text is superseded, with the columns that change."""
    pairs: set[Couple] = field(default_factory=set)
    """Pairs whose rows go; a pair decided anew gets a new row."""
    stories: set[str] = field(default_factory=set)
    """Stories whose rows go; those that remain get new rows."""
    realigned: set[Couple] = field(default_factory=set)
    """Pairs of articles whose alignment no longer holds."""
    story_of_couple: dict[Couple, str] = field(default_factory=dict)
    """New story of alignments that stay and change their story."""
    files: set[str] = field(default_factory=set)
    """Paths of the files that hold a row to be changed."""

    def add(self, plan: CommitPlan, state: State) -> None:
        self._check(plan)
        pairs = {(pair.article_id_a, pair.article_id_b) for pair in plan.pairs}
        pair_files = state.pair_files({a for a, _ in pairs})
        stories = {story.story_id for story in plan.stories} | plan.emptied
        moves = plan.applied.moves
        located = state.version_files(plan.touched.keys() | moves.keys())
        self.files |= {path for x, latest, path in located if latest or x in plan.joined}
        self.files |= {pair_files[pair] for pair in pairs if pair in pair_files}
        self.files |= set(state.story_files(stories).values())
        self.files |= plan.alignments.files | plan.rereadings.files
        self.pairs |= pairs
        self.stories |= stories
        self.story_of |= plan.joined
        self.realigned |= plan.alignments.dropped
        self.story_of_couple |= plan.alignments.moved
        looked = (x for x in plan.touched.values() if x.article_id in plan.applied.stored)
        self.seen |= {x.article_id: (x.first_seen, x.last_seen) for x in looked}
        self.leaving |= {
            article_id: {
                "valid_to": move.valid_to,
                "last_seen": move.last_seen,
                "first_seen": plan.applied.current[article_id].first_seen,
                "story_id": plan.story_of(article_id),
            }
            for article_id, move in moves.items()
        }

    def _check(self, plan: CommitPlan) -> None:
        twice = self.story_of.keys() & plan.joined.keys()
        twice |= self.stories & ({story.story_id for story in plan.stories} | plan.emptied)
        twice |= {a for a, b in self.pairs & {(x.article_id_a, x.article_id_b) for x in plan.pairs}}
        if twice:
            raise DecisionError(f"Two parts of one commit decide on the same: {min(twice)}.")

    def of_leaving(self) -> Columns:
        names = ("valid_to", "last_seen", "first_seen", "story_id")
        return {name: {x: row[name] for x, row in self.leaving.items()} for name in names}

    def of_staying(self) -> Columns:
        return {
            "story_id": self.story_of,
            "first_seen": {x: first for x, (first, _) in self.seen.items()},
            "last_seen": {x: last for x, (_, last) in self.seen.items()},
        }
