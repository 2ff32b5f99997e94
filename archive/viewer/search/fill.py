"""Filling of the side file: what a snapshot has and the file has not, data file by data file.

`python -m archive.viewer.search.fill ARCHIVE` does it in a process of its own, so that lemmas take no memory
of the server, and a page never waits for them. With `--attached` before the archive it ends when its standard
input is closed: the server that began it has ended, be it by kill -9.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import sys
import threading
from datetime import UTC, datetime
from itertools import repeat
from typing import TYPE_CHECKING, Any

import psutil
import pyarrow as pa
import pyarrow.compute as pc

from archive.format.marks import CONTRADICTIONS
from archive.format.records import FEED, PERHAPS_ALONE
from archive.tables import data_file_reader
from archive.tables.parquet_files import translated_errors
from archive.viewer import stored_figures
from archive.viewer.search import fill_columns, side_file
from archive.viewer.search.file_keys import address_key_of, key_of
from archive.viewer.search.read_texts import read_texts
from archive.viewer.search.side_file import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from archive.format.snapshot import DataFile
    from archive.read.archive import Archive

_log = logging.getLogger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ROW = (
    *("id", "story_id", "outlet", "language", "headline", "url", "published", "first_seen", "last_seen"),
    *("valid_from", "section", "authors", "version", "from_feed", "hash", "file", "part"),
)
"""Columns of `article` but the number of its text, which stays until the text is another."""
_INSERT = f"INSERT INTO article ({', '.join(_ROW)}) VALUES (:{', :'.join(_ROW)})"
_UPDATE = (
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{x} = excluded.{x}' for x in _ROW[1:])},"
    " doc = iif(hash = excluded.hash AND headline = excluded.headline, doc, NULL)"
)
_ARTICLE = [
    "article_id", "story_id", "version", "outlet", "url", "language", "headline", "authors", "published_at",
    "section", "content_hash", "text_from", "first_seen", "last_seen", "valid_from", "canonical_url",
    "syndicated_from",
]  # fmt: skip
_COMPARED = (
    *("story_id", "article_id_a", "article_id_b", "language_a", "language_b", "kind", "doubtful"),
    *("confidence", "characters_a", "characters_b", "sentences_only_a", "sentences_only_b"),
)
_EVENT = ["article_id_a", "article_id_b", "commit_seq", "tier", "probability", "shared"]
_QUOTES = {"quotes_only_a": ("a", "b"), "quotes_only_b": ("b", "a")}
"""Columns of quotations with the side that has them, and the other one."""
_TABLES = ("articles", "superseded", "stories", "alignments", "pairs", "observations", "same_event")
_OF_TABLE = {
    "articles": ("article",), "superseded": ("former",), "alignments": ("compared", "mark", "quote"),
    "observations": ("look",), "same_event": ("event",),
}  # fmt: skip
"""Tables of the side file that have rows of a stored table; any may have some of `flag` and `place`."""
_TOUCHING = {
    **dict.fromkeys(("compared", "mark", "quote", "article"), "story_id"),
    **dict.fromkeys(("former", "flag"), "id"),
}
"""Columns that name the stories, or the articles, that change with a row."""
_A_PROCESS = 600_000_000
"""Bytes that a process which reads texts takes."""


def fill(archive: Archive, *, texts: bool = True, processes: int = 1, shards: int | None = None) -> None:
    """Bring an archive's side file up to the snapshot that is open; `texts`: what search reads too.

    With more `processes` many texts are read side by side; each needs some 400 MB for lemmas.
    `shards`: the files of texts that a new side file is to have; as many as its articles ask for by default.

    Raises ArchiveNotWritable for this machine's cache folder, and as reading the archive does.
    """
    path = side_file.side_file(archive.storage.layout)
    try:
        _fill(archive, path, texts=texts, processes=processes, shards=shards)
    except sqlite3.DatabaseError:  # a page of it that SQLite cannot read
        side_file.discard(path)
        _fill(archive, path, texts=texts, processes=processes, shards=shards)


def _fill(archive: Archive, path: Path, *, texts: bool, processes: int, shards: int | None) -> None:
    with side_file.writing(path) as connection:
        purged = _Fill(archive, connection, shards).bring()
    if purged:
        # its words stand in the index of words too, where nothing can take them out
        side_file.discard(path)
        with side_file.writing(path) as connection:
            _Fill(archive, connection, shards).bring()
    if texts:
        with side_file.writing(path) as connection:
            read_texts(archive, connection, path, processes)


class _Fill:
    """What lists and filters need: all but the texts, some seven seconds for 100,000 articles."""

    def __init__(self, archive: Archive, connection: sqlite3.Connection, shards: int | None) -> None:
        self._archive, self._connection = archive, connection
        many = archive.snapshot.rows("articles") >= side_file.LARGE
        self._shards = shards or (side_file.SHARDS if many else 1)
        self._is_first = False
        self._touched: set[str] = set()
        """Ids of stories, and of articles, of which something came or went."""

    def bring(self) -> bool:
        """Take over what is new; True where articles are gone, which only a purge does.

        The first time each data file is kept once it is taken, so that filling goes on where it was ended;
        later all of a snapshot comes at once.
        """
        snapshot = self._archive.snapshot
        files = {x.path: x for x in snapshot.stored(*_TABLES)}
        stale, current = self._compare_files(files)
        new = [x for name, x in files.items() if name not in current]
        snapshot_row = self._connection.execute("SELECT 1 FROM state WHERE name = 'snapshot'").fetchone()
        self._is_first = snapshot_row is None
        if self._is_first:
            new = self._begin(new, stale, files)
        with transaction(self._connection):
            for file in new:
                self._take_over(file)
            lost = sum(self._drop(number, table) for number, table in stale)
            if self._is_first:
                side_file.add_indexes(self._connection)
                fill_columns.write(self._connection)
            elif new or stale:
                fill_columns.write(self._connection, self._touched_stories())
            self._say("snapshot", snapshot.id)
            self._say("at", datetime.now(UTC).isoformat(timespec="seconds"))
        return lost > 0 and not self._is_first  # no word of it has been read yet

    def _compare_files(self, files: Mapping[str, DataFile]) -> tuple[list[tuple[int, str]], set[str]]:
        """Return number and table of each stale file, and the names of the files that are current."""
        stale: list[tuple[int, str]] = []
        current: set[str] = set()
        rows = self._connection.execute('SELECT name, sha256, no, "table" FROM file')
        for name, sha256, number, table in rows.fetchall():
            if name in files and files[name].sha256 == sha256:
                current.add(name)
            else:
                stale.append((number, table))
        return stale, current

    def _begin(self, new: list[DataFile], stale: Sequence[object], files: Collection[str]) -> list[DataFile]:
        """Take over the first snapshot, each data file by itself; what is left to do is nothing."""
        if not stale and len(new) == len(files):
            self._say("shards", self._shards)
        self._say("files", len(files))
        for file in new:
            with transaction(self._connection):
                self._take_over(file)
            self._touched.clear()
        return []

    def _say(self, name: str, value: object) -> None:
        self._connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, str(value)))

    def _touched_stories(self) -> set[str]:
        """Find the stories of all rows that came and went; an id may be of an article or of a story."""
        story_ids = set(self._touched)
        for article_id in self._touched:
            row = self._connection.execute("SELECT story_id FROM article WHERE id = ?", (article_id,))
            story_ids |= {x for (x,) in row}
        return story_ids

    def _drop(self, number: int, table: str) -> int:
        """Drop the rows of a data file; return how many articles went with them."""
        lost = 0
        for name in (*_OF_TABLE.get(table, ()), "flag", "place"):
            if column := _TOUCHING.get(name):
                rows = self._connection.execute(f"SELECT {column} FROM {name} WHERE file = ?", (number,))
                self._touched |= {x for (x,) in rows}
            if name == "former":
                former = "SELECT id FROM former WHERE file = ?"
                self._connection.execute(f"DELETE FROM edit WHERE id IN ({former})", (number,))
            dropped = self._connection.execute(f"DELETE FROM {name} WHERE file = ?", (number,))
            lost += dropped.rowcount if name == "article" else 0
        self._connection.execute("DELETE FROM file WHERE no = ?", (number,))
        return lost

    def _take_over(self, file: DataFile) -> None:
        # renamed while it is replaced: the same name with other bytes is another file
        self._connection.execute("DELETE FROM file WHERE name = ?", (file.path,))
        row = (file.path, file.sha256, file.table)
        inserted = self._connection.execute('INSERT INTO file (name, sha256, "table") VALUES (?, ?, ?)', row)
        assert inserted.lastrowid is not None
        with translated_errors():
            self._take(file, inserted.lastrowid)

    def _take(self, file: DataFile, number: int) -> None:
        (path,) = self._archive.storage.present([file])
        opened = data_file_reader.opened(path)
        for part in range(opened.metadata.num_row_groups):
            take = getattr(self, f"_take_{file.table}")
            take(opened, part, number)

    def _take_articles(self, opened: Any, part: int, number: int) -> None:
        rows = _read(opened, part, _ARTICLE)
        if not self._is_first:
            ids = json.dumps([row["article_id"] for row in rows])
            before = "SELECT story_id FROM json_each(?) CROSS JOIN article ON article.id = json_each.value"
            self._touched |= {x for (x,) in self._connection.execute(before, (ids,))}
            self._touched |= {row["story_id"] for row in rows}
        for row in rows:
            row |= {"id": row["article_id"], "language": row["language"] or "?", "hash": row["content_hash"]}
            row |= {"authors": "\n".join(row["authors"] or ()), "from_feed": row["text_from"] == FEED}
            row |= {"published": _seconds(row["published_at"]), "valid_from": _seconds(row["valid_from"])}
            row |= {"first_seen": _seconds(row["first_seen"]), "last_seen": _seconds(row["last_seen"])}
            row |= {"file": number, "part": part}
        self._connection.executemany(_INSERT if self._is_first else _INSERT + _UPDATE, rows)
        addresses = []
        for row in rows:
            # an article that names its own address is known by its visits
            for address in (row["canonical_url"], row["syndicated_from"]):
                if address and address != row["url"]:
                    addresses.append(address)
        self._place(map(address_key_of, addresses), number)

    def _place(self, keys: Iterable[int], number: int) -> None:
        """Note that a data file has rows of these."""
        self._connection.executemany("INSERT INTO place VALUES (?, ?)", zip(set(keys), repeat(number)))

    def _take_stories(self, opened: Any, part: int, number: int) -> None:
        ids = opened.read_row_group(part, columns=["story_id"])["story_id"].to_pylist()
        self._place(map(key_of, ids), number)

    def _take_superseded(self, opened: Any, part: int, number: int) -> None:
        rows = _read(opened, part, ["article_id", "version", "text_from", "valid_from", "last_seen"])
        self._touched |= {row["article_id"] for row in rows}
        self._connection.executemany(
            "INSERT INTO former VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    *(x["article_id"], x["version"], x["text_from"] == FEED),
                    *(_seconds(x["valid_from"]), _seconds(x["last_seen"]), number, part),
                )
                for x in rows
            ),
        )

    def _take_alignments(self, opened: Any, part: int, number: int) -> None:
        wanted = (*_COMPARED, *CONTRADICTIONS.values(), *_QUOTES)
        columns_of_file = [x for x in wanted if x in opened.schema_arrow.names]
        table = opened.read_row_group(part, columns=columns_of_file)
        if "doubtful" not in columns_of_file:  # before schema 6 nobody judged a passage
            table = table.append_column("doubtful", pa.nulls(len(table), pa.bool_()))
            table = table.append_column("confidence", pa.nulls(len(table), pa.float64()))
        self._compare(table, number)
        # what a doubtful link has of them is marked for its own reasons
        judged = table.filter(pc.is_valid(table["doubtful"]))
        for kind, column in CONTRADICTIONS.items():
            rows = _marked(judged, column)
            self._take_contradictions(kind, column, rows, number)
            self._flag(kind, sorted({row["story_id"] for row in rows}), number)
        of_quotes = set[str]()
        for column, sides in _QUOTES.items():
            of_quotes |= self._take_quotes(column, sides, _marked(judged, column), number)
        self._flag("quotes", sorted(of_quotes), number)

    def _take_contradictions(
        self, kind: str, column: str, rows: Iterable[dict[str, Any]], number: int
    ) -> None:
        for row in rows:
            for mark in row[column]:
                values = (row["story_id"], row["language_a"], mark["a"], row["language_b"], mark["b"])
                self._connection.execute(
                    "INSERT INTO mark VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (kind, *values, mark["counted"] or "", mark["confidence"], row["doubtful"], number),
                )

    def _take_quotes(
        self, column: str, sides: tuple[str, str], rows: Iterable[dict[str, Any]], number: int
    ) -> set[str]:
        """Take the quotations of one side; return their stories."""
        side, other_side = sides
        story_ids = set[str]()
        for row in rows:
            languages = (row[f"language_{side}"], row[f"language_{other_side}"])
            story_ids.add(row["story_id"])
            for mark in row[column]:
                self._connection.execute(
                    "INSERT INTO quote VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (row["story_id"], *languages, mark["text"], mark["speaker"], row["doubtful"], number),
                )
        return story_ids

    def _compare(self, table: pa.Table, number: int) -> None:
        """Count the characters that one of two texts has alone, surely and perhaps.

        Not those of a doubtful link: of 63 that strangers read, 61 said the same.
        """
        is_judged_sure = pc.fill_null(pc.invert(table["doubtful"]), False)
        is_shared = pc.fill_null(pc.less(table["confidence"], PERHAPS_ALONE), False)
        for side, kind in (("a", "omitted"), ("b", "added")):
            is_alone = pc.equal(table["kind"], kind)
            is_sure = pc.and_(is_alone, is_judged_sure)
            is_doubtful = pc.and_not(is_alone, pc.or_(is_judged_sure, is_shared))
            for name, chosen in (("alone", is_sure), ("perhaps", is_doubtful)):
                lengths = pc.if_else(chosen, table[f"characters_{side}"], 0)
                if name == "perhaps" and f"sentences_only_{side}" in table.column_names:
                    lengths = pc.add(lengths, _letters(table[f"sentences_only_{side}"]))
                table = table.append_column(f"{name}_{side}", pc.cast(lengths, pa.int64()))
        names = ["characters_a", "alone_a", "perhaps_a", "characters_b", "alone_b", "perhaps_b"]
        ids = ["story_id", "article_id_a", "article_id_b"]
        counted = table.group_by(ids).aggregate([(x, "sum") for x in names])
        story_ids = set(counted["story_id"].to_pylist())
        self._touched |= story_ids
        self._place(map(key_of, story_ids), number)
        rows = zip(*(counted[x].to_pylist() for x in (*ids, *(f"{y}_sum" for y in names))), strict=True)
        self._connection.executemany(
            "INSERT INTO compared VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ((*row, number) for row in rows)
        )

    def _take_same_event(self, opened: Any, part: int, number: int) -> None:
        for x in _read(opened, part, _EVENT):
            ids = (x["article_id_a"], x["article_id_b"])
            values = (x["commit_seq"], x["tier"], x["probability"], "\n".join(x["shared"]), number)
            self._connection.executemany(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", [(*ids, *values), (*ids[::-1], *values)]
            )

    def _take_pairs(self, opened: Any, part: int, number: int) -> None:
        table = opened.read_row_group(part, columns=["article_id_a", "details"])
        self._place(map(key_of, table["article_id_a"].unique().to_pylist()), number)
        contradicted = pc.match_substring_regex(pc.fill_null(table["details"], ""), '"conflict": ?true')
        self._flag("conflict", table["article_id_a"].filter(contradicted).unique().to_pylist(), number)

    def _take_observations(self, opened: Any, part: int, number: int) -> None:
        columns = ["article_id", "outlet", "outcome", "reason", "observed_at", "gone", "url", "requested_url"]
        table = opened.read_row_group(part, columns=columns)
        addresses = {*table["url"].unique().to_pylist(), *table["requested_url"].unique().to_pylist()}
        self._place(map(address_key_of, filter(None, addresses)), number)
        self._place(map(key_of, table["article_id"].unique().drop_null().to_pylist()), number)
        taken_down = table.filter(pc.and_kleene(table["gone"], pc.is_valid(table["article_id"])))
        self._touched |= set(taken_down["article_id"].to_pylist())
        self._connection.executemany(
            "INSERT INTO flag VALUES ('gone', ?, ?, ?)",
            ((x["article_id"], _seconds(x["observed_at"]), number) for x in taken_down.to_pylist()),
        )
        days = pc.cast(pc.floor(pc.divide(pc.cast(table["observed_at"], pa.int64()), 86_400e6)), pa.int64())
        by = table.append_column("day", days).group_by(["outlet", "day", "outcome", "reason"])
        self._connection.executemany(
            "INSERT INTO look VALUES (:outlet, :day, :outcome, coalesce(:reason, ''), :count_all, :file)",
            (x | {"file": number} for x in by.aggregate([([], "count_all")]).to_pylist()),
        )

    def _flag(self, kind: str, ids: Sequence[str], number: int) -> None:
        self._touched |= set(ids)
        rows = ((kind, x, None, number) for x in ids)
        self._connection.executemany("INSERT INTO flag VALUES (?, ?, ?, ?)", rows)


def _marked(judged: pa.Table, column: str) -> list[dict[str, Any]]:
    """Read the rows of alignments that have marks in a column; none where an older file does not have it."""
    if column not in judged.column_names:
        return []
    marked = judged.filter(pc.greater(pc.list_value_length(judged[column]), 0))
    columns = ["story_id", "language_a", "language_b", "doubtful", column]
    rows: list[dict[str, Any]] = marked.select(columns).to_pylist()
    return rows


def _read(opened: Any, part: int, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Read rows; a column that an older file has not is empty."""
    present = [x for x in columns if x in opened.schema_arrow.names]
    rows: list[dict[str, Any]] = opened.read_row_group(part, columns=present).to_pylist()
    missing = dict.fromkeys(set(columns) - set(present))
    return [{**row, **missing} for row in rows]


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else (at - _EPOCH).total_seconds()


def main(root: str, processes: int | None = None) -> int:
    """Fill the side file of an archive; the server reads the progress from the file."""
    from archive.read.archive import Archive  # noqa: PLC0415  this module is imported for its types too

    room = psutil.virtual_memory().available // _A_PROCESS
    archive = Archive(root)
    is_large = archive.snapshot.rows("articles") >= side_file.LARGE
    if is_large:  # its texts take minutes
        fill(archive, texts=False)
        _store_figures(archive)
    fill(archive, processes=processes or max(1, min(os.cpu_count() or 1, side_file.SHARDS, room)))
    if not is_large:
        _store_figures(archive)
    return 0


def _store_figures(archive: Archive) -> None:
    path = side_file.charts_file(side_file.side_file(archive.storage.layout))
    try:
        stored_figures.store(archive, path)
    except Exception as error:  # the page that asks for them says why
        _log.warning("The charts cannot be made: %s", error)


def _letters(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    """Count the characters of the texts in each list; 0 for null."""
    return pc.utf8_length(pc.fill_null(pc.binary_join(lists, ""), ""))


def _end_with_server() -> None:
    while os.read(0, 4096):
        pass
    os._exit(1)  # what is written is whole at any time; processes that read texts end with this one


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[0] == "--attached":
        threading.Thread(target=_end_with_server, daemon=True).start()
        del arguments[0]
    sys.exit(main(arguments[0], *map(int, arguments[1:])))
