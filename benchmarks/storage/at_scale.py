"""Questions and operations on a synthetic archive, each a process of its own; peers beside them."""

# ruff: noqa: PLC0415  a process imports what its operation needs, so that its memory is its own

from __future__ import annotations

import os
import resource
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OUTLET = "outlet7"
FRESH = 500
Measured = dict[str, float | str]


def day(root: Path) -> tuple[datetime, datetime]:
    """A day in the middle of the archive: of its last hundred days, if it has so many."""
    import archive

    head = archive.open(root).snapshot
    days = min(50, head.id * 500 // 9_000 // 2)
    end = head.committed_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    end -= timedelta(days=days)
    return end - timedelta(days=1), end


def _row(root: Path) -> dict[str, str]:
    """An article from the middle of the files, asked for without their help."""
    import pyarrow.parquet as pq

    import archive

    snapshot = archive.open(root).snapshot
    files = [x for x in snapshot.stored("articles") if x.rows]
    file = files[len(files) // 2]
    columns = ["article_id", "story_id", "url"]
    table = pq.read_table(root / file.path, columns=columns, partitioning=None)
    return table.slice(len(table) // 2, 1).to_pylist()[0]


# Ours. What is done before the clock starts is no part of the operation.


def _open(root: Path) -> Callable[[], object]:
    import archive
    import archive.read.archive

    return lambda: archive.open(root).snapshot.id


def _outlet_day(root: Path) -> Callable[[], object]:
    import archive

    span = day(root)
    return lambda: len(archive.open(root).articles(outlet=OUTLET, published=span).to_pandas())


def _by_id(root: Path) -> Callable[[], object]:
    import archive
    from archive.read.find import find

    wanted = _row(root)["article_id"]
    return lambda: len(find(archive.open(root), wanted))


def _by_url(root: Path) -> Callable[[], object]:
    import archive
    from archive.read.find import find

    wanted = _row(root)["url"]
    return lambda: len(find(archive.open(root), wanted))


def _show(root: Path) -> Callable[[], object]:
    import contextlib
    import io

    from archive.__main__ import main

    wanted = _row(root)["article_id"]

    def show() -> object:
        with contextlib.redirect_stdout(io.StringIO()) as told:
            code = main(["show", "--archive", str(root), wanted])
        return f"exit {code}, {told.getvalue().count('http')} addresses"

    return show


def _story(root: Path) -> Callable[[], object]:
    import pyarrow.dataset as ds

    import archive

    wanted = _row(root)["story_id"]
    return lambda: len(archive.open(root).stories().where(ds.field("story_id") == wanted).to_pylist())


def _count(root: Path) -> Callable[[], object]:
    import duckdb  # noqa: F401

    import archive
    import archive.read.archive

    question = "SELECT outlet, count(*) AS n FROM articles GROUP BY outlet"
    return lambda: len(archive.open(root).sql(question).to_pylist())


def fresh(count: int) -> list[object]:
    """Articles of now, in stories of three, that no synthetic archive and no run before has."""
    from benchmarks.storage.invented import records

    now = datetime.now(UTC)
    first = 60_000_000 + int(time.time()) % 10**5 * 3 * FRESH
    return [
        replace(record, fetched_at=now, published_at=now - timedelta(minutes=30))
        for record in islice(records(first, count), count)
    ]


def _commit(root: Path, count: int = FRESH) -> Callable[[], object]:
    import pandas  # noqa: F401  pyarrow asks for it, half a second, where a crawl does not let it

    from archive.writer import ArchiveWriter
    from benchmarks.storage.invented import pair

    writer = ArchiveWriter.open(root, run_id="scale")
    for record in fresh(count):
        writer.add_article(record)

    def commit() -> object:
        snapshot = writer.commit(pair)
        writer.close()
        return snapshot.id if snapshot else 0

    return commit


def _writer(root: Path) -> Callable[[], object]:
    from archive.writer import ArchiveWriter

    def opened() -> object:
        with ArchiveWriter.open(root, run_id="scale") as writer:
            return writer.recovered

    return opened


def _compact(root: Path) -> Callable[[], object]:
    from archive.operations.maintain import compact

    def work() -> object:
        snapshot = compact(root)
        return (
            f"{sum(map(len, snapshot.rewrote.values()))} files into {len(snapshot.rewrote)}"
            if snapshot
            else 0
        )

    return work


def _verify(root: Path) -> Callable[[], object]:
    from archive.operations.verify import check

    return lambda: sum(x.grave for x in check(root, everything=True).findings)


def _verify_again(root: Path) -> Callable[[], object]:
    from archive.operations.verify import check

    return lambda: sum(x.grave for x in check(root).findings)


def _rebuild(root: Path) -> Callable[[], object]:
    from archive.opening import open_existing
    from archive.state import replay
    from archive.state.database import State

    storage, log, head = open_existing(root)

    def work() -> object:
        path = root.parent / f"{root.name}.rebuilt.sqlite"
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
        state = State(path)
        replay.catch_up(state, storage, log, head)
        (count,) = state.connection.execute("SELECT count(*) FROM article").fetchone()
        beside = path.with_name(f"{path.name}-wal")
        size = (beside.stat().st_size if beside.exists() else 0) + path.stat().st_size
        state.close()
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
        return f"{count} articles, {size / 1e6:.0f} MB at most"

    return work


def _gc(root: Path) -> Callable[[], object]:
    from archive.operations.maintain import gc

    return lambda: str(gc(root, dry_run=True))[:60]


# Peers: they read the same files, through the folder that any Parquet reader is given.


def _pandas_day(root: Path) -> Callable[[], object]:
    import pandas as pd

    begin, end = day(root)
    where = [("outlet", "==", OUTLET), ("published_at", ">=", begin), ("published_at", "<", end)]
    return lambda: len(pd.read_parquet(os.path.realpath(root / "articles"), filters=where))


def _duckdb(root: Path, question: str, *values: object) -> Callable[[], object]:
    import duckdb

    connection = duckdb.connect(":memory:", config={"memory_limit": "2GB", "threads": 2})
    connection.execute("SET TimeZone = 'UTC'")
    files = f"{os.path.realpath(root / 'articles')}/*.parquet"
    return lambda: len(connection.execute(question.format(files=files), list(values)).to_arrow_table())


def _duckdb_day(root: Path) -> Callable[[], object]:
    question = "SELECT * FROM '{files}' WHERE outlet = ? AND published_at >= ? AND published_at < ?"
    return _duckdb(root, question, OUTLET, *day(root))


def _duckdb_id(root: Path) -> Callable[[], object]:
    wanted = _row(root)["story_id"]
    return _duckdb(root, "SELECT * FROM '{files}' WHERE story_id = ?", wanted)


def _duckdb_count(root: Path) -> Callable[[], object]:
    return _duckdb(root, "SELECT outlet, count(*) FROM '{files}' GROUP BY outlet")


def _pyarrow_id(root: Path) -> Callable[[], object]:
    import pyarrow.dataset as ds

    wanted = _row(root)["story_id"]
    folder = os.path.realpath(root / "articles")
    return lambda: len(ds.dataset(folder).to_table(filter=ds.field("story_id") == wanted))


OPERATIONS: dict[str, Callable[[Path], Callable[[], object]]] = {
    "open": _open,
    "one outlet, one day": _outlet_day,
    "the same, pandas on the folder": _pandas_day,
    "the same, DuckDB on the folder": _duckdb_day,
    "a story by an article's id": _by_id,
    "the same by story_id, pyarrow on the folder": _pyarrow_id,
    "the same by story_id, DuckDB on the folder": _duckdb_id,
    "a story by an address": _by_url,
    "show ID": _show,
    "a row of stories": _story,
    "SQL: articles by outlet": _count,
    "the same, DuckDB on the folder ": _duckdb_count,
    "a writer opens": _writer,
    "a commit of 500": _commit,
    "a commit of 3": partial(_commit, count=3),
    "compact": _compact,
    "gc, dry run": _gc,
    "verify --all": _verify,
    "verify, the second time": _verify_again,
    "the cache made anew": _rebuild,
}
"""In this order: those that change the archive after those that read it."""


def measure(root: Path, name: str) -> Measured:
    """Seconds by the clock and of CPU, and the most memory; `answer` is what came of it."""
    work = OPERATIONS[name](root)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu, wall = time.process_time(), time.perf_counter()
    answer = work()
    return {
        "answer": str(answer),
        "s": time.perf_counter() - wall,
        "CPU s": time.process_time() - cpu,
        "MB before": before,
        "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
