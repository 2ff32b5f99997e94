"""`--engine` that is wrong, not there, or of other code: a sentence, and nothing is begun."""

import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from archive.exceptions import EngineError
from archive.operations.cluster import Code, ensure_same
from tests.fleet.machines import dask
from tests.running import ROOT

STORE = "s3://nowhere/news"


@contextmanager
def scheduler(**environment):
    """The address of one without workers."""
    command = dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    with subprocess.Popen(
        command, cwd="/", env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:
            if found := re.search(r"Scheduler at: +(tcp://\S+)", line):
                yield found[1]
                break
        process.kill()


def run(crawl, engine, uri=STORE, **environment):
    given = ("-s", f"ARCHIVE_URI={uri}", "-s", "SPIDER_MODULES=tests.outlets", "herald", "--engine", engine)
    done = crawl(*given, command="crawl_all", AWS_ENDPOINT_URL="http://127.0.0.1:9", **environment)
    assert "Traceback" not in done.err, done.err
    return done.exit_code, done.err


@pytest.mark.parametrize("engine", ["tcp://127.0.0.1:1", "dask=tcp://h:0", "ray=tcp://h:1"])
def test_an_engine_that_is_none_is_exit_code_2(crawl, engine):
    code, told = run(crawl, engine)
    assert (code, "expected dask=tcp://HOST:8786" in told) == (2, True), told


def test_without_the_extra_it_is_named(tmp_path):
    (tmp_path / "distributed.py").write_text("raise ImportError('not installed')")
    program = "from archive.operations.cluster import address; address('dask=tcp://127.0.0.1:1')"
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "WrongEngine: --engine dask=… needs Dask: pip install 'triptych[dask]'" in done.stderr


def test_the_leases_of_a_folder_do_not_hold_on_several_machines(crawl, tmp_path):
    code, told = run(crawl, "dask=tcp://127.0.0.1:1", tmp_path)
    assert (code, "an archive in an object store" in told) == (2, True), told


def test_a_scheduler_that_is_not_there_is_named_with_how_to_start_it(crawl):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    code, told = run(crawl, f"dask=tcp://127.0.0.1:{port}")
    assert (code, "no Dask scheduler answers" in told, "`dask scheduler`" in told) == (1, True, True), told


@pytest.mark.slow  # a scheduler more
def test_a_scheduler_without_workers_says_so(crawl):
    with scheduler(PYTHONPATH=str(ROOT)) as address:
        code, told = run(crawl, f"dask={address}")
    assert (code, "has no worker" in told) == (1, True), told


def test_a_scheduler_of_another_version_is_refused(crawl, tmp_path):
    shutil.copytree(ROOT / "archive", tmp_path / "archive")
    with scheduler(PYTHONPATH=str(tmp_path)) as address:
        code, told = run(crawl, f"dask={address}")
    assert (code, "the scheduler has Triptych of source" in told) == (1, True), told


def test_a_worker_of_another_version_that_joins_later_refuses_the_work():
    with pytest.raises(EngineError, match="has Python 3"):
        ensure_same(Code("2.7", "2026.8.0", "0"))
