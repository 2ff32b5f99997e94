"""A run is one snapshot, however much it is, and however often it is killed before it gets there."""

import shutil
import signal
from datetime import timedelta

import pytest

import archive
from archive.commit.committer import publish_decisions
from archive.exceptions import ArchiveNotWritable, DecisionError
from archive.format.records import Decisions, Membership
from archive.operations.purge import purge
from archive.storage.cache import cache_folder
from pipelines.pairing.labels import Label
from pipelines.pairing.parts import parts
from pipelines.pairing.run import pair_archive
from tests.archive.findings import verify
from tests.pipelines.pairing.test_run import MONDAY, add, article, grouped, newsroom, pairs, root, three_each
from tests.support.forked import scrapy

__all__ = ["root"]

KILLED_WHILE_COMPARING = """
import os, signal, sys
from pipelines.pairing.run import pair_archive
def progress(done, total):
    if done == 2:
        os.kill(os.getpid(), signal.SIGKILL)
pair_archive(sys.argv[1], progress=progress)
"""
KILLED_WHILE_WRITING = """
import os, pathlib, signal, sys, threading
from pipelines.pairing.run import pair_archive
data = pathlib.Path(sys.argv[1], "_data")
before = len(list(data.rglob("*.parquet")))
def watch():
    while len(list(data.rglob("*.parquet"))) < before + int(sys.argv[2]):
        pass
    os.kill(os.getpid(), signal.SIGKILL)
threading.Thread(target=watch, daemon=True).start()
pair_archive(sys.argv[1], part=3)
"""


def killed(program, *arguments):
    done = scrapy(program, *map(str, arguments), module="-c")
    assert done.returncode == -signal.SIGKILL


def decided(root):
    return {k: (x["evidence"], x["score"], x["details"]) for k, x in pairs(root).items()}


def aligned(root):
    return sorted(
        (x["article_id_a"], x["article_id_b"], x["position"], x["kind"], x["score"] or 0)
        for x in archive.open(root).alignments().to_arrow().to_pylist()
    )


@pytest.fixture
def whole(root, tmp_path):
    add(root, *newsroom())
    copy = tmp_path / "whole"
    shutil.copytree(root, copy, symlinks=True)
    pair_archive(str(copy))
    return copy


def test_many_parts_are_one_snapshot_and_say_what_one_part_says(root, whole):
    before = archive.open(root).snapshot.id
    pair_archive(str(root), part=7)
    assert archive.open(root).snapshot.id == before + 1
    assert grouped(root) == three_each(20) == grouped(whole)
    assert decided(root) == decided(whole)
    assert aligned(root) == aligned(whole)
    assert not any(x.grave for x in verify(root))
    assert pair_archive(str(root)).articles == 0


def test_a_run_killed_while_it_compares_leaves_the_archive_and_its_work_to_the_next(root, whole):
    before = archive.open(root).snapshot
    killed(KILLED_WHILE_COMPARING, root)
    assert archive.open(root).snapshot == before
    outcome = pair_archive(str(root))
    assert outcome.taken_over == 2
    assert decided(root) == decided(whole)
    assert aligned(root) == aligned(whole)
    assert not any(x.is_dir() for x in cache_folder(root, "pairing").iterdir())


def test_what_has_changed_since_a_run_was_killed_is_compared_again(root, whole):
    killed(KILLED_WHILE_COMPARING, root)
    late = article(50, "uk", MONDAY + timedelta(days=15))
    for each in (root, whole):
        add(each, late)
    outcome = pair_archive(str(root))
    assert outcome.taken_over == 1  # of two blocks, one holds the days of the new article
    pair_archive(str(whole), everything=True)
    assert {k: x[:2] for k, x in decided(root).items()} == {k: x[:2] for k, x in decided(whole).items()}


@pytest.mark.parametrize("files", [1, 6, 20])
def test_a_run_killed_while_it_writes_leaves_the_archive_as_it_was(root, whole, files):
    before = archive.open(root).snapshot
    killed(KILLED_WHILE_WRITING, root, files)
    assert archive.open(root).snapshot == before
    assert pairs(root) == {}
    assert not any(x.grave for x in verify(root))
    outcome = pair_archive(str(root))
    assert outcome.taken_over == outcome.weeks
    assert archive.open(root).snapshot.id == before.id + 1
    assert decided(root) == decided(whole)
    assert aligned(root) == aligned(whole)
    assert not any(x.grave for x in verify(root))


def test_a_purge_takes_what_a_killed_run_has_left(root, whole):
    killed(KILLED_WHILE_COMPARING, root)
    folder = cache_folder(root, "pairing")
    assert any(folder.rglob("*.sqlite"))
    purge(root, article(3, "uk").url, "asked to")
    assert not folder.exists()


@pytest.mark.parametrize("damage", [b"not a database", b""])
def test_what_a_killed_run_has_left_may_be_damaged(root, whole, damage):
    killed(KILLED_WHILE_COMPARING, root)
    (left,) = cache_folder(root, "pairing").rglob("*.sqlite")
    left.with_name(f"{left.name}-wal").unlink()
    left.write_bytes(damage)
    assert pair_archive(str(root)).taken_over == 0
    assert decided(root) == decided(whole)


def test_without_a_cache_folder_nothing_is_published(root, tmp_path, monkeypatch):
    add(root, *newsroom(days=2))
    before = archive.open(root).snapshot
    (tmp_path / "file").touch()
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(ArchiveNotWritable, match="set TRIPTYCH_CACHE to a writable folder"):
        pair_archive(str(root))
    assert archive.open(root).snapshot == before


def test_two_parts_that_decide_on_one_article_are_refused_and_nothing_is_published(root):
    add(root, *newsroom(days=2))
    before = archive.open(root).snapshot
    ids = [x.article_id for x in newsroom(days=2)]

    def joining(*chosen):
        return lambda fresh, related: Decisions(memberships=tuple(Membership(x, "0" * 32) for x in chosen))

    def overlapping(stories_of):
        return [(joining(*ids[:2]), ids[:2]), (joining(*ids[1:3]), ids[1:3])]

    with pytest.raises(DecisionError, match="Two parts"):
        publish_decisions(root, overlapping, run_id="test")
    assert archive.open(root).snapshot == before
    assert not any(x.grave for x in verify(root))


def test_what_hangs_together_is_one_part():
    """By an article in common, by a story, by a verdict; of the rest the earliest first."""
    told = [
        (1, 9.0, "a", "b"),
        (2, 1.0, "c", "d"),
        (3, 9.0, "d", "e"),
        (4, 5.0, "f", "g"),
        (5, 7.0, "h", "i"),
    ]
    verdicts = [Label("a", "x", same=False), Label("y", "z", same=True)]
    found = parts(told, verdicts, lambda ids: {x: "s" for x in ids if x in {"g", "h"}}, 1)
    assert [x.numbers for x in found] == [[2, 3], [4, 5], [1]]
    assert found[2].labels == verdicts[:1]
    assert found[0].labels == verdicts[1:]
    assert [x.numbers for x in parts(told, (), lambda ids: {}, 100)] == [[2, 3, 4, 5, 1]]
