"""forks.py ROOT: archive one article, fork a worker that outlives this process, and die."""

import os
import signal
import sys
from pathlib import Path

from archive.format.layout import Layout
from archive.storage import locks
from archive.writer import ArchiveWriter
from tests.archive.made import make_article

writer = ArchiveWriter.open(sys.argv[1], run_id="run-1")
writer.add_article(make_article(1))
with locks.hold(Layout(Path(sys.argv[1])).lock):  # as if a commit was under way in another thread
    if os.fork() == 0:
        print("worker", os.getpid(), flush=True)
        sys.stdin.read()
        os._exit(0)
    signal.pause()
