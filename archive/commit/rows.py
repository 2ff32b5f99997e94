"""Records and decisions as Arrow tables of the written schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from archive.commit.stories import Story
from archive.format.codec import plain
from archive.format.schema import STORED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from archive.commit.observations import Draft, Observation
    from archive.format.records import AlignmentRecord, PairRecord, RefusalRecord, SameEventRecord
    from archive.state.model import CurrentVersion

Row = dict[str, object]
_K = TypeVar("_K")


@dataclass(frozen=True, slots=True)
class Commit:
    """Columns that all rows of a commit have in common."""

    seq: int
    at: datetime

    @property
    def month(self) -> str:
        return f"{self.at:%Y-%m}"

    def columns(self) -> Row:
        return {"ingested_at": self.at, "commit_seq": self.seq}


def versions(
    drafts: Iterable[Draft], current: Mapping[str, CurrentVersion], stories: Mapping[str, str]
) -> list[Row]:
    """Rows of versions; `stories` holds the story of each article after this commit."""
    rows = []
    for draft in drafts:
        known = current[draft.record.article_id]
        latest = draft.valid_to is None
        rows.append(
            plain(draft.record)
            | {
                "story_id": stories[known.article_id],
                "version": draft.version,
                "valid_from": draft.record.fetched_at,
                "valid_to": draft.valid_to,
                "first_seen": known.first_seen,
                "last_seen": known.last_seen if latest else draft.last_seen,
            }
        )
    return rows


def table(name: str, rows: Iterable[Row], commit: Commit) -> pa.Table:
    common = commit.columns()
    return pa.Table.from_pylist([row | common for row in rows], schema=STORED[name])


def observations(items: Iterable[Observation]) -> list[Row]:
    return [plain(item) for item in items]


def pairs(items: Iterable[PairRecord]) -> list[Row]:
    return [plain(item) for item in items]


def stories(items: Iterable[Story]) -> list[Row]:
    return [item.row() for item in items]


def refusals(items: Iterable[RefusalRecord]) -> list[Row]:
    return [plain(item) for item in items]


def alignments(items: Iterable[tuple[str, AlignmentRecord]]) -> list[Row]:
    """Rows of aligned paragraphs, each given with the id of its story."""
    return [{"story_id": story_id} | plain(item) for story_id, item in items]


def same_event(items: Iterable[SameEventRecord]) -> list[Row]:
    return [plain(item) for item in items]


def memberships(stories_of: Mapping[str, str]) -> list[Row]:
    return [{"article_id": article, "story_id": story} for article, story in sorted(stories_of.items())]


def by_key(items: Mapping[_K, PairRecord] | Mapping[_K, Story]) -> dict[object, Row]:
    return {key: item.row() if isinstance(item, Story) else plain(item) for key, item in items.items()}
