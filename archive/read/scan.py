"""A lazy set of rows: nothing is read until it is asked for as a table, a frame or batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

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
_FILE = "__filename"
"""Name that Arrow has for the path of the file that a row is from."""
_Rows = TypeVar("_Rows", pa.Table, pa.RecordBatch)


class Joined(Protocol):
    """Columns that are in no file and come to the rows that were read."""

    @property
    def schema(self) -> pa.Schema: ...

    @property
    def needs(self) -> Sequence[str]:
        """Columns of the rows that they are found by."""

    def joined(self, rows: _Rows) -> _Rows:
        """Append them to rows, which have what they need."""


class Rows(ABC):
    """Rows that are read as a table of Arrow first, then as what a program or a person works with."""

    @abstractmethod
    def to_arrow(self) -> pa.Table: ...

    def to_pylist(self) -> list[dict[str, Any]]:
        """Read rows as objects of Python. Raises ArchiveDamaged for a time or a text that there is not."""
        table = self.to_arrow()
        with translated_errors():
            rows: list[dict[str, Any]] = table.to_pylist()
        return rows

    def to_pandas(self) -> pd.DataFrame:
        """Read rows as a frame. Raises ArchiveDamaged as `to_pylist` does."""
        table = self.to_arrow()
        with translated_errors():
            table.validate(full=True)  # pandas would find a text that is none when it is printed
            try:
                frame: pd.DataFrame = table.to_pandas()
            except pa.ArrowException:
                raise
            except ValueError as error:  # a day of no calendar
                raise OverflowError(str(error)) from error
        return frame


class RowSet(Rows):
    """Rows of one snapshot; `columns` and filters reach the Parquet files, so that little is read.

    What reads them raises ArchiveDamaged or SnapshotNotFound for a file that is altered or gone. A table or a
    batch of Arrow may still hold a time or a text that Python has not; `to_pylist` and `to_pandas` find it.
    """

    def __init__(
        self,
        files: Sequence[Path],
        schema: pa.Schema,
        where: ds.Expression | None = None,
        columns: Sequence[str] | None = None,
        *,
        derive: Callable[[Sequence[str] | None], pa.Table] | None = None,
        joined: Joined | None = None,
        sought: bool = False,
    ) -> None:
        """`joined`: columns behind those of the schema; no filter may name them. `sought`: see `seek`."""
        self._files = tuple(files)
        self._stored = schema
        self._schema = schema if joined is None else _with(schema, joined.schema)
        self._where = where
        self._columns = list(columns) if columns is not None else None
        self._derive = derive
        self._sought = sought
        names = self._schema.names
        if unknown := [name for name in self._columns or () if name not in names]:
            raise ValueError(f"no column {unknown[0]!r}; there are: {', '.join(names)}")
        own = set(schema.names)
        # what nobody asks for costs nothing
        self._joined = joined if self._columns is None or not own.issuperset(self._columns) else None
        self._read = self._columns
        if self._joined is not None and self._columns is not None:
            wanted = (*self._columns, *self._joined.needs)
            self._read = [name for name in dict.fromkeys(wanted) if name in own]

    def files(self) -> list[Path]:
        """The Parquet files that the rows come from, before any filter."""
        return list(self._files)

    def of_file(self, number: int) -> RowSet:
        """Narrow the rows to those of one of `files`. Raises ValueError for rows that are derived."""
        return self.of_files([number])

    def of_files(self, numbers: Sequence[int]) -> RowSet:
        """Narrow the rows to those of some of `files`. Raises ValueError for rows that are derived."""
        if self._derive is not None:
            raise ValueError("rows of a moment in the past come from several files each")
        return self._narrowed([self._files[number] for number in numbers], self._where)

    def where(self, *conditions: ds.Expression) -> RowSet:
        """Filter the rows by further conditions.

        Examples:
            >>> len(a.articles().where(ds.field("headline") == "A bridge is painted"))
            1
        """
        whole = self._where
        for condition in conditions:
            whole = condition if whole is None else whole & condition
        return self._narrowed(self._files, whole)

    def seek(self, *conditions: ds.Expression) -> RowSet:
        """Filter the rows by conditions that few rows meet.

        The columns that conditions name are read first, and the others from files that have such a row alone.
        """
        found = self.where(*conditions)
        found._sought = True
        return found

    def _narrowed(self, files: Sequence[Path], where: ds.Expression | None) -> RowSet:
        return RowSet(
            *(files, self._stored, where, self._columns),
            derive=self._derive,
            joined=self._joined,
            sought=self._sought,
        )

    @property
    def schema(self) -> pa.Schema:
        """Schema of the rows, with the description of each column in its metadata.

        Examples:
            >>> a.stories().schema.field("languages").metadata
            {b'description': b'of its articles: uk, en, ru first, then others'}
        """
        if self._columns is None:
            return self._schema
        return pa.schema([self._schema.field(name) for name in self._columns], self._schema.metadata)

    @property
    def stored_schema(self) -> pa.Schema:
        """Schema of the files."""
        return self._stored

    def dataset(self) -> ds.Dataset:
        """All rows, with the columns that files have.

        Raises ArchiveDamaged where a file is none, or all would take too much memory. What is read from it
        later may raise errors of Arrow.
        """
        return self._dataset(self._files)

    def _dataset(self, files: Sequence[Path]) -> Any:
        # a column that nobody asks for costs even when it is not read; a filter may ask for any
        schema = self._stored
        if self._read and self._where is None:
            schema = pa.schema([schema.field(name) for name in self._read], schema.metadata)
        with translated_errors():
            if self._derive is not None:
                return ds.InMemoryDataset(self._derived(self._derive))
            return unpacked.dataset(files, schema)

    def _derived(self, derive: Callable[[Sequence[str] | None], pa.Table]) -> pa.Table:
        try:
            return derive(self._read)
        except pa.ArrowException:
            raise
        except (LookupError, TypeError, AttributeError, ArithmeticError, ValueError) as error:
            raise _damaged(f"its rows contradict each other ({type(error).__name__}: {error})") from error

    def _scanner(self, **options: int) -> ds.Scanner:
        source = self._dataset(self._with_hits())
        # an error of Arrow is about the filter here, which is the caller's
        return source.scanner(columns=self._read, filter=self._where, **options)

    def _with_hits(self) -> Sequence[Path]:
        """Leave out the files without a row that the filter keeps, where few rows are sought."""
        if not self._sought or self._where is None or self._derive is not None or len(self._files) < 2:
            return self._files
        source = self._dataset(self._files)
        scanner = source.scanner(columns=[_FILE], filter=self._where)
        with translated_errors():
            hits = {name for batch in scanner.to_batches() for name in batch[_FILE].unique().to_pylist()}
        return [path for path, name in zip(self._files, source.files, strict=True) if name in hits]

    def to_arrow(self) -> pa.Table:
        scanner = self._scanner()
        with translated_errors():
            rows = scanner.to_table()
        return self._complete(rows)

    def batches(self, rows: int = 1024) -> Iterator[pa.RecordBatch]:
        """Read portions of at most `rows`, one in memory at a time.

        Examples:
            >>> sum(batch.num_rows for batch in a.articles(columns=["headline"]).batches(1024))
            9
        """
        scanner = self._scanner(batch_size=rows)
        with translated_errors():
            for batch in scanner.to_batches():
                yield self._complete(batch)

    def tables(self, files: int = 16) -> Iterator[pa.Table]:
        """Read portions of so many files, one in memory at a time; of no files one without rows."""
        if self._derive is not None:
            yield self.to_arrow()
            return
        for start in range(0, max(len(self._files), 1), files):
            yield self._narrowed(self._files[start : start + files], self._where).to_arrow()

    def __len__(self) -> int:
        scanner = self._scanner()
        with translated_errors():
            count: int = scanner.count_rows()
        return count

    def _complete(self, rows: _Rows) -> _Rows:
        """Join what comes from elsewhere. Raises ArchiveDamaged where a value is missing that no row lacks.

        A file may lack a column.
        """
        if self._joined is not None:
            rows = self._joined.joined(rows)
            rows = rows if self._columns is None else rows.select(self._columns)
        for field in self.schema:
            if not field.nullable and rows.column(field.name).null_count:
                raise _damaged(f"a row has no {field.name}")
        return rows


def _with(schema: pa.Schema, more: pa.Schema) -> pa.Schema:
    return pa.schema([*schema, *more], schema.metadata)


def _damaged(why: str) -> ArchiveDamaged:
    return ArchiveDamaged(f"The archive is damaged: {why}; `python -m archive verify` tells more.")


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


# Conditions of Arrow, made of what a reader chooses rows by.


def among(column: str, values: str | Sequence[str] | None) -> ds.Expression | None:
    if values is None:
        return None
    return ds.field(column).isin([values] if isinstance(values, str) else list(values))


def between(column: str, bounds: tuple[Moment | None, Moment | None] | None) -> ds.Expression | None:
    if bounds is None:
        return None
    if not isinstance(bounds, tuple | list) or len(bounds) != 2:
        raise ValueError(f'{bounds!r}: expected from and to, such as ("2026-03-01", None)')
    start, end = bounds
    return all_of(
        ds.field(column) >= pa.scalar(to_utc(start)) if start is not None else None,
        ds.field(column) < pa.scalar(to_utc(end)) if end is not None else None,
    )


def all_of(*conditions: ds.Expression | None) -> ds.Expression | None:
    """Join conditions; what is None asks for nothing."""
    joint = None
    for condition in conditions:
        if condition is not None:
            joint = condition if joint is None else joint & condition
    return joint
