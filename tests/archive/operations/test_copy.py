"""A copy of an archive is an archive, whatever happens to either while it is made."""

import signal
from datetime import timedelta

import pytest

import archive
from archive.__main__ import main
from archive.exceptions import ArchiveDamaged, ArchiveNotFound, ArchiveNotWritable, NotAnArchive
from archive.operations import maintain
from archive.operations.copy import copy
from archive.operations.purge import purge
from tests.archive.findings import grave
from tests.archive.traces import find as traces
from tests.support.forked import scrapy

HOUR = timedelta(hours=1)
SECRET = "Secretword"


@pytest.fixture
def add(open_writer, page, article):
    """Commit an article: add(number, text)."""

    def commit(number, text="Перший абзац."):
        with open_writer(f"run-{number}") as writer:
            writer.add_article(*page(article(number, text=text)))
            writer.commit()

    return commit


@pytest.fixture
def target(tmp_path):
    return tmp_path / "backup"


def rows(root):
    return sorted(map(str, archive.open(root).versions().to_arrow().to_pylist()))


def test_the_copy_follows_its_source_through_merging_folding_and_a_purge(root, target, add):
    add(1)
    add(2, SECRET)
    first = copy(str(root), str(target))
    assert (first.files > 0, first.equal, first.removed) == (True, 0, 0)
    assert traces(target, SECRET)
    again = copy(str(root), str(target))
    assert (again.files, again.equal, again.removed) == (0, first.files, 0)

    add(3)
    [secret] = [x["url"] for x in archive.open(root).articles().to_arrow().to_pylist() if x["body"] == SECRET]
    purge(root, secret, "on request")
    maintain.compact(root)
    maintain.gc(root, keep_days=0)
    later = copy(str(root), str(target))
    assert later.removed > 0
    assert grave(target) == []
    assert rows(target) == rows(root)
    assert traces(target, SECRET) == []


def test_a_copy_that_stops_after_any_file_is_completed_by_the_next(root, target, add):
    for number in range(2):
        add(number)

    class Stopped(Exception):
        pass

    def stop_at(limit):
        def advance(files, of):
            if files >= limit:
                raise Stopped

        return advance

    for limit in range(1, 40):
        try:
            copy(str(root), str(target), stop_at(limit))
        except Stopped:
            with pytest.raises(NotAnArchive, match="no _log with snapshots"):
                archive.open(target)
        else:
            break
    assert limit > 3
    assert grave(target) == []
    assert rows(target) == rows(root)


def test_a_killed_command_leaves_nothing_that_the_next_does_not_put_right(root, target, add):
    add(1)
    program = (
        "import os, signal, sys; from archive.operations.copy import copy;"
        "copy(sys.argv[1], sys.argv[2], lambda files, of: files > 3 and os.kill(os.getpid(), signal.SIGKILL))"
    )
    killed = scrapy(program, str(root), str(target), module="-c")
    assert killed.returncode == -signal.SIGKILL
    assert main(["copy", str(root), str(target)]) == 0
    assert list((target / "_tmp").iterdir()) == []


def test_what_waits_in_a_segment_is_in_the_restored_archive(root, target, open_writer, article, page):
    with open_writer("run-1") as first:
        first.add_article(*page(article(1)))
        first.commit()
    writer = open_writer("run-2")
    writer.add_article(*page(article(2)))  # acknowledged, not committed; the writer still runs
    copy(str(root), str(target))
    assert len(rows(target)) == 1
    restored = target.with_name("restored")
    copy(str(target), str(restored))
    assert maintain.repair(restored).articles == 1
    assert len(rows(restored)) == 2
    assert grave(restored) == []
    # what was repaired has a snapshot of its own, and is no copy any more
    with pytest.raises(ArchiveNotWritable, match="somebody has written to the copy"):
        copy(str(target), str(restored))
    # once committed, the segment leaves the copy too
    writer.commit()
    writer.close()
    copy(str(root), str(target))
    assert list((target / "_wal").iterdir()) == []
    assert len(rows(target)) == 2


def test_another_place_is_left_alone(root, target, add, open_writer, tmp_path):
    add(1)
    target.mkdir()
    (target / "thesis.tex").write_text("years of work")
    with pytest.raises(NotAnArchive, match=r"thesis\.tex is in it"):
        copy(str(root), str(target))
    assert [x.name for x in target.iterdir()] == ["thesis.tex"]
    for inside in (root, root / "_data" / "copy", root.parent):
        with pytest.raises(NotAnArchive, match="one is in the other"):
            copy(str(root), str(inside))
    with pytest.raises(ArchiveNotFound):
        copy(str(tmp_path / "missing"), str(tmp_path / "new"))
    other = tmp_path / "other"
    open_writer("run-9", folder=other).close()
    before = sorted(other.rglob("*"))
    with pytest.raises(ArchiveNotWritable, match="another archive"):
        copy(str(root), str(other))
    assert sorted(other.rglob("*")) == before


def test_a_link_in_a_strangers_archive_is_not_followed(root, target, add, tmp_path):
    add(1)
    (tmp_path / "private").write_text("secret")
    (root / "_quarantine" / f"{'0' * 32}.jsonl").symlink_to(tmp_path / "private")
    assert main(["copy", str(root), str(target)]) == 1
    assert traces(target, "secret") == []


@pytest.mark.parametrize("lost", ["_data/articles/*/*.parquet", "_raw/*.warc.gz"])
def test_a_source_that_lost_files_takes_none_from_an_earlier_copy(root, target, add, lost):
    add(1)
    copy(str(root), str(target))
    for path in root.glob(lost):
        path.unlink()
    with pytest.raises(ArchiveDamaged, match="was left as it is"):
        copy(str(root), str(target))
    assert grave(target) == []
    assert len(rows(target)) == 1


def test_the_copy_is_verified(root, target, add, capsys):
    add(1)
    data = max((root / "_data" / "articles").rglob("*.parquet"), key=lambda x: x.stat().st_size)
    damaged = bytearray(data.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    data.write_bytes(damaged)
    assert main(["copy", str(root), str(target)]) == 1
    assert "1 problems" in capsys.readouterr().out
