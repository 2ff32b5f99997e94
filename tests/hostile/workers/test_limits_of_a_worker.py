"""Limits that a worker keeps by itself, with nobody at the other end who would keep them for it."""

from __future__ import annotations

import pickle
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil
import pytest

from crawler.workers.fork_server import ANSWER, HELLO
from crawler.workers.worker import packed
from tests.hostile.processes import A_WHILE
from tests.hostile.workers import tasks
from tests.support.forked import workers_python
from tests.support.running import ROOT

SECONDS = 0.1


@pytest.fixture
def own() -> Iterator[socket.socket]:
    """The socket of a worker, to which this test is the crawl."""
    ours, theirs = socket.socketpair()
    command = [
        workers_python(),
        "-P",
        "-m",
        "crawler.workers.fork_server",
        str(theirs.fileno()),
        str(SECONDS),
    ]
    with subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()]):
        theirs.close()
        own, its = socket.socketpair()
        socket.send_fds(ours, [b"+"], [its.fileno()])
        its.close()
        assert own.recv(HELLO.size, socket.MSG_WAITALL)
        yield own
        own.close()
        ours.close()


def give(own: socket.socket, task: Callable[..., object], *arguments: object) -> None:
    for part in packed((task, arguments, {})):
        own.sendall(part)


def test_no_worker_maps_more_memory_than_its_limit(own: socket.socket) -> None:
    for size in (1 << 30, 2 << 30):
        give(own, tasks.maps, size)
        length, _, _ = ANSWER.unpack(own.recv(ANSWER.size, socket.MSG_WAITALL))
        answer = own.recv(length, socket.MSG_WAITALL)
        assert (b"Cannot allocate memory" in answer) is (size == 2 << 30)


def test_a_worker_that_nobody_ends_ends_itself(own: socket.socket) -> None:
    """After the seconds of a page and five more of CPU, in the middle of a regular expression."""
    give(own, tasks.pid)
    length, _, _ = ANSWER.unpack(own.recv(ANSWER.size, socket.MSG_WAITALL))
    pid, _ = pickle.loads(own.recv(length, socket.MSG_WAITALL))
    worker = psutil.Process(pid)
    give(own, tasks.endless)
    while not select.select([own], [], [], 0.1)[0]:
        with suppress(psutil.NoSuchProcess):
            assert sum(worker.cpu_times()[:2]) < SECONDS + 5.5
    assert own.recv(1) == b""


def test_a_worker_that_waits_for_ever_ends_with_its_server(own: socket.socket) -> None:
    own.settimeout(A_WHILE)
    give(own, tasks.end_server)
    assert own.recv(1) == b""


def test_no_page_holds_up_the_end_of_the_server() -> None:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "crawler.workers.fork_server", str(theirs.fileno()), "600"]
    with subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()]) as server, theirs:
        own, its = socket.socketpair()
        socket.send_fds(ours, [b"+"], [its.fileno()])
        its.close()
        (pid,) = HELLO.unpack(own.recv(HELLO.size, socket.MSG_WAITALL))
        worker = psutil.Process(pid)
        give(own, tasks.endless)
        while worker.cpu_times().user < 0.1:
            pass
        ours.close()
        theirs.close()
        try:
            while server.poll() is None:
                with suppress(psutil.NoSuchProcess):
                    assert worker.cpu_times().user < 20
                with suppress(subprocess.TimeoutExpired):
                    server.wait(0.1)
        finally:
            server.kill()
            own.close()
