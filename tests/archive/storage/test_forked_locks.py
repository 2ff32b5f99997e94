"""Locks of a crawl that was killed are free at once, though a process that it has forked lives on."""

import os
import subprocess

from archive.format.layout import Layout
from archive.storage import locks
from archive.wal.segment import Segment


def test_a_forked_process_holds_no_lock_of_its_dead_crawl(root, program):
    crawl = program("forks.py", root, stdin=subprocess.PIPE)
    worker = int(crawl.stdout.readline().split()[1])
    crawl.kill()
    crawl.wait()
    os.kill(worker, 0)  # it lives
    layout = Layout(root)
    descriptor = os.open(layout.lock, os.O_RDWR)
    assert locks.try_lock(descriptor)
    locks.close(descriptor)
    (path,) = layout.segments.iterdir()
    segment = Segment.take_over(path)
    assert segment is not None
    segment.release()
    os.kill(worker, 0)
