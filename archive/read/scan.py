"""A lazy set of rows: nothing is read until it is asked for as a table, a frame or batches."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds

from archive.exceptions import ArchiveDamaged
from archive.tables import unpacked
from archive.tables.parquet_files import translated_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd
Moment = str | date | datetime


class RowSet:
    """Rows of one snapshot; `columns` and filters reach the Parquet files, so that little is read."""

    def __init__(
        self,
        files: Sequence[Path],
        schema: pa.Schema,
        where: ds.Expression | None = None,
        columns: Sequence[str] | None = None,
        derive: Callable[[Sequence[str] | None], pa.Table] | None = None,
    ) -> None:
        self._files = tuple(files)
        self._schema = schema
        self._where = where
        self._columns = list(columns) if columns is not None else None
        self._derive = derive
        if unknown := [name for name in self._columns or () if name not in schema.names]:
            raise ValueError(f"no column {unknown[0]!r}; there are: {', '.join(schema.names)}")

    def files(self) -> list[Path]:
        """The Parquet files that the rows come from, before any filter."""
        return list(self._files)

    def where(self, *conditions: ds.Expression) -> RowSet:
        """Filter the rows by further conditions."""
        whole = self._where
        for condition in conditions:
            whole = condition if whole is None else whole & condition
        return RowSet(self._files, self._schema, whole, self._columns, self._derive)

    @property
    def schema(self) -> pa.Schema:
        """Schema of the rows, with the description of each column in its metadata."""
        if self._columns is None:
            return self._schema
        return pa.schema([self._schema.field(name) for name in self._columns], self._schema.metadata)

    def dataset(self) -> ds.Dataset:
        """All rows. Raises ArchiveDamaged where the files would take too much memory."""
        if self._derive is not None:
            return ds.InMemoryDataset(self._derived(self._derive))
        # a column that nobody asks for costs even when it is not read; a filter may ask for any
        schema = self.schema if self._columns and self._where is None else self._schema
        return unpacked.dataset(self._files, schema)

    def _derived(self, derive: Callable[[Sequence[str] | None], pa.Table]) -> pa.Table:
        try:
            return derive(self._columns)
        except (LookupError, TypeError, ArithmeticError, UnicodeDecodeError) as error:
            raise _damaged("its rows contradict each other", error) from error

    def to_arrow(self) -> pa.Table:
        with translated_errors():
            return self.dataset().to_table(columns=self._columns, filter=self._where)

    def to_pylist(self) -> list[dict[str, Any]]:
        """Read rows as objects of Python. Raises ArchiveDamaged for a time or a text that there is not."""
        try:
            rows: list[dict[str, Any]] = self.to_arrow().to_pylist()
        except (OverflowError, UnicodeDecodeError) as error:
            raise _damaged("a row has a value that cannot be", error) from error
        return rows

    def to_pandas(self) -> pd.DataFrame:
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame

    def batches(self, rows: int = 1024) -> Iterator[pa.RecordBatch]:
        """Read portions of at most `rows`, one in memory at a time."""
        with translated_errors():
            source = self.dataset()
            yield from source.to_batches(columns=self._columns, filter=self._where, batch_size=rows)

    def __len__(self) -> int:
        with translated_errors():
            count: int = self.dataset().count_rows(filter=self._where)
        return count


def _damaged(why: str, error: Exception) -> ArchiveDamaged:
    return ArchiveDamaged(
        f"The archive is damaged: {why} ({type(error).__name__}: {error}); `python -m archive verify` tells "
        "more."
    )


# What a reader may give for a moment: a date is its first instant, and no zone means UTC.


def to_utc(value: Moment) -> datetime:
    """Convert `2026-03-01`, `2026-03-01T10:00+02:00`, a date or a datetime into an aware datetime in UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value!r} is no date; write 2026-03-01 or 2026-03-01T10:00") from None
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    return value.replace(tzinfo=UTC) if value.utcoffset() is None else value.astimezone(UTC)
