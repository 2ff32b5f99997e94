"""Commits under clocks that are wrong: a function in the place of the clock, the file system's is right."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest

import archive
from archive.commit.collect import collect
from archive.exceptions import ArchiveError
from archive.format.columns import SCHEMA_VERSION
from archive.format.layout import Layout
from archive.format.snapshot import seal
from archive.operations import maintain
from archive.operations.purge import purge
from archive.storage.interface import Storage
from archive.storage.snapshot_log import Log
from archive.writer import ArchiveWriter
from tests.archive.findings import grave, verify

IN_2099 = datetime(2099, 5, 1, tzinfo=UTC)
IN_1970 = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def commit(root, record, clock=None, run="run-1"):
    options = {} if clock is None else {"now": lambda: clock}
    with ArchiveWriter.open(root, run_id=run, **options) as writer:
        writer.add_article(record)
        return writer.commit()


def is_today(moment):
    return abs(moment - datetime.now(UTC)) < DAY


@pytest.mark.parametrize("clock", [IN_2099, IN_1970])
@pytest.mark.parametrize("first", [True, False])
def test_a_clock_of_another_age_is_told_and_not_believed(root, article, caplog, clock, first):
    if not first:
        commit(root, article(1))
    snapshot = commit(root, article(2), clock)
    assert is_today(snapshot.committed_at)
    assert f"The clock says {clock:%Y-%m-%d %H:%M}" in caplog.text
    later = commit(root, article(3))
    assert is_today(later.committed_at)
    assert [x.committed_at for x in archive.open(root).snapshots()] == sorted(
        x.committed_at for x in archive.open(root).snapshots()
    )
    assert {row["ingested_at"].year for row in archive.open(root).articles().to_arrow().to_pylist()} == {
        datetime.now(UTC).year
    }
    assert not [finding.text for finding in verify(root) if "committed" in finding.text or finding.grave]


def test_a_clock_in_2099_collects_nothing_that_a_reader_may_have_open(root, article):
    for number in range(9):
        commit(root, article(number))
    storage = Storage(root)
    before = set(storage.data_names())
    with ArchiveWriter.open(root, run_id="run-2", now=lambda: IN_2099) as writer:
        writer.add_article(article(10))
        writer.commit()
    assert before <= set(storage.data_names())


def test_a_clock_that_is_behind_is_told(root, article, caplog):
    commit(root, article(1))
    before = archive.open(root).snapshot.committed_at
    snapshot = commit(root, article(2), before - 10 * DAY)
    assert snapshot.committed_at == before + timedelta(microseconds=1)
    assert "set the clock" in caplog.text


def test_a_purge_under_a_wrong_clock_is_carried_out(root, article):
    commit(root, article(1))
    commit(root, article(2), IN_2099)
    stone = purge(root, article(1).url, "test")
    assert is_today(stone.at)
    assert len(archive.open(root).articles()) == 1
    assert grave(root) == []


def resealed(root, number, at):
    """Date a snapshot of an archive as a version without this check would have."""
    path = Layout(root).manifest(number)
    document = json.loads(path.read_bytes())
    del document["sha256"]
    path.write_bytes(seal(json.dumps(document | {"committed_at": at.isoformat()}, indent=1)))


@pytest.fixture
def bent(root, article, tmp_path):
    """Snapshots 2 and 3 were committed in 2099, rows and all."""
    commit(root, article(1))
    with ArchiveWriter.open(root, run_id="run-2") as writer:
        # the file system is in 2099 too: what an older version did by any clock
        writer._committer._clock = Believed(IN_2099)
        for number in (2, 3):
            writer.add_article(article(number))
            writer.commit()
    assert archive.open(root).snapshot.committed_at.year == 2099
    return root


@dataclasses.dataclass
class Believed:
    at: datetime

    def now(self):
        return self.at

    def after(self, head, _before):
        return max(self.at, head.committed_at + timedelta(microseconds=1))


def test_an_archive_with_commits_of_2099_is_told_and_goes_on_with_right_times(bent, article, caplog):
    notes = [finding.text for finding in verify(bent)]
    assert any("snapshots 2 to 3 say that it was committed at 2099-05-01" in text for text in notes)
    between = datetime.now(UTC)
    snapshot = commit(bent, article(4), run="run-3")
    assert is_today(snapshot.committed_at)
    assert "its clock was wrong" in caplog.text
    after = datetime.now(UTC)
    opened = archive.open(bent)
    assert len(opened.articles()) == 4
    assert len(opened.articles(as_of=after)) == 4
    # when exactly the misdated were committed nobody knows: before the next one
    assert len(opened.articles(as_of=between)) == 1
    later = commit(bent, article(5), run="run-4")
    assert later.committed_at > snapshot.committed_at
    opened = archive.open(bent)
    assert len(opened.articles(as_of=after)) == 4
    assert len(opened.versions(as_of=after)) == 4
    assert len(opened.observations(as_of=between)) == 1
    assert len(opened.articles(as_of=later.committed_at)) == 5
    assert grave(bent) == []


def test_gc_works_again_behind_commits_of_2099(bent, article):
    for number in range(4, 12):
        commit(bent, article(number), run=f"run-{number}")
    maintain.compact(bent)
    storage = Storage(bent)
    log = Log(storage, SCHEMA_VERSION)
    before = len(set(storage.data_names()))
    collect(storage, log, datetime.now(UTC) + 2 * DAY, DAY)
    assert len(set(storage.data_names())) < before
    assert set(storage.data_names()) == {file.path for file in archive.open(bent).snapshot.files}
    assert len(archive.open(bent).articles()) == 11


def test_where_every_clock_is_wrong_nothing_is_committed_and_nothing_lost(root, article):
    """The last commit is decades before what clock and file system say: the segment keeps the article."""
    commit(root, article(1))
    resealed(root, 1, datetime.now(UTC) - timedelta(days=8000))
    resealed(root, 0, datetime.now(UTC) - timedelta(days=8001))
    with ArchiveWriter.open(root, run_id="run-2") as writer:
        writer.add_article(article(2))
        with pytest.raises(
            ArchiveError,
            match=r"more than ten years after the last commit .*: set the clock.*safe in their seg",
        ):
            writer.commit()
        assert writer.pending == 1
    assert archive.open(root).snapshot.id == 1
