"""Rows that are there twice are found and mended, whatever made them."""

from datetime import timedelta

import pytest

import archive
from archive.commit.committer import Committer
from archive.commit.next_snapshot import Operation
from archive.operations import key_hashes, maintain
from archive.tables.parquet_files import read
from archive.writer import ArchiveWriter
from tests.archive.findings import grave

HOUR = timedelta(hours=1)
DAMAGE = Operation("append")


@pytest.fixture
def edited(root, article, look, noon):
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        for number in range(3):
            writer.add_article(article(number, text=f"A{number}"))
        writer.commit()
        writer.add_article(article(1, text="B1", fetched_at=noon + HOUR))
        writer.add_observation(look(article(2).url, at=noon + HOUR))
        writer.commit()
    return root


def double(root, table):
    """Commit the rows of a table once more."""
    with Committer.open(root, "damage") as committer:

        def build(following):
            following.add(table, read(following.storage, following.head.stored(table)))
            return following.finish()

        committer.make(DAMAGE, build)


@pytest.mark.parametrize("table", ["articles", "superseded", "observations", "stories", "memberships"])
def test_doubled_rows_of_each_table_are_found_and_mended(edited, table):
    before = {
        name: getattr(archive.open(edited), name)().to_pandas().drop(columns=["commit_seq", "ingested_at"])
        for name in ("versions", "observations", "stories")
    }
    double(edited, table)
    assert any(text.startswith(f"{table}: ") and "is there 2 times" in text for text in grave(edited))
    done = maintain.repair(edited)
    assert done.mended is not None
    assert done.mended.operation == "repair"
    assert grave(edited) == []
    for name, frame in before.items():
        after = getattr(archive.open(edited), name)().to_pandas().drop(columns=["commit_seq", "ingested_at"])
        order = [x for x in ("article_id", "url", "observed_at", "story_id", "version") if x in frame]
        left, right = (x.sort_values(order).reset_index(drop=True) for x in (frame, after))
        assert left[order].equals(right[order]), name
    assert maintain.repair(edited).mended is None


def test_a_table_larger_than_memory_is_checked_part_by_part(edited, monkeypatch):
    double(edited, "articles")
    in_one = grave(edited)
    monkeypatch.setattr(key_hashes, "_MOST_AT_ONCE", 2)
    assert sorted(grave(edited)) == sorted(in_one)
    assert maintain.repair(edited).mended
    assert grave(edited) == []


def test_an_article_taken_in_twice_keeps_both_texts_as_versions(edited, root, article, noon, tmp_path):
    """What a cache did that had lost the article: version 1 once more, with another text."""
    other = tmp_path / "other"
    with ArchiveWriter.open(other, run_id="run-2") as writer:
        writer.add_article(article(0, text="C0", fetched_at=noon + 2 * HOUR))
        writer.commit()
    strange = archive.open(other)
    table = read(strange.storage, strange.snapshot.stored("articles"))
    with Committer.open(edited, "damage") as committer:

        def build(following):
            following.add("articles", table)
            return following.finish()

        committer.make(DAMAGE, build)
    assert any("is there 2 times" in text for text in grave(edited))
    assert maintain.repair(edited).mended
    assert grave(edited) == []
    rows = archive.open(edited).versions(article(0).article_id).to_pandas().sort_values("version")
    assert list(rows["body"]) == ["A0", "C0"]
    assert list(rows["version"]) == [1, 2]
    assert list(rows["valid_to"].isna()) == [False, True]
    # and the next commit knows it
    with ArchiveWriter.open(edited, run_id="run-3") as writer:
        verdict = writer.add_article(article(0, text="C0", fetched_at=noon + 3 * HOUR))
        assert verdict.outcome == "unchanged"
        writer.commit()
    assert grave(edited) == []
