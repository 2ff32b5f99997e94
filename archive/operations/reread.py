"""Today's reading of a stored page in place of an earlier one: no edit, and the past tells what it told.

A row keeps its version, its page and its times. What it said before goes to `former_readings`, from which
`as_of` answers; the stories that show it and the alignments of its text follow in the same snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from archive.commit import alignments, stories
from archive.commit.committer import Committer
from archive.commit.observations import Draft, Reading
from archive.commit.plan import Plan, Rereadings
from archive.format import codec
from archive.format.records import READ_COLUMNS
from archive.opening import open_existing, utc_now
from archive.storage import download

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from archive.commit.rows import Row
    from archive.format.records import Align, ArticleRecord
    from archive.format.snapshot import Snapshot
    from archive.state.database import State

    Key = tuple[str, int]

COLUMNS = tuple(column.name for column in READ_COLUMNS)
"""Names of what is read from a page; the other columns tell of its fetch and its place."""


@dataclass(frozen=True, slots=True)
class Rereading:
    version: int
    record: ArticleRecord
    """As today's extractor reads the page of that version; COLUMNS of it are taken."""


def publish(root: str | os.PathLike[str], rereadings: Iterable[Rereading], align: Align) -> Snapshot | None:
    """One snapshot in which these versions say what is read today; None where none of them is there.

    A version that was purged meanwhile, or whose page is another one, is left as it is. The cache of known
    addresses is filled anew afterwards. Raises ArchiveWriteError and what opening an archive raises.
    """
    wanted = {(x.record.article_id, x.version): x.record for x in rereadings}
    layout, log, _ = open_existing(root)
    committer = Committer(layout, log, "reread", utc_now)
    try:
        return committer.reread(lambda state: plan_of(wanted, state, layout.root, align))
    finally:
        committer.close()


def plan_of(wanted: Mapping[Key, ArticleRecord], state: State, root: Path, align: Align) -> Plan | None:
    found, files, latest = _stored(wanted, state, root)
    if not found:
        return None
    today = {x: found[x, version] for x, version in latest.items()}
    drafts = {x: [Draft(record, latest[x], None, record.fetched_at)] for x, record in today.items()}
    reading = Reading(stored={}, drafts=drafts)
    in_stories = state.in_stories({facts.story_id for facts in state.facts(latest)})
    members = [
        member
        if (record := today.get(member.article_id)) is None
        else replace(
            member, language=record.language, headline=record.headline, published_at=record.published_at
        )
        for member in state.members(in_stories)
    ]
    built = stories.build(members, state.joints(in_stories))
    covered, laid = alignments.settle(built, reading, state, root, align, stale=latest.keys())
    return Plan(
        reading=Reading(stored={}),
        joined={},
        touched={},
        pairs=(),
        stories=covered,
        emptied=frozenset(),
        refused={},
        refusals=(),
        alignments=laid,
        rereadings=Rereadings({key: _read(record) for key, record in found.items()}, files),
    )


def _stored(
    wanted: Mapping[Key, ArticleRecord], state: State, root: Path
) -> tuple[dict[Key, ArticleRecord], frozenset[str], dict[str, int]]:
    """Those that are still there and of the same page, the files they lie in, and which are the latest."""
    found: dict[Key, ArticleRecord] = {}
    files: set[str] = set()
    latest: dict[str, int] = {}
    located = state.version_files({article_id for article_id, _ in wanted})
    for path, newest in sorted({(path, newest) for _, newest, path in located}):
        with download.told():
            file = pq.ParquetFile(download.present_path(root, path))
            table = file.read(columns=["article_id", "version", "raw_sha256"])
        for article_id, version, page in zip(*(column.to_pylist() for column in table.columns), strict=True):
            record = wanted.get((article_id, version))
            if record is not None and record.raw_sha256 == page:
                found[article_id, version] = record
                files.add(path)
                if newest:
                    latest[article_id] = version
    return found, frozenset(files), latest


def _read(record: ArticleRecord) -> Row:
    row = codec.plain(record)
    return {name: row[name] for name in COLUMNS}
