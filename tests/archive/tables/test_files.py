from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

import archive
from archive.format.schema import STORED
from archive.format.snapshot import DataFile
from archive.tables.parquet_files import merges, rows_per_file


def test_many_commits_leave_few_files(writer, root, article):
    for number in range(70):
        writer.add_article(article(number))
        writer.commit()
    opened = archive.open(root)
    assert len(opened.snapshot.stored("articles")) < 20
    assert len(opened.snapshot.stored("observations")) < 20
    assert len(pd.read_parquet(root / "articles")) == 70
    assert len(pd.read_parquet(root / "stories")) == 70


def test_a_commit_writes_new_articles_and_not_the_old_ones_again(writer, root, article):
    for number in range(3):
        for part in range(100):
            writer.add_article(article(number * 100 + part))
        writer.commit()
    before = {file.path for file in archive.open(root).snapshot.files}
    writer.add_article(article(1000))
    snapshot = writer.commit()
    assert before <= {file.path for file in snapshot.files}
    assert snapshot.rewrote == {}


def test_an_edit_rewrites_the_one_file_that_holds_the_earlier_text(writer, root, article):
    for number in range(3):
        writer.add_article(article(number))
        writer.commit()
    writer.add_article(article(1, text="edited"))
    writer.commit()
    (snapshot,) = [x for x in archive.open(root).snapshots() if x.id == 4]
    assert [file.rows for file in snapshot.stored("articles")].count(1) == 3
    assert [file.rows for file in snapshot.stored("superseded")] == [1]


def test_every_stored_file_has_the_written_schema_and_its_checksum(writer, root, article):
    import hashlib

    writer.add_article(article(1))
    for file in writer.commit().files:
        data = (root / file.path).read_bytes()
        assert hashlib.sha256(data).hexdigest() == file.sha256
        stored = pq.read_schema(root / file.path)
        assert stored.equals(STORED[file.table])
        assert [x.metadata[b"description"] for x in stored] == [
            x.metadata[b"description"] for x in STORED[file.table]
        ]


@given(st.lists(st.integers(0, 9000), max_size=60))
def test_merges_stay_within_the_limit_and_name_a_file_once(sizes):
    files = [DataFile("articles", str(n), "2026-03", size, 1, "") for n, size in enumerate(sizes)]
    groups = merges(files)
    merged = [file.path for group in groups for file in group]
    assert len(merged) == len(set(merged))
    for group in groups:
        assert len(group) >= 2
        assert sum(file.rows for file in group) <= rows_per_file("articles")
        assert all(file.rows for file in group)


def test_months_are_never_merged_with_each_other():
    files = [DataFile("articles", str(n), f"2026-{n % 2 + 1:02d}", 10, 1, "") for n in range(14)]
    assert merges(files) == []
    assert (
        len(merges([*files, *(DataFile("articles", f"x{n}", "2026-01", 10, 1, "") for n in range(2))])) == 1
    )


def test_the_specification_names_every_folder():
    from archive.format import layout

    text = Path(layout.__file__).read_text()
    assert all(name in (layout.__doc__ or "") for name in (*layout.TABLES, "_log", "_data", "_wal", "_views"))
    assert "_quarantine" in text
