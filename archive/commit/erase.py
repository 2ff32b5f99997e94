"""Erasing everything that a tombstone names: rows first, in a separate snapshot; then every older copy.

Before that snapshot the article is complete, after it no reader sees it. The rest can be interrupted at any
point: the next writer continues from the tombstone, and doing it twice changes nothing.
"""

import contextlib
import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from archive.commit import rows, stories
from archive.commit.alignments import stored_coverages
from archive.commit.next_snapshot import NextSnapshot, Operation
from archive.exceptions import ArchiveDamaged, ArchiveWriteError
from archive.format.layout import Layout
from archive.format.schema import OBSERVATIONS, STORED
from archive.format.snapshot import Snapshot
from archive.pages import cdxj_index, overwrite
from archive.state import replay
from archive.state.database import State
from archive.state.tombstones import Tombstone, Tombstones, blank_observation
from archive.storage import path_guard
from archive.storage.cache import drop_cache_folder
from archive.storage.interface import Storage
from archive.tables import data_file_reader, views
from archive.tables.parquet_files import read, translated_errors

PURGE = Operation("purge")
_IDS = {"versions": ["article_id"]}
"""Columns that name an article, by stored table; a view also has a folder `versions`."""
for _name, _schema in STORED.items():
    _IDS[_name] = [column for column in _schema.names if column.startswith("article_id")]
_BLANKED = ("version", "content_hash", "etag", "last_modified", "alternates")


def erase(stones: Tombstones, following: NextSnapshot) -> Snapshot | None:
    """Rewrite every file that has a purged row without it; None where no file has one."""
    storage, state = following.storage, following.state
    purged = replay.articles_under(state, stones)
    changed = {facts.story_id for facts in state.facts(purged)}
    story_paths = set(state.story_files(changed).values())
    for file in following.head.files:
        if file.path in story_paths:
            remaining = _stories(read(storage, [file]), changed, purged, state, following.commit)
        else:
            (path,) = storage.present([file])
            hits = _hits(path, file.table, stones)
            if not any(hits):
                continue
            remaining = _without(read(storage, [file]), file.table, hits)
        following.replace([file], remaining)
    return following.finish() if following.has_replaced else None


def _hits(path: Path, table: str, stones: Tombstones) -> list[bool]:
    """True for each row of a file that belongs to a purged article."""
    addresses = ["url", "requested_url"] if table == "observations" else []
    try:
        columns = data_file_reader.opened(path).read(columns=[*_IDS[table], *addresses]).to_pydict()
    except FileNotFoundError:
        raise ArchiveDamaged(f"{path} is missing; `triptych archive verify` tells more.") from None
    except pa.ArrowException as error:
        raise ArchiveDamaged(f"{path} is not readable: {error}.") from error
    id_columns = [columns[name] for name in _IDS[table]]
    purged = {x for x in set().union(*id_columns) - {None} if stones.of_id(x)}
    hits = [not purged.isdisjoint(ids) for ids in zip(*id_columns, strict=True)]
    if addresses:
        # an observation without an article goes by its address
        rows = zip(columns["article_id"], columns["url"], columns["requested_url"], strict=True)
        for position, (article_id, url, requested_url) in enumerate(rows):
            if article_id is None and not url.startswith("purged:"):
                hits[position] = stones.of_address(url, requested_url) is not None
    return hits


def _without(table: pa.Table, name: str, hits: list[bool]) -> pa.Table:
    """Remove the hit rows; observations stay without their content, so that the totals of a crawl add up."""
    if name != "observations":
        return table.filter(pc.invert(pa.array(hits, pa.bool_())))
    with translated_errors():
        observations = table.cast(OBSERVATIONS).to_pylist()
    for row, hit in zip(observations, hits, strict=True):
        if hit:
            row.update(blank_observation(row["url"], row["requested_url"]), **dict.fromkeys(_BLANKED))
    return pa.Table.from_pylist(observations, schema=OBSERVATIONS)


def _stories(
    table: pa.Table, changed: set[str], purged: set[str], state: State, commit: rows.Commit
) -> pa.Table:
    """Rebuild the stories of purged articles from the remaining articles."""
    story_ids = set(table["story_id"].to_pylist()) & changed
    members = state.members(state.in_stories(story_ids) - purged)
    ids = [member.article_id for member in members]
    coverage_of = stored_coverages(state, set(ids))
    built = stories.build(members, state.joints(ids))
    remaining = [story.with_coverages(coverage_of).row() for story in built]
    is_changed = pc.is_in(table["story_id"], value_set=pa.array(list(story_ids), pa.string()))
    return pa.concat_tables([table.filter(pc.invert(is_changed)), rows.table("stories", remaining, commit)])


def clean(storage: Storage, stones: Tombstones, stone: Tombstone, head: Snapshot, state: State) -> None:
    """Erase everything but the rows of the head: old files and views, pages, index, quarantine, cache."""
    layout = storage.layout
    try:
        if views.current(layout) not in {None, head.id}:
            views.publish(storage, head)
        storage.mirror("_data")
        old = _earlier_files(layout, stones, head)
        views.drop_with(layout, {_unique_name(path.name) for path in old}, keep=head.id)
        drop_cache_folder(layout.root)
        for path in old:
            if path.is_relative_to(layout.data):
                storage.remove(path)
            else:
                path.unlink(missing_ok=True)
        overwrite.overwrite(storage, stone.ranges, stone.at)
        cdxj_index.remove(storage, {(x.path, x.offset) for x in stone.ranges})
        storage.flush()
        replay.scrub(state)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveWriteError(
            f"The purge is not finished; the next command continues it: {error}."
        ) from error


def _earlier_files(layout: Layout, stones: Tombstones, head: Snapshot) -> list[Path]:
    """Files of earlier snapshots, or of none, that hold a purged row; some exist only in a view."""
    examined = {_unique_name(file.path) for file in head.files}
    paths = []
    for folder in (layout.data, *path_guard.folders(layout.views, "v")):
        for path in sorted(path_guard.tree(folder, ".parquet")):
            name, table = _unique_name(path.name), path.relative_to(folder).parts[0]
            if name in examined or table not in _IDS:
                continue
            examined.add(name)
            with contextlib.suppress(ArchiveDamaged):  # nobody can read it
                if not any(_hits(path, table, stones)):
                    continue
            paths.append(path)
    return paths


def _unique_name(path: str) -> str:
    """The part of a file name that is the same in the data folder and in a view."""
    return path.rpartition("-")[2]
