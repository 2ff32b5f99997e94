"""The spool: matches of a run on disk until they are published; memory would grow with the archive.

An interrupted run leaves its spool, and the next run takes the weeks whose articles are the same from it. The
spool lies beside the archive, not in it, and is removed after publication.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import msgspec

from archive.exceptions import ArchiveWriteError
from archive.format.records import AlignmentRecord
from archive.opening import storage_at
from archive.storage import locks
from archive.storage.cache import cache_folder
from pipelines import alignment, pairing, similarity
from pipelines.alignment.aligner import Texts
from pipelines.pairing.content.match import Match
from pipelines.pairing.evidence import StoredEdge

_TABLES = """
CREATE TABLE IF NOT EXISTS week (signature BLOB PRIMARY KEY, matches BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS published (signature BLOB PRIMARY KEY, run TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS aligned (texts TEXT PRIMARY KEY, rows BLOB NOT NULL) WITHOUT ROWID;
DROP TABLE IF EXISTS compared;
CREATE TABLE compared (signature BLOB PRIMARY KEY) WITHOUT ROWID;
DROP TABLE IF EXISTS chosen;
CREATE TABLE chosen (
    number INTEGER PRIMARY KEY, at REAL, a TEXT, b TEXT, held INTEGER, match BLOB, known BLOB
);
CREATE INDEX chosen_ids ON chosen (a, b);
"""
_FILE = "spool.sqlite"
_Kept = TypeVar("_Kept")


class Spool:
    """Compared weeks, the pairs chosen in this run, and alignments by their texts (a store for Aligner)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._db = sqlite3.connect(folder / _FILE, isolation_level=None)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_TABLES)
        except BaseException:
            self._db.close()
            raise

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write all changes inside as one transaction: after a kill all are there, or none."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def week(self, signature: bytes) -> list[Match] | None:
        """Return the matches of this week, if an earlier run has compared it."""
        row = self._db.execute("SELECT matches FROM week WHERE signature = ?", (signature,)).fetchone()
        return None if row is None else _unpacked(row[0], list[Match])

    def put_week(self, signature: bytes, matches: Iterable[Match]) -> None:
        row = (signature, _packed(list(matches)))
        self._db.execute("INSERT OR REPLACE INTO week VALUES (?, ?)", row)

    def is_published(self, signature: bytes) -> bool:
        """Tell if an earlier run, whose time was over before the end, has published this week."""
        row = self._db.execute("SELECT 1 FROM published WHERE signature = ?", (signature,))
        return row.fetchone() is not None

    def note_compared(self, signature: bytes) -> None:
        """Note that this run has compared the week."""
        self._db.execute("INSERT OR IGNORE INTO compared VALUES (?)", (signature,))

    def keep_for_the_rest(self, run_id: str) -> None:
        """Note that the weeks which this run has compared are published, for the next run."""
        with self.together():
            self._db.execute("UPDATE published SET run = ?", (run_id,))
            self._db.execute("INSERT OR REPLACE INTO published SELECT signature, ? FROM compared", (run_id,))
            self._db.execute("DELETE FROM week WHERE signature IN (SELECT signature FROM compared)")

    def believe_only(self, run_id: str | None) -> None:
        """Forget published weeks, unless this was the last run: it may be another archive now."""
        self._db.execute("DELETE FROM published WHERE run IS NOT ?", (run_id,))

    def choose(self, matches: Iterable[Match], at: float) -> None:
        """Choose matches for publication; those with the same `at` are published together."""
        self._db.executemany(
            "INSERT INTO chosen (at, a, b, held, match) VALUES (?, ?, ?, ?, ?)",
            [(at, x.a_id, x.b_id, x.was_joined, _packed(x)) for x in matches],
        )

    def choose_stored(self, edge: StoredEdge) -> None:
        """Choose what the archive keeps of a pair; its match only if this run has not compared it."""
        match = None if edge.match is None or self._is_chosen(edge.a_id, edge.b_id) else edge.match
        packed = None if match is None else _packed(match)
        packed_edge = _packed(replace(edge, match=None))
        self._db.execute(
            "INSERT INTO chosen (at, a, b, held, match, known) VALUES (0, ?, ?, ?, ?, ?)",
            (edge.a_id, edge.b_id, match is not None and match.was_joined, packed, packed_edge),
        )

    def chosen(self) -> Iterator[tuple[int, float, str, str]]:
        """Yield (number, at, a, b) of each chosen pair."""
        yield from self._db.execute("SELECT number, at, a, b FROM chosen ORDER BY number")

    def _is_chosen(self, a_id: str, b_id: str) -> bool:
        rows = self._db.execute("SELECT 1 FROM chosen WHERE a = ? AND b = ?", (a_id, b_id))
        return rows.fetchone() is not None

    def any_chosen(self) -> bool:
        return self._db.execute("SELECT 1 FROM chosen LIMIT 1").fetchone() is not None

    def matches(self, numbers: Collection[int]) -> list[Match]:
        matches: list[Match] = []
        for number in sorted(numbers):
            row = self._db.execute("SELECT held, match FROM chosen WHERE number = ?", (number,)).fetchone()
            if row[1] is not None:
                matches.append(replace(_unpacked(row[1], Match), was_joined=bool(row[0])))
        return matches

    def known(self, numbers: Collection[int]) -> Iterator[StoredEdge]:
        """Yield what the archive keeps of these pairs, without their matches."""
        for number in sorted(numbers):
            row = self._db.execute("SELECT known FROM chosen WHERE number = ?", (number,)).fetchone()
            if row[0] is not None:
                yield _unpacked(row[0], StoredEdge)

    def get(self, texts: Texts) -> tuple[AlignmentRecord, ...] | None:
        row = self._db.execute("SELECT rows FROM aligned WHERE texts = ?", (_key(texts),)).fetchone()
        return None if row is None else _unpacked(row[0], tuple[AlignmentRecord, ...])

    def __setitem__(self, texts: Texts, rows: tuple[AlignmentRecord, ...]) -> None:
        self._db.execute("INSERT OR REPLACE INTO aligned VALUES (?, ?)", (_key(texts), _packed(rows)))

    def close(self) -> None:
        self._db.close()

    def remove(self) -> None:
        """Delete the spool after publication."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def spool_of(uri: str, *, wait: bool = False) -> Iterator[Spool]:
    """Open the archive's spool; a temporary one if another run uses it, unless `wait`, or it cannot be kept.

    Raises ArchiveWriteError if the disk refuses a write.
    """
    with contextlib.ExitStack() as stack:
        folder = cache_folder(storage_at(uri).layout.root, "pairing")
        spool = _kept(folder, stack, wait=wait)
        if spool is None:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="pairing-")))
            spool = Spool(folder)
        stack.callback(spool.close)
        try:
            yield spool
        except sqlite3.Error as error:
            raise ArchiveWriteError(
                f"What pairing finds cannot be kept in {spool.folder}: {error}. Nothing was published; make "
                "room there or set TRIPTYCH_CACHE to another folder."
            ) from error


def _kept(folder: Path, stack: contextlib.ExitStack, *, wait: bool) -> Spool | None:
    """Open the spool, locked for this process; spools of other versions of the code are deleted."""
    folder_of_code = folder / _code()
    try:
        folder_of_code.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        stack.callback(locks.close, descriptor)
        if wait:
            locks.lock(descriptor)
            folder_of_code.mkdir(mode=0o700, parents=True, exist_ok=True)  # the other run may have removed it
        elif not locks.try_lock(descriptor):
            return None
        for entry in folder.iterdir():
            if entry.is_dir() and entry != folder_of_code:
                shutil.rmtree(entry, ignore_errors=True)
        return _opened(folder_of_code)
    except (OSError, sqlite3.Error):
        return None


def _opened(folder: Path) -> Spool:
    """Open the spool; replace a damaged one."""
    try:
        return Spool(folder)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        return Spool(folder)


@cache
def _code() -> str:
    """Return a hash of everything that decides the matches: code, weights, lexicon, background."""
    digest = hashlib.blake2b(digest_size=8)
    for package in (similarity, alignment, pairing):
        for path in sorted(Path(package.__path__[0]).rglob("*")):
            if path.is_file() and path.parent.name != "__pycache__":
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _key(texts: Texts) -> str:
    return json.dumps(texts)


def _packed(value: object) -> bytes:
    return zlib.compress(msgspec.json.encode(value, enc_hook=float), 1)  # a float of numpy is no float to it


def _unpacked(data: bytes, kind: type[_Kept]) -> _Kept:
    return msgspec.json.decode(zlib.decompress(data), type=kind)
