"""Erasing all that a tombstone names: rows first, in a snapshot of its own; then every older copy.

Until that snapshot the article is there whole, from it on no reader sees it. The rest can be interrupted at
any point, and the next writer goes on with it: it needs the tombstone alone, and twice changes nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from archive.commit import rows, stories
from archive.commit.alignments import stored_coverages
from archive.commit.next_snapshot import Operation
from archive.exceptions import ArchiveDamaged, ArchiveWriteError
from archive.format.schema import LANGUAGES, OBSERVATIONS
from archive.pages import cdxj_index, overwrite
from archive.state import replay
from archive.state.tombstones import blank_observation
from archive.storage import inside
from archive.storage.cache import drop_cache_folder
from archive.tables import unpacked, views
from archive.tables.parquet_files import read, translated_errors

if TYPE_CHECKING:
    from pathlib import Path

    from archive.commit.next_snapshot import NextSnapshot
    from archive.format.layout import Layout
    from archive.format.snapshot import Snapshot
    from archive.state.database import State
    from archive.state.tombstones import Tombstone, Tombstones
    from archive.storage.interface import Storage

PURGE = Operation("purge")
_IDS = {
    "articles": ["article_id"],
    "superseded": ["article_id"],
    "former_readings": ["article_id"],
    "versions": ["article_id"],
    "memberships": ["article_id"],
    "pairs": ["article_id_a", "article_id_b"],
    "decisions": ["article_id_a", "article_id_b"],
    "refusals": ["article_id_a", "article_id_b"],
    "alignments": ["article_id_a", "article_id_b"],
    "former_alignments": ["article_id_a", "article_id_b"],
    "same_event": ["article_id_a", "article_id_b"],
    "observations": ["article_id"],
    "stories": [f"article_id_{language}" for language in LANGUAGES],
}
_BLANKED = ("version", "content_hash", "etag", "last_modified", "alternates")


def erase(stones: Tombstones, following: NextSnapshot) -> Snapshot | None:
    """Write every file that has a purged row again without it; None where no file has one."""
    storage, state = following.storage, following.state
    gone = replay.articles_under(state, stones)
    changed = {facts.story_id for facts in state.facts(gone)}
    places = set(state.story_files(changed).values())
    for file in following.head.files:
        if file.path in places:
            left = _stories(read(storage, [file]), changed, gone, state, following.commit)
        else:
            (path,) = storage.present([file])
            hits = _hits(path, file.table, stones)
            if not any(hits):
                continue
            left = _without(read(storage, [file]), file.table, hits)
        following.replace([file], left)
    return following.finish() if following.has_replaced else None


def _hits(path: Path, table: str, stones: Tombstones) -> list[bool]:
    """True for each row of a file that speaks of a purged article."""
    addresses = ["url", "requested_url"] if table == "observations" else []
    try:
        found = unpacked.opened(path).read(columns=[*_IDS[table], *addresses])
    except FileNotFoundError:
        raise ArchiveDamaged(f"{path} is missing; `python -m archive verify` tells more.") from None
    except pa.ArrowException as error:
        raise ArchiveDamaged(f"{path} is not readable: {error}.") from error
    columns = [found[name].to_pylist() for name in _IDS[table]]
    purged = {x for x in {x for column in columns for x in column if x is not None} if stones.of_id(x)}
    hits = [any(x in purged for x in ids) for ids in zip(*columns, strict=True)]
    if addresses:
        # an observation without an article goes by its address
        for position, (article_id, *urls) in enumerate(
            zip(columns[0], *(found[name].to_pylist() for name in addresses), strict=True)
        ):
            if article_id is None and not urls[0].startswith("purged:"):
                hits[position] = stones.of_address(*urls) is not None
    return hits


def _without(table: pa.Table, name: str, hits: list[bool]) -> pa.Table:
    """Remove the hit rows; observations stay without their content, so that the sums of a crawl add up."""
    if name != "observations":
        return table.filter(pa.array([not hit for hit in hits], pa.bool_()))
    with translated_errors():
        observations = table.cast(OBSERVATIONS).to_pylist()
    for row, hit in zip(observations, hits, strict=True):
        if hit:
            row.update(blank_observation(row["url"], row["requested_url"]), **dict.fromkeys(_BLANKED))
    return pa.Table.from_pylist(observations, schema=OBSERVATIONS)


def _stories(
    table: pa.Table, changed: set[str], gone: set[str], state: State, commit: rows.Commit
) -> pa.Table:
    """Build the stories of purged articles anew from the articles that are left."""
    here = set(table["story_id"].to_pylist()) & changed
    members = state.members(state.in_stories(here) - gone)
    ids = [member.article_id for member in members]
    known = stored_coverages(state, set(ids))
    left = [
        replace(story, coverages=tuple(known[x] for x in story.couples() if x in known))
        for story in stories.build(members, state.joints(ids))
    ]
    keep = pa.array([x not in here for x in table["story_id"].to_pylist()], pa.bool_())
    return pa.concat_tables([table.filter(keep), rows.table("stories", rows.stories(left), commit)])


def clean(storage: Storage, stones: Tombstones, stone: Tombstone, head: Snapshot, state: State) -> None:
    """Erase everything but the rows of the head: old files and views, pages, index, quarantine, cache."""
    layout = storage.layout
    try:
        if views.current(layout) not in {None, head.id}:
            views.publish(storage, head)
        storage.mirror("_data")
        old = _earlier_files(layout, stones, head)
        views.drop_with(layout, {path.name.rpartition("-")[2] for path in old}, keep=head.id)
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
            f"The purge is not finished, the next command goes on with it: {error}."
        ) from error


def _earlier_files(layout: Layout, stones: Tombstones, head: Snapshot) -> list[Path]:
    """Files of earlier snapshots, or of none, that hold a purged row; some are left in a view only."""
    live = {file.path.rpartition("-")[2] for file in head.files}
    examined = set(live)
    found = []
    for folder in (layout.data, *inside.folders(layout.views, "v")):
        for path in sorted(inside.tree(folder, ".parquet")):
            own, table = path.name.rpartition("-")[2], path.relative_to(folder).parts[0]
            if own in examined or table not in _IDS:
                continue
            examined.add(own)
            with contextlib.suppress(ArchiveDamaged):  # what cannot be read is of no use to anybody
                if not any(_hits(path, table, stones)):
                    continue
            found.append(path)
    return found
