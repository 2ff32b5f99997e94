"""Deletions as columns of articles, joined when rows are read.

A file of articles is written when their texts are committed, and a deletion is detected months later, so the
stored rows do not have it: docs/decisions/0026-deletions-are-joined.md.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from archive.format.schema import DELETION, TEXT, TIME

VISIT = ["article_id", "observed_at", "http_status"]
"""Columns of the visits that found an article removed."""
CAME_BACK = "came-back"
_Rows = TypeVar("_Rows", pa.Table, pa.RecordBatch)


@dataclass(frozen=True)
class Deletions:
    read: Callable[[], pa.Table]
    """Reads the visits that found an article removed, VISIT of each; once."""
    schema = DELETION
    needs = ("article_id", "last_seen")

    @cached_property
    def _visits(self) -> dict[str, list[tuple[int, int | None]]]:
        """By article: microseconds since the epoch, and the HTTP status."""
        visits: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
        rows = self.read()
        moments = rows["observed_at"].cast(pa.int64()).to_pylist()
        for article_id, at, status in zip(
            rows["article_id"].to_pylist(), moments, rows["http_status"].to_pylist(), strict=True
        ):
            if article_id is not None:
                visits[article_id].append((at, status))
        return visits

    def joined(self, rows: _Rows) -> _Rows:
        """Append the columns to rows that have those it needs.

        An article is removed if such a visit is after the last that found it; if it was earlier it came back.
        """
        times: list[int | None] = [None] * rows.num_rows
        reasons: list[str | None] = [None] * rows.num_rows
        for number in self._concerned(rows):
            article_id, last_seen = rows["article_id"][number].as_py(), rows["last_seen"][number].value
            visits = [x for x in self._visits[article_id] if last_seen is None or x[0] > last_seen]
            if visits:
                times[number], status = min(visits)
                reasons[number] = f"http-{status}"
            else:
                reasons[number] = CAME_BACK
        columns = (pa.array(times, pa.int64()).cast(TIME), pa.array(reasons, TEXT))
        for field, column in zip(self.schema, columns, strict=True):
            rows = rows.append_column(field, column)
        return rows

    def _concerned(self, rows: pa.Table | pa.RecordBatch) -> list[int]:
        if not self._visits:
            return []
        concerned = pc.is_in(rows["article_id"], value_set=pa.array(list(self._visits), pa.string()))
        numbers: list[int] = pc.indices_nonzero(concerned).to_pylist()
        return numbers

    def articles(self) -> list[str]:
        """Ids of all articles that ever were removed."""
        return list(self._visits)
