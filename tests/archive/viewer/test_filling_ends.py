"""What fills the search index ends with the server that began it, however that one ends."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager, nullcontext

import pytest

import archive
from archive.storage import locks
from archive.viewer.search import fill, side_file
from tests.hostile.processes import still_there, wait_for_children
from tests.support.forked import A_WHILE, ROOT

MUCH = 12
"""Texts of 200,000 letters of which no word is known: seconds of work for two processes."""


@pytest.fixture
def path(open_writer, article, root):
    """Side file of an archive of two data files of long texts, which have not been read."""
    writer = open_writer()
    for half in range(2):
        for number in range(MUCH // 2):
            words = (f"{half}{number}слово{n:x}міст" for n in range(12_000))
            writer.add_article(article(half * MUCH + number, "uk", " ".join(words)))
        writer.commit()
    writer.close()
    opened = archive.open(root)
    fill.fill(opened, texts=False, shards=2)
    return side_file.side_file(opened.storage.layout)


@contextmanager
def server(root):
    command = [sys.executable, "-m", "archive", "view", str(root), "--port", "0", "--no-browser"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True, cwd=ROOT) as process:
        try:
            assert re.search(r"127\.0\.0\.1:\d+", process.stdout.readline())
            yield process
        finally:
            process.kill()


def has_readers(pids):
    """The process that fills, the one that Python begins for it, and two that read texts."""
    return len(pids) == 4


@pytest.mark.parametrize(
    ("number", "while_it_waits"), [(signal.SIGTERM, True), (signal.SIGINT, True), (signal.SIGKILL, False)]
)
def test_filling_ends_with_the_server(number, while_it_waits, path, root):
    if not while_it_waits and len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one process reads texts where there is one core")
    with locks.hold(path.with_suffix(".lock")) if while_it_waits else nullcontext(), server(root) as process:
        began = wait_for_children(process.pid, bool if while_it_waits else has_readers)
        process.send_signal(number)
        ended = process.wait(A_WHILE)
        assert still_there(began) == []
        assert ended == (0 if number == signal.SIGINT else -number)
        # a process that Python was still starting complains that its parent has ended
        assert process.stderr.read() == "" or number == signal.SIGKILL
    with locks.hold(path.with_suffix(".lock")):
        pass
