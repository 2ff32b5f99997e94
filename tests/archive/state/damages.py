"""Ways to damage the file of the cache: (name, function of its path)."""

import shutil
import sqlite3
from contextlib import closing

from archive.state.database import CONTENTS

PAGE = 4096
TEXTS = {
    "article": ("url", "content_hash", "story_id", "alternates", "article_id", "outlet"),
    "file": ("path",),
    "look": ("outcome",),
    "debt": ("url",),
    "pair": ("evidence", "details"),
    "version": ("content_hash",),
    "about": ("value",),
}


def all_of(state, earlier, other):
    """All damages of a closed cache.

    `earlier`: a copy of its archive some commits ago; `other`: another archive.
    """
    size = state.stat().st_size
    yield from _of_bytes(size)
    yield from _of_rows(state)
    yield from _of_files(earlier, other)


def _of_bytes(size):
    for page in range(size // PAGE):
        for place in (0, 100, PAGE - 40):
            yield f"bit flipped in page {page} at {place}", _flip(page * PAGE + place)
        yield f"page {page} zeroed", _write_at(page * PAGE, b"\0" * PAGE)
        yield f"page {page} is another one", _write_at(page * PAGE, b"\r" + b"\xff" * (PAGE - 1))
    for length in (0, 1, 15, 100, PAGE - 1, PAGE, PAGE + 17, size // 2, size - PAGE, size - 1):
        yield f"cut to {length} bytes", lambda path, length=length: _cut(path, length)
    yield "no database", lambda path: path.write_bytes(b"no database at all" * 300)
    yield "zeros", lambda path: path.write_bytes(b"\0" * size)


def _of_rows(state):
    with closing(sqlite3.connect(state)) as connection:
        columns = {
            table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for table in (*CONTENTS, "about")
        }
    for table, names in columns.items():
        yield f"{table} without rows", _sql(f"DELETE FROM {table}")
        yield f"{table} dropped", _sql(f"DROP TABLE {table}")
        yield f"{table} renamed", _sql(f"ALTER TABLE {table} RENAME TO gone")
        yield f"{table} without a column", _sql(f"ALTER TABLE {table} RENAME COLUMN {names[-1]} TO gone")
        yield (
            f"{table} without its first row",
            _sql(f"DELETE FROM {table} WHERE {names[0]} = (SELECT min({names[0]}) FROM {table})"),
        )
    for table, texts in TEXTS.items():
        for name in texts:
            yield f"{table}.{name} not UTF-8", _sql(f"UPDATE {table} SET {name} = CAST(x'fffe61' AS TEXT)")
            yield f"{table}.{name} of another type", _sql(f"UPDATE {table} SET {name} = x'00ff'")
    for sql in (
        "UPDATE article SET last_seen = 9223372036854775807",
        "UPDATE article SET first_seen = -9223372036854775807",
        "UPDATE article SET alternates = '{'",
        "UPDATE article SET alternates = '[[1,2,3,4]]'",
        "UPDATE version SET version = version + 7",
        "UPDATE version SET latest = 1 - latest",
        "UPDATE version SET file = (SELECT max(id) FROM file)",
        "UPDATE file SET path = '../../etc/passwd'",
        "UPDATE file SET path = (SELECT path FROM file ORDER BY id LIMIT 1)",
        "UPDATE place SET article = article + 1 WHERE role < 3",
        "UPDATE article SET story_id = 'ffffffffffffffffffffffffffffffff'",
        "INSERT INTO article SELECT number + 100, article_id || 'x', * FROM (SELECT * FROM article)",
        "DELETE FROM place WHERE role = 3; DELETE FROM article; DELETE FROM version",
        "DELETE FROM place WHERE role = 3 AND article = 1",
        "INSERT INTO segment SELECT 'ffffffffffffffffffffffffffffffff'",
        "CREATE TABLE foreign_one (x); INSERT INTO foreign_one VALUES (1)",
        "CREATE TRIGGER planted AFTER INSERT ON article BEGIN DELETE FROM version; END",
        "CREATE VIEW planted AS SELECT * FROM article",
        "PRAGMA user_version = 99",
        "PRAGMA application_id = 99",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA encoding = 'UTF-16le'",
        "VACUUM",
    ):
        yield sql, _sql(sql)
    for stamp in ("", "abc", "-1 x", "1", "2 2099-01-01T00:00:00+00:00", "99999999999999999999 x", "1e3 x"):
        yield f"stamp {stamp!r}", _sql(f"UPDATE about SET value = '{stamp}' WHERE name = 'snapshot'")
    for version in ("0", "99", "x"):
        yield f"version {version}", _sql(f"UPDATE about SET value = '{version}' WHERE name = 'version'")


def _of_files(earlier, other):
    before, another = earlier / "state.sqlite", other / "state.sqlite"

    def copy(source):
        return lambda path: shutil.copy2(source, path)  # with its times

    def with_log(source, log):
        def damage(path):
            if source:
                shutil.copy2(source, path)
            shutil.copyfile(log, path.with_name("state.sqlite-wal"))

        return damage

    logs = {"of this archive, earlier": earlier / "log-left", "of another archive": other / "log-left"}
    yield "an earlier copy", copy(before)
    yield "that of another archive", copy(another)
    yield "an empty file in its place", lambda path: path.write_bytes(b"")
    for name, log in logs.items():
        yield f"with the log {name}", with_log(None, log)
        yield f"an earlier copy with the log {name}", with_log(before, log)
    yield (
        "a hot journal of another",
        lambda path: shutil.copyfile(another, path.with_name("state.sqlite-journal")),
    )
    yield "a log of noise", lambda path: path.with_name("state.sqlite-wal").write_bytes(b"\x37\x7f" * 5000)


def _flip(place):
    def damage(path):
        with path.open("r+b") as file:
            file.seek(place)
            (byte,) = file.read(1)
            file.seek(place)
            file.write(bytes([byte ^ 0x10]))

    return damage


def _write_at(place, data):
    def damage(path):
        with path.open("r+b") as file:
            file.seek(place)
            file.write(data)

    return damage


def _cut(path, length):
    with path.open("r+b") as file:
        file.truncate(length)


def _sql(statements):
    def damage(path):
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for statement in statements.split("; "):
                try:
                    connection.execute(statement)
                except sqlite3.Error:  # a key that is taken: another way of damage counts
                    connection.execute("DELETE FROM place")

    return damage
