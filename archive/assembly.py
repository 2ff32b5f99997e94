"""The files of the next snapshot: new rows, rewritten files (copy on write), merged ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from archive import rows
from archive.records import SEPARATED
from archive.schema import STORED
from archive.tables import merges, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archive.layout import Layout
    from archive.log import DataFile, Snapshot
    from archive.plan import Plan
    from archive.records import PairRecord
    from archive.state import State
    from archive.tables import TableFiles

    Edit = Callable[[pa.Table], pa.Table]


class Assembly:
    """Writes what a plan says, next to what the head holds; costs the touched files, not the archive."""

    def __init__(
        self, layout: Layout, state: State, head: Snapshot, commit: rows.Commit, files: TableFiles
    ) -> None:
        self._layout = layout
        self._state = state
        self._commit = commit
        self._files = files
        self._live = {file.path: file for file in head.files}
        self.rewrote: dict[str, tuple[str, ...]] = {}
        self._read_anew: dict[str, list[rows.Row]] = {"articles": [], "superseded": []}
        self._former_readings: list[pa.Table] = []

    def carry_out(self, plan: Plan) -> tuple[DataFile, ...]:
        """Every file of the new snapshot; the new ones are on disk and durable."""
        moved: list[pa.Table] = []
        former: list[pa.Table] = []
        pair_files = self._state.pair_files({pair.article_id_a for pair in plan.pairs})
        story_files = self._state.story_files({story.story_id for story in plan.stories} | plan.emptied)
        pairs = {(pair.article_id_a, pair.article_id_b): pair for pair in plan.pairs}
        kept_pairs = {key: pairs[key] for key in pairs if key in pair_files}
        separated = {key for key, pair in pairs.items() if pair.evidence == SEPARATED}
        replaced = {key: pair for key, pair in kept_pairs.items() if key not in separated}
        kept_stories = {x.story_id: x for x in plan.stories if x.story_id in story_files}
        touched = self._touched_versions(plan)
        touched |= {pair_files[key] for key in kept_pairs} | set(story_files.values())
        touched |= plan.alignments.files | plan.rereadings.files
        edits: dict[str, Edit] = {
            "articles": lambda table: self._edit_articles(self._keep(table, "articles", plan), plan, moved),
            "superseded": lambda table: _set(
                self._keep(table, "superseded", plan), {x: {"story_id": plan.joined[x]} for x in plan.joined}
            ),
            "pairs": lambda table: self._replace(
                table, "pairs", _pair_key, rows.by_key(replaced), frozenset(separated)
            ),
            "stories": lambda table: self._replace(
                table, "stories", _story_key, rows.by_key(kept_stories), frozenset(plan.emptied)
            ),
            "alignments": lambda table: _realigned(table, plan, former),
        }
        for name in STORED:
            self._rewrite(name, touched, edits.get(name, lambda table: table))
        added = [x for k, x in pairs.items() if k not in kept_pairs and k not in separated]
        self._add(plan, moved, added, kept_stories)
        self._write("refusals", rows.refusals(plan.refusals))
        self._write("alignments", rows.alignments(plan.alignments.new))
        self._write("former_alignments", [], former)
        return self._settle()

    def _touched_versions(self, plan: Plan) -> set[str]:
        ids = plan.touched.keys() | plan.reading.moves.keys()
        located = self._state.version_files(ids)
        return {path for article_id, latest, path in located if latest or article_id in plan.joined}

    def _rewrite(self, name: str, touched: set[str], edit: Edit) -> None:
        stored = [file for file in self._live.values() if file.table == name]
        groups = merges(stored)
        merged = {file.path for group in groups for file in group}
        groups += [[file] for file in stored if file.path in touched and file.path not in merged]
        for group in groups:
            table = edit(read(self._layout.root, group))
            for file in group:
                del self._live[file.path]
            for file in self._files.write(name, table, group[0].month):
                self.rewrote[file.path] = tuple(old.path for old in group)
                self._live[file.path] = file

    def _keep(self, table: pa.Table, name: str, plan: Plan) -> pa.Table:
        """Without the rows that are read anew, which are written again as rows of this commit."""
        anew = plan.rereadings.rows
        if not anew:
            return table
        keys = zip(table["article_id"].to_pylist(), table["version"].to_pylist(), strict=True)
        hit = pa.array([key in anew for key in keys], pa.bool_())
        former = table.filter(hit)
        self._former_readings.append(former.cast(STORED["former_readings"]))
        self._read_anew[name] += [row | anew[row["article_id"], row["version"]] for row in former.to_pylist()]
        return table.filter(pc.invert(hit))

    def _edit_articles(self, table: pa.Table, plan: Plan, moved: list[pa.Table]) -> pa.Table:
        moves = plan.reading.moves
        leaving = pc.is_in(table["article_id"], value_set=pa.array(list(moves), pa.string()))
        gone = table.filter(leaving)
        if gone.num_rows:
            changes = {
                article_id: {
                    "valid_to": move.valid_to,
                    "last_seen": move.last_seen,
                    "first_seen": plan.reading.current[article_id].first_seen,
                    "story_id": plan.story_of(article_id),
                }
                for article_id, move in moves.items()
            }
            moved.append(_set(gone, changes).cast(STORED["superseded"]))
        seen = {
            x.article_id: {"story_id": x.story_id, "first_seen": x.first_seen, "last_seen": x.last_seen}
            for x in plan.touched.values()
        }
        return _set(table.filter(pc.invert(leaving)), seen)

    def _replace(
        self,
        table: pa.Table,
        name: str,
        key: Callable[[pa.Table], list[object]],
        replacements: Mapping[object, rows.Row],
        dropped: frozenset[object],
    ) -> pa.Table:
        keys = key(table)
        keep = [k not in replacements and k not in dropped for k in keys]
        found = [replacements[k] for k in keys if k in replacements]
        return pa.concat_tables(
            [table.filter(pa.array(keep, pa.bool_())), rows.table(name, found, self._commit)]
        )

    def _add(
        self,
        plan: Plan,
        moved: list[pa.Table],
        pairs: list[PairRecord],
        kept_stories: Mapping[str, object],
    ) -> None:
        drafts = [draft for drafts in plan.reading.drafts.values() for draft in drafts]
        stories_of = {draft.record.article_id: plan.story_of(draft.record.article_id) for draft in drafts}
        current = plan.reading.current
        latest = [draft for draft in drafts if draft.valid_to is None]
        earlier = [draft for draft in drafts if draft.valid_to is not None]
        anew = self._read_anew
        self._write("articles", rows.versions(latest, current, stories_of) + anew["articles"])
        self._write("superseded", rows.versions(earlier, current, stories_of) + anew["superseded"], moved)
        self._write("former_readings", [], self._former_readings)
        self._write("observations", rows.looks(plan.reading.looks))
        self._write("memberships", rows.memberships(plan.joined))
        self._write("decisions", rows.pairs(plan.pairs))
        self._write("pairs", rows.pairs(pairs))
        self._write("stories", rows.stories(x for x in plan.stories if x.story_id not in kept_stories))

    def _write(self, name: str, new: list[rows.Row], more: list[pa.Table] | None = None) -> None:
        table = pa.concat_tables([rows.table(name, new, self._commit), *(more or [])])
        for file in self._files.write(name, table, self._commit.month):
            self._live[file.path] = file

    def _settle(self) -> tuple[DataFile, ...]:
        """A file without rows stands for a table without rows, and for that only."""
        for name in STORED:
            own = [file for file in self._live.values() if file.table == name]
            if not own:
                file = self._files.write_empty(name, self._commit.month)
                self._live[file.path] = file
            elif any(file.rows for file in own):
                for file in own:
                    if not file.rows:
                        del self._live[file.path]
        return tuple(sorted(self._live.values(), key=lambda file: (file.table, file.month, file.path)))


def _set(table: pa.Table, changes: Mapping[str, Mapping[str, object]]) -> pa.Table:
    """The table with columns of some articles replaced."""
    ids = table["article_id"].to_pylist()
    names = sorted({name for article_id in ids for name in changes.get(article_id, ())})
    for name in names:
        position = table.schema.get_field_index(name)
        old = table.column(position).to_pylist()
        new = [changes.get(x, {}).get(name, value) for x, value in zip(ids, old, strict=True)]
        field = table.schema.field(position)
        table = table.set_column(position, field, pa.array(new, field.type))
    return table


def _realigned(table: pa.Table, plan: Plan, former: list[pa.Table]) -> pa.Table:
    """Without those that no longer hold, which go to `former`; the others in the story they belong to now."""
    keys = _pair_key(table)
    gone = pa.array([key in plan.alignments.dropped for key in keys], pa.bool_())
    former.append(table.filter(gone).cast(STORED["former_alignments"]))
    stories = table["story_id"].to_pylist()
    stories = [plan.alignments.moved.get(key, old) for key, old in zip(keys, stories, strict=True)]  # type: ignore[call-overload]
    position = table.schema.get_field_index("story_id")
    table = table.set_column(position, table.schema.field(position), pa.array(stories, pa.string()))
    return table.filter(pc.invert(gone))


def _pair_key(table: pa.Table) -> list[object]:
    return list(zip(table["article_id_a"].to_pylist(), table["article_id_b"].to_pylist(), strict=True))


def _story_key(table: pa.Table) -> list[object]:
    keys: list[object] = table["story_id"].to_pylist()
    return keys
