"""The side file: SQLite in this machine's cache folder, made from one archive and thrown away at any doubt.

No archive holds it, so none can bring one along: it lies in a folder that only this user may write to, under
the path of the archive, and says of which data files it was made, by name and SHA-256. What does not match
is read again; what SQLite cannot read, or another version made, is made anew.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from archive.exceptions import ArchiveNotWritable
from archive.format.layout import Layout
from archive.storage import locks
from archive.storage.cache import cache_folder

VERSION = 20
_NAME = "search.sqlite"
SHARDS = 4
"""Files of texts of a large archive: as many processes can fill them side by side."""
LARGE = 20_000
"""Articles from which on a new side file has so many."""


def side_file(layout: Layout) -> Path:
    """Path of an archive's side file, which may not exist; by the true path, for a link may lead there."""
    return cache_folder(layout.root.resolve(), "viewer") / _NAME


def texts_file(path: Path, shard: int) -> Path:
    return path.with_name(f"{path.stem}-texts-{shard}{path.suffix}")


def charts_file(path: Path) -> Path:
    """Path of the numbers of the charts beside a side file."""
    return path.with_name("charts.json")


def connect(path: Path) -> sqlite3.Connection:
    """Open for reading. Raises sqlite3.Error where there is none of this version."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            raise sqlite3.DatabaseError(f"made by another version: {version}")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_texts(connection: sqlite3.Connection) -> list[sqlite3.Connection]:
    """Open the files of texts beside a side file that is open; none before the first text is read."""
    path = path_of(connection)
    connections: list[sqlite3.Connection] = []
    try:
        for shard in range(shards(connection)):
            if texts_file(path, shard).exists():
                connections.append(connect(texts_file(path, shard)))
            elif connections:
                raise sqlite3.DatabaseError("a file of its texts is missing")
    except BaseException:
        for connection_of_shard in connections:
            connection_of_shard.close()
        raise
    return connections


def path_of(connection: sqlite3.Connection) -> Path:
    return Path(next(x[2] for x in connection.execute("PRAGMA database_list") if x[1] == "main"))


def progress(path: Path) -> tuple[int, int]:
    """Count the data files that are taken over, and all of them, while that happens for the first time."""
    try:
        with closing(connect(path)) as connection:
            (done,) = connection.execute("SELECT count(*) FROM file").fetchone()
            row = connection.execute("SELECT value FROM state WHERE name = 'files'").fetchone()
            return (done, int(row[0])) if row else (0, 0)
    except (sqlite3.Error, ValueError):
        return 0, 0


def shards(connection: sqlite3.Connection) -> int:
    """Count the files of texts that an open side file has, or is to have."""
    row = connection.execute("SELECT value FROM state WHERE name = 'shards'").fetchone()
    return max(1, min(int(row[0]), SHARDS)) if row and row[0].isdigit() else 1


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open for writing, one process at a time; made anew where it is missing, broken or of another version.

    Raises ArchiveNotWritable where this machine's cache folder refuses it.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locks.hold(path.with_suffix(".lock")):
            unfinished = path.with_suffix(".unfinished")
            if not _is_whole(path, doubtful=_was_cut_short(unfinished)):
                discard(path)
            unfinished.write_text(_boot())
            with closing(open_for_writing(path, _sql("tables"))) as connection:
                yield connection
                count = shards(connection)
            for file_path in (path, *(texts_file(path, x) for x in range(count))):
                if file_path.exists():
                    with file_path.open("rb+") as file:
                        os.fsync(file.fileno())
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise ArchiveNotWritable(
            f"Search needs a file in this machine's cache folder, and {path} cannot be made: "
            f"{error.strerror or error}; set TRIPTYCH_CACHE to a folder that can be written to."
        ) from error


def open_texts(path: Path, shard: int) -> sqlite3.Connection:
    """Open a file of texts for writing, by one process; `path` of the side file that it belongs to."""
    return open_for_writing(texts_file(path, shard), _sql("texts"))


def _sql(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text("utf-8")


def open_for_writing(path: Path, tables: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, factory=_CheckpointedConnection)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-131072")  # 128 MB: rows come in no order of the indexes
        # what was purged is overwritten, not only forgotten
        connection.execute("PRAGMA secure_delete=ON")
        if not connection.execute("PRAGMA user_version").fetchone()[0]:
            connection.executescript(f"BEGIN; {tables} PRAGMA user_version={VERSION}; COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def add_indexes(connection: sqlite3.Connection) -> None:
    """Make the indexes once the first rows are there; in a transaction of the caller's.

    That takes a tenth of the time of keeping them up to each row.
    """
    for statement in _sql("indexes").split(";"):
        try:
            connection.execute(statement)
        except sqlite3.IntegrityError:  # no writer of ours has an article twice
            connection.execute(
                "DELETE FROM article WHERE rowid NOT IN (SELECT max(rowid) FROM article GROUP BY id)"
            )
            connection.execute(statement)


class _CheckpointedConnection(sqlite3.Connection):
    """Leaves all that was written in the file itself when it is closed."""

    def close(self) -> None:
        with suppress(sqlite3.Error):  # a reader is at it
            self.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        super().close()


def discard(path: Path) -> None:
    charts_file(path).unlink(missing_ok=True)
    for file in (path, *(texts_file(path, x) for x in range(SHARDS))):
        for suffix in ("", "-wal", "-shm", "-journal"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)


def _boot() -> str:
    """Name this start of the machine; what a process wrote is lost by a later one alone."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _was_cut_short(unfinished: Path) -> bool:
    """Look whether filling was ended by the machine, not by somebody who killed it."""
    try:
        boot = unfinished.read_text("utf-8")
    except FileNotFoundError:
        return False
    return not boot or boot != _boot()


def _is_whole(path: Path, *, doubtful: bool) -> bool:
    """Look whether SQLite can read it; at all of it where filling was cut short."""
    try:
        with closing(connect(path)) as connection:
            texts = connect_texts(connection)
            try:
                checked = [connection, *texts] if doubtful else []
                results = [x.execute("PRAGMA quick_check(1)").fetchone()[0] for x in checked]
                return all(x == "ok" for x in results)
            finally:
                for connection_of_texts in texts:
                    connection_of_texts.close()
    except (sqlite3.Error, ValueError):
        return False
