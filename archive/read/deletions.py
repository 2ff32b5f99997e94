"""Deletions as columns of articles, joined when rows are read.

A file of articles is written when their texts come, and a deletion is learned of months later, so the stored
rows do not have it: docs/decisions/0026-deletions-are-joined.md.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from archive.format.schema import DELETION, TEXT, TIME

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK = ["article_id", "observed_at", "http_status"]
"""Columns of the looks that found an article gone."""
CAME_BACK = "came-back"
_Rows = TypeVar("_Rows", pa.Table, pa.RecordBatch)


@dataclass(frozen=True)
class Deletions:
    read: Callable[[], pa.Table]
    """Reads the looks that found an article gone, LOOK of each; once."""
    schema = DELETION
    needs = ("article_id", "last_seen")

    @cached_property
    def _looks(self) -> dict[str, list[tuple[int, int | None]]]:
        """By article: microseconds since the epoch, and the status that came."""
        found: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
        rows = self.read()
        moments = rows["observed_at"].cast(pa.int64()).to_pylist()
        for article_id, at, status in zip(
            rows["article_id"].to_pylist(), moments, rows["http_status"].to_pylist(), strict=True
        ):
            if article_id is not None:
                found[article_id].append((at, status))
        return found

    def joined(self, rows: _Rows) -> _Rows:
        """Append the columns to rows that have those it needs.

        An article is gone by the first such look behind the last that found it; by an earlier one it was.
        """
        gone: list[int | None] = [None] * rows.num_rows
        why: list[str | None] = [None] * rows.num_rows
        for number in self._concerned(rows):
            article_id, last_seen = rows["article_id"][number].as_py(), rows["last_seen"][number].value
            looks = [look for look in self._looks[article_id] if last_seen is None or look[0] > last_seen]
            if looks:
                gone[number], status = min(looks)
                why[number] = f"http-{status}"
            else:
                why[number] = CAME_BACK
        columns = (pa.array(gone, pa.int64()).cast(TIME), pa.array(why, TEXT))
        for field, column in zip(self.schema, columns, strict=True):
            rows = rows.append_column(field, column)
        return rows

    def _concerned(self, rows: pa.Table | pa.RecordBatch) -> list[int]:
        if not self._looks:
            return []
        known = pc.is_in(rows["article_id"], value_set=pa.array(list(self._looks), pa.string()))
        numbers: list[int] = pc.indices_nonzero(known).to_pylist()
        return numbers

    def articles(self) -> list[str]:
        """Return the ids of all that ever were gone."""
        return list(self._looks)
