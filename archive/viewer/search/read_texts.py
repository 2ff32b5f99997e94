"""Texts as search reads them: each once, the latest month first; what was read is kept at any time.

Words go into the index under the keys that all their forms share. A large archive has several files of texts,
which as many processes fill side by side; one process alone writes to each of them.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import chain
from multiprocessing.connection import wait as wait_for
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import zstandard

from archive.format.languages import SEARCHED_LANGUAGES
from archive.tables import data_file_reader
from archive.tables.parquet_files import translated_errors
from archive.viewer.search import side_file
from archive.viewer.search.beginnings import NewBeginnings
from archive.viewer.search.fill_columns import Docs
from archive.viewer.search.side_file import transaction
from archive.viewer.search.word_forms import key, words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from archive.read.archive import Archive

MOST_TEXT = 200_000
"""Characters of an article that search reads; the page of the article shows them all."""
_NOTED_EVERY = 10.0
"""Seconds of reading after which search finds what has been read."""
_MOST_WORDS = 1_000_000
"""Words of a language whose keys are in memory."""
_FEW_WORDS = 4_000
"""Words of a language for which loading all its lemmas takes longer than looking them up without."""
_WAITING = 2
"""Parts that are handed out to a process before it has done another."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A row group of a data file, and the articles of it whose texts are wanted."""

    path: Path
    number: int
    article_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A part that has been read."""

    docs: list[tuple[str, int]]
    """Articles, and the number that the text of each has in its file."""
    words: list[tuple[str, str, str]]
    """New ones, each after its language and before its key."""


class _Keys(dict[str, str]):
    """The key of each word of a language that has been met."""

    def __init__(self, connection: sqlite3.Connection, language: str) -> None:
        super().__init__()
        self.language = language
        self.new: list[tuple[str, str, str]] = []
        """Words that the side file has not yet, each after its language and before its key."""
        self._connection = connection

    def __missing__(self, word: str) -> str:
        row = self._connection.execute(
            "SELECT key FROM word WHERE language = ? AND word = ?", (self.language, word)
        ).fetchone()
        word_key = row[0] if row else key(word, self.language, low_memory=len(self) < _FEW_WORDS)
        if not row:
            self.new.append((self.language, word, word_key))
        if len(self) > _MOST_WORDS:
            self.clear()
        self[word] = word_key
        return str(word_key)


class _Shard:
    """One file of texts."""

    def __init__(self, path: Path, number: int) -> None:
        with ExitStack() as undo:
            self._connection = undo.enter_context(closing(side_file.open_texts(path, number)))
            self._words = undo.enter_context(closing(side_file.connect(path)))
            # a number is never given twice: the index of words knows those of texts that are gone
            last = self._connection.execute("SELECT value FROM state WHERE name = 'doc'").fetchone()
            undo.pop_all()
        self._last = int(last[0]) if last else 0
        self._beginnings = NewBeginnings()
        self._packer = zstandard.ZstdCompressor(level=3)
        self._keys = {x: _Keys(self._words, x) for x in (*SEARCHED_LANGUAGES, "")}

    def close(self) -> None:
        self._words.close()
        self._connection.close()

    def read(self, part: _Part) -> _Read:
        """Read the texts of a part."""
        columns = ["article_id", "language", "headline", "body"]
        with translated_errors(), transaction(self._connection):
            table = data_file_reader.opened(part.path).read_row_group(part.number, columns=columns)
            table = table.filter(pc.is_in(table["article_id"], pa.array(part.article_ids, pa.string())))
            rows = (row for batch in table.to_batches(max_chunksize=64) for row in batch.to_pylist())
            docs = list(self._take(rows))
            self._beginnings.write(self._connection)
            self._connection.execute("INSERT OR REPLACE INTO state VALUES ('doc', ?)", (str(self._last),))
        new = [word for keys in self._keys.values() for word in keys.new]
        for keys in self._keys.values():
            keys.new.clear()
        return _Read(docs, new)

    def _take(self, rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, int]]:
        for row in rows:
            headline, body = row["headline"][:MOST_TEXT], row["body"][:MOST_TEXT]
            keys = self._keys[row["language"] if row["language"] in SEARCHED_LANGUAGES else ""]
            packed = self._packer.compress(f"{headline}\n{body}".encode("utf-8", "replace"))
            self._last += 1
            self._connection.execute("INSERT INTO doc VALUES (?, ?)", (self._last, packed))
            keys_of_texts = [list(map(keys.__getitem__, words(text))) for text in (headline, body)]
            self._connection.execute(
                "INSERT INTO text (rowid, headline, body) VALUES (?, ?, ?)",
                (self._last, *map(" ".join, keys_of_texts)),
            )
            self._beginnings.add(self._last, chain.from_iterable(keys_of_texts))
            yield row["article_id"], self._last


_open: dict[tuple[Path, int], _Shard] = {}
"""Of a process of its own: its files of texts."""


def _begin() -> None:
    """End with the process that began this one, however that ended."""
    parent = multiprocessing.parent_process()

    def end() -> None:
        wait_for([parent.sentinel] if parent else [])
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()


def _read_part(path: Path, shard: int, part: _Part) -> _Read:
    """Read a part in a process of its own, which leaves its files open until it ends."""
    if (path, shard) not in _open:
        _open[path, shard] = _Shard(path, shard)
    return _open[path, shard].read(part)


class _InProcess(Executor):
    """Does in this process, at once, what it is asked to do."""

    def __init__(self) -> None:
        self._shards: dict[int, _Shard] = {}

    def submit(self, _: Any, /, path: Path, shard: int, part: _Part) -> Future[Any]:  # type: ignore[override]
        if shard not in self._shards:
            self._shards[shard] = _Shard(path, shard)
        done: Future[Any] = Future()
        done.set_result(self._shards[shard].read(part))
        return done

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        for shard in self._shards.values():
            shard.close()


def read_texts(archive: Archive, connection: sqlite3.Connection, path: Path, processes: int) -> None:
    """Read the texts that search has not read yet; `connection` to the side file at `path`."""
    parts = _parts(archive, connection)
    shards = side_file.shards(connection)
    processes = min(processes, shards, len(parts))
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(processes)) for _ in range(processes)]
        noted = Docs(connection)
        noted_at = time.monotonic()
        waiting: dict[Future[_Read], int] = {}
        remaining = parts[::-1]
        sizes = dict.fromkeys(range(shards), 0)
        while remaining or waiting:
            while remaining and len(waiting) < processes * (_WAITING if processes > 1 else 1):
                part = remaining.pop()
                shard = min(sizes, key=sizes.__getitem__)  # that has the fewest of these texts
                sizes[shard] += len(part.article_ids)
                task = workers[shard % processes].submit(_read_part, path, shard, part)
                waiting[task] = shard
            for task in wait(waiting, return_when=FIRST_COMPLETED).done:
                shard = waiting.pop(task)
                read = task.result()
                docs = [(article_id, number * shards + shard) for article_id, number in read.docs]
                with transaction(connection):
                    connection.executemany("INSERT OR IGNORE INTO word VALUES (?, ?, ?)", sorted(read.words))
                    connection.executemany(
                        "UPDATE article SET doc = ? WHERE id = ?", ((doc, x) for x, doc in docs)
                    )
                    noted.add(article_id for article_id, _ in read.docs)
                    if time.monotonic() - noted_at > _NOTED_EVERY or not (remaining or waiting):
                        noted.write()
                        noted_at = time.monotonic()
    _forget_former(connection, path, shards)


def _worker(processes: int) -> Executor:
    if processes == 1:
        return _InProcess()
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=context, initializer=_begin)


def _parts(archive: Archive, connection: sqlite3.Connection) -> list[_Part]:
    files = {x.path: x for x in archive.snapshot.stored("articles")}
    ids_of_part: dict[tuple[str, int], list[str]] = {}
    for name, number, article_id in connection.execute(
        "SELECT file.name, article.part, article.id FROM article JOIN file ON file.no = article.file"
        " WHERE article.doc IS NULL"
    ):
        if name in files:
            ids_of_part.setdefault((name, number), []).append(article_id)
    order = sorted(ids_of_part, key=lambda x: (files[x[0]].month, *x), reverse=True)
    paths = dict(zip(files, archive.storage.present(list(files.values())), strict=True)) if order else {}
    return [_Part(paths[name], number, tuple(ids_of_part[name, number])) for name, number in order]


def _forget_former(connection: sqlite3.Connection, path: Path, shards: int) -> None:
    """Remove the texts that articles had before; the index of words keeps numbers that lead nowhere."""
    former = [x for (x,) in connection.execute("SELECT doc FROM former_doc")]
    for shard in {x % shards for x in former}:
        with closing(side_file.open_texts(path, shard)) as texts, transaction(texts):
            mine = ((x // shards,) for x in former if x % shards == shard)
            texts.executemany("DELETE FROM doc WHERE no = ?", mine)
    connection.execute("DELETE FROM former_doc")
