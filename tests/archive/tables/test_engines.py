"""pandas, Polars and DuckDB on the bare paths: one snapshot, the written schema, also after a migration."""

import duckdb
import pandas as pd
import polars as pl
import pytest

import archive
from archive.format.layout import TABLES
from archive.operations.maintain import compact
from archive.operations.migrate import migrate
from archive.writer import ArchiveWriter
from tests.archive.made import NOON, make_article, make_variants
from tests.archive.operations.test_migrate import NEXT

ENGINES = {
    "pandas": lambda path: pd.read_parquet(path).to_dict("records"),
    "polars": lambda path: pl.read_parquet(path).to_dicts(),
    "polars, lazily": lambda path: pl.scan_parquet(f"{path}/**/*.parquet").collect().to_dicts(),
    "duckdb": lambda path: duckdb.sql(f"SELECT * FROM '{path}/*.parquet'").pl().to_dicts(),
}


def several_files(root):
    """Several files, an edit, a story of three, and what a merge has replaced."""
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        for number in range(3):
            for record in make_variants(number, "uk", "en", "ru"):
                writer.add_article(record)
            if number:
                at = NOON.replace(hour=12 + number)
                writer.add_article(make_article(0, text=f"edit {number}", fetched_at=at))
            writer.commit()
        compact(root)


@pytest.fixture
def merged(copied, root):
    copied(several_files, root)
    return root


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("table", TABLES)
def test_every_engine_reads_exactly_the_snapshot(merged, engine, table):
    told = archive.open(merged).table(table).to_arrow()
    rows = ENGINES[engine](merged / table)
    assert len(rows) == told.num_rows
    if not rows:
        return
    # the columns of a deletion are joined by who reads: docs/decisions/0026-deletions-are-joined.md
    joined = ["gone", "gone_reason"] if table == "articles" else []
    assert [*rows[0], *joined] == told.column_names
    keys = [
        name
        for name in ("article_id", "version", "story_id", "observed_at", "article_id_a")
        if name in rows[0]
    ]
    assert sorted(str([row[x] for x in keys[:2]]) for row in rows) == sorted(
        str([row[x] for x in keys[:2]]) for row in told.to_pylist()
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_sees_a_new_column_and_a_wider_one_after_a_migration(merged, engine):
    before = len(ENGINES[engine](merged / "versions"))
    migrate(merged, NEXT)
    rows = ENGINES[engine](merged / "versions")
    assert len(rows) == before == 11
    assert {row["words"] for row in rows} == {2}
    assert {row["http_status"] for row in rows} == {200}
    assert all("mood" in row for row in rows)


def test_times_and_lists_come_as_they_are(merged, noon):
    first = pl.read_parquet(merged / "articles")
    assert first.schema["published_at"] == pl.Datetime("us", "UTC")
    assert first.schema["tags"] == pl.List(pl.String)
    ((moment,),) = duckdb.sql(f"SELECT max(fetched_at) FROM '{merged}/articles/*.parquet'").fetchall()
    assert moment == noon.replace(hour=14)
    assert str(pd.read_parquet(merged / "articles")["published_at"].dtype) == "datetime64[us, UTC]"
