"""Replacement of an earlier extractor's reading of a stored page by today's; not an edit.

A row keeps its version, its page and its times. Its earlier columns move to `former_readings`, where `as_of`
reads them; its story and the alignments of its text change in the same snapshot.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from archive.commit import alignments, stories
from archive.commit.assembly import assemble
from archive.commit.committer import Committer
from archive.commit.next_snapshot import NextSnapshot, Operation
from archive.commit.observations import AppliedObservations, Draft
from archive.commit.plan import CommitPlan, Rereadings
from archive.commit.rows import Row
from archive.format import codec
from archive.format.records import READ_COLUMNS, Align, ArticleRecord
from archive.format.snapshot import Snapshot
from archive.opening import Place
from archive.state.database import State
from archive.storage.interface import Storage
from archive.tables import data_file_reader
from archive.tables.parquet_files import translated_errors

Key = tuple[str, int]

REREAD = Operation("reread")
COLUMNS = tuple(column.name for column in READ_COLUMNS)
"""Names of the columns read from a page; the others are about its fetch and its place."""


@dataclass(frozen=True, slots=True)
class Rereading:
    version: int
    record: ArticleRecord
    """Today's reading of the page of that version; COLUMNS of it are used."""


def publish(root: Place, rereadings: Iterable[Rereading], align: Align) -> Snapshot | None:
    """Publish one snapshot with these readings of stored versions; None if none of the versions exists.

    A version stays unchanged if it was purged meanwhile or has another page now. The cache is rebuilt
    afterwards. Raises ArchiveWriteError and what opening an archive raises.
    """
    records = {(x.record.article_id, x.version): x.record for x in rereadings}
    with Committer.open(root, "reread") as committer:
        return committer.make(REREAD, partial(_reread, records, align))


def _reread(records: Mapping[Key, ArticleRecord], align: Align, following: NextSnapshot) -> Snapshot | None:
    state, storage = following.state, following.storage
    stored, files, latest = _stored(records, state, storage)
    if not stored:
        return None
    drafts = {}
    for article_id, version in latest.items():
        record = stored[article_id, version]
        drafts[article_id] = [Draft(record, version, None, record.fetched_at)]
    members = []
    in_stories = state.in_stories({facts.story_id for facts in state.facts(latest)})
    for member in state.members(in_stories):
        if member.article_id in drafts:
            record = drafts[member.article_id][0].record
            member = replace(  # noqa: PLW2901
                member, language=record.language, headline=record.headline, published_at=record.published_at
            )
        members.append(member)
    built = stories.build(members, state.joints(in_stories))
    applied = AppliedObservations(stored={}, drafts=drafts)
    covered, realigned = alignments.realign(built, applied, state, storage, align, stale=latest.keys())
    plan = CommitPlan(
        applied=AppliedObservations(stored={}),
        new_story_of={},
        touched={},
        pairs=(),
        stories=covered,
        emptied=frozenset(),
        refused={},
        refusals=(),
        alignments=realigned,
        rereadings=Rereadings({key: _read(record) for key, record in stored.items()}, files),
    )
    return assemble(following, [plan])


def _stored(
    records: Mapping[Key, ArticleRecord], state: State, storage: Storage
) -> tuple[dict[Key, ArticleRecord], frozenset[str], dict[str, int]]:
    """Rereadings whose version has the same page, their files, and the latest version of each article."""
    stored: dict[Key, ArticleRecord] = {}
    files: set[str] = set()
    latest: dict[str, int] = {}
    located = state.version_files({article_id for article_id, _ in records})
    for path, newest in sorted({(path, newest) for _, newest, path in located}):
        with translated_errors():
            file = data_file_reader.opened(storage.present_path(path))
            table = file.read(columns=["article_id", "version", "raw_sha256"])
        for article_id, version, page in zip(*(column.to_pylist() for column in table.columns), strict=True):
            record = records.get((article_id, version))
            if record is not None and record.raw_sha256 == page:
                stored[article_id, version] = record
                files.add(path)
                if newest:
                    latest[article_id] = version
    return stored, frozenset(files), latest


def _read(record: ArticleRecord) -> Row:
    row = codec.plain(record)
    return {name: row[name] for name in COLUMNS}
