"""Filling of the side file: what a snapshot has and the file has not, data file by data file.

`python -m archive.viewer.search.fill ARCHIVE` does it in a process of its own, so that lemmas take no memory
of the server, and a page never waits for them.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import zstandard

from archive.format.records import FEED
from archive.tables import unpacked
from archive.tables.parquet_files import translated_errors
from archive.viewer.search import side_file, story_columns
from archive.viewer.search.word_forms import LANGUAGES, key, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from archive.format.snapshot import DataFile
    from archive.read.archive import Archive

MOST_TEXT = 200_000
"""Characters of an article that search reads; the page of the article shows them all."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ARTICLE = [
    "article_id", "story_id", "version", "outlet", "url", "language", "headline", "authors", "published_at",
    "section", "content_hash", "text_from", "first_seen", "last_seen",
]  # fmt: skip
_COMPARED = ("story_id", "article_id_a", "article_id_b", "kind", "doubtful", "characters_a", "characters_b")
_EVENT = ["article_id_a", "article_id_b", "commit_seq", "tier", "probability", "shared"]
_ONLY = ("numbers_only_a", "numbers_only_b", "quotes_only_a", "quotes_only_b")
_TABLES = ("articles", "superseded", "alignments", "pairs", "observations", "same_event")
_DIGEST_EVERY = 10.0
"""Seconds of reading after which search finds what has been read."""


def fill(archive: Archive, *, texts: bool = True) -> None:
    """Bring an archive's side file up to the snapshot that is open; `texts`: what search reads too.

    Raises ArchiveNotWritable for this machine's cache folder, and as reading the archive does.
    """
    path = side_file.side_file(archive.storage.layout)
    try:
        _fill(archive, path, texts=texts)
    except sqlite3.DatabaseError:  # a page of it that SQLite cannot read
        side_file.discard(path)
        _fill(archive, path, texts=texts)


def _fill(archive: Archive, path: Path, *, texts: bool) -> None:
    with side_file.writing(path) as connection:
        purged = _Fill(archive, connection).bring()
    if purged:
        # its words stand in the index of words too, where nothing can take them out
        side_file.discard(path)
        with side_file.writing(path) as connection:
            _Fill(archive, connection).bring()
    if texts:
        with side_file.writing(path) as connection:
            _Texts(archive, connection).read()


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


class _Fill:
    """What lists and filters need: all but the texts, a second or two for 100,000 articles."""

    def __init__(self, archive: Archive, connection: sqlite3.Connection) -> None:
        self._archive, self._connection = archive, connection

    def bring(self) -> bool:
        """Take over what is new; True where articles are gone, which only a purge does."""
        snapshot = self._archive.snapshot
        wanted = {x.path: x for table in _TABLES for x in snapshot.stored(table)}
        here = self._connection.execute('SELECT name, sha256, no, "table" FROM file').fetchall()
        stale = [x for x in here if x[0] not in wanted or wanted[x[0]].sha256 != x[1]]
        known = {x[0] for x in here} - {x[0] for x in stale}
        new = [x for name, x in wanted.items() if name not in known]
        with _transaction(self._connection):
            for file in new:
                # renamed while it is replaced: the same name with other bytes is another file
                self._connection.execute("DELETE FROM file WHERE name = ?", (file.path,))
                row = (file.path, file.sha256, file.table)
                made = self._connection.execute(
                    'INSERT INTO file (name, sha256, "table") VALUES (?, ?, ?)', row
                )
                assert made.lastrowid is not None
                with translated_errors():
                    self._take(file, made.lastrowid)
            lost = sum(self._drop(number, table) for _, _, number, table in stale)
            told = self._connection.execute("SELECT value FROM state WHERE name = 'snapshot'").fetchone()
            if new or stale or not told:
                story_columns.write(self._connection)
            self._say("snapshot", snapshot.id)
            self._say("at", datetime.now(UTC).isoformat(timespec="seconds"))
        return lost > 0

    def _say(self, name: str, value: object) -> None:
        self._connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, str(value)))

    def _drop(self, number: int, table: str) -> int:
        names = {
            "articles": "article",
            "superseded": "former",
            "alignments": "compared",
            "observations": "look",
            "same_event": "event",
        }
        lost = 0
        for name in {names.get(table, "flag"), "flag"}:
            lost_here = self._connection.execute(f"DELETE FROM {name} WHERE file = ?", (number,)).rowcount
            lost += lost_here if name == "article" else 0
        self._connection.execute("DELETE FROM file WHERE no = ?", (number,))
        return lost

    def _take(self, file: DataFile, number: int) -> None:
        (path,) = self._archive.storage.present([file])
        opened = unpacked.opened(path)
        for part in range(opened.metadata.num_row_groups):
            take = getattr(self, f"_take_{file.table}")
            take(opened, part, number)

    def _take_articles(self, opened: Any, part: int, number: int) -> None:
        rows = _read(opened, part, _ARTICLE)
        self._connection.executemany(
            "INSERT INTO article VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)"
            " ON CONFLICT (id) DO UPDATE SET story_id = excluded.story_id, outlet = excluded.outlet,"
            " language = excluded.language, headline = excluded.headline, url = excluded.url,"
            " published = excluded.published, first_seen = excluded.first_seen,"
            " last_seen = excluded.last_seen,"
            " section = excluded.section, authors = excluded.authors, version = excluded.version,"
            " from_feed = excluded.from_feed, file = excluded.file, part = excluded.part,"
            " doc = iif(hash = excluded.hash AND headline = excluded.headline, doc, NULL),"
            " hash = excluded.hash",
            (
                (
                    *(row["article_id"], row["story_id"], row["outlet"], row["language"] or "?"),
                    *(row["headline"], row["url"], _seconds(row["published_at"])),
                    *(_seconds(row["first_seen"]), _seconds(row["last_seen"]), row["section"]),
                    *("\n".join(row["authors"] or ()), row["version"], row["text_from"] == FEED),
                    *(row["content_hash"], number, part),
                )
                for row in rows
            ),
        )

    def _take_superseded(self, opened: Any, part: int, number: int) -> None:
        rows = _read(opened, part, ["article_id", "version", "text_from"])
        self._connection.executemany(
            "INSERT INTO former VALUES (?, ?, ?, ?, ?)",
            ((x["article_id"], x["version"], x["text_from"] == FEED, number, part) for x in rows),
        )

    def _take_alignments(self, opened: Any, part: int, number: int) -> None:
        there = [x for x in (*_COMPARED, *_ONLY) if x in opened.schema_arrow.names]
        table = opened.read_row_group(part, columns=there)
        self._compare(table, number)
        for kind in ("numbers", "quotes"):
            lengths = [pc.list_value_length(table[x]) for x in _ONLY if x.startswith(kind)]
            some = pc.greater(pc.add(*(pc.fill_null(x, 0) for x in lengths)), 0)
            self._flag(kind, table["story_id"].filter(some).unique().to_pylist(), number)

    def _compare(self, table: pa.Table, number: int) -> None:
        """Count the characters that one of two texts has alone; what is doubtful is nobody's omission."""
        doubtful = pa.scalar(value=False)
        if "doubtful" in table.column_names:
            doubtful = pc.fill_null(table["doubtful"], doubtful)
        for side, kind in (("a", "omitted"), ("b", "added")):
            alone = pc.and_not(pc.equal(table["kind"], kind), doubtful)
            lengths = pc.if_else(alone, table[f"characters_{side}"], 0)
            table = table.append_column(f"alone_{side}", pc.cast(lengths, pa.int64()))
        names = ("characters_a", "alone_a", "characters_b", "alone_b")
        ids = ["story_id", "article_id_a", "article_id_b"]
        counted = table.group_by(ids).aggregate([(x, "sum") for x in names])
        rows = zip(*(counted[x].to_pylist() for x in (*ids, *(f"{y}_sum" for y in names))), strict=True)
        self._connection.executemany(
            "INSERT INTO compared VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ((*row, number) for row in rows)
        )

    def _take_same_event(self, opened: Any, part: int, number: int) -> None:
        for x in _read(opened, part, _EVENT):
            ids = (x["article_id_a"], x["article_id_b"])
            told = (x["commit_seq"], x["tier"], x["probability"], "\n".join(x["shared"]), number)
            self._connection.executemany(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", [(*ids, *told), (*ids[::-1], *told)]
            )

    def _take_pairs(self, opened: Any, part: int, number: int) -> None:
        table = opened.read_row_group(part, columns=["article_id_a", "details"])
        contradicted = pc.match_substring_regex(pc.fill_null(table["details"], ""), '"conflict": ?true')
        self._flag("conflict", table["article_id_a"].filter(contradicted).unique().to_pylist(), number)

    def _take_observations(self, opened: Any, part: int, number: int) -> None:
        columns = ["article_id", "outlet", "outcome", "reason", "observed_at", "gone"]
        table = opened.read_row_group(part, columns=columns)
        # nobody asked the outlet's home for this
        asked = pc.not_equal(pc.fill_null(table["reason"], ""), "expectation-missed")
        table = table.filter(asked)
        gone = table.filter(pc.and_kleene(table["gone"], pc.is_valid(table["article_id"])))
        self._connection.executemany(
            "INSERT INTO flag VALUES ('gone', ?, ?, ?)",
            ((x["article_id"], _seconds(x["observed_at"]), number) for x in gone.to_pylist()),
        )
        days = pc.cast(pc.floor(pc.divide(pc.cast(table["observed_at"], pa.int64()), 86_400e6)), pa.int64())
        counted = (
            table.append_column("day", days)
            .group_by(["outlet", "day", "outcome", "reason"])
            .aggregate([([], "count_all")])
        )
        self._connection.executemany(
            "INSERT INTO look VALUES (?, ?, ?, ?, ?, ?)",
            (
                (x["outlet"], x["day"], x["outcome"], x["reason"] or "", x["count_all"], number)
                for x in counted.to_pylist()
            ),
        )

    def _flag(self, kind: str, ids: Sequence[str], number: int) -> None:
        rows = ((kind, x, None, number) for x in ids)
        self._connection.executemany("INSERT INTO flag VALUES (?, ?, ?, ?)", rows)


def _read(opened: Any, part: int, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Read rows; a column that an older file lacks is empty."""
    there = [x for x in columns if x in opened.schema_arrow.names]
    rows: list[dict[str, Any]] = opened.read_row_group(part, columns=there).to_pylist()
    missing = dict.fromkeys(set(columns) - set(there))
    return [{**row, **missing} for row in rows]


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else (at - _EPOCH).total_seconds()


class _Keys(dict[str, str]):
    """The key of each word of a language that has been met."""

    def __init__(self, connection: sqlite3.Connection, language: str) -> None:
        super().__init__()
        self.language = language
        self.new: list[tuple[str, str, str]] = []
        self._connection = connection

    def __missing__(self, word: str) -> str:
        known = self._connection.execute(
            "SELECT key FROM word WHERE language = ? AND word = ?", (self.language, word)
        ).fetchone()
        found = known[0] if known else key(word, self.language)
        if not known:
            self.new.append((self.language, word, found))
        if len(self) > 1_000_000:
            self.clear()
        self[word] = found
        return str(found)


class _Texts:
    """What search reads: each text once, the latest month first; what was read is kept at any time."""

    def __init__(self, archive: Archive, connection: sqlite3.Connection) -> None:
        self._archive, self._connection = archive, connection
        self._packer = zstandard.ZstdCompressor(level=3)
        self._keys = {x: _Keys(connection, x) for x in (*LANGUAGES, "")}
        # a number is never given twice: the index of words knows those of texts that are gone
        known = connection.execute("SELECT value FROM state WHERE name = 'doc'").fetchone()
        self._last = int(known[0]) if known else 0

    def read(self) -> None:
        files = {x.path: x for x in self._archive.snapshot.stored("articles")}
        wanted = self._connection.execute(
            "SELECT DISTINCT file.name, article.part FROM article JOIN file ON file.no = article.file"
            " WHERE article.doc IS NULL"
        ).fetchall()
        known = [(files[name], part) for name, part in wanted if name in files]
        if not known:
            return
        noted = time.monotonic()
        for file, part in sorted(known, key=lambda x: (x[0].month, x[0].path, x[1]), reverse=True):
            (path,) = self._archive.storage.present([file])
            with translated_errors(), _transaction(self._connection):
                self._read_part(path, part, file.path)
                if time.monotonic() - noted > _DIGEST_EVERY:
                    story_columns.write_docs(self._connection)
                    noted = time.monotonic()
        with _transaction(self._connection):
            # texts that an article had before
            self._connection.execute(
                "DELETE FROM doc WHERE NOT EXISTS (SELECT 1 FROM article WHERE article.doc = doc.no)"
            )
            story_columns.write_docs(self._connection)

    def _read_part(self, path: Path, part: int, name: str) -> None:
        ids = [
            x[0]
            for x in self._connection.execute(
                "SELECT article.id FROM article JOIN file ON file.no = article.file"
                " WHERE doc IS NULL AND part = ? AND file.name = ?",
                (part, name),
            )
        ]
        columns = ["article_id", "language", "headline", "body"]
        table = unpacked.opened(path).read_row_group(part, columns=columns)
        table = table.filter(pc.is_in(table["article_id"], pa.array(ids, pa.string())))
        for batch in table.to_batches(max_chunksize=64):
            for row in batch.to_pylist():
                self._add(row)
        for keys in self._keys.values():
            self._connection.executemany("INSERT OR IGNORE INTO word VALUES (?, ?, ?)", keys.new)
            keys.new.clear()
        self._connection.execute("INSERT OR REPLACE INTO state VALUES ('doc', ?)", (str(self._last),))

    def _add(self, row: dict[str, Any]) -> None:
        headline, body = row["headline"][:MOST_TEXT], row["body"][:MOST_TEXT]
        keys = self._keys[row["language"] if row["language"] in LANGUAGES else ""]
        packed = self._packer.compress(f"{headline}\n{body}".encode("utf-8", "replace"))
        number = self._last = self._last + 1
        self._connection.execute("INSERT INTO doc VALUES (?, ?)", (number, packed))
        self._connection.execute(
            "INSERT INTO text (rowid, headline, body) VALUES (?, ?, ?)",
            (number, *(" ".join(map(keys.__getitem__, words(text))) for text in (headline, body))),
        )
        self._connection.execute("UPDATE article SET doc = ? WHERE id = ?", (number, row["article_id"]))


def main(root: str) -> int:
    """Fill the side file of an archive, and tell nobody: the server looks at the file itself."""
    from archive.read.archive import Archive  # noqa: PLC0415  this module is imported for its types too

    fill(Archive(root))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
