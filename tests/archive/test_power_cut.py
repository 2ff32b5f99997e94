"""Orders that a power cut respects, as the kernel is asked for them; and failures of the very last step."""

import os
import subprocess
import sys

import pandas as pd
import pytest

import archive
from archive.exceptions import ArchiveWriteError, PoisonRecord
from archive.writer import ArchiveWriter
from tests.archive.findings import grave
from tests.archive.traced_disk import Call, calls, under


def test_a_record_never_reaches_the_disk_before_its_page(root, tmp_path, program):
    """In `sync`, which the crawl calls each second; that of a commit is in tests/archive/pages."""
    trace = tmp_path / "trace"
    done = program("syncs.py", root, 4, under=under(trace))
    done.communicate()
    assert done.returncode == 0
    syncs = 0
    for call, disk in calls(trace, root):
        if call.name == "fdatasync" and call.path.startswith("_wal/"):
            assert [x for x in disk.in_danger("_raw") if x.endswith(".warc.gz")] == []
            syncs += 1
    assert syncs >= 4


def test_what_is_synced_is_found_after_a_power_cut(root, tmp_path, program):
    """Its bytes, and the names of files and folders that lead to them."""
    trace = tmp_path / "trace"
    done = program("syncs.py", root, 3, under=under(trace))
    output, _ = done.communicate()
    assert output.split() == ["0", "1", "2"]
    told = 0
    for call, disk in calls(trace, root):
        if call == Call("write", ()):  # the number, when `sync` has returned
            assert disk.in_danger("_wal", "_raw") - {"_wal"} == set()
            told += 1
    assert told >= 3


def test_a_purge_is_asked_for_on_disk_before_it_begins_and_done_on_disk_before_it_says_so(
    root, tmp_path, open_writer, article, page
):
    with open_writer() as writer:
        for number in range(3):
            writer.add_article(*page(article(number)))
        with pytest.raises(PoisonRecord):
            writer.add_article(article(1, lead="\0"))
        writer.commit()
    trace = tmp_path / "trace"
    asked = ["purge", article(1).url, "--reason", "asked", "--yes", "--archive", str(root)]
    subprocess.run([*under(trace), sys.executable, "-m", "archive", *asked], check=True, capture_output=True)
    stones = overwritten = 0
    for call, disk in calls(trace, root):
        if call.name == "rename" and call.path.startswith("_purged/"):
            assert call.paths[0] not in disk.written, "a tombstone got its name before it was on disk"
            if stones:
                assert disk.in_danger("_raw", "_quarantine", "_log") == set(), "it says done and is not"
            stones += 1
        elif stones == 1 and call.name in {"create", "link", "pwrite", "unlink"}:
            assert disk.in_danger("_purged") == {"_purged"} & disk.named, "begun before it was asked for"
            overwritten += call.name == "pwrite" and call.path.startswith(("_raw/", "_quarantine/"))
    assert (stones, overwritten) == (2, 2)
    assert disk.in_danger("_purged") == set()


def test_what_a_dead_writer_left_whole_is_on_disk_before_a_manifest_names_it(root, tmp_path, program):
    dying = program("pages.py", root, "run-x", 100, "torn")
    dying.communicate()
    assert dying.returncode == -9
    trace = tmp_path / "trace"
    done = program("appends.py", root, "run-y", 0, 1, 1, under=under(trace))
    done.communicate()
    assert done.returncode == 0
    cut, named = set(), 0
    for call, disk in calls(trace, root):
        if call.name == "ftruncate" and call.path.startswith("_raw/"):
            cut.add(call.path)
        elif call.name == "link" and call.path.startswith("_log/"):
            assert disk.in_danger("_raw", "_data") == set()
            named += bool(cut)
    assert (len(cut), named >= 1) == (1, True)


@pytest.mark.parametrize("end", ["error=EIO", "signal=SIGINT"])
def test_a_manifest_that_is_there_keeps_its_data_whatever_comes_next(root, tmp_path, program, end):
    """The last step of a commit, the sync of the log's folder, fails or is interrupted: the name is there."""
    with ArchiveWriter.open(root, run_id="first"):
        pass
    hurt = under(tmp_path / "trace", "-P", str(root / "_log"), "-e", f"inject=fsync:{end}", calls="fsync")
    done = program("appends.py", root, "run-1", 0, 3, 3, under=hurt, stderr=subprocess.PIPE)
    _, told = done.communicate()
    assert done.returncode != 0
    assert ("Input/output error" in told) == (end == "error=EIO")
    opened = archive.open(root)
    assert opened.snapshot.id == 1
    assert len(opened.articles().to_pandas()) == 3
    assert grave(root) == []
    with ArchiveWriter.open(root, run_id="last") as writer:
        writer.commit()
    assert len(pd.read_parquet(root / "versions")) == 3
    assert grave(root) == []


@pytest.mark.parametrize(
    ("moment", "got"),
    [("found", "[[]] []\n"), ("removed", "['asked', None] []\n")],
    ids=["found", "removed"],
)
def test_a_segment_that_its_writer_removes_at_this_moment_is_nobodys(root, program, moment, got):
    done = program("overtaken.py", root, moment)
    output, _ = done.communicate()
    assert done.returncode == 0
    assert output == got


@pytest.mark.parametrize("room", [4000, 12000, 20000])
def test_a_commit_that_fails_leaves_no_data(root, open_writer, article, limited, room):
    writer = open_writer()
    writer.add_article(article(0))
    writer.commit()
    before = set((root / "_data").rglob("*.parquet"))
    for number in range(1, 25):
        writer.add_article(article(number, text=os.urandom(400).hex()))
    with limited(room), pytest.raises(ArchiveWriteError):
        writer.commit()
    assert set((root / "_data").rglob("*.parquet")) == before
    assert list((root / "_tmp").iterdir()) == []
