from contextlib import closing
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

import archive
from archive.exceptions import ArchiveNotFound
from archive.format.layout import Layout
from archive.operations import maintain
from archive.state import replay
from archive.writer import ArchiveWriter
from tests.archive.findings import grave
from tests.archive.made import NOON, make_article

HOUR = timedelta(hours=1)


def write_many(root):
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        for number in range(9):
            writer.add_article(make_article(number))
            if number:
                writer.add_article(make_article(number - 1, text="edited", fetched_at=NOON + HOUR))
            writer.commit()


@pytest.fixture
def many(copied, root, open_writer):
    copied(write_many, root)
    return open_writer()


def test_a_writer_goes_on_after_compaction_and_collection(many, root, article, noon):
    maintain.compact(root)
    maintain.gc(root, 0)
    many.add_article(article(2, text="edited again", fetched_at=noon + 2 * HOUR))
    many.add_article(article(50))
    many.commit()
    articles = pd.read_parquet(root / "articles").set_index("article_id")
    assert articles.loc[article(2).article_id, "body"] == "edited again"
    assert articles.loc[article(2).article_id, "version"] == 3
    assert len(articles) == 10
    assert len(pd.read_parquet(root / "versions")) == 19
    assert grave(root) == []


def test_the_cache_follows_a_compaction_as_if_filled_from_it(many, root, article):
    maintain.compact(root)
    many.add_article(article(60))
    many.commit()
    layout = Layout(root)
    with closing(replay.open_state(layout)) as state:
        followed = sorted(state.version_files([article(n).article_id for n in range(9)]))
    maintain.repair(root, rebuild=True)
    with closing(replay.open_state(layout)) as state:
        assert sorted(state.version_files([article(n).article_id for n in range(9)])) == followed


def test_recent_snapshots_keep_their_files(many, root):
    files = [file.path for file in archive.open(root).snapshots()[3].files]
    assert maintain.gc(root).files == 0
    assert all((root / path).exists() for path in files)


def test_files_of_a_commit_that_was_killed_are_swept_a_day_later(many, root):
    stray = root / "_data" / "articles" / "ingest_month=2026-01"
    stray.mkdir(parents=True)
    (stray / "part-0.parquet").write_bytes(b"x")
    assert maintain.gc(root).files == 0
    import os

    old = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    os.utime(stray / "part-0.parquet", (old, old))
    assert maintain.gc(root).files == 1
    assert grave(root) == []


def test_repair_commits_what_a_dead_writer_left_and_turns_the_view(open_writer, root, article):
    writer = open_writer()
    writer.add_article(article(1))
    writer.commit()
    writer.add_article(article(2))
    writer.close()
    layout = Layout(root)
    layout.current_view.unlink()
    layout.current_view.symlink_to("v000000000000")
    assert len(pd.read_parquet(root / "articles")) == 0
    done = maintain.repair(root)
    assert (done.articles, done.snapshot.id) == (1, 2)
    assert len(pd.read_parquet(root / "articles")) == 2
    assert maintain.repair(root).snapshot is None
    assert list(layout.temporary.iterdir()) == []


def test_a_lost_view_is_made_again(many, root):
    import shutil

    layout = Layout(root)
    shutil.rmtree(layout.views)
    layout.views.mkdir()
    (root / "pairs").unlink()
    maintain.repair(root)
    assert len(pd.read_parquet(root / "articles")) == 9
    assert len(pd.read_parquet(root / "pairs")) == 0


def test_upkeep_makes_no_archive(root):
    for work in (maintain.compact, maintain.gc, maintain.repair):
        with pytest.raises(ArchiveNotFound):
            work(root)
    assert not root.exists()
