"""The process that workers are forked from: `python -m crawler.workers.server FD SECONDS MODULE…`.

It pays for the imports once. Its end of the socket pair FD brings one byte and one more socket for each
worker that is wanted; when it brings nothing any more the crawl has ended or was killed, and all that it has
forked ends with it. A worker says its number (HELLO), then answers each job. A job is the number of its
parts, their lengths, a pickle and its large buffers; an answer is a head (ANSWER) and a pickle. Both ends are
ours.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import pickle
import resource
import signal
import socket
import struct
import sys
import time
import traceback
from typing import NoReturn

from crawler.exceptions import BadReply

PRELOADED = (
    "crawler.extraction.page",
    "crawler.story.worker_task",
    "archive.pages.warc_record",
    "crawler.discovery.feeds",
    "feedparser",
)
# a page that makes a worker eat more than this ends with that worker, not with the crawl
MEMORY_LIMIT = 2 << 30
# trafilatura's and htmldate's caches grow by about 1 MB in a few pages, and memory is rarely given back
TASKS_A_WORKER = 1000
WORN_MEMORY = 400 << 20
# seconds of CPU beyond its time after which a worker ends itself, should the crawl not have ended it
GRACE = 5
# parsing makes objects by the hundred thousand and leaves few cycles: at Python's own 700 the collector takes
# a tenth of the page work, and the memory of a worker is the same
COLLECT_EVERY = 100_000

LENGTH = 8
HELLO = struct.Struct("!Q")
"""The worker's number."""
ANSWER = struct.Struct("!Qd?")
"""Bytes of the pickle, seconds of CPU that the worker has used in its life, whether it wants to be replaced.

The pickle is what the function gave and None, or None and what it raised.
"""
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def prepare(*modules: str) -> None:
    """What every worker shares: imports, compiled rules, and the pace of the collector."""
    for name in (*PRELOADED, *modules):
        importlib.import_module(name)
    importlib.import_module("crawler.workers.warm_up").warm()
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY, 20, 100)


def serve(control: socket.socket, seconds: float) -> None:
    forked: set[int] = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        # a worker that has ended keeps its number until here, so that the crawl never kills another's
        forked -= {pid for pid in forked if os.waitpid(pid, os.WNOHANG)[0]}
        if not message:
            break
        server = os.getpid()
        if (pid := os.fork()) == 0:
            control.close()
            _end_with(server)
            work(socket.socket(fileno=descriptors[0]), seconds)
        os.close(descriptors[0])
        forked.add(pid)
    for pid in forked:
        os.kill(pid, signal.SIGKILL)
    for pid in forked:
        os.waitpid(pid, 0)


def _end_with(server: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != server:
        os._exit(1)


def work(jobs: socket.socket, seconds: float) -> NoReturn:
    """One worker: a job, an answer, until the socket is closed."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    done = 0
    try:
        jobs.sendall(HELLO.pack(os.getpid()))
        while (job := _receive(jobs)) is not None:
            done += 1
            reply, full = _reply(job, seconds + GRACE)
            del job
            worn = full or done >= TASKS_A_WORKER or _is_large()
            jobs.sendall(ANSWER.pack(len(reply), time.process_time(), worn))
            jobs.sendall(reply)
    except ConnectionError:  # the crawl has ended
        os._exit(0)
    except BaseException:  # nothing of a page may run on as the server
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _reply(job: list[bytearray], seconds: float) -> tuple[bytes, bool]:
    """The pickle, and whether memory ran out.

    The alarm is the kernel's own: a regular expression that runs for ever lets no thread of Python notice.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        function, args, kwargs = pickle.loads(job[0], buffers=job[1:])
        value = function(*args, **kwargs)
        return _packed(value), False
    except BaseException as error:  # a page that asks to exit is a page that fails
        return pickle.dumps((None, _sendable(error))), isinstance(error, MemoryError)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _packed(value: object) -> bytes:
    try:
        return pickle.dumps((value, None), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        raise
    except Exception as error:  # what others' objects do when they are packed is any error at all
        kind = type(value).__name__
        raise BadReply(f"a {kind} cannot be packed: {type(error).__name__}: {error}") from error


def _sendable(error: BaseException) -> Exception:
    """With the place where it was raised, and whole on the other side."""
    told = "".join(traceback.format_exception(error))
    sent: Exception = RuntimeError(f"{type(error).__name__}: {error}")
    # a future takes no StopIteration, and one that is cancelled or interrupted is so by its own side
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        with contextlib.suppress(Exception):  # see _packed
            pickle.loads(pickle.dumps(error))
            sent = error
    sent.add_note(told)
    return sent


def _is_large() -> bool:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) > WORN_MEMORY


def _receive(source: socket.socket) -> list[bytearray] | None:
    """The parts of a job, see `packed` in crawler/workers/worker.py."""
    head = _read(source, LENGTH)
    lengths = None if head is None else _read(source, LENGTH * int.from_bytes(head, "big"))
    parts: list[bytearray] = []
    for start in range(0, len(lengths or b""), LENGTH):
        part = _read(source, int.from_bytes((lengths or b"")[start : start + LENGTH], "big"))
        if part is None:
            return None
        parts.append(part)
    return parts or None


def _read(source: socket.socket, length: int) -> bytearray | None:
    data = bytearray(length)
    rest = memoryview(data)
    while rest:
        taken = source.recv_into(rest)
        if not taken:
            return None
        rest = rest[taken:]
    return data


if __name__ == "__main__":
    # the crawl says when to end: at a service manager's SIGTERM to all it still has pages here
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    prepare(*sys.argv[3:])
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        serve(asked, float(sys.argv[2]))
