"""The server process that forks workers: `python -m crawler.workers.fork_server FD SECONDS MODULE…`.

It does the imports once. FD is its end of a socket pair, which brings one byte and one more socket for each
wanted worker. When it is closed, the crawl has ended or was killed, and the server ends with all its workers.
A worker sends its process id (HELLO), then an answer to each job. A job is the number of its parts, their
lengths, a pickle and its large buffers; an answer is a header (ANSWER) and a pickle. Both ends are our own
code.
"""

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
    "crawler.discovery.listing",
    "feedparser",
)
# address space of a worker: a page that needs more ends this worker, not the crawl
MEMORY_LIMIT = 2 << 30
# the caches of trafilatura and htmldate grow by about 1 MB in a few pages, and the memory is rarely returned
TASKS_A_WORKER = 1000
WORN_MEMORY = 400 << 20
# seconds of CPU beyond its time after which a worker ends itself, if the crawl has not ended it
GRACE = 5
# parsing makes a hundred thousand objects and leaves few cycles: at Python's own 700 the collector takes a
# tenth of the page work, while the memory of a worker is the same
COLLECT_EVERY = 100_000

LENGTH = 8
HELLO = struct.Struct("!Q")
"""Process id of the worker."""
ANSWER = struct.Struct("!Qd?")
"""Bytes of the pickle, seconds of CPU that the worker has used in its life, and if it asks to be replaced.

The pickle is the result and None, or None and the exception.
"""
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def prepare(*modules: str) -> None:
    """Prepare all that workers share: imports, compiled rules, and the settings of the collector."""
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
        # an ended worker keeps its process id until here, so that the crawl never kills another process
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
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != server:
        os._exit(1)


def work(jobs: socket.socket, seconds: float) -> NoReturn:
    """Run one worker: answer one job after the other, until the socket is closed."""
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
        pass
    except BaseException:
        traceback.print_exc()
    finally:  # nothing of a page must continue in the code of the server
        os._exit(0)


def _reply(job: list[bytes], seconds: float) -> tuple[bytes, bool]:
    """Run a job; return the pickle of the answer, and True if memory ran out.

    The alarm is the kernel's own, because no thread of Python can run during an endless regular expression.
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
    except Exception as error:  # objects of libraries may raise any error when they are pickled
        kind = type(value).__name__
        raise BadReply(f"a {kind} cannot be packed: {type(error).__name__}: {error}") from error


def _sendable(error: BaseException) -> Exception:
    """Return the error with its traceback as a note, in a form that can be unpickled."""
    trace = "".join(traceback.format_exception(error))
    sendable: Exception = RuntimeError(f"{type(error).__name__}: {error}")
    # a future accepts no StopIteration; cancellation and interruption belong to the caller's side
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        with contextlib.suppress(Exception):  # see _packed
            pickle.loads(pickle.dumps(error))
            sendable = error
    sendable.add_note(trace)
    return sendable


def _is_large() -> bool:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) > WORN_MEMORY


def _receive(source: socket.socket) -> list[bytes] | None:
    """Receive the parts of a job, see `packed` in crawler/workers/worker.py; None at the end."""
    head = _read(source, LENGTH)
    lengths = None if head is None else _read(source, LENGTH * int.from_bytes(head, "big"))
    parts: list[bytes] = []
    for start in range(0, len(lengths or b""), LENGTH):
        part = _read(source, int.from_bytes((lengths or b"")[start : start + LENGTH], "big"))
        if part is None:
            return None
        parts.append(part)
    return parts or None


def _read(source: socket.socket, length: int) -> bytes | None:
    parts: list[bytes] = []
    while length:
        # in one piece as a rule, which is then the body of a page without a copy
        part = source.recv(length, socket.MSG_WAITALL)
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


if __name__ == "__main__":
    # the crawl decides when to end: at a service manager's SIGTERM to all processes it still has pages here
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    prepare(*sys.argv[3:])
    with socket.socket(fileno=int(sys.argv[1])) as control:
        serve(control, float(sys.argv[2]))
