"""`pytest --processes 4`: the tests are collected once, and forked processes run them, a file at a time.

Other runners collect in each process: 12 s of CPU every time.
"""

from __future__ import annotations

import gc
import os
import random
import traceback
from collections.abc import Generator, Iterator
from itertools import groupby
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any, cast

import pytest

from tests.support import cpu, forked

_NUMBER = 4
"""Bytes of the number of a file in the queue."""
_FOLDER = "process"


class SideBySide:
    """The plugin that runs what is collected; each process has its own session fixtures."""

    def __init__(self, config: pytest.Config, processes: int) -> None:
        self._config = config
        self._processes = processes
        self._running: dict[Connection, str | None] = {}
        """The process behind each connection: the test that it runs."""
        self._finished: set[str] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed or self._config.option.collectonly:
            return None  # as pytest itself does it
        waiting = session.items
        while waiting:
            before = len(self._finished)
            self._run(session, [list(tests) for _, tests in groupby(waiting, key=lambda test: test.path)])
            assert len(self._finished) > before, "no process has finished a test"
            waiting = [test for test in waiting if test.nodeid not in self._finished]
        return True

    @pytest.hookimpl(tryfirst=True)  # before the folders of a run without failures are removed
    def pytest_sessionfinish(self) -> None:
        temporary: Any = self._config._tmp_path_factory  # type: ignore[attr-defined]
        self._notes = cpu.Notes([temporary.getbasetemp(), *forked.folders()])
        forked.end()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        self._notes.show(terminalreporter)

    def _run(self, session: pytest.Session, files: list[list[pytest.Item]]) -> None:
        """Run files in processes; what a process that ended early has left stays unfinished."""
        temporary: Any = self._config._tmp_path_factory  # type: ignore[attr-defined]
        temporary.getbasetemp()  # made once, so that the processes share it
        queue, entry = os.pipe()
        os.write(entry, b"".join(number.to_bytes(_NUMBER) for number in range(len(files))))
        os.close(entry)
        pids = [self._begin(session, files, queue, number) for number in range(self._processes)]
        try:
            while self._running:
                for process in wait([*self._running]):
                    self._receive(cast("Connection", process))
                if session.shouldfail or session.shouldstop:
                    os.read(queue, _NUMBER * len(files))  # nobody begins another file
        finally:
            os.close(queue)
            for process in self._running:
                process.close()
            for pid in pids:
                os.waitpid(pid, 0)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)

    def _receive(self, process: Connection) -> None:
        """Pass on a report, or fail the test in which the process has ended."""
        try:
            kind, content = process.recv()
        except EOFError:
            test = self._running.pop(process)
            process.close()
            if test is not None:
                self._finished.add(test)
                self._report_failure(test, "its process has ended")
            return
        if kind == "report":
            report = self._config.hook.pytest_report_from_serializable(config=self._config, data=content)
            self._config.hook.pytest_runtest_logreport(report=report)
        elif kind == "begun":
            self._running[process] = content
        elif kind == "finished":
            self._running[process] = None
            self._finished.add(content)
        else:
            self._report_failure("tests/conftest.py::between_tests", content)

    def _report_failure(self, test: str, text: str) -> None:
        place = (test.partition("::")[0], None, test)
        report = pytest.TestReport(test, place, {}, "failed", text, "call")
        self._config.hook.pytest_runtest_logreport(report=report)

    def _begin(self, session: pytest.Session, files: list[list[pytest.Item]], queue: int, number: int) -> int:
        receiving, sending = Pipe(duplex=False)
        pid = os.fork()
        if pid:
            sending.close()
            self._running[receiving] = None
            return pid
        code = 1
        try:
            receiving.close()
            for process in self._running:
                process.close()
            _Process(session, sending, number).run(_tests(files, queue))
            code = 0
        except KeyboardInterrupt:
            pass
        except BaseException:
            sending.send(("failed", traceback.format_exc()))
        finally:
            os._exit(code)


class _Process:
    """A process that runs tests, and the plugin that tells its parent of them."""

    def __init__(self, session: pytest.Session, parent: Connection, number: int) -> None:
        self._config = session.config
        self._parent = parent
        plugins = self._config.pluginmanager
        plugins.unregister(name="terminalreporter")
        plugins.register(self)
        # a file of its own for what is printed
        capture: Any = plugins.get_plugin("capturemanager")
        capture.stop_global_capturing()
        capture.start_global_capturing()
        capture.suspend_global_capture(in_=True)
        factory: Any = self._config._tmp_path_factory  # type: ignore[attr-defined]
        self._folder = factory.getbasetemp()
        factory._basetemp = self._folder / f"{_FOLDER}{number}"
        factory._basetemp.mkdir(mode=0o700, exist_ok=True)
        random.seed()

    def run(self, tests: Iterator[pytest.Item]) -> None:
        test = next(tests, None)
        while test is not None:
            following = next(tests, None)
            self._parent.send(("begun", test.nodeid))
            self._config.hook.pytest_runtest_protocol(item=test, nextitem=following)
            self._parent.send(("finished", test.nodeid))
            test = following
        gc.collect()
        unraisable: Any = self._config.pluginmanager.get_plugin("unraisableexception")
        unraisable.collect_unraisable(self._config)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        return (yield from cpu.run_stage(self._folder, f"{item.nodeid} (setup)"))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        return (yield from cpu.run_stage(self._folder, f"{item.nodeid} (call)"))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        return (yield from cpu.run_stage(self._folder, f"{item.nodeid} (teardown)"))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        is_of_stages = self._config.option.durations is not None or report.user_properties
        if report.passed and report.when != "call" and not is_of_stages:
            return  # nobody counts it
        content = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._parent.send(("report", content))


def _tests(files: list[list[pytest.Item]], queue: int) -> Iterator[pytest.Item]:
    while number := os.read(queue, _NUMBER):
        yield from files[int.from_bytes(number)]


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of temporary files that all processes of a run share."""
    folder = factory.getbasetemp()
    return folder.parent if folder.name.startswith(_FOLDER) else folder


def add_option(parser: pytest.Parser) -> None:
    parser.addoption(
        "--processes", type=int, default=0, help="run the tests in so many processes, a file at a time"
    )


def configure(config: pytest.Config) -> None:
    processes = config.getoption("--processes")
    if processes and not config.option.collectonly:
        if processes > 1:
            forked.begin()  # while the tests are collected
        config.pluginmanager.register(SideBySide(config, processes))
