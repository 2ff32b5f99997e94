"""The side file: SQLite in this machine's cache folder, made from one archive and thrown away at any doubt.

No archive holds it, so none can bring one along: it lies in a folder that only this user may write to, under
the path of the archive, and says of which data files it was made, by name and SHA-256. What does not match
is read again; what SQLite cannot read, or another version made, is made anew.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from archive.exceptions import ArchiveNotWritable
from archive.storage import locks
from archive.storage.cache import cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive.format.layout import Layout

VERSION = 2
_NAME = "search.sqlite"
_TABLES = """
CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE file (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL,
  "table" TEXT NOT NULL);
CREATE TABLE article (
  id TEXT PRIMARY KEY, story_id TEXT NOT NULL, outlet TEXT NOT NULL, language TEXT NOT NULL,
  headline TEXT NOT NULL, url TEXT NOT NULL, published REAL, first_seen REAL NOT NULL,
  last_seen REAL NOT NULL, section TEXT,
  authors TEXT NOT NULL, version INTEGER NOT NULL, from_feed INTEGER NOT NULL, hash TEXT NOT NULL,
  file INTEGER NOT NULL, part INTEGER NOT NULL, doc INTEGER
) WITHOUT ROWID;
CREATE INDEX article_story ON article (story_id);
CREATE INDEX article_doc ON article (doc);
CREATE INDEX article_file ON article (file);
CREATE TABLE former (id TEXT NOT NULL, version INTEGER NOT NULL, from_feed INTEGER NOT NULL,
  file INTEGER NOT NULL, part INTEGER NOT NULL);
CREATE INDEX former_id ON former (id);
CREATE INDEX former_file ON former (file);
CREATE TABLE compared (story_id TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL, whole_a INTEGER NOT NULL,
  alone_a INTEGER NOT NULL, whole_b INTEGER NOT NULL, alone_b INTEGER NOT NULL, file INTEGER NOT NULL);
CREATE INDEX compared_file ON compared (file);
CREATE TABLE event (id TEXT NOT NULL, other TEXT NOT NULL, seq INTEGER NOT NULL, tier TEXT NOT NULL,
  probability REAL NOT NULL, shared TEXT NOT NULL, file INTEGER NOT NULL);
CREATE INDEX event_id ON event (id);
CREATE INDEX event_file ON event (file);
CREATE TABLE flag (kind TEXT NOT NULL, id TEXT NOT NULL, at REAL, file INTEGER NOT NULL);
CREATE INDEX flag_file ON flag (file);
CREATE INDEX flag_id ON flag (id, kind);
CREATE TABLE digest (name TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE look (outlet TEXT NOT NULL, day INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,
  count INTEGER NOT NULL, file INTEGER NOT NULL);
CREATE INDEX look_outlet ON look (outlet, day);
CREATE INDEX look_file ON look (file);
CREATE TABLE doc (no INTEGER PRIMARY KEY, text BLOB NOT NULL);
CREATE TABLE word (language TEXT NOT NULL, word TEXT NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY (language, word)) WITHOUT ROWID;
CREATE INDEX word_word ON word (word, key);
CREATE INDEX word_key ON word (key, word);
CREATE VIRTUAL TABLE text USING fts5(headline, body, content='', tokenize="unicode61 remove_diacritics 0");
INSERT INTO text (text, rank) VALUES ('hashsize', 33554432);
"""
# Words of 32 MB of texts are put in order at a time: a tenth of the time of filling.
# `file` of a row is the data file it came from: when that file is of no snapshot, the row goes.
# `compared` counts the characters of two articles side by side, and those that one surely has alone.
# `doc` is a text that has been read: a new text of an article gets a new number, the old one leads nowhere.


def side_file(layout: Layout) -> Path:
    """Path of an archive's side file, which may not exist; by the true path, for a link may lead there."""
    return cache_folder(layout.root.resolve(), "viewer") / _NAME


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


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open for writing, one process at a time; made anew where it is missing, broken or of another version.

    Raises ArchiveNotWritable where this machine's cache folder refuses it.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locks.hold(path.with_suffix(".lock")):
            unfinished = path.with_suffix(".unfinished")
            if not _is_whole(path, doubtful=unfinished.exists()):
                discard(path)
            unfinished.touch()
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=OFF")
                # what was purged is overwritten, not only forgotten
                connection.execute("PRAGMA secure_delete=ON")
                if not connection.execute("PRAGMA user_version").fetchone()[0]:
                    connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version={VERSION}; COMMIT;")
                yield connection
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            with path.open("rb+") as written:
                os.fsync(written.fileno())
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise ArchiveNotWritable(
            f"Search needs a file in this machine's cache folder, and {path} cannot be made: "
            f"{error.strerror or error}; set TRIPTYCH_CACHE to a folder that can be written to."
        ) from error


def discard(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _is_whole(path: Path, *, doubtful: bool) -> bool:
    """Look whether SQLite can read it; at all of it where filling was cut short."""
    try:
        with closing(connect(path)) as connection:
            if not doubtful:
                return True
            return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0]) == "ok"
    except sqlite3.Error:
        return False
