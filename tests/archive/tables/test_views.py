"""Where links are not to be had, and where a view is gone: the same snapshot, from this machine's cache."""

import os
import shutil
import time
from pathlib import Path

import pandas as pd
import pytest

import archive
from archive.exceptions import ArchiveError, SnapshotNotFound
from archive.format.layout import Layout
from archive.operations.maintain import gc
from archive.operations.purge import purge
from tests.archive.findings import verify


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = str(tmp_path / "cache")
    monkeypatch.setenv("TRIPTYCH_CACHE", folder)
    return {"TRIPTYCH_CACHE": folder}


@pytest.fixture
def run(program, root, cache):
    def finish(action):
        done = program("without_links.py", action, root, env=cache)
        output, _ = done.communicate()
        assert done.returncode == 0
        return output.splitlines()

    return finish


def test_writing_and_reading_without_links(run, root, cache):
    run("write")
    assert not (root / "articles").exists()
    assert [x.id for x in archive.open(root).snapshots()] == [0, 1, 2]
    assert not [finding for finding in verify(root) if finding.grave]
    assert run("read") == ["2 1 2"]
    assert run("read") == ["2 1 2"], "made once, found again"


def test_a_name_that_is_taken_stays_anothers(run):
    assert run("taken") == ["True first False", "False first False"]


def test_reading_where_there_are_no_locks_either(run, root, writer, article):
    for number in (1, 2):
        writer.add_article(article(number))
        writer.commit()
    shutil.rmtree(root / "_views")
    rows, refused = run("plain")
    assert rows == "2 1 2"
    assert "flock" in refused


def test_a_view_that_is_not_kept_is_made_again(root, writer, article, cache):
    for number in range(3):
        writer.add_article(article(number))
        writer.commit()
    opened = archive.open(root)
    first, second = (x.committed_at for x in opened.snapshots()[1:3])
    shutil.rmtree(root / "_views" / "v000000000001")
    folder = opened.path("articles", as_of=first)
    assert folder.is_relative_to(cache["TRIPTYCH_CACHE"])
    assert len(pd.read_parquet(folder)) == 1
    assert opened.path("articles", as_of=second).is_relative_to(root)
    for table in ("versions", "observations", "stories", "pairs"):
        assert len(pd.read_parquet(opened.path(table, as_of=first))) == len(
            getattr(opened, table)(as_of=first)
        )


@pytest.mark.usefixtures("cache")
def test_files_that_are_gone_are_named(root, writer, article, noon):
    for number in range(3):
        writer.add_article(article(1, text=f"text {number}", fetched_at=noon.replace(hour=13 + number)))
        writer.commit()
    opened = archive.open(root)
    first = opened.snapshots()[1].committed_at
    gc(root, 0)
    shutil.rmtree(root / "_views" / "v000000000001", ignore_errors=True)
    with pytest.raises(SnapshotNotFound, match="snapshot 1 have been collected: only as_of reads it"):
        opened.path("articles", as_of=first)
    assert len(opened.articles(as_of=first)) == 1


def test_a_purge_reaches_the_copies_of_this_machine(run, root, cache, article):
    run("write")
    run("read")
    copies = Path(cache["TRIPTYCH_CACHE"])
    assert list(copies.rglob("*.parquet"))
    purge(root, article(1).url, reason="asked")
    assert not list(copies.rglob("*.parquet"))
    assert len(archive.open(root).articles()) == 1


def test_a_view_is_kept_for_as_long_as_a_read_from_when_it_was_the_latest(root, writer, article, monkeypatch):
    def views_of(root):
        return sorted(int(path.name[1:]) for path in (root / "_views").glob("v*"))

    def made(number, hours):
        at = time.time() - hours * 3600
        os.utime(Layout(root).view(number), (at, at))

    writer.add_article(article(1))
    writer.commit()
    # made long ago, and the latest until a moment ago: somebody may have begun to read it then
    made(1, 100)
    for number in range(2, 7):
        writer.add_article(article(number))
        writer.commit()
    assert views_of(root) == [1, 2, 3, 4, 5, 6]
    made(2, 25)
    gc(root)
    assert views_of(root) == [2, 3, 4, 5, 6]
    made(3, 3)
    monkeypatch.setenv("TRIPTYCH_KEEP_HOURS", "4")
    gc(root)
    assert views_of(root) == [2, 3, 4, 5, 6]
    monkeypatch.setenv("TRIPTYCH_KEEP_HOURS", "2.5")
    gc(root)
    assert views_of(root) == [3, 4, 5, 6]
    monkeypatch.setenv("TRIPTYCH_KEEP_HOURS", "a day")
    with pytest.raises(ArchiveError, match="TRIPTYCH_KEEP_HOURS is 'a day': expected hours"):
        gc(root)
