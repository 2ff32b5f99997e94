"""What a crawl does at its end for who never heard of `scrapy pair`, and what happens when it cannot."""

import os
import signal

import archive
from archive.storage import locks
from archive.storage.cache import cache_folder
from pipelines.pair_process import Paired, is_due, pair_after_crawl
from pipelines.pairing.run import pair_archive
from tests.pipelines.pairing.test_history import told
from tests.pipelines.pairing.test_run import add, article, grouped, newsroom, root, three_each
from tests.support.forked import scrapy

__all__ = ["root"]

KILLED = """
import os, signal, sys
from pipelines.pair_process import pair_after_crawl
pair_after_crawl(sys.argv[1], 60, lambda done, total: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_what_is_new_is_paired_and_laid_side_by_side_and_then_nothing_is_due(root):
    add(root, *newsroom(3))
    paired = pair_after_crawl(str(root), 60)
    read = archive.open(root)
    assert (paired.failure, paired.unfinished, paired.weeks_left) == (None, None, 0)
    assert (paired.articles, paired.pairs, paired.snapshot) == (9, 9, read.snapshot.id)
    assert grouped(root) == three_each(3)
    assert read.alignments().to_arrow().num_rows == 9
    assert {x["coverage_en_of_uk"] for x in read.stories().to_arrow().to_pylist()} == {1.0}
    assert not is_due(read)
    # no process either: it would not be found
    assert pair_after_crawl(str(root), 60, python="/no/python") == Paired()
    add(root, article(7, "uk"))
    assert is_due(archive.open(root))
    assert "/no/python" in str(pair_after_crawl(str(root), 60, python="/no/python").failure)


def test_runs_that_are_cut_short_come_to_what_one_run_says(root, tmp_path):
    whole = tmp_path / "whole"
    for each in (root, whole):
        add(each, *newsroom(16))
    pair_archive(str(whole))
    left = [pair_archive(str(root), seconds=0).weeks_left]
    while left[-1]:
        assert is_due(archive.open(root))
        left.append(pair_archive(str(root), seconds=0).weeks_left)
    assert left[0] > 1
    assert left == sorted(left, reverse=True)
    assert told(root) == told(whole)
    assert not is_due(archive.open(root))
    assert not any(x.is_dir() for x in cache_folder(root, "pairing").iterdir())


def lock_of(root):
    folder = cache_folder(root, "pairing")
    folder.mkdir(parents=True, exist_ok=True)
    return os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)


def test_a_crawl_that_is_killed_leaves_no_pairing_behind_and_the_next_one_does_it(root):
    add(root, *newsroom(20))
    before = archive.open(root).snapshot
    done = scrapy(KILLED, str(root), module="-c")
    assert done.returncode == -signal.SIGKILL
    descriptor = lock_of(root)
    locks.lock(descriptor)  # free when its process has ended
    locks.close(descriptor)
    assert archive.open(root).snapshot == before
    assert pair_after_crawl(str(root), 60).pairs == 60
    assert grouped(root) == three_each(20)


def test_two_crawls_take_turns_and_who_waits_in_vain_leaves_it_to_the_next(root):
    add(root, *newsroom(2))
    before = archive.open(root).snapshot
    descriptor = lock_of(root)
    locks.lock(descriptor)
    paired = pair_after_crawl(str(root), 0.1, grace=0.1)
    assert paired == Paired(unfinished="another run of pairing is under way")
    assert archive.open(root).snapshot == before
    locks.close(descriptor)
    assert pair_after_crawl(str(root), 60).pairs == 6


def test_a_crawl_pairs_by_content_and_its_exit_code_says_if_that_failed(herald):
    herald.publish(1)
    herald.announce(1)
    crawl = herald.crawl(TRIPTYCH_PAIR_SECONDS="60")
    assert (crawl.exit_code, crawl.err) == (0, "")
    read = archive.open(crawl.archive)
    files = read.alignments().files()
    assert files
    assert crawl.table("stories")["coverage_en_of_uk"].notna().all()
    assert f"(snapshot {read.snapshot.id})" in crawl.out
    for file in files:
        file.chmod(0o644)
        file.write_bytes(file.read_bytes()[:-50])
    herald.publish(2)
    herald.announce(1, 2)
    crawl = herald.crawl(TRIPTYCH_PAIR_SECONDS="60")
    assert len(crawl.table("articles")) == 6
    assert crawl.exit_code == 1
    assert "the articles are archived, but not paired by content" in crawl.err
