"""Records and decisions as Arrow tables of the written schema."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import pyarrow as pa

from archive.commit.observations import Draft
from archive.format.codec import plain
from archive.format.records import AlignmentRecord
from archive.format.schema import STORED
from archive.state.model import CurrentVersion

Row = dict[str, object]
_K = TypeVar("_K")


@dataclass(frozen=True, slots=True)
class Commit:
    """Columns that all rows of a commit share."""

    seq: int
    at: datetime

    @property
    def month(self) -> str:
        return f"{self.at:%Y-%m}"

    def columns(self) -> Row:
        return {"ingested_at": self.at, "commit_seq": self.seq}


def version(draft: Draft, current: CurrentVersion, story_id: str) -> Row:
    """Row of a version; `story_id`: of its article after this commit."""
    return plain(draft.record) | {
        "story_id": story_id,
        "version": draft.version,
        "valid_from": draft.record.fetched_at,
        "valid_to": draft.valid_to,
        "first_seen": current.first_seen,
        "last_seen": current.last_seen if draft.valid_to is None else draft.last_seen,
    }


def table(name: str, rows: Iterable[Row], commit: Commit) -> pa.Table:
    common = commit.columns()
    return pa.Table.from_pylist([row | common for row in rows], schema=STORED[name])


def plain_rows(records: Iterable[object]) -> list[Row]:
    """Rows of records whose fields are the columns."""
    return list(map(plain, records))


def alignments(items: Iterable[tuple[str, AlignmentRecord]]) -> list[Row]:
    """Rows of aligned paragraphs, each given with the id of its story."""
    return [{"story_id": story_id} | plain(item) for story_id, item in items]


def memberships(stories_of: Mapping[str, str]) -> list[Row]:
    return [{"article_id": article, "story_id": story} for article, story in sorted(stories_of.items())]
