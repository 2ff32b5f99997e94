"""`scrapy …` in a process of its own, forked from one that has read what all commands import.

A second of CPU less than `python -m scrapy`, which the tests of kills, of signals and of the start run.
Settings, outlets and the reactor are read after the fork, in the environment that the test gives; workers are
forked too, see forked_workers.py. Run as a script by itself: `python -m tests.support.forked FD`.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.forked_workers import launcher

ROOT = Path(__file__).parents[2]
IMPORTED = ("scrapy.cmdline", "crawler.reports.crawl", "pyarrow.dataset", "itemadapter", "scrapy.utils.test")
MESSAGE = 1 << 20
HEARTBEAT = "TRIPTYCH_TESTS_HEARTBEAT"
"""Seconds between two looks of Scrapy's whether a crawl has ended; a crawl that ends with its work waits for
none."""
A_WHILE = 1800
"""Seconds until a command is taken for hung: twenty others may run, and the machine may have stood still."""
AFTER_KILL = 30
"""Seconds until the output of a killed command must have ended."""


class Forked:
    """The test's end; a command at a time."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forked", str(theirs.fileno())],
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "error"},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()

    def run(
        self, arguments: list[str], environment: dict[str, str], timeout: float, folder: Path = ROOT
    ) -> tuple[int, str, str]:
        """Exit code and what it printed; returns when nobody holds its output any more."""
        out, err = os.pipe(), os.pipe()
        order = json.dumps([arguments, environment, workers_python(), str(folder)]).encode()
        socket.send_fds(self._control, [order], [out[1], err[1]])
        os.close(out[1])
        os.close(err[1])
        pid = int(self._control.recv(MESSAGE))
        written = {out[0]: b"", err[0]: b""}
        try:
            _read_to_end(written, timeout)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):  # it has ended, and somebody holds its output
                os.killpg(pid, signal.SIGKILL)
            _read_to_end(written, AFTER_KILL)
        finally:
            os.close(out[0])
            os.close(err[0])
        code = int(self._control.recv(MESSAGE))
        return code, written[out[0]].decode(), written[err[0]].decode()

    def close(self) -> None:
        self._control.close()
        self._server.wait()


class ForkedWorkers:
    """The process that fork servers of workers are forked from, see forked_workers.py."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="triptych-forked-")
        address = f"{self._folder.name}/workers"
        self.python = launcher(Path(self._folder.name), address)
        life, self._life = os.pipe()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
            asked.bind(address)
            asked.listen(64)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.forked_workers", str(asked.fileno()), str(life)],
                cwd=ROOT,
                env={**os.environ, "PYTHONWARNINGS": "error"},
                pass_fds=[asked.fileno(), life],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        os.close(life)

    def close(self) -> None:
        os.close(self._life)
        self._process.wait()
        self._folder.cleanup()


@functools.cache
def _forked() -> Forked:
    return Forked()


@functools.cache
def _forked_workers() -> ForkedWorkers:
    return ForkedWorkers()


def workers_python() -> str:
    """Return an interpreter for pools (`sys.executable`) whose fork servers have their imports already."""
    return _forked_workers().python


def end() -> None:
    for started in (_forked, _forked_workers):
        if started.cache_info().currsize:
            started().close()
            started.cache_clear()


def scrapy(
    *arguments: str, timeout: float = A_WHILE, folder: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """What a shell runs as `NAME=VALUE scrapy ARGUMENTS` in the checkout, with warnings as errors."""
    whole = {**os.environ, "PYTHONWARNINGS": "error", **environment}
    if any(name.startswith("PYTHON") for name in environment):  # read when an interpreter starts
        command = [sys.executable, "-m", "scrapy", *arguments]
        return subprocess.run(
            command, cwd=folder, env=whole, capture_output=True, text=True, timeout=timeout, check=False
        )
    return subprocess.CompletedProcess(arguments, *_forked().run(list(arguments), whole, timeout, folder))


_LOOK = 1.0
"""Seconds between two looks whether a process that a test waits for still runs."""


def wait_while_they_run(
    changed: threading.Condition,
    seen: Callable[[], bool],
    processes: Sequence[subprocess.Popen[str]],
    asked: Callable[[], object],
) -> None:
    """Wait until a server has seen something; fail at once where one of those that should ask has ended.

    `asked`: what the server was asked for so far, for the failure.
    """
    assert processes, "name the processes that are waited for"
    with changed:
        until = time.monotonic() + A_WHILE
        while not seen():
            for process in processes:
                # its last request may have come after the look above
                if process.poll() is not None and not seen():
                    said = "".join(text for text in process.communicate(timeout=AFTER_KILL) if text)
                    raise AssertionError(f"ended with {process.returncode}, asked {asked()}:\n{said}")
            if changed.wait(_LOOK):
                until = time.monotonic() + A_WHILE
            assert time.monotonic() < until, asked()


def _read_to_end(written: dict[int, bytes], timeout: float) -> None:
    """Read what is written to each descriptor until nobody holds it any more, at most for so many seconds."""
    deadline = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        for descriptor in written:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError(
                    f"after {timeout} s somebody still holds the output: {[*written.values()]}"
                )
            for key, _ in ready:
                block = os.read(key.fd, 1 << 16)
                written[key.fd] += block
                if not block:
                    selector.unregister(key.fd)


def serve(control: socket.socket) -> list[str] | None:
    """Returns in each forked process, with the arguments of its command; None when the tests have ended."""
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, MESSAGE, 2)
        if not order:
            return None
        if (pid := os.fork()) == 0:
            control.close()
            arguments, environment, sys.executable, folder = json.loads(order)
            if folder != str(ROOT):  # of somebody else's project, whose modules its command finds first
                os.chdir(folder)
                sys.path.insert(0, folder)
            os.setsid()
            for number, descriptor in enumerate(descriptors, start=1):
                os.dup2(descriptor, number)
                os.close(descriptor)
            os.environ.clear()
            os.environ.update(environment)
            return list(arguments)
        for descriptor in descriptors:
            os.close(descriptor)
        control.send(str(pid).encode())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        control.send(str(code).encode())


def main(descriptor: str) -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    from scrapy.cmdline import _get_commands_from_module, execute

    _get_commands_from_module("crawler.commands", inproject=True)
    read_later = {"crawler.settings", "twisted.internet.reactor"} & {*sys.modules}
    assert not read_later, f"{read_later} must be read in the environment of each command"
    gc.freeze()  # a collection in a forked process would copy the pages of all that is shared
    with contextlib.closing(socket.socket(fileno=int(descriptor))) as control:
        arguments = serve(control)
    if arguments is not None:
        if HEARTBEAT in os.environ:
            from scrapy.core.engine import ExecutionEngine

            ExecutionEngine._SLOT_HEARTBEAT_INTERVAL = float(os.environ[HEARTBEAT])
        sys.argv[:] = ["scrapy", *arguments]
        execute()


if __name__ == "__main__":
    main(sys.argv[1])
