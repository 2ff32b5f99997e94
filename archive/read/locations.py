"""Data files with the rows of one story, by this machine's cache: all others may be gigabytes."""

import sqlite3
from contextlib import closing

from archive.format.schema import PUBLIC
from archive.format.snapshot import Snapshot
from archive.read.scan import RowSet
from archive.state import replay
from archive.state.database import NO_ARTICLE
from archive.state.model import id_key
from archive.storage.interface import Storage

_ROWS_OF_STORY = {
    "stories": (
        "SELECT f.path FROM story s JOIN file f ON f.id = s.file"
        f" WHERE s.key = :story AND s.article = {NO_ARTICLE}"
    ),
    "articles": (
        "SELECT f.path FROM story s JOIN version v ON v.article = s.article AND v.latest"
        " JOIN file f ON f.id = v.file WHERE s.key = :story"
    ),
    "versions": (
        "SELECT f.path FROM story s JOIN version v ON v.article = s.article JOIN file f ON f.id = v.file"
        " WHERE s.key = :story"
    ),
    "pairs": (
        "SELECT path FROM (SELECT f.path, p.a, p.b FROM story s JOIN pair p ON p.a = s.article"
        " JOIN file f ON f.id = p.file WHERE s.key = :story UNION SELECT f.path, p.a, p.b FROM story s"
        " JOIN pair p ON p.b = s.article JOIN file f ON f.id = p.file WHERE s.key = :story)"
    ),
}
"""The file of each row. Of alignments the cache knows no file: the rows of two articles may be in two."""
_ARTICLES = "SELECT a.article_id FROM story s JOIN article a ON a.number = s.article WHERE s.key = :story"


def article_ids(storage: Storage, head: Snapshot, story_id: str) -> list[str]:
    """Ids of a story's articles; empty if the cache does not know it, or there is none."""
    return _column(storage, head, _ARTICLES, story_id)


def narrowed(storage: Storage, head: Snapshot, rows: RowSet, table: str, story_id: str) -> RowSet:
    """Leave out the files without rows of a story; `rows` has only its rows, of all files.

    All files stay if the cache does not know the story, or is wrong about it.
    """
    paths = _column(storage, head, _ROWS_OF_STORY[table], story_id)
    numbers: list[int] = []
    for number, file in enumerate(head.stored(*PUBLIC[table])):
        if file.path in paths:
            numbers.append(number)
    of_story = rows.of_files(numbers)
    return of_story if paths and len(of_story) == len(paths) else rows


def _column(storage: Storage, head: Snapshot, question: str, story_id: str) -> list[str]:
    cache = replay.cache_at(storage.layout, head)
    if cache is None:
        return []
    with closing(cache):
        try:
            rows = cache.execute(question, {"story": id_key(story_id)}).fetchall()
        except sqlite3.Error:
            return []
    return [str(row[0]) for row in rows]
