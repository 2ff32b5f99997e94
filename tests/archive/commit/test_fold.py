"""The log folds into a history that says of every snapshot and run what the manifests said."""

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pandas as pd
import pytest

import archive
from archive.commit.committer import Committer
from archive.commit.fold import KEPT_MANIFESTS
from archive.exceptions import SnapshotNotFound
from archive.format.layout import Layout
from archive.opening import storage_at
from archive.operations import maintain
from archive.read.runs import runs
from archive.storage.log_blocks import LogBlocks
from archive.writer import ArchiveWriter
from tests.archive.aged import age, begun
from tests.archive.findings import grave
from tests.archive.made import make_article

SCALE = int(os.environ.get("TRIPTYCH_FAULTS", "1"))
COMMITS = 160


def write_aged(root):
    """Two real commits and many that brought nothing, an hour apart; and accounts of two quiet runs."""
    clock = begun(COMMITS + 4)
    with ArchiveWriter.open(root, run_id="20260301T000000Z-courier-1", now=clock) as writer:
        writer.add_article(make_article(1))
        writer.commit(summary={"archived": 1})
        writer.add_article(make_article(1, text="edited"))
        writer.add_article(make_article(2))
        writer.commit(summary={"archived": 2})
    with ArchiveWriter.open(root, run_id="20260301T000000Z-quiet-1", now=clock) as quiet:
        quiet.commit(summary={"skipped(known)": 5})
    entries = age(root, COMMITS)
    with Committer.open(root, "20260301T000000Z-quiet-2") as quiet:  # a writer would fold when it begins
        quiet.commit({}, None, {"skipped(known)": 6})
    return next(archive.open(root).history()), *entries


@pytest.fixture
def aged(copied, root):
    return root, [*copied(write_aged, root)]


def plain(root):
    return list(archive.open(root).history())


def names(root, folder):
    return sorted(path.name for path in (root / folder).iterdir())


def test_gc_leaves_the_first_and_the_last_manifests_and_the_history_says_what_they_said(aged):
    root, before = aged
    opened = archive.open(root)
    old = opened.snapshots()[1].committed_at
    counts = [(x.run_id, x.counts) for x in runs(root, datetime(2026, 1, 1, tzinfo=UTC))]
    past = opened.articles(as_of=old).to_pandas()
    would = maintain.gc(root, dry_run=True).folded
    assert (would, plain(root)) == (maintain.gc(root).folded, before)
    assert would == (COMMITS + 2 - KEPT_MANIFESTS, 1)
    assert len(names(root, "_log")) == KEPT_MANIFESTS + 1
    assert len(names(root, "_history")) == len(names(root, "_runs")) == 1
    assert [(x.run_id, x.counts) for x in runs(root, datetime(2026, 1, 1, tzinfo=UTC))] == counts
    pd.testing.assert_frame_equal(archive.open(root).articles(as_of=old).to_pandas(), past)
    with pytest.raises(SnapshotNotFound, match="only as_of reads that moment"):
        archive.open(root).path("articles", as_of=old)
    assert archive.open(root).path("articles", as_of=before[3].committed_at).is_dir()
    assert maintain.gc(root).folded == (0, 0)
    assert grave(root) == []


def test_a_writer_folds_when_it_begins_and_goes_on(aged, article):
    root, before = aged
    Layout(root).state.unlink()
    with ArchiveWriter.open(root, run_id="run-9") as writer:
        assert len(names(root, "_log")) == KEPT_MANIFESTS + 1
        writer.add_article(article(2, text="edited later", fetched_at=datetime.now(UTC)))
        snapshot = writer.commit()
    assert snapshot.id == COMMITS + 3
    assert len(pd.read_parquet(root / "versions")) == 4
    assert [x.id for x in plain(root) if x.is_snapshot] == list(range(COMMITS + 3, -1, -1))
    assert plain(root)[1:] == before
    assert grave(root) == []


def test_blocks_that_are_full_are_left_alone(aged):
    root, before = aged
    blocks = LogBlocks(storage_at(root), rows_per_block=25)
    snapshots = [x for x in reversed(before) if x.is_snapshot]
    blocks.add(snapshots[:60])
    first = names(root, "_history")
    blocks.add(snapshots[60:90])
    assert [name[20:41] for name in first] == [f"-{last:020d}" for last in (24, 49, 59)]
    assert set(first) - set(names(root, "_history")) == {first[2]}
    assert list(blocks.entries()) == snapshots[89::-1]
    # what two machines have folded at once lies twice, is read once, and is merged by the next
    LogBlocks(storage_at(root), rows_per_block=200).add(snapshots[20:100])
    assert list(blocks.entries()) == snapshots[99::-1]
    blocks.add([])
    assert list(blocks.entries()) == snapshots[99::-1]
    assert len(names(root, "_history")) == 4


def test_a_fold_killed_before_any_of_its_steps_loses_and_doubles_nothing(aged, program, tally):
    root, before = aged
    # a block that is not full is there already, and is replaced
    assert maintain.gc(root, 6).folded.manifests
    done = program("folds.py", root, 1 if SCALE > 1 else 13)
    output, _ = done.communicate()
    assert done.returncode == 0
    *killed, last = output.splitlines()
    assert last.endswith("done")
    assert len(killed) > 3
    lost = doubled = torn = 0
    for line in killed:
        copy = Path(line.split(maxsplit=1)[1])
        for finished in (False, True):
            if finished:
                maintain.gc(copy)
            found = plain(copy)
            lost += len({x.key for x in before} - {x.key for x in found})
            doubled += len(found) - len({x.key for x in found})
            torn += found != before or len(pd.read_parquet(copy / "articles")) != 2
            torn += len(grave(copy))
        torn += len(names(copy, "_log")) != KEPT_MANIFESTS + 1 or len(names(copy, "_history")) != 1
        shutil.rmtree(copy)
    tally("kill -9 before each step of a fold", len(killed), len(before) * len(killed), lost, doubled, torn)
    assert (lost, doubled, torn) == (0, 0, 0)


def test_a_reader_in_the_middle_sees_every_entry_once(aged):
    root, before = aged
    for taken in (0, 1, 50, KEPT_MANIFESTS + 5):
        copy = root.with_name(f"copy-{taken}")
        shutil.copytree(root, copy, symlinks=True)
        reading = archive.open(copy).history()
        begun_with = list(islice(reading, taken))
        maintain.gc(copy)
        assert begun_with + list(reading) == before
        # and where a block is merged while the one before it is read
        reading = archive.open(copy).history()
        begun_with = list(islice(reading, taken))
        age(copy, 60)
        maintain.gc(copy, 0)
        assert [x for x in begun_with + list(reading) if x.id <= COMMITS + 2] == before


def test_two_writers_and_a_collector_at_once(aged, program, article, tally):
    root, before = aged
    writers = [program("appends.py", root, f"run-{n}", 100 + n * 30, 30, 3) for n in range(2)]
    collector = program("collects.py", root, stdin=subprocess.PIPE)
    assert collector.stdout.readline() == "collected\n"
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    output, _ = collector.communicate("")
    assert collector.returncode == 0
    assert int(output.splitlines()[-1]) >= 0
    found = plain(root)
    ids = [x.id for x in found if x.is_snapshot]
    assert ids == list(range(COMMITS + 2 + 20, -1, -1))
    assert [x for x in found if x.id <= COMMITS + 2 and x in before] == before
    articles = pd.read_parquet(root / "articles")
    tally("two writers and a gc at once", 20, len(articles), 62 - len(articles), 0, len(grave(root)))
    assert len(articles) == 62
    assert grave(root) == []


def test_a_segment_of_a_folded_commit_is_not_committed_again(root, article):
    clock = begun(COMMITS + 4)
    writer = ArchiveWriter.open(root, run_id="run-1", now=clock)
    writer.add_article(article(1))
    writer.sync()
    (segment,) = Layout(root).segments.iterdir()
    kept = segment.read_bytes()
    committed = writer.commit().committed_at
    writer.close()
    age(root, COMMITS)
    maintain.gc(root)
    # its removal was cut short, and the cache is lost
    segment.write_bytes(kept)
    os.utime(segment, (committed.timestamp() - 1,) * 2)
    Layout(root).state.unlink()
    with ArchiveWriter.open(root, run_id="run-2") as writer:
        assert writer.recovered == 0
        assert writer.commit() is None
    assert len(pd.read_parquet(root / "observations")) == 1


def test_the_cache_of_a_machine_that_is_far_behind_is_made_anew(aged, article):
    root, _ = aged
    layout = Layout(root)
    shutil.copy(layout.state, root.with_name("state"))
    # the cache of long ago
    with ArchiveWriter.open(root, run_id="run-5") as writer:
        writer.add_article(article(3))
        writer.commit()
    age(root, 150)
    maintain.gc(root, 0)
    for suffix in ("-wal", "-shm"):
        layout.state.with_name(f"state.sqlite{suffix}").unlink(missing_ok=True)
    shutil.copy(root.with_name("state"), layout.state)
    with ArchiveWriter.open(root, run_id="run-6") as writer:
        assert writer.known(article(3).url) is not None


def test_a_manifest_that_is_damaged_stays_where_it_is(aged):
    root, _ = aged
    path = Layout(root).manifest(5)
    path.write_bytes(path.read_bytes().replace(b'"archived": 3', b'"archived": 4'))
    maintain.gc(root)
    assert path.exists()
    assert Layout(root).manifest(4).exists() == Layout(root).manifest(6).exists() is False
    assert any("00005.json" in text for text in grave(root))


def test_a_lost_block_is_a_gap(aged):
    root, _ = aged
    maintain.gc(root)
    (block,) = (root / "_history").iterdir()
    data = bytearray(block.read_bytes())
    block.unlink()
    assert grave(root) == ["the log has a gap: snapshot 1 is missing"]
    data[200] ^= 1
    block.write_bytes(data)
    assert any("block of history" in text for text in grave(root))


def test_entries_of_many_years_take_up_little(aged):
    root, _ = aged
    before = sum(path.stat().st_size for path in (root / "_log").iterdir())
    maintain.gc(root)
    folded = COMMITS + 2 - KEPT_MANIFESTS
    saved = before - sum(path.stat().st_size for path in (root / "_log").iterdir())
    (block,) = (root / "_history").iterdir()
    assert block.stat().st_size < saved / 10
    assert block.stat().st_size / folded < 200


def test_quiet_runs_leave_no_snapshot_and_no_view(root, writer, article, open_writer):
    writer.add_article(article(1))
    writer.commit()
    before = names(root, "_log"), names(root, "_views")
    for number in range(3):
        open_writer(f"20260301T00000{number}Z-courier-1").commit(summary={"skipped(known)": number})
    assert (names(root, "_log"), names(root, "_views")) == before
    since = datetime.now(UTC) - timedelta(days=1)
    assert [x.counts["skipped(known)"] for x in runs(root, since)] == [2, 1, 0]
