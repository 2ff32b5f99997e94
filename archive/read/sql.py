"""Questions in SQL to one snapshot, answered by DuckDB in memory.

DuckDB opens no file, no network and no extension, and can be told to do so by nobody: rows come to it from
`archive.tables`, which has measured them. Whoever made the archive can make a question fail, and nothing
else; whoever wrote it can take time. DuckDB's limit does not count a text that a function makes: `bounded`
lets the whole process have no more, for a program that asks one question. Who asks in a notebook has her own
machine's memory.
"""

from __future__ import annotations

import contextlib
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from archive.exceptions import QuestionError
from archive.read.scan import Rows
from archive.read.sql_views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import duckdb
    import pyarrow as pa
    import pyarrow.dataset as ds

MEMORY = "2GB"
"""What DuckDB may take unless told otherwise; the rows that are being read come on top."""
OF_DELETIONS = "articles_gone"
"""What `articles` gets its last two columns from."""
_READING = 1 << 30
"""Bytes beside DuckDB's: rows that are being read, and those that are printed."""
_ANSWERED = {"SELECT", "EXPLAIN", "MULTI"}
"""Kinds of statements; PIVOT is several."""
_ARTICLES = f"""CREATE VIEW articles AS SELECT stored.*, found.gone, found.gone_reason
FROM articles_stored AS stored LEFT JOIN {OF_DELETIONS} AS found ON stored.article_id = found.article_id"""
_SHUT: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,  # a name in a question is no variable of the program
    "temp_directory": "",  # what has no room in memory is refused, not written beside the archive
}


class SqlRows(Rows):
    """The answer to a question, which is asked when its rows are: QuestionError then, or ArchiveDamaged."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, seconds: float | None
    ) -> None:
        self._connection, self._relation, self._seconds = connection, relation, seconds

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
    """Put one question to tables and views. QuestionError where DuckDB refuses it, or is not installed.

    `seconds`: an answer that takes longer is a QuestionError too.
    """
    try:
        import duckdb  # noqa: PLC0415  an extra: nothing else needs it
    except ImportError:
        raise QuestionError("SQL needs DuckDB: pip install 'triptych[sql]'.") from None
    _bytes_of(memory)
    with _translated():
        statements = duckdb.extract_statements(question)
        if len(statements) != 1 or statements[0].type.name not in _ANSWERED:
            raise QuestionError(
                "The archive is only read: ask one question, that begins with SELECT, FROM or WITH."
            )
        connection = duckdb.connect(":memory:", config={**_SHUT, "memory_limit": memory})
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")  # it is written among the rows
        for name in _needed(question, tables):
            if name in VIEWS:
                connection.execute(f'CREATE VIEW "{name}" AS {VIEWS[name].query}')
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
    """Let this process have so much memory meanwhile, and a gigabyte more to read rows.

    What needs more gets a MemoryError or a QuestionError. Linux alone counts so.
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
    """Bytes of this process that a limit of data counts."""
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return _READING
    found = re.search(r"^VmData:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else _READING


def _bytes_of(memory: str) -> int:
    found = re.fullmatch(r"([1-9]\d{0,5}(?:\.\d+)?) ?([KMGT])i?B", memory, re.IGNORECASE)
    if not found:
        raise QuestionError(f"{memory!r} is no amount of memory; write 500MB or 4GB.")
    return int(float(found[1]) * 1024 ** (1 + "KMGT".index(found[2].upper())))


def _needed(question: str, tables: Mapping[str, object]) -> list[str]:
    """Choose the tables, then the views, that a question names; all where it names none, as SHOW does.

    To open a table is to measure all its files.
    """
    words = set(re.findall(r"\w+", question.lower()))
    named = [x for x in (*tables, *VIEWS) if x in words]
    needed: set[str] = set()
    rest = named or [*tables, *VIEWS]
    while rest:
        name = rest.pop()
        needed.add(name)
        reads = VIEWS[name].reads if name in VIEWS else ((OF_DELETIONS,) if name == "articles" else ())
        rest += [x for x in reads if x not in needed]
    return sorted((x for x in (*tables, *VIEWS) if x in needed), key=lambda x: x in ("articles", *VIEWS))


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Translate errors of DuckDB into a sentence of ours."""
    import duckdb  # noqa: PLC0415  as above

    try:
        yield
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise too_much() from error
    except duckdb.Error as error:
        raise QuestionError(f"DuckDB cannot answer this: {_told(str(error))}") from error
    except (OSError, RuntimeError, ValueError) as error:  # what DuckDB says where Arrow asks for its rows
        told = str(error)
        if told.startswith("Out of Memory Error"):
            raise too_much() from error
        if "Arrow Appender" in told:
            raise QuestionError(
                f"DuckDB cannot answer this: {_told(told.partition(': ')[2].partition('*')[0])}"
            ) from error
        raise


def too_much() -> QuestionError:
    return QuestionError(
        "This question takes more memory than it may: ask for fewer rows or columns, or allow more, "
        f'with --memory 8GB or sql(…, memory="8GB"); it is {MEMORY} without.'
    )


def _told(text: str) -> str:
    """Take the first paragraph of an error, without the drawing of where it is."""
    told = " ".join(text.split("\n\n", 1)[0].split())
    return told if told.endswith(("?", "!")) else f"{told.rstrip('.')}."
