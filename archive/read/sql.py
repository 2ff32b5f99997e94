"""Queries in SQL on one snapshot, executed by DuckDB in memory.

DuckDB opens no file, no network and no extension, and a query cannot change that: its rows come from
`archive.tables`, which has measured them. The author of the archive can only make a query fail; the author of
the query can only take time. DuckDB's limit does not count a text that a function makes: `bounded` limits the
whole process, for a program with one query. A notebook may use all memory of its machine.
"""

from __future__ import annotations

import contextlib
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from archive.exceptions import QuestionError
from archive.read.scan import Rows
from archive.read.sql_views import views

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import duckdb
    import pyarrow as pa
    import pyarrow.dataset as ds

MEMORY = "2GB"
"""DuckDB's default limit; rows that are being read come on top."""
OF_DELETIONS = "articles_gone"
"""The source of the last two columns of `articles`."""
_READING = 1 << 30
"""Bytes in addition to DuckDB's: rows that are being read, and those that are printed."""
_ALLOWED = {"SELECT", "EXPLAIN", "MULTI"}
"""Kinds of statements; PIVOT consists of several."""
_ARTICLES = f"""CREATE VIEW articles AS SELECT stored.*, found.gone, found.gone_reason
FROM articles_stored AS stored LEFT JOIN {OF_DELETIONS} AS found ON stored.article_id = found.article_id"""
_SHUT: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,  # a name in a query is no variable of the program
    "temp_directory": "",  # a query that exceeds the memory fails, and writes no temporary files
}


class SqlRows(Rows):
    """The lazy result of a query: reading its rows may raise QuestionError or ArchiveDamaged."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, seconds: float | None
    ) -> None:
        self._connection, self._relation, self._seconds = connection, relation, seconds

    def __repr__(self) -> str:
        return f"<SqlRows of {', '.join(self.columns)}; read it by to_pandas(), to_arrow(), to_pylist()>"

    @property
    def columns(self) -> list[str]:
        return list(self._relation.columns)

    def to_arrow(self) -> pa.Table:
        with _translated(), _interrupted(self._connection, self._seconds):
            table: pa.Table = self._relation.to_arrow_table()
        return table

    def batches(self, rows: int = 10_000) -> Iterator[pa.RecordBatch]:
        """Read portions of about `rows`, one in memory at a time."""
        with _translated(), _interrupted(self._connection, self._seconds):
            yield from self._relation.to_arrow_reader(rows)


def ask(
    tables: Mapping[str, Callable[[], ds.Dataset]],
    question: str,
    parameters: Sequence[object] | Mapping[str, object] = (),
    memory: str = MEMORY,
    seconds: float | None = None,
) -> SqlRows:
    """Execute one query on tables and views. QuestionError if DuckDB refuses it, or is not installed.

    `seconds`: a query that takes longer is a QuestionError too.
    """
    try:
        import duckdb  # noqa: PLC0415  an extra: nothing else needs it
    except ImportError:
        raise QuestionError(
            "SQL needs DuckDB: `make install` in a checkout, otherwise pip install 'triptych[sql]'."
        ) from None
    _bytes_of(memory)
    with _translated():
        statements = duckdb.extract_statements(question)
        if len(statements) != 1 or statements[0].type.name not in _ALLOWED:
            raise QuestionError(
                "The archive is read-only: give one query that begins with SELECT, FROM or WITH."
            )
        connection = duckdb.connect(":memory:", config={**_SHUT, "memory_limit": memory})
        connection.execute("SET TimeZone = 'UTC'")
        with contextlib.suppress(duckdb.InvalidInputException):  # a notebook without ipywidgets has none
            connection.execute("SET enable_progress_bar = false")  # it would be printed among the rows
        for name in _needed(question, tables):
            if name in views():
                connection.execute(f'CREATE VIEW "{name}" AS {views()[name].query}')
            elif name == "articles":
                connection.register("articles_stored", tables[name]())
                connection.execute(_ARTICLES)
            else:
                connection.register(name, tables[name]())
        connection.execute("SET lock_configuration = true")
        with _interrupted(connection, seconds):
            relation = connection.sql(question, params=parameters or None)
        return SqlRows(connection, relation, seconds)


@contextlib.contextmanager
def _interrupted(connection: duckdb.DuckDBPyConnection, seconds: float | None) -> Iterator[None]:
    """Interrupt DuckDB after so many seconds. Raises QuestionError then."""
    if seconds is None:
        yield
        return
    import duckdb  # noqa: PLC0415  as above

    expired = threading.Event()

    def interrupt() -> None:
        expired.set()
        connection.interrupt()

    timer = threading.Timer(seconds, interrupt)
    timer.start()
    try:
        yield
    except (duckdb.InterruptException, RuntimeError) as error:
        if not expired.is_set():
            raise
        raise QuestionError(
            f"This question takes more than {seconds:g} seconds: ask for fewer rows, or allow more, with "
            "--seconds N or sql(…, seconds=N)."
        ) from error
    finally:
        timer.cancel()


@contextlib.contextmanager
def bounded(memory: str) -> Iterator[None]:
    """Limit this process to so much memory, and a gigabyte more to read rows.

    Exceeding it raises MemoryError or QuestionError. Only Linux supports this.
    """
    try:
        import resource  # noqa: PLC0415  Windows has none
    except ImportError:
        yield
        return
    soft, hard = before = resource.getrlimit(resource.RLIMIT_DATA)
    most = _own_memory() + _bytes_of(memory) + _READING
    if soft == resource.RLIM_INFINITY or most < soft:
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _own_memory() -> int:
    """Bytes of this process that count for RLIMIT_DATA."""
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return _READING
    match = re.search(r"^VmData:\s+(\d+) kB", status, re.MULTILINE)
    return int(match[1]) * 1024 if match else _READING


def _bytes_of(memory: str) -> int:
    match = re.fullmatch(r"([1-9]\d{0,5}(?:\.\d+)?) ?([KMGT])i?B", memory, re.IGNORECASE)
    if not match:
        raise QuestionError(f"{memory!r} is not an amount of memory; write 500MB or 4GB.")
    return int(float(match[1]) * 1024 ** (1 + "KMGT".index(match[2].upper())))


def _needed(question: str, tables: Mapping[str, object]) -> list[str]:
    """Choose the tables, then the views, that a query names; all if it names none, such as SHOW.

    Opening a table measures all its files.
    """
    words = set(re.findall(r"\w+", question.lower()))
    names = [*tables, *views()]
    pending = [x for x in names if x in words] or list(names)
    needed: set[str] = set()
    while pending:
        name = pending.pop()
        if name in needed:
            continue
        needed.add(name)
        if name in views():
            pending += views()[name].reads
        elif name == "articles":
            pending.append(OF_DELETIONS)
    return sorted(filter(needed.__contains__, names), key=lambda x: x in ("articles", *views()))


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Translate errors of DuckDB into our messages."""
    import duckdb  # noqa: PLC0415  as above

    try:
        yield
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise too_much() from error
    except duckdb.Error as error:
        raise QuestionError(f"DuckDB cannot answer this: {_first_paragraph(str(error))}") from error
    except (OSError, RuntimeError, ValueError) as error:  # raised while Arrow reads DuckDB's rows
        message = str(error)
        if message.startswith("Out of Memory Error"):
            raise too_much() from error
        if "Arrow Appender" in message:
            reason = _first_paragraph(message.partition(": ")[2].partition("*")[0])
            raise QuestionError(f"DuckDB cannot answer this: {reason}") from error
        raise


def too_much() -> QuestionError:
    return QuestionError(
        "This query needs more memory than allowed: select fewer rows or columns, or allow more with "
        f'--memory 8GB or sql(…, memory="8GB"); the default is {MEMORY}.'
    )


def _first_paragraph(text: str) -> str:
    """The first paragraph of an error, without DuckDB's pointer to the position."""
    paragraph = " ".join(text.split("\n\n", 1)[0].split())
    return paragraph if paragraph.endswith(("?", "!")) else f"{paragraph.rstrip('.')}."
