"""Replacement of what an earlier extractor read from a stored page by what today's reads; not an edit.

A row keeps its version, its page and its times. Its earlier columns go to `former_readings`, from which
`as_of` answers; the stories that show it and the alignments of its text change in the same snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from archive.commit import alignments, stories
from archive.commit.assembly import assemble
from archive.commit.committer import Committer
from archive.commit.next_snapshot import Operation
from archive.commit.observations import AppliedObservations, Draft
from archive.commit.plan import CommitPlan, Rereadings
from archive.format import codec
from archive.format.records import READ_COLUMNS
from archive.tables import unpacked
from archive.tables.parquet_files import translated_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archive.commit.next_snapshot import NextSnapshot
    from archive.commit.rows import Row
    from archive.format.records import Align, ArticleRecord
    from archive.format.snapshot import Snapshot
    from archive.opening import Place
    from archive.state.database import State
    from archive.storage.interface import Storage

    Key = tuple[str, int]

REREAD = Operation("reread")
COLUMNS = tuple(column.name for column in READ_COLUMNS)
"""Names of the columns read from a page; the others are about its fetch and its place."""


@dataclass(frozen=True, slots=True)
class Rereading:
    version: int
    record: ArticleRecord
    """As today's extractor reads the page of that version; COLUMNS of it are taken."""


def publish(root: Place, rereadings: Iterable[Rereading], align: Align) -> Snapshot | None:
    """Publish one snapshot with these readings of stored versions; None where none of the versions is there.

    A version that was purged meanwhile, or whose page is another one, is left as it is. The cache of known
    addresses is filled anew afterwards. Raises ArchiveWriteError and what opening an archive raises.
    """
    wanted = {(x.record.article_id, x.version): x.record for x in rereadings}
    with Committer.open(root, "reread") as committer:
        return committer.make(REREAD, partial(_reread, wanted, align))


def _reread(wanted: Mapping[Key, ArticleRecord], align: Align, following: NextSnapshot) -> Snapshot | None:
    plan = _plan(wanted, align, following.state, following.storage)
    return None if plan is None else assemble(following, [plan])


def _plan(
    wanted: Mapping[Key, ArticleRecord], align: Align, state: State, storage: Storage
) -> CommitPlan | None:
    found, files, latest = _stored(wanted, state, storage)
    if not found:
        return None
    today = {x: found[x, version] for x, version in latest.items()}
    drafts = {x: [Draft(record, latest[x], None, record.fetched_at)] for x, record in today.items()}
    applied = AppliedObservations(stored={}, drafts=drafts)
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
    covered, laid = alignments.realign(built, applied, state, storage, align, stale=latest.keys())
    return CommitPlan(
        applied=AppliedObservations(stored={}),
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
    wanted: Mapping[Key, ArticleRecord], state: State, storage: Storage
) -> tuple[dict[Key, ArticleRecord], frozenset[str], dict[str, int]]:
    """Rereadings whose version is there with the same page, their files, and the latest version of each."""
    found: dict[Key, ArticleRecord] = {}
    files: set[str] = set()
    latest: dict[str, int] = {}
    located = state.version_files({article_id for article_id, _ in wanted})
    for path, newest in sorted({(path, newest) for _, newest, path in located}):
        with translated_errors():
            file = unpacked.opened(storage.present_path(path))
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
