"""Commits in another process are the commits of the crawl; where it fails, the crawl commits by itself."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from archive.writer import ArchiveWriter
from pipelines.commit_process import Publisher
from pipelines.snapshot import SnapshotStage
from tests.archive.made import make_article


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[ArchiveWriter]:
    with ArchiveWriter.open(tmp_path / "news-archive", run_id="run-1") as writer:
        yield writer


@pytest.fixture
def publisher(tmp_path: Path, writer: ArchiveWriter) -> Iterator[Publisher]:
    publisher = Publisher(str(tmp_path / "news-archive"), "run-1")
    yield publisher
    publisher.close()


def held(tmp_path: Path) -> pd.DataFrame:
    return pd.read_parquet(tmp_path / "news-archive" / "articles").sort_values("url", ignore_index=True)


def test_what_it_commits_is_what_the_writer_would(
    tmp_path: Path, writer: ArchiveWriter, publisher: Publisher
) -> None:
    records = [make_article(number, text=f"Текст {number}.") for number in range(20)]
    for record in records:
        writer.add_article(record)
    snapshot = writer.commit(summary={"archived": 20}, by=publisher.commit)
    assert snapshot is not None
    assert snapshot.summary["archived"] == 20
    assert writer.pending == 0
    assert list((tmp_path / "news-archive" / "_wal").glob("*.zst"))[1:] == [], "its segment is gone"
    with ArchiveWriter.open(tmp_path / "beside", run_id="run-1") as beside:
        for record in records:
            beside.add_article(record)
        beside.commit()
    ours = held(tmp_path)
    theirs = pd.read_parquet(tmp_path / "beside" / "articles").sort_values("url", ignore_index=True)
    differ = {column for column in ours if not ours[column].astype(str).equals(theirs[column].astype(str))}
    assert differ <= {"ingested_at", "story_id"}


def test_it_runs_from_200_articles_on(tmp_path: Path) -> None:
    stage = SnapshotStage(cast("Any", SimpleNamespace(settings={"ARCHIVE_URI": str(tmp_path / "archive")})))
    with ArchiveWriter.open(tmp_path / "archive", run_id="run-1") as stage.writer:
        for number in range(200):
            stage.writer.add_article(make_article(number, text=f"Текст {number}."))
            assert stage._publisher is None
            stage._commit_if_due()
        assert stage._publisher is not None
        stage._publisher.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks at what is mapped, in /proc")
def test_it_does_without_pandas(writer: ArchiveWriter, publisher: Publisher) -> None:
    writer.add_article(make_article(1))
    assert writer.commit(by=publisher.commit) is not None
    mapped = Path(f"/proc/{publisher.pid}/maps").read_text()
    assert "/pyarrow/" in mapped
    assert "/pandas/" not in mapped


def test_a_publisher_that_is_killed_costs_no_article(
    tmp_path: Path, writer: ArchiveWriter, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    writer.add_article(make_article(1, text="Перший."))
    writer.commit(by=publisher.commit)
    assert publisher.pid is not None
    os.kill(publisher.pid, signal.SIGKILL)
    for number in (2, 3):
        writer.add_article(make_article(number, text=f"Текст {number}."))
        with caplog.at_level(logging.WARNING):
            snapshot = writer.commit(by=publisher.commit)
        assert snapshot is not None
        assert "the crawl does it by itself" in caplog.text
    assert len(held(tmp_path)) == 3


def test_a_segment_that_cannot_be_read_there_is_committed_from_memory(
    tmp_path: Path, writer: ArchiveWriter, publisher: Publisher
) -> None:
    writer.add_article(make_article(1, text="Перший."))
    writer.add_article(make_article(2, text="Другий."))
    (path,) = (tmp_path / "news-archive" / "_wal").glob("*.zst")
    data = bytearray(path.read_bytes())
    data[-20] ^= 0xFF
    path.write_bytes(data)
    writer.commit(by=publisher.commit)
    assert len(held(tmp_path)) == 2


def test_what_a_dead_writer_left_is_committed_here(tmp_path: Path) -> None:
    root = tmp_path / "left"
    with ArchiveWriter.open(root, run_id="run-1") as dead:
        dead.add_article(make_article(1, text="Перший."))
    asked = []
    with ArchiveWriter.open(root, run_id="run-2") as writer:
        assert writer.recovered == 1
        for number in (2, 3):
            writer.add_article(make_article(number, text=f"Текст {number}."))
            writer.commit(by=lambda log, names, summary, here: (asked.append(names), here())[1])
    assert len(asked) == 1, "from the second commit on"
    assert len(pd.read_parquet(root / "articles")) == 3


def test_a_publisher_that_is_closed_costs_no_article(
    tmp_path: Path, writer: ArchiveWriter, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = Publisher(str(tmp_path / "news-archive"), "run-1")
    publisher.close()
    writer.add_article(make_article(1, text="Перший."))
    with caplog.at_level(logging.WARNING):
        assert writer.commit(by=publisher.commit) is not None
    assert "the crawl does it by itself" in caplog.text
    assert len(held(tmp_path)) == 1


def test_a_publisher_that_cannot_be_started_costs_no_article(
    tmp_path: Path, writer: ArchiveWriter, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        publisher = Publisher(str(tmp_path / "news-archive"), "run-1", python=str(tmp_path / "no-python"))
    assert "No process to commit in" in caplog.text
    writer.add_article(make_article(1, text="Перший."))
    assert writer.commit(by=publisher.commit) is not None
    publisher.close()
    assert len(held(tmp_path)) == 1
