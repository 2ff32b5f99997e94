"""`scrapy …` in a process of its own, forked from one that has read what all commands import.

A second of CPU less than `python -m scrapy`, which the tests of kills, of signals and of the start run.
Settings, outlets and the reactor are read after the fork, in the environment that the test gives; workers are
forked too, see forked_workers.py. Run as a script by itself: `python -m tests.support.forked SOCKET FD`.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import marshal
import os
import runpy
import select
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Self

from tests.support.forked_workers import MESSAGE, accept, launcher

ROOT = Path(__file__).parents[2]
PACKAGES = (
    *("scrapy.commands", "scrapy.downloadermiddlewares", "scrapy.spidermiddlewares", "pipelines"),
    *("crawler.commands", "crawler.extensions", "crawler.middlewares", "archive.read"),
    "crawler.spiders",
)
"""Those of which a crawl imports most."""
IMPORTED = (
    *("scrapy.cmdline", "scrapy.dupefilters", "scrapy.extensions.closespider", "scrapy.extensions.memusage"),
    *("scrapy.extensions.throttle", "scrapy.logformatter", "scrapy.pqueues", "scrapy.squeues"),
    *("scrapy.statscollectors", "scrapy.utils.test", "itemadapter", "pyarrow.dataset", "rich._emoji_codes"),
    *("archive.operations.verification_memory", "crawler.downloader.queue", "crawler.reports.crawl"),
    *("crawler.health.expectation_check", "crawler.health.monitoring.rules", "crawler.reports.log_format"),
    *("crawler.health.monitoring.collector", "crawler.health.monitoring.limits", "encodings.charmap"),
    *("crawler.health.monitoring.tracing", "crawler.health.monitoring.monitors", "crawler.demo.newsroom"),
    *("crawler.health.monitoring.notices", "scrapy.extensions.remote_control", "crawler.revisit.plan"),
)
HEARTBEAT = "TRIPTYCH_TESTS_HEARTBEAT"
"""Seconds between two looks of Scrapy's whether a crawl has ended; a crawl that ends with its work waits for
none."""
A_WHILE = 1800
"""Seconds until a command is taken for hung: twenty others may run, and the machine may have stood still."""
AFTER_KILL = 30
"""Seconds until the output of a killed command must have ended."""


class Server:
    """A process that has its imports and is asked at a socket; the processes of one run share it."""

    def __init__(self, module: str) -> None:
        self.folder = Path(mkdtemp(prefix="triptych-forked-"))
        self.address = str(self.folder / "socket")
        self.started_by = os.getpid()
        life, self._life = os.pipe()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
            asked.bind(self.address)
            asked.listen(64)
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, str(asked.fileno()), str(life)],
                cwd=ROOT,
                env={**os.environ, "PYTHONWARNINGS": "error"},
                pass_fds=[asked.fileno(), life],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        os.close(life)

    def close(self) -> None:
        os.close(self._life)
        self.process.wait()
        shutil.rmtree(self.folder)


class Program:
    """A forked command, with what the tests use of `subprocess.Popen`."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: dict[str, str],
        folder: Path,
        module: str,
        python: str | None = None,
    ) -> None:
        self.returncode: int | None = None
        self._control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.connect(_server().address)
        out, err = os.pipe(), os.pipe()
        wanted = [*map(str, arguments)], python or workers_python(), str(folder), module
        order = marshal.dumps((environment, *wanted))
        socket.send_fds(self._control, [order], [out[1], err[1]])
        os.close(out[1])
        os.close(err[1])
        self.stdout, self.stderr = os.fdopen(out[0]), os.fdopen(err[0])
        self.pid = int(self._control.recv(MESSAGE))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.stdout.closed:
            self.communicate()

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._control], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout: float = A_WHILE) -> int:
        if self.returncode is None:
            self._control.settimeout(timeout)
            self.returncode = int(self._control.recv(MESSAGE))
            self._control.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def communicate(self, timeout: float = A_WHILE) -> tuple[str, str]:
        """Return when nobody holds its output any more."""
        written = {self.stdout.fileno(): b"", self.stderr.fileno(): b""}
        try:
            _read_to_end(written, timeout)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):  # it has ended, and somebody holds its output
                os.killpg(self.pid, signal.SIGKILL)
            _read_to_end(written, AFTER_KILL)
        finally:
            self.stdout.close()
            self.stderr.close()
        self.wait()
        out, err = (text.decode() for text in written.values())
        return out, err


@functools.cache
def _server() -> Server:
    return Server("tests.support.forked")


@functools.cache
def _workers_server() -> Server:
    """Start the process that fork servers of workers are forked from, see forked_workers.py."""
    server = Server("tests.support.forked_workers")
    launcher(server.folder, server.address)
    return server


def begin() -> None:
    """Start what a command needs, for all processes that are forked from this one."""
    _server()
    _workers_server()


def workers_python() -> str:
    """Return an interpreter for pools (`sys.executable`) whose fork servers have their imports already."""
    return str(_workers_server().folder / "python")


def folders() -> list[Path]:
    """Return those of the servers that have been started."""
    return [started().folder for started in (_server, _workers_server) if started.cache_info().currsize]


def end() -> None:
    for started in (_server, _workers_server):
        if started.cache_info().currsize and started().started_by == os.getpid():
            started().close()
            started.cache_clear()


def scrapy(
    *arguments: str, timeout: float = A_WHILE, folder: Path = ROOT, module: str = "scrapy", **environment: str
) -> subprocess.CompletedProcess[str]:
    """What a shell runs as `NAME=VALUE scrapy ARGUMENTS` in the checkout, with warnings as errors."""
    process = start(*arguments, folder=folder, module=module, **environment)
    out, err = process.communicate(timeout=timeout)
    return subprocess.CompletedProcess(arguments, process.returncode or 0, out, err)


def start(
    *arguments: str,
    folder: Path = ROOT,
    module: str = "scrapy",
    python: str | None = None,
    **environment: str,
) -> Program | subprocess.Popen[str]:
    """Start `python -m MODULE ARGUMENTS` in a session of its own; `python`: its interpreter.

    In place of a module, `-c` runs the first argument, and a path its file.
    """
    whole = {**os.environ, "PYTHONWARNINGS": "error", **environment}
    if not any(name.startswith(("PYTHON", "LD_")) for name in environment):
        return Program(arguments, whole, folder, module, python)
    # these are read when an interpreter starts
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=whole,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


_LOOK = 1.0
"""Seconds between two looks whether a process that a test waits for still runs."""


def wait_while_they_run(
    changed: threading.Condition,
    seen: Callable[[], bool],
    processes: Sequence[Program | subprocess.Popen[str]],
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


def main(asked: int, life: int) -> None:
    gc.disable()  # a tenth of what the imports take
    for name in IMPORTED:
        importlib.import_module(name)
    from scrapy import cmdline
    from scrapy.settings import Settings
    from scrapy.utils import versions
    from scrapy.utils.misc import walk_modules_iter

    from archive.format.schema import STORED
    from archive.tables import parquet_files
    from crawler.downloader.public_hosts import registered_domain
    from crawler.extensions.memory import COLLECT_EVERY

    for package in PACKAGES:
        list(walk_modules_iter(package))
    # Scrapy reads the metadata of every package for each command: .07 s
    cmdline.entry_points = functools.cache(cmdline.entry_points)
    versions._version = functools.cache(versions._version)
    versions.get_versions()
    # … and looks through every module for classes of commands
    classes = functools.cache(lambda module_name: (*find_classes(module_name),))
    find_classes, cmdline._iter_command_classes = cmdline._iter_command_classes, classes
    cmdline._get_commands_dict(Settings({"COMMANDS_MODULE": "crawler.commands"}), inproject=False)
    registered_domain("www.example.org")  # reads the Public Suffix List: .05 s
    for table in STORED:  # the empty tables of a new archive: .03 s
        parquet_files._encoded_empty(table, STORED[table], 3)
    read_later = {"crawler.settings", "twisted.internet.reactor"} & {*sys.modules}
    assert not read_later, f"{read_later} must be read in the environment of each command"
    gc.enable()
    gc.freeze()  # a collection in a forked process would copy the pages of all that is shared
    gc.set_threshold(COLLECT_EVERY, 20, 50)
    answer = accept(asked, life)
    if answer is None:
        return
    (environment, (arguments, sys.executable, folder, module)), descriptors = answer
    if folder != str(ROOT):  # of somebody else's project, whose modules its command finds first
        os.chdir(folder)
        sys.path.insert(0, folder)
    os.setsid()
    for number, descriptor in enumerate(descriptors, start=1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    if HEARTBEAT in os.environ:
        from scrapy.core.engine import ExecutionEngine

        ExecutionEngine._SLOT_HEARTBEAT_INTERVAL = float(os.environ[HEARTBEAT])
    sys.argv[:] = [module, *arguments]
    code: int | None = None
    try:
        if module == "scrapy":
            cmdline.execute()
        elif module == "-c":
            exec(sys.argv.pop(1), {"__name__": "__main__"})
        elif module.endswith(".py"):
            sys.path.insert(0, str(Path(module).parent))
            runpy.run_path(module, run_name="__main__")
        else:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as error:
        if not isinstance(error.code, int | None):
            raise
        code = error.code
    _end(code or 0)


def _end(code: int) -> None:
    """End as a forked process of multiprocessing does: to take all modules apart is .13 s of CPU."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads it any more: the interpreter says so
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
