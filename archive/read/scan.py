"""A lazy set of rows: nothing is read before it is converted to a table, a frame or batches."""

from __future__ import annotations

import functools
import operator
from abc import ABC, abstractmethod
from datetime import UTC, date, datetime
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.dataset as ds

from archive.exceptions import ArchiveDamaged
from archive.tables import data_file_reader
from archive.tables.parquet_files import translated_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from archive.read.deletions import Deletions

Moment = str | date | datetime
_FILE = "__filename"
"""Arrow's name for the path of the file of a row."""
_Rows = TypeVar("_Rows", pa.Table, pa.RecordBatch)


class Rows(ABC):
    """Rows that are read as an Arrow table, then converted to Python objects or a frame."""

    @abstractmethod
    def to_arrow(self) -> pa.Table: ...

    def to_pylist(self) -> list[dict[str, Any]]:
        """Read rows as Python objects. Raises ArchiveDamaged for an invalid time or text."""
        table = self.to_arrow()
        with translated_errors():
            rows: list[dict[str, Any]] = table.to_pylist()
        return rows

    def to_pandas(self) -> pd.DataFrame:
        """Read rows as a frame. Raises ArchiveDamaged as `to_pylist` does."""
        table = self.to_arrow()
        with translated_errors():
            table.validate(full=True)  # otherwise pandas finds an invalid text only when it is printed
            try:
                frame: pd.DataFrame = table.to_pandas()
            except pa.ArrowException:
                raise
            except ValueError as error:  # an impossible date
                raise OverflowError(str(error)) from error
        return frame


class RowSet(Rows):
    """Rows of one snapshot; `columns` and filters are applied by the Parquet reader, so that little is read.

    Reading raises ArchiveDamaged or SnapshotNotFound for a file that is altered or missing. A table or a
    batch of Arrow may still have a time or a text that Python cannot represent; `to_pylist` and `to_pandas`
    find it.
    """

    def __init__(
        self,
        files: Sequence[Path],
        schema: pa.Schema,
        where: ds.Expression | None = None,
        columns: Sequence[str] | None = None,
        *,
        derive: Callable[[Sequence[str] | None], pa.Table] | None = None,
        joined: Deletions | None = None,
        sparse: bool = False,
    ) -> None:
        """`joined`: columns after those of the schema; no filter may name them. `sparse`: see `seek`."""
        self._files = tuple(files)
        self._stored = schema
        self._schema = schema if joined is None else pa.schema([*schema, *joined.schema], schema.metadata)
        self._where = where
        self._columns = list(columns) if columns is not None else None
        self._derive = derive
        self._sparse = sparse
        names = self._schema.names
        if unknown := [name for name in self._columns or () if name not in names]:
            raise ValueError(f"no column {unknown[0]!r}; there are: {', '.join(names)}")
        stored_names = set(schema.names)
        # not joined if no joined column is requested
        is_joined = self._columns is None or not stored_names.issuperset(self._columns)
        self._join = joined if is_joined else None
        self._read = self._columns
        if self._join is not None and self._columns is not None:
            needed = dict.fromkeys((*self._columns, *self._join.needs))
            self._read = [name for name in needed if name in stored_names]

    def __repr__(self) -> str:
        return f"<RowSet of {', '.join(self.schema.names)}; read it by to_pandas(), to_arrow(), to_pylist()>"

    def _repr_html_(self) -> str:
        """Show a notebook what each column means; no row is read for it."""
        lines = "<tr><th>column</th><th>type</th><th>meaning</th></tr>"
        for field in self.schema:
            meaning = (field.metadata or {}).get(b"description", b"").decode()
            lines += f"<tr><td>{escape(field.name)}</td><td>{field.type}</td><td>{escape(meaning)}</td></tr>"
        return f"<table><caption>rows; read them by to_pandas()</caption>{lines}</table>"

    def files(self) -> list[Path]:
        """The Parquet files of the rows, before any filter."""
        return list(self._files)

    def of_file(self, number: int) -> RowSet:
        """Narrow the rows to one of `files`. Raises ValueError for derived rows."""
        return self.of_files([number])

    def of_files(self, numbers: Sequence[int]) -> RowSet:
        """Narrow the rows to some of `files`. Raises ValueError for derived rows."""
        if self._derive is not None:
            raise ValueError("rows of a moment in the past come from several files each")
        return self._narrowed([self._files[number] for number in numbers], self._where)

    def where(self, *conditions: ds.Expression) -> RowSet:
        """Filter the rows by further conditions.

        Examples:
            >>> len(a.articles().where(ds.field("headline") == "A bridge is painted"))
            1
        """
        combined = self._where
        for condition in conditions:
            combined = condition if combined is None else combined & condition
        return self._narrowed(self._files, combined)

    def seek(self, *conditions: ds.Expression) -> RowSet:
        """Filter the rows by conditions that few rows meet.

        The columns in the conditions are read first, and the others only from files with such a row.
        """
        rows = self.where(*conditions)
        rows._sparse = True
        return rows

    def _narrowed(self, files: Sequence[Path], where: ds.Expression | None) -> RowSet:
        return RowSet(
            *(files, self._stored, where, self._columns),
            derive=self._derive,
            joined=self._join,
            sparse=self._sparse,
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
        """All rows, with the columns of the files.

        Raises ArchiveDamaged if a file is invalid, or all would take too much memory. Reading it may raise
        errors of Arrow.
        """
        return self._dataset(self._files)

    def _dataset(self, files: Sequence[Path]) -> Any:
        # even unread columns of the schema cost time; a filter may use any column
        schema = self._stored
        if self._read and self._where is None:
            schema = pa.schema([schema.field(name) for name in self._read], schema.metadata)
        with translated_errors():
            if self._derive is not None:
                return ds.InMemoryDataset(self._derived(self._derive))
            return data_file_reader.dataset(files, schema)

    def _derived(self, derive: Callable[[Sequence[str] | None], pa.Table]) -> pa.Table:
        try:
            return derive(self._read)
        except pa.ArrowException:
            raise
        except (LookupError, TypeError, AttributeError, ArithmeticError, ValueError) as error:
            raise _damaged(f"its rows contradict each other ({type(error).__name__}: {error})") from error

    def _scanner(self, **options: int) -> ds.Scanner:
        source = self._dataset(self._with_hits())
        # an error of Arrow here is about the caller's filter
        return source.scanner(columns=self._read, filter=self._where, **options)

    def _with_hits(self) -> Sequence[Path]:
        """If few rows match, leave out the files without a match."""
        if not self._sparse or self._where is None or self._derive is not None or len(self._files) < 2:
            return self._files
        source = self._dataset(self._files)
        scanner = source.scanner(columns=[_FILE], filter=self._where)
        with translated_errors():
            hits: set[str] = set()
            for batch in scanner.to_batches():
                hits.update(batch[_FILE].unique().to_pylist())
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
        """Read portions of `files` files, one in memory at a time; without files one empty table."""
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
        """Join further columns. Raises ArchiveDamaged if a required value is missing."""
        if self._join is not None:
            rows = self._join.joined(rows)
            rows = rows if self._columns is None else rows.select(self._columns)
        for field in self.schema:
            if not field.nullable and rows.column(field.name).null_count:
                raise _damaged(f"a row has no {field.name}")
        return rows


def _damaged(why: str) -> ArchiveDamaged:
    return ArchiveDamaged(f"The archive is damaged: {why}; `triptych archive verify` tells more.")


# The forms of a moment: a date is its first instant, and no time zone means UTC.


def to_utc(value: Moment) -> datetime:
    """Convert `2026-03-01`, `2026-03-01T10:00+02:00`, a date or a datetime into an aware datetime in UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value!r} is not a date; write 2026-03-01 or 2026-03-01T10:00") from None
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    return value.replace(tzinfo=UTC) if value.utcoffset() is None else value.astimezone(UTC)


# Conditions of Arrow for the filters of a reader.


def one_of(column: str, values: Iterable[str]) -> ds.Expression:
    """Condition that a column has one of these values; no row meets it where there are none."""
    return ds.field(column).isin(pa.array(list(values), pa.string()))


def among(column: str, values: str | Sequence[str] | None) -> ds.Expression | None:
    if values is None:
        return None
    return one_of(column, [values] if isinstance(values, str) else values)


def between(column: str, bounds: tuple[Moment | None, Moment | None] | None) -> ds.Expression | None:
    if bounds is None:
        return None
    if not isinstance(bounds, tuple | list) or len(bounds) != 2:
        raise ValueError(f'{bounds!r}: expected from and to, such as ("2026-03-01", None)')
    start, end = (None if bound is None else to_utc(bound) for bound in bounds)
    if start is not None and end is not None and start >= end:
        raise ValueError(f"{bounds!r}: nothing is from {start} on and before {end}")
    return all_of(
        ds.field(column) >= pa.scalar(start) if start is not None else None,
        ds.field(column) < pa.scalar(end) if end is not None else None,
    )


def all_of(*conditions: ds.Expression | None) -> ds.Expression | None:
    """Join the conditions that are not None."""
    present = [condition for condition in conditions if condition is not None]
    return functools.reduce(operator.and_, present) if present else None
